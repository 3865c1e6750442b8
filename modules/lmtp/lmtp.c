#include "lmtp/lmtp.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "cache/cache.h"
#include "db/db.h"
#include "intake/intake.h"
#include "lmtp/lmtp_session.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CLIENTS_MAX  64
#define HELD_MAILS   4 /* of full size in memory at once; more are asked to come later */
#define HELD_LEAST   ((size_t)64 * 1024 * 1024)
#define IDLE_US      INT64_C(60000000)
#define DATA_US      INT64_C(300000000)
#define GOODBYE_US   INT64_C(5000000)
#define DRAIN_US     INT64_C(20000000)
#define TICK_MS      1000
#define FULL_MS      50 /* between two looks whether a descriptor is free again */
#define LEAVE_MS     50 /* so long an arrival is left to a child that has fewer clients */
#define WORK_SECONDS 60

struct client {
    struct lmtp_session *session;
    int fd;
    int64_t active_us;
    int64_t data_us; /* since when content arrives; 0: none does */
};

struct server {
    struct child_env *env;
    struct intake intake;
    struct lmtp_backend backend;
    size_t held;
    struct client clients[CLIENTS_MAX];
    size_t clients_n;
    int64_t left_us; /* since when an arrival is left to others; 0: none is */
};

static const struct log lmtp_log = { .role = "lmtp" };

static enum lmtp_verdict verdict_of(enum route_verdict route, const struct tenant *t)
{
    switch (route) {
    case ROUTE_ACCEPT:
        return LMTP_OK;
    case ROUTE_SUSPENDED:
        return LMTP_SUSPENDED;
    case ROUTE_UNKNOWN:
    default:
        return t->id != 0 ? LMTP_NO_USER : LMTP_NO_DOMAIN;
    }
}

static enum lmtp_verdict look_up(struct server *v, struct arena *a, const char *address,
                                 int64_t *tenant_id)
{
    struct tenant t = { .id = 0 };
    struct err err = ERR_INIT;
    enum route_verdict route;
    if (intake_route(&v->intake, a, address, &t, &route, &err) < 0) {
        log_warn(&lmtp_log, "mail.route_failed", LOG_STR("error", err.msg));
        return LMTP_AWAY;
    }
    *tenant_id = t.id;
    return verdict_of(route, &t);
}

static enum lmtp_verdict route(void *data, struct arena *a, const char *address, int64_t *tenant_id)
{
    struct server *v = data;
    child_busy(v->env->slot, "mail.route", WORK_SECONDS);
    enum lmtp_verdict verdict = setjmp(*arena_boundary(a)) != 0 ? LMTP_AWAY
                                                                : look_up(v, a, address, tenant_id);
    arena_no_boundary(a);
    db_conn_settle(v->env->conn);
    child_idle(v->env->slot);
    return verdict;
}

struct delivery {
    int64_t tenant_id;
    const char *from, *to, *raw;
    size_t n;
};

static enum lmtp_verdict keep(struct server *v, struct arena *a, const struct delivery *d,
                              int64_t *id)
{
    struct err err = ERR_INIT;
    struct log log = { .role = "lmtp", .tenant = d->tenant_id };
    if (intake_accept(&v->intake, a, d->tenant_id, d->from, d->to, d->raw, d->n, id, &err) < 0) {
        log_error(&log, "mail.accept_failed", LOG_STR("error", err.msg));
        return err.code == ERR_UNAVAILABLE || err.code == ERR_NO_SPACE ? LMTP_NO_SPACE : LMTP_AWAY;
    }
    log_info(&log, "mail.accepted", LOG_I64("mail", *id), LOG_STR("to", d->to),
             LOG_I64("size", (int64_t)d->n));
    return LMTP_OK;
}

static enum lmtp_verdict accept_mail(void *data, struct arena *a, int64_t tenant_id,
                                     const char *from, const char *to, const char *raw, size_t n,
                                     int64_t *id)
{
    struct server *v = data;
    const struct delivery d = { tenant_id, from, to, raw, n };
    child_busy(v->env->slot, "mail.accept", WORK_SECONDS);
    child_tenant(v->env->slot, tenant_id);
    enum lmtp_verdict verdict = setjmp(*arena_boundary(a)) != 0 ? LMTP_NO_SPACE
                                                                : keep(v, a, &d, id);
    arena_no_boundary(a);
    child_idle(v->env->slot);
    return verdict;
}

