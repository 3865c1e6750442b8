/* tests/unit/plugins/sla_test.c - the clocks of an SLA: vectors 7, 8, 9, 11 and 12 of their rules,
 * and each edge of them */
#include "../suite.h"

#include "base/err.h"
#include "calendar/calendar.h"

#include "plugins/sla/clock.c"
#include "plugins/sla/clocks.c"

#define HOUR     INT64_C(3600000)
#define MINUTE   INT64_C(60000)
#define DAY      (24 * HOUR)
/* 2026-06-01 is a Monday; Prague is two hours ahead then. */
#define MONDAY   (INT64_C(1780264800000))
#define AT(h, m) (MONDAY + (h)*HOUR + (m)*MINUTE)

static struct calendar *office, *holiday;

static int open_add(void *data, int64_t id, int64_t version, int64_t from, int64_t ms, int64_t *out)
{
    (void)data;
    *out = id == 0 ? from + ms : calendar_add(version == 2 ? holiday : office, from, ms);
    return 0;
}

static int open_between(void *data, int64_t id, int64_t version, int64_t from, int64_t to,
                        int64_t *out)
{
    (void)data;
    *out = id == 0 ? (to > from ? to - from : 0)
                   : calendar_between(version == 2 ? holiday : office, from, to);
    return 0;
}

static const struct hours hours = { NULL, open_add, open_between };

static void make_calendars(void)
{
    static const struct calendar_span day = { 540, 1020 };
    static const struct calendar_exception tuesday = { .day = 20606 };
    struct calendar_plan plan = { .zone = "Europe/Prague" };
    struct err err = ERR_INIT;
    for (int i = 0; i < 5; i++) {
        plan.week[i].spans = &day;
        plan.week[i].n = 1;
    }
    ck_assert_int_eq(calendar_make(test_arena, &plan, &office, &err), 0);
    plan.exceptions = &tuesday;
    plan.exceptions_n = 1;
    ck_assert_int_eq(calendar_make(test_arena, &plan, &holiday, &err), 0);
}

/* Targets in minutes: first, next, assign, resolve, inform. */
static struct level level_of(int64_t first, int64_t next, int64_t assign, int64_t resolve,
                             int64_t inform)
{
    const int64_t minutes[] = { first, next, assign, resolve, inform };
    static const char *const pauses[] = { "", "", "", "AWR", "R" };
    struct level l = { .id = 1, .version = 1 };
    for (int i = 0; i < CLOCK_KINDS; i++) {
        l.targets[i] = (struct target) { .ms = minutes[i] * MINUTE,
                                         .calendar_id = 7,
                                         .calendar_version = 1 };
        strcpy(l.targets[i].pauses, pauses[i]);
    }
    return l;
}

static struct clocks set;
static struct fact now; /* the ticket as it is */

static void happens(const struct level *l, unsigned what, int64_t at, int status)
{
    now.what = what;
    now.at = at;
    now.before = (what & FACT_NEW) != 0 ? 0 : now.after;
    now.after = status;
    if ((what & FACT_ANSWERED) != 0 || status == 'R') {
        now.waiting_since = 0;
        if ((what & FACT_ANSWERED) != 0 && now.answered_at == 0)
            now.answered_at = at;
    }
    ck_assert_int_eq(clocks_apply(&hours, &set, l, &now), 0);
}

static void writes(const struct level *l, int64_t at, int status)
{
    if (now.waiting_since == 0)
        now.waiting_since = at;
    happens(l, 0, at, status);
}

/* A ticket of a customer's mail; nobody has it. */
static void begin(const struct level *l, int64_t at)
{
    make_calendars();
    memset(&set, 0, sizeof(set));
    now = (struct fact) { .created_at = at, .waiting_since = at };
    happens(l, FACT_NEW, at, 'N');
}

/* The n-th of its kind, from 0. */
static struct clock *the(int kind, int n)
{
    for (size_t i = 0; i < set.n; i++)
        if (set.all[i].kind == kind && n-- == 0)
            return &set.all[i];
    return NULL;
}

static int count(int kind)
{
    int n = 0;
    while (the(kind, n) != NULL)
        n++;
    return n;
}

/* --- the vectors --- */

