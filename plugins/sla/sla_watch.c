#include "sla.h" /* what happens to tickets, and what time does to them */

#include "sla_sql.h"

#include <string.h>

enum logged { LOG_WARNING = 1, LOG_LATE, LOG_MET, LOG_MISSED, LOG_CANCELLED };

static int log_add(struct deskd_call *call, const struct work *w, const struct clock *c,
                   enum logged what, int64_t at)
{
    return run(call, &insert_log,
               DESKD_ARGS(DESKD_TENANT, DESKD_I64(host->new_id(call)), DESKD_I64(at),
                          DESKD_I64(host->now(call)), DESKD_I64(w->ticket_id), DESKD_I64(w->number),
                          DESKD_I64(c->kind), DESKD_I64(what), DESKD_I64(c->why),
                          DESKD_I64(c->level_id), DESKD_I64(w->department_id),
                          DESKD_I64(w->agent_id)));
}

static const char *late_text(int kind)
{
    static const char *const texts[] = {
        "The first answer is late",
        "The next answer is late",
        "Nobody has taken it in time",
        "It is not resolved in time",
        "The customer was not kept informed in time",
    };
    return texts[kind - 1];
}

static const char *warning_text(int kind)
{
    static const char *const texts[] = {
        "The first answer will soon be late",    "The next answer will soon be late",
        "Somebody should take it soon",          "It should be resolved soon",
        "The customer should hear from us soon",
    };
    return texts[kind - 1];
}

/* --- changes of tickets --- */

static void take_ticket(struct work *w, const struct deskd_ticket *t)
{
    w->ticket_id = t->id;
    w->number = t->number;
    w->department_id = t->department_id;
    w->agent_id = t->agent_id;
}

static struct fact fact_of(const struct deskd_ticket *t, int64_t at)
{
    return (struct fact) { .at = at,
                           .created_at = t->created_at,
                           .before = t->status,
                           .after = t->status,
                           .agent_id = t->agent_id,
                           .waiting_since = t->waiting_since,
                           .answered_at = t->answered_at,
                           .merged_into_id = t->merged_into_id };
}

static struct fact fact_of_change(const struct deskd_change *c)
{
    struct fact f = fact_of(c->after, c->at);
    f.before = c->before != NULL ? c->before->status : 0;
    f.what = ((c->what & DESKD_CREATED) != 0 ? FACT_NEW : 0U) |
             ((c->what & DESKD_ANSWERED) != 0 ? FACT_ANSWERED : 0U) |
             ((c->what & DESKD_RELATED) != 0 ? FACT_RELATED : 0U);
    return f;
}

/* The level that rules give: 1 with *id, 0 where none says anything. */
static int rules_say(const struct desk *d, const struct deskd_ticket *t, int is_transfer,
                     int64_t *id)
{
    for (size_t i = 0; i < d->rules_n; i++) {
        if ((is_transfer && !d->rules[i].on_transfer) || !rule_fits(&d->rules[i], t))
            continue;
        *id = d->rules[i].level_id;
        return 1;
    }
    for (size_t i = 0; !is_transfer && i < d->levels_n; i++)
        if (d->levels[i].is_default) {
            *id = d->levels[i].level.id;
            return 1;
        }
    return 0;
}

static int log_ends(struct deskd_call *call, const struct work *w)
{
    for (size_t i = 0; i < w->set.n; i++) {
        const struct clock *c = &w->set.all[i];
        if (!c->is_changed || c->ended_at == 0 || (c->tags & TAG_CONTINUED) != 0)
            continue;
        enum logged what = c->state == CLOCK_MET        ? LOG_MET
                           : c->state == CLOCK_BREACHED ? LOG_MISSED
                                                        : LOG_CANCELLED;
        if (log_add(call, w, c, what, c->ended_at) < 0)
            return DESKD_FAILED;
    }
    return DESKD_OK;
}

static int change_level(struct deskd_call *call, struct work *w, int64_t level_id,
                        const struct fact *f)
{
    const struct hours h = hours_of(call);
    struct level room;
    const struct level *level;
    if (work_level(call, level_id, &room, &level) < 0)
        return DESKD_FAILED;
    w->level_id = level_id;
    return clocks_retarget(&h, &w->set, level, f) < 0 ? DESKD_FAILED : DESKD_OK;
}

static int apply(struct deskd_call *call, struct work *w, const struct fact *f)
{
    const struct hours h = hours_of(call);
    struct level room;
    const struct level *level;
    if (work_level(call, w->level_id, &room, &level) < 0 || clocks_apply(&h, &w->set, level, f) < 0)
        return DESKD_FAILED;
    return DESKD_OK;
}

