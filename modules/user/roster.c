#include "user/roster.h"

#include "base/err.h"
#include "db/db.h"

DB_SQL(raise_roster, 1,
       "INSERT INTO roster (tenant_id, revision) VALUES (?, 1) ON DUPLICATE KEY UPDATE "
       "revision = revision + 1");
DB_SQL(raise_plugins, 1,
       "INSERT INTO roster (tenant_id, revision, plugin_revision) VALUES (?, 1, 1) "
       "ON DUPLICATE KEY UPDATE plugin_revision = plugin_revision + 1");
DB_SQL(raise_rules, 1,
       "INSERT INTO roster (tenant_id, revision, rule_revision) VALUES (?, 1, 1) "
       "ON DUPLICATE KEY UPDATE rule_revision = rule_revision + 1");
DB_SQL(read_rule_revision, 1, "SELECT rule_revision FROM roster WHERE tenant_id = ?");
DB_SQL(read_plugin_revision, 1, "SELECT plugin_revision FROM roster WHERE tenant_id = ?");

int roster_changed(struct db *db, struct err *err)
{
    return db_exec(db, err, raise_roster, DB_TENANT) < 0 ? err_wrap(err, "note a change of people")
                                                         : 0;
}

int roster_plugins_changed(struct db *db, struct err *err)
{
    return db_exec(db, err, raise_plugins, DB_TENANT) < 0
               ? err_wrap(err, "note a change of plugins")
               : 0;
}

int roster_rules_changed(struct db *db, struct err *err)
{
    return db_exec(db, err, raise_rules, DB_TENANT) < 0 ? err_wrap(err, "note a change of rules")
                                                        : 0;
}

void roster_ask_rules(struct db *db, struct arena *a, struct db_later *later)
{
    db_ask(db, a, later, read_rule_revision, DB_TENANT);
}

int roster_rule_revision(struct db_later *later, int64_t *revision, struct err *err)
{
    struct db_rows rows;
    if (db_answer(later, &rows, err) < 0)
        return err_wrap(err, "read the revision of rules");
    *revision = rows.n > 0 ? db_i64(&rows.rows[0], 0) : 0;
    return 0;
}

int roster_plugin_revision(struct db *db, struct arena *a, int64_t *revision, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, read_plugin_revision, DB_TENANT);
    *revision = rc > 0 ? db_i64(&row, 0) : 0;
    return rc < 0 ? err_wrap(err, "read the revision of plugins") : 0;
}