START_TEST(a_pause_moves_the_due_time) /* 7 */
{
    struct level l = level_of(0, 0, 0, 120, 0);
    l.targets[3].calendar_id = 0;
    begin(&l, AT(8, 0));
    happens(&l, 0, AT(9, 0), 'W');
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->due_at, 0);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->consumed, HOUR);
    happens(&l, 0, AT(10, 5), 'N');
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->due_at, AT(11, 5));
}
END_TEST

static const struct {
    int64_t minutes, grace, due, breached;
} levels[] = {
    { 120, 0, AT(11, 0), 1 },
    { 120, 30, AT(11, 30), 0 },
    { 240, 0, AT(13, 0), 0 },
    { 240, 30, AT(13, 0), 0 },
};
START_TEST(another_level_keeps_what_is_used) /* 8 */
{
    struct level l = level_of(480, 0, 0, 0, 0), next = level_of(levels[_i].minutes, 0, 0, 0, 0);
    enum clock_event what;
    int64_t at = 0;
    next.id = 2;
    next.grace_ms = levels[_i].grace * MINUTE;
    begin(&l, AT(9, 0));
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(17, 0));
    now.at = AT(11, 0);
    ck_assert_int_eq(clocks_retarget(&hours, &set, &next, &now), 0);
    struct clock *c = the(CLOCK_FIRST, 0);
    ck_assert_int_eq(c->due_at, levels[_i].due);
    ck_assert_int_eq(c->level_id, 2);
    ck_assert_int_eq(clock_tick(&hours, c, AT(11, 0), &what, &at), 0);
    ck_assert_int_eq(what, levels[_i].breached ? EVENT_BREACH : EVENT_NONE);
    if (levels[_i].breached)
        ck_assert_int_eq(at, AT(11, 0));
}
END_TEST

START_TEST(what_was_resolved_goes_on) /* 9 */
{
    struct level l = level_of(0, 0, 0, 480, 0);
    begin(&l, AT(9, 0));
    happens(&l, FACT_ANSWERED, AT(12, 0), 'R');
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->state, CLOCK_MET);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->consumed, 3 * HOUR);
    writes(&l, AT(48 + 12, 0), 'C');
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->state, CLOCK_MET);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 1)->due_at, AT(48 + 17, 0));
    happens(&l, FACT_ANSWERED, AT(48 + 13, 0), 'R');
    writes(&l, AT(72 + 9, 0), 'C');
    ck_assert_int_eq(the(CLOCK_RESOLVE, 2)->due_at, AT(72 + 13, 0));
    ck_assert_int_eq(count(CLOCK_RESOLVE), 3);
}
END_TEST

START_TEST(the_oldest_message_counts) /* 11 */
{
    struct level l = level_of(60, 60, 0, 0, 0);
    enum clock_event what;
    int64_t at = 0;
    begin(&l, AT(9, 0));
    happens(&l, FACT_ANSWERED, AT(9, 30), 'A');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_MET);
    writes(&l, AT(10, 0), 'C');
    writes(&l, AT(10, 30), 'C');
    writes(&l, AT(11, 0), 'C');
    ck_assert_int_eq(count(CLOCK_NEXT), 1);
    struct clock *c = the(CLOCK_NEXT, 0);
    ck_assert_int_eq(c->due_at, AT(11, 0));
    ck_assert_int_eq(clock_tick(&hours, c, AT(11, 1), &what, &at), 0);
    ck_assert_int_eq(what, EVENT_BREACH);
    ck_assert_int_eq(at, AT(11, 0));
    ck_assert_int_eq(clock_tick(&hours, c, AT(11, 2), &what, &at), 0);
    ck_assert_int_eq(what, EVENT_NONE);
    happens(&l, FACT_ANSWERED, AT(11, 5), 'A');
    ck_assert_int_eq(c->state, CLOCK_BREACHED);
    ck_assert_int_eq(c->consumed, 65 * MINUTE);
}
END_TEST

START_TEST(merged_and_taken_apart) /* 12, from both sides */
{
    struct level l = level_of(120, 0, 0, 0, 0);
    begin(&l, AT(10, 0));
    now.waiting_since = AT(9, 30);
    happens(&l, FACT_RELATED, AT(10, 30), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(11, 30));
    now.waiting_since = AT(10, 0);
    happens(&l, FACT_RELATED, AT(11, 45), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(12, 0));
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->breached_at, 0);
    ck_assert(the(CLOCK_FIRST, 0)->tags & TAG_WITHDRAWN);

    begin(&l, AT(9, 30));
    now.merged_into_id = 5;
    happens(&l, FACT_RELATED, AT(10, 30), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_CANCELLED);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->why, WHY_MERGED);
    now.merged_into_id = 0;
    happens(&l, FACT_RELATED, AT(11, 0), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_RUNNING);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(11, 30));
}
END_TEST

