/* fcgi/pages/agents_pages.c - Configuration > Agents: who works here, in which role, where */
#include "fcgi/pages/people_routes.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/agents_form.h"
#include "fcgi/pages/notice_choice.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/people.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/deskd_plugin.h"
#include "plugin/plugins.h"
#include "staff/staff.h"
#include "tenant/tenant.h"
#include "ticket/responsibility.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

#include <inttypes.h>

#define LIST_PATH     "/config/agents"
#define UNPROCESSABLE 422
#define CONFLICT      409

struct listing {
    struct user *users;
    size_t users_n;
    struct member *members;
    size_t members_n;
    struct department *departments;
    size_t departments_n;
};

static int load_listing(struct request *rq, struct listing *l, struct err *err)
{
    return user_all(rq->db, rq->arena, &l->users, &l->users_n, err) < 0 ||
                   user_all_memberships(rq->db, rq->arena, &l->members, &l->members_n, err) < 0 ||
                   department_all(rq->db, rq->arena, &l->departments, &l->departments_n, err) < 0
               ? -1
               : 0;
}

static bool is_member(const struct listing *l, int64_t user_id, int64_t department_id)
{
    for (size_t i = 0; i < l->members_n; i++)
        if (l->members[i].user_id == user_id && l->members[i].department_id == department_id)
            return true;
    return false;
}

static const char *departments_text(struct request *rq, const struct listing *l, int64_t user_id)
{
    struct buf out = buf_make(rq->arena, 64);
    for (size_t i = 0; i < l->departments_n; i++) {
        if (!is_member(l, user_id, l->departments[i].id))
            continue;
        if (out.len > 0)
            buf_adds(&out, ", ");
        buf_adds(&out, l->departments[i].name);
    }
    return out.len > 0 ? buf_str(&out) : NULL;
}

static void show_row(struct request *rq, const struct listing *l, const struct user *u,
                     struct view *row)
{
    bool may = user_may_change(rq->viewer, u);
    view_i64(row, "id", u->id);
    view_text(row, "name", u->name);
    view_text(row, "email", u->email);
    people_avatar(rq, row, u->id, u->name);
    agents_show_role(row, u->role);
    view_text(row, "departments_text", departments_text(rq, l, u->id));
    view_bool(row, "sees_all", role_is_unrestricted(u->role));
    view_bool(row, "is_active", u->status == USER_ACTIVE);
    view_bool(row, "is_invited", u->status == USER_INVITED);
    view_bool(row, "is_inactive", u->status == USER_DEACTIVATED);
    view_bool(row, "has_seen", u->seen_at != 0);
    show_time(row, "seen_iso", "seen_text", u->seen_at);
    view_bool(row, "can_edit", may);
    view_bool(row, "can_delete",
              may && u->id != rq->viewer->user_id &&
                  !agents_is_last_owner(u, l->users, l->users_n));
    view_bool(row, "is_me", u->id == rq->viewer->user_id);
}

static const struct safe_html *show_columns(struct request *rq, struct view *v,
                                            const struct listing *l)
{
    if (rq->plugins == NULL)
        return NULL;
    int64_t *ids = arena_array(rq->arena, l->users_n, sizeof(*ids));
    for (size_t i = 0; i < l->users_n; i++)
        ids[i] = l->users[i].id;
    const struct deskd_place where = { .size = sizeof(where), .users = ids, .users_n = l->users_n };
    return plugins_columns(rq->plugins, v, "agents.column", &where);
}

static int list_get(struct request *rq, struct err *err)
{
    struct listing l;
    int64_t active = 0;
    struct view *v = view_new(rq->arena);
    if (load_listing(rq, &l, err) < 0)
        return -1;
    use_zone(rq);
    const struct safe_html *cells = show_columns(rq, v, &l);
    struct view_list *rows = view_list(v, "agents");
    for (size_t i = 0; i < l.users_n; i++) {
        struct view *row = view_row(rows);
        show_row(rq, &l, &l.users[i], row);
        if (cells != NULL)
            view_html(row, "plugin_cells", cells[i]);
        active += l.users[i].status == USER_ACTIVE;
    }
    view_i64(v, "agents_n", active);
    return response_render(rq, 200, "config/agents/list", v, err);
}

