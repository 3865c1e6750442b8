#ifndef DESKD_CALENDAR_HOURS_H /* modules/calendar/hours.h - opening times of a day as people      \
                                  write them */
#define DESKD_CALENDAR_HOURS_H
#include <stddef.h>
struct arena;
struct calendar_span;
struct err;

/* "9:00-12:00, 13:00-17:30" (hyphen or dash, comma or semicolon); "" is closed. An end that is not
 * later than its beginning is on the next day; 24:00 is midnight. ERR_INVALID names what it did not
 * understand. */
int hours_read(struct arena *a, const char *text, const struct calendar_span **out, size_t *n,
               struct err *err);
/* The same with dashes; "" where closed. */
const char *hours_write(struct arena *a, const struct calendar_span *spans, size_t n);
#endif
