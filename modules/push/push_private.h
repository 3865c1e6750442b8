#ifndef DESKD_PUSH_PRIVATE_H /* modules/push/push_private.h - streams, and who feeds them */
#define DESKD_PUSH_PRIVATE_H
#include "base/child.h"
#include "base/crypto.h"

#include <stdbool.h>
#include <stdint.h>
struct evbuffer;
struct event_base;
struct evhttp_request;
struct redisAsyncContext;

#define STREAMS_MAX        20000
#define STREAMS_OF_PERSON  10
#define STREAMS_OF_TENANT  5000
#define EVENT_ID_MAX       40
#define BUCKETS            4096
#define STREAM_BACKLOG_MAX ((size_t)64 * 1024) /* who does not read is hung up on */

struct stream {
    struct push *push;
    uint64_t number; /* what a reply of Redis finds it by: it may be gone by then */
    struct evhttp_request *request;
    int64_t tenant_id, user_id;
    unsigned char session[CRYPTO_HASH];
    char last[EVENT_ID_MAX + 1]; /* the last event that it has; "" is not known yet */
    bool is_reading;             /* Redis has been asked */
    bool is_behind;              /* something came since */
    struct stream *next;         /* of its bucket: those of a person are in one */
};

struct push {
    struct child_env *env;
    struct arena *arena; /* of one look at the database */
    struct event_base *base;
    struct stream *buckets[BUCKETS];
    size_t streams_n;
    size_t sweep; /* the next bucket to be looked after */
    uint64_t numbers;
    struct redisAsyncContext *talk, *listen; /* NULL: Redis is away */
    int64_t retry_us;
};

struct stream **push_bucket(struct push *p, int64_t tenant_id, int64_t user_id);
/* False where the stream is over: nothing may be sent. */
bool push_is_allowed(struct push *p, const struct stream *s);
void push_end(struct push *p, struct stream *s);
/* Sends text; false where the stream had to be ended. */
bool push_send(struct push *p, struct stream *s, const char *text, size_t n);

/* --- redis.c --- */

/* Connects where it is not connected, now and then. */
void feed_tick(struct push *p);
/* Asks for what the stream does not have yet. */
void feed_stream(struct push *p, struct stream *s);
void feed_stop(struct push *p);
#endif