static int show_new(struct request *rq, int status, const char *problem, struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_text(v, "error", problem);
    if (agents_show_typed(rq, v, err) < 0)
        return -1;
    view_text(v, "email", form_typed(rq, "email"));
    people_field_error(rq, v, "error_email", "email");
    return response_render(rq, status, "config/agents/new", v, err);
}

static int new_get(struct request *rq, struct err *err)
{
    return show_new(rq, 200, NULL, err);
}

struct invitation {
    struct request *rq;
    const struct user_fields *fields;
};

static int invite_new(struct db *db, void *data, struct err *err)
{
    const struct invitation *i = data;
    struct request *rq = i->rq;
    struct user u;
    int64_t id;
    if (user_create(db, rq->arena, rq->viewer, i->fields, &id, err) < 0 ||
        plugins_person_changed(rq->plugins, id, err) < 0 ||
        user_by_id(db, rq->arena, id, &u, err) <= 0)
        return -1;
    return people_send_link(rq, &u, ACCESS_INVITATION, err);
}

static int new_post(struct request *rq, struct err *err)
{
    struct user_fields fields;
    if (form_has_errors(rq))
        return show_new(rq, UNPROCESSABLE, NULL, err);
    agents_read_form(rq, &fields);
    fields.email = form_text(rq, "email");
    struct invitation i = { rq, &fields };
    if (db_transact(rq->db, invite_new, &i, err) == 0)
        return response_redirect(
            rq, LIST_PATH,
            arena_printf(rq->arena, _("An invitation is on its way to %s."), fields.email), err);
    if (db_is_once_error(err))
        return -1;
    if (err->code == ERR_DUPLICATE) {
        form_set_error(rq, "email", _("Somebody here has this address already."));
        return show_new(rq, UNPROCESSABLE, NULL, err);
    }
    const char *problem = people_complaint(rq, err);
    return problem == NULL ? -1 : show_new(rq, UNPROCESSABLE, problem, err);
}

/* The person of the address, whom the viewer may change: 0, -1. */
static int load_person(struct request *rq, struct user *u, struct err *err)
{
    int rc = user_by_id(rq->db, rq->arena, path_i64(rq, "id"), u, err);
    if (rc < 0)
        return -1;
    if (rc == 0 || u->status == USER_DELETED)
        return err_set(err, ERR_NOT_FOUND, "no such person");
    return user_may_change(rq->viewer, u)
               ? 0
               : err_set(err, ERR_FORBIDDEN, "only owners change owners");
}

static int show_edit(struct request *rq, const struct user *u, int status, const char *problem,
                     struct err *err)
{
    struct user *all;
    size_t n;
    int64_t tickets;
    struct view *v = view_new(rq->arena);
    struct act act = act_of(rq);
    if (user_all(rq->db, rq->arena, &all, &n, err) < 0 ||
        ticket_count_assigned(&act, u->id, &tickets, err) < 0)
        return -1;
    bool is_last = agents_is_last_owner(u, all, n), is_me = u->id == rq->viewer->user_id;
    view_i64(v, "id", u->id);
    view_i64(v, "version", u->version);
    view_text(v, "email", u->email);
    people_avatar(rq, v, u->id, u->name);
    view_bool(v, "can_change_role", !is_last);
    view_bool(v, "can_change_status", !is_last && !is_me);
    view_bool(v, "is_invited", u->status == USER_INVITED);
    view_bool(v, "can_reset", u->status == USER_ACTIVE);
    view_bool(v, "can_delete", !is_last && !is_me);
    view_i64(v, "tickets_n", tickets);
    view_bool(v, "has_conflict", status == CONFLICT);
    view_text(v, "conflict_name", _("Somebody else"));
    view_text(v, "error", problem);
    if ((*rq->method == 'P' ? agents_show_typed(rq, v, err) : agents_show_saved(rq, v, u, err)) < 0)
        return -1;
    const char *told = arena_printf(rq->arena, LIST_PATH "/%" PRId64 "/notices", u->id);
    if (notice_choice_show(rq, v, u->id, told, err) < 0)
        return -1;
    const struct deskd_place where = { .size = sizeof(where), .user_id = u->id };
    show_slot(rq, v, "plugin_section", "agent.section", &where);
    return response_render(rq, status, "config/agents/edit", v, err);
}

