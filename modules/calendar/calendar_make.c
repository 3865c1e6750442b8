#include "base/arena.h"
#include "base/err.h"
#include "calendar/calendar_private.h"
#include "calendar/civil.h"

#include <stdlib.h>
#include <string.h>

#define MINUTE_MS INT64_C(60000)
#define DAY_S     86400

/* What calendar_make works with. */
struct maker {
    const struct calendar_plan *plan;
    struct calendar *c;
    struct arena *arena;
    int16_t *marks; /* by day, from FIRST_DAY */
};

/* A mark above 0 is the exception that counts on that day, from 1. */
#define REGULAR 0
#define ODD     (-1) /* without an exception of its own */

struct spans {
    const struct calendar_span *spans;
    size_t n;
};

int64_t day_start(const struct calendar *c, int32_t day)
{
    return tz_first(&c->tz, (int64_t)day * DAY_S) * 1000;
}

/* --- is the plan fine? --- */

static int check_spans(const struct calendar_span *spans, size_t n, struct err *err)
{
    if (n > CALENDAR_SPANS)
        return err_set(err, ERR_INVALID, "a day can have %d opening times", CALENDAR_SPANS);
    for (size_t i = 0; i < n; i++)
        if (spans[i].from < 0 || spans[i].from >= CALENDAR_DAY_MINUTES ||
            spans[i].to <= spans[i].from || spans[i].to > spans[i].from + CALENDAR_DAY_MINUTES)
            return err_set(err, ERR_INVALID, "an opening time lasts from a minute to a day");
    return 0;
}

static int check(const struct calendar_plan *plan, struct err *err)
{
    for (int i = 0; i < 7; i++)
        if (check_spans(plan->week[i].spans, plan->week[i].n, err) < 0)
            return -1;
    if (plan->exceptions_n > CALENDAR_EXCEPTIONS)
        return err_set(err, ERR_INVALID, "a calendar can have %d exceptions", CALENDAR_EXCEPTIONS);
    for (size_t i = 0; i < plan->exceptions_n; i++)
        if (check_spans(plan->exceptions[i].spans, plan->exceptions[i].spans_n, err) < 0)
            return -1;
    return 0;
}

/* --- hours as lists --- */

static int by_start(const void *a, const void *b)
{
    const struct calendar_hours *x = a, *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

/* Sorted, without overlaps, what touches made one. */
static void tidy(struct day_hours *d)
{
    size_t n = 0;
    qsort(d->hours, d->n, sizeof(d->hours[0]), by_start);
    for (size_t i = 0; i < d->n; i++) {
        if (n == 0 || d->hours[i].from > d->hours[n - 1].to)
            d->hours[n++] = d->hours[i];
        else if (d->hours[i].to > d->hours[n - 1].to)
            d->hours[n - 1].to = d->hours[i].to;
    }
    d->n = n;
}

static void add_clipped(struct day_hours *d, struct calendar_hours h, int64_t from, int64_t to)
{
    h.from = h.from < from ? from : h.from;
    h.to = h.to > to ? to : h.to;
    if (h.from < h.to && d->n < CALENDAR_HOURS)
        d->hours[d->n++] = h;
}

static int64_t length_of(const struct day_hours *d)
{
    int64_t sum = 0;
    for (size_t i = 0; i < d->n; i++)
        sum += d->hours[i].to - d->hours[i].from;
    return sum;
}

/* --- the week --- */

static void make_weekday(struct maker *m, int weekday)
{
    struct day_hours *d = &m->c->weekdays[weekday];
    int before = (weekday + 6) % 7;
    d->n = 0;
    for (size_t i = 0; i < m->plan->week[before].n; i++) {
        struct calendar_span s = m->plan->week[before].spans[i];
        struct calendar_hours h = { s.from * MINUTE_MS - DAY_MS, s.to * MINUTE_MS - DAY_MS };
        add_clipped(d, h, 0, DAY_MS);
    }
    for (size_t i = 0; i < m->plan->week[weekday].n; i++) {
        struct calendar_span s = m->plan->week[weekday].spans[i];
        struct calendar_hours h = { s.from * MINUTE_MS, s.to * MINUTE_MS };
        add_clipped(d, h, 0, DAY_MS);
    }
    tidy(d);
}

static void make_week(struct maker *m)
{
    for (int i = 0; i < 7; i++) {
        make_weekday(m, i);
        m->c->before_weekday[i + 1] = m->c->before_weekday[i] + length_of(&m->c->weekdays[i]);
    }
    m->c->week_open = m->c->before_weekday[7];
}

/* --- the odd days --- */

static void mark(struct maker *m, int64_t day)
{
    if (day >= FIRST_DAY && day < LAST_DAY && m->marks[day - FIRST_DAY] == REGULAR)
        m->marks[day - FIRST_DAY] = ODD;
}

/* The days, by the clock before and the clock after it, on which clocks change. */
static void mark_shifts(struct maker *m)
{
    const struct tz *tz = &m->c->tz;
    for (size_t i = 1; i < tz->n; i++) {
        if (tz->shifts[i].at < 0)
            continue;
        mark(m, (tz->shifts[i].at + tz->shifts[i - 1].offset) / DAY_S);
        mark(m, (tz->shifts[i].at + tz->shifts[i].offset) / DAY_S);
    }
}

static bool passes_midnight(struct spans s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.spans[i].to > CALENDAR_DAY_MINUTES)
            return true;
    return false;
}

