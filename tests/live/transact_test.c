/* tests/live/transact_test.c - changes that nobody waits for: what fails among them fails the
 * transaction, and a one-time token that was used already is what is told */
#include "live.h"

#include <inttypes.h>
#include <string.h>

DB_SQL(put_contact, 1,
       "INSERT INTO contact (tenant_id, id, email, name, created_at) VALUES (?, ?, ?, '', 1)");
DB_SQL(put_name, 1, "UPDATE contact SET name = ? WHERE tenant_id = ? AND id = ?");
DB_SQL(ask_names, 5000, "SELECT name FROM contact WHERE tenant_id = ? ORDER BY id");

static int64_t contacts(struct live *l, const struct tenant *t)
{
    return live_number(l, "SELECT COUNT(*) FROM contact WHERE tenant_id = %" PRId64, t->id);
}

static int add(struct db *db, void *data, struct err *err)
{
    const int64_t *id = data;
    const char *email = arena_printf(test_arena, "c%" PRId64 "@c.test", *id);
    return db_put(db, err, put_contact, DB_TENANT, DB_I64(*id), DB_STR(email));
}

static int add_and_refuse(struct db *db, void *data, struct err *err)
{
    return add(db, data, err) < 0 ? -1 : err_set(err, ERR_INVALID, "it is not wanted");
}

static int rename_both(struct db *db, void *data, struct err *err)
{
    const int64_t *id = data;
    if (db_put_found(db, err, put_name, DB_STR("New"), DB_TENANT, DB_I64(1)) < 0)
        return -1;
    return db_put_found(db, err, put_name, DB_STR("New"), DB_TENANT, DB_I64(*id));
}

/* One contact twice, then something that is waited for. */
static int ask_behind(struct db *db, void *data, struct err *err)
{
    struct db_later later;
    struct db_rows rows;
    (void)data;
    if (add(db, &(int64_t) { 1 }, err) < 0)
        return -1;
    db_ask(db, test_arena, &later, ask_names, DB_TENANT);
    int rc = db_answer(&later, &rows, err);
    ck_assert_int_eq(rc, -1);
    ck_assert_int_eq(err->code, ERR_DUPLICATE);
    return rc;
}

START_TEST(a_token_is_good_once)
{
    static const unsigned char token[16] = "0123456789abcdef";
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db first = live_db(l, &t), again = live_db(l, &t);
    first.once = again.once = token;
    live_is(l, db_transact(&first, add, &(int64_t) { 1 }, &l->err), 0);
    live_fails(l, db_transact(&again, add, &(int64_t) { 2 }, &l->err), ERR_DUPLICATE);
    ck_assert(db_is_once_error(&l->err));
    live_fails(l, db_transact(&again, add_and_refuse, &(int64_t) { 2 }, &l->err), ERR_DUPLICATE);
    ck_assert_msg(db_is_once_error(&l->err), "%s", l->err.msg);
    ck_assert_int_eq(contacts(l, &t), 1);
}
END_TEST

START_TEST(a_refusal_leaves_the_token)
{
    static const unsigned char token[16] = "0123456789abcdeF";
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    db.once = token;
    live_fails(l, db_transact(&db, add_and_refuse, &(int64_t) { 1 }, &l->err), ERR_INVALID);
    live_is(l, db_transact(&db, add, &(int64_t) { 1 }, &l->err), 0);
    ck_assert_int_eq(contacts(l, &t), 1);
}
END_TEST

START_TEST(another_duplicate_is_not_about_the_token)
{
    static const unsigned char token[16] = "0123456789abcDeF";
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t), again = live_db(l, &t);
    again.once = token;
    live_is(l, db_transact(&db, add, &(int64_t) { 1 }, &l->err), 0);
    live_fails(l, db_transact(&again, add, &(int64_t) { 1 }, &l->err), ERR_DUPLICATE);
    ck_assert(!db_is_once_error(&l->err));
    live_fails(l, db_transact(&db, ask_behind, NULL, &l->err), ERR_DUPLICATE);
    ck_assert_int_eq(contacts(l, &t), 1);
}
END_TEST

START_TEST(what_must_be_found_is_there_or_nothing_is_changed)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    live_is(l, db_transact(&db, add, &(int64_t) { 1 }, &l->err), 0);
    live_fails(l, db_transact(&db, rename_both, &(int64_t) { 2 }, &l->err), ERR_CONFLICT);
    ck_assert_int_eq(
        live_number(
            l, "SELECT COUNT(*) FROM contact WHERE tenant_id = %" PRId64 " AND name = 'New'", t.id),
        0);
    live_is(l, db_transact(&db, add, &(int64_t) { 2 }, &l->err), 0);
    live_is(l, db_transact(&db, rename_both, &(int64_t) { 2 }, &l->err), 0);
}
END_TEST

SUITE(transact)
{
    tcase_add_test(tc, a_token_is_good_once);
    tcase_add_test(tc, a_refusal_leaves_the_token);
    tcase_add_test(tc, another_duplicate_is_not_about_the_token);
    tcase_add_test(tc, what_must_be_found_is_there_or_nothing_is_changed);
}
