#ifndef DESKD_FCGI_PERCENT_H /* fcgi/percent.h - %41 and back, strictly */
#define DESKD_FCGI_PERCENT_H
#include <stdbool.h>
#include <stddef.h>
struct arena;
struct err;

/* Decodes n bytes once; plus_is_space as in forms. A bad escape, a NUL or invalid UTF-8 is
 * ERR_INVALID. */
int percent_decode(struct arena *a, const char *p, size_t n, bool plus_is_space, char **out,
                   struct err *err);
/* The path of a request line, decoded once. ERR_NOT_FOUND for what no page of ours has: "//", "."
 * and ".." segments, ";", a backslash, a control character, an encoded slash. */
int percent_path(struct arena *a, const char *p, size_t n, char **out, struct err *err);
/* Everything but unreserved characters (RFC 3986) and the bytes in keep is escaped. */
char *percent_encode(struct arena *a, const char *s, const char *keep);
#endif
