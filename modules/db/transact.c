#include "db/db_private.h" /* transactions: begun, run again where that helps, committed */

#include "base/clock.h"
#include "base/err.h"

#include <string.h>
#include <unistd.h>

#include <sodium.h>

#define RETRIES   5
#define ONCE_SIZE 16
#define ONCE      "once"

DB_SQL(use_once, 1, "INSERT INTO post_token (tenant_id, token, used_at) VALUES (?, ?, " DB_NOW ")");
/* Not START TRANSACTION: what was sent behind a statement that a deadlock undid would then stand
 * outside of any transaction. */
DB_SQL_GLOBAL(begin_transaction, 0, "SET autocommit = 0");
DB_SQL_GLOBAL(leave_transaction, 0, "SET autocommit = 1");

bool db_is_once_error(const struct err *err)
{
    return err->code == ERR_DUPLICATE && strcmp(err->msg, ONCE) == 0;
}

static int consume_once(struct db *db, struct err *err)
{
    const struct db_arg args[] = { DB_TENANT, DB_BLOB(db->once, ONCE_SIZE) };
    if (db->once == NULL || db->once_is_used)
        return 0;
    return waiting_put(db, &use_once, args, 2, (struct waiting) { .duplicate = ONCE }, err);
}

/* Its answer is read with the next one. */
static void leave(struct db_conn *c)
{
    struct err ignored = ERR_INIT;
    struct db global = db_global(c);
    if (c->mysql != NULL && waiting_send(&global, &leave_transaction, NULL, 0,
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
        waiting_receive(c);
    else
        waiting_forget(c);
    c->depth = 0;
    struct err put = c->put_error;
    c->put_error = (struct err)ERR_INIT;
    if (put.code != ERR_NONE && (rc >= 0 || db_is_once_error(&put))) {
        *err = put; /* what was done already is told, whatever else goes wrong the second time */
        rc = -1;
    }
    if (rc >= 0 && c->mysql == NULL) {
        c->has_written = false;
        return err_set(err, ERR_UNAVAILABLE, "the connection was lost in a transaction");
    }
    rc = rc < 0 ? roll_back(c, rc) : commit(c, rc, err);
    conn_tell_writing(c);
    return rc;
}

static int attempt(struct db *db, db_work *fn, void *data, struct err *err)
{
    struct db global = db_global(db->conn);
    struct db_conn *c = db->conn;
    c->is_commit_sent = false;
    waiting_receive(c);
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
