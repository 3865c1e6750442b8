#ifndef DESKD_TICKET_TICKET_H /* modules/ticket/ticket.h - one ticket: load, create, move from     \
                                 state to state */
#define DESKD_TICKET_TICKET_H
#include "ticket/act.h"
#include "ticket/status.h"

#include <stdbool.h>
struct contact;
struct err;

enum ticket_source { SOURCE_MAIL = 1, SOURCE_FORM = 2, SOURCE_AGENT = 3 };

struct ticket {
    int64_t id, number;
    int64_t department_id;
    int64_t agent_id; /* 0: nobody */
    int64_t contact_id;
    enum status status, previous_status;
    enum ticket_source source;
    const char *subject, *preview;
    int64_t messages;
    bool has_attachments;
    bool has_failure; /* an answer did not arrive, and none was sent since */
    int64_t created_at, activity_at;
    int64_t waiting_since, answered_at, resolved_at, wake_at; /* 0: not */
    int64_t follows_id;
    int64_t merged_into_id; /* the ticket on whose page it is shown, see merge.h; 0: its own */
    int64_t merged_n;       /* how many are shown on its page */
    bool has_lost_words;    /* messages have left it, which the search index does not know */
    int64_t version;
    const char *contact_name, *contact_email; /* as the contact has them */
    /* Read along, never written from here: */
    const char *department_name, *agent_name; /* agent_name "" for nobody */
    /* Of a locked ticket that others are merged into: how it would be without them. What is applied
     * to the ticket is applied to this too, and both are saved. Else NULL. */
    struct ticket *alone;
};

/* 1 found and within act's scope, 0 otherwise, -1. The person's rights in its department decide
 * (user/rights.h); deleted tickets only for those who may delete. */
int ticket_by_number(struct act *act, int64_t number, struct ticket *out, struct err *err);
int ticket_by_id(struct act *act, int64_t id, struct ticket *out, struct err *err);
/* ticket_by_id in two halves, see db_ask. */
struct db_later;
void ticket_ask(struct act *act, int64_t id, struct db_later *later);
int ticket_answer(struct act *act, struct db_later *later, struct ticket *out, struct err *err);
bool ticket_is_in_scope(const struct act *act, int64_t department_id, int64_t agent_id,
                        enum status status);
/* Whether act may do what takes this capability to a ticket in its scope: 0, ERR_FORBIDDEN. */
int ticket_check_right(const struct act *act, const struct ticket *t, int capability,
                       struct err *err);
/* Inside a transaction: the same, and nobody else changes it until the end. version != 0 must still
 * be the ticket's: ERR_CONFLICT names who changed it last. Absent is ERR_NOT_FOUND, one that was
 * merged into another ERR_REFUSED. */
int ticket_lock(struct act *act, int64_t id, int64_t version, struct ticket *out, struct err *err);
/* The same for what follows from another change that was allowed: whatever act's scope is, and
 * merged ones too. */
int ticket_lock_any(struct act *act, int64_t id, struct ticket *out, struct err *err);
/* Inside a transaction: writes next over old (guarded by old's version), keeps counters.
 * next->version grows. */
int ticket_save(struct act *act, const struct ticket *old, struct ticket *next, struct err *err);

struct ticket_new {
    int64_t department_id;
    const struct contact *customer;
    enum ticket_source source;
    const char *subject;
    int64_t follows_id;
    bool is_unassigned; /* whatever R1 says */
    enum status status; /* STATUS_NEW; STATUS_ANSWERED for one that starts with our mail */
};
/* Inside a transaction: the ticket with its number, counters, event "created"; R1 decides the
 * agent. Where the customer has just got a name, all of his tickets do. What is read along is left
 * out. */
int ticket_create(struct act *act, const struct ticket_new *n, struct ticket *out, struct err *err);

/* What people do to it; each is a transaction (or joins one), checks the version and the person's
 * rights (ERR_FORBIDDEN), writes the event. Refused by the status machine: ERR_REFUSED with the
 * reason. */
int ticket_resolve(struct act *act, int64_t id, int64_t version, struct err *err);
int ticket_mark_answered(struct act *act, int64_t id, int64_t version, struct err *err);
int ticket_reopen(struct act *act, int64_t id, int64_t version, struct err *err);
int ticket_postpone(struct act *act, int64_t id, int64_t version, int64_t until, struct err *err);
int ticket_spam(struct act *act, int64_t id, int64_t version, struct err *err);
int ticket_not_spam(struct act *act, int64_t id, int64_t version, struct err *err);
int ticket_delete(struct act *act, int64_t id, int64_t version, struct err *err);
int ticket_restore(struct act *act, int64_t id, int64_t version, struct err *err);
/* The job after an upgrade: tickets from the id since on that lack their customer's name get it. */
int ticket_name_since(struct db *db, int64_t since, struct err *err);
/* The job of a postponed ticket: does nothing where wake_at has moved. */
int ticket_wake(struct act *act, int64_t id, struct err *err);
/* Inside a transaction: that job, for t's wake_at. */
int ticket_put_wake(struct act *act, const struct ticket *t, struct err *err);

/* Applies event to *t in memory (status, previous, wake, resolved, waiting): the verdict, nothing
 * written. */
enum status_verdict ticket_apply(struct act *act, struct ticket *t, enum status_event event,
                                 int64_t reopen_days);
/* The same without t->alone: for what happens to those that are merged into it. */
enum status_verdict ticket_apply_here(struct act *act, struct ticket *t, enum status_event event,
                                      int64_t reopen_days);
/* apply + save + event row: ERR_REFUSED where refused. Inside a transaction. */
int ticket_move(struct act *act, struct ticket *t, enum status_event event, const char *reason,
                struct err *err);
#endif
