#ifndef DESKD_BASE_STR_H /* modules/base/str.h - small questions and changes to C strings */
#define DESKD_BASE_STR_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;

/* Bytes that somebody else owns; p may hold NULs and need not end with one. */
struct str {
    const char *p;
    size_t n;
};

struct str str_of(const char *s);
bool str_is(const char *a, const char *b);        /* both may be NULL; NULL is only NULL */
bool str_is_nocase(const char *a, const char *b); /* ASCII letters only */
bool str_starts(const char *s, const char *prefix);
bool str_starts_nocase(const char *s, const char *prefix);
bool str_ends(const char *s, const char *suffix);
bool str_is_empty(const char *s);                     /* NULL or "" */
const char *str_or(const char *s, const char *other); /* s, or other where s is empty */

/* Copies without white space at both ends / with ASCII letters lowered. */
char *str_trim(struct arena *a, const char *s);
char *str_lower(struct arena *a, const char *s);
/* A valid UTF-8 copy: every bad byte and every NUL becomes U+FFFD, line ends become \n. */
char *str_utf8(struct arena *a, const char *p, size_t n);
bool str_is_utf8(const char *p, size_t n);
/* At most max code points of s, cut at a word where possible, with an ellipsis when cut. */
char *str_cut(struct arena *a, const char *s, size_t max);
/* One line: runs of white space and control characters become one space; at most max code points.
 */
char *str_line(struct arena *a, const char *s, size_t max);

/* The whole of s as a decimal number within min and max: true and *out, or false. */
bool str_i64(const char *s, int64_t min, int64_t max, int64_t *out);
#endif
