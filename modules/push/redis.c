#include "push/push_private.h" /* what Redis has for the streams */

#include "base/clock.h"
#include "base/conf.h"
#include "base/log.h"
#include "base/str.h"

#include <adapters/libevent.h>
#include <async.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RETRY_US  INT64_C(1000000)
#define AT_A_TIME "50"
#define TEXT_MAX  8192
#define CHANNEL   "deskd:events"
#define KEY_MAX   80
#define WORDS_MAX 8

static const struct log push_log = { .role = "push" };

static bool ask(redisAsyncContext *c, redisCallbackFn *fn, void *data, int n, const char **words)
{
    size_t sizes[WORDS_MAX];
    for (int i = 0; i < n; i++)
        sizes[i] = strlen(words[i]);
    return redisAsyncCommandArgv(c, fn, data, n, words, sizes) == REDIS_OK;
}

/* A stream by what was written into the question: it may have ended since. */
struct question {
    struct push *push;
    int64_t tenant_id, user_id;
    uint64_t number;
};

static struct stream *stream_of(const struct question *q)
{
    struct stream *s = *push_bucket(q->push, q->tenant_id, q->user_id);
    while (s != NULL && s->number != q->number)
        s = s->next;
    return s;
}

static const redisReply *item(const redisReply *r, size_t i, int type)
{
    bool is_there = r != NULL && r->type == REDIS_REPLY_ARRAY && i < r->elements;
    return is_there && r->element[i]->type == type ? r->element[i] : NULL;
}

/* An entry of the stream: [id, [name, text, ...]]. False where the stream is over. */
static bool send_entry(struct push *p, struct stream *s, const redisReply *entry)
{
    char text[TEXT_MAX];
    const redisReply *id = item(entry, 0, REDIS_REPLY_STRING);
    const redisReply *value = item(item(entry, 1, REDIS_REPLY_ARRAY), 1, REDIS_REPLY_STRING);
    if (id == NULL || strlen(id->str) > EVENT_ID_MAX)
        return true;
    (void)snprintf(s->last, sizeof(s->last), "%s", id->str);
    if (value == NULL || strpbrk(value->str, "\r\n") != NULL)
        return true;
    int n = snprintf(text, sizeof(text), "id: %s\ndata: %s\n\n", id->str, value->str);
    return n >= (int)sizeof(text) || push_send(p, s, text, (size_t)n);
}

static void forget(struct question *q, struct stream **s)
{
    *s = stream_of(q);
    if (*s != NULL)
        (*s)->is_reading = false;
    free(q);
}

/* XREAD: nil, or [[key, entries]]. */
static void have_read(redisAsyncContext *c, void *reply, void *data)
{
    struct question *q = data;
    struct push *p = q->push;
    struct stream *s;
    forget(q, &s);
    if (s == NULL || reply == NULL)
        return;
    const redisReply *entries = item(item(reply, 0, REDIS_REPLY_ARRAY), 1, REDIS_REPLY_ARRAY);
    (void)c;
    if (entries != NULL && entries->elements > 0) {
        s->is_behind = true; /* until it has them */
        if (!push_is_allowed(p, s))
            return; /* the next look after it ends it, or brings them */
        s->is_behind = false;
        for (size_t i = 0; i < entries->elements; i++)
            if (!send_entry(p, s, entries->element[i]))
                return;
        feed_stream(p, s); /* there may be more */
    } else if (s->is_behind) {
        s->is_behind = false;
        feed_stream(p, s);
    }
}

/* XREVRANGE: [[id, ...]] of the newest, or nothing. */
static void have_found(redisAsyncContext *c, void *reply, void *data)
{
    struct question *q = data;
    struct push *p = q->push;
    struct stream *s;
    forget(q, &s);
    (void)c;
    if (s == NULL || reply == NULL || ((redisReply *)reply)->type != REDIS_REPLY_ARRAY)
        return;
    const redisReply *id = item(item(reply, 0, REDIS_REPLY_ARRAY), 0, REDIS_REPLY_STRING);
    (void)snprintf(s->last, sizeof(s->last), "%s",
                   id != NULL && strlen(id->str) <= EVENT_ID_MAX ? id->str : "0-0");
    if (s->is_behind) {
        s->is_behind = false;
        feed_stream(p, s);
    }
}

