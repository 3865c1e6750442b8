#ifndef DESKD_USER_DEPARTMENT_H /* modules/user/department.h - departments, their addresses and    \
                                   members */
#define DESKD_USER_DEPARTMENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

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
int department_default(struct db *db, struct arena *a, struct department *out, struct err *err);
/* address without plus part, any case. */
int department_by_address(struct db *db, struct arena *a, const char *address,
                          struct department *out, struct err *err);
/* All, by name. */
int department_all(struct db *db, struct arena *a, struct department **out, size_t *n,
                   struct err *err);
#endif
