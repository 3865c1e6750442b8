/* tests/unit/user/password_test.c - which passwords are good enough */
#include "../suite.h"

#include "base/arena.h"
#include "user/password.h"

#include <string.h>

static const struct {
    const char *password;
    enum password_verdict want;
} cases[] = {
    { "", PASSWORD_SHORT },
    { "123456789", PASSWORD_SHORT },
    { "zażółć gę", PASSWORD_SHORT }, /* nine characters, more bytes */
    { "zażółć gęś", PASSWORD_GOOD },
    { "correct horse", PASSWORD_GOOD },
    { "aaaaaaaaaaaa", PASSWORD_GUESSABLE },
    { "Password123", PASSWORD_GUESSABLE },
    { "Ann@Acme.test", PASSWORD_GUESSABLE },
    { "пароль и ещё слово", PASSWORD_GOOD },
    { "\xff\xfe longer than ten", PASSWORD_GARBLED },
};

START_TEST(judges)
{
    ck_assert_int_eq(password_judge(cases[_i].password, "ann@acme.test"), cases[_i].want);
    ck_assert_int_eq(*password_complaint(cases[_i].want) == '\0', cases[_i].want == PASSWORD_GOOD);
}
END_TEST

START_TEST(long_ones_are_taken_up_to_a_limit)
{
    char *s = arena_alloc(test_arena, PASSWORD_MOST + 2);
    memset(s, 'a', PASSWORD_MOST + 1);
    s[0] = 'b';
    s[PASSWORD_MOST + 1] = '\0';
    ck_assert_int_eq(password_judge(s, NULL), PASSWORD_LONG);
    s[PASSWORD_MOST] = '\0';
    ck_assert_int_eq(password_judge(s, NULL), PASSWORD_GOOD);
}
END_TEST

SUITE(password)
{
    tcase_add_loop_test(tc, judges, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, long_ones_are_taken_up_to_a_limit);
}
