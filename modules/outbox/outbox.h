#ifndef DESKD_OUTBOX_OUTBOX_H /* modules/outbox/outbox.h - mails that are to leave: rows first,    \
                                 delivery later */
#define DESKD_OUTBOX_OUTBOX_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

enum outbox_kind {
    OUTBOX_ANSWER = 1,
    OUTBOX_RECEIPT = 2,
    OUTBOX_INVITATION = 3,
    OUTBOX_RESET = 4,
    OUTBOX_NOTICE = 5,
    OUTBOX_RELEASED = 6,
    OUTBOX_PLUGIN = 7, /* payload's plugin_template names its template */
    OUTBOX_PARKED = 8, /* a plugin was switched off */
    OUTBOX_DIGEST = 9  /* notices of tickets: payload's notices are their ids */
};
enum outbox_state {
    OUTBOX_QUEUED = 1,
    OUTBOX_SENDING = 2,
    OUTBOX_SENT = 3,
    OUTBOX_DEFERRED = 4,
    OUTBOX_FAILED = 5
};

struct outbox_mail {
    enum outbox_kind kind;
    int64_t ticket_id, message_id; /* 0: none */
    int64_t user_id;    /* whom a failure wakes; the addressee of kinds 3 to 5; 0: nobody */
    const char *sender; /* envelope from; "" for the null sender */
    const char *recipient;
    const char *payload; /* JSON object of texts that the template of this kind shows; "{}" */
    int64_t now;
};

/* Inside the transaction of the change that causes the mail. One row, one recipient. */
int outbox_add(struct db *db, struct arena *a, const struct outbox_mail *m, struct err *err);

/* What became of it: for people who ask. */
struct outbox_line {
    int64_t id;
    enum outbox_kind kind;
    enum outbox_state state;
    int64_t attempts, ticket_number; /* 0: none */
    const char *recipient, *reply;
    int64_t created_at, next_at, done_at; /* done_at 0: not yet */
};
/* Oldest first, ids above since. */
int outbox_list(struct db *db, struct arena *a, int64_t since, size_t max, struct outbox_line **out,
                size_t *n, struct err *err);
/* "answer", "receipt", ...; "queued", "sent", ... */
const char *outbox_kind_name(enum outbox_kind kind);
const char *outbox_state_name(enum outbox_state state);

/* --- the deliverer's side, all global: it serves every tenant --- */

struct outbox_row {
    int64_t tenant_id, id;
    enum outbox_kind kind;
    int64_t ticket_id, message_id, user_id, created_at;
    int64_t attempts; /* before this one */
    const char *sender, *recipient, *destination, *payload;
};

struct outbox_key {
    int64_t tenant_id, id;
    const char *destination;
};
/* The oldest due rows, at most max, of destinations that no mail of their tenant is on its way to:
 * what outbox_lease may be tried on. */
int outbox_due(struct db *global, struct arena *a, size_t max, struct outbox_key **out, size_t *n,
               struct err *err);
/* Takes a due row for so long; a lease that ran out makes it due again. 1 taken; 0 somebody else
 * was faster, or another mail of this tenant is on its way to the same destination; -1. Two that
 * ask at the same instant may both get in: that costs politeness, no mail. */
int outbox_lease(struct db *db, struct arena *a, int64_t id, int64_t seconds,
                 struct outbox_row *out, struct err *err);
/* From now on anew, where the work turns out to take longer. */
int outbox_lease_longer(struct db *db, int64_t id, int64_t seconds, struct err *err);

/* Outcomes, on the tenant's handle, in the deliverer's transaction. reply: what the server said. */
int outbox_sent(struct db *db, int64_t id, const char *reply, struct err *err);
/* Tries again after the back-off of its attempts (1 min ... 6 h, for 5 days): *gave_up when those
 * are over. Other mails of the tenant to this destination wait too, but for minutes only: it may be
 * one full mailbox. */
int outbox_deferred(struct db *db, const struct outbox_row *row, const char *reply, bool *gave_up,
                    struct err *err);
int outbox_failed(struct db *db, int64_t id, const char *reply, struct err *err);
/* The newest answer of a ticket that was queued for recipient: 1 with its message, 0, -1. */
int outbox_last_answer(struct db *db, struct arena *a, int64_t ticket_id, const char *recipient,
                       int64_t *message_id, struct err *err);
/* A bounce arrived for a message that was sent: 1 with the author, 0 where no such row, -1. */
int outbox_bounced(struct db *db, struct arena *a, int64_t ticket_id, int64_t message_id,
                   const char *recipient, const char *reply, int64_t *user_id, struct err *err);
#endif
