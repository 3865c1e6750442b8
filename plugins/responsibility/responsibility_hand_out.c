#include "responsibility_hand_out.h"

#include "responsibility_queue.h"
#include "responsibility_sql.h"

#include <stdlib.h>
#include <string.h>

#define AT_ONCE 50 /* tickets by one job */

/* --- who could --- */

/* Those who get tickets of the department, ascending, with what they have. */
static int candidates(struct deskd_call *call, int64_t department_id, struct candidate **out,
                      size_t *n)
{
    const int64_t *people;
    struct worker *known;
    size_t known_n;
    if (host->takers(call, department_id, &people, n) < 0 ||
        workers_all(call, &known, &known_n) < 0)
        return DESKD_FAILED;
    *out = host->alloc(call, (*n + 1) * sizeof(**out));
    for (size_t i = 0; i < *n; i++) {
        const struct worker *w = workers_find(known, known_n, people[i]);
        struct deskd_rows rows;
        if (host->query(call, &load_of, DESKD_ARGS(DESKD_TENANT, DESKD_I64(people[i])), &rows) < 0)
            return DESKD_FAILED;
        (*out)[i] = (struct candidate) { .user_id = people[i],
                                         .load = number(&rows, 0, 0),
                                         .capacity = w == NULL ? 0 : w->capacity,
                                         .state = w == NULL ? STATE_AWAY : w->now };
    }
    candidates_judge(*out, *n);
    return DESKD_OK;
}

static int last_answerer(struct deskd_call *call, int64_t ticket_id, int64_t *user_id)
{
    struct deskd_rows rows;
    if (host->query(call, &read_last, DESKD_ARGS(DESKD_TENANT, DESKD_I64(ticket_id)), &rows) < 0)
        return DESKD_FAILED;
    *user_id = rows.n > 0 ? number(&rows, 0, 0) : 0;
    return DESKD_OK;
}

/* One after the other, until one may work there. */
static int choose(struct deskd_call *call, enum mode mode, struct candidate *all, size_t n,
                  int64_t previous_id, const struct deskd_ticket *t, int64_t *agent_id)
{
    int64_t last_id;
    int i;
    *agent_id = 0;
    if (last_answerer(call, t->id, &last_id) < 0)
        return DESKD_FAILED;
    while ((i = candidates_choose(mode, all, n, previous_id, last_id)) >= 0) {
        int works = host->works_in(call, all[i].user_id, t->department_id);
        if (works < 0)
            return DESKD_FAILED;
        all[i].verdict = works > 0 ? VERDICT_CHOSEN : VERDICT_NO_RIGHT;
        if (works <= 0)
            continue;
        *agent_id = all[i].user_id;
        return DESKD_YES;
    }
    return DESKD_NO;
}

/* --- the decision --- */