void feed_stream(struct push *p, struct stream *s)
{
    char key[KEY_MAX];
    struct question *q;
    if (p->talk == NULL || s->is_reading || (q = malloc(sizeof(*q))) == NULL) {
        s->is_behind = true;
        return;
    }
    *q = (struct question) { p, s->tenant_id, s->user_id, s->number };
    (void)snprintf(key, sizeof(key), "t:%" PRId64 ":events:%" PRId64, s->tenant_id, s->user_id);
    const char *newest[] = { "XREVRANGE", key, "+", "-", "COUNT", "1" };
    const char *since[] = { "XREAD", "COUNT", AT_A_TIME, "STREAMS", key, s->last };
    bool is_new = s->last[0] == '\0';
    s->is_reading = ask(p->talk, is_new ? have_found : have_read, q, 6, is_new ? newest : since);
    if (!s->is_reading)
        free(q);
}

/* "read TENANT PERSON" or "look TENANT PERSON" */
static void have_heard(redisAsyncContext *c, void *reply, void *data)
{
    struct push *p = data;
    const redisReply *what = item(reply, 0, REDIS_REPLY_STRING),
                     *text = item(reply, 2, REDIS_REPLY_STRING);
    char verb[8];
    int64_t tenant_id, user_id;
    (void)c;
    if (what == NULL || text == NULL || !str_is(what->str, "message") ||
        sscanf(text->str, "%7s %" SCNd64 " %" SCNd64, verb, &tenant_id, &user_id) != 3)
        return;
    struct stream *next;
    for (struct stream *s = *push_bucket(p, tenant_id, user_id); s != NULL; s = next) {
        next = s->next;
        if (s->tenant_id != tenant_id || s->user_id != user_id)
            continue;
        if (str_is(verb, "look") && !push_is_allowed(p, s)) {
            push_end(p, s);
            continue;
        }
        if (s->is_reading)
            s->is_behind = true;
        else
            feed_stream(p, s);
    }
}

static void gone(const redisAsyncContext *c, int status)
{
    struct push *p = c->data;
    (void)status;
    if (p->talk == c)
        p->talk = NULL;
    if (p->listen == c)
        p->listen = NULL;
    p->retry_us = clock_ticks_us() + RETRY_US;
}

static void connected(const redisAsyncContext *c, int status)
{
    if (status != REDIS_OK)
        gone(c, status);
}

static redisAsyncContext *reach(struct push *p)
{
    redisAsyncContext *c = redisAsyncConnectUnix(p->env->conf->redis_socket);
    if (c == NULL || c->err != 0 || redisLibeventAttach(c, p->base) != REDIS_OK) {
        if (c != NULL)
            redisAsyncFree(c);
        return NULL;
    }
    c->data = p;
    (void)redisAsyncSetDisconnectCallback(c, gone);
    (void)redisAsyncSetConnectCallback(c, connected);
    return c;
}

/* What came while nobody listened is asked for. */
static void catch_up(struct push *p)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct stream *s = p->buckets[i]; s != NULL; s = s->next)
            feed_stream(p, s);
}

void feed_tick(struct push *p)
{
    const char *subscribe[] = { "SUBSCRIBE", CHANNEL };
    if ((p->talk != NULL && p->listen != NULL) || clock_ticks_us() < p->retry_us)
        return;
    p->retry_us = clock_ticks_us() + RETRY_US;
    if (p->talk == NULL)
        p->talk = reach(p);
    if (p->listen == NULL && (p->listen = reach(p)) != NULL)
        (void)ask(p->listen, have_heard, p, 2, subscribe);
    if (p->talk == NULL || p->listen == NULL)
        return;
    log_info(&push_log, "push.listening");
    catch_up(p);
}

void feed_stop(struct push *p)
{
    if (p->talk != NULL)
        redisAsyncFree(p->talk);
    if (p->listen != NULL)
        redisAsyncFree(p->listen);
}
