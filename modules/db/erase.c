#include "db/erase.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK      1000
#define CHUNK_TEXT "1000"
#define TABLES_MAX 512 /* of all plugins together, in one process */
#define TEXT_SIZE  128

DB_SQL_GLOBAL(plugin_tables, 10000,
              "SELECT table_name FROM information_schema.columns WHERE table_schema = DATABASE() "
              "AND column_name = 'tenant_id' AND table_name LIKE 'p\\_%' ORDER BY table_name");

/* A table's statement, made when first asked for; it lives as long as the process. */
static struct erase_statement {
    struct db_sql sql;
    char table[80], text[TEXT_SIZE + 80];
} * statements[TABLES_MAX];

static bool is_plugins(const char *table)
{
    size_t n = strlen(table);
    return str_starts(table, "p_") && n <= 64 &&
           strspn(table, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

static const struct db_sql *statement_of(const char *table, struct err *err)
{
    size_t i = 0;
    while (i < TABLES_MAX && statements[i] != NULL && !str_is(statements[i]->table, table))
        i++;
    if (i < TABLES_MAX && statements[i] != NULL)
        return &statements[i]->sql;
    struct erase_statement *s = i < TABLES_MAX && is_plugins(table) ? calloc(1, sizeof(*s)) : NULL;
    if (s == NULL) {
        (void)err_set(err, ERR_INTERNAL, "the rows of %.64s cannot be deleted", table);
        return NULL;
    }
    (void)snprintf(s->table, sizeof(s->table), "%s", table);
    (void)snprintf(s->text, sizeof(s->text), "DELETE FROM %s WHERE tenant_id = ? LIMIT " CHUNK_TEXT,
                   table);
    s->sql = (struct db_sql) { .name = s->table, .text = s->text, .file = "", .budget = CHUNK };
    if (!db_sql_add(&s->sql)) {
        free(s);
        (void)err_set(err, ERR_INTERNAL, "too many statements");
        return NULL;
    }
    statements[i] = s;
    return &s->sql;
}

static int erase_table(struct db *db, const char *table, struct err *err)
{
    const struct db_arg args[] = { DB_TENANT };
    const struct db_sql *sql = statement_of(table, err);
    int64_t n = sql == NULL ? -1 : CHUNK;
    while (n == CHUNK)
        n = db_exec_(db, err, sql, args, 1);
    return n < 0 ? err_wrap(err, "erase %s", table) : 0;
}

/* One whose rows are still referred to is tried again when the others are empty. */
int erase_tables(struct db *db, const char *const *tables, struct err *err)
{
    size_t failed = 0, before;
    do {
        before = failed;
        failed = 0;
        for (const char *const *t = tables; *t != NULL; t++)
            failed += erase_table(db, *t, err) < 0;
    } while (failed > 0 && failed != before && err->code != ERR_UNAVAILABLE);
    return failed > 0 ? -1 : 0;
}

int erase_find_tables(struct db *global, struct arena *a, const char *const **out, struct err *err)
{
    struct db_rows rows;
    size_t n = 0;
    if (db_all_(global, a, &rows, err, &plugin_tables, NULL, 0) < 0)
        return -1;
    const char **tables = arena_array(a, rows.n + 1, sizeof(*tables));
    for (size_t i = 0; i < rows.n; i++)
        if (is_plugins(db_str(&rows.rows[i], 0)))
            tables[n++] = db_str(&rows.rows[i], 0);
    tables[n] = NULL;
    *out = tables;
    return 0;
}
