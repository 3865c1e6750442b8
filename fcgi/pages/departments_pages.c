/* fcgi/pages/departments_pages.c - Configuration > Departments */
#include "fcgi/pages/people_routes.h"

#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/pages/departments_form.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/people.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "staff/staff.h"
#include "ticket/desk.h"
#include "user/department.h"
#include "user/viewer.h"

#define LIST_PATH     "/config/departments"
#define UNPROCESSABLE 422
#define CONFLICT      409

static int64_t open_tickets(const struct counts *counts, int64_t id)
{
    for (size_t i = 0; i < counts->departments_n; i++)
        if (counts->departments[i].id == id)
            return counts->departments[i].open;
    return 0;
}

static int64_t members_of(const struct roster *r, int64_t id)
{
    int64_t n = 0;
    for (size_t i = 0; i < r->members_n; i++)
        n += r->members[i].department_id == id;
    return n;
}

static void show_addresses(struct view *row, const struct department_address *all, size_t n,
                           int64_t id)
{
    struct view_list *list = view_list(row, "addresses");
    bool has = false;
    for (size_t i = 0; i < n; i++) {
        if (all[i].department_id != id)
            continue;
        view_text(view_row(list), "address", all[i].address);
        has = true;
    }
    view_bool(row, "has_addresses", has);
}

static int list_get(struct request *rq, struct err *err)
{
    struct department_address *addresses;
    size_t n;
    struct view *v = view_new(rq->arena);
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL || department_all_addresses(rq->db, rq->arena, &addresses, &n, err) < 0)
        return -1;
    struct view_list *rows = view_list(v, "departments");
    for (size_t i = 0; i < desk->roster->departments_n; i++) {
        const struct roster_department *d = &desk->roster->departments[i];
        struct view *row = view_row(rows);
        view_i64(row, "id", d->id);
        view_text(row, "name", d->name);
        view_bool(row, "is_default", d->is_default);
        show_addresses(row, addresses, n, d->id);
        view_i64(row, "members_n", members_of(desk->roster, d->id));
        view_i64(row, "open_n", open_tickets(&desk->counts, d->id));
        view_bool(row, "can_delete", !d->is_default);
    }
    return response_render(rq, 200, "config/departments/list", v, err);
}

static int new_get(struct request *rq, struct err *err)
{
    struct view *v = view_new(rq->arena);
    if (departments_show_saved(rq, v, NULL, err) < 0)
        return -1;
    return response_render(rq, 200, "config/departments/new", v, err);
}

static int new_again(struct request *rq, const char *problem, struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_text(v, "error", problem);
    if (departments_show_typed(rq, v, NULL, err) < 0)
        return -1;
    return response_render(rq, UNPROCESSABLE, "config/departments/new", v, err);
}

static int new_post(struct request *rq, struct err *err)
{
    struct department_fields fields;
    int64_t id;
    if (form_has_errors(rq))
        return new_again(rq, NULL, err);
    departments_read(rq, &fields);
    if (department_create(rq->db, rq->arena, rq->viewer, &fields, &id, err) == 0)
        return response_redirect(rq, LIST_PATH, _("Saved."), err);
    const char *problem = db_is_once_error(err) ? NULL : people_complaint(rq, err);
    return problem == NULL ? -1 : new_again(rq, problem, err);
}

static int load(struct request *rq, struct department *d, struct err *err)
{
    int rc = department_by_id(rq->db, rq->arena, path_i64(rq, "id"), d, err);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "no such department") : rc;
}

static void show_head(struct view *v, const struct department *d)
{
    view_i64(v, "id", d->id);
    view_i64(v, "version", d->version);
    view_text(v, "heading", d->name);
    view_bool(v, "can_delete", !d->is_default);
}

static int edit_get(struct request *rq, struct err *err)
{
    struct department d;
    struct view *v = view_new(rq->arena);
    if (load(rq, &d, err) < 0)
        return -1;
    show_head(v, &d);
    if (departments_show_saved(rq, v, &d, err) < 0)
        return -1;
    return response_render(rq, 200, "config/departments/edit", v, err);
}

