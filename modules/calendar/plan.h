#ifndef DESKD_CALENDAR_PLAN_H /* modules/calendar/plan.h - a calendar's week and exceptions as     \
                                 JSON, and changed */
#define DESKD_CALENDAR_PLAN_H
#include "calendar/calendar.h"

/* {"week": ["09:00-17:00", ... seven from Monday], "days": [{"on": "2026-12-25", "yearly": true,
 * "name": "Christmas", "hours": ""}]}, hours as in calendar/hours.h. The zone stands beside it. */
const char *plan_write(struct arena *a, const struct calendar_plan *plan);
int plan_read(struct arena *a, const char *json, size_t n, struct calendar_plan *out,
              struct err *err);

/* Puts exceptions into the plan, each in the place of one of the same day and kind; sorted.
 * ERR_INVALID where there are too many. */
int plan_add(struct arena *a, struct calendar_plan *plan, const struct calendar_exception *days,
             size_t n, struct err *err);
/* False where there was none. */
bool plan_remove(struct arena *a, struct calendar_plan *plan, int32_t day, bool is_yearly);
#endif
