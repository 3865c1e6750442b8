#ifndef DESKD_FCGI_PARAMS_H /* fcgi/params.h - the FastCGI parameters of a request */
#define DESKD_FCGI_PARAMS_H
#include <stdbool.h>
#include <stddef.h>
struct arena;
struct err;

#define PARAMS_MAX        256
#define PARAMS_MAX_BYTES  ((size_t)64 * 1024)
#define HEADERS_MAX_BYTES ((size_t)16 * 1024)
#define URL_MAX_BYTES     ((size_t)8 * 1024)

struct param {
    const char *name, *value;
};

struct params {
    struct param *items;
    size_t n;
};

/* Reads "NAME=value" strings, which must outlive out. ERR_HEADERS: more than fits
 * (HEADERS_MAX_BYTES counts names and values of HTTP_*); ERR_INVALID: a control character, or one
 * of the parameters that decide something came twice. */
int params_read(struct arena *a, char *const *env, struct params *out, struct err *err);
/* The value of the first one called name; NULL: none. */
const char *params_get(const struct params *p, const char *name);
/* The same, "" for none. */
const char *params_text(const struct params *p, const char *name);
#endif
