#include "db/db_private.h" /* statements that are sent without waiting: their answers come in order */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "db/pulse.h"
#include "db/recent.h"

static void keep(const struct db_conn *c, const struct waiting *w)
{
    const struct recent_question q = { &w->db, w->sql, w->later->args, w->later->args_n };
    if (w->later->is_to_keep)
        recent_put(c->recent, &q, w->later->pulse, &w->later->rows);
}

/* A change that nobody waited for has failed: the transaction has. */
static void note_failure(struct db_conn *c, const struct waiting *w, const struct err *err)
{
    if (c->depth == 0)
        conn_close(c); /* nobody knows what state it is in */
    if (c->depth == 0 || c->put_error.code != ERR_NONE)
        return;
    c->put_error = *err;
    if (err->code == ERR_DUPLICATE && w->duplicate != NULL)
        (void)err_set(&c->put_error, ERR_DUPLICATE, "%s", w->duplicate);
}

static int take_answer(struct db_conn *c, struct waiting *w, struct err *err)
{
    if (c->mysql == NULL)
        return err_set(err, ERR_UNAVAILABLE, "the connection was lost");
    if (statement_receive(&w->db, w->statement, w->sql, err) < 0)
        return -1;
    if (w->later != NULL)
        return rows_fetch(&w->db, w->statement, w->arena, &w->later->rows, err);
    return w->must_find && mysql_stmt_affected_rows(w->statement->stmt) == 0
               ? err_set(err, ERR_CONFLICT, "%s found nothing", w->sql->name)
               : 0;
}

/* The answer to what was sent first of all that waits. */
static void receive(struct db_conn *c, struct waiting *w)
{
    struct err err = ERR_INIT;
    int64_t start = clock_ticks_us();
    int rc = take_answer(c, w, &err);
    sql_judge(c, w->sql, rc == 0, start);
    if (rc == 0)
        statement_finish(c, w->statement);
    if (w->later == NULL) {
        if (rc < 0)
            note_failure(c, w, &err);
        return;
    }
    if (rc == 0)
        keep(c, w);
    w->later->is_waiting = false;
    w->later->err = err;
}

void waiting_receive(struct db_conn *c)
{
    unsigned n = c->waiting_n;
    if (n == 0)
        return;
    c->is_reading = true;
    for (unsigned i = 0; i < n; i++)
        receive(c, &c->waiting[i]);
    c->waiting_n = 0;
    c->is_reading = false;
}

/* Answers that nobody wants any more are read nevertheless: others come behind them. */
void waiting_forget(struct db_conn *c)
{
    for (unsigned i = 0; i < c->waiting_n && c->mysql != NULL; i++) {
        struct err err = ERR_INIT;
        struct waiting *w = &c->waiting[i];
        if (statement_receive(&w->db, w->statement, w->sql, &err) == 0)
            statement_finish(c, w->statement);
        else if (w->later == NULL)
            note_failure(c, w, &err);
    }
    c->waiting_n = 0;
}

static bool is_waiting_already(const struct db_conn *c, const struct statement *s)
{
    for (unsigned i = 0; i < c->waiting_n; i++)
        if (c->waiting[i].statement == s)
            return true;
    return false;
}

/* What has to be prepared first cannot be behind anything. */
int waiting_send(struct db *db, const struct db_sql *sql, const struct db_arg *args, size_t n,
                 struct waiting w, struct err *err)
{
    struct db_conn *c = db->conn;
    bool is_ready = statement_is_ready(c, sql) && c->waiting_n < WAITING_MAX;
    w.statement = is_ready ? statement_get(c, sql, err) : statement_ready(db, sql, err);
    if (is_ready && is_waiting_already(c, w.statement))
        w.statement = statement_ready(db, sql, err);
    if (w.statement == NULL || statement_send(db, w.statement, sql, args, n, err) < 0)
        return -1;
    w.sql = sql;
    w.db = *db;
    c->waiting[c->waiting_n++] = w;
    return 0;
}

int waiting_put(struct db *db, const struct db_sql *sql, const struct db_arg *args, size_t n,
                struct waiting w, struct err *err)
{
    int64_t start = clock_ticks_us();
    if (!sql_is_allowed(sql, err))
        return -1;
    conn_note_writing(db, sql);
    int rc = waiting_send(db, sql, args, n, w, err);
    if (rc < 0)
        sql_judge(db->conn, sql, false, start);
    db->conn->stats.us += clock_ticks_us() - start;
    db->conn->stats.statements++;
    return rc;
}

void db_ask_(struct db *db, struct arena *a, struct db_later *later, const struct db_sql *sql,
             const struct db_arg *args, size_t n)
{
    *later = (struct db_later) { .db = db,
                                 .arena = a,
                                 .sql = sql,
                                 .args = arena_memdup(a, args, n * sizeof(*args)),
                                 .args_n = n,
                                 .is_waiting = true };
    struct waiting w = { .later = later, .arena = a };
    if (waiting_put(db, sql, args, n, w, &later->err) < 0)
        later->is_waiting = false;
}

void db_ask_recent_(struct db *db, struct arena *a, struct db_later *later,
                    const struct db_sql *sql, const struct db_arg *args, size_t n)
{
    struct db_conn *c = db->conn;
    const struct recent_question q = { db, sql, args, n };
    uint64_t pulse = pulse_of(db->tenant_id);
    bool may_keep = c->recent != NULL && c->depth == 0;
    *later = (struct db_later) { .db = db, .arena = a, .sql = sql };
    if (may_keep && recent_find(c->recent, &q, pulse, a, &later->rows))
        return;
    db_ask_(db, a, later, sql, args, n);
    later->is_to_keep = may_keep;
    later->pulse = pulse;
}

int db_answer(struct db_later *later, struct db_rows *rows, struct err *err)
{
    struct db_conn *c = later->db->conn;
    int64_t start = clock_ticks_us();
    if (later->is_waiting)
        waiting_receive(c);
    c->stats.us += clock_ticks_us() - start;
    *rows = later->rows;
    if (c->depth > 0 && c->put_error.code != ERR_NONE) {
        *err = c->put_error;
        return -1;
    }
    if (later->err.code == ERR_NONE)
        return 0;
    if (c->mysql == NULL && c->depth == 0) { /* lost: on a new one */
        c->stats.statements--;
        return db_all_(later->db, later->arena, rows, err, later->sql, later->args, later->args_n);
    }
    *err = later->err;
    return -1;
}

int db_one_recent_(struct db *db, struct arena *a, struct db_row *row, struct err *err,
                   const struct db_sql *sql, const struct db_arg *args, size_t n)
{
    struct db_later later;
    struct db_rows rows;
    db_ask_recent_(db, a, &later, sql, args, n);
    if (db_answer(&later, &rows, err) < 0)
        return -1;
    if (rows.n > 0)
        *row = rows.rows[0];
    return rows.n > 0;
}

int db_put_(struct db *db, struct err *err, const struct db_sql *sql, const struct db_arg *args,
            size_t n)
{
    if (db->conn->depth == 0)
        return db_exec_(db, err, sql, args, n) < 0 ? -1 : 0;
    return waiting_put(db, sql, args, n, (struct waiting) { .later = NULL }, err);
}

int db_put_found_(struct db *db, struct err *err, const struct db_sql *sql,
                  const struct db_arg *args, size_t n)
{
    return waiting_put(db, sql, args, n, (struct waiting) { .must_find = true }, err);
}
