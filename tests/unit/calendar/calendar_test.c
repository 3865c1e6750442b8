/* tests/unit/calendar/calendar_test.c - open hours, by the vectors of the product and the edges of
 * clock changes */
#include "calendar/calendar.h"

#include "../suite.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/zone.h"
#include "calendar/civil.h"

#include <string.h>

#define HOUR   INT64_C(3600000)
#define MINUTE INT64_C(60000)

static const struct calendar_span nine_to_five[] = { { 540, 1020 } };
static const struct calendar_span all_day[] = { { 0, 1440 } };
static const struct calendar_span two_to_four[] = { { 120, 240 } };

static struct calendar_plan week_of(const char *zone, const struct calendar_span *span, int days)
{
    struct calendar_plan plan = { .zone = zone };
    for (int i = 0; i < days; i++) {
        plan.week[i].spans = span;
        plan.week[i].n = 1;
    }
    return plan;
}

static struct calendar *made(const struct calendar_plan *plan)
{
    struct calendar *c;
    struct err err = ERR_INIT;
    ck_assert_msg(calendar_make(test_arena, plan, &c, &err) == 0, "%s", err.msg);
    return c;
}

/* "2026-03-29T05:00" in a zone. */
static int64_t at(const char *zone, const char *text)
{
    int64_t ms;
    ck_assert(zone_use(zone));
    ck_assert(zone_parse(text, &ms));
    return ms;
}

static const struct {
    const char *name, *from, *due;
    int64_t hours;
} office[] = {
    { "1: over the weekend", "2026-11-20T16:00", "2026-11-23T12:00", 4 },
    { "2: begun on Saturday", "2026-11-21T12:00", "2026-11-23T10:00", 1 },
    { "3: begun at closing", "2026-11-23T17:00", "2026-11-24T10:00", 1 },
    { "up to closing", "2026-11-23T16:00", "2026-11-23T17:00", 1 },
    { "a whole day", "2026-11-23T09:00", "2026-11-23T17:00", 8 },
    { "a week", "2026-11-23T12:00", "2026-11-30T12:00", 40 },
    { "a year of weeks", "2026-11-23T12:00", "2027-11-22T12:00", 2080 },
    { "9: what a resolve clock has left", "2026-11-25T12:00", "2026-11-25T17:00", 5 },
};

START_TEST(office_hours)
{
    struct calendar_plan plan = week_of("Europe/Prague", nine_to_five, 5);
    struct calendar *c = made(&plan);
    int64_t from = at(plan.zone, office[_i].from), due = at(plan.zone, office[_i].due);
    ck_assert_int_eq(calendar_add(c, from, office[_i].hours * HOUR), due);
    ck_assert_int_eq(calendar_between(c, from, due), office[_i].hours * HOUR);
}
END_TEST

START_TEST(ticket_of_friday_is_an_hour_old_on_monday)
{
    struct calendar_plan plan = week_of("Europe/Prague", nine_to_five, 5);
    struct calendar *c = made(&plan);
    ck_assert_int_eq(
        calendar_between(c, at(plan.zone, "2026-11-20T16:00"), at(plan.zone, "2026-11-23T09:00")),
        HOUR);
}
END_TEST

START_TEST(clock_changes)
{
    struct calendar_plan plan = week_of("Europe/Prague", all_day, 7);
    struct calendar *c = made(&plan);
    ck_assert_int_eq(calendar_add(c, at(plan.zone, "2026-03-28T22:00"), 6 * HOUR),
                     at(plan.zone, "2026-03-29T05:00"));
    ck_assert_int_eq(calendar_add(c, at(plan.zone, "2026-10-24T22:00"), 6 * HOUR),
                     at(plan.zone, "2026-10-25T03:00"));
    plan = week_of("Europe/Prague", two_to_four, 7);
    c = made(&plan);
    struct calendar_hours hours[CALENDAR_HOURS];
    ck_assert_uint_eq(calendar_hours_of(c, civil_days((struct civil) { 2026, 3, 29 }), hours), 1);
    ck_assert_int_eq(hours[0].to - hours[0].from, HOUR);
    ck_assert_int_eq(hours[0].from, at(plan.zone, "2026-03-29T03:00"));
    ck_assert_uint_eq(calendar_hours_of(c, civil_days((struct civil) { 2026, 10, 25 }), hours), 1);
    ck_assert_int_eq(hours[0].to - hours[0].from, 3 * HOUR);
}
END_TEST

