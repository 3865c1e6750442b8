#include "db/db_private.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "db/breaker.h"
#include "db/kept.h"
#include "db/pulse.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <sodium.h>

#define CONNECT_SECONDS    2
#define QUERY_SECONDS      10
#define RETRIES            5
#define SECOND             INT64_C(1000000)
#define ONCE_SIZE          16
#define ER_WSREP_NOT_READY 1047 /* ER_UNKNOWN_COM_ERROR: Galera without quorum */

DB_SQL(use_once, 1, "INSERT INTO post_token (tenant_id, token, used_at) VALUES (?, ?, " DB_NOW ")");
/* Not START TRANSACTION: what was sent behind a statement that a deadlock undid would then stand
 * outside of any transaction. */
DB_SQL_GLOBAL(begin_transaction, 0, "SET autocommit = 0");
DB_SQL_GLOBAL(leave_transaction, 0, "SET autocommit = 1");
DB_SQL_GLOBAL(read_durability, 1, "SELECT @@innodb_flush_log_at_trx_commit, @@read_only");

int db_conn_new(struct db_conn **out, const struct conf *conf, struct err *err)
{
    struct db_conn *c = calloc(1, sizeof(*c));
    if (c != NULL)
        c->statements = calloc(sql_places(), sizeof(*c->statements));
    if (c == NULL || c->statements == NULL) {
        free(c);
        return err_set(err, ERR_NO_MEMORY, "no memory for a database connection");
    }
    c->conf = conf;
    c->query_seconds = QUERY_SECONDS;
    c->kept = pulse_is_shared() ? kept_new() : NULL;
    *out = c;
    return 0;
}

void db_conn_limit(struct db_conn *conn, unsigned seconds)
{
    conn->query_seconds = seconds;
}

/* The last switch is for making a connection. */
static size_t connecting(void)
{
    return sql_places();
}

int db_share_breaker(struct err *err)
{
    return breaker_share(connecting() + 1, err);
}

int db_share_pulse(const struct conf *conf, bool is_server, struct err *err)
{
    return pulse_share(conf->run_dir, is_server, err);
}

/* The depth stays: what is left of a transaction must not run outside of it, on a new connection.
 */
static void disconnect(struct db_conn *c)
{
    for (size_t i = 0; i < sql_places(); i++)
        statement_drop(&c->statements[i]);
    if (c->mysql != NULL)
        mysql_close(c->mysql);
    c->mysql = NULL;
    c->is_reading = false;
}

/* Cut first: to close a statement the library reads the rest of its answer, and waits for what may
 * never come. */
void conn_close(struct db_conn *c)
{
    if (c->mysql != NULL)
        (void)shutdown(mysql_get_socket(c->mysql), SHUT_RDWR);
    disconnect(c);
}

void db_conn_free(struct db_conn **conn)
{
    if (*conn == NULL)
        return;
    disconnect(*conn);
    kept_free(&(*conn)->kept);
    free((*conn)->statements);
    free(*conn);
    *conn = NULL;
}

/* The server ends a statement that takes too long, and with it the work; that nothing comes back at
 * all is noticed here, a second later. A row that is locked is waited for so that all retries of a
 * transaction fit into a request. */
