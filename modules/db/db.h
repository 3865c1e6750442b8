#ifndef DESKD_DB_DB_H /* modules/db/db.h - one tenant's database: declared statements, typed       \
                         arguments, transactions */
#define DESKD_DB_DB_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct conf;

/* A declared statement. All of them can be walked (db_sql_all); tests prepare each one, check that
 * every tenant table is bound by the tenant key, and explain it against its budget of examined
 * rows. */
struct db_sql {
    const char *name;
    const char *text;
    const char *file;
    int line;
    int budget;     /* rows that one execution may examine on a filled database */
    int more;       /* its place behind the registry: see db_sql_add */
    bool is_global; /* runs without a tenant: directory, leases of the job queue, migrations */
    char pad[64 - 3 * sizeof(char *) - 3 * sizeof(int) - 1];
};
/* The registry is an array: no sanitizer may put red zones between its members. */
#ifdef __clang__
#define DB_SQL_PLAIN , no_sanitize("address")
#else
#define DB_SQL_PLAIN
#endif
#define DB_SQL_(id, rows, global, sql)                                                             \
    static const struct db_sql id __attribute__((                                                  \
        section("deskd_sql"), used, aligned(64) DB_SQL_PLAIN)) = { .name = #id,                    \
                                                                   .text = "" sql,                 \
                                                                   .file = __FILE__,               \
                                                                   .line = __LINE__,               \
                                                                   .budget = (rows),               \
                                                                   .is_global = (global) }
/* At file scope: DB_SQL(load_ticket, 1, "SELECT ... WHERE tenant_id = ? AND id = ?"); */
#define DB_SQL(id, budget, sql)        DB_SQL_(id, budget, false, sql)
#define DB_SQL_GLOBAL(id, budget, sql) DB_SQL_(id, budget, true, sql)
const struct db_sql *db_sql_all(size_t *n);
/* A statement of code that is not part of the program (plugins'): from now on it may be run as one
 * of ours, in this process. False after DB_SQL_MORE of them. It must live as long as the process.
 */
#define DB_SQL_MORE 1024
bool db_sql_add(struct db_sql *sql);

/* The database's clock in milliseconds since 1970, as an SQL expression: the only time for leases
 * and tokens. */
#define DB_NOW "CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)"

struct db_arg {
    enum { DB_ARG_TENANT, DB_ARG_NULL, DB_ARG_I64, DB_ARG_STR, DB_ARG_BLOB } type;
    int64_t i64;
    const void *p;
    size_t n;
};
/* The handle's own tenant; the only way to name one. */
#define DB_TENANT        ((struct db_arg) { .type = DB_ARG_TENANT })
#define DB_NULL          ((struct db_arg) { .type = DB_ARG_NULL })
#define DB_I64(v)        ((struct db_arg) { .type = DB_ARG_I64, .i64 = (v) })
#define DB_STR(v)        db_arg_str(v) /* NULL pointer: SQL NULL */
#define DB_BLOB(v, size) ((struct db_arg) { .type = DB_ARG_BLOB, .p = (v), .n = (size) })
struct db_arg db_arg_str(const char *s);
struct db_arg db_arg_id(int64_t id); /* 0: SQL NULL */
#define DB_ID(v) db_arg_id(v)

/* One connection to a cell, and what it has cost since db_stats_reset. */
struct db_conn;
struct db_stats {
    int64_t us;
    unsigned statements;
};
/* Connects lazily: this only keeps what to connect to. Lost connections come back by themselves
 * outside of transactions. */
int db_conn_new(struct db_conn **out, const struct conf *conf, struct err *err);
void db_conn_free(struct db_conn **conn);
/* The socket of the connection, -1 while there is none; *serial grows with each connection made. */
int db_conn_fd(const struct db_conn *conn, unsigned *serial);
/* True inside db_transact. */
bool db_conn_is_in_transaction(const struct db_conn *conn);
/* No statement may take longer, from the next connection on (usually 10 seconds): ERR_UNAVAILABLE.
 */
void db_conn_limit(struct db_conn *conn, unsigned seconds);
/* A statement that took all its time is refused for some seconds afterwards, in this process and in
 * those that it forks. */
int db_share_breaker(struct err *err);
/* From then on what is written here is known to the other processes of this host that have called
 * it, and they may keep what they have read (db_ask_recent). The server comes first. */
int db_share_pulse(const struct conf *conf, bool is_server, struct err *err);
struct db_stats db_conn_stats(const struct db_conn *conn);
void db_conn_stats_reset(struct db_conn *conn);
/* Rolls back what a handler left open; called between two pieces of work. */
void db_conn_settle(struct db_conn *conn);
/* 0 if the database answers and is durable (innodb_flush_log_at_trx_commit = 1). */
int db_conn_check(struct db_conn *conn, struct err *err);

/* Somebody who is told of the transactions on a handle: that one begins (again, where it is run
 * again), and, inside of it, that it is about to be committed; -1 rolls it back instead. */
struct db_watch {
    void (*begin)(struct db_watch *w);
    int (*before_commit)(struct db_watch *w, struct err *err);
};

/* The handle is the tenant. db_global is the handle for is_global statements, which have none. */
struct db {
    struct db_conn *conn;
    int64_t tenant_id; /* 0: global */
    const unsigned char
        *once; /* a one-time token (16 bytes) that the first transaction must consume, or NULL */
    bool once_is_used;
    struct db_watch *watch; /* or NULL */
};
struct db db_tenant(struct db_conn *conn, int64_t tenant_id);
struct db db_global(struct db_conn *conn);

