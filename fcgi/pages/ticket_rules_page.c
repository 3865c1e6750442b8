/* fcgi/pages/ticket_rules_page.c - which rules were asked about a ticket, and why they did or did
 * not apply */
#include "automation/condition.h"
#include "automation/run.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/rules_form.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/ticket_page.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/desk.h"
#include "user/capability.h"

#include <string.h>

static const char *op_label(const char *name)
{
    enum operation op;
    return operation_by_name(name, &op) ? words_get(operation_label(op)) : name;
}

static void show_condition(const struct request *rq, struct view *row, const struct roster *names,
                           const struct told_condition *c)
{
    struct arena *a = view_arena(row);
    view_text(row, "field", rules_field_label(rq, c->field));
    view_text(row, "op", op_label(c->op));
    const char *values = rules_value_text(a, names, c->field, c->values);
    view_text(row, "values", *values == '\0' ? NULL : values);
    view_text(row, "saw", rules_value_text(a, names, c->field, c->saw));
    view_bool(row, "has_saw", !str_is_empty(c->saw));
    view_bool(row, "took_too_long", c->took_too_long);
    view_text(row, "absent", str_is_empty(c->absent) ? NULL : words_get_reason(a, c->absent));
}

static void show_action(const struct request *rq, struct view *row, const struct roster *names,
                        const struct told_action *t)
{
    const char *args = rules_arguments_text(view_arena(row), names, &t->action);
    view_text(row, "action", rules_action_label(rq, t->action.name));
    view_text(row, "args", *args == '\0' ? NULL : args);
    view_text(row, "misfit",
              str_is_empty(t->misfit) ? NULL : words_get_reason(view_arena(row), t->misfit));
}

static void show_rule(const struct request *rq, struct view *row, const struct roster *names,
                      const struct told_rule *r)
{
    struct view_list *conditions = view_list(row, "conditions");
    struct view_list *actions = view_list(row, "actions");
    view_text(row, "name", r->name);
    view_bool(row, "applied", r->applied);
    for (size_t i = 0; i < r->conditions_n; i++)
        show_condition(rq, view_row(conditions), names, &r->conditions[i]);
    for (size_t i = 0; i < r->actions_n; i++)
        show_action(rq, view_row(actions), names, &r->actions[i]);
}

static int rules_get(struct request *rq, struct err *err)
{
    struct ticket t;
    struct act act;
    struct told_run *runs;
    size_t n;
    struct view *v = view_new(rq->arena);
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL || ticket_of_path(rq, &act, &t, err) < 0 ||
        runs_of(&act, t.id, &runs, &n, err) < 0)
        return -1;
    view_i64(v, "number", t.number);
    view_bool(v, "has_runs", n > 0);
    struct view_list *list = view_list(v, "runs");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(list);
        struct view_list *rules = view_list(row, "rules");
        show_time(row, "at_iso", "at_text", runs[i].at);
        view_text(row, "event", words_get(trigger_label(runs[i].trigger)));
        for (size_t k = 0; k < runs[i].n; k++)
            show_rule(rq, view_row(rules), desk->roster, &runs[i].rules[k]);
    }
    return response_render(rq, 200, "tickets/rules", v, err);
}

const struct route ticket_rules_routes[] = {
    { GET, "/tickets/{number}/rules", CAP_TICKET_READ, NULL, rules_get, ROUTE_DESK },
    ROUTE_END,
};
