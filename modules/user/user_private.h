#ifndef DESKD_USER_PRIVATE_H /* modules/user/user_private.h - what the files that change people    \
                                share */
#define DESKD_USER_PRIVATE_H
#include "user/user.h"
struct db_row;

/* What user_take expects in columns 0 to 12. */
#define USER_COLUMNS                                                                               \
    "u.id, u.name, u.email, u.role, u.status, u.gender, u.locale, u.timezone, u.theme, "           \
    "u.signature, u.version, u.created_at, u.seen_at"
void user_take(const struct db_row *row, struct user *out);

/* Makes the memberships of a person exactly these. ERR_INVALID for a department that is not there.
 */
int membership_set(struct db *db, struct arena *a, int64_t user_id, const int64_t *departments,
                   size_t n, struct err *err);
/* What somebody is, or is to become. */
struct standing {
    int64_t user_id;
    enum role role;
    const int64_t *departments; /* in any order */
    size_t departments_n;
};
/* by, as the database has them now, may change people and could be given everything that both
 * standings give: 0, ERR_FORBIDDEN. by NULL: everything. */
int actor_check(struct db *db, struct arena *a, const struct viewer *by, const struct standing *now,
                const struct standing *wanted, struct err *err);
/* by still has the capability: 0, ERR_FORBIDDEN. */
int actor_check_capability(struct db *db, struct arena *a, const struct viewer *by, int c,
                           struct err *err);
/* The same of CAP_DEPARTMENTS for one who lets a person into a department: nothing is given there
 * that by has not. */
int actor_check_member(struct db *db, struct arena *a, const struct viewer *by, int64_t user_id,
                       int64_t department_id, struct err *err);
/* Somebody besides id is owner: 0, ERR_REFUSED. Locks the owners, so that two cannot go at once.
 */
int owner_check_other(struct db *db, struct arena *a, const struct user *leaving, struct err *err);
#endif
