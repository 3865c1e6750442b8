#ifndef DESKD_SEARCH_TERMS_H /* modules/search/terms.h - what a piece of text is found by */
#define DESKD_SEARCH_TERMS_H
#include "base/buf.h"
#include "base/str.h"
#include "search/word.h"

#define TERM_BYTES     (WORD_BYTES + 1)
#define TERMS_MAX      1000                /* of one message */
#define TERM_TEXT_MAX  ((size_t)32 * 1024) /* bytes of one text that are read for words */
#define COMPOUND_WORDS 12

/* A term is a word, or a marker and a word. Words hold no control characters. */
enum term_mark {
    TERM_WORD = 0,       /* no marker: said anywhere */
    TERM_SUBJECT = 1,    /* said in a subject */
    TERM_SENDER = 2,     /* part of a sender's name or address */
    TERM_HEAD = 3,       /* the first three letters of words; only blocks have these */
    TERM_DEPARTMENT = 4, /* id of a department that the ticket is, or was, in */
    TERM_ANY = 5         /* every ticket */
};
#define HEAD_LETTERS 3

/* The distinct terms of one message, each a line of out. */
struct terms {
    struct arena *arena;
    struct buf out;
    struct str *slots; /* a hash table of what is in out */
    size_t n;
};
struct terms terms_new(struct arena *a);
/* Words of text, also marked where mark is not TERM_WORD. Compounds (addresses, host names, numbers
 * such as FV/2026/11) count by their words and as a whole. */
void terms_add(struct terms *t, enum term_mark mark, const char *text);
/* The marker with an id; the marker alone. */
void terms_add_id(struct terms *t, enum term_mark mark, int64_t id);
void terms_add_mark(struct terms *t, enum term_mark mark);

/* Words that stand joined, as one text: "jan@example.com". is_whole: such a compound is a term of
 * its own. NULL where it is longer than a word may be. */
const char *compound_text(struct arena *a, const struct word *words, size_t n);
bool compound_is_whole(const struct word *words, size_t n);
#endif
