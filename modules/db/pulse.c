#include "db/pulse.h"

#include "base/err.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define PULSES    4096
#define BYTES     ((PULSES + 1) * sizeof(*pulses))
#define PATH_SIZE 4096

static _Atomic uint64_t *pulses; /* the last one: of all tenants */

static int map(int fd, struct err *err)
{
    if (ftruncate(fd, BYTES) < 0)
        return err_errno(err, ERR_INTERNAL, "pulse");
    void *p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_errno(err, ERR_NO_MEMORY, "map pulse");
    pulses = p;
    return 0;
}

/* The file stays as it is: processes of a server that is being replaced look at it, too. */
int pulse_share(const char *run_dir, bool is_server, struct err *err)
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof(path), "%s/pulse", run_dir);
    if (n < 0 || n >= PATH_SIZE)
        return err_set(err, ERR_INVALID, "run_dir is too long");
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | (is_server ? O_CREAT : 0), 0640);
    if (fd < 0)
        return err_errno(err, ERR_INTERNAL, "open %s", path);
    int rc = map(fd, err);
    (void)close(fd);
    return rc;
}

bool pulse_is_shared(void)
{
    return pulses != NULL;
}

static size_t place_of(int64_t tenant_id)
{
    return tenant_id == 0 ? PULSES
                          : ((uint64_t)tenant_id * UINT64_C(0x9E3779B97F4A7C15) >> 32) % PULSES;
}

uint64_t pulse_of(int64_t tenant_id)
{
    return pulses == NULL
               ? 0
               : atomic_load(&pulses[place_of(tenant_id)]) + atomic_load(&pulses[PULSES]);
}

void pulse_beat(int64_t tenant_id)
{
    if (pulses != NULL)
        (void)atomic_fetch_add(&pulses[place_of(tenant_id)], 1);
}
