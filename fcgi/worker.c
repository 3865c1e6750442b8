#include "fcgi/worker.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/keep.h"
#include "base/log.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/directory.h"
#include "fcgi/exchange.h"
#include "fcgi/frame.h"
#include "fcgi/plugin_pages.h"
#include "fcgi/router.h"
#include "fcgi/share.h"
#include "fcgi/watchdog.h"
#include "html/words.h"
#include "plugin/plugins.h"
#include "ticket/desk.h"

#include <errno.h>
#include <fcgiapp.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define LOOK_US       INT64_C(1000000) /* for the parameters, which servers send at once */
#define IO_SECONDS    5
#define SQL_SECONDS   3    /* of one statement: nobody waits longer for a page */
#define WAIT_MS       1000 /* an arrival that was told to a process that was killed waits so long */
#define ASIDE_MS      2    /* between two looks at what was put aside */
#define BETWEEN_WAITS 8    /* requests that are taken without listening for a stop */

struct worker {
    struct child_env *env;
    struct app app;
    struct arena *arena;
    FCGX_Request fx;
    unsigned request_id; /* libfcgi's, of the connection */
    bool is_answered;
    struct share share;
    int arrivals;    /* see child_arrivals */
    size_t looked_n; /* bytes of look */
    unsigned char look[FRAME_MAX_BYTES];
};

static const struct log worker_log = { .role = "web" };

static long read_body(void *data, char *p, size_t n)
{
    FCGX_Request *fx = &((struct worker *)data)->fx;
    int want = n > INT_MAX ? INT_MAX : (int)n;
    int got = FCGX_GetStr(p, want, fx->in);
    return got == 0 && FCGX_GetError(fx->in) != 0 ? -1 : got;
}

/* All of the pieces; a short write goes on where it ended. */
static int write_pieces(int fd, struct iovec *v, int n)
{
    while (n > 0) {
        ssize_t put = writev(fd, v, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        for (; n > 0 && (size_t)put >= v->iov_len; v++, n--)
            put -= (ssize_t)v->iov_len;
        if (n > 0) {
            v->iov_base = (char *)v->iov_base + put;
            v->iov_len -= (size_t)put;
        }
    }
    return 0;
}

/* Past libfcgi, whose buffer would make it a write, and a reader's waking, for each 8 KiB. */
static int write_answer(void *data, const char *p, size_t n)
{
    struct worker *w = data;
    struct frame_pieces f = { .request_id = w->request_id, .text = p, .n = n };
    struct iovec v[FRAME_PIECES];
    int k;
    watchdog_answering();
    w->is_answered = true;
    while ((k = frame_pieces_next(&f, v)) > 0)
        if (write_pieces(w->fx.ipcFd, v, k) < 0)
            return -1;
    return 0;
}

static void refuse(int fd, unsigned request_id)
{
    static const char text[] = "Status: 431 Request Header Fields Too Large\r\n"
                               "Content-Type: text/plain; charset=utf-8\r\n"
                               "Cache-Control: no-store\r\n\r\n"
                               "Too many headers.\n";
    unsigned char records[512];
    size_t n = frame_answer(records, sizeof(records), request_id, text, sizeof(text) - 1);
    if (write(fd, records, n) == (ssize_t)n)
        (void)shutdown(fd, SHUT_WR);
    log_info(&worker_log, "connection.too_large");
}

/* True where the other side will send no more. */
static bool has_ended(int fd)
{
    struct pollfd p = { .fd = fd, .events = POLLRDHUP };
    return poll(&p, 1, 0) == 1;
}

/* Waits for more to look at; what has been seen already keeps the connection readable. */
static void wait_a_little(int fd, size_t seen)
{
    struct pollfd p = { .fd = fd, .events = POLLIN };
    const struct timespec moment = { 0, 1000000 };
    if (seen == 0)
        (void)poll(&p, 1, 100);
    else
        (void)nanosleep(&moment, NULL);
}

/* True if a whole request has begun on fd. */
static bool look(struct worker *w, int fd, unsigned *request_id)
{
    enum frame_state state = FRAME_MORE;
    int64_t end = clock_ticks_us() + LOOK_US;
    while (state == FRAME_MORE && clock_ticks_us() < end) {
        bool is_last = has_ended(fd);
        ssize_t n = recv(fd, w->look, sizeof(w->look), MSG_PEEK | MSG_DONTWAIT);
        if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
            return false;
        w->looked_n = n < 0 ? 0 : (size_t)n;
        state = frame_look(w->look, w->looked_n, request_id);
        if (state == FRAME_MORE && is_last)
            return false;
        if (state == FRAME_MORE)
            wait_a_little(fd, n < 0 ? 0 : (size_t)n);
    }
    if (state == FRAME_TOO_LARGE)
        refuse(fd, *request_id);
    else if (state != FRAME_COMPLETE)
        log_info(&worker_log, "connection.garbage");
    return state == FRAME_COMPLETE;
}

/* Has libfcgi read from a connection that was accepted here: then its waits have limits, and
 * garbage costs one connection. keepConnection makes it leave the descriptor alone at the start;
 * without a listening socket it cannot wait for another connection. */
static bool take(FCGX_Request *fx, int fd)
{
    const struct timeval limit = { IO_SECONDS, 0 };
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    fx->ipcFd = fd;
    fx->keepConnection = 1;
    return FCGX_Accept_r(fx) == 0;
}

/* What lies unread when a socket is closed takes the answer away from the other side: then libfcgi
 * waits for its end. Without a body everything was read with the parameters. */
static void hang_up(struct worker *w, int fd)
{
    const char *length = FCGX_GetParam("CONTENT_LENGTH", w->fx.envp);
    bool has_body = length != NULL && *length != '\0' && strcmp(length, "0") != 0;
    if (!w->is_answered)
        FCGX_Finish_r(&w->fx);
    bool is_open = w->fx.ipcFd >= 0;
    FCGX_Free(&w->fx, is_open && has_body);
    if (is_open && !has_body)
        (void)close(fd);
    w->fx.ipcFd = -1;
}

static void serve(struct worker *w, int fd, unsigned request_id)
{
    const struct conf *conf = w->env->conf;
    struct exchange x = { .read = read_body, .write = write_answer, .data = w };
    w->request_id = request_id;
    w->is_answered = false;
    exchange_name(&x);
    child_busy(w->env->slot, "request", conf->request_seconds);
    watchdog_start(fd, request_id, x.id, conf->request_seconds);
    plugins_guard_fd(w->app.plugins, fd);
    if (take(&w->fx, fd)) {
        x.env = w->fx.envp;
        exchange_serve(&w->app, w->arena, &x);
        hang_up(w, fd);
    } else {
        FCGX_Free(&w->fx, w->fx.ipcFd >= 0);
    }
    watchdog_stop();
    plugins_guard_fd(w->app.plugins, -1);
    plugins_end(w->app.plugins);
    db_conn_settle(w->env->conn);
    arena_reset(w->arena);
    words_use(w->app.locales[0]);
    child_idle(w->env->slot);
}

static bool has_arrival(struct worker *w, int wait_ms)
{
    int rc = w->arrivals < 0 ? -1 : child_wait_arrival(w->env, w->arrivals, wait_ms);
    return rc < 0 ? child_wait(w->env, w->env->listen_fd, wait_ms) == 1 : rc == 1;
}

/* The next connection, or -1. A busy worker finds one without waiting for it; but a stop is only
 * heard while waiting. */
static int accept_next(struct worker *w, int64_t served)
{
    int fd = -1, wait_ms = w->share.n > 0 ? ASIDE_MS : WAIT_MS;
    errno = EAGAIN;
    if (served % BETWEEN_WAITS != 0)
        fd = accept4(w->env->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 && errno == EAGAIN && has_arrival(w, wait_ms))
        fd = accept4(w->env->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE))
        (void)child_wait(w->env, -1, 100);
    return fd;
}

