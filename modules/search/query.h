#ifndef DESKD_SEARCH_QUERY_H /* modules/search/query.h - what somebody typed into the search field \
                              */
#define DESKD_SEARCH_QUERY_H
#include "base/str.h"
#include "search/terms.h"

#include <stdint.h>
struct arena;

#define QUERY_ATOMS  12 /* what stands behind them is not looked for */
#define PHRASE_WORDS 10

enum atom_kind {
    ATOM_WORD,
    ATOM_PREFIX, /* word* */
    ATOM_PHRASE  /* "words that follow each other", and whatever is typed without a space */
};

struct atom {
    enum atom_kind kind;
    enum term_mark field; /* TERM_WORD: said anywhere */
    bool is_not;
    struct str words[PHRASE_WORDS];
    size_t n;
    const char *whole; /* of a phrase that is also a term of its own; else NULL */
    bool is_exact;     /* an address: only as a whole */
};

/* Everything must hold. What is not understood as anything else is words. */
struct query {
    struct atom atoms[QUERY_ATOMS];
    size_t n;
    bool is_cut;    /* there was more than is looked for */
    int64_t number; /* "#123" and nothing else: a ticket; else 0 */
    /* As typed, NULL where not given: */
    const char *status, *agent, *department;
    const char *before, *after; /* days: "2026-11-22" */
};

/* Any text at all is a query. */
void query_parse(struct arena *a, const char *text, struct query *out);
/* Nothing to look for, and no filter. */
bool query_is_empty(const struct query *q);

/* Where an atom stands in a text: 1 with its bytes, 0. Looks at words only, so it agrees with the
 * index. Continues behind *end; begin with *at = *end = 0. */
bool atom_find(const struct atom *atom, const char *text, size_t n, size_t *at, size_t *end);
#endif
