#include "base/child.h"

#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

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

/* One that waits comes now: a wait would not bring it where there is something to tell at once.
 * From here on it comes while we wait, with open as the mask. */
static void hold_stop(sigset_t *before, sigset_t *open)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_UNBLOCK, &term, before);
    sigprocmask(SIG_BLOCK, &term, NULL);
    *open = *before;
    sigdelset(open, SIGTERM);
}

int child_wait(const struct child_env *env, int fd, int timeout_ms)
{
    struct timespec limit = { timeout_ms / 1000, (long)(timeout_ms % 1000) * 1000000 };
    struct pollfd p = { .fd = fd, .events = POLLIN };
    sigset_t before, open;
    hold_stop(&before, &open);
    int n = *env->stop ? 0 : ppoll(&p, 1, &limit, &open);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return n > 0 && fd >= 0 && !*env->stop ? 1 : 0;
}

int child_arrivals(const struct child_env *env)
{
    struct epoll_event e = { .events = EPOLLIN | EPOLLEXCLUSIVE };
    int fd = epoll_create1(EPOLL_CLOEXEC);
    if (fd >= 0 && epoll_ctl(fd, EPOLL_CTL_ADD, env->listen_fd, &e) == 0)
        return fd;
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

int child_wait_arrival(const struct child_env *env, int arrivals, int timeout_ms)
{
    struct epoll_event e;
    sigset_t before, open;
    hold_stop(&before, &open);
    int n = *env->stop ? 0 : epoll_pwait(arrivals, &e, 1, timeout_ms, &open);
    bool is_broken = n < 0 && errno != EINTR;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return is_broken ? -1 : n > 0;
}
