#ifndef DESKD_CLI_TICKET_SHOW_H /* cli/ticket_show.h - a ticket with all that belongs to it, in    \
                                   words */
#define DESKD_CLI_TICKET_SHOW_H
struct act;
struct buf;
struct err;
struct ticket;

/* Both add to out. */
int ticket_show_json(struct act *act, const struct ticket *t, struct buf *out, struct err *err);
int ticket_show_text(struct act *act, const struct ticket *t, struct buf *out, struct err *err);
#endif
