#ifndef DESKD_TICKET_MERGE_H /* modules/ticket/merge.h - tickets that are shown on another's page, \
                                until somebody takes them out again */
#define DESKD_TICKET_MERGE_H
#include "ticket/ticket.h"

struct attachment_new;
struct err;

/*
 * Merging s into t moves nothing. s says that it is shown on t's page (merged_into_id), stands in
 * no list and in no counter, and is changed by nothing but by what its customer writes to it and is
 * answered; messages keep the ticket that they were written to as theirs. t shows the messages of
 * both, and is what lists, rules and people work with. Where something had been merged into s
 * before, that is shown on t's page too: there is always one step to the page.
 */
#define MERGED_MOST 50 /* on one page */

/* The messages, files and people of a ticket and of all that are shown on its page:
 * SELECT ... FROM MERGED_GROUP JOIN message m ON m.tenant_id = ? AND m.ticket_id = k.id;
 * its arguments are MERGED_GROUP_ARGS(id). */
#define MERGED_GROUP                                                                               \
    "(SELECT CAST(? AS SIGNED) AS id UNION ALL SELECT g.ticket_id FROM ticket_merge g WHERE "      \
    "g.tenant_id = ? AND g.root_id = ?) k "
#define MERGED_GROUP_ARGS(ticket_id) DB_I64(ticket_id), DB_TENANT, DB_I64(ticket_id)
/* Of one row, found by its own id: whether it belongs there. Arguments: MERGED_GROUP_ARGS. */
#define MERGED_IS_OF(column)                                                                       \
    "(" column " = ? OR EXISTS (SELECT 1 FROM ticket_merge g WHERE g.tenant_id = ? AND "           \
    "g.root_id = ? AND g.ticket_id = " column "))"

/* Ticket id as number; into is a number too, and where that was merged itself, what it was merged
 * into. ERR_INVALID: no such ticket, or the same one; ERR_REFUSED: closed, spam, deleted, merged
 * already; ERR_CONFLICT: changed since version; ERR_FORBIDDEN: the right is needed in both
 * departments. *number: where it is shown now. A transaction. */
int ticket_merge(struct act *act, int64_t id, int64_t version, int64_t into, int64_t *number,
                 struct err *err);
/* Takes the one with this number out of ticket id again, with what had been merged into it. */
int ticket_unmerge(struct act *act, int64_t id, int64_t version, int64_t number, struct err *err);

/* A ticket as it is shown: *t, or the ticket on whose page it is. 1, 0 (out of scope), -1. */
int ticket_shown(struct act *act, struct ticket *t, struct err *err);
/* The same by the id of the ticket that something belongs to, which need not be in scope itself. */
int ticket_showing(struct act *act, int64_t id, struct ticket *t, struct err *err);

/* What customers write belongs to one ticket and may be shown with another. */
struct ticket_place {
    struct ticket shown;
    struct ticket home; /* the same ticket where nothing is merged */
};
bool place_is_merged(const struct ticket_place *p);
/* Inside a transaction: both, locked, whatever the scope. ERR_NOT_FOUND: there is no such ticket.
 */
int place_lock(struct act *act, int64_t id, struct ticket_place *out, struct err *err);
/* The customer wrote to p->home: both in memory; the caller saves p->shown, and place_save home. */
enum status_verdict place_apply_message(struct act *act, struct ticket_place *p,
                                        int64_t reopen_days);
int place_save_home(struct act *act, const struct ticket_place *p, const struct ticket *old_home,
                    struct err *err);
/* Inside the transaction of an answer: those merged into t whose customer is among its recipients
 * are answered too. is_recipient tells. */
int merged_answered(struct act *act, const struct ticket *t, enum status_event event,
                    bool (*is_recipient)(const void *data, const char *email), const void *data,
                    struct err *err);
#endif
