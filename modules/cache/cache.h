#ifndef DESKD_CACHE_CACHE_H /* modules/cache/cache.h - Redis, a helper that may vanish */
#define DESKD_CACHE_CACHE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct child_env;
struct conf;
struct err;

/* A connection that is made when first needed. While Redis is away every call is a miss at once:
 * after a failure nothing is tried for five seconds. Nothing here is the truth, and nothing here
 * fails. */
struct cache;

/* No Redis in the configuration: a cache that always misses. */
int cache_new(struct cache **out, const struct conf *conf, struct err *err);
void cache_free(struct cache **cache);
bool cache_is_up(struct cache *c); /* asks it */

/* True with the value (NUL behind it, in a), false for a miss. */
bool cache_get(struct cache *c, struct arena *a, const char *key, char **value, size_t *n);
/* True if Redis took it. ttl_s 0: until deleted. */
bool cache_set(struct cache *c, const char *key, const void *value, size_t n, int64_t ttl_s);
bool cache_del(struct cache *c, const char *key);
/* Counts up and returns the count, 0 where Redis is away; the first one starts the time to live. */
int64_t cache_count(struct cache *c, const char *key, int64_t ttl_s);

/* Wakes one waiter of list. */
void cache_push(struct cache *c, const char *list, const char *word);
/* Waits for a wake-up, at most timeout_ms and not past a stop: true if one came. Waits on a
 * connection of its own, and just waits where Redis is away. */
bool cache_wait(struct cache *c, const struct child_env *env, const char *list, int timeout_ms);

/* Appends an event (one field "e") to a stream that keeps about max_length of them. */
bool cache_publish(struct cache *c, const char *stream, const char *event, size_t max_length);
#endif
