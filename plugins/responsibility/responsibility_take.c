#include "responsibility_take.h"

#include "responsibility_hand_out.h"
#include "responsibility_queue.h"
#include "responsibility_sql.h"

#include <string.h>

#define TRIES      3
#define SKIPPED_MS (8 * HOUR_MS)

/* --- where to look --- */

/* A part of the queue: of one department, what nobody has, what is kept for me, what is mine. */
struct cell {
    int64_t department_id, holder_id;
    int64_t waiting; /* how many stand there, as far as they are counted */
};

static int64_t counted(const struct deskd_rows *rows, int64_t agent_id, int64_t department_id)
{
    for (size_t i = 0; i < rows->n; i++)
        if (number(rows, i, 0) == agent_id && number(rows, i, 1) == department_id)
            return number(rows, i, 2);
    return 0;
}

static size_t add_cells(struct deskd_call *call, const struct deskd_rows *counts, int64_t user_id,
                        int64_t department_id, struct cell *out)
{
    int64_t mine = counted(counts, user_id, department_id),
            free_n = counted(counts, 0, department_id);
    size_t n = 0;
    if (host->may(call, "ticket.answer", department_id) != DESKD_YES)
        return 0;
    if (free_n > 0 && host->sees(call, department_id, 0) == DESKD_YES) {
        out[n++] = (struct cell) { department_id, 0, free_n };
        if (host->setting_i64(call, "last_agent") > 0)
            out[n++] = (struct cell) { department_id, -user_id, free_n };
    }
    if (mine > 0 && host->setting_i64(call, "route_assigned") != 0 &&
        host->sees(call, department_id, user_id) == DESKD_YES)
        out[n++] = (struct cell) { department_id, user_id, mine };
    return n;
}

static int find_cells(struct deskd_call *call, int64_t user_id, struct cell **out, size_t *n)
{
    const int64_t *departments;
    size_t departments_n;
    struct deskd_rows counts;
    if (host->takes_from(call, user_id, &departments, &departments_n) < 0 ||
        host->query(call, &free_count, DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id)), &counts) < 0)
        return DESKD_FAILED;
    *out = host->alloc(call, (departments_n * 3 + 1) * sizeof(**out));
    *n = 0;
    for (size_t i = 0; i < departments_n; i++)
        *n += add_cells(call, &counts, user_id, departments[i], *out + *n);
    return DESKD_OK;
}

/* --- the next --- */

static int look(struct deskd_call *call, const struct deskd_sql *sql, const struct cell *c,
                int64_t user_id, struct deskd_rows *rows)
{
    return host->query(call, sql,
                       DESKD_ARGS(DESKD_TENANT, DESKD_I64(c->department_id),
                                  DESKD_I64(c->holder_id), DESKD_I64(user_id),
                                  DESKD_I64(host->now(call))),
                       rows);
}

/* The cell whose first stands before those of the others. */
static int best_cell(struct deskd_call *call, const struct cell *cells, size_t n, int64_t user_id,
                     const struct cell **out)
{
    const void *best = NULL;
    *out = NULL;
    if (n == 1)
        *out = cells;
    for (size_t i = 0; n > 1 && i < n; i++) {
        struct deskd_rows rows;
        if (look(call, &peek, &cells[i], user_id, &rows) < 0)
            return DESKD_FAILED;
        const struct deskd_value *place = rows.n == 0 ? NULL : &rows.rows[0].values[1];
        if (place == NULL || place->n != PLACE_BYTES ||
            (best != NULL && memcmp(best, place->p, PLACE_BYTES) < 0))
            continue;
        best = place->p;
        *out = &cells[i];
    }
    return DESKD_OK;
}

static int lease(struct deskd_call *call, int64_t user_id, const struct taken *t)
{
    int64_t now = host->now(call);
    return run(call, &put_lease,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id), DESKD_I64(t->ticket_id),
                          DESKD_I64(t->number), DESKD_I64(now), DESKD_I64(now + LEASE_MS)));
}

/* rows: what claim found. */
static int take(struct deskd_call *call, int64_t user_id, const struct cell *c,
                const struct deskd_rows *rows, struct taken *out)
{
    out->ticket_id = number(rows, 0, 0);
    out->number = number(rows, 0, 1);
    int64_t marked = host->exec(
        call, &mark_leased,
        DESKD_ARGS(DESKD_I64(user_id), DESKD_TENANT, DESKD_I64(out->ticket_id)));
    if (marked <= 0)
        return marked < 0 ? DESKD_FAILED : DESKD_NO;
    if (lease(call, user_id, out) < 0)
        return DESKD_FAILED;
    const struct decision d = { .kind = DECIDED_OFFERED,
                                .ticket_id = out->ticket_id,
                                .user_id = user_id,
                                .mode = c->holder_id > 0   ? 1
                                        : c->holder_id < 0 ? 2
                                                           : 0,
                                .stand = { .band = (int)number(rows, 0, 2),
                                           .priority = number(rows, 0, 3),
                                           .due_at = number(rows, 0, 4),
                                           .waiting_since = number(rows, 0, 5) },
                                .waiting = c->waiting,
                                .detail = host->setting_text(call, "order") };
    return decision_add(call, &d) < 0 ? DESKD_FAILED : DESKD_YES;
}

