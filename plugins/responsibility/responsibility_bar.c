#include "responsibility_pages.h" /* taking, pausing, and what core's pages show of it */

#include "responsibility_hand_out.h"
#include "responsibility_queue.h"
#include "responsibility_sql.h"
#include "responsibility_take.h"

#include <string.h>

void show_state(struct deskd_view *v, enum state state)
{
    host->view_bool(v, "state_is_here", state == STATE_HERE);
    host->view_bool(v, "state_is_paused", state == STATE_PAUSED);
    host->view_bool(v, "state_is_away", state == STATE_AWAY);
}

/* --- taking --- */

/* Where a form of a slot stood, if that is a path of ours. */
static const char *back(struct deskd_call *call)
{
    const char *path = host->form_text(call, "back");
    return path != NULL && path[0] == '/' && path[1] != '/' && path[1] != '\\' ? path : "/tickets";
}

static int go_to(struct deskd_call *call, const struct taken *t)
{
    return host->redirect(call, host->format(call, "/tickets/%lld", (long long)t->number), NULL);
}

static int go_on(struct deskd_call *call, const char *path)
{
    struct taken t;
    int rc = take_next(call, &t);
    if (rc < 0)
        return DESKD_FAILED;
    if (rc == DESKD_YES)
        return go_to(call, &t);
    return host->redirect(call, path,
                          host->word(call, t.is_paused ? "You are paused: there is nothing new."
                                                       : "Nothing is waiting for you."));
}

int page_next(struct deskd_call *call)
{
    return go_on(call, back(call));
}

static int is_blank(const char *s)
{
    return s == NULL || s[strspn(s, " \t\r\n")] == '\0';
}

int page_skip(struct deskd_call *call)
{
    struct taken t = { .number = 0 };
    const char *reason = host->form_text(call, "reason");
    if (is_blank(reason) && host->may(call, "skip", 0) != DESKD_YES)
        return host->fail(call, DESKD_ERR_INVALID, "a ticket is skipped for a reason");
    int rc = take_skip(call, is_blank(reason) ? "" : reason, &t);
    if (rc < 0)
        return DESKD_FAILED;
    if (rc == DESKD_NO)
        return host->redirect(call, "/tickets",
                              host->word(call, "Your time with that ticket was over."));
    return host->redirect(call, "/tickets", host->word(call, "Skipped."));
}

int page_beat(struct deskd_call *call)
{
    int64_t until;
    if (take_renew(call, &until) < 0)
        return DESKD_FAILED;
    const char *body = host->format(call, "%lld\n", (long long)until);
    return host->text(call, 200, "text/plain; charset=utf-8", body, strlen(body));
}

/* --- pausing --- */

struct setting {
    int64_t user_id, by_user_id;
    enum state state;
};

static int set(struct deskd_call *call, void *data)
{
    const struct setting *x = data;
    int64_t now = host->now(call);
    struct worker w;
    if (worker_lock(call, x->user_id, &w) < 0)
        return DESKD_FAILED;
    if (w.state == (int)x->state && w.since != 0)
        return DESKD_OK;
    if (run(call, &put_state,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(x->user_id), DESKD_I64(x->state), DESKD_I64(now),
                       DESKD_I64(x->by_user_id), DESKD_I64(x->by_user_id == 0 ? now : 0))) < 0)
        return DESKD_FAILED;
    if (x->by_user_id != 0 &&
        host->audit(call, x->state == STATE_PAUSED ? "pause" : "resume", x->user_id, "") < 0)
        return DESKD_FAILED;
    return x->state == STATE_PAUSED ? queue_drop_holds_of(call, x->user_id)
                                    : hand_out_soon(call, x->user_id);
}

int set_state(struct deskd_call *call, int64_t user_id, enum state state, int64_t by_user_id)
{
    struct setting x = { user_id, by_user_id, state };
    return host->transact(call, set, &x);
}

