/* fcgi/pages/search_page.c - what the search field finds */
#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/percent.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/router.h"
#include "html/view.h"
#include "html/words.h"
#include "search/query.h"
#include "ticket/desk.h"
#include "ticket/find.h"
#include "ticket/ticket.h"
#include "user/viewer.h"

#include <inttypes.h>

#define QUERY_BYTES 400

static const struct field search_form[] = { FIELD_TEXT("q", OPTIONAL, QUERY_BYTES),
                                            FIELD_I64("below", OPTIONAL, 1, INT64_MAX), FIELD_END };

static void show_pieces(struct view *v, const char *name, const struct find_pieces *pieces)
{
    struct view_list *list = view_list(v, name);
    for (size_t i = 0; i < pieces->n; i++) {
        struct view *row = view_row(list);
        view_text(row, "text", pieces->items[i].text);
        view_bool(row, "is_hit", pieces->items[i].is_hit);
    }
}

static void show_hit(struct view *v, const struct request *rq, const struct find_hit *hit,
                     int64_t now)
{
    list_show_row(v, rq->viewer, rq->desk->roster, &hit->row, now);
    view_bool(v, "has_subject", hit->subject.n > 0);
    view_bool(v, "has_snippet", hit->snippet.n > 0);
    show_pieces(v, "subject_pieces", &hit->subject);
    show_pieces(v, "snippet_pieces", &hit->snippet);
}

static void show_problem(struct view *v, enum find_problem problem)
{
    view_text(v, "problem",
              problem == FIND_NO_DEPARTMENT ? _("You have no department of that name.")
              : problem == FIND_NO_AGENT    ? _("Nobody here has that name.")
                                            : NULL);
}

static void show_pages(struct request *rq, struct view *v, const struct find_page *page,
                       int64_t below)
{
    const char *q = percent_encode(rq->arena, str_or(form_text(rq, "q"), ""), "");
    if (below != 0)
        view_text(v, "newest_href", arena_printf(rq->arena, "/search?q=%s", q));
    if (page->older != 0)
        view_text(v, "older_href",
                  arena_printf(rq->arena, "/search?q=%s&below=%" PRId64, q, page->older));
}

static int render(struct request *rq, const struct query *q, const struct find_page *page,
                  struct err *err)
{
    struct view *v = view_new(rq->arena);
    int64_t below = form_i64(rq, "below", 0), now = clock_now_ms();
    view_bool(v, "has_query", !query_is_empty(q));
    view_bool(v, "has_departments", rq->desk->counts.departments_n > 1);
    view_bool(v, "is_cut", q->is_cut);
    view_bool(v, "is_growing", page->is_growing);
    view_bool(v, "is_short", page->n == 0 && page->older != 0);
    show_problem(v, page->problem);
    show_pages(rq, v, page, below);
    struct view_list *list = view_list(v, "tickets");
    for (size_t i = 0; i < page->n; i++)
        show_hit(view_row(list), rq, &page->hits[i], now);
    return response_render(rq, 200, "tickets/search", v, err);
}

/* "#123" goes there, if it may; else it is a search without a result. */
static int jump(struct request *rq, struct act *act, const struct query *q, struct err *err)
{
    struct ticket t;
    int rc = ticket_by_number(act, q->number, &t, err);
    if (rc <= 0)
        return rc < 0 ? -1 : render(rq, q, &(struct find_page) { .n = 0 }, err);
    return response_redirect(rq, arena_printf(rq->arena, "/tickets/%" PRId64, q->number), NULL,
                             err);
}

static int search_page(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    struct find_page page = { .n = 0 };
    struct query q;
    use_zone(rq);
    const struct desk *desk = pages_desk(rq, err);
    if (desk == NULL)
        return -1;
    query_parse(rq->arena, str_or(form_text(rq, "q"), ""), &q);
    if (q.number != 0)
        return jump(rq, &act, &q, err);
    if (!query_is_empty(&q) &&
        find_tickets(&act, desk->roster, &q, form_i64(rq, "below", 0), &page, err) < 0)
        return -1;
    return render(rq, &q, &page, err);
}

const struct route search_routes[] = {
    { GET, "/search", CAP_TICKET_READ, search_form, search_page, ROUTE_DESK },
    ROUTE_END,
};