/* A result row; its strings live in the arena given to the query. Columns count from 0. */
struct db_value {
    bool is_null;
    int64_t i64;
    const char *p; /* NUL behind it */
    size_t n;
};
struct db_row {
    const struct db_value *values;
    unsigned n;
};
int64_t db_i64(const struct db_row *row, unsigned column);      /* 0 for NULL */
const char *db_str(const struct db_row *row, unsigned column);  /* "" for NULL */
const char *db_text(const struct db_row *row, unsigned column); /* NULL for NULL */
const void *db_blob(const struct db_row *row, unsigned column, size_t *n);
bool db_is_null(const struct db_row *row, unsigned column);

struct db_rows {
    struct db_row *rows;
    size_t n;
};

#define DB_ARGS_(...)                                                                              \
    (struct db_arg[]) { __VA_ARGS__ },                                                             \
        sizeof((struct db_arg[]) { __VA_ARGS__ }) / sizeof(struct db_arg)

/* 1 with the first row, 0 for none, -1. */
#define db_one(db, a, row, err, sql, ...)                                                          \
    db_one_((db), (a), (row), (err), &(sql), DB_ARGS_(__VA_ARGS__))
/* All rows: 0 or -1. */
#define db_all(db, a, rows, err, sql, ...)                                                         \
    db_all_((db), (a), (rows), (err), &(sql), DB_ARGS_(__VA_ARGS__))
/* Rows affected, or -1 (ERR_DUPLICATE: a unique key; ERR_CONFLICT: a foreign key; ERR_DEADLOCK:
 * db_transact runs it again). */
#define db_exec(db, err, sql, ...) db_exec_((db), (err), &(sql), DB_ARGS_(__VA_ARGS__))

/* Asks, and goes on without waiting: statements whose answers do not depend on each other cost one
 * trip together. The answer is read by db_answer, or by the next call that waits for one. later and
 * what the arguments point to must live until then; an answer that nobody asks for is dropped by
 * db_conn_settle. */
struct db_later {
    struct db *db;
    struct arena *arena;
    const struct db_sql *sql;
    const struct db_arg *args;
    size_t args_n;
    struct db_rows rows;
    struct err err;
    bool is_waiting;
    bool is_to_keep;
    uint64_t pulse;
};
#define db_ask(db, a, later, sql, ...) db_ask_((db), (a), (later), &(sql), DB_ARGS_(__VA_ARGS__))
/* The same, but the answer may be as old as a second, if nobody on this host has written to the
 * tenant since: for what stands on every page. Never where it would be written back. */
#define db_ask_recent(db, a, later, sql, ...)                                                      \
    db_ask_recent_((db), (a), (later), &(sql), DB_ARGS_(__VA_ARGS__))
#define db_one_recent(db, a, row, err, sql, ...)                                                   \
    db_one_recent_((db), (a), (row), (err), &(sql), DB_ARGS_(__VA_ARGS__))
/* All rows: 0 or -1. */
int db_answer(struct db_later *later, struct db_rows *rows, struct err *err);
/* In a transaction, a change of which only a failure matters: 0 or -1. It is not waited for; where
 * it fails, the next call that waits fails in its place, or the commit. */
#define db_put(db, err, sql, ...)       db_put_((db), (err), &(sql), DB_ARGS_(__VA_ARGS__))
/* The same; a change that finds no row is a failure as well, ERR_CONFLICT. For rows that the
 * transaction has locked: a race that may be lost is asked about with db_exec. */
#define db_put_found(db, err, sql, ...) db_put_found_((db), (err), &(sql), DB_ARGS_(__VA_ARGS__))

void db_ask_(struct db *db, struct arena *a, struct db_later *later, const struct db_sql *sql,
             const struct db_arg *args, size_t n);
void db_ask_recent_(struct db *db, struct arena *a, struct db_later *later,
                    const struct db_sql *sql, const struct db_arg *args, size_t n);
int db_one_recent_(struct db *db, struct arena *a, struct db_row *row, struct err *err,
                   const struct db_sql *sql, const struct db_arg *args, size_t n);
int db_put_(struct db *db, struct err *err, const struct db_sql *sql, const struct db_arg *args,
            size_t n);
int db_put_found_(struct db *db, struct err *err, const struct db_sql *sql,
                  const struct db_arg *args, size_t n);
int db_one_(struct db *db, struct arena *a, struct db_row *row, struct err *err,
            const struct db_sql *sql, const struct db_arg *args, size_t n);
int db_all_(struct db *db, struct arena *a, struct db_rows *rows, struct err *err,
            const struct db_sql *sql, const struct db_arg *args, size_t n);
int64_t db_exec_(struct db *db, struct err *err, const struct db_sql *sql,
                 const struct db_arg *args, size_t n);
/* Whether the database would take it: 0, or -1 with what it says. Runs nothing. */
int db_prepare(struct db_conn *conn, const struct db_sql *sql, struct err *err);
/* LAST_INSERT_ID of the last db_exec. */
int64_t db_insert_id(const struct db *db);

/* Runs fn in one transaction: commit when it returns >= 0, roll back otherwise. A deadlock or lock
 * time-out runs it again, up to five times with jitter, so fn may only touch the database and reset
 * its own results. A transaction inside a transaction joins the outer one. Consumes db->once in the
 * first transaction: ERR_DUPLICATE with "once" as message when that was done before. Returns what
 * fn returned. */
typedef int db_work(struct db *db, void *data, struct err *err);
int db_transact(struct db *db, db_work *fn, void *data, struct err *err);
bool db_is_once_error(const struct err *err);
#endif
