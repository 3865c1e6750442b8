#ifndef DESKD_USER_RIGHTS_H /* modules/user/rights.h - what a person may do, and of which tickets  \
                             */
#define DESKD_USER_RIGHTS_H
#include "user/capability.h"

struct arena;
struct db;
struct err;
struct viewer;

/* Which tickets are seen. */
enum scope {
    SCOPE_NONE,
    SCOPE_ASSIGNED, /* those assigned to the person */
    SCOPE_ALL
};

/* In one department. Department 0: in every one that is not named, and what belongs to none. Laid
 * out as struct deskd_grant of plugin/deskd_plugin.h. */
struct grant {
    int64_t department_id;
    int scope; /* enum scope; SCOPE_NONE without CAP_TICKET_READ */
    struct capabilities may;
};
/* grants[0] is the one for department 0, the others ascend by department. */
struct rights {
    struct grant *grants;
    size_t n, cap; /* cap: room in grants, for a shaper */
};

/* The one that counts in a department. */
const struct grant *rights_in(const struct rights *r, int64_t department_id);
/* Whether somebody with others may do and see everything that one with some may. */
bool rights_within(const struct rights *some, const struct rights *others);
/* The same in this department only. */
bool rights_within_in(const struct rights *some, const struct rights *others,
                      int64_t department_id);

/* Changes what v's role and departments give, before it binds: plugins do. Set once at the start of
 * a process; NULL: nothing. It is called for every person of every request, before v->rights is
 * read: no statement where it can be helped. Whatever it returns in r, owners keep everything,
 * nobody else gets CAP_OWNER, and it is not asked about owners at all. */
typedef int rights_shape_fn(struct db *db, struct arena *a, const struct viewer *v,
                            struct rights *r, struct err *err);
void rights_shaper(rights_shape_fn *fn);
/* Makes v->rights of v's role, departments and the shaper. */
int rights_settle(struct db *db, struct arena *a, struct viewer *v, struct err *err);
#endif
