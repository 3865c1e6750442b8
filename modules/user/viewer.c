#include "user/viewer.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "user/viewer_private.h"

#include <string.h>

DB_SQL(load_viewer, 60,
       "SELECT " VIEWER_COLUMNS ", m.department_id FROM user u "
       "LEFT JOIN roster r ON r.tenant_id = u.tenant_id " VIEWER_UNREAD
       "LEFT JOIN department_member m ON m.tenant_id = u.tenant_id AND m.user_id = u.id "
       "WHERE u.tenant_id = ? AND u.id = ? AND u.status = 1");

/* Who sees everything and is a member nowhere has every department for their own. */
DB_SQL(load_viewers_of_department, 3000,
       "SELECT " VIEWER_COLUMNS ", m.department_id FROM user u "
       "LEFT JOIN roster r ON r.tenant_id = u.tenant_id " VIEWER_UNREAD
       "LEFT JOIN department_member m ON m.tenant_id = u.tenant_id AND m.user_id = u.id "
       "WHERE u.tenant_id = ? AND u.status = 1 AND (EXISTS (SELECT 1 FROM department_member x "
       "WHERE x.tenant_id = u.tenant_id AND x.user_id = u.id AND x.department_id = ?) "
       "OR (u.role >= 2 AND m.department_id IS NULL)) ORDER BY u.id");

bool viewer_may(const struct viewer *v, int c)
{
    if (v == NULL || c == CAP_PUBLIC)
        return c == CAP_PUBLIC;
    const struct capability_entry *e = capability_entry(c);
    for (size_t i = 0; e != NULL && i < v->rights.n; i++) {
        if (capabilities_have(&v->rights.grants[i].may, c))
            return true;
        if (!e->is_of_department)
            break;
    }
    return false;
}

bool viewer_may_in(const struct viewer *v, int c, int64_t department_id)
{
    const struct capability_entry *e = capability_entry(c);
    if (v == NULL || e == NULL || !e->is_of_department)
        return viewer_may(v, c);
    return viewer_scope(v, department_id, c) != SCOPE_NONE;
}

enum scope viewer_scope(const struct viewer *v, int64_t department_id, int c)
{
    if (v == NULL || v->rights.n == 0)
        return SCOPE_NONE;
    const struct grant *g = rights_in(&v->rights, department_id);
    return capabilities_have(&g->may, c) ? (enum scope)g->scope : SCOPE_NONE;
}

bool viewer_sees(const struct viewer *v, int64_t department_id, int64_t agent_id)
{
    enum scope scope = viewer_scope(v, department_id, CAP_TICKET_READ);
    return scope == SCOPE_ALL || (scope == SCOPE_ASSIGNED && agent_id == v->user_id);
}

bool viewer_sees_department(const struct viewer *v, int64_t department_id)
{
    return viewer_scope(v, department_id, CAP_TICKET_READ) != SCOPE_NONE;
}

bool viewer_works_in(const struct viewer *v, int64_t department_id)
{
    return viewer_may_in(v, CAP_TICKET_ANSWER, department_id) ||
           viewer_may_in(v, CAP_TICKET_NOTE, department_id) ||
           viewer_may_in(v, CAP_TICKET_STATUS, department_id);
}

/* They come in order, as a rule. */
static void put_in_order(int64_t *ids, size_t n, int64_t id)
{
    for (; n > 0 && ids[n - 1] > id; n--)
        ids[n] = ids[n - 1];
    ids[n] = id;
}

void viewer_take_departments(struct arena *a, const struct db_rows *rows, unsigned column,
                             struct viewer *out)
{
    int64_t *ids = arena_array(a, rows->n, sizeof(*ids));
    out->departments_n = 0;
    for (size_t i = 0; i < rows->n; i++)
        if (!db_is_null(&rows->rows[i], column))
            put_in_order(ids, out->departments_n++, db_i64(&rows->rows[i], column));
    out->departments = ids;
}

void viewer_take(const struct db_row *row, struct viewer *out)
{
    *out = (struct viewer) { .user_id = db_i64(row, 0),
                             .name = db_str(row, 1),
                             .email = db_str(row, 2),
                             .role = (enum role)db_i64(row, 3),
                             .locale = db_text(row, 4),
                             .timezone = db_text(row, 5),
                             .theme = db_str(row, 6),
                             .signature = db_str(row, 7),
                             .roster_revision = db_i64(row, 8),
                             .plugin_revision = db_i64(row, 9),
                             .unread = db_i64(row, 10) };
}

int viewer_load(struct db *db, struct arena *a, int64_t user_id, struct viewer *out,
                struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_viewer, DB_TENANT, DB_I64(user_id)) < 0)
        return -1;
    if (rows.n == 0)
        return 0;
    viewer_take(&rows.rows[0], out);
    viewer_take_departments(a, &rows, VIEWER_COLUMNS_N, out);
    return rights_settle(db, a, out, err) < 0 ? -1 : 1;
}

int viewers_of_department(struct db *db, struct arena *a, int64_t department_id,
                          struct viewer **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_viewers_of_department, DB_TENANT, DB_I64(department_id)) < 0)
        return -1;
    *out = arena_array(a, rows.n, sizeof(**out));
    *n = 0;
    for (size_t i = 0, end; i < rows.n; i = end) {
        for (end = i + 1; end < rows.n && db_i64(&rows.rows[end], 0) == db_i64(&rows.rows[i], 0);)
            end++;
        const struct db_rows own = { &rows.rows[i], end - i };
        struct viewer *v = &(*out)[(*n)++];
        viewer_take(&own.rows[0], v);
        viewer_take_departments(a, &own, VIEWER_COLUMNS_N, v);
        if (rights_settle(db, a, v, err) < 0)
            return -1;
    }
    return 0;
}
