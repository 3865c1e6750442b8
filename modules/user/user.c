#include "user/user_private.h" /* looking people up */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "user/email.h"
#include "user/viewer.h"

#define PEOPLE 500 /* of one tenant, for budgets */

DB_SQL(load_user, 1, "SELECT " USER_COLUMNS " FROM user u WHERE u.tenant_id = ? AND u.id = ?");
DB_SQL(load_user_by_email, 1,
       "SELECT " USER_COLUMNS " FROM user u WHERE u.tenant_id = ? AND u.email = ? "
       "AND u.status <> 4");
DB_SQL(load_users, PEOPLE * 2,
       "SELECT " USER_COLUMNS " FROM user u WHERE u.tenant_id = ? AND u.status <> 4 "
       "ORDER BY u.name, u.id");
DB_SQL(load_workers, PEOPLE * 3,
       "SELECT " USER_COLUMNS " FROM user u WHERE u.tenant_id = ? AND u.status = 1 AND "
       "(u.role >= 2 OR EXISTS (SELECT 1 FROM department_member m WHERE "
       "m.tenant_id = u.tenant_id AND m.user_id = u.id AND m.department_id = ?)) "
       "ORDER BY u.name, u.id");
DB_SQL(load_active, PEOPLE, "SELECT id FROM user WHERE tenant_id = ? AND status = 1 LIMIT 2");
DB_SQL(load_memberships, 50,
       "SELECT department_id, takes_tickets FROM department_member WHERE tenant_id = ? "
       "AND user_id = ? ORDER BY department_id");

DB_SQL(load_all_memberships, PEOPLE * 4,
       "SELECT user_id, department_id FROM department_member WHERE tenant_id = ? "
       "ORDER BY user_id, department_id");

void user_take(const struct db_row *row, struct user *out)
{
    *out = (struct user) { .id = db_i64(row, 0),
                           .name = db_str(row, 1),
                           .email = db_str(row, 2),
                           .role = (enum role)db_i64(row, 3),
                           .status = (enum user_status)db_i64(row, 4),
                           .gender = db_str(row, 5),
                           .locale = db_text(row, 6),
                           .timezone = db_text(row, 7),
                           .theme = db_str(row, 8),
                           .signature = db_str(row, 9),
                           .version = db_i64(row, 10),
                           .created_at = db_i64(row, 11),
                           .seen_at = db_i64(row, 12) };
}

int user_by_id(struct db *db, struct arena *a, int64_t id, struct user *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, load_user, DB_TENANT, DB_I64(id));
    if (rc > 0)
        user_take(&row, out);
    return rc;
}

void user_ask(struct db *db, struct arena *a, int64_t id, struct db_later *later)
{
    db_ask(db, a, later, load_user, DB_TENANT, DB_I64(id));
}

int user_answer(struct db_later *later, struct user *out, struct err *err)
{
    struct db_rows rows;
    if (db_answer(later, &rows, err) < 0)
        return -1;
    if (rows.n > 0)
        user_take(&rows.rows[0], out);
    return rows.n > 0;
}

int user_by_email(struct db *db, struct arena *a, const char *email, struct user *out,
                  struct err *err)
{
    struct db_row row;
    const char *normal = email_normal(a, email);
    if (normal == NULL)
        return 0;
    int rc = db_one(db, a, &row, err, load_user_by_email, DB_TENANT, DB_STR(normal));
    if (rc > 0)
        user_take(&row, out);
    return rc;
}

static void take_all(struct arena *a, const struct db_rows *rows, struct user **out, size_t *n)
{
    *out = arena_array(a, rows->n + 1, sizeof(**out));
    for (*n = 0; *n < rows->n; (*n)++)
        user_take(&rows->rows[*n], &(*out)[*n]);
}

int user_all(struct db *db, struct arena *a, struct user **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_users, DB_TENANT) < 0)
        return -1;
    take_all(a, &rows, out, n);
    return 0;
}

int user_workers(struct db *db, struct arena *a, int64_t department_id, struct user **out,
                 size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_workers, DB_TENANT, DB_I64(department_id)) < 0)
        return -1;
    take_all(a, &rows, out, n);
    return 0;
}

int user_may_work(struct db *db, int64_t user_id, int64_t department_id, struct err *err)
{
    struct viewer v;
    struct arena *a = arena_new(0);
    if (a == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    int rc = viewer_load(db, a, user_id, &v, err);
    if (rc > 0)
        rc = viewer_works_in(&v, department_id);
    arena_free(&a);
    return rc;
}

int user_only_active(struct db *db, int64_t *user_id, struct err *err)
{
    struct db_rows rows;
    struct arena *a = arena_new(0);
    if (a == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    int rc = db_all(db, a, &rows, err, load_active, DB_TENANT);
    if (rc == 0 && rows.n == 1) {
        *user_id = db_i64(&rows.rows[0], 0);
        rc = 1;
    }
    arena_free(&a);
    return rc;
}

int user_memberships(struct db *db, struct arena *a, int64_t user_id, struct membership **out,
                     size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_memberships, DB_TENANT, DB_I64(user_id)) < 0)
        return -1;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        (*out)[*n] = (struct membership) { db_i64(&rows.rows[*n], 0),
                                           db_i64(&rows.rows[*n], 1) != 0 };
    return 0;
}

int user_all_memberships(struct db *db, struct arena *a, struct member **out, size_t *n,
                         struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_all_memberships, DB_TENANT) < 0)
        return -1;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        (*out)[*n] = (struct member) { db_i64(&rows.rows[*n], 0), db_i64(&rows.rows[*n], 1) };
    return 0;
}
