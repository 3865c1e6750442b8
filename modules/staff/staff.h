#ifndef DESKD_STAFF_STAFF_H /* modules/staff/staff.h - changes of people and departments with what \
                               they do to tickets */
#define DESKD_STAFF_STAFF_H
#include <stddef.h>
#include <stdint.h>
struct act;
struct department_fields;
struct err;
struct user_fields;

/*
 * Each is one transaction: the change of user/ with its rules and failures, and then R10 or R12 of
 * semantics.md, with one event for each ticket. act->viewer is who asks; ACTOR_SYSTEM: the
 * provider. *tickets: how many lost their agent or moved.
 */
int staff_update(struct act *act, int64_t id, int64_t version, const struct user_fields *fields,
                 int64_t *tickets, struct err *err);
int staff_delete(struct act *act, int64_t id, int64_t *tickets, struct err *err);
int staff_update_department(struct act *act, int64_t id, int64_t version,
                            const struct department_fields *fields, int64_t *tickets,
                            struct err *err);
/* Tickets and addresses go to target, then the department goes. */
int staff_close_department(struct act *act, int64_t id, int64_t target, int64_t *tickets,
                           struct err *err);

/* For the questions before: how many tickets lose their agent when only these remain members; how
 * many tickets of any state a department has. */
int staff_count_leaving(struct act *act, int64_t department_id, const int64_t *members, size_t n,
                        int64_t *tickets, struct err *err);
int staff_count_tickets(struct act *act, int64_t department_id, int64_t *tickets, struct err *err);
#endif
