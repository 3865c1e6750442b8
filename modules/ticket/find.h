#ifndef DESKD_TICKET_FIND_H /* modules/ticket/find.h - a page of tickets that a query means,       \
                               newest tickets first */
#define DESKD_TICKET_FIND_H
#include "ticket/list.h"

struct query;
struct roster;

/* A piece of a text: what was looked for, or what stands around it. */
struct find_piece {
    const char *text;
    bool is_hit;
};
struct find_pieces {
    struct find_piece *items;
    size_t n;
};

struct find_hit {
    struct list_row row;
    struct find_pieces subject;
    struct find_pieces snippet; /* n 0: the words stand elsewhere (a file's name, an address) */
};

enum find_problem {
    FIND_FINE,
    FIND_NO_DEPARTMENT, /* the query names one that the viewer has not */
    FIND_NO_AGENT
};

struct find_page {
    struct find_hit *hits;
    size_t n;
    int64_t older;   /* the next page: tickets with smaller numbers; 0: there is none */
    bool is_growing; /* the index is not complete: older tickets may be missing */
    enum find_problem problem;
};
#define FIND_PAGE 25

/* Tickets below that number (0: from the newest) that act's viewer may see. A page may be short, or
 * empty, and have an older one: so much is looked at and not more. Days of the query are those of
 * the zone in use. */
int find_tickets(struct act *act, const struct roster *names, const struct query *q, int64_t below,
                 struct find_page *out, struct err *err);
#endif