/* leaving: tickets that would lose their agent, where that is the question; else 0. */
static int edit_again(struct request *rq, int status, const char *problem, int64_t leaving,
                      struct err *err)
{
    struct department d;
    struct view *v = view_new(rq->arena);
    if (load(rq, &d, err) < 0)
        return -1;
    show_head(v, &d);
    view_text(v, "error", problem);
    view_bool(v, "has_conflict", status == CONFLICT);
    view_text(v, "conflict_name", _("Somebody else"));
    view_i64(v, "leaving_n", leaving);
    if (departments_show_typed(rq, v, &d, err) < 0)
        return -1;
    return response_render(rq, status, "config/departments/edit", v, err);
}

static int edit_failed(struct request *rq, struct err *err)
{
    bool is_race = err->code == ERR_CONFLICT;
    const char *problem = db_is_once_error(err) ? NULL : people_complaint(rq, err);
    if (problem == NULL)
        return -1;
    return edit_again(rq, is_race ? CONFLICT : UNPROCESSABLE, is_race ? NULL : problem, 0, err);
}

static int edit_post(struct request *rq, struct err *err)
{
    struct department d;
    struct department_fields fields;
    struct act act = act_of(rq);
    int64_t tickets, leaving;
    if (load(rq, &d, err) < 0)
        return -1;
    if (form_has_errors(rq))
        return edit_again(rq, UNPROCESSABLE, NULL, 0, err);
    departments_read(rq, &fields);
    if (staff_count_leaving(&act, d.id, fields.members, fields.members_n, &leaving, err) < 0)
        return -1;
    if (leaving > 0 && !form_bool(rq, "confirm"))
        return edit_again(rq, UNPROCESSABLE, NULL, leaving, err);
    if (staff_update_department(&act, d.id, form_i64(rq, "version", 0), &fields, &tickets, err) < 0)
        return edit_failed(rq, err);
    return response_redirect(rq, LIST_PATH, _("Saved."), err);
}

static int show_delete(struct request *rq, int status, const char *problem, struct err *err)
{
    struct department d, *all;
    size_t n;
    int64_t tickets;
    struct act act = act_of(rq);
    struct view *v = view_new(rq->arena);
    if (load(rq, &d, err) < 0 || department_all(rq->db, rq->arena, &all, &n, err) < 0 ||
        staff_count_tickets(&act, d.id, &tickets, err) < 0)
        return -1;
    show_head(v, &d);
    view_text(v, "name", d.name);
    view_i64(v, "tickets_n", tickets);
    view_text(v, "error", problem);
    struct view_list *rows = view_list(v, "targets");
    for (size_t i = 0; i < n; i++) {
        if (all[i].id == d.id)
            continue;
        struct view *row = view_row(rows);
        view_i64(row, "id", all[i].id);
        view_text(row, "name", all[i].name);
        view_bool(row, "is_selected", all[i].id == form_i64(rq, "target", 0));
    }
    return response_render(rq, status, "config/departments/delete", v, err);
}

static int delete_get(struct request *rq, struct err *err)
{
    return show_delete(rq, 200, NULL, err);
}

static int delete_post(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    struct department d;
    int64_t tickets;
    if (load(rq, &d, err) < 0)
        return -1;
    if (form_has_errors(rq))
        return show_delete(rq, UNPROCESSABLE, _("Choose a department that takes over."), err);
    if (staff_close_department(&act, d.id, form_i64(rq, "target", 0), &tickets, err) == 0)
        return response_redirect(rq, LIST_PATH, _("Deleted."), err);
    const char *problem = db_is_once_error(err) ? NULL : people_complaint(rq, err);
    return problem == NULL ? -1 : show_delete(rq, UNPROCESSABLE, problem, err);
}

static const struct field delete_form[] = {
    FIELD_I64("target", REQUIRED, 1, INT64_MAX),
    FIELD_END,
};

const struct route departments_routes[] = {
    { GET, LIST_PATH, CAP_DEPARTMENTS, NULL, list_get, 0 },
    { GET, LIST_PATH "/new", CAP_DEPARTMENTS, NULL, new_get, 0 },
    { POST, LIST_PATH "/new", CAP_DEPARTMENTS, departments_form, new_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}", CAP_DEPARTMENTS, NULL, edit_get, 0 },
    { POST, LIST_PATH "/{id}", CAP_DEPARTMENTS, departments_form, edit_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}/delete", CAP_DEPARTMENTS, NULL, delete_get, 0 },
    { POST, LIST_PATH "/{id}/delete", CAP_DEPARTMENTS, delete_form, delete_post,
      ROUTE_FORM_ERRORS },
    ROUTE_END,
};
