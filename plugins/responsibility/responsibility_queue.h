#ifndef RESPONSIBILITY_QUEUE_H /* responsibility_queue.h - a row for each ticket that waits, kept  \
                                  in the transaction that changes the ticket */
#define RESPONSIBILITY_QUEUE_H
#include "responsibility_store.h"

int is_waiting(const struct deskd_ticket *t);
/* The hook. */
int queue_ticket_changed(struct deskd_call *call, const struct deskd_change *change);
/* Inside a transaction in which nobody else changes the ticket: makes its row what it has to be:
 * DESKD_YES where it was not. change: what has just happened to it, or NULL. */
int queue_put(struct deskd_call *call, const struct deskd_ticket *t,
              const struct deskd_change *change);
/* The same for one that does not wait any more. */
int queue_drop(struct deskd_call *call, int64_t ticket_id);
/* Takes a ticket from whoever has it open. */
int queue_end_lease(struct deskd_call *call, int64_t user_id, int64_t ticket_id);
/* What is kept for somebody, and what was open for too long, is anybody's again. */
int queue_tidy(struct deskd_call *call);
/* Nothing is kept any longer for one who has gone. */
int queue_drop_holds_of(struct deskd_call *call, int64_t user_id);
/* The job: bands of tickets whose time has come. */
int queue_move(struct deskd_call *call, const struct deskd_job *job);
#endif
