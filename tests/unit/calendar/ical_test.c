/* tests/unit/calendar/ical_test.c - holidays out of iCalendar files */
#include "calendar/ical.h"

#include "../suite.h"
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "calendar/civil.h"

#define BEGIN        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n"
#define END          "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:a@example.org\r\n" lines "END:VEVENT\r\n"

static const struct {
    const char *text, *days; /* "DATE[*] NAME|", * for every year */
    size_t left_out;
} files[] = {
    { BEGIN END, "", 0 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:20261225\r\nSUMMARY:Christmas\\, at last\r\n") END,
      "2026-12-25 Christmas, at last|", 0 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:20261224\r\nDTEND;VALUE=DATE:20261227\r\nSUMMARY:Days\r\n")
          END,
      "2026-12-24 Days|2026-12-25 Days|2026-12-26 Days|", 0 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:19700101\r\nRRULE:FREQ=YEARLY\r\nSUMMARY:New Year\r\n") END,
      "1970-01-01* New Year|", 0 },
    /* the last Monday of May */
    { BEGIN EVENT(
          "DTSTART;VALUE=DATE:20200525\r\nRRULE:FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO;UNTIL=20281231\r\n"
          "SUMMARY:Memorial\r\n") END,
      "2027-05-31 Memorial|2028-05-29 Memorial|", 0 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:20270105\r\nRRULE:FREQ=DAILY;COUNT=3\r\nEXDATE;VALUE=DATE:"
                  "20270106\r\n"
                  "SUMMARY:Few\r\n") END,
      "2027-01-05 Few|2027-01-07 Few|", 0 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:20250101\r\nSUMMARY:Past\r\n")
          EVENT("DTSTART:20270101T100000Z\r\nDTEND:20270101T110000Z\r\nSUMMARY:Meeting\r\n")
              EVENT("DTSTART;VALUE=DATE:20270101\r\nSTATUS:CANCELLED\r\n") END,
      "", 3 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:20270101\r\n") EVENT("DTSTART;VALUE=DATE:20270101\r\n") END,
      "2027-01-01 |", 1 },
    { BEGIN EVENT("SUMMARY:No date\r\n") END, "", 1 },
    { BEGIN EVENT("DTSTART;VALUE=DATE:20270101\r\nSUMMARY:\xff\xfe\x01\r\n") END,
      "2027-01-01 \xef\xbf\xbd\xef\xbf\xbd|", 0 },
};

static const char *told(const struct ical *all)
{
    const char *text = "";
    for (size_t i = 0; i < all->n; i++)
        text = arena_printf(test_arena, "%s%s%s %s|", text,
                            civil_text(test_arena, all->days[i].day),
                            all->days[i].is_yearly ? "*" : "", all->days[i].name);
    return text;
}

START_TEST(days_of_a_file)
{
    struct ical all;
    struct err err = ERR_INIT;
    int32_t from = civil_days((struct civil) { 2026, 11, 22 });
    ck_assert_msg(ical_read(test_arena, files[_i].text, from, &all, &err) == 0, "%s", err.msg);
    ck_assert_str_eq(told(&all), files[_i].days);
    ck_assert_uint_eq(all.left_out, files[_i].left_out);
}
END_TEST

static const char *const bad[] = { "", "hello", "BEGIN:VCARD\r\nEND:VCARD\r\n", "BEGIN:VCALENDAR",
                                   "<html>" };

START_TEST(what_is_no_calendar_is_refused)
{
    struct ical all;
    struct err err = ERR_INIT;
    ck_assert_int_eq(ical_read(test_arena, bad[_i], 20000, &all, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(endless_repetition_is_refused)
{
    struct ical all;
    struct err err = ERR_INIT;
    const char *text = BEGIN EVENT(
        "DTSTART;VALUE=DATE:20200101\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Each\r\n") END;
    ck_assert_int_eq(ical_read(test_arena, text, 20000, &all, &err), -1);
    ck_assert(str_starts(err.msg, "a calendar has too many"));
}
END_TEST

SUITE(ical)
{
    tcase_add_loop_test(tc, days_of_a_file, 0, sizeof(files) / sizeof(files[0]));
    tcase_add_loop_test(tc, what_is_no_calendar_is_refused, 0, sizeof(bad) / sizeof(bad[0]));
    tcase_add_test(tc, endless_repetition_is_refused);
}
