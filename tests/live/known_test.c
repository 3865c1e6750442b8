/* tests/live/known_test.c - rules that a process has read already: until their revision grows, and
 * each tenant's own */
#include "live.h"

#include "automation/known.h"
#include "user/roster.h"

#include <inttypes.h>
#include <string.h>

#define DEFINITION                                                                                 \
    "{\"groups\":[[{\"field\":\"ticket.subject\",\"op\":\"matches\",\"values\":[\"%s\"]}]],"       \
    "\"actions\":[{\"do\":\"resolve\"}]}"

static void add_rule(struct live *l, const struct tenant *t, int id, const char *expression)
{
    live_run(l,
             "INSERT INTO rule (tenant_id, id, position, is_active, name, waits_for, definition, "
             "created_at) VALUES (%" PRId64 ", %d, %d, 1, 'Rule %d', 'ticket.created', '" DEFINITION
             "', 1)",
             t->id, id, id, id, expression);
}

static int64_t revision_of(struct live *l, struct db *db)
{
    struct db_later later;
    int64_t revision;
    roster_ask_rules(db, test_arena, &later);
    live_is(l, roster_rule_revision(&later, &revision, &l->err), 0);
    return revision;
}

/* How many statements it took to know this many rules. */
static unsigned asks(struct live *l, struct db *db, int64_t revision, size_t wanted)
{
    struct rule *rules;
    size_t n;
    db_conn_stats_reset(db->conn);
    live_is(l, rules_known(db, test_arena, revision, &rules, &n, &l->err), 0);
    ck_assert_uint_eq(n, wanted);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(rules[i].id, (int64_t)i + 1);
    return db_conn_stats(db->conn).statements;
}

START_TEST(rules_are_read_once_a_revision)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    ck_assert_uint_eq(asks(l, &db, 0, 0), 1);
    ck_assert_uint_eq(asks(l, &db, 0, 0), 0);
    add_rule(l, &t, 1, "first");
    live_is(l, roster_rules_changed(&db, &l->err), 0);
    int64_t revision = revision_of(l, &db);
    ck_assert_int_gt(revision, 0);
    ck_assert_uint_eq(asks(l, &db, revision, 1), 1);
    ck_assert_uint_eq(asks(l, &db, revision, 1), 0);
    add_rule(l, &t, 2, "second");
    live_is(l, roster_rules_changed(&db, &l->err), 0);
    ck_assert_int_gt(revision_of(l, &db), revision);
    ck_assert_uint_eq(asks(l, &db, revision_of(l, &db), 2), 1);
    rules_forget();
}
END_TEST

START_TEST(rules_are_each_tenants_own)
{
    struct live *l = live_start();
    struct tenant mine = live_tenant(l), yours = live_tenant(l);
    struct db db = live_db(l, &mine), other = live_db(l, &yours);
    add_rule(l, &mine, 1, "mine");
    ck_assert_uint_eq(asks(l, &db, 7, 1), 1);
    ck_assert_uint_eq(asks(l, &other, 7, 0), 1);
    ck_assert_uint_eq(asks(l, &db, 7, 1), 0);
    ck_assert_uint_eq(asks(l, &other, 7, 0), 0);
    rules_forget();
}
END_TEST

/* Of twenty tenants not all are kept; what was asked for last is. */
START_TEST(rules_of_few_tenants_are_kept)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    add_rule(l, &t, 1, "mine");
    ck_assert_uint_eq(asks(l, &db, 1, 1), 1);
    for (int64_t i = 1; i <= 20; i++) {
        struct db absent = db_tenant(db.conn, i);
        ck_assert_uint_eq(asks(l, &absent, 1, 0), 1);
        ck_assert_uint_eq(asks(l, &absent, 1, 0), 0);
    }
    ck_assert_uint_eq(asks(l, &db, 1, 1), 1);
    rules_forget();
}
END_TEST

/* Long expressions take more once they are compiled: read, but not kept. */
START_TEST(huge_rules_are_not_kept)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    char expression[451];
    memset(expression, 'x', 450);
    expression[450] = '\0';
    for (int i = 1; i <= 200; i++)
        add_rule(l, &t, i, expression);
    ck_assert_uint_eq(asks(l, &db, 1, 200), 1);
    ck_assert_uint_eq(asks(l, &db, 1, 200), 1);
    rules_forget();
}
END_TEST

SUITE(known)
{
    tcase_add_test(tc, rules_are_read_once_a_revision);
    tcase_add_test(tc, rules_are_each_tenants_own);
    tcase_add_test(tc, rules_of_few_tenants_are_kept);
    tcase_add_test(tc, huge_rules_are_not_kept);
}
