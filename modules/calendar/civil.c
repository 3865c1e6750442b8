#include "calendar/civil.h"

#include "base/arena.h"

#define DAYS_OF_4   1461
#define DAYS_OF_100 36524
#define DAYS_OF_400 146097
#define SHIFT                                                                                      \
    719468 /* 0000-03-01 to 1970-01-01: years that begin in March end with the leap day            \
            */

int32_t civil_days(struct civil date)
{
    int32_t year = date.month <= 2 ? date.year - 1 : date.year;
    int32_t era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
    int32_t month = date.month > 2 ? date.month - 3 : date.month + 9;
    int32_t of_year = (153 * month + 2) / 5 + date.day - 1;
    return era * DAYS_OF_400 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - SHIFT;
}

struct civil civil_date(int32_t days)
{
    int32_t shifted = days + SHIFT;
    int32_t era = (shifted >= 0 ? shifted : shifted - DAYS_OF_400 + 1) / DAYS_OF_400;
    int32_t of_era = shifted - era * DAYS_OF_400;
    int32_t year = (of_era - of_era / (DAYS_OF_4 - 1) + of_era / DAYS_OF_100 -
                    of_era / (DAYS_OF_400 - 1)) /
                   365;
    int32_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int32_t month = (5 * of_year + 2) / 153;
    struct civil date = { year + era * 400, month < 10 ? month + 3 : month - 9,
                          of_year - (153 * month + 2) / 5 + 1 };
    date.year += date.month <= 2;
    return date;
}

int32_t civil_weekday(int32_t days)
{
    int32_t rest = (days + 3) % 7; /* 1970-01-01 was a Thursday */
    return rest < 0 ? rest + 7 : rest;
}

bool civil_is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int32_t civil_month_days(int32_t year, int32_t month)
{
    static const int8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    return days[month - 1] + (month == 2 && civil_is_leap(year));
}

bool civil_exists(struct civil date)
{
    return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
           date.day <= civil_month_days(date.year, date.month);
}

static bool number_of(const char **text, int digits, int32_t *out)
{
    *out = 0;
    for (int i = 0; i < digits; i++, (*text)++) {
        if (**text < '0' || **text > '9')
            return false;
        *out = *out * 10 + (**text - '0');
    }
    return true;
}

bool civil_parse(const char *text, int32_t *days)
{
    struct civil date;
    if (!number_of(&text, 4, &date.year) || *text++ != '-' || !number_of(&text, 2, &date.month) ||
        *text++ != '-' || !number_of(&text, 2, &date.day) || *text != '\0' || !civil_exists(date))
        return false;
    *days = civil_days(date);
    return true;
}

const char *civil_text(struct arena *a, int32_t days)
{
    struct civil date = civil_date(days);
    return arena_printf(a, "%04d-%02d-%02d", date.year, date.month, date.day);
}
