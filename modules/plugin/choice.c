#include "plugin/choice.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "db/erase.h"
#include "user/audit.h"
#include "user/roster.h"

#include <string.h>

DB_SQL(all_choices, 256,
       "SELECT plugin, state, version, reason, changed_at FROM plugin_tenant WHERE tenant_id = ? "
       "ORDER BY plugin");
DB_SQL(put_choice, 1,
       "INSERT INTO plugin_tenant (tenant_id, plugin, state, version, changed_at) "
       "VALUES (?, ?, ?, ?, " DB_NOW ") ON DUPLICATE KEY UPDATE state = VALUES(state), "
       "version = VALUES(version), changed_at = VALUES(changed_at), reason = ''");
DB_SQL(drop_choice, 1, "DELETE FROM plugin_tenant WHERE tenant_id = ? AND plugin = ?");
DB_SQL(drop_settings, 64, "DELETE FROM plugin_setting WHERE tenant_id = ? AND plugin = ?");
DB_SQL(drop_log, 100000, "DELETE FROM plugin_log WHERE tenant_id = ? AND plugin = ?");
DB_SQL(newest_log, 50,
       "SELECT l.id, l.at, l.event, l.detail FROM plugin_log l WHERE l.tenant_id = ? "
       "AND l.plugin = ? ORDER BY l.id DESC LIMIT 50");
DB_SQL_GLOBAL(load_offer, 1, "SELECT plugins_offered FROM tenant WHERE id = ?");
DB_SQL_GLOBAL(store_offer, 1, "UPDATE tenant SET plugins_offered = ? WHERE id = ?");

int choice_all(struct db *db, struct arena *a, struct plugin_choice_row **out, size_t *n,
               struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, all_choices, DB_TENANT) < 0)
        return -1;
    *n = rows.n;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = (struct plugin_choice_row) { .plugin = db_str(&rows.rows[i], 0),
                                                 .state = (enum plugin_state)db_i64(&rows.rows[i],
                                                                                    1),
                                                 .version = db_str(&rows.rows[i], 2),
                                                 .reason = db_str(&rows.rows[i], 3),
                                                 .changed_at = db_i64(&rows.rows[i], 4) };
    return 0;
}

const struct plugin_choice_row *choice_find(const struct plugin_choice_row *all, size_t n,
                                            const char *plugin)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(all[i].plugin, plugin))
            return &all[i];
    return NULL;
}

int choice_set(struct db *db, const struct viewer *by, const char *plugin, const char *version,
               enum plugin_state state, struct err *err)
{
    if (db_exec(db, err, put_choice, DB_TENANT, DB_STR(plugin), DB_I64(state), DB_STR(version)) < 0)
        return -1;
    if (roster_plugins_changed(db, err) < 0)
        return -1;
    return audit_add(db, by, state == PLUGIN_ON ? "plugin.enable" : "plugin.disable", 0, plugin,
                     err);
}

bool choice_is_offered(const char *offered, const char *plugin)
{
    size_t n = strlen(plugin);
    for (const char *p = offered; p != NULL && *p != '\0';) {
        size_t length = strcspn(p, ",");
        if (length == n && memcmp(p, plugin, n) == 0)
            return true;
        p += length + (p[length] == ',');
    }
    return offered == NULL;
}

int choice_offered(struct db *global, struct arena *a, int64_t tenant_id, const char **out,
                   struct err *err)
{
    struct db_row row;
    int rc = db_one(global, a, &row, err, load_offer, DB_I64(tenant_id));
    *out = rc > 0 ? db_text(&row, 0) : NULL;
    return rc < 0 ? -1 : 0;
}

int choice_offer(struct db *global, int64_t tenant_id, const char *offered, struct err *err)
{
    return db_exec(global, err, store_offer, DB_STR(offered), DB_I64(tenant_id)) < 0 ? -1 : 0;
}

int choice_log(struct db *db, struct arena *a, const char *plugin, struct plugin_log_line **out,
               size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, newest_log, DB_TENANT, DB_STR(plugin)) < 0)
        return -1;
    *n = rows.n;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = (struct plugin_log_line) { db_i64(&rows.rows[i], 0), db_i64(&rows.rows[i], 1),
                                               db_str(&rows.rows[i], 2), db_str(&rows.rows[i], 3) };
    return 0;
}

int choice_erase(struct db *db, const struct viewer *by, const struct plugin_manifest *m,
                 struct err *err)
{
    if (erase_tables(db, m->tables, err) < 0)
        return -1;
    if (db_exec(db, err, drop_settings, DB_TENANT, DB_STR(m->id)) < 0 ||
        db_exec(db, err, drop_log, DB_TENANT, DB_STR(m->id)) < 0 ||
        db_exec(db, err, drop_choice, DB_TENANT, DB_STR(m->id)) < 0)
        return -1;
    if (roster_plugins_changed(db, err) < 0)
        return -1;
    return audit_add(db, by, "plugin.erase", 0, m->id, err);
}
