#ifndef DESKD_DB_PRIVATE_H /* modules/db/db_private.h - the connection, as the files of this       \
                              folder share it */
#define DESKD_DB_PRIVATE_H
#include "base/err.h"
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

/* A statement that was sent and whose answer was not read yet. */
struct waiting {
    struct statement *statement;
    const struct db_sql *sql;
    struct db db;
    struct db_later *later; /* NULL: of db_put, only its failure matters */
    bool must_find;         /* a row; else it has failed */
    const char *duplicate;  /* what a duplicate key says here; NULL: what the database says */
    struct arena *arena;    /* for later's rows */
};
#define WAITING_MAX 24
#define SECOND      INT64_C(1000000) /* of clock_ticks_us */

struct db_conn {
    const struct conf *conf;
    MYSQL *mysql;                 /* NULL: not connected */
    struct statement *statements; /* by place in the registry */
    struct db_stats stats;
    unsigned depth;         /* of nested db_transact */
    unsigned query_seconds; /* of one statement; migrations take longer */
    unsigned serial;        /* of connections made */
    int64_t insert_id;
    struct waiting waiting[WAITING_MAX]; /* in the order in which they were sent */
    unsigned waiting_n;
    bool is_reading;     /* an answer: where a jump ends it, the connection is of no use any more */
    bool is_commit_sent; /* of this transaction: nobody knows what became of it */
    struct err put_error; /* of a db_put in this transaction */
    struct recent *recent;
    bool has_written;   /* since the last commit */
    int64_t written_to; /* this tenant; 0: several */
};

int conn_open(struct db_conn *c, struct err *err);
/* At once, whatever is under way on it. */
void conn_close(struct db_conn *c);
/* The error that the client library reports, as ours. */
int conn_error(struct db_conn *c, unsigned number, const char *text, const char *doing,
               struct err *err);
bool conn_is_lost(unsigned number);

/* Where a statement stands among those of the registry and those that were added; how many places
 * there are. */
size_t sql_place(const struct db_sql *sql);
size_t sql_places(void);
/* The prepared statement for sql; NULL with err set. */
struct statement *statement_get(struct db_conn *c, const struct db_sql *sql, struct err *err);
int statement_execute(struct db *db, struct statement *s, const struct db_sql *sql,
                      const struct db_arg *args, size_t n, struct err *err);
/* The halves of statement_execute: the question goes out; the answer is waited for. */
int statement_send(struct db *db, struct statement *s, const struct db_sql *sql,
                   const struct db_arg *args, size_t n, struct err *err);
int statement_receive(struct db *db, struct statement *s, const struct db_sql *sql,
                      struct err *err);
/* Whether statement_get needs no answer of the server. */
bool statement_is_ready(const struct db_conn *c, const struct db_sql *sql);
/* 1 with a row in a, 0 at the end, -1. */
int statement_fetch(struct db *db, struct statement *s, struct arena *a, struct db_row *row,
                    struct err *err);
void statement_drop(struct statement *s);
/* Leaves the statement ready for its next use, whatever rows were not read. */
void statement_finish(const struct db_conn *c, struct statement *s);
/* The statement, connected and prepared, with nothing waiting before it. NULL with err set. */
struct statement *statement_ready(struct db *db, const struct db_sql *sql, struct err *err);
/* All rows that are left. */
int rows_fetch(struct db *db, struct statement *s, struct arena *a, struct db_rows *rows,
               struct err *err);

/* False, with err set, for a statement that took all its time a moment ago. */
bool sql_is_allowed(const struct db_sql *sql, struct err *err);
/* What came of a statement that took its time from start. */
void sql_judge(const struct db_conn *c, const struct db_sql *sql, bool worked, int64_t start);
/* A statement that writes was sent; what was written is there, or nobody knows. */
void conn_note_writing(struct db *db, const struct db_sql *sql);
void conn_tell_writing(struct db_conn *c);

/* Sends behind what waits already. */
int waiting_send(struct db *db, const struct db_sql *sql, const struct db_arg *args, size_t n,
                 struct waiting w, struct err *err);
/* The same for a change of which only a failure matters, with its time and the breaker. */
int waiting_put(struct db *db, const struct db_sql *sql, const struct db_arg *args, size_t n,
                struct waiting w, struct err *err);
/* Reads the answers to all that was sent; or only so that nothing is left of them. */
void waiting_receive(struct db_conn *c);
void waiting_forget(struct db_conn *c);
#endif
