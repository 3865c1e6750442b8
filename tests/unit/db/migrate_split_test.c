/* tests/unit/db/migrate_split_test.c - a script's statements */
#include "../suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/migrate.h"

static const struct {
    const char *text;
    const char *want[4];
} cases[] = {
    { "", { NULL } },
    { " \n-- only a comment; really\n", { NULL } },
    { "SELECT 1;\nSELECT 2;\n", { "SELECT 1", "SELECT 2" } },
    { "a 'x;y'; b \"p;q\"; c `r;s`;", { "a 'x;y'", "b \"p;q\"", "c `r;s`" } },
    { "a 'it''s; so'; b;", { "a 'it''s; so'", "b" } },
    { "a 'it\\'s; so'; b;", { "a 'it\\'s; so'", "b" } },
    { "a /* c; d */ b;", { "a /* c; d */ b" } },
    { "a -- x; y\n b;", { "a \n b" } },
    { "a -1;", { "a -1" } },
    { "a '-- no comment'; b;", { "a '-- no comment'", "b" } },
    { ";;a;;", { "a" } },
};

START_TEST(splits)
{
    struct err err = ERR_INIT;
    const char **statements;
    size_t n, want = 0;
    ck_assert_int_eq(migrate_split(test_arena, cases[_i].text, &statements, &n, &err), 0);
    while (want < 4 && cases[_i].want[want] != NULL)
        want++;
    ck_assert_uint_eq(n, want);
    for (size_t i = 0; i < n; i++)
        ck_assert_str_eq(statements[i], cases[_i].want[i]);
}
END_TEST

static const char *const broken[] = { "SELECT 1", "a 'b;", "a /* b;", "a; b", "a \"b';" };

START_TEST(refuses_what_has_no_end)
{
    struct err err = ERR_INIT;
    const char **statements;
    size_t n;
    ck_assert_int_eq(migrate_split(test_arena, broken[_i], &statements, &n, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

SUITE(migrate_split)
{
    tcase_add_loop_test(tc, splits, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_loop_test(tc, refuses_what_has_no_end, 0, sizeof(broken) / sizeof(broken[0]));
}
