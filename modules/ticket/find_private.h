#ifndef DESKD_TICKET_FIND_PRIVATE_H /* modules/ticket/find_private.h - a search under way */
#define DESKD_TICKET_FIND_PRIVATE_H
#include "search/lookup.h"
#include "ticket/find.h"

/* What was said in a ticket. */
struct find_text {
    int64_t ticket_id;
    const char *from_name, *from_email, *subject, *body;
};

/* find_filter.c: the query's filters as those of a list and of a lookup; at most one statement.
 * *problem says which name is nobody's. */
#define FIND_SET 3000 /* tickets that pass a filter and are known before anything is looked up */
int find_filter(struct act *act, const struct roster *names, const struct query *q,
                struct list_filter *filter, struct lookup_scope *scope, enum find_problem *problem,
                struct err *err);

/* find_text.c: of at most FIND_TEXTS tickets, in one statement. */
#define FIND_TEXTS 150
int find_read_texts(struct act *act, const struct list_row *rows, size_t n, struct find_text **out,
                    size_t *texts_n, struct err *err);
/* Whether the ticket's texts really say all that the query wants, and nothing that it does not. */
bool find_is_meant(const struct query *q, const struct list_row *row, const struct find_text *texts,
                   size_t n);
void find_show(struct act *act, const struct query *q, const struct list_row *row,
               const struct find_text *texts, size_t n, struct find_hit *out);
#endif
