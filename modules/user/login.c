#include "user/password.h" /* trying to log in, with limits */

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "user/email.h"
#include "user/throttle.h"

#define MINUTES(n) ((n)*INT64_C(60000))

/* Failures. The tenant's own limit is what a guess spread over many networks and accounts meets. */
static const struct throttle by_account = { "login.account", 10, MINUTES(15) };
static const struct throttle by_network = { "login.network", 50, MINUTES(15) };
static const struct throttle by_pair = { "login.pair", 10, MINUTES(15) };
static const struct throttle by_tenant = { "login.tenant", 1000, MINUTES(15) };

DB_SQL(load_login, 101,
       "SELECT u.id, u.password_hash, u.status, EXISTS (SELECT 1 FROM session s WHERE "
       "s.tenant_id = u.tenant_id AND s.user_id = u.id AND s.remote = ?) "
       "FROM user u WHERE u.tenant_id = ? AND u.email = ? AND u.status <> 4");

struct attempt {
    struct db *db;
    struct arena *arena;
    const struct crypto_key *key;
    const char *email, *network, *pair;
    int64_t user_id;
    const char *hash; /* NULL: nobody, or no password yet */
    bool is_active, is_known_here;
};

static int load(struct attempt *t, const struct login_try *from, struct err *err)
{
    struct db_row row;
    int rc = db_one(t->db, t->arena, &row, err, load_login, DB_STR(str_or(from->remote, "")),
                    DB_TENANT, DB_STR(t->email));
    if (rc <= 0)
        return rc;
    t->user_id = db_i64(&row, 0);
    t->hash = db_text(&row, 1);
    t->is_active = db_i64(&row, 2) == 1;
    t->is_known_here = db_i64(&row, 3) != 0;
    return 0;
}

static int hit(const struct attempt *t, const struct throttle *limit, const char *what,
               struct err *err)
{
    return throttle_hit(t->db, t->arena, t->key, limit, what, err);
}

/* 1 go on, 0 too many, -1. Where the person is at home, others' failures do not count. */
static int count(const struct attempt *t, struct err *err)
{
    int pair = hit(t, &by_pair, t->pair, err);
    int network = pair < 0 ? -1 : hit(t, &by_network, t->network, err);
    int account = network < 0 ? -1 : hit(t, &by_account, t->email, err);
    int tenant = account < 0 ? -1 : hit(t, &by_tenant, "", err);
    if (tenant < 0)
        return -1;
    return pair && (t->is_known_here || (network && account && tenant));
}

static int succeed(const struct attempt *t, struct err *err)
{
    return throttle_forget(t->db, t->key, &by_pair, t->pair, err) < 0 ||
                   throttle_forget(t->db, t->key, &by_account, t->email, err) < 0 ||
                   throttle_take_back(t->db, t->key, &by_network, t->network, err) < 0 ||
                   throttle_take_back(t->db, t->key, &by_tenant, "", err) < 0
               ? -1
               : LOGIN_RIGHT;
}

int login_attempt(struct db *db, struct arena *a, const struct crypto_key *key,
                  const struct login_try *attempt, int64_t *user_id, struct err *err)
{
    struct attempt t = { .db = db, .arena = a, .key = key };
    t.email = str_or(email_normal(a, attempt->email), "?");
    t.network = throttle_network(a, attempt->remote);
    t.pair = arena_printf(a, "%s %s", t.network, t.email);
    if (load(&t, attempt, err) < 0)
        return -1;
    int may = count(&t, err);
    if (may <= 0)
        return may < 0 ? -1 : LOGIN_THROTTLED;
    int matches = crypto_password_matches(t.hash, attempt->password, err);
    if (matches < 0)
        return -1;
    if (!matches || !t.is_active)
        return LOGIN_WRONG;
    *user_id = t.user_id;
    return succeed(&t, err);
}

int login_unlock(struct db *db, struct arena *a, const struct crypto_key *key, const char *email,
                 struct err *err)
{
    const char *normal = email_normal(a, email);
    return normal == NULL ? 0 : throttle_forget(db, key, &by_account, normal, err);
}
