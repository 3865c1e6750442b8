#include "db/breaker.h"

#include "base/clock.h"
#include "base/err.h"

#include <stdatomic.h>
#include <stdint.h>
#include <sys/mman.h>

#define REST_US INT64_C(5000000)

static struct {
    _Atomic int64_t *until; /* 0: closed; else refused before */
    size_t n;
} board;

int breaker_share(size_t n, struct err *err)
{
    void *p = mmap(NULL, n * sizeof(*board.until), PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        return err_errno(err, ERR_NO_MEMORY, "map the breaker");
    board.until = p;
    board.n = n;
    return 0;
}

bool breaker_allows(size_t i)
{
    if (i >= board.n)
        return true;
    int64_t until = atomic_load_explicit(&board.until[i], memory_order_relaxed);
    if (until == 0)
        return true;
    int64_t now = clock_ticks_us();
    return now >= until && atomic_compare_exchange_strong(&board.until[i], &until, now + REST_US);
}

void breaker_failed(size_t i)
{
    if (i < board.n)
        atomic_store(&board.until[i], clock_ticks_us() + REST_US);
}

void breaker_worked(size_t i)
{
    if (i < board.n && atomic_load_explicit(&board.until[i], memory_order_relaxed) != 0)
        atomic_store(&board.until[i], 0);
}
