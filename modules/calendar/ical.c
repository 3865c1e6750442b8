#include "calendar/ical.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "calendar/civil.h"

#include <libical/ical.h>
#include <stdlib.h>
#include <string.h>

#define DAY_S          86400
#define EVENT_DAYS     62 /* a longer one is no holiday */
#define NAME_MAX_CHARS 100

struct reader {
    struct arena *arena;
    struct ical *out;
    const char *name; /* of the event that is read */
    int32_t from, to;
    bool is_full;
};

static void add(struct reader *r, int32_t day, bool is_yearly)
{
    for (size_t i = 0; i < r->out->n; i++)
        if (r->out->days[i].day == day && r->out->days[i].is_yearly == is_yearly)
            return;
    if (r->out->n == CALENDAR_EXCEPTIONS) {
        r->is_full = true;
        return;
    }
    r->out->days[r->out->n++] = (struct calendar_exception) { .day = day,
                                                              .is_yearly = is_yearly,
                                                              .name = r->name };
}

static int32_t day_of(struct icaltimetype t)
{
    return civil_days((struct civil) { t.year, t.month, t.day });
}

/* Of one that lasts several days, all; DTEND is the day after the last. */
static int32_t length_of(icalcomponent *event)
{
    struct icaltimetype from = icalcomponent_get_dtstart(event),
                        to = icalcomponent_get_dtend(event);
    int32_t n = icaltime_is_null_time(to) || !to.is_date ? 1 : day_of(to) - day_of(from);
    return n < 1 ? 1 : n;
}

static void add_from(struct reader *r, int32_t day, int32_t length)
{
    for (int32_t i = 0; i < length; i++)
        if (day + i >= r->from && day + i < r->to)
            add(r, day + i, false);
}

/* Every year on this date and nothing else. */
static bool is_plainly_yearly(icalcomponent *event)
{
    icalproperty *p = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    if (p == NULL || icalcomponent_count_properties(event, ICAL_RRULE_PROPERTY) > 1 ||
        icalcomponent_count_properties(event, ICAL_EXDATE_PROPERTY) > 0)
        return false;
    struct icalrecurrencetype rule = icalproperty_get_rrule(p);
    return rule.freq == ICAL_YEARLY_RECURRENCE && rule.interval == 1 && rule.count == 0 &&
           icaltime_is_null_time(rule.until) && rule.by_day[0] == ICAL_RECURRENCE_ARRAY_MAX &&
           rule.by_month[0] == ICAL_RECURRENCE_ARRAY_MAX &&
           rule.by_month_day[0] == ICAL_RECURRENCE_ARRAY_MAX &&
           rule.by_year_day[0] == ICAL_RECURRENCE_ARRAY_MAX &&
           rule.by_week_no[0] == ICAL_RECURRENCE_ARRAY_MAX;
}

static void add_occurrence(icalcomponent *event, struct icaltime_span *span, void *data)
{
    add_from(data, (int32_t)(span->start / DAY_S), length_of(event));
}

static struct icaltimetype date_of(int32_t day)
{
    struct civil c = civil_date(day);
    struct icaltimetype t = icaltime_null_date();
    t.year = c.year;
    t.month = c.month;
    t.day = c.day;
    return t;
}

static void read_event(struct reader *r, icalcomponent *event)
{
    struct icaltimetype start = icalcomponent_get_dtstart(event);
    size_t before = r->out->n;
    int32_t length = length_of(event);
    const char *summary = icalcomponent_get_summary(event);
    bool fits = start.is_date &&
                civil_exists((struct civil) { start.year, start.month, start.day }) &&
                length <= EVENT_DAYS && icalcomponent_get_status(event) != ICAL_STATUS_CANCELLED;
    r->name = str_line(r->arena,
                       str_utf8(r->arena, str_or(summary, ""), strlen(str_or(summary, ""))),
                       NAME_MAX_CHARS);
    if (fits && is_plainly_yearly(event)) {
        for (int32_t i = 0; i < length; i++)
            add(r, day_of(start) + i, true);
    } else if (fits && icalcomponent_count_properties(event, ICAL_RRULE_PROPERTY) > 0) {
        icalcomponent_foreach_recurrence(event, date_of(r->from - EVENT_DAYS), date_of(r->to),
                                         add_occurrence, r);
    } else if (fits) {
        add_from(r, day_of(start), length);
    }
    r->out->left_out += r->out->n == before;
}

static int by_day(const void *a, const void *b)
{
    const struct calendar_exception *x = a, *y = b;
    return (x->day > y->day) - (x->day < y->day);
}

static void read_calendar(struct reader *r, icalcomponent *root)
{
    icalcomponent *event = icalcomponent_get_first_component(root, ICAL_VEVENT_COMPONENT);
    for (; event != NULL && !r->is_full;
         event = icalcomponent_get_next_component(root, ICAL_VEVENT_COMPONENT))
        read_event(r, event);
}

int ical_read(struct arena *a, const char *text, int32_t from, struct ical *out, struct err *err)
{
    struct reader r = { a, out, "", from, from + ICAL_YEARS * 366, false };
    icalerror_set_errors_are_fatal(false);
    *out = (struct ical) { arena_zalloc(a, CALENDAR_EXCEPTIONS * sizeof(*out->days)), 0, 0 };
    icalcomponent *root = icalparser_parse_string(text);
    if (root == NULL || icalcomponent_isa(root) != ICAL_VCALENDAR_COMPONENT) {
        if (root != NULL)
            icalcomponent_free(root);
        return err_set(err, ERR_INVALID, WORDS("this is not an iCalendar file"));
    }
    read_calendar(&r, root);
    icalcomponent_free(root);
    if (r.is_full)
        return err_set(err, ERR_INVALID, WORDS("a calendar has too many exceptions"));
    qsort(out->days, out->n, sizeof(*out->days), by_day);
    return 0;
}
