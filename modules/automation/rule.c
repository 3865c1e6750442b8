#include "automation/rule.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"

#include <jansson.h>
#include <string.h>

const char *rule_argument(const struct rule_action *a, const char *name)
{
    for (size_t i = 0; i < a->args_n; i++)
        if (str_is(a->args[i].name, name))
            return a->args[i].value;
    return "";
}

/* --- reading --- */

static const char *text_at(const json_t *o, const char *key)
{
    return str_or(json_string_value(json_object_get(o, key)), "");
}

static int read_condition(struct arena *a, const json_t *o, struct condition *out, struct err *err)
{
    const json_t *values = json_object_get(o, "values");
    size_t n = json_array_size(values);
    const char **texts = arena_array(a, n + 1, sizeof(*texts));
    for (size_t i = 0; i < n; i++)
        texts[i] = str_or(json_string_value(json_array_get(values, i)), "");
    return condition_make(a, text_at(o, "field"), text_at(o, "op"), texts, n, out, err);
}

static int read_group(struct arena *a, const json_t *list, struct rule_group *out, struct err *err)
{
    out->n = json_array_size(list);
    if (out->n == 0 || out->n > RULE_CONDITIONS)
        return err_set(err, ERR_INVALID, "a group has 1 to %d conditions", RULE_CONDITIONS);
    out->conditions = arena_array(a, out->n, sizeof(*out->conditions));
    for (size_t i = 0; i < out->n; i++)
        if (read_condition(a, json_array_get(list, i), &out->conditions[i], err) < 0)
            return err_wrap(err, "condition %zu", i + 1);
    return 0;
}

static int read_action(struct arena *a, json_t *o, struct rule_action *out, struct err *err)
{
    const char *key;
    json_t *value;
    *out = (struct rule_action) { .name = arena_strdup(a, text_at(o, "do")) };
    if (*out->name == '\0')
        return err_set(err, ERR_INVALID, "an action has no name");
    json_object_foreach(o, key, value)
    {
        if (str_is(key, "do"))
            continue;
        if (out->args_n == ACTION_ARGS || !json_is_string(value))
            return err_set(err, ERR_INVALID, "an action has at most %d texts", ACTION_ARGS);
        out->args[out->args_n++] = (struct rule_argument) {
            arena_strdup(a, key), arena_strdup(a, json_string_value(value))
        };
    }
    return 0;
}

static int read_actions(struct arena *a, const json_t *list, struct rule *out, struct err *err)
{
    out->actions_n = json_array_size(list);
    if (out->actions_n == 0 || out->actions_n > RULE_ACTIONS)
        return err_set(err, ERR_INVALID, "a rule has 1 to %d actions", RULE_ACTIONS);
    out->actions = arena_array(a, out->actions_n, sizeof(*out->actions));
    for (size_t i = 0; i < out->actions_n; i++)
        if (read_action(a, json_array_get(list, i), &out->actions[i], err) < 0)
            return err_wrap(err, "action %zu", i + 1);
    return 0;
}

int rule_read(struct arena *a, const char *json, size_t n, struct rule *out, struct err *err)
{
    json_t *root = json_read(a, json, n);
    const json_t *groups = json_object_get(root, "groups");
    if (!json_is_object(root) || !json_is_array(groups))
        return err_set(err, ERR_INVALID, "a rule is an object with groups and actions");
    out->groups_n = json_array_size(groups);
    if (out->groups_n > RULE_GROUPS)
        return err_set(err, ERR_INVALID, "a rule has at most %d groups", RULE_GROUPS);
    out->groups = arena_array(a, out->groups_n + 1, sizeof(*out->groups));
    for (size_t i = 0; i < out->groups_n; i++)
        if (read_group(a, json_array_get(groups, i), &out->groups[i], err) < 0)
            return err_wrap(err, "group %zu", i + 1);
    return read_actions(a, json_object_get(root, "actions"), out, err);
}

/* --- writing --- */

static void write_condition(struct json_writer *w, const struct condition *c)
{
    jw_object(w, NULL);
    jw_str(w, "field", c->field->name);
    jw_str(w, "op", operation_name(c->op));
    jw_array(w, "values");
    for (size_t i = 0; i < c->n; i++)
        jw_str(w, NULL, c->values[i]);
    jw_end_array(w);
    jw_end_object(w);
}

static void write_action(struct json_writer *w, const struct rule_action *action)
{
    jw_object(w, NULL);
    jw_str(w, "do", action->name);
    for (size_t i = 0; i < action->args_n; i++)
        jw_str(w, action->args[i].name, action->args[i].value);
    jw_end_object(w);
}

const char *rule_write(struct arena *a, const struct rule *rule)
{
    struct buf *out = buf_new(a);
    struct json_writer w = json_writer(out);
    jw_object(&w, NULL);
    jw_array(&w, "groups");
    for (size_t i = 0; i < rule->groups_n; i++) {
        jw_array(&w, NULL);
        for (size_t j = 0; j < rule->groups[i].n; j++)
            write_condition(&w, &rule->groups[i].conditions[j]);
        jw_end_array(&w);
    }
    jw_end_array(&w);
    jw_array(&w, "actions");
    for (size_t i = 0; i < rule->actions_n; i++)
        write_action(&w, &rule->actions[i]);
    jw_end_array(&w);
    jw_end_object(&w);
    return buf_str(out);
}

/* --- judging --- */

/* The first condition of a group that does not hold; n where all do. */
static int judge_group(struct arena *a, const struct rule_group *g, const struct rule_facts *facts,
                       struct group_verdict *out, struct err *err)
{
    *out = (struct group_verdict) { .condition = g->n };
    out->answers = arena_array(a, g->n, sizeof(*out->answers));
    for (size_t i = 0; i < g->n; i++) {
        if (condition_ask(a, &g->conditions[i], facts, &out->answers[i], err) < 0)
            return -1;
        if (!out->answers[i].holds) {
            out->condition = i;
            return 0;
        }
    }
    return 0;
}

int rule_judge(struct arena *a, const struct rule *rule, const struct rule_facts *facts,
               struct rule_verdict *out, struct err *err)
{
    *out = (struct rule_verdict) { .applies = rule->groups_n == 0 };
    out->verdicts = arena_array(a, rule->groups_n + 1, sizeof(*out->verdicts));
    for (size_t i = 0; i < rule->groups_n && !out->applies; i++) {
        struct group_verdict *v = &out->verdicts[out->n++];
        if (judge_group(a, &rule->groups[i], facts, v, err) < 0)
            return -1;
        out->applies = v->condition == rule->groups[i].n;
        out->group = i;
    }
    return 0;
}
