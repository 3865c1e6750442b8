#include "fcgi/share.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"

#include <string.h>
#include <unistd.h>

#define ABOUT_US INT64_C(60000000)

static bool was_about(int64_t other, int64_t when, int64_t tenant, int64_t now)
{
    return other != 0 && other != tenant && now - when < ABOUT_US;
}

/* A worker that last served this tenant still knows whom it served before: else a storm would be
 * alone as soon as it had been through all workers. */
static bool is_somebody_else(const struct scoreboard_slot *slot, int64_t tenant, int64_t now)
{
    return (slot->tenant != 0 && slot->tenant != tenant) ||
           was_about(slot->last_tenant, slot->last_us, tenant, now) ||
           was_about(slot->other_tenant, slot->other_us, tenant, now);
}

static int64_t all_but_a_quarter(int64_t workers)
{
    return workers < 4 ? workers - 1 : workers - workers / 4;
}

/* Workers that are held wait for processors and for the database, which has the same ones: a tenant
 * that kept them all busy would be felt by everybody, however many workers are free. */
static int64_t share_of(int64_t workers, bool is_late)
{
    static int64_t half;
    int64_t most = all_but_a_quarter(workers);
    if (half == 0)
        half = sysconf(_SC_NPROCESSORS_ONLN) / 2;
    if (half < 1)
        half = 1;
    return is_late || half > most ? most : half;
}

static bool is_used_up(const struct child_env *env, int64_t tenant, bool is_late)
{
    int64_t workers = env->conf->web_workers, held = 0, now = clock_ticks_us();
    bool has_others = false;
    if (tenant == 0 || workers < 2 || env->slots == NULL)
        return false;
    for (size_t i = 0; i < env->slots_n; i++) {
        const struct scoreboard_slot *slot = &env->slots[i];
        if (slot->pid == 0 || slot->role != CHILD_WEB)
            continue;
        held += slot->state == CHILD_BUSY && slot->tenant == tenant;
        has_others = has_others || is_somebody_else(slot, tenant, now);
    }
    return has_others && held >= share_of(workers, is_late);
}

bool share_is_used_up(const struct child_env *env, int64_t tenant)
{
    return is_used_up(env, tenant, false);
}

bool share_put_aside(struct share *s, int fd, unsigned request_id, int64_t tenant)
{
    if (s->n == SHARE_ASIDE)
        return false;
    s->aside[s->n++] = (struct aside) { fd, request_id, tenant, clock_ticks_us() };
    return true;
}

bool share_take(struct share *s, const struct child_env *env, bool is_all, int *fd,
                unsigned *request_id)
{
    int64_t now = clock_ticks_us();
    for (size_t i = 0; i < s->n; i++) {
        struct aside a = s->aside[i];
        if (!is_all && is_used_up(env, a.tenant, now - a.since_us >= SHARE_WAIT_US))
            continue;
        memmove(&s->aside[i], &s->aside[i + 1], (--s->n - i) * sizeof(a));
        *fd = a.fd;
        *request_id = a.request_id;
        return true;
    }
    return false;
}
