#include "automation/run.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "ticket/act.h"

#include <jansson.h>
#include <string.h>

DB_SQL(insert_run, 1,
       "INSERT INTO rule_run (tenant_id, ticket_id, id, at, happened, applied, detail) "
       "VALUES (?, ?, ?, ?, ?, ?, ?)");
DB_SQL(find_runs, 60,
       "SELECT id, at, happened, detail FROM rule_run WHERE tenant_id = ? AND ticket_id = ? "
       "ORDER BY id DESC LIMIT ?");

/* --- writing --- */

static void write_values(struct json_writer *w, const struct condition *c)
{
    jw_array(w, "values");
    for (size_t i = 0; i < c->n; i++)
        jw_str(w, NULL, c->values[i]);
    jw_end_array(w);
}

static void write_condition(struct json_writer *w, const struct condition *c,
                            const struct answer_of_condition *answer)
{
    jw_object(w, NULL);
    jw_str(w, "field", c->field->name);
    jw_str(w, "op", operation_name(c->op));
    write_values(w, c);
    jw_str(w, "saw", answer->saw);
    if (answer->absent != NULL)
        jw_str(w, "absent", answer->absent);
    if (answer->took_too_long)
        jw_bool(w, "slow", true);
    jw_end_object(w);
}

/* Where it applied, all of the group that held; else what failed in each. */
static void write_reasons(struct json_writer *w, const struct run_entry *e)
{
    const struct rule_verdict *v = &e->verdict;
    for (size_t i = v->applies ? v->group : 0; i < v->n; i++) {
        const struct rule_group *g = &e->rule->groups[i];
        size_t failed = v->verdicts[i].condition;
        for (size_t k = v->applies ? 0 : failed; k < g->n && k <= failed; k++)
            write_condition(w, &g->conditions[k], &v->verdicts[i].answers[k]);
    }
}

static void write_actions(struct json_writer *w, const struct run_entry *e)
{
    jw_array(w, "did");
    for (size_t i = 0; e->verdict.applies && i < e->rule->actions_n; i++) {
        const struct rule_action *action = &e->rule->actions[i];
        jw_object(w, NULL);
        jw_str(w, "do", action->name);
        for (size_t k = 0; k < action->args_n; k++)
            jw_str(w, action->args[k].name, action->args[k].value);
        if (e->misfits[i] != NULL)
            jw_str(w, "misfit", e->misfits[i]);
        jw_end_object(w);
    }
    jw_end_array(w);
}

static void write_entry(struct json_writer *w, const struct run_entry *e)
{
    jw_object(w, NULL);
    jw_i64(w, "rule", e->rule->id);
    jw_i64(w, "version", e->rule->version);
    jw_str(w, "name", e->rule->name);
    jw_bool(w, "applied", e->verdict.applies);
    jw_array(w, "because");
    write_reasons(w, e);
    jw_end_array(w);
    write_actions(w, e);
    jw_end_object(w);
}

int run_add(struct act *act, int64_t ticket_id, const struct run *run, struct err *err)
{
    struct buf *out = buf_new(act->arena);
    struct json_writer w = json_writer(out);
    jw_array(&w, NULL);
    for (size_t i = 0; i < run->n; i++)
        write_entry(&w, &run->entries[i]);
    jw_end_array(&w);
    return db_exec(act->db, err, insert_run, DB_TENANT, DB_I64(ticket_id), DB_I64(id_new()),
                   DB_I64(run->at), DB_STR(trigger_name(run->trigger)), DB_I64(run->applied),
                   DB_STR(buf_str(out))) < 0
               ? err_wrap(err, "record what rules did")
               : 0;
}

/* --- reading --- */

static const char *text_at(struct arena *a, const json_t *o, const char *key)
{
    return arena_strdup(a, str_or(json_string_value(json_object_get(o, key)), ""));
}

static const char *joined(struct arena *a, const json_t *list)
{
    struct buf b = buf_make(a, 0);
    for (size_t i = 0; i < json_array_size(list); i++)
        buf_printf(&b, "%s%s", i > 0 ? ", " : "",
                   str_or(json_string_value(json_array_get(list, i)), ""));
    return buf_str(&b);
}

static void read_action(struct arena *a, json_t *o, struct told_action *out)
{
    const char *key;
    json_t *value;
    *out = (struct told_action) { .misfit = text_at(a, o, "misfit") };
    out->action.name = text_at(a, o, "do");
    json_object_foreach(o, key, value)
    {
        if (str_is(key, "do") || str_is(key, "misfit") || out->action.args_n == ACTION_ARGS)
            continue;
        out->action.args[out->action.args_n++] = (struct rule_argument) {
            arena_strdup(a, key), arena_strdup(a, str_or(json_string_value(value), ""))
        };
    }
}

static void read_reasons(struct arena *a, const json_t *list, struct told_rule *out)
{
    out->conditions_n = json_array_size(list);
    out->conditions = arena_array(a, out->conditions_n + 1, sizeof(*out->conditions));
    for (size_t i = 0; i < out->conditions_n; i++) {
        const json_t *o = json_array_get(list, i);
        out->conditions[i] = (struct told_condition) {
            .field = text_at(a, o, "field"),
            .op = text_at(a, o, "op"),
            .values = joined(a, json_object_get(o, "values")),
            .saw = text_at(a, o, "saw"),
            .absent = text_at(a, o, "absent"),
            .took_too_long = json_is_true(json_object_get(o, "slow")),
        };
    }
}

static void read_actions(struct arena *a, const json_t *list, struct told_rule *out)
{
    out->actions_n = json_array_size(list);
    out->actions = arena_array(a, out->actions_n + 1, sizeof(*out->actions));
    for (size_t i = 0; i < out->actions_n; i++)
        read_action(a, json_array_get(list, i), &out->actions[i]);
}

static void read_rule(struct arena *a, const json_t *o, struct told_rule *out)
{
    *out = (struct told_rule) { .id = json_integer_value(json_object_get(o, "rule")),
                                .version = json_integer_value(json_object_get(o, "version")),
                                .name = text_at(a, o, "name"),
                                .applied = json_is_true(json_object_get(o, "applied")) };
    read_reasons(a, json_object_get(o, "because"), out);
    read_actions(a, json_object_get(o, "did"), out);
}

static void read_run(struct arena *a, const struct db_row *row, struct told_run *out)
{
    const char *detail = db_str(row, 3);
    const json_t *list = json_read(a, detail, strlen(detail));
    *out = (struct told_run) { .id = db_i64(row, 0),
                               .at = db_i64(row, 1),
                               .trigger = trigger_by_name(db_str(row, 2)),
                               .n = json_array_size(list) };
    out->rules = arena_array(a, out->n + 1, sizeof(*out->rules));
    for (size_t i = 0; i < out->n; i++)
        read_rule(a, json_array_get(list, i), &out->rules[i]);
}

int runs_of(struct act *act, int64_t ticket_id, struct told_run **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, find_runs, DB_TENANT, DB_I64(ticket_id),
               DB_I64(RUNS_SHOWN)) < 0)
        return err_wrap(err, "load what rules did");
    *n = rows.n;
    *out = arena_array(act->arena, rows.n + 1, sizeof(**out));
    for (size_t i = 0; i < rows.n; i++)
        read_run(act->arena, &rows.rows[i], &(*out)[i]);
    return 0;
}
