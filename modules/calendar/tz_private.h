#ifndef DESKD_CALENDAR_TZ_PRIVATE_H /* modules/calendar/tz_private.h - the parts of reading a zone \
                                     */
#define DESKD_CALENDAR_TZ_PRIVATE_H
#include "calendar/tz.h"

#include <stdbool.h>

/* A table that grows; room was made for all. */
struct tz_table {
    struct tz_shift *shifts;
    size_t n, cap;
};
bool tz_table_add(struct tz_table *t, int64_t at, int32_t offset);

/* The shifts after the table's last one, by a POSIX TZ rule ("CET-1CEST,M3.5.0,M10.5.0/3", with the
 * extensions of RFC 9636): false where it is none. A table without shifts gets its first. */
bool tz_rule_apply(const char *rule, struct tz_table *t);
#define TZ_RULE_SHIFTS ((size_t)2 * (TZ_LAST_YEAR - 1900 + 2))
#endif