/* --- the edges --- */

START_TEST(a_holiday_added_later) /* and vector 10 */
{
    struct level l = level_of(120, 0, 0, 0, 0);
    begin(&l, AT(16, 0));
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(24 + 10, 0));
    ck_assert_int_eq(clock_recalendar(&hours, the(CLOCK_FIRST, 0), 2, AT(16, 30)), 0);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(48 + 10, 0));
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->consumed, HOUR / 2);
}
END_TEST

START_TEST(a_pause_while_the_customer_waits_is_flagged)
{
    struct level l = level_of(120, 0, 0, 480, 0);
    begin(&l, AT(9, 0));
    happens(&l, 0, AT(10, 0), 'W');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_RUNNING); /* postponing gains nothing */
    ck_assert(the(CLOCK_RESOLVE, 0)->tags & TAG_FLAGGED);
    begin(&l, AT(9, 0));
    happens(&l, FACT_ANSWERED, AT(10, 0), 'A');
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->state, CLOCK_PAUSED);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->tags & TAG_FLAGGED, 0);
}
END_TEST

START_TEST(a_reopened_ticket_has_no_second_first_answer)
{
    struct level l = level_of(60, 30, 0, 0, 0);
    begin(&l, AT(9, 0));
    happens(&l, FACT_ANSWERED, AT(9, 10), 'R');
    writes(&l, AT(10, 0), 'C');
    ck_assert_int_eq(count(CLOCK_FIRST), 1);
    ck_assert_int_eq(the(CLOCK_NEXT, 0)->due_at, AT(10, 30));
}
END_TEST

START_TEST(resolved_without_an_answer_is_apart)
{
    struct level l = level_of(60, 30, 60, 480, 0);
    begin(&l, AT(9, 0));
    happens(&l, 0, AT(9, 10), 'R');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_CANCELLED);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->why, WHY_UNANSWERED);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->state, CLOCK_MET);
    writes(&l, AT(10, 0), 'C');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_CANCELLED); /* it does not come back */
    ck_assert_int_eq(the(CLOCK_NEXT, 0)->due_at, AT(10, 30));
}
END_TEST

START_TEST(what_is_late_stays_late_unless_there_is_more_time)
{
    struct level l = level_of(60, 0, 0, 0, 0), shorter = level_of(30, 0, 0, 0, 0),
                 longer = level_of(240, 0, 0, 0, 0);
    begin(&l, AT(9, 0));
    now.at = AT(11, 0);
    ck_assert_int_eq(clocks_retarget(&hours, &set, &shorter, &now), 0);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->breached_at, AT(10, 0));
    ck_assert_int_eq(clocks_retarget(&hours, &set, &longer, &now), 0);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->breached_at, 0);
    ck_assert(the(CLOCK_FIRST, 0)->tags & TAG_WITHDRAWN);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(13, 0));
}
END_TEST

START_TEST(a_level_that_is_gone_cancels)
{
    struct level l = level_of(60, 0, 60, 480, 0), no_first = level_of(0, 0, 60, 480, 0);
    begin(&l, AT(9, 0));
    ck_assert_int_eq(clocks_retarget(&hours, &set, &no_first, &now), 0);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->state, CLOCK_CANCELLED);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->state, CLOCK_RUNNING);
    ck_assert_int_eq(clocks_retarget(&hours, &set, NULL, &now), 0);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->why, WHY_LEVEL);
    ck_assert_ptr_null(clocks_first(&set));
    ck_assert_int_eq(clocks_next(&set), 0);
}
END_TEST

START_TEST(another_calendar_counts_for_the_rest)
{
    struct level l = level_of(480, 0, 0, 0, 0), always = level_of(480, 0, 0, 0, 0);
    always.targets[0].calendar_id = 0;
    begin(&l, AT(15, 0));
    now.at = AT(16, 0);
    ck_assert_int_eq(clocks_retarget(&hours, &set, &always, &now), 0);
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(23, 0));
}
END_TEST

