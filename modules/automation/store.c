#include "automation/store.h"

#include "automation/action.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "user/audit.h"
#include "user/roster.h"

#include <string.h>

#define NAME_MAX_BYTES 190
#define NOTES_MAX      10000

#define RULE_COLUMNS "id, version, position, is_active, stops, name, notes, waits_for, definition"
DB_SQL(find_active_rules, 200,
       "SELECT " RULE_COLUMNS " FROM rule WHERE tenant_id = ? AND is_active = 1 ORDER BY position");
DB_SQL(find_rules, 400,
       "SELECT " RULE_COLUMNS " FROM rule WHERE tenant_id = ? ORDER BY position, id");
DB_SQL(find_rule, 1, "SELECT " RULE_COLUMNS " FROM rule WHERE tenant_id = ? AND id = ?");
DB_SQL(last_rule_position, 400,
       "SELECT COUNT(*), COALESCE(MAX(position), 0) FROM rule WHERE tenant_id = ?");
DB_SQL(insert_rule, 1,
       "INSERT INTO rule (tenant_id, id, position, is_active, stops, name, notes, waits_for, "
       "definition, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, " DB_NOW ")");
DB_SQL(
    update_rule, 1,
    "UPDATE rule SET is_active = ?, stops = ?, name = ?, notes = ?, waits_for = ?, definition = ?, "
    "version = version + 1 WHERE tenant_id = ? AND id = ? AND version = ?");
DB_SQL(remove_rule, 1, "DELETE FROM rule WHERE tenant_id = ? AND id = ?");
DB_SQL(move_rule, 1, "UPDATE rule SET position = ? WHERE tenant_id = ? AND id = ?");

static const struct log store_log = { .role = "automation" };

static int take(struct arena *a, const struct db_row *row, struct rule *out, struct err *err)
{
    const char *json = db_str(row, 8);
    *out = (struct rule) { .id = db_i64(row, 0),
                           .version = db_i64(row, 1),
                           .position = db_i64(row, 2),
                           .is_active = db_i64(row, 3) != 0,
                           .stops = db_i64(row, 4) != 0,
                           .name = db_str(row, 5),
                           .notes = db_str(row, 6),
                           .trigger = trigger_by_name(db_str(row, 7)) };
    return rule_read(a, json, strlen(json), out, err);
}

static void take_all(struct db *db, struct arena *a, const struct db_rows *rows, struct rule **out,
                     size_t *n)
{
    *n = 0;
    *out = arena_array(a, rows->n + 1, sizeof(**out));
    for (size_t i = 0; i < rows->n; i++) {
        struct err err = ERR_INIT;
        struct log log = store_log;
        log.tenant = db->tenant_id;
        if (take(a, &rows->rows[i], &(*out)[*n], &err) == 0)
            (*n)++;
        else
            log_warn(&log, "rule.unreadable", LOG_I64("rule", db_i64(&rows->rows[i], 0)),
                     LOG_STR("reason", err.msg));
    }
}

int rules_active(struct db *db, struct arena *a, struct rule **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, find_active_rules, DB_TENANT) < 0)
        return err_wrap(err, "load rules");
    take_all(db, a, &rows, out, n);
    return 0;
}

int rules_all(struct db *db, struct arena *a, struct rule **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, find_rules, DB_TENANT) < 0)
        return err_wrap(err, "load rules");
    take_all(db, a, &rows, out, n);
    return 0;
}

int rule_by_id(struct db *db, struct arena *a, int64_t id, struct rule *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, find_rule, DB_TENANT, DB_I64(id));
    if (rc <= 0)
        return rc;
    return take(a, &row, out, err) < 0 ? -1 : 1;
}

struct change {
    struct arena *arena;
    const struct viewer *by;
    struct rule *rule;
    int64_t id;
    int direction;
};

static int check(const struct rule *r, struct err *err)
{
    if (str_is_empty(r->name) || strlen(r->name) > NAME_MAX_BYTES)
        return err_set(err, ERR_INVALID, WORDS("the rule needs a name"));
    if (r->notes != NULL && strlen(r->notes) > NOTES_MAX)
        return err_set(err, ERR_INVALID, WORDS("the notes are too long"));
    if (r->trigger == TRIGGER_NONE)
        return err_set(err, ERR_INVALID, WORDS("the rule needs an event that it waits for"));
    if (r->actions_n == 0)
        return err_set(err, ERR_INVALID, WORDS("the rule needs something to do"));
    return 0;
}