static int edit_get(struct request *rq, struct err *err)
{
    struct user u;
    if (load_person(rq, &u, err) < 0)
        return -1;
    return show_edit(rq, &u, 200, NULL, err);
}

/* What the form may leave out stays as it is. */
static void read_edit(struct request *rq, const struct user *u, struct user_fields *fields)
{
    agents_read_form(rq, fields);
    fields->email = u->email;
    if (form_text(rq, "role") == NULL)
        fields->role = u->role;
    const char *status = form_text(rq, "status");
    fields->is_active = status == NULL ? u->status != USER_DEACTIVATED : str_is(status, "active");
}

/* A lost race shows what was typed, above the version that won. */
static int edit_failed(struct request *rq, struct err *err)
{
    struct user now;
    bool is_race = err->code == ERR_CONFLICT;
    const char *problem = db_is_once_error(err) ? NULL : people_complaint(rq, err);
    if (problem == NULL || load_person(rq, &now, err) < 0)
        return -1;
    return show_edit(rq, &now, is_race ? CONFLICT : UNPROCESSABLE, is_race ? NULL : problem, err);
}

/* A change of a person, with what plugins have to say to it. fields NULL: the person goes. */
struct staff_change {
    struct request *rq;
    struct act act;
    int64_t id, version, tickets;
    const struct user_fields *fields;
};

static int change_staff(struct db *db, void *data, struct err *err)
{
    struct staff_change *c = data;
    (void)db;
    if ((c->fields != NULL ? staff_update(&c->act, c->id, c->version, c->fields, &c->tickets, err)
                           : staff_delete(&c->act, c->id, &c->tickets, err)) < 0)
        return -1;
    return plugins_person_changed(c->rq->plugins, c->id, err);
}

static int edit_post(struct request *rq, struct err *err)
{
    struct user u;
    struct user_fields fields;
    struct staff_change c = { .rq = rq, .act = act_of(rq), .fields = &fields };
    if (load_person(rq, &u, err) < 0)
        return -1;
    if (form_has_errors(rq))
        return show_edit(rq, &u, UNPROCESSABLE, NULL, err);
    read_edit(rq, &u, &fields);
    c.id = u.id;
    c.version = form_i64(rq, "version", 0);
    if (db_transact(rq->db, change_staff, &c, err) < 0)
        return edit_failed(rq, err);
    cache_signal_end(rq->app->cache, rq->tenant->id, c.id);
    return response_redirect(rq, LIST_PATH, _("Saved."), err);
}

static int show_delete(struct request *rq, int status, const char *problem, struct err *err)
{
    struct user u;
    int64_t tickets;
    struct act act = act_of(rq);
    struct view *v = view_new(rq->arena);
    if (load_person(rq, &u, err) < 0 || ticket_count_assigned(&act, u.id, &tickets, err) < 0)
        return -1;
    view_i64(v, "id", u.id);
    view_i64(v, "version", u.version);
    view_text(v, "name", u.name);
    view_text(v, "email", u.email);
    view_i64(v, "tickets_n", tickets);
    view_text(v, "error", problem);
    return response_render(rq, status, "config/agents/delete", v, err);
}

static int delete_get(struct request *rq, struct err *err)
{
    return show_delete(rq, 200, NULL, err);
}

static int delete_post(struct request *rq, struct err *err)
{
    struct user u;
    struct staff_change c = { .rq = rq, .act = act_of(rq) };
    if (load_person(rq, &u, err) < 0)
        return -1;
    if (u.id == rq->viewer->user_id)
        return show_delete(rq, UNPROCESSABLE, _("You cannot delete yourself."), err);
    c.id = u.id;
    if (db_transact(rq->db, change_staff, &c, err) == 0) {
        cache_signal_end(rq->app->cache, rq->tenant->id, u.id);
        return response_redirect(rq, LIST_PATH, _("Deleted."), err);
    }
    const char *problem = db_is_once_error(err) ? NULL : people_complaint(rq, err);
    return problem == NULL ? -1 : show_delete(rq, UNPROCESSABLE, problem, err);
}

