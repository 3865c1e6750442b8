#include "push/push.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "push/push_private.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define SQL_SECONDS  1
#define SWEEP_TICKS  20    /* so many seconds until all have been looked after */
#define IDLE_SECONDS 86400 /* nginx ends what is too old */
#define RETRY_LEAST  1000
#define RETRY_MORE   4000 /* so that not all come back at once */

DB_SQL(find_streaming_session, 2,
       "SELECT 1 FROM session s JOIN user u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
       "WHERE s.tenant_id = ? AND s.token_hash = ? AND s.user_id = ? AND s.expires_at > " DB_NOW
       " AND u.status = 1");

static const struct log push_log = { .role = "push" };

struct stream **push_bucket(struct push *p, int64_t tenant_id, int64_t user_id)
{
    uint64_t h = ((uint64_t)tenant_id * UINT64_C(0x9E3779B97F4A7C15)) ^ (uint64_t)user_id;
    return &p->buckets[(h * UINT64_C(0x9E3779B97F4A7C15)) >> 52];
}

/* ---- the life of a stream ---- */

static void unlink_stream(struct push *p, struct stream *s)
{
    struct stream **at = push_bucket(p, s->tenant_id, s->user_id);
    while (*at != NULL && *at != s)
        at = &(*at)->next;
    if (*at == NULL)
        return;
    *at = s->next;
    p->streams_n--;
    p->env->slot->served++;
}

/* By the other side. The request goes with its connection, unless that has let go of it. */
static void was_closed(struct evhttp_connection *c, void *data)
{
    struct stream *s = data;
    (void)c;
    unlink_stream(s->push, s);
    if (evhttp_request_get_connection(s->request) == NULL)
        evhttp_request_free(s->request);
    free(s);
}

void push_end(struct push *p, struct stream *s)
{
    struct evhttp_connection *c = evhttp_request_get_connection(s->request);
    unlink_stream(p, s);
    if (c != NULL)
        evhttp_connection_set_closecb(c, NULL, NULL);
    evhttp_send_reply_end(s->request);
    free(s);
}

static size_t backlog(const struct stream *s)
{
    struct evhttp_connection *c = evhttp_request_get_connection(s->request);
    return c == NULL
               ? 0
               : evbuffer_get_length(bufferevent_get_output(evhttp_connection_get_bufferevent(c)));
}

bool push_send(struct push *p, struct stream *s, const char *text, size_t n)
{
    struct evbuffer *b = backlog(s) < STREAM_BACKLOG_MAX ? evbuffer_new() : NULL;
    if (b == NULL || evbuffer_add(b, text, n) != 0) {
        if (b != NULL)
            evbuffer_free(b);
        push_end(p, s);
        return false;
    }
    evhttp_send_reply_chunk(s->request, b);
    evbuffer_free(b);
    return true;
}

/* Where the database is away it is not known; what is sent is held back until it is. */
static int look(struct push *p, const struct stream *s)
{
    struct err err = ERR_INIT;
    struct db db = db_tenant(p->env->conn, s->tenant_id);
    struct db_row row;
    struct arena *a = arena_reset(p->arena);
    int rc = setjmp(*arena_boundary(a)) != 0
                 ? -1
                 : db_one(&db, a, &row, &err, find_streaming_session, DB_TENANT,
                          DB_BLOB(s->session, sizeof(s->session)), DB_I64(s->user_id));
    arena_no_boundary(a);
    db_conn_settle(p->env->conn);
    return rc;
}

bool push_is_allowed(struct push *p, const struct stream *s)
{
    return look(p, s) > 0;
}

/* ---- requests ---- */

/* "TENANT/PERSON/SESSION/LAST" */
static bool read_path(const char *path, struct stream *s)
{
    char hex[2 * CRYPTO_HASH + 1];
    int end = 0;
    unsigned byte;
    if (!str_starts(path, PUSH_PATH) ||
        sscanf(path + strlen(PUSH_PATH), "%" SCNd64 "/%" SCNd64 "/%64[0-9a-f]/%n", &s->tenant_id,
               &s->user_id, hex, &end) != 3 ||
        end == 0 || strlen(hex) != 2 * (size_t)CRYPTO_HASH)
        return false;
    for (size_t i = 0; i < CRYPTO_HASH; i++) {
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        s->session[i] = (unsigned char)byte;
    }
    (void)snprintf(s->last, sizeof(s->last), "%s", path + strlen(PUSH_PATH) + end);
    return true;
}

static bool is_event_id(const char *id)
{
    size_t ms = strspn(id, "0123456789"),
           rest = id[ms] == '-' ? strspn(id + ms + 1, "0123456789") : 0;
    return ms > 0 && ms < 16 && rest > 0 && rest < 16 && id[ms + 1 + rest] == '\0';
}

static void read_last(struct evhttp_request *rq, struct stream *s)
{
    const char *seen = evhttp_find_header(evhttp_request_get_input_headers(rq), "Last-Event-ID");
    if (seen != NULL && strlen(seen) <= EVENT_ID_MAX && is_event_id(seen))
        (void)snprintf(s->last, sizeof(s->last), "%s", seen);
    else if (!is_event_id(s->last))
        s->last[0] = '\0';
}

/* The oldest of a person who has too many makes room, and is told not to come back at once. */
static void make_room(struct push *p, int64_t tenant_id, int64_t user_id)
{
    static const char enough[] = "event: enough\ndata: {}\n\n";
    struct stream *oldest = NULL;
    size_t n = 0;
    for (struct stream *s = *push_bucket(p, tenant_id, user_id); s != NULL; s = s->next)
        if (s->tenant_id == tenant_id && s->user_id == user_id) {
            n++;
            oldest = oldest == NULL || s->number < oldest->number ? s : oldest;
        }
    if (n >= STREAMS_OF_PERSON && push_send(p, oldest, enough, sizeof(enough) - 1))
        push_end(p, oldest);
}

