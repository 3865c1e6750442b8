/* fcgi/pages/notices_page.c - what the viewer was told of */
#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/router.h"
#include "html/view.h"
#include "html/words.h"
#include "notice/notice.h"
#include "user/viewer.h"

#include <inttypes.h>

#define PATH      "/notices"
#define ROWS      50
#define NEW_ROWS  20
#define RECENT_MS INT64_C(60000)

static void show_notice(struct request *rq, const struct notice *n, struct view *row)
{
    bool is_text = n->event == NOTICE_TEXT;
    view_i64(row, "id", n->id);
    view_bool(row, "is_unread", !n->is_read);
    view_bool(row, "is_assigned", n->event == NOTICE_ASSIGNED);
    view_bool(row, "is_reply", n->event == NOTICE_REPLY);
    view_bool(row, "is_reopened", n->event == NOTICE_REOPENED);
    view_bool(row, "is_department_reopened", n->event == NOTICE_DEPARTMENT_REOPENED);
    view_bool(row, "is_new", n->event == NOTICE_NEW);
    view_bool(row, "is_text", is_text);
    view_text(row, "body", n->body);
    view_bool(row, "has_ticket", !is_text);
    view_i64(row, "number", n->number);
    view_text(row, "subject", is_text ? NULL : str_or(n->subject, _("(no subject)")));
    view_text(row, "department", n->department);
    view_text(row, "href",
              is_text ? request_local_path(rq, n->path, PATH)
                      : arena_printf(rq->arena, "/tickets/%" PRId64, n->number));
    show_time(row, "at_iso", "at_text", n->at);
}

static int list_get(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    struct view *v = view_new(rq->arena);
    struct notice *all;
    size_t n;
    int64_t before = form_i64(rq, "before", 0), next;
    if (notice_list(&act, before, ROWS, &all, &n, &next, err) < 0)
        return -1;
    use_zone(rq);
    struct view_list *rows = view_list(v, "notices");
    for (size_t i = 0; i < n; i++)
        show_notice(rq, &all[i], view_row(rows));
    if (next != 0)
        view_text(v, "older_href", arena_printf(rq->arena, PATH "?before=%" PRId64, next));
    view_text(v, "newer_href", before != 0 ? PATH : NULL);
    view_bool(v, "has_unread", rq->viewer->unread > 0);
    return response_render(rq, 200, "notices", v, err);
}

/* For pages that are open: the newest, not a page of its own. Who has seen none begins a minute
 * ago.
 */
static int new_get(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    struct view *v = view_new(rq->arena);
    struct notice *all;
    size_t n;
    int64_t since = form_i64(rq, "after", id_before(act.now - RECENT_MS));
    if (notice_since(&act, since, NEW_ROWS, &all, &n, err) < 0)
        return -1;
    struct view_list *rows = view_list(v, "notices");
    for (size_t i = 0; i < n; i++)
        show_notice(rq, &all[i], view_row(rows));
    view_i64(v, "newest", n > 0 ? all[n - 1].id : since);
    return response_render(rq, 200, "notices_new", v, err);
}

static int read_post(struct request *rq, struct err *err)
{
    if (notice_read_all(rq->db, rq->viewer->user_id, err) < 0)
        return -1;
    return response_redirect(rq, PATH, NULL, err);
}

static const struct field list_form[] = { FIELD_I64("before", OPTIONAL, 1, INT64_MAX), FIELD_END };

static const struct field new_form[] = { FIELD_I64("after", OPTIONAL, 1, INT64_MAX), FIELD_END };

const struct route notices_routes[] = {
    { GET, PATH, CAP_LOGIN, list_form, list_get, 0 },
    { GET, PATH "/new", CAP_LOGIN, new_form, new_get, 0 },
    { POST, PATH "/read", CAP_LOGIN, NULL, read_post, 0 },
    ROUTE_END,
};
