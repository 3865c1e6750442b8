#include "db/db_private.h" /* the connection: made, lost, settled between two pieces of work */

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "db/breaker.h"
#include "db/pulse.h"
#include "db/recent.h"

#include <errmsg.h>
#include <mysqld_error.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define CONNECT_SECONDS    2
#define QUERY_SECONDS      10
#define ER_WSREP_NOT_READY 1047 /* ER_UNKNOWN_COM_ERROR: Galera without quorum */

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
    c->recent = pulse_is_shared() ? recent_new() : NULL;
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
    recent_free(&(*conn)->recent);
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
    waiting_forget(conn);
    conn->put_error = (struct err)ERR_INIT;
    if (conn->depth > 0)
        conn_close(conn); /* which rolls back */
    conn->depth = 0;
    conn->has_written = false;
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
