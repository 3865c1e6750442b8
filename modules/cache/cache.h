#ifndef DESKD_CACHE_CACHE_H /* modules/cache/cache.h - Redis, a helper that may vanish */
#define DESKD_CACHE_CACHE_H
#include <stdbool.h>
#include <stdint.h>
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

/* Wakes one waiter of list. */
void cache_push(struct cache *c, const char *list, const char *word);
/* A line of JSON for the open pages of a person, see push/push.h; kept a while for those that come
 * back. */
void cache_signal(struct cache *c, int64_t tenant_id, int64_t user_id, const char *json);
/* A session of the person may have ended: streams are looked at now. */
void cache_signal_end(struct cache *c, int64_t tenant_id, int64_t user_id);
/* Waits for a wake-up, at most timeout_ms and not past a stop: true if one came. Waits on a
 * connection of its own, and just waits where Redis is away. */
bool cache_wait(struct cache *c, const struct child_env *env, const char *list, int timeout_ms);
#endif
