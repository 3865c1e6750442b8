#ifndef DESKD_CALENDAR_PRIVATE_H /* modules/calendar/calendar_private.h - a plan made ready */
#define DESKD_CALENDAR_PRIVATE_H
#include "calendar/calendar.h"
#include "calendar/tz.h"

#define DAY_MS    INT64_C(86400000)
#define FIRST_DAY 7305  /* Monday 1990-01-01 */
#define LAST_DAY  47482 /* 2100-01-01: not part of it */

/* The hours within one day, from midnight to midnight: instants, or milliseconds after midnight. */
struct day_hours {
    struct calendar_hours hours[CALENDAR_HOURS];
    size_t n;
};

/* A day that is not like that day of every week. */
struct odd_day {
    int32_t day;
    int64_t gained; /* open time that this and all odd days before have more than regular ones */
    const struct calendar_hours *hours;
    size_t n;
};

struct calendar {
    struct tz tz;
    int64_t first, last; /* the instants between which it knows its hours */
    struct day_hours weekdays[7];
    int64_t before_weekday[8]; /* open time of a week before each of its days, and of all */
    int64_t week_open;
    const struct odd_day *odd; /* ascending */
    size_t odd_n;
};

/* The first instant of a day. */
int64_t day_start(const struct calendar *c, int32_t day);
#endif