static void set_options(MYSQL *mysql, unsigned query_seconds)
{
    const unsigned connect_seconds = CONNECT_SECONDS, read_seconds = query_seconds + 1;
    char session[320];
    (void)snprintf(session, sizeof(session),
                   "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,"
                   "NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
                   "innodb_lock_wait_timeout = 1, max_statement_time = %u",
                   query_seconds);
    (void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    (void)mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &read_seconds);
    (void)mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &read_seconds);
    (void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_options(mysql, MYSQL_INIT_COMMAND, session);
    (void)mysql_options(mysql, MYSQL_INIT_COMMAND,
                        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
}

static int conn_make(struct db_conn *c, struct err *err)
{
    MYSQL *mysql = mysql_init(NULL);
    if (mysql == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a database connection");
    set_options(mysql, c->query_seconds);
    const char *socket = c->conf->db_socket != NULL && *c->conf->db_socket != '\0'
                             ? c->conf->db_socket
                             : NULL;
    if (mysql_real_connect(mysql, socket != NULL ? NULL : c->conf->db_host, c->conf->db_user,
                           c->conf->db_password, c->conf->db_name, (unsigned)c->conf->db_port,
                           socket, CLIENT_FOUND_ROWS) == NULL) {
        (void)err_set(err, ERR_UNAVAILABLE, "database: %s", mysql_error(mysql));
        mysql_close(mysql);
        return -1;
    }
    c->mysql = mysql;
    c->serial++;
    return 0;
}

/* A server that is away says so at once; one that hangs must not hold every worker. */
int conn_open(struct db_conn *c, struct err *err)
{
    if (c->mysql != NULL)
        return 0;
    if (!breaker_allows(connecting()))
        return err_set(err, ERR_UNAVAILABLE, "database: it did not answer a moment ago");
    int64_t start = clock_ticks_us();
    int rc = conn_make(c, err);
    if (rc < 0 && clock_ticks_us() - start >= CONNECT_SECONDS * SECOND)
        breaker_failed(connecting());
    else
        breaker_worked(connecting());
    return rc;
}

/* After any error of the client library's own, memory that ran out among them, nobody knows what
 * the next answer on the connection would be an answer to. */
bool conn_is_lost(unsigned number)
{
    return (number >= CR_MIN_ERROR && number <= CR_MAX_ERROR) ||
           (number >= CER_MIN_ERROR && number <= CR_MARIADB_LAST_ERROR) ||
           number == ER_UNKNOWN_STMT_HANDLER || number == ER_SERVER_SHUTDOWN ||
           number == ER_CONNECTION_KILLED;
}

int conn_error(struct db_conn *c, unsigned number, const char *text, const char *doing,
               struct err *err)
{
    enum err_code code = ERR_INTERNAL;
    if (number == ER_DUP_ENTRY || number == ER_DUP_ENTRY_WITH_KEY_NAME)
        code = ERR_DUPLICATE;
    else if (number == ER_ROW_IS_REFERENCED_2 || number == ER_NO_REFERENCED_ROW_2)
        code = ERR_CONFLICT;
    else if (number == ER_LOCK_DEADLOCK || number == ER_LOCK_WAIT_TIMEOUT)
        code = ERR_DEADLOCK;
    else if (number == CR_OUT_OF_MEMORY)
        code = ERR_NO_MEMORY;
    else if (conn_is_lost(number) || number == ER_STATEMENT_TIMEOUT ||
             number == ER_WSREP_NOT_READY || number == ER_OPTION_PREVENTS_STATEMENT ||
             number == ER_DISK_FULL || number == ER_RECORD_FILE_FULL || number == ER_GET_ERRNO)
        code = ERR_UNAVAILABLE;
    (void)err_set(err, code, "%s: %s (%u)", doing, text, number);
    if (conn_is_lost(number))
        conn_close(c);
    return -1;
}

static void forget_waiting(struct db_conn *c);

int db_conn_fd(const struct db_conn *conn, unsigned *serial)
{
    *serial = conn->serial;
    return conn->mysql == NULL ? -1 : (int)mysql_get_socket(conn->mysql);
}

bool db_conn_is_in_transaction(const struct db_conn *conn)
{
    return conn->depth > 0;
}

struct db_stats db_conn_stats(const struct db_conn *conn)
{
    return conn->stats;
}

void db_conn_stats_reset(struct db_conn *conn)
{
    conn->stats = (struct db_stats) { 0 };
}

void db_conn_settle(struct db_conn *conn)
{
    if (conn->is_reading)
        conn_close(conn);
    forget_waiting(conn);
    conn->put_error = (struct err)ERR_INIT;
    if (conn->depth > 0)
        conn_close(conn); /* which rolls back */
    conn->depth = 0;
    conn->has_written = false;
}

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

static int fetch_all(struct db *db, struct statement *s, struct arena *a, struct db_rows *rows,
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

/* Leaves the statement ready for its next use, whatever rows were not read. */
static void finish(const struct db_conn *c, struct statement *s)
{
    if (c->mysql != NULL)
        (void)mysql_stmt_free_result(s->stmt);
}

static bool is_allowed(const struct db_sql *sql, struct err *err)
{
    if (breaker_allows(sql_place(sql)))
        return true;
    (void)err_set(err, ERR_UNAVAILABLE, "%s took too long a moment ago", sql->name);
    return false;
}

/* What came of a statement that took its time from start. */
static void judge(const struct db_conn *c, const struct db_sql *sql, bool worked, int64_t start)
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

static void note_writing(struct db *db, const struct db_sql *sql)
{
    struct db_conn *c = db->conn;
    if (is_reading(sql))
        return;
    c->written_to = c->has_written && c->written_to != db->tenant_id ? 0 : db->tenant_id;
    c->has_written = true;
}

/* What was written is there, or nobody knows. */
static void tell_writing(struct db_conn *c)
{
    if (c->has_written)
        pulse_beat(c->written_to);
    c->has_written = false;
}

static void keep(const struct db_conn *c, const struct waiting *w)
{
    const struct kept_question q = { &w->db, w->sql, w->later->args, w->later->args_n };
    if (w->later->is_to_keep)
        kept_put(c->kept, &q, w->later->pulse, &w->later->rows);
}

/* The answer to what was sent first of all that waits. */
static void receive(struct db_conn *c, struct waiting *w)
{
    struct err err = ERR_INIT;
    int64_t start = clock_ticks_us();
    int rc = c->mysql == NULL ? err_set(&err, ERR_UNAVAILABLE, "the connection was lost")
                              : statement_receive(&w->db, w->statement, w->sql, &err);
    if (rc == 0 && w->later != NULL)
        rc = fetch_all(&w->db, w->statement, w->arena, &w->later->rows, &err);
    judge(c, w->sql, rc == 0, start);
    if (rc == 0)
        finish(c, w->statement);
    if (rc == 0 && w->later != NULL)
        keep(c, w);
    if (w->later != NULL) {
        w->later->is_waiting = false;
        w->later->err = err;
    } else if (rc < 0 && c->depth == 0) {
        conn_close(c); /* nobody knows what state it is in */
    } else if (rc < 0 && c->put_error.code == ERR_NONE) {
        c->put_error = err;
    }
}

static void receive_all(struct db_conn *c)
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
static void forget_waiting(struct db_conn *c)
{
    struct err ignored = ERR_INIT;
    for (unsigned i = 0; i < c->waiting_n && c->mysql != NULL; i++) {
        struct waiting *w = &c->waiting[i];
        if (statement_receive(&w->db, w->statement, w->sql, &ignored) == 0)
            finish(c, w->statement);
        else if (w->later == NULL && c->depth == 0)
            conn_close(c);
    }
    c->waiting_n = 0;
}

/* The statement, connected and prepared. NULL with err set. */
static struct statement *ready(struct db *db, const struct db_sql *sql, struct err *err)
{
    struct db_conn *c = db->conn;
    receive_all(c);
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
        struct statement *s = ready(db, sql, err);
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
    receive_all(db->conn);
    int64_t own_start = clock_ticks_us();
    struct statement *s = NULL;
    if (is_allowed(sql, err)) {
        s = run(db, sql, args, n, err);
        judge(db->conn, sql, s != NULL, own_start);
        note_writing(db, sql);
    }
    if (db->conn->depth == 0)
        tell_writing(db->conn);
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
    finish(db->conn, s);
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
    int rc = fetch_all(db, s, a, rows, err);
    finish(db->conn, s);
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
    finish(db->conn, s);
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

/* ---- without waiting ---- */

static bool is_waiting_already(const struct db_conn *c, const struct statement *s)
{
    for (unsigned i = 0; i < c->waiting_n; i++)
        if (c->waiting[i].statement == s)
            return true;
    return false;
}

/* Sends behind what waits already; what has to be prepared first cannot be behind anything. */
static int send_behind(struct db *db, const struct db_sql *sql, const struct db_arg *args, size_t n,
                       struct waiting w, struct err *err)
{
    struct db_conn *c = db->conn;
    bool is_ready = statement_is_ready(c, sql) && c->waiting_n < WAITING_MAX;
    w.statement = is_ready ? statement_get(c, sql, err) : ready(db, sql, err);
    if (is_ready && is_waiting_already(c, w.statement))
        w.statement = ready(db, sql, err);
    if (w.statement == NULL || statement_send(db, w.statement, sql, args, n, err) < 0)
        return -1;
    w.sql = sql;
    w.db = *db;
    c->waiting[c->waiting_n++] = w;
    return 0;
}

static int send_timed(struct db *db, const struct db_sql *sql, const struct db_arg *args, size_t n,
                      struct waiting w, struct err *err)
{
    int64_t start = clock_ticks_us();
    if (!is_allowed(sql, err))
        return -1;
    note_writing(db, sql);
    int rc = send_behind(db, sql, args, n, w, err);
    if (rc < 0)
        judge(db->conn, sql, false, start);
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
    if (send_timed(db, sql, args, n, w, &later->err) < 0)
        later->is_waiting = false;
}

void db_ask_kept_(struct db *db, struct arena *a, struct db_later *later, const struct db_sql *sql,
                  const struct db_arg *args, size_t n)
{
    struct db_conn *c = db->conn;
    const struct kept_question q = { db, sql, args, n };
    uint64_t pulse = pulse_of(db->tenant_id);
    bool may_keep = c->kept != NULL && c->depth == 0;
    *later = (struct db_later) { .db = db, .arena = a, .sql = sql };
    if (may_keep && kept_find(c->kept, &q, pulse, a, &later->rows))
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
        receive_all(c);
    c->stats.us += clock_ticks_us() - start;
    *rows = later->rows;
    if (later->err.code == ERR_NONE)
        return 0;
    if (c->mysql == NULL && c->depth == 0) { /* lost: on a new one */
        c->stats.statements--;
        return db_all_(later->db, later->arena, rows, err, later->sql, later->args, later->args_n);
    }
    *err = later->err;
    return -1;
}

int db_one_kept_(struct db *db, struct arena *a, struct db_row *row, struct err *err,
                 const struct db_sql *sql, const struct db_arg *args, size_t n)
{
    struct db_later later;
    struct db_rows rows;
    db_ask_kept_(db, a, &later, sql, args, n);
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
    return send_timed(db, sql, args, n, (struct waiting) { .later = NULL }, err);
}

bool db_is_once_error(const struct err *err)
{
    return err->code == ERR_DUPLICATE && strcmp(err->msg, "once") == 0;
}

static int consume_once(struct db *db, struct err *err)
{
    if (db->once == NULL || db->once_is_used)
        return 0;
    if (db_exec(db, err, use_once, DB_TENANT, DB_BLOB(db->once, ONCE_SIZE)) >= 0)
        return 0;
    return err->code == ERR_DUPLICATE ? err_set(err, ERR_DUPLICATE, "once") : -1;
}

/* Its answer is read with the next one. */
static void leave(struct db_conn *c)
{
    struct err ignored = ERR_INIT;
    struct db global = db_global(c);
    if (c->mysql != NULL && send_behind(&global, &leave_transaction, NULL, 0,
                                        (struct waiting) { .later = NULL }, &ignored) < 0)
        conn_close(c);
}

static int roll_back(struct db_conn *c, int rc)
{
    if (c->mysql != NULL && mysql_rollback(c->mysql) != 0)
        conn_close(c);
    leave(c);
    return rc;
}

static int commit(struct db_conn *c, int rc, struct err *err)
{
    int64_t start = clock_ticks_us();
    c->is_commit_sent = true;
    bool failed = mysql_commit(c->mysql) != 0;
    if (failed)
        rc = conn_error(c, mysql_errno(c->mysql), mysql_error(c->mysql), "commit", err);
    leave(c);
    c->stats.us += clock_ticks_us() - start;
    return rc;
}

static int end(struct db *db, int rc, struct err *err)
{
    struct db_conn *c = db->conn;
    if (rc >= 0)
        receive_all(c);
    else
        forget_waiting(c);
    c->depth = 0;
    struct err put = c->put_error;
    c->put_error = (struct err)ERR_INIT;
    if (rc >= 0 && put.code != ERR_NONE) {
        *err = put;
        rc = -1;
    }
    if (rc >= 0 && c->mysql == NULL) {
        c->has_written = false;
        return err_set(err, ERR_UNAVAILABLE, "the connection was lost in a transaction");
    }
    rc = rc < 0 ? roll_back(c, rc) : commit(c, rc, err);
    tell_writing(c);
    return rc;
}

static int attempt(struct db *db, db_work *fn, void *data, struct err *err)
{
    struct db global = db_global(db->conn);
    struct db_conn *c = db->conn;
    c->is_commit_sent = false;
    receive_all(c);
    if (conn_open(c, err) < 0)
        return -1;
    c->depth = 1;
    if (db->watch != NULL)
        db->watch->begin(db->watch);
    int rc = db_put_(&global, err, &begin_transaction, NULL, 0);
    if (rc == 0)
        rc = consume_once(db, err);
    if (rc == 0)
        rc = fn(db, data, err);
    if (rc >= 0 && db->watch != NULL && db->watch->before_commit(db->watch, err) < 0)
        rc = -1;
    rc = end(db, rc, err);
    if (rc >= 0)
        db->once_is_used = true;
    return rc;
}

/* True where the connection was lost before the end: the server has rolled back. */
static bool was_cut(const struct db_conn *c, const struct err *err)
{
    return err->code == ERR_UNAVAILABLE && c->mysql == NULL && !c->is_commit_sent;
}

int db_transact(struct db *db, db_work *fn, void *data, struct err *err)
{
    if (db->conn->depth > 0)
        return fn(db, data, err);
    bool may_repeat = db->conn->mysql != NULL;
    for (unsigned i = 0;; i++) {
        int rc = attempt(db, fn, data, err);
        bool is_cut = rc < 0 && may_repeat && was_cut(db->conn, err);
        if (rc >= 0 || (err->code != ERR_DEADLOCK && !is_cut))
            return rc;
        if (i == RETRIES)
            return err_set(err, ERR_UNAVAILABLE, "the database is contended");
        may_repeat = may_repeat && !is_cut;
        *err = (struct err)ERR_INIT;
        if (!is_cut)
            (void)usleep((2000U << i) + randombytes_uniform(4000));
    }
}

int db_conn_check(struct db_conn *conn, struct err *err)
{
    struct arena *a = arena_new(0);
    if (a == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    struct db db = db_global(conn);
    struct db_row row;
    int rc = db_one_(&db, a, &row, err, &read_durability, NULL, 0);
    if (rc >= 0)
        rc = rc == 1 && db_i64(&row, 0) == 1 ? 0
                                             : err_set(err, ERR_UNAVAILABLE,
                                                       "MariaDB is not durable: "
                                                       "innodb_flush_log_at_trx_commit must be 1");
    arena_free(&a);
    return rc;
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
