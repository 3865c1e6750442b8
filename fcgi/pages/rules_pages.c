/* fcgi/pages/rules_pages.c - Configuration > Rules */
#include "automation/action.h"
#include "automation/store.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/rules_form.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/desk.h"
#include "user/viewer.h"

#define LIST_PATH     "/config/rules"
#define UNPROCESSABLE 422
#define CONFLICT      409

static const struct roster *names_of(struct request *rq, struct err *err)
{
    const struct desk *desk = pages_desk(rq, err);
    return desk == NULL ? NULL : desk->roster;
}

static void show_actions(const struct request *rq, struct view *row, const struct rule *r)
{
    struct view_list *list = view_list(row, "actions");
    for (size_t i = 0; i < r->actions_n; i++) {
        view_text(view_row(list), "action", rules_action_label(rq, r->actions[i].name));
    }
}

static int list_get(struct request *rq, struct err *err)
{
    struct rule *rules;
    size_t n;
    struct view *v = view_new(rq->arena);
    if (rules_all(rq->db, rq->arena, &rules, &n, err) < 0)
        return -1;
    struct view_list *rows = view_list(v, "rules");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(rows);
        view_i64(row, "id", rules[i].id);
        view_text(row, "name", rules[i].name);
        view_text(row, "event", words_get(trigger_label(rules[i].trigger)));
        view_bool(row, "is_active", rules[i].is_active);
        view_bool(row, "stops", rules[i].stops);
        view_bool(row, "can_rise", i > 0);
        view_bool(row, "can_sink", i + 1 < n);
        show_actions(rq, row, &rules[i]);
    }
    view_bool(v, "has_rules", n > 0);
    return response_render(rq, 200, "config/rules/list", v, err);
}

static int show_new(struct request *rq, int status, const char *problem, struct err *err)
{
    struct view *v = view_new(rq->arena);
    const struct roster *names = names_of(rq, err);
    if (names == NULL)
        return -1;
    view_text(v, "error", problem);
    if (str_is(rq->method, "POST"))
        rules_show_typed(rq, v, names);
    else
        rules_show_saved(rq, v, names, NULL);
    return response_render(rq, status, "config/rules/new", v, err);
}

static int new_get(struct request *rq, struct err *err)
{
    return show_new(rq, 200, NULL, err);
}

static bool is_their_doing(const struct err *err)
{
    return err->code == ERR_INVALID || err->code == ERR_REFUSED;
}

/* Reads and stores: 1; 0 with what to tell the person; -1. */
static int save(struct request *rq, struct rule *rule, const char **problem, struct err *err)
{
    const struct roster *names = names_of(rq, err);
    if (names == NULL)
        return -1;
    if (form_has_errors(rq)) {
        *problem = _("Something is too long.");
        return 0;
    }
    if (rules_read(rq, names, rule, problem) < 0)
        return 0;
    if (guest_check(rq->guest, rule, err) == 0 &&
        rule_put(rq->db, rq->arena, rq->viewer, rule, err) == 0)
        return 1;
    if (!is_their_doing(err))
        return -1;
    *problem = words_get_reason(rq->arena, err->msg);
    return 0;
}

static int new_post(struct request *rq, struct err *err)
{
    struct rule rule = { .id = 0 };
    const char *problem = NULL;
    if (form_bool(rq, "more"))
        return show_new(rq, 200, NULL, err);
    int rc = save(rq, &rule, &problem, err);
    if (rc < 0)
        return -1;
    return rc == 0 ? show_new(rq, UNPROCESSABLE, problem, err)
                   : response_redirect(rq, LIST_PATH, _("Saved."), err);
}

static int load(struct request *rq, struct rule *rule, struct err *err)
{
    int rc = rule_by_id(rq->db, rq->arena, path_i64(rq, "id"), rule, err);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "no such rule") : rc;
}

static int show_edit(struct request *rq, int status, const char *problem, struct err *err)
{
    struct rule rule;
    struct view *v = view_new(rq->arena);
    const struct roster *names = names_of(rq, err);
    if (names == NULL || load(rq, &rule, err) < 0)
        return -1;
    view_i64(v, "id", rule.id);
    view_i64(v, "version",
             status == UNPROCESSABLE ? form_i64(rq, "version", rule.version) : rule.version);
    view_text(v, "heading", rule.name);
    view_text(v, "error", problem);
    view_bool(v, "has_conflict", status == CONFLICT);
    if (str_is(rq->method, "POST"))
        rules_show_typed(rq, v, names);
    else
        rules_show_saved(rq, v, names, &rule);
    return response_render(rq, status, "config/rules/edit", v, err);
}

static int edit_get(struct request *rq, struct err *err)
{
    return show_edit(rq, 200, NULL, err);
}

static int edit_post(struct request *rq, struct err *err)
{
    struct rule old, rule = { .id = path_i64(rq, "id"), .version = form_i64(rq, "version", 0) };
    const char *problem = NULL;
    if (load(rq, &old, err) < 0)
        return -1;
    if (form_bool(rq, "more"))
        return show_edit(rq, 200, NULL, err);
    int rc = save(rq, &rule, &problem, err);
    if (rc < 0 && err->code == ERR_CONFLICT && !db_is_once_error(err))
        return show_edit(rq, CONFLICT, NULL, err);
    if (rc < 0)
        return -1;
    return rc == 0 ? show_edit(rq, UNPROCESSABLE, problem, err)
                   : response_redirect(rq, LIST_PATH, _("Saved."), err);
}

static int delete_get(struct request *rq, struct err *err)
{
    struct rule rule;
    struct view *v = view_new(rq->arena);
    if (load(rq, &rule, err) < 0)
        return -1;
    view_i64(v, "id", rule.id);
    view_text(v, "heading", rule.name);
    return response_render(rq, 200, "config/rules/delete", v, err);
}

static int delete_post(struct request *rq, struct err *err)
{
    if (rule_delete(rq->db, rq->viewer, path_i64(rq, "id"), err) < 0)
        return -1;
    return response_redirect(rq, LIST_PATH, _("Deleted."), err);
}

static int move_post(struct request *rq, struct err *err)
{
    int direction = str_is(form_text(rq, "to"), "up") ? -1 : 1;
    if (rule_shift(rq->db, rq->arena, rq->viewer, path_i64(rq, "id"), direction, err) < 0)
        return -1;
    return response_redirect(rq, LIST_PATH, NULL, err);
}

static const char *const directions[] = { "up", "down", NULL };
static const struct field move_form[] = {
    FIELD_CHOICE("to", REQUIRED, directions),
    FIELD_END,
};

const struct route rules_routes[] = {
    { GET, LIST_PATH, CAP_RULES, NULL, list_get, 0 },
    { GET, LIST_PATH "/new", CAP_RULES, NULL, new_get, 0 },
    { POST, LIST_PATH "/new", CAP_RULES, rules_form, new_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}", CAP_RULES, NULL, edit_get, 0 },
    { POST, LIST_PATH "/{id}", CAP_RULES, rules_form, edit_post, ROUTE_FORM_ERRORS },
    { POST, LIST_PATH "/{id}/move", CAP_RULES, move_form, move_post, 0 },
    { GET, LIST_PATH "/{id}/delete", CAP_RULES, NULL, delete_get, 0 },
    { POST, LIST_PATH "/{id}/delete", CAP_RULES, NULL, delete_post, 0 },
    ROUTE_END,
};
