#ifndef DESKD_FCGI_PAIRS_H /* fcgi/pairs.h - names and values as they came */
#define DESKD_FCGI_PAIRS_H
#include <stddef.h>
struct arena;
struct err;

#define PAIRS_MAX 1000

struct pair {
    const char *name;  /* valid UTF-8 without NUL, as is the value of what is no file */
    const char *value; /* NUL behind it, but not behind a file */
    size_t size;
    const char *file_name; /* NULL: no file. "": a file field that was left empty */
    const char *type;      /* of a file, as declared; "" */
};

struct pairs {
    struct pair *items;
    size_t n, cap;
};

/* ERR_INVALID after PAIRS_MAX of them. */
int pairs_add(struct pairs *p, struct arena *a, struct pair pair, struct err *err);

/* Reads a query or an application/x-www-form-urlencoded body (WHATWG URL, but strictly: see
 * percent_decode). */
int urlencoded_read(struct arena *a, const char *p, size_t n, struct pairs *out, struct err *err);
/* Reads a multipart/form-data body (RFC 7578); values of files point into p, which must outlive
 * out. */
int multipart_read(struct arena *a, const char *content_type, const char *p, size_t n,
                   struct pairs *out, struct err *err);
/* Reads a Cookie header (RFC 6265). What is malformed is skipped: others may set cookies too. */
void cookie_read(struct arena *a, const char *header, struct pairs *out);
#endif
