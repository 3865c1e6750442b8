#include "plugin/choice.h" /* the settings of plugins, as a tenant has them */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "plugin/setting.h"
#include "user/audit.h"
#include "user/roster.h"

DB_SQL(all_settings, 128,
       "SELECT name, value, sealed IS NOT NULL FROM plugin_setting WHERE tenant_id = ? "
       "AND plugin = ?");
DB_SQL(put_setting, 1,
       "INSERT INTO plugin_setting (tenant_id, plugin, name, value, sealed) VALUES (?, ?, ?, ?, ?) "
       "ON DUPLICATE KEY UPDATE value = VALUES(value), sealed = VALUES(sealed)");

static const char *stored(const struct db_rows *rows, const char *name, bool is_secret)
{
    for (size_t i = 0; i < rows->n; i++)
        if (str_is(db_str(&rows->rows[i], 0), name))
            return is_secret ? (db_i64(&rows->rows[i], 2) ? "set" : "") : db_str(&rows->rows[i], 1);
    return NULL;
}

int setting_all(struct db *db, struct arena *a, const struct plugin_manifest *m,
                const char ***values, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, all_settings, DB_TENANT, DB_STR(m->id)) < 0)
        return -1;
    *values = arena_array(a, m->settings_n + 1, sizeof(**values));
    for (size_t i = 0; i < m->settings_n; i++) {
        const struct plugin_setting *s = &m->settings[i];
        const char *value = stored(&rows, s->name, s->type == SETTING_SECRET);
        (*values)[i] = value != NULL ? value : s->fallback;
    }
    return 0;
}

static int put(struct db *db, struct arena *a, const struct tenant *t, const char *plugin,
               const struct plugin_setting *s, const char *value, struct err *err)
{
    struct db_arg text = DB_STR(value), sealed = DB_NULL;
    if (s->type == SETTING_SECRET) {
        size_t n;
        const void *bytes = plugin_setting_seal(a, t, plugin, s->name, value, &n);
        text = DB_NULL;
        sealed = *value == '\0' ? DB_NULL : DB_BLOB(bytes, n);
    }
    const struct db_arg args[] = { DB_TENANT, DB_STR(plugin), DB_STR(s->name), text, sealed };
    return db_exec_(db, err, &put_setting, args, 5) < 0 ? -1 : 0;
}

int setting_put(struct db *db, struct arena *a, const struct viewer *by, const struct tenant *t,
                const struct plugin_manifest *m, const char *const *values, struct err *err)
{
    for (size_t i = 0; i < m->settings_n; i++)
        if (values[i] != NULL && put(db, a, t, m->id, &m->settings[i], values[i], err) < 0)
            return -1;
    if (roster_plugins_changed(db, err) < 0)
        return -1;
    return audit_add(db, by, "plugin.settings", 0, m->id, err);
}
