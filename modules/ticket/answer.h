#ifndef DESKD_TICKET_ANSWER_H /* modules/ticket/answer.h - what agents say: answers, notes,        \
                                 tickets of their own */
#define DESKD_TICKET_ANSWER_H
#include "mail/mail.h"
#include "ticket/act.h"
#include "ticket/attachment.h"

#include <stdbool.h>
struct err;

struct answer {
    int64_t ticket_id;
    int64_t version;       /* of the ticket that its author had seen; 0: does not matter */
    int64_t department_id; /* where the ticket is believed to be: saves a trip; 0: not known */
    const char *text;      /* as written; the signature is added when it is sent */
    struct mail_addresses to,
        cc; /* to empty: the customer; participants are what these lists say */
    bool resolves;
    bool is_silent; /* not mailed: an answer given by other means */
    struct attachment_new *attachments;
    size_t attachments_n;
};

/* Message, status, responsibility and outgoing mails in one transaction. ERR_CONFLICT when
 * somebody changed the ticket since version, ERR_REFUSED where the status does not allow it. */
int answer_send(struct act *act, const struct answer *x, int64_t *message_id, struct err *err);
/* A note: changes nothing but the conversation. */
int answer_note(struct act *act, const struct answer *x, int64_t *message_id, struct err *err);

struct answer_new_ticket {
    const char *customer_email, *customer_name, *subject;
    int64_t department_id;
    int64_t agent_id;    /* 0: nobody, R1 */
    bool is_mailed;      /* our text goes to the customer; else it is what the customer said */
    struct answer first; /* text, cc, attachments */
};
/* A ticket on behalf of a customer. */
int answer_open_ticket(struct act *act, const struct answer_new_ticket *n, int64_t *number,
                       struct err *err);
#endif
