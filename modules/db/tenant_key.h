#ifndef DESKD_DB_TENANT_KEY_H /* modules/db/tenant_key.h - does a statement stay within            \
                                         one tenant? */
#define DESKD_DB_TENANT_KEY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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

/*
 * The same for a statement of a plugin, whose tables these are: NULL, or what is wrong. It may be
 * one SELECT, INSERT, UPDATE, DELETE or REPLACE, touches no other table, and has no comments,
 * double quotes or backslashes, which would be read by the database in another way than here.
 * marks: how many "?" it has; tenant_marks: bit i for each of the first 64 that must be the tenant.
 */
const char *tenant_key_check_own(struct arena *a, const char *sql, const char *const *tables,
                                 unsigned *marks, uint64_t *tenant_marks);

/* NULL where sql makes, changes or drops one table of these, with keys that begin with tenant_id;
 * else what is wrong. For migrations of plugins; their "--" comments are gone already. */
const char *tenant_key_check_ddl(struct arena *a, const char *sql, const char *const *tables);
#endif
