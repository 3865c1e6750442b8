#ifndef DESKD_TESTS_LIVE_TENANT_KEY_H /* tests/live/tenant_key.h - does a statement stay within    \
                                         one tenant? */
#define DESKD_TESTS_LIVE_TENANT_KEY_H
#include <stdbool.h>
#include <stddef.h>
struct arena;

/* The places of a statement's text that bind a table to the tenant. */
struct key_place {
    size_t at, n;
};
#define KEY_PLACES_MAX 128
struct key_places {
    struct key_place items[KEY_PLACES_MAX];
    size_t n;
};

/*
 * NULL where every tenant table that sql names is bound to the tenant: by tenant_id = ?, or by
 * being joined on tenant_id to one that is, in a condition that always holds (no OR beside it, and
 * no outer join that would only empty the other side). INSERT must name tenant_id first and give it
 * ? or the tenant_id of a bound table. Else what is wrong. tables ends with NULL. places may be
 * NULL.
 */
const char *tenant_key_check(struct arena *a, const char *sql, const char *const *tables,
                             struct key_places *places);
#endif
