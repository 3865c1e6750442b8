#ifndef DESKD_CALENDAR_STORE_H /* modules/calendar/store.h - a tenant's calendars in the database  \
                                */
#define DESKD_CALENDAR_STORE_H
#include "calendar/calendar.h"

struct db;
struct viewer;

#define CALENDARS_MAX 50 /* of a tenant */

struct calendar_record {
    int64_t id, version;
    const char *name;
    bool is_default; /* counts where none is named; exactly one is, as soon as there are any */
    struct calendar_plan plan;
};

/* By name. */
int calendar_all(struct db *db, struct arena *a, struct calendar_record **out, size_t *n,
                 struct err *err);
/* 1 found, 0 absent, -1. id 0: the default one. */
int calendar_by_id(struct db *db, struct arena *a, int64_t id, struct calendar_record *out,
                   struct err *err);
/* The plan as it was in a version: what a clock was reckoned with. 1, 0, -1. */
int calendar_plan_of(struct db *db, struct arena *a, int64_t id, int64_t version,
                     struct calendar_plan *out, struct err *err);

/* Changes: each a transaction with a line in the audit log; by NULL: the provider. */
/* id 0: a new one, whose id is then in *c. Else version must still be the stored one's:
 * ERR_CONFLICT. ERR_INVALID says what is wrong with it. Earlier versions stay readable. */
int calendar_put(struct db *db, struct arena *a, const struct viewer *by, struct calendar_record *c,
                 struct err *err);
/* The default one goes last: ERR_REFUSED. */
int calendar_delete(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                    struct err *err);
#endif
