#ifndef DESKD_TICKET_RELEASE_H /* modules/ticket/release.h - somebody leaves: tickets are given    \
                                  back, departments are told */
#define DESKD_TICKET_RELEASE_H
#include <stddef.h>
#include <stdint.h>
struct act;
struct err;

/* What somebody is responsible for and is not done, by department. */
struct ticket_held {
    int64_t department_id;
    const char *department;
    int64_t tickets;
};
int release_held(struct act *act, int64_t user_id, struct ticket_held **out, size_t *n,
                 struct err *err);
/* R10, inside a transaction: ticket_release_all, and one mail to each active member of a department
 * that has tickets without agent by it (not to the person who left). */
int release_and_tell(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                     int64_t *tickets, struct err *err);
/* The same with ticket_release_in. */
int release_in_and_tell(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                        int64_t *tickets, struct err *err);
#endif
