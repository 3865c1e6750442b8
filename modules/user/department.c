#include "user/department.h" /* looking departments up */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "user/email.h"

#define COLUMNS                                                                                    \
    "SELECT d.id, d.name, p.address, d.signature, d.is_default, d.reopen_days, d.claim_on_reply, " \
    "d.reply_takes_over, d.version FROM department d LEFT JOIN department_address p ON "           \
    "p.tenant_id = d.tenant_id AND p.department_id = d.id AND p.is_primary = 1 "
#define DEPARTMENTS 100 /* of one tenant, for budgets */

DB_SQL(load_department, 2, COLUMNS "WHERE d.tenant_id = ? AND d.id = ?");
DB_SQL(load_default, DEPARTMENTS * 2,
       COLUMNS "WHERE d.tenant_id = ? AND d.is_default = 1 ORDER BY d.id LIMIT 1");
DB_SQL(load_by_address, 3,
       COLUMNS "JOIN department_address q ON q.tenant_id = d.tenant_id AND q.department_id = d.id "
               "WHERE d.tenant_id = ? AND q.address = ?");
DB_SQL(load_departments, DEPARTMENTS * 3, COLUMNS "WHERE d.tenant_id = ? ORDER BY d.name, d.id");
DB_SQL(load_addresses, 50,
       "SELECT address FROM department_address WHERE tenant_id = ? AND department_id = ? "
       "ORDER BY is_primary DESC, address");
DB_SQL(load_all_addresses, DEPARTMENTS * 5,
       "SELECT department_id, address FROM department_address WHERE tenant_id = ? "
       "ORDER BY is_primary DESC, address");
DB_SQL(load_members, 500,
       "SELECT user_id, takes_tickets FROM department_member WHERE tenant_id = ? AND department_id "
       "= ? "
       "ORDER BY user_id");

static void take(const struct db_row *row, struct department *out)
{
    *out = (struct department) { .id = db_i64(row, 0),
                                 .name = db_str(row, 1),
                                 .address = db_str(row, 2),
                                 .signature = db_str(row, 3),
                                 .is_default = db_i64(row, 4) != 0,
                                 .reopen_days = db_i64(row, 5),
                                 .claim_on_reply = db_i64(row, 6) != 0,
                                 .reply_takes_over = db_i64(row, 7) != 0,
                                 .version = db_i64(row, 8) };
}

int department_by_id(struct db *db, struct arena *a, int64_t id, struct department *out,
                     struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, load_department, DB_TENANT, DB_I64(id));
    if (rc > 0)
        take(&row, out);
    return rc;
}

void department_ask(struct db *db, struct arena *a, int64_t id, struct db_later *later)
{
    db_ask(db, a, later, load_department, DB_TENANT, DB_I64(id));
}

int department_answer(struct db_later *later, struct department *out, struct err *err)
{
    struct db_rows rows;
    if (db_answer(later, &rows, err) < 0)
        return -1;
    if (rows.n > 0)
        take(&rows.rows[0], out);
    return rows.n > 0;
}

int department_default(struct db *db, struct arena *a, struct department *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, load_default, DB_TENANT);
    if (rc > 0)
        take(&row, out);
    return rc;
}

int department_by_address(struct db *db, struct arena *a, const char *address,
                          struct department *out, struct err *err)
{
    struct db_row row;
    const char *normal = email_normal(a, address);
    if (normal == NULL)
        return 0;
    int rc = db_one(db, a, &row, err, load_by_address, DB_TENANT, DB_STR(normal));
    if (rc > 0)
        take(&row, out);
    return rc;
}

int department_all(struct db *db, struct arena *a, struct department **out, size_t *n,
                   struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_departments, DB_TENANT) < 0)
        return -1;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        take(&rows.rows[*n], &(*out)[*n]);
    return 0;
}

int department_addresses(struct db *db, struct arena *a, int64_t id, const char ***out, size_t *n,
                         struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_addresses, DB_TENANT, DB_I64(id)) < 0)
        return -1;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        (*out)[*n] = db_str(&rows.rows[*n], 0);
    return 0;
}

int department_all_addresses(struct db *db, struct arena *a, struct department_address **out,
                             size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_all_addresses, DB_TENANT) < 0)
        return -1;
    *out = arena_array(a, rows.n, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        (*out)[*n] = (struct department_address) { db_i64(&rows.rows[*n], 0),
                                                   db_str(&rows.rows[*n], 1) };
    return 0;
}

int department_members(struct db *db, struct arena *a, int64_t id, struct department_member **out,
                       size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_members, DB_TENANT, DB_I64(id)) < 0)
        return -1;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        (*out)[*n] = (struct department_member) { db_i64(&rows.rows[*n], 0),
                                                  db_i64(&rows.rows[*n], 1) != 0 };
    return 0;
}
