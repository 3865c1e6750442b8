#ifndef DESKD_DB_PRIVATE_H /* modules/db/db_private.h - the connection, as db.c and statement.c    \
                              share it */
#define DESKD_DB_PRIVATE_H
#include "db/db.h"

#include <mysql.h>
struct conf;

#define TEXT_ROOM 1024 /* bytes of a value that arrive without a second call */

/* A statement prepared on a connection, with the memory that its results arrive in. */
struct statement {
    MYSQL_STMT *stmt;
    unsigned columns;
    unsigned params;
    MYSQL_BIND *results;
    struct cell {
        int64_t i64;
        unsigned long length;
        my_bool is_null, is_error;
        char text[TEXT_ROOM];
    } * cells;
};

struct db_conn {
    const struct conf *conf;
    MYSQL *mysql;                 /* NULL: not connected */
    struct statement *statements; /* by place in the registry */
    struct db_stats stats;
    unsigned depth;         /* of nested db_transact */
    unsigned query_seconds; /* 0: the usual limit; migrations take longer */
    int64_t insert_id;
};

int conn_open(struct db_conn *c, struct err *err);
void conn_close(struct db_conn *c);
/* The error that the client library reports, as ours. */
int conn_error(struct db_conn *c, unsigned number, const char *text, const char *doing,
               struct err *err);
bool conn_is_lost(unsigned number);

/* The prepared statement for sql; NULL with err set. */
struct statement *statement_get(struct db_conn *c, const struct db_sql *sql, struct err *err);
int statement_execute(struct db *db, struct statement *s, const struct db_sql *sql,
                      const struct db_arg *args, size_t n, struct err *err);
/* 1 with a row in a, 0 at the end, -1. */
int statement_fetch(struct db *db, struct statement *s, struct arena *a, struct db_row *row,
                    struct err *err);
void statement_drop(struct statement *s);
#endif
