#include "fcgi/pages/calendars_show.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "base/zone.h"
#include "calendar/calendar.h"
#include "calendar/civil.h"
#include "calendar/hours.h"
#include "calendar/store.h"
#include "fcgi/pages/places.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "html/words.h"
#include "tenant/tenant.h"

#define PREVIEW_DAYS 60
#define DAY_MS       INT64_C(86400000)

const char *const calendar_day_fields[7] = {
    "day0", "day1", "day2", "day3", "day4", "day5", "day6"
};

static const char *weekday(int day)
{
    switch (day) {
    case 0:
        return _("Monday");
    case 1:
        return _("Tuesday");
    case 2:
        return _("Wednesday");
    case 3:
        return _("Thursday");
    case 4:
        return _("Friday");
    case 5:
        return _("Saturday");
    default:
        return _("Sunday");
    }
}

static const char *weekday_short(int day)
{
    switch (day) {
    case 0:
        return _("Mon");
    case 1:
        return _("Tue");
    case 2:
        return _("Wed");
    case 3:
        return _("Thu");
    case 4:
        return _("Fri");
    case 5:
        return _("Sat");
    default:
        return _("Sun");
    }
}

static const char *hours_of(struct arena *a, const struct calendar_plan *plan, int day)
{
    return hours_write(a, plan->week[day].spans, plan->week[day].n);
}

const char *calendars_week_text(struct arena *a, const struct calendar_plan *plan)
{
    struct buf b = buf_make(a, 64);
    for (int day = 0, last; day < 7; day = last + 1) {
        const char *hours = hours_of(a, plan, day);
        for (last = day; last < 6 && str_is(hours_of(a, plan, last + 1), hours);)
            last++;
        if (*hours == '\0')
            continue;
        buf_printf(&b, "%s%s", b.len == 0 ? "" : "; ", weekday_short(day));
        if (last > day)
            buf_printf(&b, "%s%s", last == day + 1 ? ", " : "\xe2\x80\x93", weekday_short(last));
        buf_printf(&b, " %s", hours);
    }
    return b.len == 0 ? _("never open") : buf_str(&b);
}

/* --- the form --- */

static void show_zones(struct view *v, const char *chosen)
{
    struct view_list *rows = view_list(v, "zones");
    for (const char *const *p = places_all(view_arena(v), chosen); *p != NULL; p++) {
        struct view *row = view_row(rows);
        view_text(row, "name", *p);
        view_bool(row, "is_selected", str_is(*p, chosen));
    }
}

static void show_weekday(struct view_list *rows, int day, const char *hours, const char *fault)
{
    struct view *row = view_row(rows);
    view_text(row, "field", calendar_day_fields[day]);
    view_text(row, "label", weekday(day));
    view_text(row, "hours", hours);
    view_text(row, "fault", fault);
}

void calendars_show_saved(struct request *rq, struct view *v, const struct calendar_record *c)
{
    struct view_list *week = view_list(v, "week");
    view_text(v, "name", c == NULL ? "" : c->name);
    view_bool(v, "is_default", c != NULL && c->is_default);
    view_bool(v, "is_default_fixed", c != NULL && c->is_default);
    show_zones(v, c == NULL ? rq->tenant->timezone : c->plan.zone);
    for (int i = 0; i < 7; i++) {
        const char *usual = i < 5 ? "09:00\xe2\x80\x93"
                                    "17:00"
                                  : "";
        show_weekday(week, i, c == NULL ? usual : hours_of(rq->arena, &c->plan, i), NULL);
    }
}

void calendars_show_typed(struct request *rq, struct view *v)
{
    struct view_list *week = view_list(v, "week");
    view_text(v, "name", form_typed(rq, "name"));
    view_text(v, "error_name", form_error(rq, "name"));
    view_bool(v, "is_default", form_bool(rq, "is_default"));
    show_zones(v, form_typed(rq, "zone"));
    for (int i = 0; i < 7; i++)
        show_weekday(week, i, form_typed(rq, calendar_day_fields[i]),
                     form_error(rq, calendar_day_fields[i]));
}

/* --- exceptions --- */

/* "24 Dec 2026", of every year "24 Dec". */
static const char *date_text(struct arena *a, const struct calendar_exception *e)
{
    const char *iso = civil_text(a, e->day);
    return e->is_yearly ? iso + 5 : iso;
}

