/* tests/unit/automation/rule_test.c - conditions, groups, and what is said of a rule that did not
 * apply */
#include "automation/pattern.h"
#include "automation/rule.h"

#include "../suite.h"
#include "base/arena.h"
#include "base/err.h"

#include <string.h>

#define MINUTE INT64_C(60000)
#define NOW    (INT64_C(1790000000) * 1000)

static const char *const files[] = { "invoice.pdf", "photo.jpg", NULL };
static struct ticket before;
static struct rule_facts facts;

static void set_up_facts(void)
{
    before = (struct ticket) { .status = STATUS_NEW, .department_id = 1, .agent_id = 0 };
    facts = (struct rule_facts) {
        .trigger = TRIGGER_STATUS,
        .at = NOW,
        .actor = ACTOR_PERSON,
        .before = &before,
        .now = { .subject = "Błąd drukarki",
                 .status = STATUS_OPEN,
                 .source = SOURCE_MAIL,
                 .department_id = 12,
                 .agent_id = 0,
                 .messages = 3,
                 .created_at = NOW - 90 * MINUTE,
                 .contact_email = "anna@press.example",
                 .contact_name = "" },
        .message = { .kind = MESSAGE_CUSTOMER,
                     .from = "anna@press.example",
                     .to = "PRESS@desk.example, help@desk.example",
                     .cc = "",
                     .subject = "Re: Błąd drukarki",
                     .body = "Where is my Invoice?\nIt is urgent (very).",
                     .files = files,
                     .files_n = 2 },
    };
}

static const struct {
    const char *field, *op, *values[3];
    bool holds;
    const char *saw;
} cases[] = {
    { "ticket.subject", "contains", { "DRUKARKI" }, true, "Błąd drukarki" },
    { "ticket.subject", "contains", { "błąd" }, true, "Błąd drukarki" },
    { "ticket.subject", "contains", { "none", "druk" }, true, "Błąd drukarki" },
    { "ticket.subject", "contains_not", { "druk" }, false, "Błąd drukarki" },
    { "ticket.subject", "is", { "BŁĄD DRUKARKI" }, true, "Błąd drukarki" },
    { "ticket.subject", "is_not", { "BŁĄD DRUKARKI" }, false, "Błąd drukarki" },
    { "ticket.subject", "starts", { "błąd" }, true, "Błąd drukarki" },
    { "ticket.subject", "ends", { "DRUKARKI" }, true, "Błąd drukarki" },
    { "message.to", "contains", { "press@" }, true, "PRESS@desk.example, help@desk.example" },
    { "message.cc", "empty", { NULL }, true, "" },
    { "message.cc", "contains", { "x" }, false, "" },
    { "message.body", "words", { "invoice" }, true, "Where is my Invoice?\nIt is urgent (very)." },
    { "message.body", "words", { "voice" }, false, "Where is my Invoice?\nIt is urgent (very)." },
    { "message.body",
      "words",
      { "is urgent" },
      true,
      "Where is my Invoice?\nIt is urgent (very)." },
    { "message.body",
      "words",
      { "my urgent" },
      false,
      "Where is my Invoice?\nIt is urgent (very)." },
    { "message.body",
      "matches",
      { "\\burgent\\b.*very" },
      true,
      "Where is my Invoice?\nIt is urgent (very)." },
    { "message.body", "matches", { "^it" }, false, "Where is my Invoice?\nIt is urgent (very)." },
    { "message.files", "ends", { ".PDF" }, true, "invoice.pdf" },
    { "message.files", "ends", { ".jpg" }, true, "photo.jpg" },
    { "message.files", "contains_not", { ".exe" }, true, "photo.jpg" },
    { "message.has_files", "yes", { NULL }, true, "1" },
    { "message.has_files", "no", { NULL }, false, "1" },
    { "ticket.status", "is", { "new", "open" }, true, "open" },
    { "ticket.status", "is_not", { "open" }, false, "open" },
    { "ticket.status_before", "is", { "new" }, true, "new" },
    { "ticket.source", "is", { "form", "agent" }, false, "mail" },
    { "ticket.department", "is", { "12" }, true, "12" },
    { "ticket.department", "is", { "1", "2" }, false, "12" },
    { "ticket.department_before", "is_not", { "12" }, true, "1" },
    { "ticket.agent", "empty", { NULL }, true, "" },
    { "ticket.agent", "not_empty", { NULL }, false, "" },
    { "ticket.messages", "more", { "2" }, true, "3" },
    { "ticket.messages", "more", { "3" }, false, "3" },
    { "ticket.created", "more", { "60" }, true, "90" },
    { "ticket.created", "less", { "90" }, false, "90" },
    { "ticket.answered", "more", { "0" }, false, "" },
    { "ticket.answered", "less", { "9999" }, false, "" },
    { "contact.email", "is", { "Anna@Press.example" }, true, "anna@press.example" },
    { "contact.domain", "is", { "press.example" }, true, "press.example" },
    { "contact.name", "empty", { NULL }, true, "" },
    { "event.actor", "is", { "person" }, true, "person" },
};

