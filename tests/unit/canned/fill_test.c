/* tests/unit/canned/fill_test.c - variables of predefined answers */
#include "canned/fill.h"

#include "../suite.h"
#include "base/arena.h"

static const struct canned_facts paula = { .customer_name = "Paula Ponti",
                                           .customer_email = "paula@example.org",
                                           .agent_name = "Ann {number} Nowak",
                                           .department_name = "Support",
                                           .subject = "{agent}",
                                           .number = 7 };
static const struct {
    const char *body, *filled;
} cases[] = {
    { "", "" },
    { "Hi {customer.first}!", "Hi Paula!" },
    { "{customer}{customer.email}", "Paula Pontipaula@example.org" },
    { "{agent}, {agent.first}", "Ann {number} Nowak, Ann" }, /* what is put in is no variable */
    { "{subject} {number} {department}", "{agent} 7 Support" },
    { "{{number}}", "{7}" },
    { "{nothing} {Number} { number} {}", "{nothing} {Number} { number} {}" },
    { "{", "{" },
    { "{number", "{number" },
    { "a}b{number}", "a}b7" },
    { "{customer.firs}{customer.firsts}", "{customer.firs}{customer.firsts}" },
};

START_TEST(variables_are_filled_in)
{
    ck_assert_str_eq(canned_fill(test_arena, cases[_i].body, &paula), cases[_i].filled);
}
END_TEST

START_TEST(without_a_name_the_address_stands_there)
{
    struct canned_facts nobody = paula;
    nobody.customer_name = "";
    ck_assert_str_eq(canned_fill(test_arena, "{customer} {customer.first}", &nobody),
                     "paula@example.org paula@example.org");
}
END_TEST

SUITE(canned_fill)
{
    tcase_add_loop_test(tc, variables_are_filled_in, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, without_a_name_the_address_stands_there);
}
