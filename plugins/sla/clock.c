#include "clock.h"

#include <string.h>

#define MINUTE_MS INT64_C(60000)

int clock_is_live(const struct clock *c)
{
    return c->state == CLOCK_RUNNING || c->state == CLOCK_PAUSED;
}

int clock_is_held(const struct clock *c)
{
    return c->state == CLOCK_CANCELLED && c->why >= WHY_SPAM;
}

/* --- warnings --- */

static const char *read_point(const char *s, int64_t target_ms, int64_t *out)
{
    int64_t n = 0;
    if (*s < '0' || *s > '9')
        return NULL;
    for (; *s >= '0' && *s <= '9'; s++)
        if ((n = n * 10 + (*s - '0')) > 1000000)
            return NULL;
    if (*s == '%' && n > 0 && n < 100)
        *out = target_ms / 100 * n + target_ms % 100 * n / 100;
    else if (*s == 'm' && n > 0)
        *out = target_ms - n * MINUTE_MS;
    else
        return NULL;
    return s + 1;
}

int warns_read(const char *text, int64_t target_ms, int64_t out[WARNS_MAX])
{
    int n = 0;
    for (const char *s = text; *s != '\0';) {
        int64_t point;
        if (*s == ' ' || *s == ',') {
            s++;
            continue;
        }
        if (n == WARNS_MAX || (s = read_point(s, target_ms, &point)) == NULL)
            return -1;
        int k = n++;
        for (; k > 0 && out[k - 1] > point; k--)
            out[k] = out[k - 1];
        out[k] = point < 0 ? 0 : point;
    }
    return n;
}

/* --- one clock --- */

static int64_t whole(const struct clock *c)
{
    return c->target.ms + c->extra;
}

static int add(const struct hours *h, const struct clock *c, int64_t ms, int64_t *out)
{
    return h->add(h->data, c->target.calendar_id, c->target.calendar_version, c->resumed_at,
                  ms > 0 ? ms : 0, out);
}

static int between(const struct hours *h, const struct clock *c, int64_t from, int64_t to,
                   int64_t *out)
{
    return h->between(h->data, c->target.calendar_id, c->target.calendar_version, from, to, out);
}

/* One that would come with the breach or after it says nothing. */
static int reckon_warning(const struct hours *h, struct clock *c)
{
    int64_t points[WARNS_MAX];
    int n = c->breached_at != 0 ? 0 : warns_read(c->target.warns, whole(c), points);
    c->warn_at = 0;
    if (c->warned >= n)
        return 0;
    if (add(h, c, points[c->warned] - c->consumed, &c->warn_at) < 0)
        return -1;
    if (c->warn_at >= c->due_at)
        c->warn_at = 0;
    return 0;
}

/* At once where nothing is left: from then on it is late, not at the next opening. */
static int reckon(const struct hours *h, struct clock *c)
{
    int64_t left = whole(c) - c->consumed;
    c->is_changed = 1;
    c->due_at = 0;
    c->warn_at = 0;
    if (c->state != CLOCK_RUNNING)
        return 0;
    c->due_at = c->resumed_at;
    if (left > 0 && add(h, c, left, &c->due_at) < 0)
        return -1;
    return reckon_warning(h, c);
}

static void note_breach(struct clock *c, int64_t at)
{
    if (c->state == CLOCK_RUNNING && c->breached_at == 0 && c->due_at < at)
        c->breached_at = c->due_at;
}

/* What ran up to at is consumed. */
static int fold(const struct hours *h, struct clock *c, int64_t at)
{
    int64_t ran = 0;
    if (c->state != CLOCK_RUNNING || at <= c->resumed_at)
        return 0;
    if (between(h, c, c->resumed_at, at, &ran) < 0)
        return -1;
    c->consumed += ran;
    c->resumed_at = at;
    return 0;
}

int clock_start(const struct hours *h, struct clock *c, int64_t anchor, int64_t consumed,
                int64_t at)
{
    c->anchor = anchor;
    c->consumed = consumed;
    c->resumed_at = at;
    c->state = CLOCK_RUNNING;
    c->is_new = 1;
    return reckon(h, c);
}

