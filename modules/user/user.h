#ifndef DESKD_USER_USER_H /* modules/user/user.h - the people of a tenant (staff; customers are    \
                             contacts) */
#define DESKD_USER_USER_H
#include "user/capability.h"

#include <stddef.h>
struct arena;
struct db;
struct err;

enum user_status { USER_ACTIVE = 1, USER_INVITED = 2, USER_DEACTIVATED = 3, USER_DELETED = 4 };

struct user {
    int64_t id;
    const char *name, *email;
    enum role role;
    enum user_status status;
    const char *gender;            /* "f", "m" or "" */
    const char *locale, *timezone; /* NULL: the tenant's */
    const char *theme, *signature;
    int64_t version, created_at;
};

/* 1 found, 0 absent (deleted people are absent except by id), -1. */
int user_by_id(struct db *db, struct arena *a, int64_t id, struct user *out, struct err *err);
int user_by_email(struct db *db, struct arena *a, const char *email, struct user *out,
                  struct err *err);
/* Everybody who is not deleted, by name. */
int user_all(struct db *db, struct arena *a, struct user **out, size_t *n, struct err *err);
/* Active people who may work tickets of the department: members, and unrestricted roles; by name.
 */
int user_workers(struct db *db, struct arena *a, int64_t department_id, struct user **out,
                 size_t *n, struct err *err);
/* Whether an active person may work tickets of the department: 1, 0, -1. */
int user_may_work(struct db *db, int64_t user_id, int64_t department_id, struct err *err);
/* The only active person of the tenant, where there is exactly one (R1): 1 with *user_id, 0, -1. */
int user_only_active(struct db *db, int64_t *user_id, struct err *err);
#endif