static size_t count(const char *const *values)
{
    size_t n = 0;
    while (n < 3 && values[n] != NULL)
        n++;
    return n;
}

START_TEST(conditions)
{
    struct condition c;
    struct answer_of_condition answer;
    struct err err = ERR_INIT;
    set_up_facts();
    ck_assert_msg(condition_make(test_arena, cases[_i].field, cases[_i].op, cases[_i].values,
                                 count(cases[_i].values), &c, &err) == 0,
                  "%s", err.msg);
    ck_assert_int_eq(condition_ask(test_arena, &c, &facts, &answer, &err), 0);
    ck_assert_int_eq(answer.holds, cases[_i].holds);
    ck_assert_str_eq(answer.saw, cases[_i].saw);
    ck_assert(!answer.took_too_long);
}
END_TEST

static const struct {
    const char *field, *op, *values[3];
} refused[] = {
    { "ticket.nothing", "is", { "x" } },
    { "ticket.subject", "is", { NULL } },
    { "ticket.subject", "is", { "" } },
    { "ticket.subject", "more", { "1" } },
    { "ticket.subject", "nonsense", { "1" } },
    { "ticket.status", "contains", { "n" } },
    { "ticket.status", "is", { "sleeping" } },
    { "ticket.department", "is", { "twelve" } },
    { "ticket.department", "is", { "-1" } },
    { "ticket.messages", "more", { "1", "2" } },
    { "ticket.messages", "more", { "99999999999999" } },
    { "message.has_files", "is", { "1" } },
    { "message.body", "matches", { "(" } },
    { "message.body", "matches", { "a\\Cb" } },
    { "message.body", "matches", { "a", "b" } },
};

