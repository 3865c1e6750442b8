#include "db/db_private.h" /* statements that are waited for, their arguments and rows */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "db/breaker.h"
#include "db/pulse.h"

#include <string.h>

struct db db_tenant(struct db_conn *conn, int64_t tenant_id)
{
    return (struct db) { .conn = conn, .tenant_id = tenant_id };
}

struct db db_global(struct db_conn *conn)
{
    return (struct db) { .conn = conn };
}

struct db_arg db_arg_str(const char *s)
{
    return s == NULL ? DB_NULL : (struct db_arg) { .type = DB_ARG_STR, .p = s, .n = strlen(s) };
}

struct db_arg db_arg_id(int64_t id)
{
    return id == 0 ? DB_NULL : DB_I64(id);
}

int rows_fetch(struct db *db, struct statement *s, struct arena *a, struct db_rows *rows,
               struct err *err)
{
    size_t cap = 0;
    int rc;
    struct db_row row;
    while ((rc = statement_fetch(db, s, a, &row, err)) > 0) {
        if (rows->n == cap) {
            cap = cap == 0 ? 64 : cap * 2;
            struct db_row *grown = arena_array(a, cap, sizeof(*grown));
            if (rows->n > 0)
                memcpy(grown, rows->rows, rows->n * sizeof(*grown));
            rows->rows = grown;
        }
        rows->rows[rows->n++] = row;
    }
    return rc;
}

void statement_finish(const struct db_conn *c, struct statement *s)
{
    if (c->mysql != NULL)
        (void)mysql_stmt_free_result(s->stmt);
}

bool sql_is_allowed(const struct db_sql *sql, struct err *err)
{
    if (breaker_allows(sql_place(sql)))
        return true;
    (void)err_set(err, ERR_UNAVAILABLE, "%s took too long a moment ago", sql->name);
    return false;
}

void sql_judge(const struct db_conn *c, const struct db_sql *sql, bool worked, int64_t start)
{
    if (!worked && clock_ticks_us() - start >= c->query_seconds * SECOND)
        breaker_failed(sql_place(sql));
    else
        breaker_worked(sql_place(sql));
}

/* SELECT, SET, or a UNION. */
static bool is_reading(const struct db_sql *sql)
{
    return sql->text[0] == 'S' || sql->text[0] == '(';
}

void conn_note_writing(struct db *db, const struct db_sql *sql)
{
    struct db_conn *c = db->conn;
    if (is_reading(sql))
        return;
    c->written_to = c->has_written && c->written_to != db->tenant_id ? 0 : db->tenant_id;
    c->has_written = true;
}

void conn_tell_writing(struct db_conn *c)
{
    if (c->has_written)
        pulse_beat(c->written_to);
    c->has_written = false;
}

struct statement *statement_ready(struct db *db, const struct db_sql *sql, struct err *err)
{
    struct db_conn *c = db->conn;
    waiting_receive(c);
    if (c->depth > 0 && c->put_error.code != ERR_NONE) {
        *err = c->put_error;
        return NULL;
    }
    if (c->depth > 0 && c->mysql == NULL) {
        (void)err_set(err, ERR_UNAVAILABLE, "the connection was lost in a transaction");
        return NULL;
    }
    return conn_open(c, err) < 0 ? NULL : statement_get(c, sql, err);
}

/* One execution; a connection that was lost while idle is replaced once, outside of transactions.
 */
static struct statement *run(struct db *db, const struct db_sql *sql, const struct db_arg *args,
                             size_t n, struct err *err)
{
    struct db_conn *c = db->conn;
    for (int attempt = 0;; attempt++) {
        bool may_repeat = c->mysql != NULL && c->depth == 0 && attempt == 0 && is_reading(sql);
        struct statement *s = statement_ready(db, sql, err);
        if (s != NULL && statement_execute(db, s, sql, args, n, err) == 0)
            return s;
        if (!may_repeat || c->mysql != NULL)
            return NULL;
    }
}

static struct statement *run_timed(struct db *db, const struct db_sql *sql,
                                   const struct db_arg *args, size_t n, struct err *err)
{
    int64_t start = clock_ticks_us();
    waiting_receive(db->conn);
    int64_t own_start = clock_ticks_us();
    struct statement *s = NULL;
    if (sql_is_allowed(sql, err)) {
        s = run(db, sql, args, n, err);
        sql_judge(db->conn, sql, s != NULL, own_start);
        conn_note_writing(db, sql);
    }
    if (db->conn->depth == 0)
        conn_tell_writing(db->conn);
    db->conn->stats.us += clock_ticks_us() - start;
    db->conn->stats.statements++;
    return s;
}

int db_one_(struct db *db, struct arena *a, struct db_row *row, struct err *err,
            const struct db_sql *sql, const struct db_arg *args, size_t n)
{
    struct statement *s = run_timed(db, sql, args, n, err);
    if (s == NULL)
        return -1;
    db->conn->is_reading = true;
    int rc = statement_fetch(db, s, a, row, err);
    statement_finish(db->conn, s);
    db->conn->is_reading = false;
    return rc;
}

int db_all_(struct db *db, struct arena *a, struct db_rows *rows, struct err *err,
            const struct db_sql *sql, const struct db_arg *args, size_t n)
{
    *rows = (struct db_rows) { NULL, 0 };
    struct statement *s = run_timed(db, sql, args, n, err);
    if (s == NULL)
        return -1;
    int64_t start = clock_ticks_us();
    db->conn->is_reading = true;
    int rc = rows_fetch(db, s, a, rows, err);
    statement_finish(db->conn, s);
    db->conn->is_reading = false;
    db->conn->stats.us += clock_ticks_us() - start;
    return rc;
}

int64_t db_exec_(struct db *db, struct err *err, const struct db_sql *sql,
                 const struct db_arg *args, size_t n)
{
    struct statement *s = run_timed(db, sql, args, n, err);
    if (s == NULL)
        return -1;
    int64_t affected = (int64_t)mysql_stmt_affected_rows(s->stmt);
    statement_finish(db->conn, s);
    return affected;
}

int db_prepare(struct db_conn *conn, const struct db_sql *sql, struct err *err)
{
    if (conn_open(conn, err) < 0)
        return -1;
    return statement_get(conn, sql, err) == NULL ? -1 : 0;
}

int64_t db_insert_id(const struct db *db)
{
    return db->conn->insert_id;
}

int64_t db_i64(const struct db_row *row, unsigned column)
{
    return column < row->n ? row->values[column].i64 : 0;
}

const char *db_text(const struct db_row *row, unsigned column)
{
    return column < row->n ? row->values[column].p : NULL;
}

const char *db_str(const struct db_row *row, unsigned column)
{
    const char *s = db_text(row, column);
    return s != NULL ? s : "";
}

const void *db_blob(const struct db_row *row, unsigned column, size_t *n)
{
    *n = column < row->n ? row->values[column].n : 0;
    return db_text(row, column);
}

bool db_is_null(const struct db_row *row, unsigned column)
{
    return column >= row->n || row->values[column].is_null;
}
