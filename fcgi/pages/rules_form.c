#include "fcgi/pages/rules_form.h"

#include "automation/action.h"
#include "automation/rule.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/desk.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define VALUE_MOST 2000
#define VALUES_MAX 50

static const char *const joins[] = { "and", "or", NULL };

/* clang-format off */
#define CONDITION(i)                                                                               \
    FIELD_CHOICE("join" #i, OPTIONAL, joins), FIELD_TEXT("field" #i, OPTIONAL, 90),                \
    FIELD_TEXT("op" #i, OPTIONAL, 20), FIELD_TEXT("value" #i, OPTIONAL, VALUE_MOST)
#define ACTION(i)                                                                                  \
    FIELD_TEXT("do" #i, OPTIONAL, 90), FIELD_TEXT("what" #i, OPTIONAL, 10000),                     \
    FIELD_TEXT("whom" #i, OPTIONAL, 200)

const struct field rules_form[] = {
    FIELD_I64("version", OPTIONAL, 1, INT32_MAX),
    FIELD_TEXT("name", OPTIONAL, 190),
    FIELD_TEXT("notes", OPTIONAL, 10000),
    FIELD_TEXT("event", OPTIONAL, 31),
    FIELD_BOOL("is_active"),
    FIELD_BOOL("stops"),
    FIELD_BOOL("more"),
    CONDITION(0), CONDITION(1), CONDITION(2), CONDITION(3), CONDITION(4), CONDITION(5),
    CONDITION(6), CONDITION(7), CONDITION(8), CONDITION(9), CONDITION(10), CONDITION(11),
    CONDITION(12), CONDITION(13), CONDITION(14), CONDITION(15), CONDITION(16), CONDITION(17),
    CONDITION(18), CONDITION(19), CONDITION(20), CONDITION(21), CONDITION(22), CONDITION(23),
    ACTION(0), ACTION(1), ACTION(2), ACTION(3), ACTION(4), ACTION(5), ACTION(6), ACTION(7),
    ACTION(8), ACTION(9),
    FIELD_END,
};
/* clang-format on */

/* A row as people see it. */
struct row {
    const char *join, *field, *op, *value;
};
struct deed {
    const char *name, *what, *whom;
};

/* --- names and ids --- */

static const char *department_name(struct arena *a, const struct roster *names, int64_t id)
{
    const char *name = roster_department_name(names, id);
    return *name != '\0' ? name : arena_printf(a, "%" PRId64, id);
}

static const char *person_name(struct arena *a, const struct roster *names, int64_t id)
{
    const char *name = roster_person_name(names, id);
    return *name != '\0' ? name : arena_printf(a, "%" PRId64, id);
}

static bool department_id(const struct roster *names, const char *text, int64_t *id)
{
    for (size_t i = 0; i < names->departments_n; i++)
        if (str_is_nocase(names->departments[i].name, text)) {
            *id = names->departments[i].id;
            return true;
        }
    return str_i64(text, 1, INT64_MAX, id);
}

static bool person_id(const struct roster *names, const char *text, int64_t *id)
{
    for (size_t i = 0; i < names->people_n; i++)
        if (names->people[i].is_active && str_is_nocase(names->people[i].name, text)) {
            *id = names->people[i].id;
            return true;
        }
    return str_i64(text, 1, INT64_MAX, id);
}

static const char *choice_text(const struct rule_field *f, const char *value)
{
    for (size_t i = 0; f->choices[i].value != NULL; i++)
        if (str_is(f->choices[i].value, value))
            return words_get(f->choices[i].label);
    return value;
}

static const char *choice_value(const struct rule_field *f, const char *text)
{
    for (size_t i = 0; f->choices[i].value != NULL; i++)
        if (str_is_nocase(words_get(f->choices[i].label), text) ||
            str_is_nocase(f->choices[i].label, text) || str_is_nocase(f->choices[i].value, text))
            return f->choices[i].value;
    return text;
}

const char *rules_value_text(struct arena *a, const struct roster *names, const char *field,
                             const char *value)
{
    int64_t id;
    const struct rule_field *f = field_by_name(field);
    if (f == NULL)
        return value;
    if (f->kind == FIELD_KIND_CHOICE)
        return choice_text(f, value);
    if (f->kind != FIELD_KIND_ID || !str_i64(value, 0, INT64_MAX, &id))
        return value;
    if (id == 0)
        return _("nobody");
    return str_is(f->list, "department") ? department_name(a, names, id)
                                         : person_name(a, names, id);
}

/* What was typed, as the database knows it; what nobody is called stays, to be complained about. */
static const char *value_of(struct arena *a, const struct roster *names, const struct rule_field *f,
                            const char *text)
{
    int64_t id;
    if (f->kind == FIELD_KIND_CHOICE)
        return choice_value(f, text);
    if (f->kind != FIELD_KIND_ID)
        return text;
    bool is_found = str_is(f->list, "department") ? department_id(names, text, &id)
                                                  : person_id(names, text, &id);
    return is_found ? arena_printf(a, "%" PRId64, id) : text;
}

const char *rules_field_label(const struct request *rq, const char *name)
{
    const struct rule_field *f = field_by_name(name);
    return f == NULL ? str_or(guest_condition_label(rq->guest, name), name) : words_get(f->label);
}

const char *rules_action_label(const struct request *rq, const char *name)
{
    const struct action_kind *kind = action_by_name(name);
    return kind == NULL ? str_or(guest_action_label(rq->guest, name), name)
                        : words_get(kind->label);
}

/* --- showing --- */

/* What plugins offer; and what they do not any more, where a rule has it. */
static void show_offers(struct view_list *list, const struct rule_guest *g, bool is_action,
                        const char *chosen)
{
    struct rule_offer o;
    bool is_there = !guest_is_name(chosen);
    for (size_t k = 0; g != NULL && (is_action ? g->action_at : g->condition_at)(g->data, k, &o);
         k++) {
        show_option(list, o.name, o.label, chosen);
        is_there = is_there || str_is(o.name, chosen);
    }
    if (!is_there)
        show_option(list, chosen, chosen, chosen);
}

static void show_condition(struct view_list *list, size_t i, const struct row *r,
                           const struct rule_guest *guest)
{
    struct view *row = view_row(list);
    struct view_list *fields = view_list(row, "fields"), *ops = view_list(row, "ops");
    const struct rule_field *f;
    view_i64(row, "i", (int64_t)i);
    view_i64(row, "number", (int64_t)i + 1);
    view_bool(row, "is_first", i == 0);
    view_bool(row, "is_or", str_is(r->join, "or"));
    for (size_t k = 0; (f = field_at(k)) != NULL; k++)
        show_option(fields, f->name, words_get(f->label), r->field);
    show_offers(fields, guest, false, r->field);
    for (int k = 0; k < OP_COUNT; k++)
        show_option(ops, operation_name((enum operation)k),
                    words_get(operation_label((enum operation)k)), r->op);
    view_text(row, "value", r->value);
}

static void show_deed(struct view_list *list, size_t i, const struct deed *d,
                      const struct rule_guest *guest)
{
    struct view *row = view_row(list);
    struct view_list *kinds = view_list(row, "kinds");
    const struct action_kind *kind;
    view_i64(row, "i", (int64_t)i);
    view_i64(row, "number", (int64_t)i + 1);
    for (size_t k = 0; (kind = action_at(k)) != NULL; k++)
        show_option(kinds, kind->name, words_get(kind->label), d->name);
    show_offers(kinds, guest, true, d->name);
    view_text(row, "what", d->what);
    view_text(row, "whom", d->whom);
}

static void show_rows(struct view *v, const struct rule_guest *guest, const struct row *rows,
                      size_t n, size_t spare)
{
    static const struct row empty = { "and", "", "", "" };
    struct view_list *list = view_list(v, "conditions");
    for (size_t i = 0; i < n + spare && i < RULE_ROWS; i++)
        show_condition(list, i, i < n ? &rows[i] : &empty, guest);
}

static void show_deeds(struct view *v, const struct rule_guest *guest, const struct deed *deeds,
                       size_t n, size_t spare)
{
    static const struct deed empty = { "", "", "" };
    struct view_list *list = view_list(v, "deeds");
    for (size_t i = 0; i < n + spare && i < RULE_DEEDS; i++)
        show_deed(list, i, i < n ? &deeds[i] : &empty, guest);
}

/* Each word once, although several fields share their words. */
static void show_choices(struct view *v)
{
    struct view_list *list = view_list(v, "choice_names");
    const struct field_choice *before = NULL;
    const struct rule_field *f;
    for (size_t k = 0; (f = field_at(k)) != NULL; k++) {
        for (size_t i = 0;
             f->choices != NULL && f->choices != before && f->choices[i].value != NULL; i++)
            view_text(view_row(list), "name", words_get(f->choices[i].label));
        before = f->choices != NULL ? f->choices : before;
    }
}

static void show_suggestions(struct view *v, const struct roster *names)
{
    show_choices(v);
    struct view_list *departments = view_list(v, "department_names");
    struct view_list *people = view_list(v, "person_names");
    for (size_t i = 0; i < names->departments_n; i++)
        view_text(view_row(departments), "name", names->departments[i].name);
    for (size_t i = 0; i < names->people_n; i++)
        if (names->people[i].is_active)
            view_text(view_row(people), "name", names->people[i].name);
}

static void show_events(struct view *v, const char *chosen)
{
    struct view_list *list = view_list(v, "events");
    for (int t = TRIGGER_NONE + 1; t < TRIGGER_COUNT; t++)
        show_option(list, trigger_name((enum trigger)t), words_get(trigger_label((enum trigger)t)),
                    chosen);
}

/* --- a rule as rows --- */

static const char *joined(struct arena *a, const struct roster *names, const struct condition *c)
{
    struct buf b = buf_make(a, 0);
    for (size_t i = 0; i < c->n; i++)
        buf_printf(&b, "%s%s", i > 0 ? "; " : "",
                   rules_value_text(a, names, c->field->name, c->values[i]));
    return buf_str(&b);
}

static size_t rows_of(struct arena *a, const struct roster *names, const struct rule *r,
                      struct row *rows)
{
    size_t n = 0;
    for (size_t g = 0; g < r->groups_n; g++)
        for (size_t i = 0; i < r->groups[g].n && n < RULE_ROWS; i++) {
            const struct condition *c = &r->groups[g].conditions[i];
            rows[n++] = (struct row) { g > 0 && i == 0 ? "or" : "and", c->field->name,
                                       operation_name(c->op), joined(a, names, c) };
        }
    return n;
}

static const char *argument_text(struct arena *a, const struct roster *names,
                                 const struct argument_kind_of *kind, const char *value)
{
    int64_t id;
    bool is_id = str_i64(value, 1, INT64_MAX, &id);
    if (kind->kind == ARGUMENT_DEPARTMENT && is_id)
        return department_name(a, names, id);
    if (kind->kind == ARGUMENT_PERSON && is_id)
        return person_name(a, names, id);
    return value;
}

const char *rules_arguments_text(struct arena *a, const struct roster *names,
                                 const struct rule_action *action)
{
    struct buf b = buf_make(a, 0);
    const struct action_kind *kind = action_by_name(action->name);
    if (guest_is_name(action->name))
        return rule_argument(action, GUEST_ARGUMENT);
    for (size_t i = 0; kind != NULL && i < 2 && kind->args[i].name != NULL; i++) {
        const char *value = rule_argument(action, kind->args[i].name);
        if (*value != '\0')
            buf_printf(&b, "%s%s", b.len > 0 ? ", " : "",
                       argument_text(a, names, &kind->args[i], value));
    }
    return buf_str(&b);
}

/* Persons stand in the second input, whatever else there is in the first. */
static size_t deeds_of(struct arena *a, const struct roster *names, const struct rule *r,
                       struct deed *deeds)
{
    size_t n = 0;
    for (; n < r->actions_n && n < RULE_DEEDS; n++) {
        const struct action_kind *kind = action_by_name(r->actions[n].name);
        deeds[n] = (struct deed) { r->actions[n].name,
                                   rule_argument(&r->actions[n], GUEST_ARGUMENT), "" };
        for (size_t i = 0; kind != NULL && i < 2 && kind->args[i].name != NULL; i++) {
            const char *text = argument_text(a, names, &kind->args[i],
                                             rule_argument(&r->actions[n], kind->args[i].name));
            if (kind->args[i].kind == ARGUMENT_PERSON)
                deeds[n].whom = text;
            else
                deeds[n].what = text;
        }
    }
    return n;
}

void rules_show_saved(struct request *rq, struct view *v, const struct roster *names,
                      const struct rule *r)
{
    struct arena *a = view_arena(v);
    const struct rule_guest *guest = rq->guest;
    struct row rows[RULE_ROWS];
    struct deed deeds[RULE_DEEDS];
    size_t rows_n = r == NULL ? 0 : rows_of(a, names, r, rows);
    size_t deeds_n = r == NULL ? 0 : deeds_of(a, names, r, deeds);
    view_text(v, "name", r == NULL ? "" : r->name);
    view_text(v, "notes", r == NULL ? "" : r->notes);
    view_bool(v, "is_active", r == NULL || r->is_active);
    view_bool(v, "stops", r != NULL && r->stops);
    show_events(v, r == NULL ? trigger_name(TRIGGER_CREATED) : trigger_name(r->trigger));
    show_rows(v, guest, rows, rows_n, RULE_SPARE);
    show_deeds(v, guest, deeds, deeds_n, 1);
    show_suggestions(v, names);
}

/* --- what was typed --- */

static const char *typed(struct request *rq, const char *name, size_t i)
{
    return str_trim(rq->arena, form_typed(rq, arena_printf(rq->arena, "%s%zu", name, i)));
}

static size_t typed_rows(struct request *rq, struct row *rows)
{
    size_t n = 0;
    for (size_t i = 0; i < RULE_ROWS; i++) {
        struct row r = { typed(rq, "join", i), typed(rq, "field", i), typed(rq, "op", i),
                         typed(rq, "value", i) };
        if (*r.field != '\0')
            rows[n++] = r;
    }
    return n;
}

static size_t typed_deeds(struct request *rq, struct deed *deeds)
{
    size_t n = 0;
    for (size_t i = 0; i < RULE_DEEDS; i++) {
        struct deed d = { typed(rq, "do", i), typed(rq, "what", i), typed(rq, "whom", i) };
        if (*d.name != '\0')
            deeds[n++] = d;
    }
    return n;
}

void rules_show_typed(struct request *rq, struct view *v, const struct roster *names)
{
    struct row rows[RULE_ROWS];
    struct deed deeds[RULE_DEEDS];
    const struct rule_guest *guest = rq->guest;
    size_t rows_n = typed_rows(rq, rows), deeds_n = typed_deeds(rq, deeds);
    view_text(v, "name", form_typed(rq, "name"));
    view_text(v, "notes", form_typed(rq, "notes"));
    view_bool(v, "is_active", form_bool(rq, "is_active"));
    view_bool(v, "stops", form_bool(rq, "stops"));
    show_events(v, form_typed(rq, "event"));
    show_rows(v, guest, rows, rows_n, form_bool(rq, "more") ? 3 * RULE_SPARE : RULE_SPARE);
    show_deeds(v, guest, deeds, deeds_n, form_bool(rq, "more") ? 3 : 1);
    show_suggestions(v, names);
}

/* --- reading --- */

/* "Marketing; Support", each as the database knows it. */
static size_t split(struct request *rq, const struct roster *names, const struct row *r,
                    const char *values[VALUES_MAX + 1])
{
    const struct rule_field *f = field_by_name(r->field);
    size_t n = 0;
    bool is_guest = guest_is_name(r->field);
    if ((f == NULL && !is_guest) || *r->value == '\0')
        return 0;
    if (is_guest || str_is(r->op, operation_name(OP_MATCHES))) {
        values[0] = r->value;
        return 1;
    }
    for (const char *p = r->value; p != NULL && n <= VALUES_MAX;) {
        const char *end = strchr(p, ';');
        const char *one = str_trim(
            rq->arena, end == NULL ? p : arena_strndup(rq->arena, p, (size_t)(end - p)));
        if (*one != '\0')
            values[n++] = value_of(rq->arena, names, f, one);
        p = end == NULL ? NULL : end + 1;
    }
    return n;
}

static const char *complaint_at(struct request *rq, const char *what, size_t i,
                                const struct err *err)
{
    return arena_printf(rq->arena, "%s %zu: %s", what, i + 1,
                        words_get_reason(rq->arena, err->msg));
}

static int read_conditions(struct request *rq, const struct roster *names, struct rule *out,
                           const char **complaint)
{
    struct row rows[RULE_ROWS];
    size_t n = typed_rows(rq, rows);
    struct condition *all = arena_array(rq->arena, n + 1, sizeof(*all));
    out->groups = arena_zalloc(rq->arena, (n + 1) * sizeof(*out->groups));
    for (size_t i = 0; i < n; i++) {
        const char *values[VALUES_MAX + 1];
        struct err err = ERR_INIT;
        size_t values_n = split(rq, names, &rows[i], values);
        if (condition_make(rq->arena, rows[i].field, rows[i].op, values, values_n, &all[i], &err) <
            0) {
            *complaint = complaint_at(rq, _("Condition"), i, &err);
            return -1;
        }
        if (i == 0 || str_is(rows[i].join, "or"))
            out->groups[out->groups_n++].conditions = &all[i];
        out->groups[out->groups_n - 1].n++;
    }
    return 0;
}

static void add_argument(struct request *rq, const struct roster *names,
                         const struct argument_kind_of *kind, const struct deed *d,
                         struct rule_action *out)
{
    int64_t id;
    const char *value = kind->kind == ARGUMENT_PERSON ? d->whom : d->what;
    bool is_department = kind->kind == ARGUMENT_DEPARTMENT && department_id(names, value, &id);
    bool is_person = kind->kind == ARGUMENT_PERSON && person_id(names, value, &id);
    if (*value == '\0')
        return;
    if (is_department || is_person)
        value = arena_printf(rq->arena, "%" PRId64, id);
    out->args[out->args_n++] = (struct rule_argument) { kind->name, value };
}

static void read_actions(struct request *rq, const struct roster *names, struct rule *out)
{
    struct deed deeds[RULE_DEEDS];
    out->actions_n = typed_deeds(rq, deeds);
    out->actions = arena_zalloc(rq->arena, (out->actions_n + 1) * sizeof(*out->actions));
    for (size_t n = 0; n < out->actions_n; n++) {
        const struct action_kind *kind = action_by_name(deeds[n].name);
        out->actions[n].name = deeds[n].name;
        if (guest_is_name(deeds[n].name) && *deeds[n].what != '\0')
            out->actions[n].args[out->actions[n].args_n++] = (struct rule_argument) {
                GUEST_ARGUMENT, deeds[n].what
            };
        for (size_t i = 0; kind != NULL && i < 2 && kind->args[i].name != NULL; i++)
            add_argument(rq, names, &kind->args[i], &deeds[n], &out->actions[n]);
    }
}

int rules_read(struct request *rq, const struct roster *names, struct rule *out,
               const char **complaint)
{
    out->name = str_trim(rq->arena, form_typed(rq, "name"));
    out->notes = str_trim(rq->arena, form_typed(rq, "notes"));
    out->trigger = trigger_by_name(form_typed(rq, "event"));
    out->is_active = form_bool(rq, "is_active");
    out->stops = form_bool(rq, "stops");
    out->groups_n = 0;
    read_actions(rq, names, out);
    return read_conditions(rq, names, out, complaint);
}