START_TEST(conditions_that_make_no_sense)
{
    struct condition c;
    struct err err = ERR_INIT;
    ck_assert_int_eq(condition_make(test_arena, refused[_i].field, refused[_i].op,
                                    refused[_i].values, count(refused[_i].values), &c, &err),
                     -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
    ck_assert_str_ne(err.msg, "");
}
END_TEST

/* U03: expressions that others hang on, some of them for minutes where only single attempts are
 * limited. */
static const char *const evil[] = {
    "(a+)+$",       "(a|a)*$",      "(a|aa)+$",
    "(.*a){25}$",   "((a+)+)+$",    "a[ab]*[cd]",
    "\\w+\\s*[=:]", "(?s)a.*?[cd]", "^(([a-z])+.)+[A-Z]([a-z])+$",
};

START_TEST(expressions_have_limits)
{
    struct condition c;
    struct answer_of_condition answer;
    struct err err = ERR_INIT;
    char *body = arena_alloc(test_arena, 1000001);
    memset(body, 'a', 1000000);
    memcpy(body + 999990, "aaaaaaaa!", 10);
    set_up_facts();
    facts.message.body = body;
    ck_assert_int_eq(condition_make(test_arena, "message.body", "matches", &evil[_i], 1, &c, &err),
                     0);
    ck_assert_int_eq(condition_ask(test_arena, &c, &facts, &answer, &err), 0);
    ck_assert(!answer.holds);
    ck_assert(answer.took_too_long);
}
END_TEST

START_TEST(expressions_have_a_limit_together)
{
    struct pattern *p;
    struct err err = ERR_INIT;
    const int64_t plenty = INT64_C(1000000000000);
    ck_assert_int_eq(pattern_make(test_arena, "b+c", &p, &err), 0);
    patterns_begin(plenty);
    ck_assert_int_eq(pattern_occurs(p, "abbc", 4), 1);
    int64_t left = patterns_end();
    ck_assert(left > 0 && left < plenty);
    patterns_begin(0);
    ck_assert_int_eq(pattern_occurs(p, "abbc", 4), -1);
    ck_assert(patterns_end() <= 0);
    ck_assert_int_eq(pattern_occurs(p, "abbc", 4), 1);
}
END_TEST

START_TEST(memory_of_expressions_is_known)
{
    struct arena *a = arena_new(0);
    struct pattern *p;
    struct err err = ERR_INIT;
    size_t held = patterns_bytes();
    ck_assert_int_eq(pattern_make(a, "b+c", &p, &err), 0);
    ck_assert_uint_gt(patterns_bytes(), held);
    arena_free(&a);
    ck_assert_uint_eq(patterns_bytes(), held);
}
END_TEST

START_TEST(expressions_that_grow_are_refused)
{
    static const char *const grown[] = { "((a{1,100}){1,100}){1,100}",
                                         "(?:(?:a{0,200}){0,200}){0,20}", "a{1,99999}" };
    for (int i = 0; i < 3; i++) {
        struct condition c;
        struct err err = ERR_INIT;
        ck_assert_int_eq(
            condition_make(test_arena, "message.body", "matches", &grown[i], 1, &c, &err), -1);
    }
}
END_TEST

static struct rule rule_of(const char *json)
{
    struct rule rule = { .id = 1 };
    struct err err = ERR_INIT;
    ck_assert_msg(rule_read(test_arena, json, strlen(json), &rule, &err) == 0, "%s", err.msg);
    return rule;
}

#define CONDITION(field, op, value)                                                                \
    "{\"field\":\"" field "\",\"op\":\"" op "\",\"values\":[\"" value "\"]}"
#define ACTIONS ",\"actions\":[{\"do\":\"transfer\",\"department\":\"12\",\"agent\":\"34\"}]}"
#define NOT_SO  CONDITION("ticket.source", "is", "form")
#define SO      CONDITION("ticket.source", "is", "mail")
#define SO_TOO  CONDITION("ticket.subject", "contains", "Druk")

static const struct {
    const char *groups;
    bool applies;
    size_t group, verdicts, failed_at; /* of the last verdict */
} groups[] = {
    { "[]", true, 0, 0, 0 },
    { "[[" SO "]]", true, 0, 1, 1 },
    { "[[" SO "," SO_TOO "]]", true, 0, 1, 2 },
    { "[[" SO "," NOT_SO "]]", false, 0, 1, 1 },
    { "[[" NOT_SO "," SO "]]", false, 0, 1, 0 },
    { "[[" NOT_SO "],[" SO "]]", true, 1, 2, 1 },
    { "[[" SO "],[" NOT_SO "]]", true, 0, 1, 1 },
    { "[[" NOT_SO "],[" SO "," NOT_SO "]]", false, 1, 2, 1 },
};

START_TEST(and_within_or_between)
{
    struct rule_verdict verdict;
    struct err err = ERR_INIT;
    set_up_facts();
    struct rule rule = rule_of(
        arena_printf(test_arena, "{\"groups\":%s" ACTIONS, groups[_i].groups));
    ck_assert_int_eq(rule_judge(test_arena, &rule, &facts, &verdict, &err), 0);
    ck_assert_int_eq(verdict.applies, groups[_i].applies);
    ck_assert_uint_eq(verdict.n, groups[_i].verdicts);
    if (verdict.applies)
        ck_assert_uint_eq(verdict.group, groups[_i].group);
    if (verdict.n > 0)
        ck_assert_uint_eq(verdict.verdicts[verdict.n - 1].condition, groups[_i].failed_at);
}
END_TEST

START_TEST(written_as_it_was_read)
{
    const char *json = "{\"groups\":[[" SO "," SO_TOO "],[" NOT_SO "]]" ACTIONS;
    struct rule rule = rule_of(json);
    ck_assert_str_eq(rule_write(test_arena, &rule), json);
    ck_assert_str_eq(rule_argument(&rule.actions[0], "agent"), "34");
    ck_assert_str_eq(rule_argument(&rule.actions[0], "nothing"), "");
}
END_TEST

static const char *const bad_rules[] = {
    "",
    "[]",
    "{}",
    "{\"groups\":[]}",
    "{\"groups\":[],\"actions\":[]}",
    "{\"groups\":[[]]" ACTIONS,
    "{\"groups\":[[{}]]" ACTIONS,
    "{\"groups\":[],\"actions\":[{}]}",
    "{\"groups\":[],\"actions\":[{\"do\":\"x\",\"a\":1}]}",
    "{\"groups\":[],\"actions\":[{\"do\":\"x\",\"a\":\"1\",\"b\":\"1\",\"c\":\"1\",\"d\":\"1\","
    "\"e\":\"1\"}]}",
};

START_TEST(rules_that_make_no_sense)
{
    struct rule rule = { .id = 1 };
    struct err err = ERR_INIT;
    ck_assert_int_eq(rule_read(test_arena, bad_rules[_i], strlen(bad_rules[_i]), &rule, &err), -1);
    ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(names_are_unique)
{
    for (size_t i = 0; field_at(i) != NULL; i++)
        ck_assert_ptr_eq(field_by_name(field_at(i)->name), field_at(i));
    for (int t = TRIGGER_NONE + 1; t < TRIGGER_COUNT; t++) {
        ck_assert_int_eq(trigger_by_name(trigger_name((enum trigger)t)), t);
        ck_assert_str_ne(trigger_label((enum trigger)t), "");
    }
    ck_assert_int_eq(trigger_by_name("nothing"), TRIGGER_NONE);
}
END_TEST

#define N(list) (int)(sizeof(list) / sizeof((list)[0]))

SUITE(automation_rule)
{
    tcase_add_loop_test(tc, conditions, 0, N(cases));
    tcase_add_loop_test(tc, conditions_that_make_no_sense, 0, N(refused));
    tcase_add_loop_test(tc, expressions_have_limits, 0, N(evil));
    tcase_add_test(tc, expressions_have_a_limit_together);
    tcase_add_test(tc, memory_of_expressions_is_known);
    tcase_add_test(tc, expressions_that_grow_are_refused);
    tcase_add_loop_test(tc, and_within_or_between, 0, N(groups));
    tcase_add_test(tc, written_as_it_was_read);
    tcase_add_loop_test(tc, rules_that_make_no_sense, 0, N(bad_rules));
    tcase_add_test(tc, names_are_unique);
}