START_TEST(a_part_that_is_split_off)
{
    struct level l = level_of(60, 60, 0, 0, 0);
    begin(&l, AT(9, 0));
    now.waiting_since = 0; /* what waited is there now */
    happens(&l, FACT_RELATED, AT(10, 0), 'A');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->why, WHY_SPLIT);
    memset(&set, 0, sizeof(set));
    now = (struct fact) { .created_at = AT(10, 0), .waiting_since = AT(9, 30) };
    happens(&l, FACT_NEW | FACT_RELATED, AT(10, 0), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(10, 30));
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->tags, TAG_SPLIT);
}
END_TEST

START_TEST(spam_by_mistake_has_waited)
{
    struct level l = level_of(60, 0, 0, 480, 0);
    begin(&l, AT(9, 0));
    happens(&l, 0, AT(9, 10), 'B');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->why, WHY_SPAM);
    ck_assert_int_eq(clocks_next(&set), 0);
    happens(&l, 0, AT(9, 20), 'B');
    happens(&l, 0, AT(9, 50), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(10, 0));
    happens(&l, 0, AT(9, 55), 'X');
    happens(&l, 0, AT(12, 0), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->breached_at, AT(10, 0));
    memset(&set, 0, sizeof(set)); /* and one that came as spam */
    now = (struct fact) { .created_at = AT(9, 0), .waiting_since = AT(9, 0) };
    happens(&l, FACT_NEW, AT(9, 0), 'B');
    ck_assert_int_eq(clocks_next(&set), 0);
    happens(&l, 0, AT(9, 50), 'N');
    ck_assert_int_eq(the(CLOCK_FIRST, 0)->due_at, AT(10, 0));
}
END_TEST

START_TEST(our_own_ticket_owes_no_answer)
{
    struct level l = level_of(60, 60, 0, 480, 0);
    make_calendars();
    memset(&set, 0, sizeof(set));
    now = (struct fact) { .created_at = AT(9, 0), .agent_id = 3 };
    happens(&l, FACT_NEW, AT(9, 0), 'A');
    ck_assert_int_eq(count(CLOCK_FIRST) + count(CLOCK_NEXT), 0);
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->state, CLOCK_PAUSED);
    writes(&l, AT(10, 0), 'C');
    ck_assert_int_eq(the(CLOCK_NEXT, 0)->due_at, AT(11, 0));
    ck_assert_int_eq(the(CLOCK_RESOLVE, 0)->due_at, AT(24 + 10, 0));
}
END_TEST

static const struct {
    int status, first, resolve; /* states of the clocks; 0: there is none */
} beginnings[] = {
    { 'N', CLOCK_RUNNING, CLOCK_RUNNING },
    { 'W', CLOCK_RUNNING, CLOCK_PAUSED },
    { 'R', 0, 0 },
};
START_TEST(the_first_status_decides)
{
    struct level l = level_of(60, 60, 0, 480, 0);
    make_calendars();
    memset(&set, 0, sizeof(set));
    now = (struct fact) { .created_at = AT(9, 0), .waiting_since = AT(9, 0) };
    happens(&l, FACT_NEW, AT(9, 0), beginnings[_i].status);
    const struct clock *first = the(CLOCK_FIRST, 0), *resolve = the(CLOCK_RESOLVE, 0);
    ck_assert_int_eq(first != NULL ? first->state : 0, beginnings[_i].first);
    ck_assert_int_eq(resolve != NULL ? resolve->state : 0, beginnings[_i].resolve);
}
END_TEST

START_TEST(whoever_has_it_first)
{
    struct level l = level_of(0, 0, 30, 0, 0);
    begin(&l, AT(9, 0));
    now.agent_id = 4;
    happens(&l, 0, AT(9, 20), 'N');
    ck_assert_int_eq(the(CLOCK_ASSIGN, 0)->state, CLOCK_MET);
    now.agent_id = 0;
    happens(&l, 0, AT(9, 40), 'N');
    ck_assert_int_eq(count(CLOCK_ASSIGN), 1);
}
END_TEST

