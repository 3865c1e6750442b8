/* fcgi/pages/list_page.c - the list of tickets */
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/router.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/plugins.h"
#include "ticket/desk.h"
#include "ticket/list.h"
#include "user/department.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <stdio.h>

#define ROWS           50
#define PREVIEW_POINTS 120
#define LONG_WAIT_MS   INT64_C(86400000)

static const char *const views[] = { "open",      "mine",     "unassigned", "all",     "answered",
                                     "postponed", "resolved", "spam",       "deleted", NULL };
static const struct field list_form[] = { FIELD_CHOICE("view", OPTIONAL, views),
                                          FIELD_I64("department", OPTIONAL, 1, INT64_MAX),
                                          FIELD_TEXT("before", OPTIONAL, 60),
                                          FIELD_TEXT("after", OPTIONAL, 60), FIELD_END };

/* A place in the list, as the address of a page carries it: "activity.id" in hex. */
static const char *key_text(struct arena *a, const struct list_row *r)
{
    return arena_printf(a, "%" PRIx64 ".%" PRIx64, (uint64_t)r->activity_at, (uint64_t)r->id);
}

static bool key_parse(const char *s, struct list_key *out)
{
    uint64_t at, id;
    char end;
    if (s == NULL || sscanf(s, "%" SCNx64 ".%" SCNx64 "%c", &at, &id, &end) != 2 ||
        at > INT64_MAX || id > INT64_MAX)
        return false;
    *out = (struct list_key) { (int64_t)at, (int64_t)id };
    return true;
}

static enum list_view view_of(const struct request *rq)
{
    const char *name = str_or(form_text(rq, "view"), "open");
    for (int i = 0; views[i] != NULL; i++)
        if (str_is(views[i], name))
            return (enum list_view)i;
    return LIST_OPEN;
}

void list_show_row(struct view *v, const struct viewer *viewer, const struct roster *names,
                   const struct list_row *r, int64_t now)
{
    struct arena *a = view_arena(v);
    bool is_waiting = status_folder(r->status) == FOLDER_OPEN && r->waiting_since != 0;
    view_i64(v, "number", r->number);
    view_text(v, "subject", str_is_empty(r->subject) ? _("(no subject)") : r->subject);
    view_text(v, "preview", str_cut(a, r->preview, PREVIEW_POINTS));
    view_text(v, "customer_name", str_or(r->contact_name, r->contact_email));
    view_text(v, "department_name", roster_department_name(names, r->department_id));
    view_bool(v, "has_agent", r->agent_id != 0);
    view_bool(v, "is_mine", r->agent_id == viewer->user_id);
    if (r->agent_id != 0) {
        const char *agent = roster_person_name(names, r->agent_id);
        view_text(v, "agent_name", agent);
        view_text(v, "agent_initials", initials(a, agent));
        view_i64(v, "agent_color", color_of(r->agent_id));
    }
    view_i64(v, "messages_n", r->messages);
    view_bool(v, "has_attachments", r->has_attachments);
    view_bool(v, "has_failure", r->has_failure);
    view_bool(v, "is_waiting", is_waiting);
    view_bool(v, "is_waiting_long", is_waiting && now - r->waiting_since > LONG_WAIT_MS);
    if (is_waiting) {
        view_text(v, "waiting_iso", clock_iso(a, r->waiting_since));
        view_text(v, "waiting_text", age_text(a, r->waiting_since, now));
    }
    if (r->status == STATUS_POSTPONED && r->wake_at != 0)
        show_time(v, "wake_iso", "wake_text", r->wake_at);
    show_time(v, "created_iso", "created_text", r->created_at);
    view_text(v, "age_text", age_text(a, r->created_at, now));
    show_state(v, r->status);
}

static int64_t total_in(const int64_t folders[FOLDER_COUNT], int64_t mine, int64_t unassigned,
                        enum list_view view)
{
    switch (view) {
    case LIST_MINE:
        return mine;
    case LIST_UNASSIGNED:
        return unassigned;
    case LIST_ALL:
        return folders[FOLDER_OPEN] + folders[FOLDER_ANSWERED] + folders[FOLDER_POSTPONED] +
               folders[FOLDER_RESOLVED];
    case LIST_ANSWERED:
        return folders[FOLDER_ANSWERED];
    case LIST_POSTPONED:
        return folders[FOLDER_POSTPONED];
    case LIST_RESOLVED:
        return folders[FOLDER_RESOLVED];
    case LIST_SPAM:
        return folders[FOLDER_SPAM];
    case LIST_DELETED:
        return folders[FOLDER_DELETED];
    case LIST_OPEN:
    default:
        return folders[FOLDER_OPEN];
    }
}

static int64_t total_of(const struct counts *c, enum list_view view)
{
    return total_in(c->folders, c->mine, c->unassigned, view);
}

static const struct counts_department *chosen_department(const struct counts *c, int64_t id)
{
    for (size_t i = 0; i < c->departments_n; i++)
        if (c->departments[i].id == id)
            return &c->departments[i];
    return NULL;
}