static int insert(struct db *db, struct change *c, const char *definition, struct err *err)
{
    struct db_row row;
    struct rule *r = c->rule;
    if (db_one(db, c->arena, &row, err, last_rule_position, DB_TENANT) < 0)
        return -1;
    if (db_i64(&row, 0) >= RULES_MAX)
        return err_set(err, ERR_REFUSED, WORDS("there are too many rules"));
    r->id = id_new();
    r->version = 1;
    r->position = db_i64(&row, 1) + 1;
    return db_exec(db, err, insert_rule, DB_TENANT, DB_I64(r->id), DB_I64(r->position),
                   DB_I64(r->is_active), DB_I64(r->stops), DB_STR(r->name),
                   DB_STR(str_or(r->notes, "")), DB_STR(trigger_name(r->trigger)),
                   DB_STR(definition)) < 0
               ? -1
               : 0;
}

static int update(struct db *db, struct change *c, const char *definition, struct err *err)
{
    struct rule *r = c->rule;
    int64_t n = db_exec(db, err, update_rule, DB_I64(r->is_active), DB_I64(r->stops),
                        DB_STR(r->name), DB_STR(str_or(r->notes, "")),
                        DB_STR(trigger_name(r->trigger)), DB_STR(definition), DB_TENANT,
                        DB_I64(r->id), DB_I64(r->version));
    if (n == 0)
        return err_set(err, ERR_CONFLICT, "the rule was changed or removed");
    r->version += n > 0;
    return n < 0 ? -1 : 0;
}

static int put(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    const char *definition = rule_write(c->arena, c->rule);
    bool is_new = c->id == 0;
    if ((is_new ? insert(db, c, definition, err) : update(db, c, definition, err)) < 0 ||
        roster_rules_changed(db, err) < 0)
        return -1;
    return audit_add(db, c->by, is_new ? "rule.create" : "rule.update", c->rule->id, c->rule->name,
                     err);
}

int rule_put(struct db *db, struct arena *a, const struct viewer *by, struct rule *rule,
             struct err *err)
{
    struct change c = { .arena = a, .by = by, .rule = rule, .id = rule->id };
    if (check(rule, err) < 0 || actions_check(db, a, rule, err) < 0)
        return -1;
    return db_transact(db, put, &c, err);
}

static int delete_one(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    int64_t n = db_exec(db, err, remove_rule, DB_TENANT, DB_I64(c->id));
    if (n <= 0)
        return n < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such rule");
    if (roster_rules_changed(db, err) < 0)
        return -1;
    return audit_add(db, c->by, "rule.delete", c->id, "", err);
}

int rule_delete(struct db *db, const struct viewer *by, int64_t id, struct err *err)
{
    struct change c = { .by = by, .id = id };
    return db_transact(db, delete_one, &c, err);
}

static int place_of(const struct rule *rules, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (rules[i].id == id)
            return (int)i;
    return -1;
}

static int set_positions(struct db *db, const struct rule *first, const struct rule *second,
                         int64_t place, struct err *err)
{
    return db_exec(db, err, move_rule, DB_I64(place), DB_TENANT, DB_I64(first->id)) < 0 ||
                   db_exec(db, err, move_rule, DB_I64(place + 1), DB_TENANT, DB_I64(second->id)) < 0
               ? -1
               : 0;
}

static int shift(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    struct rule *rules;
    size_t n;
    if (rules_all(db, c->arena, &rules, &n, err) < 0)
        return -1;
    int at = place_of(rules, n, c->id), to = at + c->direction;
    if (at < 0)
        return err_set(err, ERR_NOT_FOUND, "no such rule");
    for (int i = 0; i < (int)n; i++) /* positions without gaps, whatever they were */
        if (rules[i].position != i + 1 &&
            db_exec(db, err, move_rule, DB_I64(i + 1), DB_TENANT, DB_I64(rules[i].id)) < 0)
            return -1;
    if (roster_rules_changed(db, err) < 0)
        return -1;
    if (to < 0 || to >= (int)n)
        return 0;
    int upper = at < to ? at : to;
    if (set_positions(db, &rules[upper + 1], &rules[upper], upper + 1, err) < 0)
        return -1;
    return audit_add(db, c->by, "rule.move", c->id, c->direction < 0 ? "up" : "down", err);
}

int rule_shift(struct db *db, struct arena *a, const struct viewer *by, int64_t id, int direction,
               struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id, .direction = direction };
    return db_transact(db, shift, &c, err);
}