START_TEST(holiday_that_is_declared_late)
{
    struct calendar_exception tuesday = { .day = civil_days((struct civil) { 2026, 11, 24 }) };
    struct calendar_plan plan = week_of("Europe/Prague", nine_to_five, 5);
    struct calendar *before = made(&plan);
    plan.exceptions = &tuesday;
    plan.exceptions_n = 1;
    struct calendar *after = made(&plan);
    int64_t start = at(plan.zone, "2026-11-23T16:00"), then = at(plan.zone, "2026-11-23T16:30");
    int64_t due = at(plan.zone, "2026-11-25T10:00");
    ck_assert_int_eq(calendar_add(after, start, 2 * HOUR), due);
    int64_t consumed = calendar_between(before, start, then);
    ck_assert_int_eq(consumed, 30 * MINUTE);
    ck_assert_int_eq(calendar_add(after, then, 2 * HOUR - consumed), due);
}
END_TEST

START_TEST(night_shift_belongs_to_the_day_it_begins_on)
{
    static const struct calendar_span night[] = { { 22 * 60, 30 * 60 } };
    struct calendar_exception holiday = { .day = civil_days((struct civil) { 2026, 11, 24 }) };
    struct calendar_plan plan = week_of("Europe/Prague", night, 5);
    plan.exceptions = &holiday;
    plan.exceptions_n = 1;
    struct calendar *c = made(&plan);
    /* Monday's shift runs to its end on the holiday; the holiday's own does not begin. */
    ck_assert(calendar_is_open(c, at(plan.zone, "2026-11-24T05:59")));
    ck_assert(!calendar_is_open(c, at(plan.zone, "2026-11-24T06:00")));
    ck_assert(!calendar_is_open(c, at(plan.zone, "2026-11-24T23:00")));
    ck_assert(!calendar_is_open(c, at(plan.zone, "2026-11-25T05:00")));
    ck_assert_int_eq(calendar_next_open(c, at(plan.zone, "2026-11-24T06:00")),
                     at(plan.zone, "2026-11-25T22:00"));
    ck_assert_int_eq(calendar_add(c, at(plan.zone, "2026-11-23T23:00"), 8 * HOUR),
                     at(plan.zone, "2026-11-25T23:00"));
}
END_TEST

START_TEST(exceptions_of_every_year)
{
    static const struct calendar_span morning[] = { { 540, 720 } };
    struct calendar_exception list[] = {
        { .day = civil_days((struct civil) { 2020, 12, 24 }), .is_yearly = true },
        { .day = civil_days((struct civil) { 2026, 12, 24 }), .spans = morning, .spans_n = 1 },
        { .day = civil_days((struct civil) { 2024, 2, 29 }), .is_yearly = true },
    };
    struct calendar_plan plan = week_of("Europe/Prague", nine_to_five, 5);
    plan.exceptions = list;
    plan.exceptions_n = 3;
    struct calendar *c = made(&plan);
    ck_assert(!calendar_is_open(c, at(plan.zone, "2025-12-24T10:00")));
    ck_assert(calendar_is_open(c, at(plan.zone, "2019-12-24T10:00")));
    ck_assert(calendar_is_open(c, at(plan.zone, "2026-12-24T10:00"))); /* the single one counts */
    ck_assert(!calendar_is_open(c, at(plan.zone, "2026-12-24T12:00")));
    ck_assert(!calendar_is_open(c, at(plan.zone, "2028-02-29T10:00")));
    ck_assert(calendar_is_open(c, at(plan.zone, "2029-03-01T10:00")));
}
END_TEST

