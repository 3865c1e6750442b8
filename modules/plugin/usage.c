#include "plugin/usage.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "plugin/choice.h"
#include "user/audit.h"

DB_SQL_GLOBAL(count_users, 10000,
              "SELECT COUNT(*) FROM plugin_tenant WHERE plugin = ? AND state = 1");
DB_SQL_GLOBAL(find_users, 10000,
              "SELECT tenant_id FROM plugin_tenant WHERE plugin = ? AND state <> 2");
DB_SQL_GLOBAL(forget_settings, 100000, "DELETE FROM plugin_setting WHERE plugin = ?");
DB_SQL_GLOBAL(forget_logs, 1000000, "DELETE FROM plugin_log WHERE plugin = ?");
DB_SQL_GLOBAL(forget_jobs, 1000000,
              "DELETE FROM job WHERE kind LIKE '%:%' AND SUBSTRING_INDEX(kind, ':', 1) = ?");
DB_SQL_GLOBAL(forget_states, 10000, "DELETE FROM plugin_tenant WHERE plugin = ?");

int usage_count(struct db *global, struct arena *a, const char *plugin, int64_t *out,
                struct err *err)
{
    struct db_row row;
    int rc = db_one(global, a, &row, err, count_users, DB_STR(plugin));
    *out = rc > 0 ? db_i64(&row, 0) : 0;
    return rc < 0 ? -1 : 0;
}

static int switch_off(struct db *db, void *data, struct err *err)
{
    return choice_set(db, NULL, data, "", PLUGIN_OFF, err);
}

int usage_end(struct db *global, struct arena *a, const char *plugin, struct err *err)
{
    struct db_rows rows;
    if (db_all(global, a, &rows, err, find_users, DB_STR(plugin)) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        struct db db = db_tenant(global->conn, db_i64(&rows.rows[i], 0));
        if (db_transact(&db, switch_off, (void *)(uintptr_t)plugin, err) < 0)
            return -1;
    }
    return 0;
}

int usage_updated(struct db *global, struct arena *a, const char *plugin, const char *version,
                  const char *was, struct err *err)
{
    struct db_rows rows;
    const char *detail = arena_printf(a, "%s %s, before %s", plugin, version, was);
    if (db_all(global, a, &rows, err, find_users, DB_STR(plugin)) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        struct db db = db_tenant(global->conn, db_i64(&rows.rows[i], 0));
        if (audit_add(&db, NULL, "plugin.update", 0, detail, err) < 0)
            return -1;
    }
    return 0;
}

int usage_forget(struct db *global, const char *plugin, struct err *err)
{
    return db_exec(global, err, forget_settings, DB_STR(plugin)) < 0 ||
                   db_exec(global, err, forget_logs, DB_STR(plugin)) < 0 ||
                   db_exec(global, err, forget_jobs, DB_STR(plugin)) < 0 ||
                   db_exec(global, err, forget_states, DB_STR(plugin)) < 0
               ? -1
               : 0;
}