int clock_pause(const struct hours *h, struct clock *c, int64_t at)
{
    note_breach(c, at);
    if (fold(h, c, at) < 0)
        return -1;
    c->state = CLOCK_PAUSED;
    return reckon(h, c);
}

int clock_resume(const struct hours *h, struct clock *c, int64_t at)
{
    c->resumed_at = at;
    c->state = CLOCK_RUNNING;
    return reckon(h, c);
}

int clock_stop(const struct hours *h, struct clock *c, int64_t at)
{
    note_breach(c, at);
    if (fold(h, c, at) < 0)
        return -1;
    c->state = c->breached_at != 0 ? CLOCK_BREACHED : CLOCK_MET;
    c->ended_at = at;
    return reckon(h, c);
}

void clock_cancel(struct clock *c, int64_t at, enum clock_why why)
{
    note_breach(c, at);
    c->was = c->state;
    c->state = CLOCK_CANCELLED;
    c->why = (int)why;
    c->ended_at = at;
    c->due_at = 0;
    c->warn_at = 0;
    c->is_changed = 1;
}

/* The customer waited on: it is as if it had run all the time. */
int clock_restore(const struct hours *h, struct clock *c, int64_t at)
{
    c->state = c->was;
    c->why = WHY_NONE;
    c->ended_at = 0;
    int rc = reckon(h, c);
    note_breach(c, at);
    return rc;
}

static void withdraw(struct clock *c, int64_t at)
{
    if (c->breached_at == 0 || c->state != CLOCK_RUNNING || c->due_at <= at)
        return;
    c->breached_at = 0;
    c->tags |= TAG_WITHDRAWN;
}

int clock_retarget(const struct hours *h, struct clock *c, const struct level *level, int64_t at)
{
    note_breach(c, at);
    if (fold(h, c, at) < 0)
        return -1;
    c->target = level->targets[c->kind - 1];
    c->level_id = level->id;
    c->level_version = level->version;
    c->warned = 0;
    c->extra = 0;
    if (c->breached_at == 0 && c->consumed >= c->target.ms && level->grace_ms > 0)
        c->extra = c->consumed - c->target.ms + level->grace_ms;
    if (reckon(h, c) < 0)
        return -1;
    withdraw(c, at);
    return reckon(h, c);
}

int clock_recalendar(const struct hours *h, struct clock *c, int64_t version, int64_t at)
{
    note_breach(c, at);
    if (fold(h, c, at) < 0)
        return -1;
    c->target.calendar_version = version;
    return reckon(h, c);
}

int clock_adopt(const struct hours *h, struct clock *c, int64_t since, int64_t at)
{
    int64_t older = 0;
    if (since != 0 && since < c->anchor && between(h, c, since, c->anchor, &older) < 0)
        return -1;
    if (older == c->merged)
        return 0;
    note_breach(c, at);
    c->consumed += older - c->merged;
    c->merged = older;
    if (reckon(h, c) < 0)
        return -1;
    withdraw(c, at);
    note_breach(c, at);
    return reckon(h, c);
}

int clock_elapsed(const struct hours *h, const struct clock *c, int64_t now, int64_t *out)
{
    struct clock copy = *c;
    int rc = fold(h, &copy, now);
    *out = copy.consumed;
    return rc;
}

int clock_tick(const struct hours *h, struct clock *c, int64_t now, enum clock_event *what,
               int64_t *at)
{
    *what = EVENT_NONE;
    if (c->state != CLOCK_RUNNING || c->breached_at != 0)
        return 0;
    if (c->warn_at != 0 && c->warn_at <= now) {
        *what = EVENT_WARNING;
        *at = c->warn_at;
        c->warned++;
        return reckon(h, c);
    }
    if (c->due_at > now)
        return 0;
    *what = EVENT_BREACH;
    *at = c->breached_at = c->due_at;
    return reckon(h, c);
}
