#ifndef DESKD_USER_THROTTLE_H /* modules/user/throttle.h - so many times within so long, and no    \
                                 more */
#define DESKD_USER_THROTTLE_H
#include <stdint.h>
struct arena;
struct crypto_key;
struct db;
struct err;

/* kind names what is counted ("login.account"); the database holds only a keyed hash of it. The
 * window begins with the first hit and is not prolonged by further ones, so nobody is locked out
 * for longer. */
struct throttle {
    const char *kind;
    int64_t limit;
    int64_t window_ms;
};

/* Counts a hit for what: 1 within the limit, 0 above it, -1. Count before the costly work, so that
 * many at once are counted too; call outside of transactions. key: the tenant's. */
int throttle_hit(struct db *db, struct arena *a, const struct crypto_key *key,
                 const struct throttle *t, const char *what, struct err *err);
/* Takes one hit back (it was a good one) / forgets all. */
int throttle_take_back(struct db *db, const struct crypto_key *key, const struct throttle *t,
                       const char *what, struct err *err);
int throttle_forget(struct db *db, const struct crypto_key *key, const struct throttle *t,
                    const char *what, struct err *err);
/* What is counted for a client address: itself, for IPv6 its /64 network. */
const char *throttle_network(struct arena *a, const char *remote);
/* Removes some of the old counts, of all tenants: housekeeping, on the global handle. */
int throttle_clean(struct db *global, struct err *err);
#endif
