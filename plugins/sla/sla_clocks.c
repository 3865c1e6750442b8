#include "sla.h" /* a ticket's clocks in the database */

#include "sla_sql.h"

#include <string.h>

/* --- business time --- */

/* A calendar that is gone counts every minute. */
static int hours_add(void *data, int64_t id, int64_t version, int64_t from, int64_t ms,
                     int64_t *out)
{
    int rc = host->calendar_add(data, id, version, from, ms, out);
    return rc == DESKD_NO ? host->calendar_add(data, 0, 0, from, ms, out) : rc;
}

static int hours_between(void *data, int64_t id, int64_t version, int64_t from, int64_t to,
                         int64_t *out)
{
    int rc = host->calendar_between(data, id, version, from, to, out);
    return rc == DESKD_NO ? host->calendar_between(data, 0, 0, from, to, out) : rc;
}

struct hours hours_of(struct deskd_call *call)
{
    return (struct hours) { call, hours_add, hours_between };
}

static int64_t version_of(const struct deskd_calendar *const *all, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (all[i]->id == id)
            return all[i]->version;
    return 0;
}

int work_level(struct deskd_call *call, int64_t level_id, struct level *room,
               const struct level **out)
{
    const struct promise *p = desk_level(desk_of(call), level_id);
    const struct deskd_calendar *const *all;
    size_t n = 0;
    *out = NULL;
    if (p == NULL)
        return DESKD_OK;
    *room = p->level;
    *out = room;
    int has_calendar = 0;
    for (int i = 0; i < CLOCK_KINDS; i++)
        has_calendar |= room->targets[i].ms != 0 && room->targets[i].calendar_id != 0;
    if (!has_calendar)
        return DESKD_OK;
    if (host->calendars(call, &all, &n) < 0)
        return DESKD_FAILED;
    for (int i = 0; i < CLOCK_KINDS; i++)
        room->targets[i].calendar_version = version_of(all, n, room->targets[i].calendar_id);
    return DESKD_OK;
}

/* --- reading --- */

static void letters(const struct deskd_value *v, char *out, size_t size)
{
    size_t n = v->n < size ? v->n : size - 1;
    memcpy(out, v->p, n);
    out[n] = '\0';
}

void clock_read(const struct deskd_rows *rows, size_t row, struct clock *c)
{
    const struct deskd_value *v = rows->rows[row].values;
    *c = (struct clock) {
        .id = v[0].i64,
        .kind = (int)v[1].i64,
        .level_id = v[2].i64,
        .level_version = v[3].i64,
        .target = { .ms = v[4].i64, .calendar_id = v[5].i64, .calendar_version = v[6].i64 },
        .anchor = v[9].i64,
        .consumed = v[10].i64,
        .merged = v[11].i64,
        .extra = v[12].i64,
        .state = (int)v[13].i64,
        .was = (int)v[14].i64,
        .why = (int)v[15].i64,
        .tags = (int)v[16].i64,
        .warned = (int)v[17].i64,
        .resumed_at = v[18].i64,
        .due_at = v[19].i64,
        .warn_at = v[20].i64,
        .breached_at = v[21].i64,
        .ended_at = v[22].i64
    };
    letters(&v[7], c->target.pauses, sizeof(c->target.pauses));
    letters(&v[8], c->target.warns, sizeof(c->target.warns));
}

int work_load(struct deskd_call *call, struct work *w)
{
    struct deskd_rows rows;
    w->set.n = 0;
    if (host->query(call, &lock_ticket, DESKD_ARGS(DESKD_TENANT, DESKD_I64(w->ticket_id)), &rows) <
        0)
        return DESKD_FAILED;
    w->is_known = rows.n > 0;
    if (!w->is_known)
        return DESKD_OK;
    w->level_id = number(&rows, 0, 0);
    w->due_at = number(&rows, 0, 1);
    w->warns_at = number(&rows, 0, 2);
    if (host->query(call, &load_clocks, DESKD_ARGS(DESKD_TENANT, DESKD_I64(w->ticket_id)), &rows) <
        0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n && i < CLOCKS_MAX; i++)
        clock_read(&rows, i, &w->set.all[w->set.n++]);
    return DESKD_OK;
}

/* --- writing --- */

/* A ticket that is merged or deleted may come back; what was resolved may go on. */
static int is_kept(const struct clock *c)
{
    int may_go_on = c->kind == CLOCK_RESOLVE && c->state != CLOCK_CANCELLED &&
                    (c->tags & TAG_CONTINUED) == 0;
    return clock_is_live(c) || clock_is_held(c) || may_go_on;
}

