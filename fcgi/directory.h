#ifndef DESKD_FCGI_DIRECTORY_H /* fcgi/directory.h - host names seen within the last second */
#define DESKD_FCGI_DIRECTORY_H
#include <stddef.h>
#include <stdint.h>
struct app;
struct arena;
struct err;
struct keep;
struct tenant;

/* A directory is a keep (base/keep.h) of so many bytes: a flood of names takes no more. */
#define DIRECTORY_BYTES ((size_t)1024 * 1024)

/* The id of host's tenant where that is known already, without asking anybody; else 0. */
int64_t directory_peek(struct keep *d, const char *host);
/* The tenant of host: 1, 0 for none (remembered too), -1. Its strings live until the next call. */
int directory_find(const struct app *app, struct arena *a, const char *host, struct tenant *out,
                   struct err *err);
/* Puts an answer there for a second (found 0: none). */
int directory_put(struct keep *d, const char *host, const struct tenant *t, int found,
                  struct err *err);
#endif
