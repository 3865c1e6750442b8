#ifndef DESKD_CALENDAR_TZ_H /* modules/calendar/tz.h - a time zone as a table, for arithmetic      \
                               without the process's zone */
#define DESKD_CALENDAR_TZ_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct err;

/* From at (seconds since 1970, UTC) on, clocks show UTC + offset seconds; the first at is
 * INT64_MIN. */
struct tz_shift {
    int64_t at;
    int32_t offset;
};
struct tz {
    const struct tz_shift *shifts; /* ascending, up to the year TZ_LAST_YEAR */
    size_t n;
};
#define TZ_LAST_YEAR 2100

/* The zone of an IANA name, from the machine's database (TZif, RFC 9636; what the file only has a
 * rule for is written out). ERR_INVALID: no such zone, or its file is damaged. */
int tz_load(struct arena *a, const char *name, struct tz *out, struct err *err);
/* The same from a file's bytes. */
int tz_read(struct arena *a, const unsigned char *p, size_t n, struct tz *out, struct err *err);

int32_t tz_offset(const struct tz *tz, int64_t at);
/* The instant when clocks show wall (seconds since 1970 as if they showed UTC): where they do so
 * twice, the first / the last time; where they never do, when they jump over it. */
int64_t tz_first(const struct tz *tz, int64_t wall);
int64_t tz_last(const struct tz *tz, int64_t wall);
#endif
