#ifndef DESKD_DB_KEPT_H /* modules/db/kept.h - rows that were read a moment ago, of tenants to     \
                           which nobody has written since */
#define DESKD_DB_KEPT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct db_arg;
struct db_rows;
struct db_sql;
struct kept;

/* What was asked. */
struct kept_question {
    const struct db *db;
    const struct db_sql *sql;
    const struct db_arg *args;
    size_t n;
};

/* NULL where there is no memory: then nothing is kept. */
struct kept *kept_new(void);
void kept_free(struct kept **kept);
/* The rows, copied to a: only those of the same statement, tenant and arguments, with this pulse.
 */
bool kept_find(const struct kept *kept, const struct kept_question *q, uint64_t pulse,
               struct arena *a, struct db_rows *out);
/* Keeps a copy, if it is small, for a second. pulse is what it was before the rows were asked for.
 */
void kept_put(struct kept *kept, const struct kept_question *q, uint64_t pulse,
              const struct db_rows *rows);
#endif
