/* modules/mail/date.c - the Date header, as far as mailers agree on it */
#include "mail/mail_private.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";

/* Days since 1970 of a day in the proleptic Gregorian calendar. */
static int64_t days_of(int64_t y, int64_t m, int64_t d)
{
    y -= m <= 2;
    int64_t era = y / 400, of_era = y - era * 400;
    int64_t day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + day - 719468;
}

static int64_t month_of(const char *s)
{
    for (int i = 0; i < 12; i++)
        if (strncasecmp(s, months + i * 3, 3) == 0)
            return i + 1;
    return 0;
}

/* Minutes east of Greenwich. */
static int64_t zone_of(const char *s)
{
    static const struct {
        const char *name;
        int hours;
    } zones[] = { { "EDT", -4 }, { "EST", -5 }, { "CDT", -5 }, { "CST", -6 }, { "MDT", -6 },
                  { "MST", -7 }, { "PDT", -7 }, { "PST", -8 }, { "CET", 1 },  { "CEST", 2 },
                  { "MEZ", 1 },  { "MSK", 3 },  { "JST", 9 },  { "BST", 1 } };
    while (*s == ' ')
        s++;
    if (*s == '+' || *s == '-') {
        long hhmm = strtol(s + 1, NULL, 10);
        long minutes = hhmm / 100 * 60 + hhmm % 100;
        return hhmm < 0 || hhmm > 2400 ? 0 : *s == '-' ? -minutes : minutes;
    }
    for (size_t i = 0; i < sizeof(zones) / sizeof(zones[0]); i++)
        if (strncasecmp(s, zones[i].name, strlen(zones[i].name)) == 0)
            return zones[i].hours * 60;
    return 0;
}

static int64_t number(const char **s)
{
    int64_t i = 0;
    int digits = 0;
    for (; **s >= '0' && **s <= '9' && digits < 9; (*s)++, digits++)
        i = i * 10 + (**s - '0');
    return digits == 0 ? -1 : i;
}

static void skip(const char **s, const char *which)
{
    *s += strspn(*s, which);
}

static int64_t full_year(int64_t y)
{
    if (y >= 0 && y < 50)
        return y + 2000;
    return y >= 50 && y < 1000 ? y + 1900 : y;
}

/* "14:05:09", "9.30": seconds of the day, or -1. */
static int64_t clock_of(const char **s)
{
    int64_t h = number(s), m = 0, sec = 0;
    if (h < 0 || h > 24 || (**s != ':' && **s != '.'))
        return -1;
    (*s)++;
    m = number(s);
    if (**s == ':' || **s == '.') {
        (*s)++;
        sec = number(s);
    }
    if (m < 0 || m > 59 || sec < 0 || sec > 60)
        return -1;
    return h * 3600 + m * 60 + sec;
}

/* "22 Nov 2026" or "Nov 22 2026", then the time. */
int64_t mail_date_parse(const char *s)
{
    if (s == NULL)
        return 0;
    const char *comma = strchr(s, ',');
    if (comma != NULL)
        s = comma + 1;
    else if (strlen(s) > 4 && month_of(s) == 0 && s[3] == ' ')
        s += 4;
    skip(&s, " \t");
    int64_t day = number(&s);
    skip(&s, " \t-");
    int64_t month = month_of(s);
    skip(&s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.");
    skip(&s, " \t-");
    if (day < 0) {
        day = number(&s);
        skip(&s, " \t,");
    }
    int64_t year = full_year(number(&s));
    skip(&s, " \t,");
    int64_t seconds = clock_of(&s);
    if (day < 1 || day > 31 || month == 0 || year < 1970 || year > 9999 || seconds < 0)
        return 0;
    return (days_of(year, month, day) * 86400 + seconds - zone_of(s) * 60) * 1000;
}
