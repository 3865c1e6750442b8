#include "calendar/civil.h"
#include "calendar/tz_private.h"

#include <stddef.h>

#define DAY_SECONDS    86400
#define HOUR_SECONDS   3600
#define FIRST_YEAR     1900
#define DEFAULT_CHANGE (2 * HOUR_SECONDS)

enum rule_kind { RULE_MONTH, RULE_JULIAN, RULE_ZERO };

/* When clocks change, every year. */
struct rule {
    enum rule_kind kind;
    int32_t month, week, weekday; /* RULE_MONTH: week 5 is the last, weekday 0 Sunday */
    int32_t day;                  /* the others */
    int32_t seconds;              /* after midnight; -167 to 167 hours */
};

struct reader {
    const char *p;
    bool is_bad;
};

static bool take(struct reader *r, char c)
{
    if (r->is_bad || *r->p != c)
        return false;
    r->p++;
    return true;
}

static int32_t number(struct reader *r, int32_t max)
{
    int32_t n = 0;
    if (*r->p < '0' || *r->p > '9')
        r->is_bad = true;
    while (!r->is_bad && *r->p >= '0' && *r->p <= '9') {
        n = n * 10 + (*r->p++ - '0');
        r->is_bad = n > max;
    }
    return n;
}

/* [+-]hh[:mm[:ss]] */
static int32_t seconds(struct reader *r, int32_t max_hours)
{
    bool is_negative = take(r, '-');
    if (!is_negative)
        (void)take(r, '+');
    int32_t s = number(r, max_hours) * HOUR_SECONDS;
    if (take(r, ':'))
        s += number(r, 59) * 60;
    if (take(r, ':'))
        s += number(r, 59);
    return is_negative ? -s : s;
}

/* "CEST" or "<-03>" */
static void skip_name(struct reader *r)
{
    const char *start = r->p;
    if (take(r, '<')) {
        while (*r->p != '\0' && *r->p != '>')
            r->p++;
        r->is_bad |= !take(r, '>');
        return;
    }
    while ((*r->p >= 'a' && *r->p <= 'z') || (*r->p >= 'A' && *r->p <= 'Z'))
        r->p++;
    r->is_bad |= r->p - start < 3;
}

static struct rule rule_of(struct reader *r)
{
    struct rule rule = { .kind = RULE_ZERO, .seconds = DEFAULT_CHANGE };
    r->is_bad |= !take(r, ',');
    if (take(r, 'M')) {
        rule.kind = RULE_MONTH;
        rule.month = number(r, 12);
        r->is_bad |= !take(r, '.');
        rule.week = number(r, 5);
        r->is_bad |= !take(r, '.');
        rule.weekday = number(r, 6);
        r->is_bad |= rule.month < 1 || rule.week < 1;
    } else {
        rule.kind = take(r, 'J') ? RULE_JULIAN : RULE_ZERO;
        rule.day = number(r, 365);
        r->is_bad |= rule.kind == RULE_JULIAN && rule.day < 1;
    }
    if (take(r, '/'))
        rule.seconds = seconds(r, 167);
    return rule;
}

static int32_t day_in_month(const struct rule *rule, int32_t year)
{
    int32_t first = civil_days((struct civil) { year, rule->month, 1 });
    int32_t sunday_based = (civil_weekday(first) + 1) % 7;
    int32_t day = (rule->weekday - sunday_based + 7) % 7 + (rule->week - 1) * 7;
    while (day >= civil_month_days(year, rule->month))
        day -= 7;
    return first + day;
}

/* The wall clock's seconds since 1970 when rule changes it in a year. */
static int64_t wall_of(const struct rule *rule, int32_t year)
{
    int32_t day = civil_days((struct civil) { year, 1, 1 }) + rule->day;
    if (rule->kind == RULE_MONTH)
        day = day_in_month(rule, year);
    else if (rule->kind == RULE_JULIAN) /* never counts the leap day */
        day += civil_is_leap(year) && rule->day >= 60 ? 0 : -1;
    return (int64_t)day * DAY_SECONDS + rule->seconds;
}

static bool add_later(struct tz_table *t, int64_t after, int64_t at, int32_t offset)
{
    return at <= after || tz_table_add(t, at, offset);
}

/* Both changes of each year, in their order. */
static bool add_years(struct tz_table *t, const struct rule rules[2], int32_t standard,
                      int32_t summer)
{
    int64_t after = t->n > 1 ? t->shifts[t->n - 1].at : INT64_MIN;
    for (int32_t year = FIRST_YEAR; year <= TZ_LAST_YEAR; year++) {
        int64_t begins = wall_of(&rules[0], year) - standard;
        int64_t ends = wall_of(&rules[1], year) - summer;
        bool is_fine = begins < ends ? add_later(t, after, begins, summer) &&
                                           add_later(t, after, ends, standard)
                                     : add_later(t, after, ends, standard) &&
                                           add_later(t, after, begins, summer);
        if (!is_fine)
            return false;
    }
    return true;
}

bool tz_rule_apply(const char *text, struct tz_table *t)
{
    struct reader r = { text, false };
    skip_name(&r);
    int32_t standard = -seconds(&r, 24);
    if (t->n == 0 && !tz_table_add(t, INT64_MIN, standard))
        return false;
    if (*r.p == '\0')
        return !r.is_bad;
    skip_name(&r);
    int32_t summer = standard + HOUR_SECONDS;
    if (*r.p != ',')
        summer = -seconds(&r, 24);
    struct rule rules[2];
    rules[0] = rule_of(&r);
    rules[1] = rule_of(&r);
    return !r.is_bad && *r.p == '\0' && add_years(t, rules, standard, summer);
}
