/* tests/unit/search/query_test.c - what was typed, understood; where it stands in a text */
#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "search/bits.h"
#include "search/query.h"

#include <inttypes.h>
#include <string.h>

static const struct {
    const char *in, *out; /* see describe */
} cases[] = {
    { "", "" },
    { "  \t ", "" },
    { "Refund", "refund" },
    { "refund Backup", "refund backup" },
    { "\"Reset Password\"", "[reset password]" },
    { "\"never closed", "[never closed]" },
    { "\"\" \"", "" },
    { "inv*", "inv*" },
    { "in*", "in" },
    { "* *** a*b", "a b" },
    { "-spam", "-spam" },
    { "- -- -", "" },
    { "-\"buy now\" x", "-[buy now] x" },
    { "well-known", "[well known]" },
    { "subject:refund from:carla", "s:refund f:carla" },
    { "SUBJECT:\"new offer\"", "s:[new offer]" },
    { "-from:carla", "-f:carla" },
    { "subject: refund", "subject refund" },
    { "status:open agent:me", "{open,me,,,}" },
    { "status:Open", "{open,,,,}" },
    { "status:whatever", "[status whatever]" },
    { "department:\"Technical support\" x", "x {,,Technical support,,}" },
    { "after:2026-01-02 before:2026-02-03", "{,,,2026-01-02,2026-02-03}" },
    { "after:yesterday", "[after yesterday]" },
    { "foo:bar", "[foo bar]" },
    { "jan@example.com", "=[jan example com]jan@example.com" },
    { "jan@example", "[jan example]jan@example" },
    { "mail.example.com", "[mail example com]mail.example.com" },
    { "FV/2026/11", "[fv 2026 11]fv/2026/11" },
    { "#123", "#123" },
    { "#123 x", "123 x" },
    { "#0", "0" },
    { "#99999999999999999999", "99999999999999999999" },
    { "100% _x_ \\ c++ (a) <b> 'or' 1=1", "100 x c a b or [1 1]1=1" },
    { "日本語", "[日 本 語]" },
    { "a\xC2\xA0"
      "b\xE3\x80\x80"
      "c",
      "a b c" },
    { "\xFF\xC3", "" },
};

static void describe_filters(struct buf *b, const struct query *q)
{
    if (q->status == NULL && q->agent == NULL && q->department == NULL && q->after == NULL &&
        q->before == NULL)
        return;
    buf_printf(b, "%s{%s,%s,%s,%s,%s}", b->len > 0 ? " " : "", str_or(q->status, ""),
               str_or(q->agent, ""), str_or(q->department, ""), str_or(q->after, ""),
               str_or(q->before, ""));
}

/* Words, [phrases], word*, -not, s: and f: fields; "=" for what is exact, the whole behind "]". */
static const char *describe(const struct query *q)
{
    static const char *const fields[] = { "", "s:", "f:" };
    struct buf b = buf_make(test_arena, 64);
    if (q->number != 0)
        buf_printf(&b, "#%" PRId64, q->number);
    for (size_t i = 0; i < q->n; i++) {
        const struct atom *atom = &q->atoms[i];
        buf_printf(&b, "%s%s%s%s%s", i > 0 ? " " : "", atom->is_not ? "-" : "", fields[atom->field],
                   atom->is_exact ? "=" : "", atom->kind == ATOM_PHRASE ? "[" : "");
        for (size_t k = 0; k < atom->n; k++)
            buf_printf(&b, "%s%s", k > 0 ? " " : "", atom->words[k].p);
        buf_printf(&b, "%s%s",
                   atom->kind == ATOM_PHRASE   ? "]"
                   : atom->kind == ATOM_PREFIX ? "*"
                                               : "",
                   str_or(atom->whole, ""));
    }
    describe_filters(&b, q);
    return buf_str(&b);
}

START_TEST(queries_are_understood)
{
    struct query q;
    query_parse(test_arena, cases[_i].in, &q);
    ck_assert_str_eq(describe(&q), cases[_i].out);
    ck_assert_int_eq(query_is_empty(&q), cases[_i].out[0] == '\0');
}
END_TEST

START_TEST(a_long_query_is_cut)
{
    struct query q;
    query_parse(test_arena, "a b c d e f g h i j k l", &q);
    ck_assert(!q.is_cut);
    query_parse(test_arena, "a b c d e f g h i j k l m", &q);
    ck_assert(q.is_cut);
    ck_assert_uint_eq(q.n, QUERY_ATOMS);
    query_parse(test_arena, "\"1 2 3 4 5 6 7 8 9 10 11\"", &q);
    ck_assert(q.is_cut);
    ck_assert_uint_eq(q.atoms[0].n, PHRASE_WORDS);
}
END_TEST

static const struct {
    const char *query, *text, *hit; /* NULL: none */
} texts[] = {
    { "zolc", "Ta Żółć!", "Żółć" },
    { "\"reset password\"", "Please RESET my password, reset\n  PASSWORD now",
      "reset\n  PASSWORD" },
    { "\"reset password\"", "password reset", NULL },
    { "\"a a b\"", "a a a b", "a a b" },
    { "inv*", "the invoices", "invoices" },
    { "inv*", "in v", NULL },
    { "voice", "the invoices", NULL },
    { "jan@example.com", "to <jan@example.com>.", "jan@example.com" },
};

START_TEST(hits_are_found_where_they_stand)
{
    struct query q;
    size_t at = 0, end = 0;
    const char *text = texts[_i].text;
    query_parse(test_arena, texts[_i].query, &q);
    bool is_found = atom_find(&q.atoms[0], text, strlen(text), &at, &end);
    ck_assert_int_eq(is_found, texts[_i].hit != NULL);
    if (is_found)
        ck_assert_str_eq(arena_strndup(test_arena, text + at, end - at), texts[_i].hit);
}
END_TEST

START_TEST(all_hits_come_one_after_the_other)
{
    struct query q;
    size_t at = 0, end = 0, n = 0;
    const char *text = "one two one, One";
    query_parse(test_arena, "one", &q);
    while (atom_find(&q.atoms[0], text, strlen(text), &at, &end))
        n++;
    ck_assert_uint_eq(n, 3);
}
END_TEST

/* Sets of every size, as a list and as a bitmap. */
START_TEST(bits_come_back)
{
    struct bits b = { .w = { 0 } }, back = { .w = { 0 } };
    unsigned char room[BITS_BYTES];
    for (unsigned i = 0; i < (unsigned)_i; i++)
        bits_set(&b, i * 7 % BLOCK_TICKETS);
    size_t n = bits_write(&b, room);
    ck_assert_uint_le(n, BITS_BYTES);
    bits_read(&back, room, n);
    ck_assert_mem_eq(&b, &back, sizeof(b));
    ck_assert_int_eq(bits_is_empty(&b), _i == 0);
}
END_TEST

SUITE(search_query)
{
    tcase_add_loop_test(tc, queries_are_understood, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, a_long_query_is_cut);
    tcase_add_loop_test(tc, hits_are_found_where_they_stand, 0, sizeof(texts) / sizeof(texts[0]));
    tcase_add_test(tc, all_hits_come_one_after_the_other);
    tcase_add_loop_test(tc, bits_come_back, 0, 70);
}
