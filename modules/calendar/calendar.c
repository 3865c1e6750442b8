#include "calendar/calendar.h"

#include "calendar/calendar_private.h"
#include "calendar/civil.h"

#include <string.h>

/* Open time before a day, as if every week were the same. Days count from FIRST_DAY, a Monday. */
static int64_t regular_before(const struct calendar *c, int32_t day)
{
    int32_t n = day - FIRST_DAY, weeks = n / 7;
    return weeks * c->week_open + c->before_weekday[n - weeks * 7];
}

/* The first odd day that is not before day: its place among them. */
static size_t odd_from(const struct calendar *c, int32_t day)
{
    size_t low = 0, high = c->odd_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->odd[middle].day < day)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The hours of a regular day begin and end all with the same offset. */
static void regular_hours(const struct calendar *c, int32_t day, struct day_hours *out)
{
    const struct day_hours *wall = &c->weekdays[civil_weekday(day)];
    int64_t midnight = day_start(c, day);
    out->n = wall->n;
    for (size_t i = 0; i < wall->n; i++)
        out->hours[i] = (struct calendar_hours) { midnight + wall->hours[i].from,
                                                  midnight + wall->hours[i].to };
}

static void hours_of(const struct calendar *c, int32_t day, struct day_hours *out)
{
    size_t i = odd_from(c, day);
    if (i == c->odd_n || c->odd[i].day != day) {
        regular_hours(c, day, out);
        return;
    }
    out->n = c->odd[i].n;
    if (out->n > 0)
        memcpy(out->hours, c->odd[i].hours, out->n * sizeof(out->hours[0]));
}

/* The day that an instant is part of. */
static int32_t day_of(const struct calendar *c, int64_t at)
{
    int64_t wall = at + (int64_t)tz_offset(&c->tz, at / 1000) * 1000;
    int32_t day = (int32_t)(wall / DAY_MS);
    while (day > FIRST_DAY && day_start(c, day) > at)
        day--;
    while (day < LAST_DAY && day_start(c, day + 1) <= at)
        day++;
    return day;
}

static int64_t clamped(const struct calendar *c, int64_t at)
{
    return at < c->first ? c->first : at > c->last ? c->last : at;
}

/* Open time from the first day to the start of day. */
static int64_t open_before(const struct calendar *c, int32_t day)
{
    size_t i = odd_from(c, day);
    return regular_before(c, day) + (i == 0 ? 0 : c->odd[i - 1].gained);
}

/* The same up to an instant. */
static int64_t open_until(const struct calendar *c, int64_t at)
{
    struct day_hours today;
    at = clamped(c, at);
    int32_t day = day_of(c, at);
    int64_t open = open_before(c, day);
    hours_of(c, day, &today);
    for (size_t i = 0; i < today.n && today.hours[i].from < at; i++)
        open += (at < today.hours[i].to ? at : today.hours[i].to) - today.hours[i].from;
    return open;
}

int64_t calendar_between(const struct calendar *c, int64_t from, int64_t to)
{
    return to <= from ? 0 : open_until(c, to) - open_until(c, from);
}

/* The first odd day by whose end wanted has passed; odd_n: none. */
static size_t odd_reaching(const struct calendar *c, int64_t wanted)
{
    size_t low = 0, high = c->odd_n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (regular_before(c, c->odd[middle].day + 1) + c->odd[middle].gained < wanted)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The first day by whose end wanted would have passed in regular weeks; LAST_DAY: none. */
static int32_t regular_reaching(const struct calendar *c, int64_t wanted)
{
    if (c->week_open == 0)
        return LAST_DAY;
    int64_t weeks = (wanted - 1) / c->week_open;
    if (weeks >= (LAST_DAY - FIRST_DAY) / 7)
        return LAST_DAY;
    int32_t day = FIRST_DAY + (int32_t)weeks * 7;
    while (regular_before(c, day + 1) < wanted)
        day++;
    return day;
}

/* The first day by whose end wanted has passed since the first day. */
static int32_t day_reaching(const struct calendar *c, int64_t wanted)
{
    size_t i = odd_reaching(c, wanted);
    int64_t gained = i == 0 ? 0 : c->odd[i - 1].gained;
    int32_t odd = i == c->odd_n ? LAST_DAY : c->odd[i].day;
    if (i < c->odd_n && regular_before(c, odd) + gained < wanted)
        return odd;
    int32_t regular = regular_reaching(c, wanted - gained);
    return regular < odd ? regular : odd;
}

int64_t calendar_add(const struct calendar *c, int64_t from, int64_t open_ms)
{
    struct day_hours day_hours;
    if (open_ms <= 0)
        return from;
    if (open_ms > c->last - c->first)
        return CALENDAR_NEVER;
    int64_t wanted = open_until(c, from) + open_ms;
    int32_t day = day_reaching(c, wanted);
    if (day >= LAST_DAY)
        return CALENDAR_NEVER;
    int64_t left = wanted - open_before(c, day);
    hours_of(c, day, &day_hours);
    for (size_t i = 0; i < day_hours.n; i++) {
        int64_t length = day_hours.hours[i].to - day_hours.hours[i].from;
        if (left <= length)
            return day_hours.hours[i].from + left;
        left -= length;
    }
    return CALENDAR_NEVER; /* not reached: the day was chosen because it has enough */
}

bool calendar_is_open(const struct calendar *c, int64_t at)
{
    return at >= c->first && at < c->last && calendar_next_open(c, at) == at;
}

int64_t calendar_next_open(const struct calendar *c, int64_t at)
{
    if (at >= c->last)
        return CALENDAR_NEVER;
    struct day_hours today;
    hours_of(c, day_of(c, clamped(c, at)), &today);
    for (size_t i = 0; i < today.n; i++)
        if (today.hours[i].from <= at && at < today.hours[i].to)
            return at;
    int64_t next = calendar_add(c, at, 1);
    return next == CALENDAR_NEVER ? next : next - 1;
}

size_t calendar_hours_of(const struct calendar *c, int32_t day,
                         struct calendar_hours out[CALENDAR_HOURS])
{
    struct day_hours hours;
    if (day < FIRST_DAY || day >= LAST_DAY)
        return 0;
    hours_of(c, day, &hours);
    memcpy(out, hours.hours, hours.n * sizeof(*out));
    return hours.n;
}
