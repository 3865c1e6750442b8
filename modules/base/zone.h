#ifndef DESKD_BASE_ZONE_H /* modules/base/zone.h - wall clocks: instants in somebody's time zone   \
                           */
#define DESKD_BASE_ZONE_H
#include <stdbool.h>
#include <stdint.h>
#include <time.h>
struct arena;

/* Makes name (IANA, "Europe/Warsaw") the zone of this process; cheap where it is already. False,
 * and UTC, for a name that is none. */
bool zone_use(const char *name);
/* True for names that this machine's zone database has. */
bool zone_exists(const char *name);
/* The file of such a name. */
char *zone_path(struct arena *a, const char *name);
/* The wall clock of an instant, and back. A local time that does not exist, or exists twice, is the
 * C library's choice. */
struct tm zone_local(int64_t ms);
int64_t zone_instant(struct tm local);
/* The wall clock of this minute; cheap where it was asked for before. */
struct tm zone_today(int64_t now_ms);
/* "2026-11-22T06:14" as written by <input type=datetime-local>: true with the instant. */
bool zone_parse(const char *text, int64_t *ms);
#endif
