#include "responsibility_queue.h"

#include "responsibility_hand_out.h"
#include "responsibility_sql.h"

#include <string.h>

int is_waiting(const struct deskd_ticket *t)
{
    return t->merged_into_id == 0 && (t->status == 'N' || t->status == 'C');
}

/* A row as it was found, and as it has to be. */
struct row {
    int is_there;
    int64_t department_id, holder_id, lease_user_id, held_until, acted_at, band, moves_at;
    unsigned char place[PLACE_BYTES];
};

static int lock(struct deskd_call *call, int64_t ticket_id, struct row *out)
{
    struct deskd_rows rows;
    *out = (struct row) { .is_there = 0 };
    if (host->query(call, &lock_row, DESKD_ARGS(DESKD_TENANT, DESKD_I64(ticket_id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0)
        return DESKD_OK;
    *out = (struct row) { .is_there = 1,
                          .department_id = number(&rows, 0, 0),
                          .holder_id = number(&rows, 0, 1),
                          .lease_user_id = number(&rows, 0, 2),
                          .held_until = number(&rows, 0, 4),
                          .acted_at = number(&rows, 0, 5),
                          .band = number(&rows, 0, 6),
                          .moves_at = number(&rows, 0, 7) };
    const struct deskd_value *place = &rows.rows[0].values[3];
    if (place->n == PLACE_BYTES)
        memcpy(out->place, place->p, PLACE_BYTES);
    return DESKD_OK;
}

/* --- how many there are --- */

static int64_t agent_of(const struct row *r)
{
    return r->holder_id > 0 ? r->holder_id : 0;
}

static int count(struct deskd_call *call, const struct row *r, int64_t n)
{
    if (!r->is_there)
        return DESKD_OK;
    return run(call, &add_count,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(agent_of(r)), DESKD_I64(r->department_id),
                          DESKD_I64(n)));
}

static int recount(struct deskd_call *call, const struct row *before, const struct row *after)
{
    if (before->is_there == after->is_there && agent_of(before) == agent_of(after) &&
        before->department_id == after->department_id)
        return DESKD_OK;
    return count(call, before, -1) < 0 ? DESKD_FAILED : count(call, after, 1);
}

/* --- for whom it is kept --- */

static int is_gone_on_purpose(const struct deskd_change *c, int64_t user_id)
{
    return c->actor == DESKD_ACTOR_PERSON && c->user_id == user_id;
}

/* A ticket that comes back is kept for who answered it last, if that person is here. */
static int keep_for_last(struct deskd_call *call, const struct deskd_ticket *t,
                         const struct deskd_change *change, const struct row *before,
                         struct row *after)
{
    int64_t minutes = host->setting_i64(call, "last_agent");
    struct deskd_rows rows;
    struct worker last;
    int has_come = !before->is_there || before->holder_id > 0 ||
                   before->department_id != t->department_id;
    if (minutes == 0 || t->agent_id != 0 || change == NULL || !has_come)
        return DESKD_OK;
    if (host->query(call, &read_last, DESKD_ARGS(DESKD_TENANT, DESKD_I64(t->id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0 || is_gone_on_purpose(change, number(&rows, 0, 0)))
        return DESKD_OK;
    if (worker_read(call, number(&rows, 0, 0), &last) < 0)
        return DESKD_FAILED;
    int works = last.now == STATE_HERE ? host->works_in(call, last.user_id, t->department_id) : 0;
    if (works <= 0)
        return works;
    after->holder_id = -last.user_id;
    after->held_until = change->at + minutes * MINUTE_MS;
    return decision_add(call, &(struct decision) { .kind = DECIDED_KEPT,
                                                   .ticket_id = t->id,
                                                   .user_id = last.user_id,
                                                   .waiting = minutes,
                                                   .until = after->held_until });
}

/* --- the row --- */

static struct deskd_arg id_or_null(int64_t v)
{
    return v == 0 ? DESKD_NULL : DESKD_I64(v);
}

static int write_row(struct deskd_call *call, const struct deskd_ticket *t, const struct row *r,
                     const struct stand *s, int is_new)
{
    if (is_new)
        return run(call, &insert_row,
                   DESKD_ARGS(DESKD_TENANT, DESKD_I64(t->id), DESKD_I64(t->number),
                              DESKD_I64(r->department_id), DESKD_I64(r->holder_id),
                              DESKD_BYTES(r->place, PLACE_BYTES), DESKD_I64(s->band),
                              DESKD_I64(s->priority), DESKD_I64(s->due_at), DESKD_I64(s->warns_at),
                              DESKD_I64(s->waiting_since), id_or_null(s->moves_at),
                              id_or_null(r->held_until), DESKD_I64(r->acted_at)));
    return run(call, &update_row,
               DESKD_ARGS(DESKD_I64(r->department_id), DESKD_I64(r->holder_id),
                          DESKD_I64(r->lease_user_id), DESKD_BYTES(r->place, PLACE_BYTES),
                          DESKD_I64(s->band), DESKD_I64(s->priority), DESKD_I64(s->due_at),
                          DESKD_I64(s->warns_at), DESKD_I64(s->waiting_since),
                          id_or_null(s->moves_at), id_or_null(r->held_until),
                          DESKD_I64(r->acted_at), DESKD_TENANT, DESKD_I64(t->id)));
}

/* The job that moves bands must come no later than the first that has to be moved. */
static int see_to_move(struct deskd_call *call, int64_t moves_at)
{
    struct deskd_rows rows;
    if (moves_at == 0)
        return DESKD_OK;
    if (host->query(call, &first_move, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    return rows.n > 0 && number(&rows, 0, 0) < moves_at ? DESKD_OK
                                                        : host->job_put(call, "move", 0, moves_at);
}

static int is_our_doing(const struct deskd_change *c)
{
    return c->actor == DESKD_ACTOR_PERSON || c->before == NULL ||
           c->before->agent_id != c->after->agent_id;
}

static int is_lease_over(const struct deskd_ticket *t, const struct deskd_change *c,
                         const struct row *before)
{
    return c != NULL &&
           ((c->what & DESKD_ANSWERED) != 0 || before->department_id != t->department_id ||
            (c->before != NULL && c->before->agent_id != t->agent_id));
}

static int stand_of(struct deskd_call *call, const struct deskd_ticket *t, struct stand *out)
{
    struct deskd_urgency u;
    if (host->ticket_urgency(call, t, &u) < 0)
        return DESKD_FAILED;
    stand_make(&u, t->waiting_since != 0 ? t->waiting_since : t->activity_at, host->now(call), out);
    return DESKD_OK;
}

int queue_put(struct deskd_call *call, const struct deskd_ticket *t,
              const struct deskd_change *change)
{
    struct row before, after;
    struct stand stand;
    if (lock(call, t->id, &before) < 0 || stand_of(call, t, &stand) < 0)
        return DESKD_FAILED;
    after = before;
    after.is_there = 1;
    after.department_id = t->department_id;
    if (t->agent_id != 0 || before.holder_id > 0 || before.department_id != t->department_id) {
        after.holder_id = t->agent_id;
        after.held_until = 0;
    }
    if (change != NULL && is_our_doing(change))
        after.acted_at = change->at;
    else if (!before.is_there)
        after.acted_at = t->activity_at;
    place_make(desk_of(call) != NULL ? desk_of(call)->order : ORDER_DUE, &stand, t->id,
               after.place);
    if (keep_for_last(call, t, change, &before, &after) < 0)
        return DESKD_FAILED;
    if (before.lease_user_id != 0 && is_lease_over(t, change, &before)) {
        after.lease_user_id = 0;
        if (run(call, &delete_lease_of_ticket, DESKD_ARGS(DESKD_TENANT, DESKD_I64(t->id))) < 0)
            return DESKD_FAILED;
    }
    int is_same = before.is_there && change == NULL && before.band == stand.band &&
                  before.moves_at == stand.moves_at &&
                  memcmp(before.place, after.place, PLACE_BYTES) == 0 &&
                  before.holder_id == after.holder_id &&
                  before.department_id == after.department_id;
    if (is_same)
        return DESKD_NO;
    if (write_row(call, t, &after, &stand, !before.is_there) < 0 ||
        recount(call, &before, &after) < 0 || see_to_move(call, stand.moves_at) < 0)
        return DESKD_FAILED;
    return DESKD_YES;
}

int queue_drop(struct deskd_call *call, int64_t ticket_id)
{
    struct row before, after = { .is_there = 0 };
    if (lock(call, ticket_id, &before) < 0)
        return DESKD_FAILED;
    if (!before.is_there)
        return DESKD_NO;
    const struct deskd_arg args[] = { DESKD_TENANT, DESKD_I64(ticket_id) };
    if (run(call, &delete_row, args, 2) < 0 || recount(call, &before, &after) < 0 ||
        run(call, &delete_skips, args, 2) < 0)
        return DESKD_FAILED;
    if (before.lease_user_id != 0 && run(call, &delete_lease_of_ticket, args, 2) < 0)
        return DESKD_FAILED;
    return DESKD_YES;
}

/* --- what happens to tickets --- */

static int remember_answer(struct deskd_call *call, const struct deskd_change *c)
{
    if ((c->what & DESKD_ANSWERED) == 0 || c->actor != DESKD_ACTOR_PERSON || c->user_id == 0)
        return DESKD_OK;
    return run(
        call, &put_last,
        DESKD_ARGS(DESKD_TENANT, DESKD_I64(c->after->id), DESKD_I64(c->user_id), DESKD_I64(c->at)));
}

/* Somebody has one ticket less. */
static int frees_somebody(const struct deskd_change *c)
{
    const struct deskd_ticket *b = c->before;
    return b != NULL && b->agent_id != 0 && is_waiting(b) &&
           (!is_waiting(c->after) || b->agent_id != c->after->agent_id);
}

int queue_ticket_changed(struct deskd_call *call, const struct deskd_change *change)
{
    int rc;
    if (store_fill_if_needed(call) < 0 || remember_answer(call, change) < 0)
        return DESKD_FAILED;
    rc = is_waiting(change->after) ? queue_put(call, change->after, change)
                                   : queue_drop(call, change->after->id);
    if (rc < 0)
        return DESKD_FAILED;
    return frees_somebody(change) ? hand_out_soon(call, change->before->agent_id) : DESKD_OK;
}

/* --- what time does to them --- */

int queue_end_lease(struct deskd_call *call, int64_t user_id, int64_t ticket_id)
{
    return run(call, &unmark_leased,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(ticket_id), DESKD_I64(user_id))) < 0
               ? DESKD_FAILED
               : run(call, &delete_lease, DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id)));
}

static int end_expired(struct deskd_call *call)
{
    struct deskd_rows rows;
    if (host->query(call, &expired_leases, DESKD_ARGS(DESKD_TENANT, DESKD_I64(host->now(call))),
                    &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++)
        if (queue_end_lease(call, number(&rows, i, 0), number(&rows, i, 1)) < 0 ||
            decision_add(call, &(struct decision) { .kind = DECIDED_LAPSED,
                                                    .ticket_id = number(&rows, i, 1),
                                                    .user_id = number(&rows, i, 0) }) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

static int drop_holds(struct deskd_call *call, const struct deskd_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++)
        if (run(call, &drop_hold, DESKD_ARGS(DESKD_TENANT, DESKD_I64(number(rows, i, 0)))) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

int queue_tidy(struct deskd_call *call)
{
    struct deskd_rows rows;
    if (end_expired(call) < 0 ||
        host->query(call, &expired_holds, DESKD_ARGS(DESKD_TENANT, DESKD_I64(host->now(call))),
                    &rows) < 0)
        return DESKD_FAILED;
    return drop_holds(call, &rows);
}

int queue_drop_holds_of(struct deskd_call *call, int64_t user_id)
{
    const int64_t *departments;
    size_t n;
    struct deskd_rows rows;
    if (host->takes_from(call, user_id, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (host->query(call, &holds_of,
                        DESKD_ARGS(DESKD_TENANT, DESKD_I64(departments[i]), DESKD_I64(-user_id)),
                        &rows) < 0 ||
            drop_holds(call, &rows) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

static int move_some(struct deskd_call *call, void *data)
{
    struct deskd_rows rows;
    size_t *n = data;
    if (host->query(call, &rows_to_move, DESKD_ARGS(DESKD_TENANT, DESKD_I64(host->now(call))),
                    &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++) {
        struct deskd_ticket t = { .size = sizeof(t) };
        int64_t id = number(&rows, i, 0);
        struct row locked;
        if (lock(call, id, &locked) < 0)
            return DESKD_FAILED;
        int rc = host->ticket(call, id, &t);
        if (rc >= 0)
            rc = rc == DESKD_YES && is_waiting(&t) ? queue_put(call, &t, NULL)
                                                   : queue_drop(call, id);
        if (rc < 0)
            return DESKD_FAILED;
    }
    *n = rows.n;
    if (host->query(call, &first_move, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    return rows.n == 0 ? DESKD_OK : job_later(call, "move", 0, number(&rows, 0, 0));
}

int queue_move(struct deskd_call *call, const struct deskd_job *job)
{
    size_t n = 0;
    (void)job;
    return host->transact(call, move_some, &n);
}
