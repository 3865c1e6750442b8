#ifndef DESKD_FCGI_SHARE_H /* fcgi/share.h - how many web workers one tenant may hold at once */
#define DESKD_FCGI_SHARE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct child_env;

/*
 * As many as half of the processors (at least one) while other tenants are about: then what comes
 * to a worker above that is put aside, unread, and the worker goes on with the next connection. A
 * neighbour finds a worker and a processor at once, and the busy tenant waits instead of being
 * refused. What has waited for long may have more workers, all but a quarter of them (at least
 * one). Where nobody else was here in the last minute, all workers are the tenant's own.
 */
#define SHARE_ASIDE   64
#define SHARE_WAIT_US INT64_C(2000000)

struct share {
    struct aside {
        int fd;
        unsigned request_id;
        int64_t tenant, since_us;
    } aside[SHARE_ASIDE]; /* oldest first */
    size_t n;
};

/* Whether one more request of tenant (0: unknown) would be more than its share. */
bool share_is_used_up(const struct child_env *env, int64_t tenant);
/* False where there is no room. */
bool share_put_aside(struct share *s, int fd, unsigned request_id, int64_t tenant);
/* Takes the oldest that may be served now; false where there is none. is_all: whatever waits. */
bool share_take(struct share *s, const struct child_env *env, bool is_all, int *fd,
                unsigned *request_id);
#endif
