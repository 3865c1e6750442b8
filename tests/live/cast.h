#ifndef DESKD_TESTS_LIVE_CAST_H /* tests/live/cast.h - a tenant with one person of each role */
#define DESKD_TESTS_LIVE_CAST_H
#include "live.h"

#include "user/department.h"

struct cast {
    struct tenant tenant;
    struct db db;
    int64_t agent, admin, owner;
    struct viewer as_agent, as_admin, as_owner;
    int64_t department;
};
struct cast *cast_new(struct live *l);
/* The person as they are, with another role. */
struct user_fields fields_of(struct live *l, struct cast *c, int64_t id, enum role role,
                             int64_t *version);
/* A department's fields with this address; one that is called so, at its address. */
struct department_fields department_with(const char *name, const char *const *address);
int64_t new_department(struct live *l, struct cast *c, const char *name);
#endif
