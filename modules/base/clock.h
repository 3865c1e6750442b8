#ifndef DESKD_BASE_CLOCK_H /* modules/base/clock.h - instants, durations, and their words */
#define DESKD_BASE_CLOCK_H
#include <stdint.h>
struct arena;

/* An instant is milliseconds since 1970-01-01T00:00:00Z, everywhere: in C, in columns, in JSON. */
int64_t clock_now_ms(void);
/* Microseconds of the monotonic clock, for durations. */
int64_t clock_ticks_us(void);
/* RFC 3339 in UTC, "2026-11-22T06:14:00Z". */
char *clock_iso(struct arena *a, int64_t ms);
/* RFC 5322 date-time in UTC, "Sun, 22 Nov 2026 06:14:00 +0000". */
char *clock_rfc5322(struct arena *a, int64_t ms);
#endif
