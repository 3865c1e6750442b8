#include "fcgi/spawn.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/generation.h"
#include "fcgi/watchdog.h"
#include "fcgi/worker.h"
#include "html/words.h"
#include "jobs/jobs.h"
#include "lmtp/lmtp.h"
#include "plugin/plugins.h"
#include "push/push.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MEMORY_BESIDES ((rlim_t)512 * 1024 * 1024) /* program, libraries, database results */

/* What one page needs and gives back, the next page needs again: asking the kernel for it each time
 * is the dearest part of a page. */
#define MEMORY_KEPT (4 * 1024 * 1024)
#define MEMORY_STEP (256 * 1024)

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

static volatile sig_atomic_t stop;

static void on_term(int number)
{
    (void)number;
    stop = 1;
}

static void set_action(int number, void (*fn)(int))
{
    struct sigaction action = { .sa_handler = fn, .sa_flags = SA_RESTART };
    sigemptyset(&action.sa_mask);
    (void)sigaction(number, &action, NULL);
}

/* A web worker hears a stop between requests only; the others look at *stop themselves. */
static void set_signals(enum child_role role)
{
    sigset_t blocked;
    set_action(SIGTERM, on_term);
    set_action(SIGINT, SIG_IGN); /* a terminal's ^C is the master's to answer */
    set_action(SIGHUP, SIG_IGN);
    set_action(SIGUSR1, SIG_IGN);
    set_action(SIGPIPE, SIG_IGN);
    set_action(SIGCHLD, SIG_DFL);
    sigemptyset(&blocked);
    if (role == CHILD_WEB)
        sigaddset(&blocked, SIGTERM);
    (void)sigprocmask(SIG_SETMASK, &blocked, NULL);
}

static void limit_memory(const struct spawn *s)
{
    struct rlimit limit;
    limit.rlim_cur = (rlim_t)s->generation->conf.request_memory_bytes + MEMORY_BESIDES;
    limit.rlim_max = limit.rlim_cur;
    if (s->role == CHILD_WEB && !SANITIZED)
        (void)setrlimit(RLIMIT_AS, &limit);
}

static void keep_memory(void)
{
    (void)mallopt(M_MMAP_THRESHOLD, MEMORY_KEPT);
    (void)mallopt(M_TRIM_THRESHOLD, MEMORY_KEPT);
    (void)mallopt(M_TOP_PAD, MEMORY_STEP);
}

/* Nothing of ours is read or said there; what a plugin prints must not get into an answer. */
static void silence(void)
{
    int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return;
    (void)dup2(fd, STDIN_FILENO);
    (void)dup2(fd, STDOUT_FILENO);
    if (fd > STDERR_FILENO)
        (void)close(fd);
}

static int run_role(const struct spawn *s, struct child_env *env)
{
    switch (s->role) {
    case CHILD_JOBS:
        return jobs_run(env);
    case CHILD_LMTP:
        return lmtp_run(env);
    case CHILD_PUSH:
        return push_run(env);
    default:
        return worker_run(env);
    }
}

static int run(const struct spawn *s)
{
    const struct log log = { .role = scoreboard_role((int32_t)s->role) };
    struct err err = ERR_INIT;
    struct child_env env = { .conf = &s->generation->conf,
                             .master_key = *s->master_key,
                             .templates = s->generation->templates,
                             .locales = s->generation->locales,
                             .slot = s->slot,
                             .slots = s->slot - s->slot_index,
                             .slots_n = SCOREBOARD_SLOTS,
                             .stop = &stop,
                             .shelf = &s->generation->shelf,
                             .ledger = s->ledger,
                             .listen_fd = s->listen_fd };
    if (db_conn_new(&env.conn, env.conf, &err) < 0 || cache_new(&env.cache, env.conf, &err) < 0) {
        log_error(&log, "child.start_failed", LOG_STR("reason", err.msg));
        return 1;
    }
    if (s->role != CHILD_PUSH &&
        plugins_load(&env, s->role == CHILD_WEB ? watchdog_last_words : NULL, &err) < 0) {
        log_error(&log, "child.start_failed", LOG_STR("reason", err.msg));
        return 1;
    }
    child_idle(s->slot);
    int status = run_role(s, &env);
    cache_free(&env.cache);
    db_conn_free(&env.conn);
    return status;
}

_Noreturn static void be_child(const struct spawn *s, pid_t master)
{
    for (size_t i = 0; i < sizeof(s->close_fds) / sizeof(s->close_fds[0]); i++)
        if (s->close_fds[i] >= 0)
            (void)close(s->close_fds[i]);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != master) /* it died before we asked to be told */
        _exit(0);
    set_signals(s->role);
    silence();
    limit_memory(s);
    keep_memory();
    id_process(s->slot_index);
    _exit(run(s));
}

pid_t spawn_child(const struct spawn *s)
{
    pid_t master = getpid();
    *s->slot = (struct scoreboard_slot) { .role = (int32_t)s->role,
                                          .state = CHILD_STARTING,
                                          .generation = s->slot->generation,
                                          .started_us = clock_ticks_us() };
    pid_t pid = fork();
    if (pid == 0) {
        s->slot->pid = getpid();
        be_child(s, master);
    }
    if (pid > 0)
        s->slot->pid = pid;
    return pid;
}
