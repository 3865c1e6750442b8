#include "base/id.h"

#include "base/clock.h"

#include <sodium.h>
#include <unistd.h>

#define EPOCH_MS     INT64_C(1577836800000) /* 2020-01-01T00:00:00Z */
#define LOW_BITS     22
#define COUNTER_BITS 12
#define COUNTER_MASK 0xFFF
#define SLOT_MASK    0x3FFU

static struct {
    pid_t owner; /* a fork must not repeat its parent's ids */
    int64_t slot;
    int64_t ms;
    int64_t counter;
    int64_t at_ms, at_counter; /* of id_at */
} maker;

void id_process(unsigned slot)
{
    maker.owner = getpid();
    maker.slot = slot & SLOT_MASK;
}

static int64_t compose(int64_t ms, int64_t slot, int64_t counter)
{
    return ((ms - EPOCH_MS) << LOW_BITS) | (slot << COUNTER_BITS) | counter;
}

int64_t id_new(void)
{
    if (maker.owner != getpid())
        id_process(randombytes_random());
    int64_t now = clock_now_ms();
    if (now > maker.ms) {
        maker.ms = now;
        maker.counter = randombytes_random() & 0xFF;
    } else if (maker.counter == COUNTER_MASK) {
        maker.ms++; /* borrow from the future rather than wait */
        maker.counter = 0;
    } else {
        maker.counter++;
    }
    return compose(maker.ms, maker.slot, maker.counter);
}

int64_t id_before(int64_t ms)
{
    if (ms <= EPOCH_MS)
        return 0;
    return ms - EPOCH_MS > INT64_MAX >> LOW_BITS ? INT64_MAX : compose(ms, 0, 0) - 1;
}

int64_t id_time(int64_t id)
{
    return (id >> LOW_BITS) + EPOCH_MS;
}

int64_t id_at(int64_t ms)
{
    if (maker.owner != getpid())
        id_process(randombytes_random());
    maker.at_counter = ms == maker.at_ms ? maker.at_counter + 1 : randombytes_random() & 0xFF;
    maker.at_ms = ms;
    return compose(ms, maker.slot, maker.at_counter & COUNTER_MASK);
}
