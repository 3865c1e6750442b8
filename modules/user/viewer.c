#include "user/viewer.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "user/viewer_private.h"

#include <stdlib.h>
#include <string.h>

DB_SQL(load_viewer, 60,
       "SELECT " VIEWER_COLUMNS " FROM user u WHERE u.tenant_id = ? AND u.id = ? AND u.status = 1");

bool viewer_may(const struct viewer *v, enum capability c)
{
    if (c == CAP_PUBLIC)
        return true;
    return v != NULL && c > CAP_PUBLIC && c < CAP_COUNT &&
           (v->capabilities >> c & UINT64_C(1)) != 0;
}

bool viewer_sees_department(const struct viewer *v, int64_t department_id)
{
    if (v == NULL)
        return false;
    for (size_t i = 0; !v->is_unrestricted && i < v->departments_n; i++)
        if (v->departments[i] == department_id)
            return true;
    return v->is_unrestricted;
}

/* "3,17,20" */
static void take_departments(struct arena *a, struct viewer *out, const char *list)
{
    size_t n = *list == '\0' ? 0 : 1;
    for (const char *p = list; *p != '\0'; p++)
        n += *p == ',';
    int64_t *ids = arena_array(a, n + 1, sizeof(*ids));
    out->departments = ids;
    out->departments_n = n;
    for (size_t i = 0; i < n; i++) {
        char *end;
        ids[i] = strtoll(list, &end, 10);
        list = *end == ',' ? end + 1 : end;
    }
}

void viewer_take(struct arena *a, const struct db_row *row, struct viewer *out)
{
    enum role role = (enum role)db_i64(row, 3);
    *out = (struct viewer) { .user_id = db_i64(row, 0),
                             .name = db_str(row, 1),
                             .email = db_str(row, 2),
                             .role = role,
                             .locale = db_text(row, 4),
                             .timezone = db_text(row, 5),
                             .theme = db_str(row, 6),
                             .signature = db_str(row, 7),
                             .capabilities = role_capabilities(role),
                             .is_unrestricted = role_is_unrestricted(role) };
    take_departments(a, out, db_str(row, 8));
}

int viewer_load(struct db *db, struct arena *a, int64_t user_id, struct viewer *out,
                struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, load_viewer, DB_TENANT, DB_I64(user_id));
    if (rc > 0)
        viewer_take(a, &row, out);
    return rc;
}