static int finish(struct deskd_call *call, struct work *w)
{
    return log_ends(call, w) < 0 ? DESKD_FAILED : work_save(call, w);
}

int watch_changed(struct deskd_call *call, const struct deskd_change *c)
{
    const struct desk *d = desk_of(call);
    const struct fact f = fact_of_change(c);
    struct work *w = host->alloc(call, sizeof(*w));
    int is_new = (c->what & DESKD_CREATED) != 0;
    int is_transfer = !is_new && c->before->department_id != c->after->department_id;
    int64_t level_id;
    if (d == NULL || d->levels_n == 0 || (c->what & ~(unsigned)DESKD_URGENCY) == 0)
        return DESKD_OK;
    take_ticket(w, c->after);
    if (is_new) {
        if (!rules_say(d, c->after, 0, &w->level_id) || desk_level(d, w->level_id) == NULL)
            return DESKD_OK;
    } else if (work_load(call, w) < 0) {
        return DESKD_FAILED;
    }
    if ((is_new || w->is_known) && apply(call, w, &f) < 0)
        return DESKD_FAILED;
    if (is_transfer && rules_say(d, c->after, 1, &level_id) && level_id != w->level_id &&
        change_level(call, w, level_id, &f) < 0)
        return DESKD_FAILED;
    return is_new || w->is_known || w->level_id != 0 ? finish(call, w) : DESKD_OK;
}

