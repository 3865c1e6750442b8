#include "responsibility_walk.h"

#include "responsibility_queue.h"
#include "responsibility_sql.h"

#define STEPS     10
#define STEP_ROWS 200
#define KEPT_DAYS 400 /* decisions */
#define NIGHT_MS  (2 * HOUR_MS)

static int64_t next_night(int64_t now)
{
    return (now - NIGHT_MS + DAY_MS) / DAY_MS * DAY_MS + NIGHT_MS;
}

int walk_begin(struct deskd_call *call, enum order order)
{
    int64_t now = host->now(call);
    if (run(call, &begin_walk, DESKD_ARGS(DESKD_TENANT, DESKD_I64(WALK_FILL), DESKD_I64(order))) <
        0)
        return DESKD_FAILED;
    return host->job_put(call, "fill", 0, now) < 0
               ? DESKD_FAILED
               : host->job_put(call, "check", 0, next_night(now));
}

/* How far a walk is. */
struct walking {
    enum walk kind;
    int64_t activity_at, ticket_id, repaired;
    int is_done;
};

static int resume(struct deskd_call *call, struct walking *w)
{
    struct deskd_rows rows;
    if (host->query(call, &lock_walk, DESKD_ARGS(DESKD_TENANT, DESKD_I64(w->kind)), &rows) < 0)
        return DESKD_FAILED;
    w->is_done = rows.n == 0 || number(&rows, 0, 0) != 0;
    w->activity_at = rows.n == 0 ? 0 : number(&rows, 0, 2);
    w->ticket_id = rows.n == 0 ? 0 : number(&rows, 0, 3);
    w->repaired = rows.n == 0 ? 0 : number(&rows, 0, 4);
    return DESKD_OK;
}

static int pause_walk(struct deskd_call *call, const struct walking *w)
{
    return run(call, &move_walk,
               DESKD_ARGS(DESKD_I64(w->is_done), DESKD_I64(w->activity_at), DESKD_I64(w->ticket_id),
                          DESKD_I64(w->repaired), DESKD_TENANT, DESKD_I64(w->kind)));
}