int page_pause(struct deskd_call *call)
{
    if (set_state(call, me(call), STATE_PAUSED, 0) < 0)
        return DESKD_FAILED;
    return host->redirect(call, back(call), host->word(call, "Paused: nothing new comes to you."));
}

int page_resume(struct deskd_call *call)
{
    if (set_state(call, me(call), STATE_HERE, 0) < 0)
        return DESKD_FAILED;
    return host->redirect(call, back(call), host->word(call, "Back at work."));
}

/* --- in core's pages --- */

/* What the rows of the statement bar say. */
struct bar_state {
    int64_t waiting, since, seen_at, by_user_id, ticket_id;
    int state;
};

static int has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return 1;
    return 0;
}

static void take_row(struct deskd_call *call, const struct deskd_rows *rows, size_t i,
                     const int64_t *departments, size_t n, struct bar_state *out)
{
    int64_t agent_id = number(rows, i, 1), department_id = number(rows, i, 2);
    switch (number(rows, i, 0)) {
    case 1:
        if (has(departments, n, department_id) &&
            host->may(call, "ticket.answer", department_id) == DESKD_YES &&
            host->sees(call, department_id, agent_id) == DESKD_YES &&
            (agent_id == 0 || host->setting_i64(call, "route_assigned") != 0))
            out->waiting += number(rows, i, 3);
        break;
    case 2:
        out->state = (int)agent_id;
        out->since = department_id;
        out->seen_at = number(rows, i, 3);
        out->by_user_id = number(rows, i, 4);
        break;
    default:
        out->ticket_id = agent_id;
        break;
    }
}

static int read_bar(struct deskd_call *call, int64_t user_id, struct bar_state *out)
{
    const int64_t *departments;
    size_t n;
    struct deskd_rows rows;
    *out = (struct bar_state) { .state = STATE_HERE };
    if (host->takes_from(call, user_id, &departments, &n) < 0 ||
        host->query_kept(call, &bar,
                         DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id), DESKD_TENANT,
                                    DESKD_I64(user_id), DESKD_TENANT, DESKD_I64(user_id)),
                         &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++)
        take_row(call, &rows, i, departments, n, out);
    return DESKD_OK;
}

int fill_bar(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    struct bar_state b;
    int64_t user_id = me(call);
    (void)where;
    if (user_id == 0 || host->may(call, "ticket.answer", 0) != DESKD_YES)
        return DESKD_OK;
    if (read_bar(call, user_id, &b) < 0)
        return DESKD_FAILED;
    host->view_i64(v, "waiting", b.waiting);
    host->view_bool(v, "is_paused", b.state == STATE_PAUSED);
    host->view_bool(v, "is_paused_by_other", b.by_user_id != 0);
    host->view_bool(v, "has_ticket", b.ticket_id != 0);
    if (b.state == STATE_PAUSED)
        host->view_time(v, "since", b.since);
    return DESKD_YES;
}

int fill_head(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    struct deskd_rows rows;
    const struct deskd_person *people;
    size_t n;
    if (where->ticket == NULL)
        return DESKD_OK;
    if (host->query_kept(call, &lease_of_ticket,
                         DESKD_ARGS(DESKD_TENANT, DESKD_I64(where->ticket->id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0 || number(&rows, 0, 1) <= host->now(call))
        return DESKD_OK;
    int is_mine = number(&rows, 0, 0) == me(call);
    host->view_bool(v, "is_mine", is_mine);
    host->view_bool(v, "needs_reason", host->may(call, "skip", 0) != DESKD_YES);
    host->view_time(v, "until", number(&rows, 0, 1));
    if (is_mine)
        return DESKD_YES;
    if (host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    host->view_text(v, "name", name_of(people, n, number(&rows, 0, 0)));
    return DESKD_YES;
}

int fill_side(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    (void)call;
    if (where->ticket == NULL)
        return DESKD_OK;
    host->view_i64(v, "number", where->ticket->number);
    return DESKD_YES;
}
