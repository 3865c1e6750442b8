/* tests/tools/calendar_math.c - business time for another program to check: lines in, lines out
 *
 *   zone NAME                      starts a plan
 *   week DAY FROM TO               0 Monday; minutes after midnight
 *   exception DAY YEARLY           days since 1970; closed until hours follow
 *   hours FROM TO                  of the last exception
 *   make
 *   add FROM MS | between FROM TO | open AT
 * Each of the last three answers with a line. With -t: how many nanoseconds they took on the mean.
 */
#include "base/arena.h"
#include "base/err.h"
#include "calendar/calendar.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static struct plan {
    struct calendar_plan plan;
    char zone[64];
    struct calendar_span week[7][CALENDAR_SPANS];
    struct calendar_exception exceptions[CALENDAR_EXCEPTIONS];
    struct calendar_span spans[CALENDAR_EXCEPTIONS][CALENDAR_SPANS];
} p;

static struct calendar *made;
static int64_t questions, nanoseconds;

static void fail(const char *why)
{
    (void)fprintf(stderr, "calendar-math: %s\n", why);
    exit(1);
}

static void start(const char *zone)
{
    memset(&p, 0, sizeof(p));
    (void)snprintf(p.zone, sizeof(p.zone), "%s", zone);
    p.plan.zone = p.zone;
    p.plan.exceptions = p.exceptions;
}

static void add_week(int64_t day, int64_t from, int64_t to)
{
    if (day < 0 || day > 6 || p.plan.week[day].n == CALENDAR_SPANS)
        fail("bad week");
    p.week[day][p.plan.week[day].n++] = (struct calendar_span) { (int32_t)from, (int32_t)to };
    p.plan.week[day].spans = p.week[day];
}

static void add_exception(int64_t day, int64_t is_yearly)
{
    if (p.plan.exceptions_n == CALENDAR_EXCEPTIONS)
        fail("too many exceptions");
    size_t i = p.plan.exceptions_n++;
    p.exceptions[i] = (struct calendar_exception) { .day = (int32_t)day,
                                                    .is_yearly = is_yearly != 0,
                                                    .spans = p.spans[i] };
}

static void add_hours(int64_t from, int64_t to)
{
    if (p.plan.exceptions_n == 0)
        fail("hours of nothing");
    size_t i = p.plan.exceptions_n - 1;
    if (p.exceptions[i].spans_n == CALENDAR_SPANS)
        fail("too many hours");
    p.spans[i][p.exceptions[i].spans_n++] = (struct calendar_span) { (int32_t)from, (int32_t)to };
}

static void make(struct arena *a)
{
    struct err err = ERR_INIT;
    if (calendar_make(arena_reset(a), &p.plan, &made, &err) < 0)
        fail(err.msg);
}

static int64_t answer(const char *word, int64_t x, int64_t y)
{
    if (strcmp(word, "add") == 0)
        return calendar_add(made, x, y);
    if (strcmp(word, "between") == 0)
        return calendar_between(made, x, y);
    if (strcmp(word, "open") == 0)
        return calendar_is_open(made, x);
    fail("unknown word");
    return 0;
}

static void ask(const char *word, int64_t x, int64_t y)
{
    struct timespec start_at, end_at;
    if (made == NULL)
        fail("no calendar");
    (void)clock_gettime(CLOCK_MONOTONIC, &start_at);
    int64_t value = answer(word, x, y);
    (void)clock_gettime(CLOCK_MONOTONIC, &end_at);
    questions++;
    nanoseconds += (end_at.tv_sec - start_at.tv_sec) * INT64_C(1000000000) + end_at.tv_nsec -
                   start_at.tv_nsec;
    (void)printf("%" PRId64 "\n", value);
}

static void take(struct arena *a, char *line)
{
    char *rest = strchr(line, ' ');
    int64_t n[3] = { 0, 0, 0 };
    if (rest != NULL)
        *rest++ = '\0';
    if (strcmp(line, "zone") == 0) {
        start(rest == NULL ? "" : rest);
        return;
    }
    for (int i = 0; i < 3 && rest != NULL && *rest != '\0'; i++)
        n[i] = strtoll(rest, &rest, 10);
    if (strcmp(line, "week") == 0)
        add_week(n[0], n[1], n[2]);
    else if (strcmp(line, "exception") == 0)
        add_exception(n[0], n[1]);
    else if (strcmp(line, "hours") == 0)
        add_hours(n[0], n[1]);
    else if (strcmp(line, "make") == 0)
        make(a);
    else
        ask(line, n[0], n[1]);
}

int main(int argc, char **argv)
{
    char line[256];
    struct arena *a = arena_new(0);
    bool is_timed = argc > 1 && strcmp(argv[1], "-t") == 0;
    if (a == NULL)
        fail("no memory");
    while (fgets(line, sizeof(line), stdin) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        take(a, line);
    }
    if (is_timed && questions > 0)
        (void)fprintf(stderr, "%" PRId64 " questions, %" PRId64 " ns each\n", questions,
                      nanoseconds / questions);
    arena_free(&a);
    return 0;
}
