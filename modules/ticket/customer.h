#ifndef DESKD_TICKET_CUSTOMER_H /* modules/ticket/customer.h - what customers do without mail: the \
                                   form, the signed link */
#define DESKD_TICKET_CUSTOMER_H
#include "ticket/act.h"
#include "ticket/attachment.h"
#include "ticket/ticket.h"

#include <stdbool.h>
struct err;

struct customer_message {
    const char *name, *email; /* of a new ticket */
    int64_t department_id;    /* 0, or unknown: the default */
    const char *subject, *text;
    bool is_spam; /* the trap was touched: kept, as spam, unanswered */
    struct attachment_new *attachments;
    size_t attachments_n;
};

/* A ticket from the contact form, with a receipt to the address (capped); *number is its number. */
int customer_open_ticket(struct act *act, const struct customer_message *m, int64_t *number,
                         struct err *err);
/* A reply through the signed link, with the status table's consequences: where the ticket is
 * closed, or its reopen window is over, a new linked ticket. *number is where the message went; the
 * ticket's own, too, where it is shown on another's page. */
int customer_reply(struct act *act, int64_t ticket_id, const struct customer_message *m,
                   int64_t *number, struct err *err);
/* 1 allowed, 0 not, -1: a receipt to this address, counted. */
int customer_receipt_allowed(struct act *act, const char *email, struct err *err);
#endif
