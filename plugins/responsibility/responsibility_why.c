#include "responsibility_pages.h" /* why a ticket came to whom it came */

#include "responsibility_sql.h"

#include <string.h>

#define CANDIDATES_MAX 500

/* What all steps of a ticket are told with. */
struct telling {
    const struct deskd_person *people;
    size_t people_n;
};

static void show_candidates(struct deskd_view *row, const struct telling *w, const char *detail,
                            struct candidate *room)
{
    size_t n;
    struct deskd_list *list = host->view_list(row, "candidates");
    candidates_read(detail, room, CANDIDATES_MAX, &n);
    host->view_bool(row, "has_candidates", n > 0);
    for (size_t i = 0; i < n; i++) {
        const struct candidate *c = &room[i];
        struct deskd_view *one = host->view_row(list);
        host->view_text(one, "candidate", name_of(w->people, w->people_n, c->user_id));
        host->view_i64(one, "load", c->load);
        host->view_i64(one, "capacity", c->capacity);
        host->view_bool(one, "is_limited", c->capacity > 0);
        host->view_bool(one, "was_chosen", c->verdict == VERDICT_CHOSEN);
        host->view_bool(one, "was_free", c->verdict == VERDICT_FREE);
        host->view_bool(one, "was_away", c->verdict == VERDICT_AWAY);
        host->view_bool(one, "was_paused", c->verdict == VERDICT_PAUSED);
        host->view_bool(one, "was_full", c->verdict == VERDICT_FULL);
        host->view_bool(one, "had_no_right", c->verdict == VERDICT_NO_RIGHT);
    }
}

static void show_stand(struct deskd_view *row, const struct stand *s)
{
    host->view_bool(row, "band_is_starving", s->band == BAND_STARVING);
    host->view_bool(row, "band_is_late", s->band == BAND_LATE);
    host->view_bool(row, "band_is_soon", s->band == BAND_SOON);
    host->view_bool(row, "band_is_rest", s->band == BAND_REST);
    host->view_i64(row, "priority", s->priority);
    host->view_bool(row, "has_priority", s->priority != 0);
    host->view_time(row, "due", s->due_at);
    host->view_time(row, "waits", s->waiting_since);
}

static void show_how(struct deskd_view *row, int64_t kind, int64_t mode, const char *detail)
{
    enum order order = order_of(detail);
    host->view_bool(row, "order_is_due", order == ORDER_DUE);
    host->view_bool(row, "order_is_priority", order == ORDER_PRIORITY);
    host->view_bool(row, "order_is_fifo", order == ORDER_FIFO);
    host->view_bool(row, "was_own", kind == DECIDED_OFFERED && mode == 1);
    host->view_bool(row, "was_kept", kind == DECIDED_OFFERED && mode == 2);
    host->view_bool(row, "mode_is_turn", kind != DECIDED_OFFERED && mode == MODE_TURN);
    host->view_bool(row, "mode_is_least", kind != DECIDED_OFFERED && mode == MODE_LEAST);
    host->view_bool(row, "mode_is_last", kind != DECIDED_OFFERED && mode == MODE_LAST);
    host->view_bool(row, "was_paused", kind == DECIDED_RELEASED && mode == STATE_PAUSED);
}

static void show_kind(struct deskd_view *row, int64_t kind)
{
    static const char *const names[] = { "",         "is_offered", "is_skipped", "is_lapsed",
                                         "is_given", "is_nobody",  "is_kept",    "is_released" };
    for (int64_t i = DECIDED_OFFERED; i <= DECIDED_RELEASED; i++)
        host->view_bool(row, names[i], i == kind);
}

static void show_decision(struct deskd_call *call, struct deskd_view *row, const struct telling *w,
                          const struct deskd_rows *rows, size_t i)
{
    int64_t kind = number(rows, i, 1);
    const char *reason = rows->rows[i].values[10].p, *detail = rows->rows[i].values[11].p;
    const struct stand s = { .band = (int)number(rows, i, 4),
                             .priority = number(rows, i, 5),
                             .due_at = number(rows, i, 6),
                             .waiting_since = number(rows, i, 7) };
    host->view_time(row, "at", number(rows, i, 0));
    show_kind(row, kind);
    host->view_text(row, "name", name_of(w->people, w->people_n, number(rows, i, 2)));
    show_how(row, kind, number(rows, i, 3), detail);
    show_stand(row, &s);
    host->view_bool(row, "has_stand", s.due_at != 0);
    host->view_i64(row, "waiting", number(rows, i, 8));
    host->view_time(row, "until", number(rows, i, 9));
    host->view_text(row, "reason", *reason != '\0' ? reason : NULL);
    if (kind == DECIDED_GIVEN || kind == DECIDED_NOBODY)
        show_candidates(row, w, detail,
                        host->alloc(call, CANDIDATES_MAX * sizeof(struct candidate)));
}

/* Where it stands now, if it waits. */
static int show_now(struct deskd_call *call, struct deskd_view *v, const struct telling *w,
                    const struct deskd_ticket *t)
{
    struct deskd_rows rows;
    if (host->query(call, &read_row, DESKD_ARGS(DESKD_TENANT, DESKD_I64(t->id)), &rows) < 0)
        return DESKD_FAILED;
    host->view_bool(v, "is_waiting", rows.n > 0);
    if (rows.n == 0)
        return DESKD_OK;
    show_stand(v, &(struct stand) { .band = (int)number(&rows, 0, 0),
                                    .priority = number(&rows, 0, 1),
                                    .due_at = number(&rows, 0, 2),
                                    .waiting_since = number(&rows, 0, 3) });
    int64_t holder = number(&rows, 0, 5), user_id = number(&rows, 0, 6);
    host->view_text(v, "agent", holder > 0 ? name_of(w->people, w->people_n, holder) : NULL);
    host->view_text(v, "kept_for", holder < 0 ? name_of(w->people, w->people_n, -holder) : NULL);
    host->view_text(v, "solver", user_id > 0 ? name_of(w->people, w->people_n, user_id) : NULL);
    return DESKD_OK;
}

int page_why(struct deskd_call *call)
{
    struct telling w;
    struct deskd_rows rows;
    struct deskd_ticket t = { .size = sizeof(t) };
    struct deskd_view *v = host->view(call);
    int rc = host->ticket_by_number(call, host->path_i64(call, "number"), &t);
    if (rc != DESKD_YES)
        return rc < 0 ? DESKD_FAILED : host->fail(call, DESKD_ERR_NOT_FOUND, "no such ticket");
    if (host->people(call, &w.people, &w.people_n) < 0 ||
        host->query(call, &decisions_of, DESKD_ARGS(DESKD_TENANT, DESKD_I64(t.id)), &rows) < 0 ||
        show_now(call, v, &w, &t) < 0)
        return DESKD_FAILED;
    host->view_i64(v, "number", t.number);
    host->view_text(v, "subject", *t.subject != '\0' ? t.subject : NULL);
    struct deskd_list *list = host->view_list(v, "decisions");
    for (size_t i = rows.n; i-- > 0;)
        show_decision(call, host->view_row(list), &w, &rows, i);
    return host->render(call, 200, "why", v);
}
