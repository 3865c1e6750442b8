#include "db/db_private.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define CONNECT_SECONDS    2
#define QUERY_SECONDS      10
#define RETRIES            5
#define ONCE_SIZE          16
#define ER_WSREP_NOT_READY 1047 /* ER_UNKNOWN_COM_ERROR: Galera without quorum */

DB_SQL(use_once, 1, "INSERT INTO post_token (tenant_id, token, used_at) VALUES (?, ?, " DB_NOW ")");
DB_SQL_GLOBAL(start_transaction, 0, "START TRANSACTION");
DB_SQL_GLOBAL(read_durability, 1, "SELECT @@innodb_flush_log_at_trx_commit, @@read_only");

int db_conn_new(struct db_conn **out, const struct conf *conf, struct err *err)
{
    size_t n;
    (void)db_sql_all(&n);
    struct db_conn *c = calloc(1, sizeof(*c));
    if (c != NULL)
        c->statements = calloc(n, sizeof(*c->statements));
    if (c == NULL || c->statements == NULL) {
        free(c);
        return err_set(err, ERR_NO_MEMORY, "no memory for a database connection");
    }
    c->conf = conf;
    *out = c;
    return 0;
}

void conn_close(struct db_conn *c)
{
    size_t n;
    (void)db_sql_all(&n);
    for (size_t i = 0; i < n; i++)
        statement_drop(&c->statements[i]);
    if (c->mysql != NULL)
        mysql_close(c->mysql);
    c->mysql = NULL;
    c->depth = 0;
}

void db_conn_free(struct db_conn **conn)
{
    if (*conn == NULL)
        return;
    conn_close(*conn);
    free((*conn)->statements);
    free(*conn);
    *conn = NULL;
}

static void set_options(MYSQL *mysql, unsigned query_seconds)
{
    const unsigned connect_seconds = CONNECT_SECONDS;
    (void)mysql_options(mysql, MYSQL_OPT_CONNECT_TIMEOUT, &connect_seconds);
    (void)mysql_options(mysql, MYSQL_OPT_READ_TIMEOUT, &query_seconds);
    (void)mysql_options(mysql, MYSQL_OPT_WRITE_TIMEOUT, &query_seconds);
    (void)mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    (void)mysql_options(mysql, MYSQL_INIT_COMMAND,
                        "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_DATE,"
                        "NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
                        "innodb_lock_wait_timeout = 5");
    (void)mysql_options(mysql, MYSQL_INIT_COMMAND,
                        "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
}

int conn_open(struct db_conn *c, struct err *err)
{
    if (c->mysql != NULL)
        return 0;
    MYSQL *mysql = mysql_init(NULL);
    if (mysql == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a database connection");
    set_options(mysql, c->query_seconds != 0 ? c->query_seconds : QUERY_SECONDS);
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
    return 0;
}

bool conn_is_lost(unsigned number)
{
    return number == CR_SERVER_GONE_ERROR || number == CR_SERVER_LOST ||
           number == CR_COMMANDS_OUT_OF_SYNC || number == CR_CONNECTION_ERROR ||
           number == ER_UNKNOWN_STMT_HANDLER || number == ER_SERVER_SHUTDOWN ||
           number == ER_CONNECTION_KILLED || number == CR_MALFORMED_PACKET ||
           number == CR_STMT_CLOSED;
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
    else if (conn_is_lost(number) || number == ER_WSREP_NOT_READY ||
             number == ER_OPTION_PREVENTS_STATEMENT || number == ER_DISK_FULL ||
             number == ER_RECORD_FILE_FULL || number == ER_GET_ERRNO)
        code = ERR_UNAVAILABLE;
    (void)err_set(err, code, "%s: %s (%u)", doing, text, number);
    if (conn_is_lost(number))
        conn_close(c);
    return -1;
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
    if (conn->depth == 0)
        return;
    conn->depth = 0;
    if (conn->mysql != NULL && mysql_rollback(conn->mysql) != 0)
        conn_close(conn);
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

/* One execution; a connection that was lost while idle is replaced once, outside of transactions.
 */
static struct statement *run(struct db *db, const struct db_sql *sql, const struct db_arg *args,
                             size_t n, struct err *err)
{
    struct db_conn *c = db->conn;
    for (int attempt = 0;; attempt++) {
        bool was_open = c->mysql != NULL;
        bool may_repeat = was_open && c->depth == 0 && attempt == 0 && sql->text[0] == 'S';
        if (c->depth > 0 && c->mysql == NULL) {
            (void)err_set(err, ERR_UNAVAILABLE, "the connection was lost in a transaction");
            return NULL;
        }
        if (conn_open(c, err) < 0)
            return NULL;
        struct statement *s = statement_get(c, sql, err);
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
    struct statement *s = run(db, sql, args, n, err);
    db->conn->stats.us += clock_ticks_us() - start;
    db->conn->stats.statements++;
    return s;
}

/* Leaves the statement ready for its next use, whatever rows were not read. */
static void finish(struct db *db, struct statement *s)
{
    if (db->conn->mysql != NULL)
        (void)mysql_stmt_free_result(s->stmt);
}

int db_one_(struct db *db, struct arena *a, struct db_row *row, struct err *err,
            const struct db_sql *sql, const struct db_arg *args, size_t n)
{
    struct statement *s = run_timed(db, sql, args, n, err);
    if (s == NULL)
        return -1;
    int rc = statement_fetch(db, s, a, row, err);
    finish(db, s);
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
    finish(db, s);
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
    finish(db, s);
    return affected;
}

int64_t db_insert_id(const struct db *db)
{
    return db->conn->insert_id;
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

static int end(struct db *db, int rc, struct err *err)
{
    struct db_conn *c = db->conn;
    c->depth = 0;
    if (rc < 0) {
        if (c->mysql != NULL && mysql_rollback(c->mysql) != 0)
            conn_close(c);
        return rc;
    }
    int64_t start = clock_ticks_us();
    bool failed = c->mysql == NULL || mysql_commit(c->mysql) != 0;
    c->stats.us += clock_ticks_us() - start;
    if (c->mysql == NULL)
        return err_set(err, ERR_UNAVAILABLE, "the connection was lost in a transaction");
    return failed ? conn_error(c, mysql_errno(c->mysql), mysql_error(c->mysql), "commit", err) : rc;
}

static int begin(struct db *db, struct err *err)
{
    struct db global = db_global(db->conn);
    return db_exec_(&global, err, &start_transaction, NULL, 0) < 0 ? -1 : 0;
}

static int attempt(struct db *db, db_work *fn, void *data, struct err *err)
{
    if (begin(db, err) < 0)
        return -1;
    db->conn->depth = 1;
    int rc = consume_once(db, err);
    if (rc == 0)
        rc = fn(db, data, err);
    rc = end(db, rc, err);
    if (rc >= 0)
        db->once_is_used = true;
    return rc;
}

int db_transact(struct db *db, db_work *fn, void *data, struct err *err)
{
    if (db->conn->depth > 0)
        return fn(db, data, err);
    for (unsigned i = 0;; i++) {
        int rc = attempt(db, fn, data, err);
        if (rc >= 0 || err->code != ERR_DEADLOCK)
            return rc;
        if (i == RETRIES)
            return err_set(err, ERR_UNAVAILABLE, "the database is contended");
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
