#include "user/user_private.h" /* a person's departments */

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"
#include "db/db.h"

DB_SQL(insert_membership, 2,
       "INSERT INTO department_member (tenant_id, user_id, department_id) "
       "SELECT d.tenant_id, ?, d.id FROM department d WHERE d.tenant_id = ? AND d.id = ?");
DB_SQL(delete_membership, 1,
       "DELETE FROM department_member WHERE tenant_id = ? AND user_id = ? AND department_id = ?");

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static int add(struct db *db, int64_t user_id, int64_t department_id, struct err *err)
{
    int64_t n = db_exec(db, err, insert_membership, DB_I64(user_id), DB_TENANT,
                        DB_I64(department_id));
    if (n < 0)
        return -1;
    return n > 0 ? 0 : err_set(err, ERR_INVALID, WORDS("there is no such department"));
}

/* Only differences are written: what a person chose for a department stays. */
int membership_set(struct db *db, struct arena *a, int64_t user_id, const int64_t *departments,
                   size_t n, struct err *err)
{
    struct membership *now;
    size_t now_n;
    if (user_memberships(db, a, user_id, &now, &now_n, err) < 0)
        return -1;
    int64_t *have = arena_array(a, now_n + n + 1, sizeof(*have));
    size_t have_n = 0;
    for (size_t i = 0; i < now_n; i++) {
        have[have_n++] = now[i].department_id;
        if (!has(departments, n, now[i].department_id) &&
            db_exec(db, err, delete_membership, DB_TENANT, DB_I64(user_id),
                    DB_I64(now[i].department_id)) < 0)
            return -1;
    }
    for (size_t i = 0; i < n; i++) {
        if (has(have, have_n, departments[i]))
            continue;
        if (add(db, user_id, departments[i], err) < 0)
            return -1;
        have[have_n++] = departments[i];
    }
    return 0;
}