/* The next of those that wait get their rows. */
static int step(struct deskd_call *call, struct walking *w)
{
    const struct deskd_ticket *const *tickets;
    size_t n;
    if (host->tickets_waiting(call, w->activity_at, w->ticket_id, &tickets, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++) {
        int rc = queue_put(call, tickets[i], NULL);
        if (rc < 0)
            return DESKD_FAILED;
        w->repaired += rc;
        w->activity_at = tickets[i]->activity_at;
        w->ticket_id = tickets[i]->id;
    }
    w->is_done = n < STEP_ROWS;
    return DESKD_OK;
}

static int fill_step(struct deskd_call *call, void *data)
{
    struct walking *w = data;
    if (resume(call, w) < 0 || (!w->is_done && (step(call, w) < 0 || pause_walk(call, w) < 0)))
        return DESKD_FAILED;
    return w->is_done ? DESKD_OK : job_later(call, "fill", 0, 0);
}

int walk_fill(struct deskd_call *call, const struct deskd_job *job)
{
    struct walking w = { .kind = WALK_FILL };
    (void)job;
    for (int i = 0; i < STEPS && !w.is_done; i++)
        if (host->transact(call, fill_step, &w) < 0)
            return DESKD_FAILED;
    if (w.is_done && w.repaired > 0)
        host->log(call, "filled", host->format(call, "%lld tickets", (long long)w.repaired));
    return DESKD_OK;
}

/* --- the check --- */

/* Rows of tickets that do not wait: none, unless something went wrong. */
static int drop_stale(struct deskd_call *call, void *data)
{
    struct walking *w = data;
    struct deskd_rows rows;
    if (host->query(call, &rows_from, DESKD_ARGS(DESKD_TENANT, DESKD_I64(w->ticket_id)), &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++) {
        struct deskd_ticket t = { .size = sizeof(t) };
        struct deskd_rows locked;
        w->ticket_id = number(&rows, i, 0);
        const struct deskd_arg args[] = { DESKD_TENANT, DESKD_I64(w->ticket_id) };
        /* Whoever changes the ticket waits for the row, and makes it anew if need be. */
        if (host->query(call, &lock_row, args, 2, &locked) < 0)
            return DESKD_FAILED;
        int rc = host->ticket(call, w->ticket_id, &t);
        if (rc >= 0)
            rc = rc == DESKD_YES && is_waiting(&t) ? DESKD_OK : queue_drop(call, w->ticket_id);
        if (rc < 0)
            return DESKD_FAILED;
        w->repaired += rc;
    }
    w->is_done = rows.n < STEP_ROWS;
    return DESKD_OK;
}

static int64_t find(const struct deskd_rows *rows, int64_t agent_id, int64_t department_id)
{
    for (size_t i = 0; i < rows->n; i++)
        if (number(rows, i, 0) == agent_id && number(rows, i, 1) == department_id)
            return number(rows, i, 2);
    return 0;
}

/* Every cell of either side that the other has otherwise. */
static int correct(struct deskd_call *call, const struct deskd_rows *from,
                   const struct deskd_rows *kept, const struct deskd_rows *truth, int64_t *n)
{
    for (size_t i = 0; i < from->n; i++) {
        int64_t agent = number(from, i, 0), department = number(from, i, 1);
        int64_t want = find(truth, agent, department);
        if (find(kept, agent, department) == want)
            continue;
        (*n)++;
        if (run(call, &set_count,
                DESKD_ARGS(DESKD_TENANT, DESKD_I64(agent), DESKD_I64(department),
                           DESKD_I64(want))) < 0)
            return DESKD_FAILED;
    }
    return DESKD_OK;
}

static int check_counts(struct deskd_call *call, void *data)
{
    struct walking *w = data;
    struct deskd_rows kept, truth;
    int64_t missing = 0, wrong = 0;
    if (host->query(call, &lock_counts, DESKD_ARGS(DESKD_TENANT), &kept) < 0 ||
        host->query(call, &count_rows, DESKD_ARGS(DESKD_TENANT), &truth) < 0 ||
        correct(call, &kept, &kept, &truth, &wrong) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < truth.n; i++) /* cells that there are not yet */
        if (find(&kept, number(&truth, i, 0), number(&truth, i, 1)) == 0) {
            const struct deskd_rows one = { &truth.rows[i], 1 };
            if (correct(call, &one, &kept, &truth, &missing) < 0)
                return DESKD_FAILED;
        }
    w->repaired += wrong + missing;
    return DESKD_OK;
}

static int check_step(struct deskd_call *call, void *data)
{
    return step(call, data);
}

static int forget_old(struct deskd_call *call, void *data)
{
    int64_t now = host->now(call);
    (void)data;
    return run(call, &old_decisions,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(now - KEPT_DAYS * DAY_MS))) < 0 ||
                   run(call, &old_skips, DESKD_ARGS(DESKD_TENANT, DESKD_I64(now))) < 0
               ? DESKD_FAILED
               : host->job_put(call, "check", 0, next_night(now));
}

static int until_done(struct deskd_call *call, struct walking *w,
                      int (*one)(struct deskd_call *call, void *data))
{
    w->is_done = 0;
    w->activity_at = w->ticket_id = 0;
    while (!w->is_done)
        if (host->transact(call, one, w) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

int walk_check(struct deskd_call *call, const struct deskd_job *job)
{
    struct walking w = { .kind = WALK_CHECK };
    (void)job;
    if (until_done(call, &w, check_step) < 0 || until_done(call, &w, drop_stale) < 0 ||
        host->transact(call, check_counts, &w) < 0)
        return DESKD_FAILED;
    if (w.repaired > 0)
        host->log(call, "repaired",
                  host->format(call, "%lld rows and counts of the queue were not as they had to be",
                               (long long)w.repaired));
    return host->transact(call, forget_old, NULL);
}
