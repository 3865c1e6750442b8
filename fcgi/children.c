#include "fcgi/children.h"

#include "base/clock.h"
#include "base/log.h"
#include "fcgi/generation.h"
#include "fcgi/spawn.h"
#include "fcgi/watchdog.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#define SECOND     INT64_C(1000000)
#define KILL_AFTER (2 * SECOND) /* past a child's own deadline */
#define QUICK      SECOND       /* who ends sooner than this without any work has failed to start */
#define PAUSE_MAX  (30 * SECOND)

static const struct log log_here = { .role = "master" };

static size_t wanted(const struct children *c, enum child_role role)
{
    const struct conf *conf = &c->generation->conf;
    switch (role) {
    case CHILD_WEB:
        return (size_t)conf->web_workers;
    case CHILD_JOBS:
        return (size_t)conf->jobs_workers;
    case CHILD_LMTP:
        return (size_t)conf->lmtp_workers;
    case CHILD_PUSH: /* holds all streams; there is nothing to tell without Redis */
        return *conf->redis_socket != '\0' && c->listen_fds[CHILD_PUSH] >= 0;
    case CHILD_ROLES:
    default:
        return 0;
    }
}

static size_t alive(const struct children *c, enum child_role role)
{
    size_t n = 0;
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
        n += c->list[i].pid != 0 && !c->list[i].is_leaving &&
             c->board->slots[i].role == (int32_t)role &&
             c->board->slots[i].generation == c->board->generation;
    return n;
}

size_t children_count(const struct children *c)
{
    size_t n = 0;
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
        n += c->list[i].pid != 0;
    return n;
}

/* False where no slot is free: the children of earlier generations have to go first. */
static bool fork_one(struct children *c, enum child_role role)
{
    size_t i = 0;
    while (i < SCOREBOARD_SLOTS && c->list[i].pid != 0)
        i++;
    if (i == SCOREBOARD_SLOTS)
        return false;
    c->board->slots[i].generation = c->board->generation;
    struct spawn s = { .role = role,
                       .generation = c->generation,
                       .master_key = &c->master_key,
                       .slot = &c->board->slots[i],
                       .ledger = &c->board->ledger,
                       .slot_index = (unsigned)i,
                       .listen_fd = c->listen_fds[role],
                       .close_fds = { c->lock_fd, -1, -1, -1 } };
    for (int other = 0, n = 1; other < CHILD_ROLES; other++)
        if (other != (int)role)
            s.close_fds[n++] = c->listen_fds[other];
    pid_t pid = spawn_child(&s);
    if (pid < 0) {
        log_error(&log_here, "fork.failed", LOG_STR("reason", strerror(errno)));
        c->next_fork_us[role] = clock_ticks_us() + SECOND;
        return false;
    }
    c->list[i] = (struct child) { .pid = pid };
    c->board->forks++;
    return true;
}

void children_fill(struct children *c)
{
    for (enum child_role role = CHILD_WEB; role < CHILD_ROLES; role++)
        for (size_t n = alive(c, role); n < wanted(c, role); n++)
            if (clock_ticks_us() < c->next_fork_us[role] || !fork_one(c, role))
                break;
}

void children_dismiss(struct children *c, uint32_t kept, int64_t grace_us)
{
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct child *child = &c->list[i];
        if (child->pid == 0 || child->is_leaving || c->board->slots[i].generation == kept)
            continue;
        child->is_leaving = true;
        child->kill_us = clock_ticks_us() + grace_us;
        (void)kill(child->pid, SIGTERM);
    }
}

/* Twice as long a pause after each child that could not even start, up to half a minute. */
static void slow_down(struct children *c, enum child_role role)
{
    unsigned n = c->failed_starts[role] < 10 ? c->failed_starts[role]++ : 10;
    int64_t pause = SECOND / 10 << n;
    c->next_fork_us[role] = clock_ticks_us() + (pause < PAUSE_MAX ? pause : PAUSE_MAX);
}

