#ifndef DESKD_BASE_KEEP_H /* modules/base/keep.h - what a process keeps by a key: so many bytes,   \
                             those used last */
#define DESKD_BASE_KEEP_H
#include <stddef.h>
struct err;

/* Each thing is one piece of memory of just its size. Where all of them together would be more than
 * most bytes, those go that were used longest ago: so no number of tenants or names fills memory,
 * and one that is idle costs what is written down of it and nothing else. */
struct keep;

int keep_new(struct keep **out, size_t most, struct err *err);
void keep_free(struct keep **k);

/* What is kept under key, or NULL. It lives until the next keep_put. */
void *keep_find(struct keep *k, const void *key, size_t key_n);
/* Room of n bytes (zeroed) under key, in the place of what was there. NULL where nothing can be
 * kept: without memory, or where it would take more than an eighth of all. */
void *keep_put(struct keep *k, const void *key, size_t key_n, size_t n);
#endif
