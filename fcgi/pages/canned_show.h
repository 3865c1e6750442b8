#ifndef DESKD_FCGI_PAGES_CANNED_SHOW_H /* fcgi/pages/canned_show.h - predefined answers shown,     \
                                          read from their form, and filled in for a ticket */
#define DESKD_FCGI_PAGES_CANNED_SHOW_H
#include <stdint.h>
struct canned;
struct err;
struct request;
struct roster;
struct ticket;
struct view;

/* whose: for whom it is, in words. */
void canned_show_whose(struct view *row, const struct roster *names, const struct canned *c);
/* The fields of canned/_form: as they are (c NULL: of a new one) / as they were typed. */
void canned_show_saved(struct request *rq, struct view *v, const struct roster *names,
                       const struct canned *c);
void canned_show_typed(struct request *rq, struct view *v, const struct roster *names);
/* The form into *c, whose id and version are the caller's. NULL, or what is wrong with it. */
const char *canned_read(struct request *rq, const struct roster *names, struct canned *c);

/* A text filled with what is known of the ticket and who answers it. */
const char *canned_fill_for(struct request *rq, const struct ticket *t, const char *body);
/* The filled text of one: 1, 0 where the person sees no such, -1. */
int canned_chosen(struct request *rq, const struct ticket *t, int64_t id, const char **text,
                  struct err *err);
#endif
