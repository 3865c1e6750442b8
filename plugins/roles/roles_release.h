#ifndef ROLES_RELEASE_H /* roles_release.h - tickets of people who may no longer work them */
#define ROLES_RELEASE_H
#include "roles_store.h"

#include <string.h>

struct lost {
    int64_t user_id, role_id; /* who is looked at: this person, or (0) who has this role */
    int is_final;             /* tickets are given back; else only counted */
    int64_t tickets, people;  /* that lose some */
};
/* Inside a transaction: the difference between before and after. */
int release_lost(struct deskd_call *call, const struct roles *before, const struct roles *after,
                 struct lost *lost);

/* As if a role were this one; as if it were gone and its people had the heir (BUILT_IN: none). */
struct roles roles_with(struct deskd_call *call, const struct roles *all, const struct role *role);
struct roles roles_without(struct deskd_call *call, const struct roles *all, int64_t id,
                           int64_t heir);
#endif
