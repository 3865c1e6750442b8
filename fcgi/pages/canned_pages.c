/* fcgi/pages/canned_pages.c - predefined answers: to manage, and to choose one for a ticket */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "canned/canned.h"
#include "db/db.h"
#include "fcgi/pages/canned_show.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/ticket_page.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/desk.h"
#include "user/capability.h"
#include "user/viewer.h"

#include <inttypes.h>

#define LIST_PATH     "/answers"
#define UNPROCESSABLE 422
#define CONFLICT      409
#define CHOICE_MOST   50 /* offered for a ticket at once */
#define QUERY_MAX     100

/* --- all that a person sees --- */

static bool may_change(const struct request *rq, const struct canned *c)
{
    return c->user_id != 0 || viewer_may(rq->viewer, CAP_CANNED);
}

static int list_get(struct request *rq, struct err *err)
{
    struct canned *all;
    size_t n;
    struct view *v = view_new(rq->arena);
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL ||
        canned_find(rq->db, rq->arena, rq->viewer, 0, form_text(rq, "q"), &all, &n, err) < 0)
        return -1;
    struct view_list *rows = view_list(v, "answers");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(rows);
        view_i64(row, "id", all[i].id);
        view_text(row, "name", all[i].name);
        view_text(row, "beginning", str_line(rq->arena, all[i].body, 140));
        canned_show_whose(row, desk->roster, &all[i]);
        view_bool(row, "may_change", may_change(rq, &all[i]));
    }
    view_text(v, "query", form_text(rq, "q"));
    view_bool(v, "has_answers", n > 0);
    view_bool(v, "is_search", !str_is_empty(form_text(rq, "q")));
    return response_render(rq, 200, "canned/list", v, err);
}

/* --- one --- */

static bool is_their_doing(const struct err *err)
{
    return err->code == ERR_INVALID && !db_is_once_error(err);
}

static int show_form(struct request *rq, int status, const char *problem, const struct canned *old,
                     struct err *err)
{
    struct view *v = view_new(rq->arena);
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL)
        return -1;
    view_text(v, "error", problem);
    if (str_is(rq->method, "POST"))
        canned_show_typed(rq, v, desk->roster);
    else
        canned_show_saved(rq, v, desk->roster, old);
    if (old == NULL)
        return response_render(rq, status, "canned/new", v, err);
    view_i64(v, "id", old->id);
    view_text(v, "heading", old->name);
    view_i64(v, "version",
             status == UNPROCESSABLE ? form_i64(rq, "version", old->version) : old->version);
    view_bool(v, "has_conflict", status == CONFLICT);
    return response_render(rq, status, "canned/edit", v, err);
}

static int new_get(struct request *rq, struct err *err)
{
    return show_form(rq, 200, NULL, NULL, err);
}

/* What was typed: 1; 0 with what is wrong with it; -1. */
static int save(struct request *rq, struct canned *c, const char **problem, struct err *err)
{
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL)
        return -1;
    *problem = form_has_errors(rq) ? _("Something is too long.") : canned_read(rq, desk->roster, c);
    if (*problem != NULL)
        return 0;
    if (canned_put(rq->db, rq->arena, rq->viewer, c, err) == 0)
        return 1;
    *problem = words_get_reason(rq->arena, err->msg);
    return is_their_doing(err) ? 0 : -1;
}

static int new_post(struct request *rq, struct err *err)
{
    struct canned c = { .id = 0 };
    const char *problem;
    int rc = save(rq, &c, &problem, err);
    if (rc < 0)
        return -1;
    return rc == 0 ? show_form(rq, UNPROCESSABLE, problem, NULL, err)
                   : response_redirect(rq, LIST_PATH, _("Saved."), err);
}

