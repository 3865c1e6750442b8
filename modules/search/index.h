#ifndef DESKD_SEARCH_INDEX_H /* modules/search/index.h - what is known of which ticket says what   \
                              */
#define DESKD_SEARCH_INDEX_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;
struct terms;

/*
 * The index knows tickets by their number and nothing else of them. New terms wait as one row, in
 * the transaction of the message that they come from, and are found there; from time to time a job
 * merges what waits into the blocks: for each term, which of 1024 neighbouring tickets have it.
 * Terms are only ever added: who finds a number looks at the ticket.
 */

/* Inside a transaction. id: the message's; a second call with it adds to the first. */
int search_add(struct db *db, int64_t id, int64_t number, const struct terms *terms,
               struct err *err);
/* Merges some of what waits, as a transaction: *n rows, 0 when nothing waits. */
int search_merge(struct db *db, struct arena *a, size_t *n, struct err *err);
#define MERGE_ROWS 200

/* Tickets older than the index: those below *from are not in it yet. Inside a transaction: nobody
 * else changes the tenant's blocks until its end. */
int search_lock(struct db *db, struct arena *a, int64_t *from, struct err *err);
int search_set_from(struct db *db, int64_t from, struct err *err);
/* Behind search_lock: these terms (lines, as struct terms has them) into the blocks. */
struct search_doc {
    int64_t number;
    const char *terms;
    size_t n;
};
int search_put(struct db *db, struct arena *a, const struct search_doc *docs, size_t n,
               struct err *err);
#endif
