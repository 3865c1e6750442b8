#include "responsibility_store.h"

#include "responsibility_sql.h"
#include "responsibility_walk.h"

#include <stdlib.h>

const struct deskd_host *host;

int64_t number(const struct deskd_rows *rows, size_t row, size_t column)
{
    return rows->rows[row].values[column].i64;
}

int run(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
        size_t n)
{
    return host->exec(call, sql, args, n) < 0 ? DESKD_FAILED : DESKD_OK;
}

int64_t me(struct deskd_call *call)
{
    struct deskd_person person = { .size = sizeof(person) };
    return host->viewer(call, &person) == DESKD_YES ? person.id : 0;
}

int job_later(struct deskd_call *call, const char *kind, int64_t object_id, int64_t at)
{
    int64_t soon = host->now(call) + 1;
    return host->job_put(call, kind, object_id, at < soon ? soon : at);
}

/* --- of the help desk --- */

const struct desk *desk_of(struct deskd_call *call)
{
    return host->tenant_data(call);
}

const struct policy *desk_policy(struct deskd_call *call, int64_t department_id)
{
    static const struct policy off;
    const struct desk *d = desk_of(call);
    for (size_t i = 0; d != NULL && i < d->policies_n; i++)
        if (d->policies[i].department_id == department_id)
            return &d->policies[i];
    return &off;
}

static void take_policies(struct desk *d, const struct deskd_rows *rows)
{
    d->policies = (struct policy *)(d + 1);
    for (size_t i = 0; i < rows->n; i++)
        d->policies[d->policies_n++] = (struct policy) { number(rows, i, 0),
                                                         (enum mode)number(rows, i, 1),
                                                         number(rows, i, 2), number(rows, i, 3) };
}

int store_open(struct deskd_call *call, void **data)
{
    struct deskd_rows walks, policies;
    if (host->query(call, &load_walks, DESKD_ARGS(DESKD_TENANT), &walks) < 0 ||
        host->query(call, &load_departments, DESKD_ARGS(DESKD_TENANT), &policies) < 0)
        return DESKD_FAILED;
    struct desk *d = calloc(1, sizeof(*d) + policies.n * sizeof(struct policy));
    if (d == NULL)
        return host->fail(call, DESKD_ERR_LATER, "no memory for a help desk");
    d->order = order_of(host->setting_text(call, "order"));
    for (size_t i = 0; i < walks.n; i++)
        if (number(&walks, i, 0) == WALK_FILL && number(&walks, i, 2) == (int64_t)d->order)
            d->is_filled = 1;
    take_policies(d, &policies);
    *data = d;
    return DESKD_OK;
}

void store_close(void *data)
{
    free(data);
}

int store_enabled(struct deskd_call *call)
{
    return walk_begin(call, order_of(host->setting_text(call, "order")));
}

int store_fill_if_needed(struct deskd_call *call)
{
    const struct desk *d = desk_of(call);
    struct deskd_rows rows;
    if (d == NULL || d->is_filled)
        return DESKD_OK;
    if (host->query(call, &lock_walk, DESKD_ARGS(DESKD_TENANT, DESKD_I64(WALK_FILL)), &rows) < 0)
        return DESKD_FAILED;
    return rows.n > 0 && number(&rows, 0, 1) == (int64_t)d->order ? DESKD_OK
                                                                  : walk_begin(call, d->order);
}

/* --- people --- */

static void take_worker(struct deskd_call *call, const struct deskd_rows *rows, size_t row,
                        size_t from, struct worker *w)
{
    w->state = (int)number(rows, row, from);
    w->since = number(rows, row, from + 1);
    w->seen_at = number(rows, row, from + 2);
    w->capacity = number(rows, row, from + 3);
    w->only_to_solve = number(rows, row, from + 4) != 0;
    w->version = number(rows, row, from + 5);
    w->by_user_id = number(rows, row, from + 6);
    w->now = state_now(w->state, w->seen_at, host->now(call));
}

static int worker_by(struct deskd_call *call, const struct deskd_sql *sql, int64_t user_id,
                     struct worker *out)
{
    struct deskd_rows rows;
    *out = (struct worker) { .user_id = user_id, .state = STATE_HERE, .now = STATE_AWAY };
    if (host->query(call, sql, DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n > 0)
        take_worker(call, &rows, 0, 0, out);
    return DESKD_OK;
}

int worker_read(struct deskd_call *call, int64_t user_id, struct worker *out)
{
    return worker_by(call, &read_person, user_id, out);
}

int worker_lock(struct deskd_call *call, int64_t user_id, struct worker *out)
{
    return worker_by(call, &lock_person, user_id, out);
}

int workers_all(struct deskd_call *call, struct worker **out, size_t *n)
{
    struct deskd_rows rows;
    if (host->query(call, &all_people, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    *out = host->alloc(call, (rows.n + 1) * sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++) {
        (*out)[*n].user_id = number(&rows, *n, 0);
        take_worker(call, &rows, *n, 1, &(*out)[*n]);
    }
    return DESKD_OK;
}

const struct worker *workers_find(const struct worker *all, size_t n, int64_t user_id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].user_id == user_id)
            return &all[i];
    return NULL;
}

/* --- decisions --- */

int decision_add(struct deskd_call *call, const struct decision *d)
{
    const struct stand *s = &d->stand;
    return run(call, &add_decision,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(host->new_id(call)), DESKD_I64(d->ticket_id),
                          DESKD_I64(host->now(call)), DESKD_I64(d->kind), DESKD_I64(d->user_id),
                          DESKD_I64(d->mode), DESKD_I64(s->band), DESKD_I64(s->priority),
                          DESKD_I64(s->due_at), DESKD_I64(s->waiting_since), DESKD_I64(d->waiting),
                          DESKD_I64(d->until), DESKD_TEXT(d->reason != NULL ? d->reason : ""),
                          DESKD_TEXT(d->detail != NULL ? d->detail : "")));
}
