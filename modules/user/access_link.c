#include "user/access_link.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "db/db.h"
#include "user/audit.h"
#include "user/password.h"
#include "user/user_private.h"
#include "user/viewer.h"

#include <inttypes.h>

#define TOKEN_BYTES      CRYPTO_HASH
#define SEED_BYTES       16
#define HOUR_MS          INT64_C(3600000)
#define INVITATION_HOURS 72
#define RESET_HOURS      1
#define PURPOSE_COLUMN   13

DB_SQL(end_links_of_purpose, 20,
       "DELETE FROM access_link WHERE tenant_id = ? AND user_id = ? AND purpose = ?");
DB_SQL(insert_link, 2,
       "INSERT INTO access_link (tenant_id, token_hash, user_id, purpose, created_at, expires_at) "
       "VALUES (?, ?, ?, ?, " DB_NOW ", " DB_NOW " + ?)");
DB_SQL(load_link, 2,
       "SELECT " USER_COLUMNS ", l.purpose FROM access_link l JOIN user u ON "
       "u.tenant_id = l.tenant_id AND u.id = l.user_id WHERE l.tenant_id = ? AND "
       "l.token_hash = ? AND l.expires_at > " DB_NOW " AND u.status IN (1, 2)");
DB_SQL(use_link, 1,
       "DELETE FROM access_link WHERE tenant_id = ? AND token_hash = ? AND expires_at > " DB_NOW);
DB_SQL(end_links, 20, "DELETE FROM access_link WHERE tenant_id = ? AND user_id = ?");
DB_SQL_GLOBAL(clean_links, 1000,
              "DELETE FROM access_link WHERE expires_at < " DB_NOW " LIMIT 1000");

static bool hash_of(const char *token, unsigned char hash[CRYPTO_HASH])
{
    unsigned char bytes[TOKEN_BYTES];
    if (token == NULL || crypto_unbase64url(bytes, sizeof(bytes), token) != TOKEN_BYTES)
        return false;
    crypto_sha256(hash, bytes, sizeof(bytes));
    return true;
}

struct new_link {
    int64_t user_id, purpose;
    unsigned char hash[CRYPTO_HASH];
};

static int create(struct db *db, void *data, struct err *err)
{
    const struct new_link *l = data;
    int64_t hours = l->purpose == ACCESS_INVITATION ? INVITATION_HOURS : RESET_HOURS;
    return db_exec(db, err, end_links_of_purpose, DB_TENANT, DB_I64(l->user_id),
                   DB_I64(l->purpose)) < 0 ||
                   db_exec(db, err, insert_link, DB_TENANT, DB_BLOB(l->hash, CRYPTO_HASH),
                           DB_I64(l->user_id), DB_I64(l->purpose), DB_I64(hours * HOUR_MS)) < 0
               ? -1
               : 0;
}

int access_link_create(struct db *db, struct arena *a, const struct crypto_key *key,
                       struct access_link *link, struct err *err)
{
    unsigned char seed[SEED_BYTES];
    struct new_link l = { .user_id = link->user_id, .purpose = link->purpose };
    crypto_random(seed, sizeof(seed));
    link->seed = crypto_base64url(a, seed, sizeof(seed));
    link->token = access_link_token(a, key, link->user_id, link->seed);
    if (!hash_of(link->token, l.hash))
        return err_set(err, ERR_INTERNAL, "a link's own token is none");
    return db_transact(db, create, &l, err);
}

const char *access_link_token(struct arena *a, const struct crypto_key *key, int64_t user_id,
                              const char *seed)
{
    unsigned char mac[CRYPTO_HASH];
    struct crypto_key derived = crypto_derive(key, "access-link");
    crypto_mac(mac, &derived, arena_printf(a, "%" PRId64, user_id), seed, NULL);
    return crypto_base64url(a, mac, TOKEN_BYTES);
}

const char *access_link_path(struct arena *a, const char *token)
{
    return arena_printf(a, "/password/%s", token);
}

int access_link_peek(struct db *db, struct arena *a, const char *token, struct user *out,
                     enum access_purpose *purpose, struct err *err)
{
    unsigned char hash[CRYPTO_HASH];
    struct db_row row;
    if (!hash_of(token, hash))
        return 0;
    int rc = db_one(db, a, &row, err, load_link, DB_TENANT, DB_BLOB(hash, CRYPTO_HASH));
    if (rc <= 0)
        return rc;
    user_take(&row, out);
    *purpose = (enum access_purpose)db_i64(&row, PURPOSE_COLUMN);
    return 1;
}

struct use {
    struct arena *arena;
    const char *password;
    int64_t user_id;
    unsigned char hash[CRYPTO_HASH];
    bool is_invitation;
};

static int use(struct db *db, void *data, struct err *err)
{
    const struct use *u = data;
    int64_t n = db_exec(db, err, use_link, DB_TENANT, DB_BLOB(u->hash, CRYPTO_HASH));
    if (n <= 0)
        return n < 0 ? -1 : 0;
    if (password_set(db, u->arena, u->user_id, u->password, err) < 0 ||
        session_end_all(db, u->user_id, err) < 0 || access_link_end_all(db, u->user_id, err) < 0)
        return -1;
    const struct viewer self = { .user_id = u->user_id };
    return audit_add(db, &self, u->is_invitation ? "user.accept" : "user.reset", u->user_id, "",
                     err) < 0
               ? -1
               : 1;
}

int access_link_use(struct db *db, struct arena *a, const char *token, const char *password,
                    int64_t *user_id, struct err *err)
{
    struct user user;
    enum access_purpose purpose;
    struct use u = { .arena = a, .password = password };
    int rc = access_link_peek(db, a, token, &user, &purpose, err);
    if (rc <= 0 || !hash_of(token, u.hash))
        return rc < 0 ? -1 : 0;
    u.user_id = *user_id = user.id;
    u.is_invitation = purpose == ACCESS_INVITATION;
    return db_transact(db, use, &u, err);
}

int access_link_end_all(struct db *db, int64_t user_id, struct err *err)
{
    return db_exec(db, err, end_links, DB_TENANT, DB_I64(user_id)) < 0 ? -1 : 0;
}

int access_link_clean(struct db *global, struct err *err)
{
    return db_exec_(global, err, &clean_links, NULL, 0) < 0 ? -1 : 0;
}