int watch_urgency(struct deskd_call *call, const struct deskd_ticket *ticket,
                  struct deskd_urgency *out)
{
    const struct desk *d = desk_of(call);
    struct deskd_rows rows;
    if (d == NULL || d->levels_n == 0)
        return DESKD_NO;
    if (host->query(call, &read_ticket, DESKD_ARGS(DESKD_TENANT, DESKD_I64(ticket->id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0 || number(&rows, 0, 1) == 0)
        return DESKD_NO;
    out->due_at = number(&rows, 0, 1);
    out->warns_at = number(&rows, 0, 2);
    return DESKD_YES;
}

/* --- by hand --- */

struct setting {
    int64_t ticket_id, level_id;
};

static int set_level(struct deskd_call *call, void *data)
{
    const struct setting *s = data;
    const struct desk *d = desk_of(call);
    const struct promise *next = desk_level(d, s->level_id), *old;
    struct deskd_ticket t = { .size = sizeof(t) };
    struct work *w = host->alloc(call, sizeof(*w));
    /* This also keeps others from changing the ticket meanwhile. */
    if (host->urgency_changed(call, s->ticket_id) < 0 ||
        host->ticket(call, s->ticket_id, &t) != DESKD_YES)
        return DESKD_FAILED;
    take_ticket(w, &t);
    if (work_load(call, w) < 0)
        return DESKD_FAILED;
    old = desk_level(d, w->level_id);
    if (w->level_id == s->level_id)
        return DESKD_OK;
    const struct fact f = fact_of(&t, host->now(call));
    if (change_level(call, w, s->level_id, &f) < 0 || finish(call, w) < 0)
        return DESKD_FAILED;
    return host->ticket_event(call, t.id, "SLA level: {old} → {new}", old != NULL ? old->name : "–",
                              next != NULL ? next->name : "–", "");
}

int watch_set_level(struct deskd_call *call, int64_t ticket_id, int64_t level_id)
{
    struct setting s = { ticket_id, level_id };
    return host->transact(call, set_level, &s);
}

/* --- time --- */

static int tell_people(struct deskd_call *call, const struct work *w, const char *text)
{
    const int64_t *people = &w->agent_id;
    size_t n = 1;
    const char *path = host->format(call, "/tickets/%lld", (long long)w->number);
    if (w->agent_id == 0 && host->takers(call, w->department_id, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n && i < 50; i++)
        if (host->notify(
                call, people[i],
                host->format(call, "#%lld: %s", (long long)w->number, host->word(call, text)),
                path) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

static int tell(struct deskd_call *call, const struct work *w, const struct clock *c,
                enum clock_event what, int64_t at)
{
    const char *text = what == EVENT_BREACH ? late_text(c->kind) : warning_text(c->kind);
    return log_add(call, w, c, what == EVENT_BREACH ? LOG_LATE : LOG_WARNING, at) < 0 ||
                   host->ticket_event(call, w->ticket_id, text, "", "", "") < 0 ||
                   tell_people(call, w, text) < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

/* When warnings may be told: now, or when the help desk opens. */
static int warnings_from(struct deskd_call *call, int64_t *out)
{
    const struct deskd_calendar *const *all;
    size_t n;
    *out = host->now(call);
    if (host->setting_i64(call, "hold_warnings") == 0)
        return DESKD_OK;
    if (host->calendars(call, &all, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (all[i]->is_default &&
            host->calendar_next_open(call, all[i]->id, all[i]->version, *out, out) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

/* What is due, in the order in which it was: of the ticket's clocks the earliest. */
static struct clock *earliest(struct work *w, int64_t now, int64_t held_until)
{
    struct clock *found = NULL;
    int64_t best = 0;
    for (size_t i = 0; i < w->set.n; i++) {
        struct clock *c = &w->set.all[i];
        if (c->state != CLOCK_RUNNING || c->breached_at != 0)
            continue;
        if (c->warn_at != 0 && held_until > now)
            c->warn_at = c->warn_at < held_until ? held_until : c->warn_at;
        int64_t at = c->warn_at != 0 && c->warn_at < c->due_at ? c->warn_at : c->due_at;
        if (at <= now && (found == NULL || at < best)) {
            found = c;
            best = at;
        }
    }
    return found;
}

static int tick(struct deskd_call *call, void *data)
{
    int64_t id = *(const int64_t *)data, now = host->now(call), held_until, at;
    const struct hours h = hours_of(call);
    struct deskd_ticket t = { .size = sizeof(t) };
    struct work *w = host->alloc(call, sizeof(*w));
    struct clock *c;
    enum clock_event what;
    int rc = host->ticket(call, id, &t);
    if (rc != DESKD_YES)
        return rc;
    take_ticket(w, &t);
    if (work_load(call, w) < 0 || warnings_from(call, &held_until) < 0)
        return DESKD_FAILED;
    while ((c = earliest(w, now, held_until)) != NULL) {
        if (c->warn_at > now)
            c->warn_at = 0; /* late before anybody could be warned */
        if (clock_tick(&h, c, now, &what, &at) < 0 ||
            (what != EVENT_NONE && tell(call, w, c, what, at) < 0))
            return DESKD_FAILED;
    }
    for (size_t i = 0; i < w->set.n; i++) /* so that the timer is put again */
        w->set.all[i].is_changed |= w->set.all[i].state == CLOCK_RUNNING;
    return work_save(call, w);
}

int watch_tick(struct deskd_call *call, const struct deskd_job *job)
{
    int64_t id = job->object_id;
    return host->transact(call, tick, &id);
}

/* --- calendars --- */

int watch_calendar(struct deskd_call *call, int64_t calendar_id)
{
    const struct desk *d = desk_of(call);
    if (d == NULL || d->levels_n == 0)
        return DESKD_OK;
    return host->job_put(call, "recalendar", calendar_id, host->now(call) + 1);
}

static int recalendar_ticket(struct deskd_call *call, int64_t ticket_id, int64_t calendar_id,
                             int64_t version)
{
    const struct hours h = hours_of(call);
    struct deskd_ticket t = { .size = sizeof(t) };
    struct work *w = host->alloc(call, sizeof(*w));
    w->ticket_id = ticket_id;
    int rc = host->ticket(call, ticket_id, &t);
    if (rc < 0)
        return DESKD_FAILED;
    if (rc == DESKD_YES)
        take_ticket(w, &t);
    if (work_load(call, w) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < w->set.n; i++) {
        struct clock *c = &w->set.all[i];
        if (clock_is_live(c) && c->target.calendar_id == calendar_id &&
            clock_recalendar(&h, c, version, host->now(call)) < 0)
            return DESKD_FAILED;
    }
    return work_save(call, w);
}

struct recalendar {
    int64_t calendar_id;
};

/* A hundred tickets at a time; what is met or late is as it was. */
static int recalendar(struct deskd_call *call, void *data)
{
    const struct recalendar *r = data;
    const struct deskd_calendar *const *all;
    struct deskd_rows rows;
    int64_t version = 0;
    size_t n;
    if (host->calendars(call, &all, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        version = all[i]->id == r->calendar_id ? all[i]->version : version;
    if (host->query(call, &clocks_by_calendar,
                    DESKD_ARGS(DESKD_TENANT, DESKD_I64(r->calendar_id), DESKD_I64(version)),
                    &rows) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < rows.n; i++)
        if (recalendar_ticket(call, number(&rows, i, 0), r->calendar_id, version) < 0)
            return DESKD_FAILED;
    return rows.n < 100 ? DESKD_OK
                        : host->job_put(call, "recalendar", r->calendar_id, host->now(call) + 1);
}

int watch_recalendar(struct deskd_call *call, const struct deskd_job *job)
{
    struct recalendar r = { job->object_id };
    return host->transact(call, recalendar, &r);
}
