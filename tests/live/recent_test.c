/* tests/live/recent_test.c - what a process keeps of its reading, until anybody on this host writes
 */
#include "live.h"

#include <inttypes.h>
#include <sys/wait.h>
#include <unistd.h>

DB_SQL(recent_names, 5000, "SELECT name FROM contact WHERE tenant_id = ? ORDER BY id");
DB_SQL(recent_name, 5000, "UPDATE contact SET name = ? WHERE tenant_id = ?");

struct reader {
    struct db_conn *conn;
    struct db db;
};

static struct reader reader(struct live *l, const struct tenant *t)
{
    struct reader r;
    ck_assert_int_eq(db_conn_new(&r.conn, &l->conf, &l->err), 0);
    r.db = db_tenant(r.conn, t->id);
    return r;
}

/* How many statements it took. */
static unsigned asks(struct live *l, struct reader *r, const char *wanted)
{
    struct db_later later;
    struct db_rows rows;
    db_conn_stats_reset(r->conn);
    db_ask_recent(&r->db, test_arena, &later, recent_names, DB_TENANT);
    live_is(l, db_answer(&later, &rows, &l->err), 0);
    ck_assert_uint_eq(rows.n, 1);
    ck_assert_str_eq(db_str(&rows.rows[0], 0), wanted);
    return db_conn_stats(r->conn).statements;
}

static struct tenant tenant_with_contact(struct live *l)
{
    struct tenant t = live_tenant(l);
    live_run(l,
             "INSERT INTO contact (tenant_id, id, email, name, created_at) VALUES (%" PRId64
             ", 5, 'k@c.test', 'First', 1)",
             t.id);
    return t;
}

static void rename_contact(struct live *l, struct db *db, const char *name)
{
    live_is(l, db_exec(db, &l->err, recent_name, DB_STR(name), DB_TENANT), 1);
}

START_TEST(nothing_is_kept_without_a_pulse)
{
    struct live *l = live_start();
    struct tenant t = tenant_with_contact(l);
    struct reader r = reader(l, &t);
    ck_assert_uint_eq(asks(l, &r, "First"), 1);
    ck_assert_uint_eq(asks(l, &r, "First"), 1);
    db_conn_free(&r.conn);
}
END_TEST

START_TEST(is_kept_until_somebody_writes)
{
    struct live *l = live_start();
    live_is(l, db_share_pulse(&l->conf, true, &l->err), 0);
    struct tenant t = tenant_with_contact(l), other = tenant_with_contact(l);
    struct reader r = reader(l, &t);
    struct db writer = live_db(l, &t), elsewhere = live_db(l, &other);
    ck_assert_uint_eq(asks(l, &r, "First"), 1);
    ck_assert_uint_eq(asks(l, &r, "First"), 0);
    rename_contact(l, &elsewhere, "Theirs");
    ck_assert_uint_eq(asks(l, &r, "First"), 0);
    rename_contact(l, &writer, "Second");
    ck_assert_uint_eq(asks(l, &r, "Second"), 1);
    ck_assert_uint_eq(asks(l, &r, "Second"), 0);
    db_conn_free(&r.conn);
}
END_TEST

struct renaming {
    struct live *l;
    struct reader *reader;
};

static int rename_in_transaction(struct db *db, void *data, struct err *err)
{
    struct renaming *x = data;
    if (db_put(db, err, recent_name, DB_STR("Third"), DB_TENANT) < 0)
        return -1;
    ck_assert_uint_le(asks(x->l, x->reader, "First"), 1); /* and perhaps keeps it */
    return 0;
}

START_TEST(what_is_committed_is_seen)
{
    struct live *l = live_start();
    live_is(l, db_share_pulse(&l->conf, true, &l->err), 0);
    struct tenant t = tenant_with_contact(l);
    struct reader r = reader(l, &t);
    struct db writer = live_db(l, &t);
    struct renaming x = { l, &r };
    ck_assert_uint_eq(asks(l, &r, "First"), 1);
    live_is(l, db_transact(&writer, rename_in_transaction, &x, &l->err), 0);
    ck_assert_uint_eq(asks(l, &r, "Third"), 1);
    db_conn_free(&r.conn);
}
END_TEST

START_TEST(other_processes_are_heard)
{
    struct live *l = live_start();
    live_is(l, db_share_pulse(&l->conf, true, &l->err), 0);
    struct tenant t = tenant_with_contact(l);
    struct reader r = reader(l, &t);
    int status;
    ck_assert_uint_eq(asks(l, &r, "First"), 1);
    ck_assert_uint_eq(asks(l, &r, "First"), 0);
    pid_t child = fork();
    if (child == 0) {
        struct err err = ERR_INIT;
        struct reader own = reader(l, &t);
        _exit(db_exec(&own.db, &err, recent_name, DB_STR("Fourth"), DB_TENANT) == 1 ? 0 : 1);
    }
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(asks(l, &r, "Fourth"), 1);
    db_conn_free(&r.conn);
}
END_TEST

SUITE(recent)
{
    tcase_add_test(tc, nothing_is_kept_without_a_pulse);
    tcase_add_test(tc, is_kept_until_somebody_writes);
    tcase_add_test(tc, what_is_committed_is_seen);
    tcase_add_test(tc, other_processes_are_heard);
}
