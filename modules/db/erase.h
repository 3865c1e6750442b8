#ifndef DESKD_DB_ERASE_H /* modules/db/erase.h - deletes a tenant's rows of tables that plugins    \
                            have brought */
#define DESKD_DB_ERASE_H
struct arena;
struct db;
struct err;

/* The tenant's rows of these tables (ends with NULL), a thousand at a time outside of a
 * transaction. Whatever order their foreign keys ask for. Only names that begin with p_. */
int erase_tables(struct db *db, const char *const *tables, struct err *err);
/* The tables of all plugins that there are, from the schema; on the global handle. */
int erase_find_tables(struct db *global, struct arena *a, const char *const **out, struct err *err);
#endif
