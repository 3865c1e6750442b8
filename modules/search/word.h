#ifndef DESKD_SEARCH_WORD_H /* modules/search/word.h - the words of a text, in the one form in     \
                               which they are compared */
#define DESKD_SEARCH_WORD_H
#include <stdbool.h>
#include <stddef.h>

#define WORD_BYTES 64 /* of a word; what is longer counts by its beginning */

/* A word is a run of letters and digits; signs of scripts without spaces are words of their own.
 * Case, accents and compatibility forms are gone: "Żółć" is "zolc", "STRASSE" is "strasse". */
struct word {
    char text[WORD_BYTES + 1];
    size_t n;
    size_t at, end; /* where it stands in the text */
    char joint;     /* the one sign between it and the word before; 0: they stand apart */
};
#define JOINT_NONE_NEEDED '\1' /* signs without spaces between them */

struct word_reader {
    const char *p;
    size_t n, at;
};
/* Reads n bytes of any kind; what is no UTF-8 is no letter. */
struct word_reader word_reader(const char *p, size_t n);
bool word_next(struct word_reader *r, struct word *out);
/* Bytes of the first so many letters of a word, or 0 where it has fewer. */
size_t word_head(const char *text, size_t n, size_t letters);
#endif
