#ifndef DESKD_USER_DEPARTMENT_H /* modules/user/department.h - departments, their addresses and    \
                                   members */
#define DESKD_USER_DEPARTMENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;
struct viewer;

struct department {
    int64_t id;
    const char *name;
    const char *address;   /* primary mail address */
    const char *signature; /* of answers, after the agent's */
    bool is_default;
    int64_t reopen_days;   /* -1 always, 0 never, n days after it was resolved */
    bool claim_on_reply;   /* R2: who answers an unassigned ticket becomes responsible */
    bool reply_takes_over; /* R3: ... also an assigned one */
    int64_t version;
};

/* 1 found, 0 absent, -1. */
int department_by_id(struct db *db, struct arena *a, int64_t id, struct department *out,
                     struct err *err);
/* The same in two halves, see db_ask. */
struct db_later;
void department_ask(struct db *db, struct arena *a, int64_t id, struct db_later *later);
int department_answer(struct db_later *later, struct department *out, struct err *err);
int department_default(struct db *db, struct arena *a, struct department *out, struct err *err);
/* address without plus part, any case. */
int department_by_address(struct db *db, struct arena *a, const char *address,
                          struct department *out, struct err *err);
/* All, by name. */
int department_all(struct db *db, struct arena *a, struct department **out, size_t *n,
                   struct err *err);
struct department_member {
    int64_t user_id;
    bool takes_tickets;
};
struct department_address {
    int64_t department_id;
    const char *address;
};
/* Those of all departments, of each the primary one first. */
int department_all_addresses(struct db *db, struct arena *a, struct department_address **out,
                             size_t *n, struct err *err);
/* Its addresses, the primary one first; its members by id. */
int department_addresses(struct db *db, struct arena *a, int64_t id, const char ***out, size_t *n,
                         struct err *err);
int department_members(struct db *db, struct arena *a, int64_t id, struct department_member **out,
                       size_t *n, struct err *err);

/*
 * Changes, with the same rules for by and the same failures as in user.h; CAP_DEPARTMENTS is what
 * it takes. Addresses must be at the tenant's domains and belong to one department.
 */
struct department_fields {
    const char *name, *signature;
    bool is_default; /* true takes it from the other one; false never takes it from this one */
    int64_t reopen_days;
    bool claim_on_reply, reply_takes_over;
    const char *const *addresses; /* at least one; the first is the primary */
    size_t addresses_n;
    const int64_t *members;
    size_t members_n;
    const int64_t *takes; /* of those, who gets tickets; NULL: as it is, new ones do */
    size_t takes_n;
};
int department_create(struct db *db, struct arena *a, const struct viewer *by,
                      const struct department_fields *fields, int64_t *id, struct err *err);
int department_update(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                      int64_t version, const struct department_fields *fields, struct err *err);
/* Removes a department that has no tickets (ERR_REFUSED otherwise) and is not the default. Mail to
 * its addresses goes to department heir from now on. See modules/staff for one with tickets. */
int department_delete(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                      int64_t heir, struct err *err);
#endif
