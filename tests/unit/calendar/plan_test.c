/* tests/unit/calendar/plan_test.c - a calendar as JSON, and its exceptions changed */
#include "calendar/plan.h"

#include "../suite.h"
#include "base/arena.h"
#include "base/err.h"
#include "calendar/civil.h"

#include <string.h>

static const char whole[] =
    "{\"week\":[\"09:00–12:00, 13:00–17:00\",\"22:00–06:00\",\"\",\"\",\"\",\"\",\"00:00–24:00\"],"
    "\"days\":[{\"on\":\"2026-12-24\",\"name\":\"Eve \\\"x\\\"\",\"hours\":\"09:00–12:00\"},"
    "{\"on\":\"2026-12-25\",\"yearly\":true,\"name\":\"\",\"hours\":\"\"}]}";

static struct calendar_plan read_whole(void)
{
    struct calendar_plan plan = { .zone = "UTC" };
    struct err err = ERR_INIT;
    ck_assert_msg(plan_read(test_arena, whole, strlen(whole), &plan, &err) == 0, "%s", err.msg);
    return plan;
}

START_TEST(what_was_written_is_read)
{
    struct calendar_plan plan = read_whole();
    ck_assert_uint_eq(plan.week[0].n, 2);
    ck_assert_uint_eq(plan.exceptions_n, 2);
    ck_assert_str_eq(plan.exceptions[0].name, "Eve \"x\"");
    ck_assert(plan.exceptions[1].is_yearly);
    ck_assert_str_eq(plan_write(test_arena, &plan), whole);
}
END_TEST

#define CLOSED "{\"week\":[\"\",\"\",\"\",\"\",\"\",\"\",\"\"],\"days\":["
static const char *const bad[] = {
    "",
    "[]",
    "{}",
    "{\"week\":[\"9-17\"],\"days\":[]}",
    "{\"week\":[\"\",\"\",\"\",\"\",\"\",\"\",\"soon\"],\"days\":[]}",
    CLOSED "{\"on\":\"2026-02-30\"}]}",
    CLOSED "{\"on\":\"2026-02-28\",\"hours\":\"x\"}]}",
};

START_TEST(what_is_no_plan_is_refused)
{
    struct calendar_plan plan = { .zone = "UTC" };
    struct err err = ERR_INIT;
    ck_assert_int_eq(plan_read(test_arena, bad[_i], strlen(bad[_i]), &plan, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

static int32_t day(int year, int month, int of)
{
    return civil_days((struct civil) { year, month, of });
}

START_TEST(exceptions_are_put_in_and_taken_out)
{
    struct calendar_plan plan = read_whole();
    struct err err = ERR_INIT;
    struct calendar_exception more[] = {
        { .day = day(2026, 12, 24), .name = "closed after all" },
        { .day = day(2020, 12, 25), .is_yearly = true, .name = "the same day of every year" },
        { .day = day(2026, 12, 25), .name = "single" },
    };
    ck_assert_int_eq(plan_add(test_arena, &plan, more, 3, &err), 0);
    ck_assert_uint_eq(plan.exceptions_n, 3);
    ck_assert_str_eq(plan.exceptions[0].name, "the same day of every year");
    ck_assert_str_eq(plan.exceptions[1].name, "closed after all");
    ck_assert_uint_eq(plan.exceptions[1].spans_n, 0);
    ck_assert(!plan_remove(test_arena, &plan, day(2026, 12, 26), false));
    ck_assert(!plan_remove(test_arena, &plan, day(2026, 12, 24), true));
    ck_assert(plan_remove(test_arena, &plan, day(2026, 12, 24), false));
    ck_assert_uint_eq(plan.exceptions_n, 2);
    ck_assert_str_eq(plan.exceptions[1].name, "single");
}
END_TEST

START_TEST(too_many_exceptions_are_refused)
{
    struct calendar_plan plan = read_whole();
    struct err err = ERR_INIT;
    struct calendar_exception all[CALENDAR_EXCEPTIONS];
    for (int32_t i = 0; i < CALENDAR_EXCEPTIONS; i++)
        all[i] = (struct calendar_exception) { .day = 30000 + i };
    ck_assert_int_eq(plan_add(test_arena, &plan, all, CALENDAR_EXCEPTIONS - 2, &err), 0);
    ck_assert_int_eq(plan_add(test_arena, &plan, all, CALENDAR_EXCEPTIONS - 2, &err), 0);
    ck_assert_int_eq(plan_add(test_arena, &plan, all, CALENDAR_EXCEPTIONS, &err), -1);
    ck_assert_uint_eq(plan.exceptions_n, CALENDAR_EXCEPTIONS);
}
END_TEST

SUITE(plan)
{
    tcase_add_test(tc, what_was_written_is_read);
    tcase_add_loop_test(tc, what_is_no_plan_is_refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, exceptions_are_put_in_and_taken_out);
    tcase_add_test(tc, too_many_exceptions_are_refused);
}