START_TEST(each_answer_informs)
{
    struct level l = level_of(0, 0, 0, 0, 60);
    begin(&l, AT(9, 0));
    ck_assert_int_eq(count(CLOCK_INFORM), 0);
    happens(&l, FACT_ANSWERED, AT(9, 30), 'A');
    ck_assert_int_eq(the(CLOCK_INFORM, 0)->due_at, AT(10, 30));
    happens(&l, FACT_ANSWERED, AT(10, 30), 'A'); /* just in time */
    ck_assert_int_eq(the(CLOCK_INFORM, 0)->state, CLOCK_MET);
    ck_assert_int_eq(the(CLOCK_INFORM, 1)->due_at, AT(11, 30));
    happens(&l, 0, AT(11, 0), 'R');
    ck_assert_int_eq(the(CLOCK_INFORM, 1)->state, CLOCK_PAUSED);
    happens(&l, 0, AT(12, 0), 'L');
    ck_assert_int_eq(the(CLOCK_INFORM, 1)->state, CLOCK_CANCELLED);
}
END_TEST

START_TEST(warnings_come_once_and_before_the_breach)
{
    struct level l = level_of(100, 0, 0, 0, 0);
    static const int64_t due[] = { AT(10, 0), AT(10, 20), AT(10, 40) };
    static const int what_is_due[] = { EVENT_WARNING, EVENT_WARNING, EVENT_BREACH };
    enum clock_event what;
    int64_t at;
    strcpy(l.targets[0].warns, "80%, 40m");
    begin(&l, AT(9, 0));
    struct clock *c = the(CLOCK_FIRST, 0);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(clocks_next(&set), due[i]);
        ck_assert_int_eq(clock_tick(&hours, c, due[i] - 1, &what, &at), 0);
        ck_assert_int_eq(what, EVENT_NONE);
        ck_assert_int_eq(clock_tick(&hours, c, AT(20, 0), &what, &at), 0); /* after a stop */
        ck_assert_int_eq(what, what_is_due[i]);
        ck_assert_int_eq(at, due[i]);
    }
    ck_assert_int_eq(clock_tick(&hours, c, AT(20, 0), &what, &at), 0);
    ck_assert_int_eq(what, EVENT_NONE);
    ck_assert_int_eq(clocks_next(&set), 0);
}
END_TEST

static const struct {
    const char *text;
    int n;
    int64_t first;
} warnings[] = {
    { "", 0, 0 },
    { "80%", 1, 80 * MINUTE },
    { "30m 50%", 2, 50 * MINUTE },
    { "500m", 1, 0 },
    { "0%", -1, 0 },
    { "100%", -1, 0 },
    { "80", -1, 0 },
    { "-3m", -1, 0 },
    { "80%x", -1, 0 },
    { "9999999m", -1, 0 },
    { "1% 2% 3% 4% 5%", -1, 0 },
    { "0m", -1, 0 },
};
START_TEST(warnings_are_read)
{
    int64_t points[WARNS_MAX];
    int n = warns_read(warnings[_i].text, 100 * MINUTE, points);
    ck_assert_int_eq(n, warnings[_i].n);
    if (n > 0)
        ck_assert_int_eq(points[0], warnings[_i].first);
}
END_TEST

SUITE(plugin_sla)
{
    tcase_add_test(tc, a_pause_moves_the_due_time);
    tcase_add_loop_test(tc, another_level_keeps_what_is_used, 0,
                        sizeof(levels) / sizeof(levels[0]));
    tcase_add_test(tc, what_was_resolved_goes_on);
    tcase_add_test(tc, the_oldest_message_counts);
    tcase_add_test(tc, merged_and_taken_apart);
    tcase_add_test(tc, a_holiday_added_later);
    tcase_add_test(tc, a_pause_while_the_customer_waits_is_flagged);
    tcase_add_test(tc, a_reopened_ticket_has_no_second_first_answer);
    tcase_add_test(tc, resolved_without_an_answer_is_apart);
    tcase_add_test(tc, what_is_late_stays_late_unless_there_is_more_time);
    tcase_add_test(tc, a_level_that_is_gone_cancels);
    tcase_add_test(tc, another_calendar_counts_for_the_rest);
    tcase_add_test(tc, a_part_that_is_split_off);
    tcase_add_test(tc, spam_by_mistake_has_waited);
    tcase_add_test(tc, our_own_ticket_owes_no_answer);
    tcase_add_loop_test(tc, the_first_status_decides, 0,
                        sizeof(beginnings) / sizeof(beginnings[0]));
    tcase_add_test(tc, whoever_has_it_first);
    tcase_add_test(tc, each_answer_informs);
    tcase_add_test(tc, warnings_come_once_and_before_the_breach);
    tcase_add_loop_test(tc, warnings_are_read, 0, sizeof(warnings) / sizeof(warnings[0]));
}
