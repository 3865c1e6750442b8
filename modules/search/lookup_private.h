#ifndef DESKD_SEARCH_LOOKUP_PRIVATE_H /* modules/search/lookup_private.h - a lookup under way */
#define DESKD_SEARCH_LOOKUP_PRIVATE_H
#include "base/str.h"
#include "search/bits.h"
#include "search/lookup.h"
#include "search/query.h"

#define LEAVES_MAX      200 /* all that atoms and departments can need */
#define DEPARTMENTS_MAX 64

/* A term that is looked up, or a range of them, with its tickets in the blocks low to high. */
struct leaf {
    struct str term;
    bool is_range;
    bool is_vague; /* of too many words: its tickets have some word that begins alike */
    struct bits *bits;
    struct bits *ranges; /* of a range, read once: by block */
    int64_t *waiting;    /* numbers of tickets whose terms wait */
    size_t waiting_n, waiting_cap;
};

struct node {
    const struct atom *atom;
    struct leaf *whole;
    struct leaf *parts[PHRASE_WORDS];
    size_t parts_n;
};

struct lookup {
    struct db *db;
    struct arena *arena;
    const struct query *query;
    const struct lookup_scope *scope;
    struct leaf leaves[LEAVES_MAX];
    size_t leaves_n;
    struct node nodes[QUERY_ATOMS];
    size_t nodes_n;
    struct leaf *departments[DEPARTMENTS_MAX];
    size_t departments_n;
    struct leaf *any;
    bool has_positive, is_scoped;
    int64_t last, indexed_from;
    int64_t next, bottom; /* numbers: where to go on, where to end */
    size_t numbers_at;    /* of the scope's numbers */
    int64_t low, high;    /* blocks that are read */
    bool was_read_on;     /* beyond what was read at first */
    int64_t ended_at;
    int64_t block;
    bool is_evaluated;
    struct bits found, unsure; /* of block */
};

/* Blocks that one statement reads of so many terms. */
#define LOOKUP_ROWS 4000
int64_t lookup_blocks(const struct lookup *l);
/* What waits, ranges of words, and the newest blocks, at most so many. */
int lookup_read_first(struct lookup *l, int64_t blocks, struct err *err);
int lookup_read_blocks(struct lookup *l, int64_t low, int64_t high, struct err *err);
#endif