void calendars_show_days(struct view *v, const char *name, const struct calendar_exception *days,
                         size_t n)
{
    struct view_list *rows = view_list(v, name);
    struct arena *a = view_arena(v);
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(rows);
        view_i64(row, "i", (int64_t)i + 1);
        view_text(row, "on", civil_text(a, days[i].day));
        view_text(row, "date", date_text(a, &days[i]));
        view_text(row, "weekday",
                  days[i].is_yearly ? NULL : weekday_short(civil_weekday(days[i].day)));
        view_bool(row, "is_yearly", days[i].is_yearly);
        view_text(row, "name", str_or(days[i].name, ""));
        view_text(row, "hours",
                  days[i].spans_n == 0 ? NULL : hours_write(a, days[i].spans, days[i].spans_n));
    }
}

/* --- the coming days --- */

static int32_t today_in(const char *zone, int64_t now)
{
    (void)zone_use(zone);
    struct tm tm = zone_local(now);
    return civil_days((struct civil) { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday });
}

/* Minutes after that day's midnight by the clock in use. */
static int64_t minute_of(int64_t at, int32_t day)
{
    struct tm tm = zone_local(at);
    int32_t on = civil_days((struct civil) { tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday });
    return (int64_t)(on - day) * CALENDAR_DAY_MINUTES + tm.tm_hour * 60 + tm.tm_min;
}

static const struct calendar_exception *exception_of(const struct calendar_plan *plan, int32_t day)
{
    const struct calendar_exception *found = NULL;
    struct civil date = civil_date(day);
    for (size_t i = 0; i < plan->exceptions_n; i++) {
        const struct calendar_exception *e = &plan->exceptions[i];
        struct civil of = civil_date(e->day);
        if (!e->is_yearly && e->day == day)
            return e;
        if (e->is_yearly && e->day <= day && of.month == date.month && of.day == date.day)
            found = e;
    }
    return found;
}

/* How many there are. */
static size_t show_bars(struct view *cell, const struct calendar *c, int32_t day)
{
    struct calendar_hours hours[CALENDAR_HOURS];
    size_t n = calendar_hours_of(c, day, hours);
    struct view_list *bars = view_list(cell, "bars");
    struct arena *a = view_arena(cell);
    struct buf text = buf_make(a, 32);
    for (size_t i = 0; i < n; i++) {
        int64_t from = minute_of(hours[i].from, day), to = minute_of(hours[i].to, day);
        struct view *bar = view_row(bars);
        view_i64(bar, "x", from);
        view_i64(bar, "w", to > from ? to - from : 1);
        buf_printf(&text, "%s%02d:%02d\xe2\x80\x93%02d:%02d", i == 0 ? "" : ", ", (int)(from / 60),
                   (int)(from % 60), (int)(to / 60), (int)(to % 60));
    }
    view_text(cell, "hours", n == 0 ? _("closed") : buf_str(&text));
    view_bool(cell, "is_closed", n == 0);
    return n;
}

static void show_cell(struct view_list *cells, const struct calendar *c,
                      const struct calendar_plan *plan, int32_t day, bool is_first)
{
    struct view *cell = view_row(cells);
    struct civil date = civil_date(day);
    const struct calendar_exception *e = exception_of(plan, day);
    view_text(cell, "on", civil_text(view_arena(cell), day));
    view_i64(cell, "day", date.day);
    view_bool(cell, "is_first", is_first || date.day == 1);
    view_text(cell, "month_day", civil_text(view_arena(cell), day) + 5);
    view_bool(cell, "is_special", e != NULL);
    view_text(cell, "why", e == NULL || str_is_empty(e->name) ? NULL : e->name);
    bool is_closed = show_bars(cell, c, day) == 0;
    view_bool(cell, "has_class", is_first || date.day == 1 || e != NULL || is_closed);
}

int calendars_show_preview(struct view *v, const struct calendar_plan *plan, int64_t now,
                           struct err *err)
{
    struct calendar *c;
    if (calendar_make(view_arena(v), plan, &c, err) < 0)
        return -1;
    int32_t first = today_in(plan->zone, now), day = first - civil_weekday(first);
    struct view_list *heads = view_list(v, "weekdays"), *weeks = view_list(v, "weeks");
    for (int i = 0; i < 7; i++)
        view_text(view_row(heads), "name", weekday_short(i));
    while (day < first + PREVIEW_DAYS) {
        struct view *week = view_row(weeks);
        struct view_list *cells = view_list(week, "cells");
        for (int i = 0; i < 7; i++, day++) {
            if (day >= first)
                show_cell(cells, c, plan, day, day == first);
            else
                view_bool(view_row(cells), "is_blank", true);
        }
    }
    return 0;
}
