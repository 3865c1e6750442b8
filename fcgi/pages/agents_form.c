#include "fcgi/pages/agents_form.h"

#include "base/arena.h"
#include "base/str.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/people.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "ticket/desk.h"
#include "user/viewer.h"

void agents_show_role(struct view *v, enum role role)
{
    view_bool(v, "role_is_agent", role == ROLE_AGENT);
    view_bool(v, "role_is_admin", role == ROLE_ADMIN);
    view_bool(v, "role_is_owner", role == ROLE_OWNER);
}

static void show_gender(struct view *v, const char *gender)
{
    view_bool(v, "gender_is_f", str_is(gender, "f"));
    view_bool(v, "gender_is_m", str_is(gender, "m"));
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static int show_departments(struct request *rq, struct view *v, const int64_t *ids, size_t n,
                            struct err *err)
{
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL)
        return -1;
    struct view_list *rows = view_list(v, "departments");
    for (size_t i = 0; i < desk->roster->departments_n; i++) {
        const struct roster_department *d = &desk->roster->departments[i];
        struct view *row = view_row(rows);
        view_i64(row, "id", d->id);
        view_text(row, "name", d->name);
        view_bool(row, "is_member", has(ids, n, d->id));
    }
    return 0;
}

static void show_fixed(struct request *rq, struct view *v)
{
    view_bool(v, "can_grant_owner", viewer_may(rq->viewer, CAP_OWNER));
    view_bool(v, "can_grant_admin", viewer_may_grant(rq->viewer, ROLE_ADMIN));
    people_field_error(rq, v, "error_name", "name");
    people_field_error(rq, v, "error_role", "role");
    people_field_error(rq, v, "error_status", "status");
    people_field_error(rq, v, "error_departments", "departments");
}

int agents_show_saved(struct request *rq, struct view *v, const struct user *u, struct err *err)
{
    struct membership *members;
    size_t n;
    if (user_memberships(rq->db, rq->arena, u->id, &members, &n, err) < 0)
        return -1;
    int64_t *ids = arena_array(rq->arena, n + 1, sizeof(*ids));
    for (size_t i = 0; i < n; i++)
        ids[i] = members[i].department_id;
    view_text(v, "name", u->name);
    view_bool(v, "is_active", u->status != USER_DEACTIVATED);
    show_gender(v, u->gender);
    agents_show_role(v, u->role);
    show_fixed(rq, v);
    return show_departments(rq, v, ids, n, err);
}

int agents_show_typed(struct request *rq, struct view *v, struct err *err)
{
    size_t n;
    enum role role;
    const int64_t *ids = form_i64s(rq, "departments", &n);
    view_text(v, "name", form_typed(rq, "name"));
    view_bool(v, "is_active", !str_is(form_text(rq, "status"), "inactive"));
    show_gender(v, form_text(rq, "gender"));
    if (role_by_name(form_text(rq, "role"), &role))
        agents_show_role(v, role);
    show_fixed(rq, v);
    return show_departments(rq, v, ids, n, err);
}

void agents_read_form(struct request *rq, struct user_fields *out)
{
    *out = (struct user_fields) { .name = form_text(rq, "name"),
                                  .gender = str_or(form_text(rq, "gender"), ""),
                                  .is_active = true };
    (void)role_by_name(form_text(rq, "role"), &out->role);
    out->departments = form_i64s(rq, "departments", &out->departments_n);
}

bool agents_is_last_owner(const struct user *u, const struct user *all, size_t n)
{
    if (u->role != ROLE_OWNER || u->status == USER_DEACTIVATED)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool may_follow = all[i].status == USER_ACTIVE ||
                          (all[i].status == USER_INVITED && u->status != USER_ACTIVE);
        if (all[i].id != u->id && all[i].role == ROLE_OWNER && may_follow)
            return false;
    }
    return true;
}