struct sending {
    struct request *rq;
    const struct user *to;
    enum access_purpose purpose;
};

static int send(struct db *db, void *data, struct err *err)
{
    const struct sending *s = data;
    (void)db;
    return people_send_link(s->rq, s->to, s->purpose, err);
}

static int send_post(struct request *rq, enum access_purpose purpose, struct err *err)
{
    struct user u;
    if (load_person(rq, &u, err) < 0)
        return -1;
    if (u.status != (purpose == ACCESS_INVITATION ? USER_INVITED : USER_ACTIVE))
        return err_set(err, ERR_REFUSED, WORDS("the person is in another state by now"));
    if (db_transact(rq->db, send, &(struct sending) { rq, &u, purpose }, err) < 0)
        return -1;
    const char *notice = purpose == ACCESS_INVITATION
                             ? arena_printf(rq->arena, _("An invitation is on its way to %s."),
                                            u.email)
                             : arena_printf(rq->arena, _("A link is on its way to %s."), u.email);
    return response_redirect(rq, LIST_PATH, notice, err);
}

static int notices_post(struct request *rq, struct err *err)
{
    struct user u;
    if (load_person(rq, &u, err) < 0 || notice_choice_save(rq, u.id, err) < 0)
        return -1;
    return response_redirect(rq, arena_printf(rq->arena, LIST_PATH "/%" PRId64 "#notices", u.id),
                             _("Saved."), err);
}

static int invite_post(struct request *rq, struct err *err)
{
    return send_post(rq, ACCESS_INVITATION, err);
}

static int reset_post(struct request *rq, struct err *err)
{
    return send_post(rq, ACCESS_RESET, err);
}

static const char *const roles[] = { "agent", "admin", "owner", NULL };
static const char *const genders[] = { "", "f", "m", NULL };
static const char *const statuses[] = { "active", "inactive", NULL };

static const struct field new_form[] = {
    FIELD_TEXT("name", REQUIRED, 400),     FIELD_EMAIL("email", REQUIRED),
    FIELD_CHOICE("role", REQUIRED, roles), FIELD_CHOICE("gender", OPTIONAL, genders),
    FIELD_I64_LIST("departments", 200),    FIELD_END,
};
static const struct field edit_form[] = {
    FIELD_I64("version", REQUIRED, 1, INT32_MAX),
    FIELD_TEXT("name", REQUIRED, 400),
    FIELD_CHOICE("role", OPTIONAL, roles),
    FIELD_CHOICE("gender", OPTIONAL, genders),
    FIELD_CHOICE("status", OPTIONAL, statuses),
    FIELD_I64_LIST("departments", 200),
    FIELD_END,
};

static const struct field notices_form[] = { NOTICE_CHOICE_FIELDS, FIELD_END };

const struct route agents_routes[] = {
    { GET, LIST_PATH, CAP_AGENTS, NULL, list_get, 0 },
    { GET, LIST_PATH "/new", CAP_AGENTS, NULL, new_get, 0 },
    { POST, LIST_PATH "/new", CAP_AGENTS, new_form, new_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}", CAP_AGENTS, NULL, edit_get, 0 },
    { POST, LIST_PATH "/{id}", CAP_AGENTS, edit_form, edit_post, ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{id}/delete", CAP_AGENTS, NULL, delete_get, 0 },
    { POST, LIST_PATH "/{id}/delete", CAP_AGENTS, NULL, delete_post, 0 },
    { POST, LIST_PATH "/{id}/notices", CAP_AGENTS, notices_form, notices_post, 0 },
    { POST, LIST_PATH "/{id}/invite", CAP_AGENTS, NULL, invite_post, 0 },
    { POST, LIST_PATH "/{id}/reset", CAP_AGENTS, NULL, reset_post, 0 },
    ROUTE_END,
};
