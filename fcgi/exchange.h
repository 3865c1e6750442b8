#ifndef DESKD_FCGI_EXCHANGE_H /* fcgi/exchange.h - the wires of one request */
#define DESKD_FCGI_EXCHANGE_H
#include <stddef.h>
struct app;
struct arena;

struct exchange {
    char *const *env; /* "NAME=value", ends with NULL */
    /* Reads up to n bytes of the body: how many, 0 at its end, -1 where it broke or took too long.
     */
    long (*read)(void *data, char *p, size_t n);
    /* Writes all n bytes: 0, or -1 where nobody listens any more. */
    int (*write)(void *data, const char *p, size_t n);
    void *data;
    char id[13]; /* of the request, for logs and people */
};

/* Gives it a fresh id. */
void exchange_name(struct exchange *x);

/* Serves one request from its first byte to its log line. a is reset by the caller afterwards; it
 * must be fresh, for the request sets its boundary. */
void exchange_serve(struct app *app, struct arena *a, const struct exchange *x);
#endif
