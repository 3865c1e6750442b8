#ifndef DESKD_TICKET_FAILURE_H /* modules/ticket/failure.h - an answer that did not reach the      \
                                  customer */
#define DESKD_TICKET_FAILURE_H
#include "ticket/act.h"
struct err;
struct ticket;

struct failure {
    int64_t message_id;    /* the answer */
    int64_t user_id;       /* its author; 0: nobody to tell */
    const char *recipient; /* whom it did not reach */
    const char *reply;     /* what the other server said */
};

/* Inside a transaction, on a locked ticket: the event, the ticket is ours again if it was the last
 * word, and the author is told by mail. */
int failure_record(struct act *act, struct ticket *t, const struct failure *f, struct err *err);
#endif