static int take_first(struct deskd_call *call, int64_t user_id, struct taken *out)
{
    struct cell *cells;
    const struct cell *best;
    size_t n;
    struct deskd_rows rows;
    if (find_cells(call, user_id, &cells, &n) < 0)
        return DESKD_FAILED;
    for (int i = 0; i < TRIES; i++) {
        if (best_cell(call, cells, n, user_id, &best) < 0)
            return DESKD_FAILED;
        if (best == NULL)
            return DESKD_NO;
        if (look(call, &claim, best, user_id, &rows) < 0)
            return DESKD_FAILED;
        int rc = rows.n == 0 ? DESKD_NO : take(call, user_id, best, &rows, out);
        if (rc != DESKD_NO)
            return rc;
    }
    return DESKD_NO;
}

/* What the viewer has open already; an outdated one is given up. */
static int still_has(struct deskd_call *call, int64_t user_id, struct taken *out)
{
    struct deskd_rows rows;
    int64_t now = host->now(call);
    if (host->query(call, &lock_lease, DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0)
        return DESKD_NO;
    out->ticket_id = number(&rows, 0, 0);
    out->number = number(&rows, 0, 1);
    if (number(&rows, 0, 2) > now)
        return DESKD_YES;
    if (queue_end_lease(call, user_id, out->ticket_id) < 0)
        return DESKD_FAILED;
    return decision_add(call, &(struct decision) { .kind = DECIDED_LAPSED,
                                                   .ticket_id = out->ticket_id,
                                                   .user_id = user_id }) < 0
               ? DESKD_FAILED
               : DESKD_NO;
}

struct taking {
    struct taken *out;
    const char *reason;
    int rc;
};

static int see(struct deskd_call *call, int64_t user_id, const struct worker *w)
{
    int64_t now = host->now(call);
    if (run(call, &see_person,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id), DESKD_I64(now), DESKD_I64(now))) < 0)
        return DESKD_FAILED;
    return w->now == STATE_AWAY ? hand_out_soon(call, user_id) : DESKD_OK;
}

static int next(struct deskd_call *call, void *data)
{
    struct taking *x = data;
    struct worker w;
    int64_t user_id = me(call);
    x->rc = DESKD_NO;
    *x->out = (struct taken) { .number = 0 };
    if (worker_lock(call, user_id, &w) < 0 || store_fill_if_needed(call) < 0)
        return DESKD_FAILED;
    x->out->is_paused = w.now == STATE_PAUSED;
    if (x->out->is_paused)
        return DESKD_OK;
    if (see(call, user_id, &w) < 0)
        return DESKD_FAILED;
    x->rc = still_has(call, user_id, x->out);
    if (x->rc == DESKD_YES)
        return lease(call, user_id, x->out);
    if (x->rc == DESKD_NO)
        x->rc = queue_tidy(call) < 0 ? DESKD_FAILED : take_first(call, user_id, x->out);
    return x->rc < 0 ? DESKD_FAILED : DESKD_OK;
}

int take_next(struct deskd_call *call, struct taken *out)
{
    struct taking x = { .out = out };
    return host->transact(call, next, &x) < 0 ? DESKD_FAILED : x.rc;
}

/* --- leaving it --- */

static int skip(struct deskd_call *call, void *data)
{
    struct taking *x = data;
    int64_t user_id = me(call), now = host->now(call);
    x->rc = still_has(call, user_id, x->out);
    if (x->rc <= 0)
        return x->rc;
    if (queue_end_lease(call, user_id, x->out->ticket_id) < 0 ||
        run(call, &put_skip,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id), DESKD_I64(x->out->ticket_id),
                       DESKD_I64(now + SKIPPED_MS))) < 0 ||
        host->ticket_event(call, x->out->ticket_id, "Skipped in To solve", "", "", x->reason) < 0)
        return DESKD_FAILED;
    return decision_add(call, &(struct decision) { .kind = DECIDED_SKIPPED,
                                                   .ticket_id = x->out->ticket_id,
                                                   .user_id = user_id,
                                                   .reason = x->reason });
}

int take_skip(struct deskd_call *call, const char *reason, struct taken *out)
{
    struct taking x = { .out = out, .reason = reason };
    return host->transact(call, skip, &x) < 0 ? DESKD_FAILED : x.rc;
}

/* --- at it --- */

static int renew(struct deskd_call *call, void *data)
{
    int64_t *until = data, user_id = me(call), now = host->now(call);
    struct worker w;
    if (store_fill_if_needed(call) < 0 || worker_read(call, user_id, &w) < 0 ||
        see(call, user_id, &w) < 0)
        return DESKD_FAILED;
    int64_t n = host->exec(
        call, &renew_lease,
        DESKD_ARGS(DESKD_I64(now + LEASE_MS), DESKD_TENANT, DESKD_I64(user_id), DESKD_I64(now)));
    *until = n > 0 ? now + LEASE_MS : 0;
    return n < 0 ? DESKD_FAILED : DESKD_OK;
}

int take_renew(struct deskd_call *call, int64_t *until)
{
    return host->transact(call, renew, until);
}

/* --- only so --- */

int take_may_act(struct deskd_call *call, const struct deskd_ticket *t, int action)
{
    struct worker w;
    struct deskd_rows rows;
    int64_t user_id = me(call);
    if (action != DESKD_ACT_ANSWER || user_id == 0)
        return DESKD_YES;
    if (worker_read(call, user_id, &w) < 0)
        return DESKD_FAILED;
    if (!w.only_to_solve)
        return DESKD_YES;
    if (host->query(call, &lease_of_ticket, DESKD_ARGS(DESKD_TENANT, DESKD_I64(t->id)), &rows) < 0)
        return DESKD_FAILED;
    return rows.n > 0 && number(&rows, 0, 0) == user_id && number(&rows, 0, 1) > host->now(call)
               ? DESKD_YES
               : DESKD_NO;
}
