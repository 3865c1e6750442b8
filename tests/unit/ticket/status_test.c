/* tests/unit/ticket/status_test.c - every cell of the table of statuses and events */
#include "../suite.h"

#include "ticket/status.h"

#include <string.h>

static const char statuses[] = "NCAWRLBX";

/* The product's table as a person reads it: a status letter, = no change, - refused, + a new linked
 * ticket. Facts: answered before, reopening allowed, came from C. */
static const struct row {
    enum status_event event;
    const char *cells;
} rows[] = {
    { EVENT_CUSTOMER_MESSAGE, "NCCCC+B+" },
    { EVENT_ANSWER, "AAAAA---" },
    { EVENT_ANSWER_RESOLVE, "RRRRR---" },
    { EVENT_RESOLVE, "RRRR=---" },
    { EVENT_POSTPONE, "WWWW----" },
    { EVENT_WAKE, "===C====" },
    { EVENT_REOPEN, "--CCC---" },
    { EVENT_CLOSE, "----L---" },
    { EVENT_SPAM, "BBBBB-=-" },
    { EVENT_NOT_SPAM, "------C-" },
    { EVENT_DELETE, "XXXXXXX=" },
    { EVENT_RESTORE, "-------C" },
    { EVENT_MACHINE_MESSAGE, "========" },
    { EVENT_BOUNCE, "=CCCC===" },
};

static char read_verdict(const struct status_facts *f, enum status_event event)
{
    enum status next;
    switch (status_after(f, event, &next)) {
    case VERDICT_KEEP:
        return '=';
    case VERDICT_NEW_TICKET:
        return '+';
    case VERDICT_CHANGE:
        return (char)next;
    case VERDICT_REFUSED:
    default:
        return '-';
    }
}

START_TEST(every_cell)
{
    const struct row *r = &rows[_i];
    for (size_t i = 0; statuses[i] != '\0'; i++) {
        struct status_facts f = { (enum status)statuses[i], STATUS_OPEN, true, true };
        ck_assert_msg(read_verdict(&f, r->event) == r->cells[i], "event %d on %c: %c, not %c",
                      r->event, statuses[i], read_verdict(&f, r->event), r->cells[i]);
    }
}
END_TEST

START_TEST(facts_decide)
{
    static const struct {
        struct status_facts facts;
        enum status_event event;
        char want;
    } cases[] = {
        { { STATUS_POSTPONED, STATUS_NEW, false, true }, EVENT_CUSTOMER_MESSAGE, 'N' },
        { { STATUS_POSTPONED, STATUS_OPEN, true, true }, EVENT_CUSTOMER_MESSAGE, 'C' },
        { { STATUS_RESOLVED, STATUS_NEW, true, false }, EVENT_CUSTOMER_MESSAGE, '+' },
        { { STATUS_POSTPONED, STATUS_NEW, false, true }, EVENT_WAKE, 'N' },
        { { STATUS_POSTPONED, STATUS_NEW, false, true }, EVENT_REOPEN, 'N' },
        { { STATUS_SPAM, STATUS_RESOLVED, true, true }, EVENT_NOT_SPAM, 'R' },
        { { STATUS_DELETED, STATUS_SPAM, true, true }, EVENT_RESTORE, 'B' },
        { { STATUS_INIT, STATUS_NEW, false, true }, EVENT_ANSWER, '-' },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        ck_assert_int_eq(read_verdict(&cases[i].facts, cases[i].event), cases[i].want);
}
END_TEST

START_TEST(folders)
{
    static const enum folder want[] = { FOLDER_OPEN,      FOLDER_OPEN,     FOLDER_ANSWERED,
                                        FOLDER_POSTPONED, FOLDER_RESOLVED, FOLDER_RESOLVED,
                                        FOLDER_SPAM,      FOLDER_DELETED };
    for (size_t i = 0; statuses[i] != '\0'; i++) {
        enum status s = (enum status)statuses[i];
        ck_assert_int_eq(status_folder(s), want[i]);
        ck_assert_int_eq(status_is_listed(s), strchr("NCAWRL", statuses[i]) != NULL);
    }
    ck_assert_int_eq(status_folder(STATUS_INIT), FOLDER_NONE);
}
END_TEST

SUITE(status)
{
    tcase_add_loop_test(tc, every_cell, 0, (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(tc, facts_decide);
    tcase_add_test(tc, folders);
}
