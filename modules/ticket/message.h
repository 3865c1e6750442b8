#ifndef DESKD_TICKET_MESSAGE_H /* modules/ticket/message.h - what was said in a ticket */
#define DESKD_TICKET_MESSAGE_H
#include "ticket/act.h"

#include <stdbool.h>
#include <stddef.h>
struct arena;
struct attachment_new;
struct err;
struct ticket;

enum message_kind {
    MESSAGE_CUSTOMER = 1,
    MESSAGE_ANSWER = 2,
    MESSAGE_NOTE = 3,    /* seen by agents only */
    MESSAGE_MACHINE = 4, /* automatic replies, delivery reports */
    MESSAGE_RECEIPT = 5
};

enum delivery {
    DELIVERY_NONE = 0,
    DELIVERY_QUEUED = 1,
    DELIVERY_SENDING = 2,
    DELIVERY_SENT = 3,
    DELIVERY_DEFERRED = 4,
    DELIVERY_FAILED = 5
};

struct message {
    int64_t id, ticket_id;
    enum message_kind kind;
    int64_t user_id;
    const char *from_name, *from_email; /* of an answer or note: the agent's */
    const char *recipients, *cc, *subject;
    const char *body;
    int64_t quote_at; /* -1: nothing quoted */
    const char *html; /* sanitised, or NULL; NULL also when only its presence was asked for */
    bool has_html, has_remote_images;
    const char *mail_id;
    int64_t mail_in_id;
    int64_t created_at;
    enum delivery delivery; /* the worst of its outgoing mails */
    const char *delivery_text;
    int64_t delivered_at;      /* sent: when; deferred: the next try; else 0 */
    const char *thread_reason; /* why its mail came to this ticket; "" for a first one */
};

struct message_new {
    enum message_kind kind;
    const char *from_name, *from_email, *recipients, *cc, *subject;
    const char *body;
    int64_t quote_at;
    const char *html; /* sanitised, or NULL */
    bool has_remote_images;
    const char *mail_id; /* NULL: one of ours is made */
    int64_t mail_in_id;
    int64_t id;                /* 0: made here */
    const struct ticket *home; /* that it was written to, where *t only shows it; or NULL */
    const struct attachment_new *attachments; /* those that it is found by; added on their own */
    size_t attachments_n;
};

bool message_is_public(enum message_kind kind);
/* The beginning of what it says itself, as a line. */
const char *message_preview(struct arena *a, const char *body, int64_t quote_at);
/* Inside a transaction: the row, its reference, what it is found by; counts it on *t in memory
 * (preview, activity, messages), which the caller saves. *id is the message's. */
int message_add(struct act *act, struct ticket *t, const struct message_new *n, int64_t *id,
                struct err *err);
/* Whether To or Cc name this address. */
bool message_is_to(struct arena *a, const struct message *m, const char *email);
/* All of a ticket and of those that are shown on its page (ticket/merge.h), oldest first, with the
 * state of their delivery. The HTML itself only with with_html. */
int message_all(struct act *act, int64_t ticket_id, bool with_html, struct message **out, size_t *n,
                struct err *err);
/* Its two halves, without the HTML. */
struct db_later;
void message_ask(struct act *act, const struct ticket *t, struct db_later *later);
int message_answer(struct act *act, struct db_later *later, struct message **out, size_t *n,
                   struct err *err);
/* What message_by_id reads, and the customer's last message before an id (at most one); for
 * message_answer. */
void message_ask_one(struct act *act, int64_t ticket_id, int64_t id, struct db_later *later);
void message_ask_before(struct act *act, int64_t ticket_id, int64_t id, struct db_later *later);
/* 1, 0, -1; with its HTML. */
int message_by_id(struct act *act, int64_t ticket_id, int64_t id, struct message *out,
                  struct err *err);
/* The ticket that a message belongs to now: 1, 0, -1. */
int message_home(struct act *act, int64_t id, int64_t *ticket_id, struct err *err);
/* The last public message's id, 0 for none: what an answering agent must have seen. */
int message_last_public(struct act *act, int64_t ticket_id, int64_t *id, struct err *err);
/* Ids of the messages of a ticket, for References: newest last, at most 20, ends with NULL. */
int message_references(struct act *act, int64_t ticket_id, int64_t before_id, const char ***out,
                       struct err *err);
/* Its two halves. */
void message_references_ask(struct act *act, int64_t ticket_id, int64_t before_id,
                            struct db_later *later);
int message_references_answer(struct act *act, struct db_later *later, const char ***out,
                              struct err *err);

/* Remembers that this Message-ID (ours, theirs, an unseen ancestor) belongs to the ticket. */
int reference_add(struct act *act, const char *mail_id, int64_t ticket_id, int64_t message_id,
                  struct err *err);
/* The ticket that a foreign Message-ID belongs to: 1, 0 (unknown, or claimed by several), -1. */
int reference_find(struct act *act, const char *mail_id, int64_t *ticket_id, struct err *err);

int participant_add(struct act *act, int64_t ticket_id, const char *email, struct err *err);
/* 1 where the address is the ticket's customer or a participant, or that of one that is shown on
 * the same page; 0, -1. */
int participant_is(struct act *act, const struct ticket *t, const char *email, struct err *err);
/* The participants' addresses (without the customer), ends with NULL. */
int participant_all(struct act *act, int64_t ticket_id, const char ***out, struct err *err);
#endif
