#ifndef DESKD_USER_USER_H /* modules/user/user.h - the people of a tenant (staff; customers are    \
                             contacts) */
#define DESKD_USER_USER_H
#include "user/capability.h"

#include <stddef.h>
struct arena;
struct db;
struct err;
struct viewer;

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
    int64_t seen_at; /* to the hour; 0: never */
};

/* 1 found, 0 absent (deleted people are absent except by id), -1. */
int user_by_id(struct db *db, struct arena *a, int64_t id, struct user *out, struct err *err);
/* user_by_id in two halves, see db_ask. */
struct db_later;
void user_ask(struct db *db, struct arena *a, int64_t id, struct db_later *later);
int user_answer(struct db_later *later, struct user *out, struct err *err);
int user_by_email(struct db *db, struct arena *a, const char *email, struct user *out,
                  struct err *err);
/* Everybody who is not deleted, by name. */
int user_all(struct db *db, struct arena *a, struct user **out, size_t *n, struct err *err);
/* Active people who are members of the department or see all; by name. Whether they may work
 * tickets is another question. */
int user_workers(struct db *db, struct arena *a, int64_t department_id, struct user **out,
                 size_t *n, struct err *err);
/* Whether an active person may work tickets of the department: 1, 0, -1. */
int user_may_work(struct db *db, int64_t user_id, int64_t department_id, struct err *err);
/* The only active person of the tenant, where there is exactly one (R1): 1 with *user_id, 0, -1. */
int user_only_active(struct db *db, int64_t *user_id, struct err *err);
/* The departments of a person, ascending; takes_tickets as the person chose. */
struct membership {
    int64_t department_id;
    bool takes_tickets;
};
int user_memberships(struct db *db, struct arena *a, int64_t user_id, struct membership **out,
                     size_t *n, struct err *err);

struct member {
    int64_t user_id, department_id;
};
/* All memberships of everybody, by person. */
int user_all_memberships(struct db *db, struct arena *a, struct member **out, size_t *n,
                         struct err *err);

/*
 * Changes. by is the person who asks, or NULL for the provider (deskctl). The rules stand here and
 * not in pages: only who has CAP_AGENTS changes people, nobody gives or touches what they do not
 * have themselves, only owners touch or make owners, and the last owner stays one. by's rights are
 * read again within the transaction. Each change is one
 * transaction with its audit row. Failures: ERR_FORBIDDEN, ERR_NOT_FOUND, ERR_INVALID (what was
 * entered), ERR_DUPLICATE (the e-mail address is taken), ERR_CONFLICT (changed meanwhile),
 * ERR_REFUSED (the last owner). Tickets are not theirs: modules/staff combines these with what
 * happens to tickets.
 */
struct user_fields {
    const char *name, *email;
    enum role role;
    const char *gender;         /* "f", "m", "" */
    const char *locale;         /* NULL: the tenant's */
    const int64_t *departments; /* all of them, in any order */
    size_t departments_n;
    bool is_active; /* for user_update: false deactivates */
};
/* The new person is invited: no password yet. *id is theirs. */
int user_create(struct db *db, struct arena *a, const struct viewer *by,
                const struct user_fields *fields, int64_t *id, struct err *err);
/* version: of the row that was shown. Deactivating ends sessions and links. */
int user_update(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                int64_t version, const struct user_fields *fields, struct err *err);
/* The row stays for the history, without e-mail address and password. */
int user_delete(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                struct err *err);
/* Whether by may change the person at all (for pages: which buttons to show). */
bool user_may_change(const struct viewer *by, const struct user *u);

/* What everybody may change of themselves. locale and timezone may be NULL. */
struct user_profile {
    const char *name, *gender, *locale, *timezone, *theme, *signature;
    const int64_t *takes_tickets; /* departments of theirs with tickets on; NULL: as it is */
    size_t takes_tickets_n;
};
int user_update_profile(struct db *db, struct arena *a, int64_t id, int64_t version,
                        const struct user_profile *profile, struct err *err);
#endif