static int stand_of_row(struct deskd_call *call, int64_t ticket_id, struct stand *out)
{
    struct deskd_rows rows;
    *out = (struct stand) { .band = BAND_REST };
    if (host->query(call, &read_row, DESKD_ARGS(DESKD_TENANT, DESKD_I64(ticket_id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n > 0)
        *out = (struct stand) { .band = (int)number(&rows, 0, 0),
                                .priority = number(&rows, 0, 1),
                                .due_at = number(&rows, 0, 2),
                                .waiting_since = number(&rows, 0, 3) };
    return DESKD_OK;
}

/* What was seen last time is not written again. */
static int is_known(struct deskd_call *call, int64_t ticket_id, const char *detail, int *is_so)
{
    struct deskd_rows rows;
    if (host->query(call, &last_decision, DESKD_ARGS(DESKD_TENANT, DESKD_I64(ticket_id)), &rows) <
        0)
        return DESKD_FAILED;
    *is_so = rows.n > 0 && number(&rows, 0, 1) == DECIDED_NOBODY &&
             strcmp(rows.rows[0].values[2].p, detail) == 0;
    return DESKD_OK;
}

static int write_decision(struct deskd_call *call, const struct deskd_ticket *t, enum mode mode,
                          const struct candidate *all, size_t n, int64_t agent_id)
{
    size_t size = (n + 1) * CANDIDATE_BYTES;
    char *detail = host->alloc(call, size);
    struct decision d = { .kind = agent_id != 0 ? DECIDED_GIVEN : DECIDED_NOBODY,
                          .ticket_id = t->id,
                          .user_id = agent_id,
                          .mode = (int)mode,
                          .detail = detail };
    int is_so = 0;
    candidates_write(all, n, detail, size);
    if (agent_id == 0 && is_known(call, t->id, detail, &is_so) < 0)
        return DESKD_FAILED;
    if (is_so)
        return DESKD_OK;
    return stand_of_row(call, t->id, &d.stand) < 0 ? DESKD_FAILED : decision_add(call, &d);
}

static const char *reason_of(enum mode mode)
{
    static const char *const reasons[] = { "", "it was this person's turn",
                                           "this person had the least to do",
                                           "this person answered last, or had the least to do" };
    return reasons[mode];
}

/* Whoever hands out in a department does so alone: nobody gets more than they take. */
static int lock_policy(struct deskd_call *call, int64_t department_id, enum mode *mode,
                       int64_t *previous_id)
{
    struct deskd_rows rows;
    *mode = MODE_OFF;
    if (host->query(call, &lock_department, DESKD_ARGS(DESKD_TENANT, DESKD_I64(department_id)),
                    &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0)
        return DESKD_OK;
    *mode = (enum mode)number(&rows, 0, 0);
    *previous_id = number(&rows, 0, 1);
    return DESKD_OK;
}

int hand_out_choose(struct deskd_call *call, const struct deskd_ticket *t, int64_t *agent_id,
                    const char **reason)
{
    struct candidate *all;
    size_t n;
    enum mode mode;
    int64_t previous_id = 0;
    if (desk_policy(call, t->department_id)->mode == MODE_OFF)
        return DESKD_NO;
    if (lock_policy(call, t->department_id, &mode, &previous_id) < 0)
        return DESKD_FAILED;
    if (mode == MODE_OFF)
        return DESKD_NO;
    if (candidates(call, t->department_id, &all, &n) < 0)
        return DESKD_FAILED;
    int rc = choose(call, mode, all, n, previous_id, t, agent_id);
    if (rc < 0 || write_decision(call, t, mode, all, n, *agent_id) < 0)
        return DESKD_FAILED;
    if (rc == DESKD_NO)
        return hand_out_in(call, t->department_id) < 0 ? DESKD_FAILED : DESKD_NO;
    *reason = reason_of(mode);
    return run(call, &turn_department,
               DESKD_ARGS(DESKD_I64(*agent_id), DESKD_TENANT, DESKD_I64(t->department_id))) < 0
               ? DESKD_FAILED
               : DESKD_YES;
}

/* --- what waits --- */

int hand_out_in(struct deskd_call *call, int64_t department_id)
{
    return job_later(call, "hand_out", department_id, host->now(call) + MINUTE_MS);
}

int hand_out_soon(struct deskd_call *call, int64_t user_id)
{
    const struct desk *d = desk_of(call);
    const int64_t *departments;
    size_t n;
    if (d == NULL || d->policies_n == 0)
        return DESKD_OK;
    if (host->takes_from(call, user_id, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (desk_policy(call, departments[i])->mode != MODE_OFF &&
            job_later(call, "hand_out", departments[i], 0) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

struct giving {
    int64_t department_id;
    int was_given, is_left;
};

static int give_first(struct deskd_call *call, void *data)
{
    struct giving *g = data;
    struct deskd_rows rows;
    struct deskd_ticket t = { .size = sizeof(t) };
    const char *reason = "";
    int64_t agent_id = 0;
    g->was_given = g->is_left = 0;
    if (queue_tidy(call) < 0)
        return DESKD_FAILED;
    if (host->query(call, &first_free, DESKD_ARGS(DESKD_TENANT, DESKD_I64(g->department_id)),
                    &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0)
        return DESKD_OK;
    g->is_left = 1;
    int rc = host->ticket(call, number(&rows, 0, 0), &t);
    if (rc == DESKD_YES)
        rc = hand_out_choose(call, &t, &agent_id, &reason);
    if (rc <= 0)
        return rc;
    g->was_given = 1;
    return host->ticket_assign(call, t.id, t.version, 0, agent_id, reason);
}

int hand_out(struct deskd_call *call, const struct deskd_job *job)
{
    struct giving g = { .department_id = job->object_id, .was_given = 1 };
    if (desk_policy(call, job->object_id)->mode == MODE_OFF)
        return DESKD_OK;
    for (int i = 0; i < AT_ONCE && g.was_given; i++)
        if (host->transact(call, give_first, &g) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

/* --- what is taken back --- */

struct taking {
    int64_t ticket_id, user_id, minutes;
    enum state state;
};

static int release(struct deskd_call *call, void *data)
{
    const struct taking *x = data;
    struct deskd_ticket t = { .size = sizeof(t) };
    int rc = host->ticket(call, x->ticket_id, &t);
    if (rc <= 0 || !is_waiting(&t) || t.agent_id != x->user_id)
        return rc < 0 ? DESKD_FAILED : DESKD_OK;
    if (decision_add(call, &(struct decision) { .kind = DECIDED_RELEASED,
                                                .ticket_id = t.id,
                                                .user_id = x->user_id,
                                                .mode = (int)x->state,
                                                .waiting = x->minutes }) < 0)
        return DESKD_FAILED;
    return host->ticket_assign(call, t.id, t.version, 0, 0,
                               x->state == STATE_PAUSED ? "the agent is paused"
                                                        : "the agent is away");
}

static int take_back_from(struct deskd_call *call, const struct policy *p, int64_t user_id,
                          const struct worker *w)
{
    int64_t now = host->now(call);
    struct taking x = { .user_id = user_id,
                        .minutes = p->release_minutes,
                        .state = w == NULL ? STATE_AWAY : w->now };
    int64_t since = w == NULL ? 0 : w->now == STATE_PAUSED ? w->since : w->seen_at;
    struct deskd_rows rows;
    if (x.state == STATE_HERE || !has_passed(since, p->release_minutes, now))
        return DESKD_OK;
    if (host->query(call, &rows_of_absent,
                    DESKD_ARGS(DESKD_TENANT, DESKD_I64(p->department_id), DESKD_I64(user_id),
                               DESKD_I64(now - p->release_minutes * MINUTE_MS)),
                    &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++) {
        x.ticket_id = number(&rows, i, 0);
        if (has_passed(number(&rows, i, 1), p->release_minutes, now) &&
            host->transact(call, release, &x) < 0)
            return DESKD_FAILED;
    }
    return DESKD_OK;
}

static int come_back(struct deskd_call *call, void *data)
{
    (void)data;
    return job_later(call, "take_back", 0, host->now(call) + MINUTE_MS);
}

int take_back(struct deskd_call *call, const struct deskd_job *job)
{
    struct deskd_rows cells_now;
    struct worker *known;
    size_t known_n;
    int is_wanted = 0;
    (void)job;
    if (host->query(call, &all_cells, DESKD_ARGS(DESKD_TENANT), &cells_now) < 0 ||
        workers_all(call, &known, &known_n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < cells_now.n; i++) {
        int64_t user_id = number(&cells_now, i, 0);
        const struct policy *p = desk_policy(call, number(&cells_now, i, 1));
        if (user_id != 0 && p->release_minutes > 0 &&
            take_back_from(call, p, user_id, workers_find(known, known_n, user_id)) < 0)
            return DESKD_FAILED;
    }
    for (size_t i = 0; i < desk_of(call)->policies_n; i++)
        is_wanted = is_wanted || desk_of(call)->policies[i].release_minutes > 0;
    return is_wanted ? host->transact(call, come_back, NULL) : DESKD_OK;
}