/* The tenant that a looked-at request is for, where that is known already; else 0. */
static int64_t tenant_of(const struct worker *w)
{
    char host[256];
    if (!frame_param(w->look, w->looked_n, "HTTP_HOST", host, sizeof(host)))
        return 0;
    host[strcspn(host, ":")] = '\0';
    return directory_peek(w->app.directory, host);
}

/* Above its tenant's share: this worker comes back to it. */
static bool is_put_aside(struct worker *w, int fd, unsigned request_id)
{
    int64_t tenant = tenant_of(w);
    return share_is_used_up(w->env, tenant) && share_put_aside(&w->share, fd, request_id, tenant);
}

/* What was put aside and may be served now; all of it before the end. */
static int64_t serve_aside(struct worker *w, bool is_all)
{
    int fd;
    unsigned request_id;
    int64_t n = 0;
    while (share_take(&w->share, w->env, is_all, &fd, &request_id)) {
        serve(w, fd, request_id);
        n++;
    }
    return n;
}

/* True if a request was served. */
static bool accept_one(struct worker *w, int64_t served)
{
    unsigned request_id;
    int fd = accept_next(w, served);
    if (fd < 0)
        return false;
    if (!look(w, fd, &request_id)) {
        (void)close(fd);
        return false;
    }
    if (is_put_aside(w, fd, request_id))
        return false;
    serve(w, fd, request_id);
    return true;
}

static int start(struct worker *w, struct child_env *env, struct err *err)
{
    *w = (struct worker) { .env = env,
                           .app = { .conf = env->conf,
                                    .conn = env->conn,
                                    .cache = env->cache,
                                    .templates = env->templates,
                                    .master_key = env->master_key,
                                    .locales = env->locales,
                                    .slot = env->slot,
                                    .plugins = env->plugins } };
    struct router *router = NULL;
    db_conn_limit(env->conn, SQL_SECONDS);
    if (plugin_routes_new(&router, env->plugins, err) < 0 ||
        keep_new(&w->app.directory, DIRECTORY_BYTES, err) < 0 ||
        keep_new(&w->app.rosters, ROSTERS_BYTES, err) < 0)
        return -1;
    w->app.router = router;
    w->arena = arena_new((size_t)env->conf->request_memory_bytes);
    if (w->arena == NULL || FCGX_Init() != 0 || FCGX_InitRequest(&w->fx, -1, 0) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a worker");
    w->arrivals = child_arrivals(env);
    watchdog_init();
    return 0;
}

int worker_run(struct child_env *env)
{
    static struct worker w;
    struct err err = ERR_INIT;
    if (start(&w, env, &err) < 0) {
        log_error(&worker_log, "worker.start_failed", LOG_STR("reason", err.msg));
        return 1;
    }
    for (int64_t served = 0;
         !*env->stop && served < env->conf->worker_requests && !plugins_must_leave(env->plugins);)
        served += serve_aside(&w, false) + accept_one(&w, served);
    (void)serve_aside(&w, true);
    env->slot->state = CHILD_DRAINING;
    return 0;
}
