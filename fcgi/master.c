#include "fcgi/master.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "db/db.h"
#include "fcgi/children.h"
#include "fcgi/generation.h"
#include "fcgi/listener.h"
#include "fcgi/upgrade.h"
#include "tenant/tenant.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#define SECOND  INT64_C(1000000)
#define TICK_NS 200000000
#define GRACE   5 /* seconds past request_seconds that a leaving child may take */

struct master {
    const char *conf_path;
    struct arena *arena; /* of what holds until the end */
    const char *run_dir, *fcgi_socket, *lmtp_socket, *push_socket;
    struct generation *generation;
    struct children children;
};

static const struct log log_here = { .role = "master" };

static void own_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGUSR1);
    sigaddset(set, SIGUSR2);
    (void)sigprocmask(SIG_BLOCK, set, NULL);
}

static int64_t grace_us(const struct master *m)
{
    return (m->generation->conf.request_seconds + GRACE) * SECOND;
}

/* New ones first: there is no instant without a worker. */
static void renew(struct master *m, struct generation *fresh)
{
    struct generation *old = m->generation;
    int64_t grace = grace_us(m);
    m->generation = fresh;
    m->children.generation = fresh;
    m->children.board->generation++;
    m->children.board->reloaded_ms = clock_now_ms();
    children_fill(&m->children);
    children_dismiss(&m->children, m->children.board->generation, grace);
    if (old != fresh)
        generation_free(&old);
}

static void reload(struct master *m)
{
    struct err err = ERR_INIT;
    struct generation *fresh = NULL;
    if (generation_load(&fresh, m->conf_path, &err) < 0) {
        m->children.board->failed_reloads++;
        log_error(&log_here, "reload.refused", LOG_STR("reason", err.msg));
        return;
    }
    if (generation_open_log(&fresh->conf, &err) < 0)
        log_error(&log_here, "log.not_opened", LOG_STR("reason", err.msg));
    renew(m, fresh);
    m->children.board->reloads++;
    log_info(&log_here, "reloaded", LOG_I64("generation", m->children.board->generation));
}

static void reopen_log(struct master *m)
{
    struct err err = ERR_INIT;
    if (generation_open_log(&m->generation->conf, &err) < 0)
        log_error(&log_here, "log.not_opened", LOG_STR("reason", err.msg));
    renew(m, m->generation);
}

/* Comes back where the other program, or what it thinks of the configuration, is no good. */
static void upgrade(struct master *m)
{
    struct err err = ERR_INIT;
    log_info(&log_here, "upgrading");
    (void)upgrade_run(&m->children, m->conf_path, &err);
    m->children.board->failed_reloads++;
    log_error(&log_here, "upgrade.refused", LOG_STR("reason", err.msg));
}

/* False: time to go. */
static bool handle(struct master *m, int number)
{
    if (number == SIGTERM || number == SIGINT)
        return false;
    if (number == SIGHUP)
        reload(m);
    else if (number == SIGUSR1)
        reopen_log(m);
    else if (number == SIGUSR2)
        upgrade(m);
    return true;
}

static void watch(struct master *m, const sigset_t *signals)
{
    const struct timespec tick = { 0, TICK_NS };
    bool goes_on = true;
    while (goes_on) {
        int number = sigtimedwait(signals, NULL, &tick);
        children_reap(&m->children);
        children_watch(&m->children);
        goes_on = number < 0 || handle(m, number);
        if (goes_on)
            children_fill(&m->children);
    }
}

/* Whoever comes now is refused at once and may try another host. */
static void close_sockets(struct master *m)
{
    (void)unlink(m->fcgi_socket);
    (void)unlink(m->lmtp_socket);
    (void)unlink(m->push_socket);
    for (size_t i = 0; i < CHILD_ROLES; i++)
        if (m->children.listen_fds[i] >= 0)
            (void)close(m->children.listen_fds[i]);
}

static void drain(struct master *m, const sigset_t *signals)
{
    const struct timespec tick = { 0, TICK_NS };
    log_info(&log_here, "stopping");
    close_sockets(m);
    children_dismiss(&m->children, 0, grace_us(m));
    while (children_count(&m->children) > 0) {
        (void)sigtimedwait(signals, NULL, &tick);
        children_reap(&m->children);
        children_watch(&m->children);
    }
}

static int open_sockets(struct master *m, struct err *err)
{
    struct children *c = &m->children;
    c->listen_fds[CHILD_JOBS] = -1;
    if (listener_open(&c->listen_fds[CHILD_WEB], m->fcgi_socket, err) < 0)
        return -1;
    if (listener_open(&c->listen_fds[CHILD_LMTP], m->lmtp_socket, err) < 0)
        return -1;
    return listener_open(&c->listen_fds[CHILD_PUSH], m->push_socket, err);
}

/* What holds until a restart is kept apart from the configuration, which may be read again. */
static int keep(struct master *m, struct err *err)
{
    const struct conf *conf = &m->generation->conf;
    m->arena = arena_new(0);
    if (m->arena == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    m->run_dir = arena_strdup(m->arena, conf->run_dir);
    m->fcgi_socket = arena_strdup(m->arena, conf->fcgi_socket);
    m->lmtp_socket = arena_strdup(m->arena, conf->lmtp_socket);
    m->push_socket = arena_strdup(m->arena, conf->push_socket);
    return 0;
}

/* Lock and sockets: our own, or those of the program whose place we take. */
static int take_places(struct master *m, struct err *err)
{
    struct children *c = &m->children;
    if (upgrade_inherit(c)) /* from a program that knew no push, maybe */
        return c->listen_fds[CHILD_PUSH] >= 0
                   ? 0
                   : listener_open(&c->listen_fds[CHILD_PUSH], m->push_socket, err);
    if (listener_lock(&m->children.lock_fd, m->run_dir, err) < 0)
        return -1;
    return open_sockets(m, err);
}

static int start(struct master *m, struct err *err)
{
    if (generation_load(&m->generation, m->conf_path, err) < 0 || keep(m, err) < 0)
        return -1;
    const struct conf *conf = &m->generation->conf;
    m->children.generation = m->generation;
    if (file_make_dirs(conf->run_dir, 0755, err) < 0 ||
        file_make_dirs(conf->data_dir, 0750, err) < 0)
        return -1;
    if (generation_open_log(conf, err) < 0 || take_places(m, err) < 0 ||
        tenant_master_key(m->arena, conf->data_dir, &m->children.master_key, err) < 0 ||
        scoreboard_create(&m->children.board, conf->run_dir, err) < 0 ||
        db_share_breaker(err) < 0 || db_share_pulse(conf, true, err) < 0)
        return -1;
    log_count_in(&m->children.board->log_dropped);
    m->children.board->generation = 1;
    m->children.board->reloaded_ms = clock_now_ms();
    return 0;
}

int master_run(const char *conf_path, struct err *err)
{
    static struct master m;
    sigset_t signals;
    m.conf_path = conf_path;
    own_signals(&signals);
    if (start(&m, err) < 0)
        return -1;
    log_info(&log_here, "started", LOG_I64("pid", getpid()), LOG_STR("version", DESKD_VERSION));
    children_fill(&m.children);
    children_dismiss(&m.children, m.children.board->generation, grace_us(&m));
    watch(&m, &signals);
    drain(&m, &signals);
    listener_unlock(&m.children.lock_fd, m.run_dir);
    log_info(&log_here, "stopped");
    generation_free(&m.generation);
    arena_free(&m.arena);
    return 0;
}