static void done(void *data, size_t accepted)
{
    struct server *v = data;
    if (accepted > 0)
        cache_push(v->env->cache, "deskd:jobs", "mail");
}

static void close_client(struct server *v, size_t i)
{
    lmtp_session_free(&v->clients[i].session);
    (void)close(v->clients[i].fd);
    v->clients[i] = v->clients[--v->clients_n];
}

static void open_client(struct server *v)
{
    int fd = accept4(v->env->listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) { /* another child was faster, or the caller is gone; or we have no room for it */
        if (errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS)
            (void)child_wait(v->env, -1, FULL_MS);
        return;
    }
    struct lmtp_session *session = lmtp_session_new(&v->backend);
    if (session == NULL) {
        (void)close(fd);
        return;
    }
    v->clients[v->clients_n++] = (struct client) { session, fd, clock_ticks_us(), 0 };
}

/* False where the client is gone. */
static bool read_some(struct client *c)
{
    size_t room;
    char *p = lmtp_session_room(c->session, &room);
    if (room == 0)
        return true;
    ssize_t n = recv(c->fd, p, room, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR;
    if (n == 0)
        return false;
    c->active_us = clock_ticks_us();
    lmtp_session_grew(c->session, (size_t)n);
    return true;
}

static bool write_some(struct client *c)
{
    size_t n;
    const char *p = lmtp_session_output(c->session, &n);
    if (n == 0)
        return true;
    ssize_t put = send(c->fd, p, n, MSG_NOSIGNAL);
    if (put < 0)
        return errno == EAGAIN || errno == EINTR;
    c->active_us = clock_ticks_us();
    lmtp_session_sent(c->session, (size_t)put);
    return true;
}

static void check_time(struct server *v, struct client *c, int64_t now)
{
    bool is_in_data = lmtp_session_is_in_data(c->session);
    if (!is_in_data)
        c->data_us = 0;
    else if (c->data_us == 0)
        c->data_us = now;
    if (now - c->active_us > IDLE_US || (is_in_data && now - c->data_us > DATA_US))
        lmtp_session_end(c->session, "421 4.4.2 That took too long");
    if (*v->env->stop && !lmtp_session_is_in_mail(c->session))
        lmtp_session_end(c->session, "421 4.3.2 Shutting down");
}

static bool is_finished(struct client *c, int64_t now)
{
    size_t n;
    (void)lmtp_session_output(c->session, &n);
    return lmtp_session_is_over(c->session) && (n == 0 || now - c->active_us > GOODBYE_US);
}

/* False where the client is to be forgotten. */
static bool serve(struct server *v, struct client *c, short events)
{
    if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_some(c))
        return false;
    if (lmtp_session_is_working(c->session)) {
        lmtp_session_work(c->session);
        c->active_us = clock_ticks_us();
    }
    int64_t now = clock_ticks_us();
    check_time(v, c, now);
    return write_some(c) && !is_finished(c, now);
}

/* A client for whom there is no memory is hung up on, and comes again. */
static bool serve_within(struct server *v, struct client *c, short events)
{
    struct arena *life = lmtp_session_arena(c->session);
    if (setjmp(*arena_boundary(life)) != 0) {
        log_error(&lmtp_log, "client.out_of_memory");
        return false;
    }
    bool stays = serve(v, c, events);
    arena_no_boundary(life);
    return stays;
}

static void watch(const struct client *c, struct pollfd *fd, bool *is_working)
{
    size_t room, waiting;
    (void)lmtp_session_room(c->session, &room);
    (void)lmtp_session_output(c->session, &waiting);
    *is_working = *is_working || lmtp_session_is_working(c->session);
    short events = 0;
    if (room > 0)
        events |= POLLIN;
    if (waiting > 0)
        events |= POLLOUT;
    *fd = (struct pollfd) { .fd = c->fd, .events = events };
}