/* One that this person may change. */
static int load(struct request *rq, struct canned *c, struct err *err)
{
    int rc = canned_by_id(rq->db, rq->arena, rq->viewer, path_i64(rq, "id"), c, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such predefined answer");
    return may_change(rq, c) ? 0 : err_set(err, ERR_FORBIDDEN, "predefined answers of others");
}

static int edit_get(struct request *rq, struct err *err)
{
    struct canned c;
    return load(rq, &c, err) < 0 ? -1 : show_form(rq, 200, NULL, &c, err);
}

static int edit_post(struct request *rq, struct err *err)
{
    struct canned old, c;
    const char *problem;
    if (load(rq, &old, err) < 0)
        return -1;
    c = (struct canned) { .id = old.id, .version = form_i64(rq, "version", 0) };
    int rc = save(rq, &c, &problem, err);
    if (rc < 0 && err->code == ERR_CONFLICT && !db_is_once_error(err))
        return show_form(rq, CONFLICT, NULL, &old, err);
    if (rc < 0)
        return -1;
    return rc == 0 ? show_form(rq, UNPROCESSABLE, problem, &old, err)
                   : response_redirect(rq, LIST_PATH, _("Saved."), err);
}

static int delete_get(struct request *rq, struct err *err)
{
    struct canned c;
    struct view *v = view_new(rq->arena);
    if (load(rq, &c, err) < 0)
        return -1;
    view_i64(v, "id", c.id);
    view_text(v, "name", c.name);
    return response_render(rq, 200, "canned/delete", v, err);
}

static int delete_post(struct request *rq, struct err *err)
{
    if (canned_delete(rq->db, rq->arena, rq->viewer, path_i64(rq, "id"), err) < 0)
        return -1;
    return response_redirect(rq, LIST_PATH, _("Deleted."), err);
}

/* --- for a ticket --- */

static int choose_get(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket t;
    struct canned *all;
    size_t n;
    struct view *v = view_new(rq->arena);
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL || ticket_of_path(rq, &act, &t, err) < 0 ||
        canned_find(rq->db, rq->arena, rq->viewer, t.department_id, form_text(rq, "q"), &all, &n,
                    err) < 0)
        return -1;
    view_i64(v, "number", t.number);
    view_text(v, "subject", str_or(t.subject, _("(no subject)")));
    view_text(v, "query", form_text(rq, "q"));
    view_bool(v, "has_answers", n > 0);
    view_bool(v, "is_search", !str_is_empty(form_text(rq, "q")));
    struct view_list *rows = view_list(v, "answers");
    for (size_t i = 0; i < n && i < CHOICE_MOST; i++) {
        struct view *row = view_row(rows);
        view_i64(row, "id", all[i].id);
        view_text(row, "name", all[i].name);
        view_text(row, "text", canned_fill_for(rq, &t, all[i].body));
        canned_show_whose(row, desk->roster, &all[i]);
    }
    return response_render(rq, 200, "canned/choose", v, err);
}

static const struct field query_form[] = { FIELD_TEXT("q", OPTIONAL, QUERY_MAX), FIELD_END };
static const struct field canned_form[] = {
    FIELD_I64("version", OPTIONAL, 1, INT32_MAX),
    FIELD_TEXT("name", OPTIONAL, 190),
    FIELD_TEXT("keywords", OPTIONAL, 255),
    FIELD_TEXT("text", OPTIONAL, CANNED_BODY_MAX),
    FIELD_TEXT("whose", OPTIONAL, 20),
    FIELD_END,
};

const struct route canned_routes[] = {
    { GET, LIST_PATH, CAP_TICKET_ANSWER, query_form, list_get, 0 },
    { GET, LIST_PATH "/new", CAP_TICKET_ANSWER, NULL, new_get, 0 },
    { POST, LIST_PATH "/new", CAP_TICKET_ANSWER, canned_form, new_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}", CAP_TICKET_ANSWER, NULL, edit_get, 0 },
    { POST, LIST_PATH "/{id}", CAP_TICKET_ANSWER, canned_form, edit_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}/delete", CAP_TICKET_ANSWER, NULL, delete_get, 0 },
    { POST, LIST_PATH "/{id}/delete", CAP_TICKET_ANSWER, NULL, delete_post, 0 },
    { GET, "/tickets/{number}/answers", CAP_TICKET_ANSWER, query_form, choose_get, 0 },
    ROUTE_END,
};
