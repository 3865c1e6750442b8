/* tests/unit/user/email_test.c - e-mail addresses as keys; what is counted for a client's address
 */
#include "../suite.h"

#include "base/arena.h"
#include "user/email.h"
#include "user/throttle.h"

#include <string.h>

static const struct {
    const char *typed, *want; /* NULL: no address */
} cases[] = {
    { " Ann@Acme.Test ", "ann@acme.test" },
    { "a+b@c.test", "a+b@c.test" },
    { "o'neil@c.test", "o'neil@c.test" },
    { "żółw@c.test", "żółw@c.test" },
    { "a", NULL },
    { "", NULL },
    { "@c.test", NULL },
    { "a@", NULL },
    { "a@b@c.test", NULL },
    { "a b@c.test", NULL },
    { "a@c..", NULL },
    { ".a@c.test", NULL },
    { "a\n@c.test", NULL },
    { "<a@c.test>", NULL },
    { "a@c.test,b@c.test", NULL },
};

START_TEST(normalises)
{
    const char *got = email_normal(test_arena, cases[_i].typed);
    if (cases[_i].want == NULL)
        ck_assert_ptr_null(got);
    else
        ck_assert_str_eq(got, cases[_i].want);
}
END_TEST

START_TEST(long_ones_are_none)
{
    char *s = arena_alloc(test_arena, 400);
    memset(s, 'a', 65);
    (void)stpcpy(s + 65, "@c.test");
    ck_assert_ptr_null(email_normal(test_arena, s));
    ck_assert_ptr_nonnull(email_normal(test_arena, s + 1));
    ck_assert_ptr_null(email_normal(test_arena, NULL));
}
END_TEST

START_TEST(parts)
{
    ck_assert_str_eq(email_without_plus(test_arena, "a+b+c@d.test"), "a@d.test");
    ck_assert_str_eq(email_without_plus(test_arena, "a@d+e.test"), "a@d+e.test");
    ck_assert_str_eq(email_without_plus(test_arena, "+a@d.test"), "+a@d.test");
    ck_assert_str_eq(email_domain("a@d.test"), "d.test");
    ck_assert_str_eq(email_domain("nothing"), "");
}
END_TEST

START_TEST(networks)
{
    const char *a = throttle_network(test_arena, "2001:db8:1:2:3::4");
    ck_assert_str_eq(a, throttle_network(test_arena, "2001:db8:1:2:ffff::"));
    ck_assert_str_ne(a, throttle_network(test_arena, "2001:db8:1:3::4"));
    ck_assert_str_eq(throttle_network(test_arena, "192.0.2.1"), "192.0.2.1");
    ck_assert_str_ne(throttle_network(test_arena, "::ffff:192.0.2.1"),
                     throttle_network(test_arena, "::ffff:192.0.2.2"));
    ck_assert_str_eq(throttle_network(test_arena, NULL), "");
}
END_TEST

SUITE(email)
{
    tcase_add_loop_test(tc, normalises, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, long_ones_are_none);
    tcase_add_test(tc, parts);
    tcase_add_test(tc, networks);
}