START_TEST(never_open)
{
    struct calendar_plan plan = { .zone = "UTC" };
    struct calendar *c = made(&plan);
    ck_assert_int_eq(calendar_add(c, 0, 1), CALENDAR_NEVER);
    ck_assert_int_eq(calendar_next_open(c, 0), CALENDAR_NEVER);
    ck_assert_int_eq(calendar_between(c, 0, INT64_MAX), 0);
    ck_assert_int_eq(calendar_add(c, 77, 0), 77);
}
END_TEST

START_TEST(far_away)
{
    struct calendar_plan plan = week_of("Europe/Prague", nine_to_five, 5);
    struct calendar *c = made(&plan);
    ck_assert_int_eq(calendar_add(c, INT64_MAX, 1), CALENDAR_NEVER);
    ck_assert_int_eq(calendar_add(c, 0, INT64_MAX), CALENDAR_NEVER);
    ck_assert_int_eq(calendar_add(c, at("UTC", "2099-12-31T23:00"), HOUR), CALENDAR_NEVER);
    ck_assert_int_eq(calendar_between(c, INT64_MIN, 0), 0);
    ck_assert(!calendar_is_open(c, INT64_MIN));
    ck_assert(!calendar_is_open(c, INT64_MAX));
}
END_TEST

static const struct {
    struct calendar_span span;
} bad[] = { { { -1, 5 } }, { { 1440, 1500 } }, { { 60, 60 } }, { { 60, 50 } }, { { 60, 1501 } } };

START_TEST(bad_plans)
{
    struct err err = ERR_INIT;
    struct calendar *c;
    struct calendar_plan plan = week_of("UTC", &bad[_i].span, 1);
    ck_assert_int_eq(calendar_make(test_arena, &plan, &c, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(bad_zones)
{
    static const char *const names[] = { "", "Nowhere/City", "../etc/passwd", "Europe", "UTC " };
    struct err err = ERR_INIT;
    struct calendar *c;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct calendar_plan plan = { .zone = names[i] };
        ck_assert_int_eq(calendar_make(test_arena, &plan, &c, &err), -1);
    }
}
END_TEST

START_TEST(dates)
{
    for (int32_t day = -800000; day < 800000; day += 37) {
        struct civil date = civil_date(day);
        ck_assert(civil_exists(date));
        ck_assert_int_eq(civil_days(date), day);
    }
    ck_assert_int_eq(civil_days((struct civil) { 1970, 1, 1 }), 0);
    ck_assert_int_eq(civil_days((struct civil) { 2100, 1, 1 }), 47482);
    ck_assert_int_eq(civil_weekday(civil_days((struct civil) { 2026, 11, 22 })), 6);
    int32_t day;
    ck_assert(civil_parse("2026-11-22", &day) &&
              day == civil_days((struct civil) { 2026, 11, 22 }));
    ck_assert(!civil_parse("2026-02-29", &day));
    ck_assert(!civil_parse("2026-2-2", &day));
    ck_assert(!civil_parse("2026-11-22 ", &day));
}
END_TEST

SUITE(calendar)
{
    tcase_add_loop_test(tc, office_hours, 0, sizeof(office) / sizeof(office[0]));
    tcase_add_test(tc, ticket_of_friday_is_an_hour_old_on_monday);
    tcase_add_test(tc, clock_changes);
    tcase_add_test(tc, holiday_that_is_declared_late);
    tcase_add_test(tc, night_shift_belongs_to_the_day_it_begins_on);
    tcase_add_test(tc, exceptions_of_every_year);
    tcase_add_test(tc, never_open);
    tcase_add_test(tc, far_away);
    tcase_add_loop_test(tc, bad_plans, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, bad_zones);
    tcase_add_test(tc, dates);
}
