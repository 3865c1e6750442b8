#include "user/workplace.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

DB_SQL(load_workplaces, 20000,
       "SELECT d.id, d.name, u.id, u.name FROM department d LEFT JOIN user u ON u.tenant_id = "
       "d.tenant_id "
       "AND u.status = 1 AND (u.role >= 2 OR EXISTS (SELECT 1 FROM department_member m "
       "WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id AND m.department_id = d.id)) "
       "WHERE d.tenant_id = ? ORDER BY d.name, d.id, u.name, u.id");

int workplace_all(struct db *db, struct arena *a, struct workplace **out, size_t *n,
                  struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_workplaces, DB_TENANT) < 0)
        return err_wrap(err, "read workplaces");
    *out = arena_array(a, rows.n, sizeof(**out));
    *n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        (*out)[i] = (struct workplace) { db_i64(r, 0), db_i64(r, 2), db_str(r, 1), db_str(r, 3) };
    }
    return 0;
}