static struct spans week_spans(const struct maker *m, int32_t day)
{
    int weekday = civil_weekday(day);
    return (struct spans) { m->plan->week[weekday].spans, m->plan->week[weekday].n };
}

static struct spans spans_of(const struct maker *m, int32_t day)
{
    int mark = day >= FIRST_DAY && day < LAST_DAY ? m->marks[day - FIRST_DAY] : REGULAR;
    if (mark <= 0)
        return week_spans(m, day);
    const struct calendar_exception *e = &m->plan->exceptions[mark - 1];
    return (struct spans) { e->spans, e->spans_n };
}

/* Where its hours reach into the next day, or would have done so, that is odd too. */
static void choose(struct maker *m, int32_t day, size_t exception, bool is_single)
{
    if (day < FIRST_DAY || day >= LAST_DAY)
        return;
    int16_t *chosen = &m->marks[day - FIRST_DAY];
    if (*chosen <= 0 || is_single)
        *chosen = (int16_t)(exception + 1);
    if (passes_midnight(spans_of(m, day)) || passes_midnight(week_spans(m, day)))
        mark(m, day + 1);
}

static void choose_yearly(struct maker *m, size_t exception)
{
    struct civil date = civil_date(m->plan->exceptions[exception].day);
    for (; date.year <= civil_date(LAST_DAY - 1).year; date.year++)
        if (civil_exists(date))
            choose(m, civil_days(date), exception, false);
}

static void mark_exceptions(struct maker *m)
{
    for (size_t i = 0; i < m->plan->exceptions_n; i++) {
        if (m->plan->exceptions[i].is_yearly)
            choose_yearly(m, i);
        else
            choose(m, m->plan->exceptions[i].day, i, true);
    }
}

/* The part of day that the hours which begin on from cover. */
static void add_hours(const struct maker *m, int32_t from, int32_t day, struct day_hours *out)
{
    const struct calendar *c = m->c;
    struct spans s = spans_of(m, from);
    int64_t midnight = (int64_t)from * DAY_S;
    for (size_t i = 0; i < s.n; i++) {
        struct calendar_hours h = {
            tz_first(&c->tz, midnight + s.spans[i].from * INT64_C(60)) * 1000,
            tz_last(&c->tz, midnight + s.spans[i].to * INT64_C(60)) * 1000
        };
        add_clipped(out, h, day_start(c, day), day_start(c, day + 1));
    }
}

static void make_odd(struct maker *m, int32_t day, struct odd_day *out, int64_t *gained)
{
    struct day_hours d = { .n = 0 };
    add_hours(m, day - 1, day, &d);
    add_hours(m, day, day, &d);
    tidy(&d);
    *gained += length_of(&d) - length_of(&m->c->weekdays[civil_weekday(day)]);
    *out = (struct odd_day) { day, *gained, NULL, d.n };
    if (d.n > 0)
        out->hours = arena_memdup(m->arena, d.hours, d.n * sizeof(d.hours[0]));
}

static void make_odds(struct maker *m)
{
    size_t n = 0;
    int64_t gained = 0;
    for (int32_t day = FIRST_DAY; day < LAST_DAY; day++)
        n += m->marks[day - FIRST_DAY] != REGULAR;
    struct odd_day *odd = arena_array(m->arena, n + 1, sizeof(*odd));
    m->c->odd = odd;
    for (int32_t day = FIRST_DAY; day < LAST_DAY; day++)
        if (m->marks[day - FIRST_DAY] != REGULAR)
            make_odd(m, day, &odd[m->c->odd_n++], &gained);
}

static void drop_marks(void *data)
{
    struct maker *m = data;
    free(m->marks);
    m->marks = NULL;
}

int calendar_make(struct arena *a, const struct calendar_plan *plan, struct calendar **out,
                  struct err *err)
{
    struct calendar *c = arena_zalloc(a, sizeof(*c));
    struct maker *m = arena_zalloc(a, sizeof(*m));
    *m = (struct maker) { .plan = plan, .c = c, .arena = a };
    if (check(plan, err) < 0 || tz_load(a, plan->zone, &c->tz, err) < 0)
        return -1;
    arena_cleanup(a, drop_marks, m);
    m->marks = calloc(LAST_DAY - FIRST_DAY, sizeof(*m->marks));
    if (m->marks == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a calendar");
    c->first = day_start(c, FIRST_DAY);
    c->last = day_start(c, LAST_DAY);
    make_week(m);
    mark_shifts(m);
    mark_exceptions(m);
    make_odds(m);
    drop_marks(m);
    *out = c;
    return 0;
}
