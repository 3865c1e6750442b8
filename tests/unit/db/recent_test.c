/* tests/unit/db/recent_test.c - rows that were read a moment ago: only the same question finds them
 */
#include "../suite.h"

#include "base/arena.h"
#include "db/db.h"
#include "db/recent.h"

#include <string.h>

static const struct db_sql one = { .name = "one" }, other = { .name = "other" };
static const struct db_value values[] = { { .i64 = 7 },        { .p = "seven", .n = 5 },
                                          { .is_null = true }, { .i64 = -1 },
                                          { .p = "", .n = 0 }, { .p = "a\0b", .n = 3 } };
static struct db_row rows[] = { { values, 3 }, { values + 3, 3 } };
static const struct db_rows all = { rows, 2 };

static struct recent_question question(const struct db *db, const struct db_sql *sql,
                                       const struct db_arg *args)
{
    return (struct recent_question) { db, sql, args, 2 };
}

START_TEST(the_same_question_finds_a_copy)
{
    struct recent *recent = recent_new();
    const struct db db = { .tenant_id = 5 };
    const struct db_arg args[] = { DB_TENANT, DB_STR("x") };
    const struct recent_question q = question(&db, &one, args);
    struct db_rows out;
    ck_assert(!recent_find(recent, &q, 1, test_arena, &out));
    recent_put(recent, &q, 1, &all);
    ck_assert(recent_find(recent, &q, 1, test_arena, &out));
    recent_free(&recent); /* a copy outlives what it was copied from */
    ck_assert_uint_eq(out.n, 2);
    ck_assert_int_eq(db_i64(&out.rows[0], 0), 7);
    ck_assert_str_eq(db_str(&out.rows[0], 1), "seven");
    ck_assert(db_is_null(&out.rows[0], 2));
    ck_assert_int_eq(db_i64(&out.rows[1], 0), -1);
    ck_assert_ptr_nonnull(db_text(&out.rows[1], 1));
    size_t n;
    ck_assert_mem_eq(db_blob(&out.rows[1], 2, &n), "a\0b", 4);
    ck_assert_uint_eq(n, 3);
}
END_TEST

START_TEST(another_question_finds_nothing)
{
    struct recent *recent = recent_new();
    const struct db mine = { .tenant_id = 5 }, yours = { .tenant_id = 6 };
    const struct db_arg x[] = { DB_TENANT, DB_STR("x") }, y[] = { DB_TENANT, DB_STR("y") },
                        number[] = { DB_TENANT, DB_I64('x') };
    const struct recent_question q = question(&mine, &one, x);
    const struct recent_question others[] = { question(&yours, &one, x), question(&mine, &other, x),
                                              question(&mine, &one, y),
                                              question(&mine, &one, number) };
    struct db_rows out;
    recent_put(recent, &q, 1, &all);
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        ck_assert(!recent_find(recent, &others[i], 1, test_arena, &out));
    ck_assert_msg(!recent_find(recent, &q, 2, test_arena, &out), "found after a write");
    ck_assert(recent_find(recent, &q, 1, test_arena, &out));
    recent_free(&recent);
}
END_TEST

START_TEST(what_is_large_is_not_kept)
{
    struct recent *recent = recent_new();
    const struct db db = { .tenant_id = 5 };
    char *text = arena_alloc(test_arena, 100001);
    memset(text, 'x', 100000);
    text[100000] = '\0';
    const struct db_value value = { .p = text, .n = 100000 };
    struct db_row row = { &value, 1 };
    const struct db_arg brief[] = { DB_TENANT, DB_STR("x") },
                        lengthy[] = { DB_TENANT, DB_STR(text) };
    const struct recent_question q = question(&db, &one, brief), l = question(&db, &one, lengthy);
    struct db_rows out;
    recent_put(recent, &q, 1, &(struct db_rows) { &row, 1 });
    ck_assert(!recent_find(recent, &q, 1, test_arena, &out));
    recent_put(recent, &l, 1, &all);
    ck_assert(!recent_find(recent, &l, 1, test_arena, &out));
    recent_put(recent, &q, 1, &(struct db_rows) { NULL, 0 });
    ck_assert(recent_find(recent, &q, 1, test_arena, &out));
    ck_assert_uint_eq(out.n, 0);
    recent_free(&recent);
}
END_TEST

SUITE(recent)
{
    tcase_add_test(tc, the_same_question_finds_a_copy);
    tcase_add_test(tc, another_question_finds_nothing);
    tcase_add_test(tc, what_is_large_is_not_kept);
}
