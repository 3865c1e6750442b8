#ifndef DESKD_SEARCH_LOOKUP_H /* modules/search/lookup.h - the numbers of tickets that a query may \
                                 mean, newest first */
#define DESKD_SEARCH_LOOKUP_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;
struct query;

/* What narrows a lookup beside the query's words. */
struct lookup_scope {
    const int64_t *departments; /* tickets that are, or were, in one of these (few of
                                   them; else the caller's own filter has to do); NULL: all */
    size_t departments_n;
    int64_t below;          /* numbers smaller than this; 0: all */
    int64_t at_least;       /* and not smaller than this */
    bool is_sparse;         /* few of the hits will do: as much as possible is read at once */
    const int64_t *numbers; /* only these, the highest first; NULL: any */
    size_t numbers_n;
};

struct lookup;
/* Reads what waits, and the newest blocks: one statement. NULL with err set. query and scope are
 * borrowed. */
struct lookup *lookup_open(struct db *db, struct arena *a, const struct query *q,
                           const struct lookup_scope *scope, struct err *err);
/* Tickets below this number are not indexed yet; 1: all are. */
int64_t lookup_indexed_from(const struct lookup *l);

struct lookup_hit {
    int64_t number;
    bool is_sure; /* else its text has to be looked at: the words are there, but perhaps apart */
};
/* The next ones, at most max; *n fewer than max: there are no more, or it ends here. Reads once
 * more if it must, as much as one statement may. */
int lookup_next(struct lookup *l, struct lookup_hit *hits, size_t max, size_t *n, struct err *err);
/* Tickets below this number have not been looked at, for that is as much as one lookup reads; 0:
 * all were. */
int64_t lookup_ended_at(const struct lookup *l);
#endif