static void show_department(struct view *v, const struct counts_department *d, enum list_view view)
{
    struct view *child = view_child(v, "department");
    view_i64(child, "department_id", d->id);
    view_text(child, "department_label", d->name);
    view_i64(v, "total", total_in(d->folders, d->mine, d->unassigned, view));
}

static const char *page_address(struct request *rq, const char *direction, const struct list_row *r)
{
    int64_t department = form_i64(rq, "department", 0);
    const char *place = key_text(rq->arena, r);
    const char *view = views[view_of(rq)];
    if (department == 0)
        return arena_printf(rq->arena, "/tickets?view=%s&%s=%s", view, direction, place);
    return arena_printf(rq->arena, "/tickets?view=%s&department=%" PRId64 "&%s=%s", view,
                        department, direction, place);
}

static void show_pager(struct request *rq, struct view *v, const struct list_page *page)
{
    if (page->has_newer && page->n > 0)
        view_text(v, "newer_href", page_address(rq, "after", &page->rows[0]));
    if (page->has_older && page->n > 0)
        view_text(v, "older_href", page_address(rq, "before", &page->rows[page->n - 1]));
}

static int show_first_ever(struct request *rq, struct view *v, const struct counts *c,
                           struct err *err)
{
    bool is_first = total_of(c, LIST_ALL) + c->folders[FOLDER_SPAM] + c->folders[FOLDER_DELETED] ==
                    0;
    struct department d;
    view_bool(v, "is_first_ever", is_first);
    if (!is_first)
        return 0;
    int rc = department_default(rq->db, rq->arena, &d, err);
    if (rc == 1 && !str_is_empty(d.address))
        view_text(v, "support_address", d.address);
    return rc < 0 ? -1 : 0;
}

static const struct safe_html *show_columns(struct request *rq, struct view *v,
                                            const struct list_page *page)
{
    if (rq->plugins == NULL)
        return NULL;
    int64_t *ids = arena_array(rq->arena, page->n, sizeof(*ids));
    for (size_t i = 0; i < page->n; i++)
        ids[i] = page->rows[i].id;
    const struct deskd_place where = { .size = sizeof(where),
                                       .tickets = ids,
                                       .tickets_n = page->n };
    return plugins_columns(rq->plugins, v, "list.column", &where);
}

static int render(struct request *rq, const struct list_query *q, const struct list_page *page,
                  struct err *err)
{
    struct view *v = view_new(rq->arena);
    const struct desk *desk = pages_desk(rq, err);
    int64_t now = clock_now_ms();
    if (desk == NULL || show_first_ever(rq, v, &desk->counts, err) < 0)
        return -1;
    const struct counts *counts = &desk->counts;
    use_zone(rq);
    for (int i = 0; views[i] != NULL; i++)
        view_bool(v, arena_printf(rq->arena, "at_%s", views[i]), i == (int)q->view);
    view_i64(v, "total", total_of(counts, q->view));
    const struct counts_department *d = chosen_department(counts, q->department_id);
    if (d != NULL)
        show_department(v, d, q->view);
    view_bool(v, "has_departments", counts->departments_n > 1);
    const struct safe_html *cells = show_columns(rq, v, page);
    struct view_list *list = view_list(v, "tickets");
    for (size_t i = 0; i < page->n; i++) {
        struct view *row = view_row(list);
        list_show_row(row, rq->viewer, desk->roster, &page->rows[i], now);
        if (cells != NULL)
            view_html(row, "plugin_cells", cells[i]);
    }
    show_pager(rq, v, page);
    return response_render(rq, 200, "tickets/list", v, err);
}

static int list_page(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    struct list_page page;
    struct list_key from;
    struct list_query q = { .view = view_of(rq),
                            .department_id = form_i64(rq, "department", 0),
                            .max = ROWS };
    if (q.department_id != 0 && !viewer_sees_department(rq->viewer, q.department_id))
        return err_set(err, ERR_NOT_FOUND, "no such department");
    if (q.view == LIST_DELETED && !viewer_may(rq->viewer, CAP_TICKET_DELETE))
        return err_set(err, ERR_NOT_FOUND, "no such view");
    q.is_backwards = key_parse(form_text(rq, "after"), &from);
    if (q.is_backwards || key_parse(form_text(rq, "before"), &from))
        q.from = &from;
    if (list_tickets(&act, &q, &page, err) < 0)
        return -1;
    return render(rq, &q, &page, err);
}

static const char *home_of(const struct request *rq)
{
    if (rq->viewer == NULL)
        return "/contact";
    return viewer_may(rq->viewer, CAP_TICKET_READ) ? "/tickets" : "/profile";
}

static int home(struct request *rq, struct err *err)
{
    return response_redirect(rq, home_of(rq), NULL, err);
}

const struct route list_routes[] = {
    { GET, "/", CAP_PUBLIC, NULL, home, 0 },
    { GET, "/tickets", CAP_TICKET_READ, list_form, list_page, ROUTE_DESK },
    ROUTE_END,
};
