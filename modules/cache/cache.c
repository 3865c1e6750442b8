#include "cache/cache.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/log.h"
#include "base/str.h"

#include <hiredis.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TIMEOUT_US 50000
#define BREAK_US   INT64_C(5000000)
#define WORDS_MAX  8

/* One connection and the circuit breaker of it. */
struct line {
    redisContext *redis;
    int64_t retry_us;
    bool is_waiting; /* a BLPOP is under way */
};

struct cache {
    const char *socket; /* empty: none */
    struct line talk;
    struct line wait;
};

struct words {
    const char *p[WORDS_MAX];
    size_t n[WORDS_MAX];
    int count;
};

int cache_new(struct cache **out, const struct conf *conf, struct err *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the cache");
    (*out)->socket = conf->redis_socket == NULL ? "" : conf->redis_socket;
    return 0;
}

static void hang_up(struct line *l)
{
    if (l->redis != NULL)
        redisFree(l->redis);
    *l = (struct line) { NULL, 0, false };
}

void cache_free(struct cache **cache)
{
    if (*cache == NULL)
        return;
    hang_up(&(*cache)->talk);
    hang_up(&(*cache)->wait);
    free(*cache);
    *cache = NULL;
}

static void give_up(struct line *l, const char *why)
{
    log_warn(NULL, "cache.lost", LOG_STR("reason", why));
    hang_up(l);
    l->retry_us = clock_ticks_us() + BREAK_US;
}

static bool reach(struct cache *c, struct line *l)
{
    struct timeval limit = { 0, TIMEOUT_US };
    if (l->redis != NULL)
        return true;
    if (*c->socket == '\0' || clock_ticks_us() < l->retry_us)
        return false;
    l->redis = redisConnectUnixWithTimeout(c->socket, limit);
    if (l->redis != NULL && l->redis->err == 0 && redisSetTimeout(l->redis, limit) == REDIS_OK)
        return true;
    give_up(l, l->redis == NULL ? "no memory" : l->redis->errstr);
    return false;
}

static void word(struct words *w, const void *p, size_t n)
{
    w->p[w->count] = p;
    w->n[w->count++] = n;
}

static struct words words(const char *first, const char *second)
{
    struct words w = { .count = 0 };
    word(&w, first, strlen(first));
    if (second != NULL)
        word(&w, second, strlen(second));
    return w;
}

/* Sends a command. Not by hiredis 0.14: what it sends with ends the process where memory is short.
 */
static bool put(struct line *l, struct words *w)
{
    struct err err = ERR_INIT;
    char *command = NULL;
    int n = redisFormatCommandArgv(&command, w->count, w->p, w->n);
    if (n < 0) {
        give_up(l, "no memory");
        return false;
    }
    int rc = file_write_all(l->redis->fd, command, (size_t)n, &err);
    redisFreeCommand(command);
    if (rc < 0)
        give_up(l, err.msg);
    return rc == 0;
}

/* The reply, for freeReplyObject; NULL where Redis is away or refuses. */
static redisReply *ask(struct cache *c, struct words *w)
{
    void *reply = NULL;
    if (!reach(c, &c->talk) || !put(&c->talk, w))
        return NULL;
    if (redisGetReply(c->talk.redis, &reply) != REDIS_OK) {
        give_up(&c->talk, c->talk.redis->errstr);
        return NULL;
    }
    redisReply *r = reply;
    if (r->type == REDIS_REPLY_ERROR) {
        log_warn(NULL, "cache.refused", LOG_STR("reason", r->str));
        freeReplyObject(r);
        return NULL;
    }
    return r;
}

static bool tell(struct cache *c, struct words *w)
{
    redisReply *r = ask(c, w);
    if (r == NULL)
        return false;
    freeReplyObject(r);
    return true;
}

bool cache_is_up(struct cache *c)
{
    struct words w = words("PING", NULL);
    return tell(c, &w);
}

void cache_push(struct cache *c, const char *list, const char *what)
{
    struct words w = words("LPUSH", list);
    word(&w, what, strlen(what));
    if (!tell(c, &w))
        return;
    w = words("LTRIM", list); /* one wake-up does for many: nobody need be woken a thousand times */
    word(&w, "0", 1);
    word(&w, "63", 2);
    (void)tell(c, &w);
}

static void publish(struct cache *c, const char *verb, int64_t tenant_id, int64_t user_id)
{
    char text[64];
    (void)snprintf(text, sizeof(text), "%s %" PRId64 " %" PRId64, verb, tenant_id, user_id);
    struct words w = words("PUBLISH", "deskd:events");
    word(&w, text, strlen(text));
    (void)tell(c, &w);
}

void cache_signal(struct cache *c, int64_t tenant_id, int64_t user_id, const char *json)
{
    char key[80];
    (void)snprintf(key, sizeof(key), "t:%" PRId64 ":events:%" PRId64, tenant_id, user_id);
    struct words w = words("XADD", key);
    word(&w, "MAXLEN", 6);
    word(&w, "100", 3);
    word(&w, "*", 1);
    word(&w, "d", 1);
    word(&w, json, strlen(json));
    if (!tell(c, &w))
        return;
    w = words("EXPIRE", key);
    word(&w, "3600", 4);
    (void)tell(c, &w);
    publish(c, "read", tenant_id, user_id);
}

void cache_signal_end(struct cache *c, int64_t tenant_id, int64_t user_id)
{
    publish(c, "look", tenant_id, user_id);
}

static bool start_waiting(struct cache *c, const char *list)
{
    struct line *l = &c->wait;
    if (!reach(c, l))
        return false;
    if (l->is_waiting)
        return true;
    struct words w = words("BLPOP", list);
    word(&w, "0", 1); /* for ever: the answer may be read by a later call */
    if (!put(l, &w))
        return false;
    l->is_waiting = true;
    return true;
}

/* What lies on the socket is read; the answer need not be complete. */
static bool take_answer(struct line *l)
{
    void *reply = NULL;
    if (redisBufferRead(l->redis) != REDIS_OK ||
        redisGetReplyFromReader(l->redis, &reply) != REDIS_OK) {
        give_up(l, l->redis->errstr);
        return false;
    }
    if (reply == NULL)
        return false;
    l->is_waiting = false;
    bool is_refused = ((redisReply *)reply)->type == REDIS_REPLY_ERROR;
    if (is_refused) /* at once, and so would be the next: no wake-up, or we never rest */
        give_up(l, ((redisReply *)reply)->str);
    freeReplyObject(reply);
    return !is_refused;
}

bool cache_wait(struct cache *c, const struct child_env *env, const char *list, int timeout_ms)
{
    if (!start_waiting(c, list)) {
        (void)child_wait(env, -1, timeout_ms);
        return false;
    }
    return child_wait(env, c->wait.redis->fd, timeout_ms) == 1 && take_answer(&c->wait);
}
