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
    OUTBOX_NOTICE = 5
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

/* Takes the oldest due rows, at most max, and leases them for seconds. Rows whose lease ran out are
 * due again. */
int outbox_lease(struct db *global, struct arena *a, int64_t seconds, size_t max,
                 struct outbox_row **out, size_t *n, struct err *err);
/* When the next row is due, in milliseconds from now; -1 where none waits. */
int outbox_next_due(struct db *global, struct arena *a, int64_t *ms, struct err *err);

/* Outcomes, on the tenant's handle, in the deliverer's transaction. reply: what the server said. */
int outbox_sent(struct db *db, int64_t id, const char *reply, struct err *err);
/* Tries again after the back-off of its attempts (1 min ... 6 h, for 5 days): *gave_up when those
 * are over. */
int outbox_deferred(struct db *db, const struct outbox_row *row, const char *reply, bool *gave_up,
                    struct err *err);
int outbox_failed(struct db *db, int64_t id, const char *reply, struct err *err);
/* A destination that just deferred: its other queued rows wait as long. */
int outbox_hold_destination(struct db *db, const char *destination, int64_t ms, struct err *err);
/* A bounce arrived for a message that was sent: 1 with the author, 0 where no such row, -1. */
int outbox_bounced(struct db *db, struct arena *a, int64_t ticket_id, int64_t message_id,
                   const char *recipient, const char *reply, int64_t *user_id, struct err *err);
#endif
