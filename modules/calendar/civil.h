#ifndef DESKD_CALENDAR_CIVIL_H /* modules/calendar/civil.h - dates as numbers: days since          \
                                * 1970-01-01                                                       \
                                */
#define DESKD_CALENDAR_CIVIL_H
#include <stdbool.h>
#include <stdint.h>
struct arena;

/* Proleptic Gregorian calendar, months 1 to 12. */
struct civil {
    int32_t year, month, day;
};
int32_t civil_days(struct civil date);
struct civil civil_date(int32_t days);
/* 0 Monday ... 6 Sunday */
int32_t civil_weekday(int32_t days);
bool civil_is_leap(int32_t year);
/* How many days a month of that year has. */
int32_t civil_month_days(int32_t year, int32_t month);
/* Whether such a date exists. */
bool civil_exists(struct civil date);
/* "2026-11-22" as written by <input type=date>: true with the day. */
bool civil_parse(const char *text, int32_t *days);
/* And back. */
const char *civil_text(struct arena *a, int32_t days);
#endif
