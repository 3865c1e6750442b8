#ifndef DESKD_TICKET_RESPONSIBILITY_H /* modules/ticket/responsibility.h - who is responsible: one \
                                         department, at most one agent */
#define DESKD_TICKET_RESPONSIBILITY_H
#include "ticket/act.h"

#include <stdbool.h>
struct department;
struct err;
struct ticket;

/* R1: the only active person who may work the department, if there is exactly one active person;
 * else 0. */
int responsibility_of_new(struct act *act, int64_t department_id, int64_t *agent_id,
                          struct err *err);
/* R4, R5: version as in ticket_lock; agent 0 releases (R7). Refused (ERR_INVALID) where the agent
 * may not work the ticket's department. */
int ticket_assign(struct act *act, int64_t id, int64_t version, int64_t agent_id, struct err *err);
/* R5's atomic form or R4, by a rule or plugin that says why. department_id 0: stays. */
int ticket_assign_because(struct act *act, int64_t id, int64_t version, int64_t department_id,
                          int64_t agent_id, const char *reason, struct err *err);
/* R6, with R5's atomic form where agent_id is not 0. */
int ticket_transfer(struct act *act, int64_t id, int64_t version, int64_t department_id,
                    int64_t agent_id, struct err *err);
/* What people choose in one step: R4 to R7, and a note for the team (empty: none). Giving to
 * somebody, or to nobody in the ticket's own department, takes the right to assign; another
 * department that to transfer; a note that to write notes. */
struct handover {
    int64_t ticket_id, version;
    int64_t department_id, agent_id; /* agent 0: nobody */
    const char *note;
};
int ticket_hand_over(struct act *act, const struct handover *h, struct err *err);
/* R2, R3, on a ticket in memory that is saved afterwards: the answering person claims it, takes it
 * over or becomes a follower. *is_claimed tells whether the agent changed. */
int responsibility_after_answer(struct act *act, struct ticket *t, const struct department *d,
                                bool *is_claimed, struct err *err);
/* R9, on a ticket in memory that is saved afterwards. */
int responsibility_after_reopen(struct act *act, struct ticket *t, struct err *err);
/* R10: department_id 0: all departments in which the person may no longer work. *n tickets were
 * released. */
int ticket_release_all(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                       int64_t *n, struct err *err);
/* The same whether or not the person still may work there: for who takes that away in the same
 * transaction. */
int ticket_release_in(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                      int64_t *n, struct err *err);
/* How many that would be, for the question before it. */
int ticket_count_assigned(struct act *act, int64_t user_id, int64_t *n, struct err *err);
/* R12: all tickets of a department go to another as R6. */
int ticket_move_department(struct act *act, int64_t from_id, int64_t to_id, int64_t *n,
                           struct err *err);
/* The event "assigned", with the people's names. */
int responsibility_announce(struct act *act, int64_t ticket_id, int64_t old_agent,
                            int64_t new_agent, const char *reason, struct err *err);
/* The same where it was deskd's doing, whoever wrote or did what caused it. */
int responsibility_announce_own(struct act *act, int64_t ticket_id, int64_t old_agent,
                                int64_t new_agent, const char *reason, struct err *err);
int follower_add(struct act *act, int64_t ticket_id, int64_t user_id, struct err *err);
#endif
