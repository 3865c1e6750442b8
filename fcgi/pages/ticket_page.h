#ifndef DESKD_FCGI_PAGES_TICKET_PAGE_H /* fcgi/pages/ticket_page.h - the page of one ticket, also  \
                                          after a form was refused */
#define DESKD_FCGI_PAGES_TICKET_PAGE_H
#include "ticket/ticket.h"
struct err;
struct request;
struct view;

/* Why the page is shown again instead of a redirect; all NULL or 0: it is just shown. */
struct ticket_page {
    int status;        /* 200, 400, 409 */
    const char *error; /* above the composer */
    const char *error_to, *error_cc;
    const char *conflict_name; /* 409: who was faster; "" unknown */
    const char *draft, *note;  /* what was written */
    const char *canned;        /* what to begin the answer with */
};
int ticket_page_render(struct request *rq, const struct ticket *t, const struct ticket_page *p,
                       struct err *err);
/* The ticket that the path's {number} names, or the one on whose page that is shown, within the
 * viewer's scope: 0, or ERR_NOT_FOUND. */
int ticket_of_path(struct request *rq, struct act *act, struct ticket *t, struct err *err);
/* The second of these: its page has another address. */
bool ticket_is_elsewhere(const struct request *rq, const struct ticket *t);
/* A redirect there, with a line that says why. what: behind the ticket's own path. */
int ticket_go_there(struct request *rq, const struct ticket *t, const char *what, struct err *err);
#endif
