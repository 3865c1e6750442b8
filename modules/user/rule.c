#include "user/user_private.h" /* who may change whom, read from the database within the change */

#include "base/err.h"
#include "base/word.h"
#include "db/db.h"
#include "user/viewer.h"

DB_SQL(lock_actor, 1,
       "SELECT role FROM user WHERE tenant_id = ? AND id = ? AND status = 1 FOR UPDATE");
DB_SQL(lock_owners, 500,
       "SELECT id, status FROM user WHERE tenant_id = ? AND role = 3 AND status IN (1, 2) "
       "FOR UPDATE");

/* 0 for a person who is not active any more. */
static int role_now(struct db *db, struct arena *a, const struct viewer *by, enum role *out,
                    struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, lock_actor, DB_TENANT, DB_I64(by->user_id));
    *out = rc > 0 ? (enum role)db_i64(&row, 0) : (enum role)0;
    return rc < 0 ? -1 : 0;
}

int actor_check(struct db *db, struct arena *a, const struct viewer *by, enum role target,
                enum role wanted, struct err *err)
{
    enum role role;
    if (by == NULL)
        return 0;
    if (role_now(db, a, by, &role, err) < 0)
        return -1;
    return role_may_change(role, target, wanted)
               ? 0
               : err_set(err, ERR_FORBIDDEN, "your role does not allow this change");
}

int actor_check_capability(struct db *db, struct arena *a, const struct viewer *by,
                           enum capability c, struct err *err)
{
    enum role role;
    if (by == NULL)
        return 0;
    if (role_now(db, a, by, &role, err) < 0)
        return -1;
    return (role_capabilities(role) >> c & UINT64_C(1)) != 0
               ? 0
               : err_set(err, ERR_FORBIDDEN, "your role does not allow this change");
}

/* An active owner is needed while there is one; before the first has accepted the invitation, an
 * invited one. */
int owner_check_other(struct db *db, struct arena *a, const struct user *leaving, struct err *err)
{
    struct db_rows rows;
    bool others_active = false, others_invited = false;
    if (db_all(db, a, &rows, err, lock_owners, DB_TENANT) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        if (db_i64(&rows.rows[i], 0) == leaving->id)
            continue;
        bool is_active = db_i64(&rows.rows[i], 1) == USER_ACTIVE;
        others_active = others_active || is_active;
        others_invited = others_invited || !is_active;
    }
    if (others_active || (others_invited && leaving->status != USER_ACTIVE))
        return 0;
    return err_set(err, ERR_REFUSED,
                   WORDS("the last owner must stay; make somebody else owner first"));
}

bool user_may_change(const struct viewer *by, const struct user *u)
{
    return by != NULL && u->status != USER_DELETED && role_may_change(by->role, u->role, u->role);
}