static int insert(struct deskd_call *call, const struct work *w, struct clock *c)
{
    c->id = host->new_id(call);
    return run(
        call, &insert_clock,
        DESKD_ARGS(DESKD_TENANT, DESKD_I64(c->id), DESKD_I64(c->kind), DESKD_I64(c->level_id),
                   DESKD_I64(c->level_version), DESKD_I64(c->target.ms),
                   DESKD_I64(c->target.calendar_id), DESKD_I64(c->target.calendar_version),
                   DESKD_TEXT(c->target.pauses), DESKD_TEXT(c->target.warns), DESKD_I64(c->anchor),
                   DESKD_I64(c->consumed), DESKD_I64(c->merged), DESKD_I64(c->extra),
                   DESKD_I64(c->state), DESKD_I64(c->was), DESKD_I64(c->why), DESKD_I64(c->tags),
                   DESKD_I64(c->warned), DESKD_I64(c->resumed_at), DESKD_I64(c->due_at),
                   DESKD_I64(c->warn_at), DESKD_I64(c->breached_at), DESKD_I64(c->ended_at),
                   DESKD_I64(w->ticket_id), DESKD_I64(w->number), DESKD_I64(w->department_id),
                   DESKD_I64(w->agent_id), DESKD_I64(is_kept(c))));
}

static int update(struct deskd_call *call, const struct work *w, const struct clock *c)
{
    return run(call, &update_clock,
               DESKD_ARGS(DESKD_I64(c->level_id), DESKD_I64(c->level_version),
                          DESKD_I64(c->target.ms), DESKD_I64(c->target.calendar_id),
                          DESKD_I64(c->target.calendar_version), DESKD_TEXT(c->target.pauses),
                          DESKD_TEXT(c->target.warns), DESKD_I64(c->consumed), DESKD_I64(c->merged),
                          DESKD_I64(c->extra), DESKD_I64(c->state), DESKD_I64(c->was),
                          DESKD_I64(c->why), DESKD_I64(c->tags), DESKD_I64(c->warned),
                          DESKD_I64(c->resumed_at), DESKD_I64(c->due_at), DESKD_I64(c->warn_at),
                          DESKD_I64(c->breached_at), DESKD_I64(c->ended_at),
                          DESKD_I64(w->department_id), DESKD_I64(w->agent_id),
                          DESKD_I64(is_kept(c)), DESKD_TENANT, DESKD_I64(c->id)));
}

/* When the one that is due first begins to be about to be late. */
static int64_t warns_at(const struct hours *h, const struct clock *c)
{
    int64_t points[WARNS_MAX], at = 0;
    int n = c == NULL ? 0 : warns_read(c->target.warns, c->target.ms + c->extra, points);
    if (n > 0 && h->add(h->data, c->target.calendar_id, c->target.calendar_version, c->resumed_at,
                        points[0] > c->consumed ? points[0] - c->consumed : 0, &at) < 0)
        return 0;
    return at;
}

static int plan_tick(struct deskd_call *call, const struct work *w)
{
    int64_t next = clocks_next(&w->set), soon = host->now(call) + 1;
    if (next == 0 || next == INT64_MAX)
        return host->job_drop(call, "tick", w->ticket_id);
    return host->job_put(call, "tick", w->ticket_id, next < soon ? soon : next);
}

/* Only where something has become another: what is shown to queues and lists, and the timer. */
int work_save(struct deskd_call *call, struct work *w)
{
    const struct hours h = hours_of(call);
    int has_changed = !w->is_known;
    for (size_t i = 0; i < w->set.n; i++) {
        struct clock *c = &w->set.all[i];
        has_changed |= c->is_new || c->is_changed;
        if ((c->is_new && insert(call, w, c) < 0) ||
            (!c->is_new && c->is_changed && update(call, w, c) < 0))
            return DESKD_FAILED;
    }
    const struct clock *first = clocks_first(&w->set);
    int64_t due = first != NULL ? first->due_at : 0, warns = warns_at(&h, first);
    if (!has_changed)
        return DESKD_OK;
    if (run(call, &put_ticket,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(w->ticket_id), DESKD_I64(w->level_id),
                       DESKD_I64(due), DESKD_I64(warns))) < 0 ||
        plan_tick(call, w) < 0)
        return DESKD_FAILED;
    if (due == w->due_at && warns == w->warns_at)
        return DESKD_OK;
    return host->urgency_changed(call, w->ticket_id);
}