/* An end that was not asked for. The scoreboard still tells what it was doing. */
static void report(const struct child *child, const struct scoreboard_slot *slot, int status,
                   const char *why)
{
    int64_t ms = slot->since_us == 0 ? 0 : (clock_ticks_us() - slot->since_us) / 1000;
    log_error(&log_here, "child.lost", LOG_STR("why", why),
              LOG_STR("child", scoreboard_role(slot->role)), LOG_I64("pid", child->pid),
              LOG_STR("what", slot->what),
              LOG_STR("plugin", *slot->plugin == '\0' ? NULL : slot->plugin),
              LOG_STR("of_request", slot->request), LOG_I64("of_tenant", slot->tenant),
              LOG_I64("ms", ms), LOG_I64("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0),
              LOG_I64("exit", WIFEXITED(status) ? WEXITSTATUS(status) : 0));
}

/* It ended at once, without any work, and nobody told it to. */
static bool has_failed_to_start(const struct child *child, const struct scoreboard_slot *slot,
                                int status)
{
    bool was_killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    return !child->is_leaving && !was_killed && slot->served == 0 && slot->since_us == 0 &&
           clock_ticks_us() - slot->started_us < QUICK;
}

static void take_dead(struct children *c, size_t i, int status)
{
    struct child *child = &c->list[i];
    struct scoreboard_slot *slot = &c->board->slots[i];
    enum child_role role = (enum child_role)slot->role;
    bool is_timeout = child->was_killed ||
                      (WIFEXITED(status) && WEXITSTATUS(status) == WATCHDOG_EXIT);
    bool is_crash = !is_timeout && (WIFSIGNALED(status) || WEXITSTATUS(status) != 0);
    slot->what[sizeof(slot->what) - 1] = '\0';
    slot->request[sizeof(slot->request) - 1] = '\0';
    slot->plugin[sizeof(slot->plugin) - 1] = '\0';
    bool is_plugin = slot->plugin[0] != '\0'; /* whatever the status: it ended in there */
    if (is_plugin && WIFSIGNALED(status) && !child->was_killed)
        ledger_note_slot(&c->board->ledger, slot, FAILED_SIGNAL, WTERMSIG(status));
    else if (is_plugin && child->was_killed)
        ledger_note_slot(&c->board->ledger, slot, FAILED_TIME, 0);
    else if (is_plugin)
        ledger_note_slot(&c->board->ledger, slot, FAILED_EXIT, WEXITSTATUS(status));
    is_crash = is_crash || (is_plugin && !is_timeout);
    if (is_timeout || is_crash)
        report(child, slot, status, is_timeout ? "timeout" : "crash");
    c->board->timeouts += is_timeout;
    c->board->crashes += is_crash;
    c->board->served[role] += slot->served;
    if (has_failed_to_start(child, slot, status))
        slow_down(c, role);
    else
        c->failed_starts[role] = 0;
    *slot = (struct scoreboard_slot) { .pid = 0 };
    *child = (struct child) { .pid = 0 };
}

void children_reap(struct children *c)
{
    int status;
    for (pid_t pid = waitpid(-1, &status, WNOHANG); pid > 0; pid = waitpid(-1, &status, WNOHANG))
        for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
            if (c->list[i].pid == pid) {
                take_dead(c, i, status);
                break;
            }
}

void children_watch(struct children *c)
{
    int64_t now = clock_ticks_us();
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
        struct child *child = &c->list[i];
        int64_t deadline = c->board->slots[i].deadline_us;
        bool is_slow = deadline != 0 && now > deadline + KILL_AFTER;
        bool is_late = child->is_leaving && now > child->kill_us;
        if (child->pid == 0 || child->was_killed || (!is_slow && !is_late))
            continue;
        child->was_killed = true;
        (void)kill(child->pid, SIGKILL);
    }
}
