#include "plugin/plugin_private.h" /* what plugins have to say, for the admin of the tenant and for the provider */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"
#include "tenant/tenant.h"

#define EVENT_CHARS  60
#define DETAIL_CHARS 900
#define LINES_KEPT   "500"

DB_SQL(add_plugin_log, 1,
       "INSERT INTO plugin_log (tenant_id, plugin, id, at, plugin_log.event, detail) "
       "VALUES (?, ?, ?, ?, ?, ?)");
/* One line goes for each that comes, once there are enough. */
DB_SQL(cut_plugin_log, 1200,
       "DELETE FROM plugin_log WHERE tenant_id = ? AND plugin = ? AND id < COALESCE((SELECT k.id "
       "FROM (SELECT id FROM plugin_log WHERE tenant_id = ? AND plugin = ? ORDER BY id DESC "
       "LIMIT 1 OFFSET " LINES_KEPT ") k), 0)");

void plugin_log_write(struct db *db, struct arena *a, const char *plugin, int64_t now,
                      const char *event, const char *detail)
{
    struct err err = ERR_INIT;
    event = str_line(a, event, EVENT_CHARS);
    detail = str_line(a, str_or(detail, ""), DETAIL_CHARS);
    const struct log log = { .role = "plugin", .tenant = db->tenant_id };
    int64_t id = id_new();
    log_info(&log, "plugin.said", LOG_STR("plugin", plugin), LOG_STR("event", event),
             LOG_STR("detail", detail));
    if (db_exec(db, &err, add_plugin_log, DB_TENANT, DB_STR(plugin), DB_I64(id), DB_I64(now),
                DB_STR(event), DB_STR(detail)) < 0 ||
        (id % 16 == 0 && db_exec(db, &err, cut_plugin_log, DB_TENANT, DB_STR(plugin), DB_TENANT,
                                 DB_STR(plugin)) < 0))
        log_warn(&log, "plugin.log_failed", LOG_STR("reason", err.msg));
}

void plugin_log_add(struct plugin_scene *s, const struct plugin *p, const char *event,
                    const char *detail)
{
    plugin_log_write(s->db, s->arena, p->id, s->now, event, detail);
}
