#ifndef DESKD_DB_RECENT_H /* modules/db/recent.h - rows that were read a moment ago, of tenants to \
                           which nobody has written since */
#define DESKD_DB_RECENT_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct db_arg;
struct db_rows;
struct db_sql;
struct recent;

/* What was asked. */
struct recent_question {
    const struct db *db;
    const struct db_sql *sql;
    const struct db_arg *args;
    size_t n;
};

/* NULL where there is no memory: then nothing is kept. */
struct recent *recent_new(void);
void recent_free(struct recent **recent);
/* The rows, copied to a: only those of the same statement, tenant and arguments, with this pulse.
 */
bool recent_find(const struct recent *recent, const struct recent_question *q, uint64_t pulse,
                 struct arena *a, struct db_rows *out);
/* Keeps a copy, if it is small, for a second. pulse is what it was before the rows were asked for.
 */
void recent_put(struct recent *recent, const struct recent_question *q, uint64_t pulse,
                const struct db_rows *rows);
#endif