static size_t count_of_tenant(const struct push *p, int64_t tenant_id)
{
    size_t n = 0;
    for (size_t i = 0; p->streams_n >= STREAMS_OF_TENANT && i < BUCKETS; i++)
        for (const struct stream *s = p->buckets[i]; s != NULL; s = s->next)
            n += s->tenant_id == tenant_id;
    return n;
}

static void begin(struct push *p, struct stream *s)
{
    char text[64];
    struct stream **bucket = push_bucket(p, s->tenant_id, s->user_id);
    struct evkeyvalq *headers = evhttp_request_get_output_headers(s->request);
    struct evhttp_connection *c = evhttp_request_get_connection(s->request);
    s->push = p;
    s->number = ++p->numbers;
    s->next = *bucket;
    *bucket = s;
    p->streams_n++;
    (void)evhttp_add_header(headers, "Content-Type", "text/event-stream");
    (void)evhttp_add_header(headers, "Cache-Control", "no-store");
    (void)evhttp_add_header(headers, "X-Content-Type-Options", "nosniff");
    evhttp_connection_set_timeout(c, IDLE_SECONDS);
    evhttp_connection_set_closecb(c, was_closed, s);
    evhttp_send_reply_start(s->request, HTTP_OK, "OK");
    int n = snprintf(text, sizeof(text), "retry: %d\n\n",
                     RETRY_LEAST + (int)(s->number * 2654435761U % RETRY_MORE));
    if (push_send(p, s, text, (size_t)n))
        feed_stream(p, s);
}

static void refuse(struct evhttp_request *rq, struct stream *s, int status)
{
    free(s);
    (void)evhttp_add_header(evhttp_request_get_output_headers(rq), "Retry-After", "60");
    evhttp_send_reply(rq, status, "No", NULL);
}

static void requested(struct evhttp_request *rq, void *data)
{
    struct push *p = data;
    struct stream *s = calloc(1, sizeof(*s));
    if (s == NULL || !read_path(evhttp_request_get_uri(rq), s)) {
        refuse(rq, s, s == NULL ? HTTP_SERVUNAVAIL : HTTP_BADREQUEST);
        return;
    }
    s->request = rq;
    read_last(rq, s);
    make_room(p, s->tenant_id, s->user_id);
    bool is_full = p->streams_n >= STREAMS_MAX || *p->env->stop ||
                   count_of_tenant(p, s->tenant_id) >= STREAMS_OF_TENANT;
    int known = is_full ? -1 : look(p, s);
    if (known <= 0)
        refuse(rq, s, known < 0 ? HTTP_SERVUNAVAIL : 403);
    else
        begin(p, s);
}

/* ---- time ---- */

/* A sign of life keeps what lies between from hanging up, and finds out who is gone. */
static void look_after(struct push *p, struct stream *s)
{
    if (look(p, s) == 0)
        push_end(p, s);
    else if (push_send(p, s, ":\n\n", 3) && s->is_behind)
        feed_stream(p, s);
}

static void tick(evutil_socket_t fd, short what, void *data)
{
    struct push *p = data;
    (void)fd;
    (void)what;
    if (*p->env->stop) {
        (void)event_base_loopbreak(p->base);
        return;
    }
    feed_tick(p);
    for (size_t i = 0; i < BUCKETS / SWEEP_TICKS + 1; i++) {
        struct stream *next;
        for (struct stream *s = p->buckets[p->sweep]; s != NULL; s = next) {
            next = s->next;
            look_after(p, s);
        }
        p->sweep = (p->sweep + 1) % BUCKETS;
    }
    (void)snprintf(p->env->slot->what, sizeof(p->env->slot->what), "%zu streams", p->streams_n);
}

static void end_all(struct push *p)
{
    for (size_t i = 0; i < BUCKETS; i++)
        while (p->buckets[i] != NULL)
            push_end(p, p->buckets[i]);
}

static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int run(struct push *p, struct evhttp *http)
{
    const struct timeval second = { 1, 0 };
    struct event *timer = event_new(p->base, -1, EV_PERSIST, tick, p);
    if (timer == NULL || event_add(timer, &second) != 0 ||
        evhttp_accept_socket(http, p->env->listen_fd) != 0)
        return 1;
    evhttp_set_allowed_methods(http, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
    evhttp_set_max_headers_size(http, 32768);
    evhttp_set_max_body_size(http, 0);
    evhttp_set_gencb(http, requested, p);
    child_idle(p->env->slot);
    feed_tick(p);
    (void)event_base_dispatch(p->base);
    end_all(p);
    (void)event_base_loop(p->base, EVLOOP_NONBLOCK); /* what was said last goes out */
    event_free(timer);
    return 0;
}

int push_run(struct child_env *env)
{
    static struct push p;
    p = (struct push) { .env = env, .arena = arena_new(0), .base = event_base_new() };
    struct evhttp *http = p.base == NULL ? NULL : evhttp_new(p.base);
    raise_limit();
    db_conn_limit(env->conn, SQL_SECONDS);
    if (p.arena == NULL || http == NULL) {
        log_error(&push_log, "push.start_failed");
        return 1;
    }
    int status = run(&p, http);
    feed_stop(&p);
    evhttp_free(http);
    event_base_free(p.base);
    arena_free(&p.arena);
    return status;
}
