#ifndef DESKD_TICKET_TALLY_H /* modules/ticket/tally.h - what a ticket's row says of its messages, \
                                made anew where messages came or went */
#define DESKD_TICKET_TALLY_H
struct act;
struct err;
struct ticket;

/* Inside a transaction: *t's messages, has_attachments, activity_at and preview, of all that is
 * shown on its page; the caller saves it. */
int tally(struct act *act, struct ticket *t, struct err *err);
#endif
