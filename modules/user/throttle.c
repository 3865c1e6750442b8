#include "user/throttle.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

#include <arpa/inet.h>
#include <string.h>

#define BUCKET   16
#define ATTEMPTS 3 /* many at once on one row may deadlock */

/* hits is set first: it looks at the old resets_at. */
DB_SQL(add_hit, 1,
       "INSERT INTO throttle (tenant_id, bucket, hits, resets_at) VALUES (?, ?, 1, " DB_NOW
       " + ?) ON DUPLICATE KEY UPDATE hits = IF(resets_at <= " DB_NOW ", 1, hits + 1), "
       "resets_at = IF(resets_at <= " DB_NOW ", VALUES(resets_at), resets_at)");
DB_SQL(read_hits, 1, "SELECT hits FROM throttle WHERE tenant_id = ? AND bucket = ?");
DB_SQL(take_hit_back, 1,
       "UPDATE throttle SET hits = hits - 1 WHERE tenant_id = ? AND bucket = ? AND hits > 0");
DB_SQL(forget_hits, 1, "DELETE FROM throttle WHERE tenant_id = ? AND bucket = ?");
DB_SQL_GLOBAL(clean_throttle, 1000, "DELETE FROM throttle WHERE resets_at < " DB_NOW " LIMIT 1000");

static void bucket_of(unsigned char bucket[BUCKET], const struct crypto_key *key,
                      const struct throttle *t, const char *what)
{
    unsigned char mac[CRYPTO_HASH];
    struct crypto_key derived = crypto_derive(key, "throttle");
    crypto_mac(mac, &derived, t->kind, what, NULL);
    memcpy(bucket, mac, BUCKET);
}

int throttle_hit(struct db *db, struct arena *a, const struct crypto_key *key,
                 const struct throttle *t, const char *what, struct err *err)
{
    unsigned char bucket[BUCKET];
    struct db_row row;
    int64_t rc = -1;
    bucket_of(bucket, key, t, what);
    for (int i = 0; i < ATTEMPTS && rc < 0; i++) {
        rc = db_exec(db, err, add_hit, DB_TENANT, DB_BLOB(bucket, BUCKET), DB_I64(t->window_ms));
        if (rc < 0 && err->code != ERR_DEADLOCK)
            break;
    }
    if (rc < 0 || db_one(db, a, &row, err, read_hits, DB_TENANT, DB_BLOB(bucket, BUCKET)) < 0)
        return -1;
    return db_i64(&row, 0) <= t->limit;
}

int throttle_take_back(struct db *db, const struct crypto_key *key, const struct throttle *t,
                       const char *what, struct err *err)
{
    unsigned char bucket[BUCKET];
    bucket_of(bucket, key, t, what);
    return db_exec(db, err, take_hit_back, DB_TENANT, DB_BLOB(bucket, BUCKET)) < 0 ? -1 : 0;
}

int throttle_forget(struct db *db, const struct crypto_key *key, const struct throttle *t,
                    const char *what, struct err *err)
{
    unsigned char bucket[BUCKET];
    bucket_of(bucket, key, t, what);
    return db_exec(db, err, forget_hits, DB_TENANT, DB_BLOB(bucket, BUCKET)) < 0 ? -1 : 0;
}

const char *throttle_network(struct arena *a, const char *remote)
{
    struct in6_addr v6;
    if (remote == NULL || inet_pton(AF_INET6, remote, &v6) != 1 || IN6_IS_ADDR_V4MAPPED(&v6))
        return str_or(remote, "");
    return crypto_hex(a, v6.s6_addr, 8);
}

int throttle_clean(struct db *global, struct err *err)
{
    return db_exec_(global, err, &clean_throttle, NULL, 0) < 0 ? -1 : 0;
}
