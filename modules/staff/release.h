#ifndef DESKD_STAFF_RELEASE_H /* modules/staff/release.h - somebody leaves: tickets are given      \
                                 back, departments are told */
#define DESKD_STAFF_RELEASE_H
#include <stdint.h>
struct act;
struct err;

/* R10, inside a transaction: ticket_release_all, and one mail to each active member of a department
 * that has tickets without agent by it (not to the person who left). */
int release_and_tell(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                     int64_t *tickets, struct err *err);
#endif
