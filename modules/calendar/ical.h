#ifndef DESKD_CALENDAR_ICAL_H /* modules/calendar/ical.h - holidays out of an iCalendar file */
#define DESKD_CALENDAR_ICAL_H
#include "calendar/calendar.h"

#define ICAL_YEARS 5 /* how far ahead events that repeat are followed */

/* What a file (RFC 5545) has of whole days from a day on, each as a closed exception with the
 * event's name; ascending. Those that come on the same date every year are yearly. left_out: events
 * that are in the past or have a time of day. ERR_INVALID where it is no iCalendar file or has too
 * many days. */
struct ical {
    struct calendar_exception *days;
    size_t n, left_out;
};
int ical_read(struct arena *a, const char *text, int32_t from, struct ical *out, struct err *err);
#endif