/* Like child_wait, for many; a stop that comes between the look and the wait is not lost. */
static void wait_for(const struct child_env *env, struct pollfd *fds, nfds_t n, int ms)
{
    struct timespec limit = { ms / 1000, (long)(ms % 1000) * 1000000 };
    sigset_t term, before, open;
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &before);
    open = before;
    sigdelset(&open, SIGTERM);
    if (ppoll(fds, n, *env->stop && ms > 100 ? &(struct timespec) { 0, 100000000 } : &limit,
              &open) < 0)
        for (nfds_t i = 0; i < n; i++)
            fds[i].revents = 0;
    sigprocmask(SIG_SETMASK, &before, NULL);
}

static bool is_idler(const struct scoreboard_slot *other, const struct scoreboard_slot *own)
{
    bool serves = other->state == CHILD_IDLE || other->state == CHILD_BUSY;
    return other->pid != 0 && other->role == CHILD_LMTP && serves &&
           other->generation == own->generation && other->clients < own->clients;
}

/* Each mail waits for the disk: who has fewer clients takes the next one, or they would stand in
 * line at one child. One that does not come in time is not waited for. */
static bool leaves_arrival(struct server *v)
{
    const struct child_env *env = v->env;
    bool has_idler = false;
    int64_t now = clock_ticks_us();
    for (size_t i = 0; env->slots != NULL && i < env->slots_n && !has_idler; i++)
        has_idler = is_idler(&env->slots[i], env->slot);
    if (has_idler && v->left_us == 0)
        v->left_us = now;
    if (has_idler && now - v->left_us < LEAVE_MS * INT64_C(1000))
        return true;
    v->left_us = 0;
    return false;
}

static bool is_leaving(const struct server *v)
{
    return v->left_us != 0 && clock_ticks_us() - v->left_us < LEAVE_MS * INT64_C(1000);
}

static void round_of(struct server *v)
{
    struct pollfd fds[CLIENTS_MAX + 1];
    bool is_working = false, takes_more = v->clients_n < CLIENTS_MAX && !*v->env->stop;
    size_t n = v->clients_n;
    for (size_t i = 0; i < n; i++)
        watch(&v->clients[i], &fds[i], &is_working);
    bool leaves = is_leaving(v);
    fds[n] = (struct pollfd) { .fd = takes_more && !leaves ? v->env->listen_fd : -1,
                               .events = POLLIN };
    v->env->slot->clients = *v->env->stop ? INT32_MAX : (int32_t)n;
    wait_for(v->env, fds, n + 1, is_working ? 0 : leaves ? LEAVE_MS : TICK_MS);
    for (size_t i = n; i-- > 0;) /* backwards: a forgotten one is replaced by the last */
        if (!serve_within(v, &v->clients[i], fds[i].revents))
            close_client(v, i);
    if ((fds[n].revents & POLLIN) == 0)
        v->left_us = leaves ? v->left_us : 0;
    else if (!leaves_arrival(v))
        open_client(v);
}

static void make_backend(struct server *v)
{
    size_t bytes = (size_t)v->env->conf->message_bytes;
    v->intake = (struct intake) { v->env->conf, v->env->conn, v->env->master_key, NULL };
    v->backend = (struct lmtp_backend) { .data = v,
                                         .hostname = v->env->conf->mail_hostname,
                                         .message_bytes = bytes,
                                         .held_bytes = bytes * HELD_MAILS > HELD_LEAST
                                                           ? bytes * HELD_MAILS
                                                           : HELD_LEAST,
                                         .held = &v->held,
                                         .route = route,
                                         .accept = accept_mail,
                                         .done = done };
}

int lmtp_run(struct child_env *env)
{
    struct err err = ERR_INIT;
    struct arena *a = arena_new(0);
    if (a == NULL)
        return 1;
    struct server *v = arena_zalloc(a, sizeof(*v));
    v->env = env;
    make_backend(v);
    if (spool_prepare(a, env->conf->data_dir, &err) < 0) {
        log_error(&lmtp_log, "lmtp.start_failed", LOG_STR("error", err.msg));
        arena_free(&a);
        return 1;
    }
    child_idle(env->slot);
    while (!*env->stop)
        round_of(v);
    int64_t end = clock_ticks_us() + DRAIN_US;
    while (v->clients_n > 0 && clock_ticks_us() < end)
        round_of(v);
    while (v->clients_n > 0)
        close_client(v, v->clients_n - 1);
    arena_free(&a);
    return 0;
}
