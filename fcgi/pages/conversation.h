#ifndef DESKD_FCGI_PAGES_CONVERSATION_H /* fcgi/pages/conversation.h - messages and events of a    \
                                           ticket as rows of a view */
#define DESKD_FCGI_PAGES_CONVERSATION_H
#include "ticket/dossier.h"
#include "ticket/message.h"
#include "ticket/ticket.h"
struct err;
struct request;
struct roster;
struct view;

/* What a ticket's page is made of, read in two statements. */
struct conversation {
    struct act act;
    const struct ticket *ticket;
    struct message *messages;
    size_t messages_n;
    struct dossier around;
};
/* names: of the people in its events, or NULL where those are not shown. */
int conversation_read(struct conversation *c, const struct roster *names, struct err *err);
/* The rows "items" of tickets/show, and its has_earlier, earlier_n, hint_number, creator_name.
 */
void conversation_show(struct request *rq, struct view *v, const struct conversation *c);
/* origin_number: of the merged ticket that the message belongs to, or absent. */
void conversation_origin(struct view *row, const struct conversation *c, const struct message *m);
/* text_html, quoted_html and is_cut of a message of plain text: at most max bytes of it. */
void conversation_text(struct view *row, const struct message *m, size_t max);
/* attachments and has_attachments of one message. */
void conversation_files(struct view *row, const struct conversation *c, int64_t message_id,
                        const char *prefix);
#endif
