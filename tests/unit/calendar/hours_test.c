/* tests/unit/calendar/hours_test.c - opening times as people write them */
#include "calendar/hours.h"

#include "../suite.h"
#include "base/arena.h"
#include "base/err.h"
#include "calendar/calendar.h"

static const struct {
    const char *text, *means;
} good[] = {
    { "", "" },
    { "  ", "" },
    { "9-17", "09:00–17:00" },
    { "9:00-17:30", "09:00–17:30" },
    { "09:00 – 12:00; 13.15—17:00", "09:00–12:00, 13:15–17:00" },
    { "00:00-24:00", "00:00–24:00" },
    { "0:00-0:00", "00:00–24:00" },
    { "22:00-6:00", "22:00–06:00" },
    { "9:00-12:00,", "09:00–12:00" },
};

START_TEST(hours_are_understood)
{
    const struct calendar_span *spans;
    size_t n;
    struct err err = ERR_INIT;
    ck_assert_msg(hours_read(test_arena, good[_i].text, &spans, &n, &err) == 0, "%s", err.msg);
    const char *text = hours_write(test_arena, spans, n);
    ck_assert_str_eq(text, good[_i].means);
    ck_assert_int_eq(hours_read(test_arena, text, &spans, &n, &err), 0);
    ck_assert_str_eq(hours_write(test_arena, spans, n), text);
}
END_TEST

static const char *const bad[] = {
    "closed",  "9",          "9-",    "-17",          "9:0-17",      "25:00-26:00", "9:00-24:30",
    "9:60-10", "9-17 18-19", "9--17", "9:00-17:00 x", "9:000-17:00", ", 9-17",
};

START_TEST(what_is_none_is_refused)
{
    const struct calendar_span *spans;
    size_t n;
    struct err err = ERR_INIT;
    ck_assert_int_eq(hours_read(test_arena, bad[_i], &spans, &n, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(the_night_is_one_span)
{
    const struct calendar_span *spans;
    size_t n;
    struct err err = ERR_INIT;
    ck_assert_int_eq(hours_read(test_arena, "22-6, 24:00-1:00", &spans, &n, &err), 0);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(spans[0].from, 22 * 60);
    ck_assert_int_eq(spans[0].to, 30 * 60);
    ck_assert_int_eq(spans[1].from, 0);
}
END_TEST

SUITE(hours)
{
    tcase_add_loop_test(tc, hours_are_understood, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, what_is_none_is_refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, the_night_is_one_span);
}
