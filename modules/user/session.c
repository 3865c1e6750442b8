#include "user/viewer.h" /* sessions: the browser holds a token, the database its hash */

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "user/viewer_private.h"

#include <stdio.h>
#include <string.h>

#define DAYS(n)   #n " * 86400000"
/* A session ends a week after its last use, and a month after its start. The last use is written at
 * most once an hour. */
#define IDLE      DAYS(7)
#define ABSOLUTE_ DAYS(30)
#define HOUR      "3600000"

DB_SQL(start_session, 1,
       "INSERT INTO session (tenant_id, token_hash, user_id, created_at, expires_at, remote, "
       "user_agent) VALUES (?, ?, ?, " DB_NOW ", " DB_NOW " + " IDLE ", ?, ?)");
/* An agent's departments make it several rows; others see all of them. */
DB_SQL(load_session, 60,
       "SELECT " VIEWER_COLUMNS ", m.department_id, s.expires_at < "
       "LEAST(s.created_at + " ABSOLUTE_ ", " DB_NOW " + " IDLE ") - " HOUR
       " FROM session s JOIN user u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
       "LEFT JOIN roster r ON r.tenant_id = s.tenant_id " VIEWER_UNREAD
       "LEFT JOIN department_member m ON m.tenant_id = u.tenant_id AND m.user_id = u.id "
       "AND u.role = 1 WHERE s.tenant_id = ? AND s.token_hash = ? AND s.expires_at > " DB_NOW
       " AND u.status = 1");
#define DEPARTMENT_COLUMN VIEWER_COLUMNS_N
#define OLD_COLUMN        (VIEWER_COLUMNS_N + 1)

DB_SQL(prolong_session, 2,
       "UPDATE session s JOIN user u ON u.tenant_id = s.tenant_id AND u.id = s.user_id "
       "SET s.expires_at = LEAST(s.created_at + " ABSOLUTE_ ", " DB_NOW " + " IDLE "), "
       "u.seen_at = " DB_NOW " WHERE s.tenant_id = ? AND s.token_hash = ?");
DB_SQL(see_user, 1, "UPDATE user SET seen_at = " DB_NOW " WHERE tenant_id = ? AND id = ?");
DB_SQL(end_session, 1, "DELETE FROM session WHERE tenant_id = ? AND token_hash = ?");
DB_SQL(end_sessions, 100, "DELETE FROM session WHERE tenant_id = ? AND user_id = ?");
DB_SQL_GLOBAL(end_expired_sessions, 1000,
              "DELETE FROM session WHERE expires_at < " DB_NOW " LIMIT 1000");

/* The hash that the database knows a token by; false where it is no token at all. */
static bool hash_of(const char *token, unsigned char hash[CRYPTO_HASH])
{
    unsigned char bytes[SESSION_TOKEN_BYTES];
    if (token == NULL || crypto_unbase64url(bytes, sizeof(bytes), token) != SESSION_TOKEN_BYTES)
        return false;
    crypto_sha256(hash, bytes, sizeof(bytes));
    return true;
}

int session_start(struct db *db, struct arena *a, int64_t user_id, const char *remote,
                  const char *user_agent, const char **token, struct err *err)
{
    unsigned char bytes[SESSION_TOKEN_BYTES], hash[CRYPTO_HASH];
    crypto_random(bytes, sizeof(bytes));
    crypto_sha256(hash, bytes, sizeof(bytes));
    *token = crypto_base64url(a, bytes, sizeof(bytes));
    const char *agent = user_agent == NULL ? "" : user_agent;
    agent = str_line(a, str_utf8(a, agent, strlen(agent)), 190);
    return db_exec(db, err, start_session, DB_TENANT, DB_BLOB(hash, sizeof(hash)), DB_I64(user_id),
                   DB_STR(str_or(remote, "")), DB_STR(agent)) < 0 ||
                   db_exec(db, err, see_user, DB_TENANT, DB_I64(user_id)) < 0
               ? -1
               : 0;
}

struct session_asked {
    struct db_later later;
    unsigned char hash[CRYPTO_HASH];
};

bool session_ask(struct db *db, struct arena *a, const char *token, bool may_be_kept,
                 struct session_asked **out)
{
    struct session_asked *asked = arena_alloc(a, sizeof(*asked));
    if (!hash_of(token, asked->hash))
        return false;
    const struct db_arg args[] = { DB_TENANT, DB_BLOB(asked->hash, CRYPTO_HASH) };
    if (may_be_kept)
        db_ask_recent_(db, a, &asked->later, &load_session, args, 2);
    else
        db_ask_(db, a, &asked->later, &load_session, args, 2);
    *out = asked;
    return true;
}

int session_answer(struct session_asked *asked, struct viewer *out, struct err *err)
{
    struct db_rows rows;
    struct db *db = asked->later.db;
    if (db_answer(&asked->later, &rows, err) < 0)
        return -1;
    if (rows.n == 0)
        return 0;
    viewer_take(&rows.rows[0], out);
    viewer_take_departments(asked->later.arena, &rows, DEPARTMENT_COLUMN, out);
    if (db_i64(&rows.rows[0], OLD_COLUMN) != 0 &&
        db_exec(db, err, prolong_session, DB_TENANT, DB_BLOB(asked->hash, CRYPTO_HASH)) < 0)
        return -1;
    return rights_settle(db, asked->later.arena, out, err) < 0 ? -1 : 1;
}

int session_viewer(struct db *db, struct arena *a, const char *token, struct viewer *out,
                   struct err *err)
{
    struct session_asked *asked;
    return session_ask(db, a, token, false, &asked) ? session_answer(asked, out, err) : 0;
}

bool session_id(const char *token, char out[SESSION_ID_MAX])
{
    unsigned char hash[CRYPTO_HASH];
    if (!hash_of(token, hash))
        return false;
    for (size_t i = 0; i < sizeof(hash); i++)
        (void)snprintf(out + 2 * i, 3, "%02x", hash[i]);
    return true;
}

int session_end(struct db *db, const char *token, struct err *err)
{
    unsigned char hash[CRYPTO_HASH];
    if (!hash_of(token, hash))
        return 0;
    return db_exec(db, err, end_session, DB_TENANT, DB_BLOB(hash, sizeof(hash))) < 0 ? -1 : 0;
}

int session_end_all(struct db *db, int64_t user_id, struct err *err)
{
    return db_exec(db, err, end_sessions, DB_TENANT, DB_I64(user_id)) < 0 ? -1 : 0;
}

int session_end_expired(struct db *global, struct err *err)
{
    return db_exec_(global, err, &end_expired_sessions, NULL, 0) < 0 ? -1 : 0;
}
