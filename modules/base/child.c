#include "base/child.h"

#include "base/clock.h"

#include <poll.h>
#include <stdio.h>
#include <time.h>

void child_busy(struct scoreboard_slot *slot, const char *what, int64_t seconds)
{
    int64_t now = clock_ticks_us();
    (void)snprintf(slot->what, sizeof(slot->what), "%s", what);
    slot->tenant = 0;
    slot->since_us = now;
    slot->deadline_us = seconds > 0 ? now + seconds * 1000000 : 0;
    slot->state = CHILD_BUSY;
}

void child_tenant(struct scoreboard_slot *slot, int64_t tenant_id)
{
    slot->tenant = tenant_id;
}

static void remember_tenant(struct scoreboard_slot *slot)
{
    if (slot->tenant != slot->last_tenant) {
        slot->other_tenant = slot->last_tenant;
        slot->other_us = slot->last_us;
    }
    slot->last_tenant = slot->tenant;
    slot->last_us = clock_ticks_us();
}

void child_idle(struct scoreboard_slot *slot)
{
    slot->deadline_us = 0;
    slot->since_us = 0;
    if (slot->tenant != 0)
        remember_tenant(slot);
    slot->tenant = 0;
    slot->what[0] = '\0';
    slot->request[0] = '\0';
    if (slot->state == CHILD_BUSY)
        slot->served++;
    slot->state = CHILD_IDLE;
}

int child_wait(const struct child_env *env, int fd, int timeout_ms)
{
    struct timespec limit = { timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000 };
    struct pollfd p = { .fd = fd, .events = POLLIN };
    sigset_t term, before, open;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &term, &before); /* one that waits comes now: ppoll would not bring */
    sigprocmask(SIG_BLOCK, &term, NULL);      /* it where fd is readable at once */
    open = before;
    sigdelset(&open, SIGTERM);
    int n = *env->stop ? 0 : ppoll(&p, 1, &limit, &open);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return n > 0 && fd >= 0 && !*env->stop ? 1 : 0;
}
