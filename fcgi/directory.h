#ifndef DESKD_FCGI_DIRECTORY_H /* fcgi/directory.h - host names seen within the last second */
#define DESKD_FCGI_DIRECTORY_H
#include <stdint.h>
struct app;
struct arena;
struct directory;
struct err;
struct tenant;

int directory_new(struct directory **out, struct err *err);
void directory_free(struct directory **directory);
/* The tenant of host: 1, 0 for none (remembered too), -1. Its strings live until the next call. */
/* The id of host's tenant where that is known already, without asking anybody; else 0. */
int64_t directory_peek(const struct directory *d, const char *host);
int directory_find(const struct app *app, struct arena *a, const char *host, struct tenant *out,
                   struct err *err);
/* Puts an answer there for a second (found 0: none). */
int directory_put(struct directory *d, const char *host, const struct tenant *t, int found,
                  struct err *err);
#endif
