/* tests/unit/search/word_test.c - words as they are compared; the terms of a text */
#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "search/terms.h"
#include "search/word.h"

#include <string.h>

static const struct {
    const char *in, *words; /* with a space between, joined ones with their sign */
} cases[] = {
    { "", "" },
    { " \t\n", "" },
    { "Hello, World!", "hello world" },
    { "Zażółć GĘŚLĄ jaźń", "zazolc gesla jazn" },
    { "ZoLC", "zolc" },
    { "Straße STRASSE Æsir Œuvre Ørsted Łódź đ ı", "strasse strasse aesir oeuvre orsted lodz d i" },
    { "não ação coração", "nao acao coracao" },
    { "Zo\xCC\x81\xC5\x82\xC4\x87", "zolc" },                /* an accent of its own */
    { "Счёт за Март, мой и мои", "счет за март мой и мои" }, /* ё is е, й is not и */
    { "ΟΔΟΣ οδός", "οδοσ οδοσ" },
    { "ﬁle ①② Ｆｕｌｌ x²", "file 12 full x2" },
    { "co\xC2\xADop zero\xE2\x80\x8Dwidth", "coop zerowidth" }, /* soft hyphen, joiner */
    { "jan@mail.example.com", "jan@mail.example.com" },
    { "FV/2026/11-7 a_b", "fv/2026/11-7 a_b" },
    { "don't it\xE2\x80\x99s", "don't it's" },
    { "a--b c. d ...e", "a b c d e" },
    { "https://example.com/x?y=1", "https example.com/x y=1" },
    { "100%_\\ + - * \" ( ) < >", "100" },
    { "ﾊй", "ハ\x01й" },
    { "日本 x", "日\x01本 x" },
    { "\xFF\xFE ok \xC3", "ok" },
    { "한국어", "한국어" },
};

static const char *words_of(const char *text)
{
    struct buf b = buf_make(test_arena, 64);
    struct word_reader r = word_reader(text, strlen(text));
    struct word w;
    while (word_next(&r, &w)) {
        if (b.len > 0)
            buf_addc(&b, w.joint != '\0' ? w.joint : ' ');
        buf_add(&b, w.text, w.n);
        ck_assert_uint_lt(w.at, w.end);
        ck_assert_uint_le(w.end, strlen(text));
    }
    return buf_str(&b);
}

START_TEST(words_are_compared_alike)
{
    ck_assert_str_eq(words_of(cases[_i].in), cases[_i].words);
}
END_TEST

START_TEST(long_words_count_by_their_beginning)
{
    char text[400];
    struct word w;
    memset(text, 'x', sizeof(text));
    struct word_reader r = word_reader(text, sizeof(text));
    ck_assert(word_next(&r, &w));
    ck_assert_uint_eq(w.n, WORD_BYTES);
    ck_assert_uint_eq(w.end, sizeof(text));
    ck_assert(!word_next(&r, &w));
}
END_TEST

START_TEST(a_word_stands_where_it_was_read)
{
    const char *text = "— Żółć, \"zolc\"";
    struct word_reader r = word_reader(text, strlen(text));
    struct word w;
    ck_assert(word_next(&r, &w));
    ck_assert_str_eq(arena_strndup(test_arena, text + w.at, w.end - w.at), "Żółć");
    ck_assert(word_next(&r, &w));
    ck_assert_str_eq(arena_strndup(test_arena, text + w.at, w.end - w.at), "zolc");
}
END_TEST

START_TEST(heads_are_letters_not_bytes)
{
    ck_assert_uint_eq(word_head("abcd", 4, 3), 3);
    ck_assert_uint_eq(word_head("ab", 2, 3), 0);
    ck_assert_uint_eq(word_head("счет", 8, 3), 6);
}
END_TEST

static bool has_term(const struct terms *t, const char *term)
{
    const char *lines = arena_printf(test_arena, "\n%s", buf_str(&t->out));
    return strstr(lines, arena_printf(test_arena, "\n%s\n", term)) != NULL;
}

static const struct {
    const char *text, *terms[8];
} found[] = {
    { "Write to Jan@Mail.Example.COM",
      { "jan", "mail", "com", "jan@mail.example.com", "mail.example.com", "example.com", NULL } },
    { "invoice FV/2026/11 of 192.0.2.10", { "fv", "fv/2026/11", "192.0.2.10", "2026", NULL } },
    { "https://shop.example.com/cart?id=7", { "shop.example.com", "example.com", "cart", NULL } },
    { "ORD-1234_5", { "ord-1234_5", "ord", NULL } },
};

START_TEST(compounds_are_found_as_a_whole_too)
{
    struct terms t = terms_new(test_arena);
    terms_add(&t, TERM_WORD, found[_i].text);
    for (size_t i = 0; found[_i].terms[i] != NULL; i++)
        ck_assert_msg(has_term(&t, found[_i].terms[i]), "%s: no %s", found[_i].text,
                      found[_i].terms[i]);
}
END_TEST

START_TEST(terms_are_distinct_and_marked)
{
    struct terms t = terms_new(test_arena);
    terms_add(&t, TERM_SUBJECT, "Help help HELP");
    terms_add(&t, TERM_WORD, "help");
    ck_assert_str_eq(buf_str(&t.out), "help\n\x01help\n");
    ck_assert(!has_term(&t, "hel"));
}
END_TEST

START_TEST(a_message_has_so_many_terms_and_not_more)
{
    struct terms t = terms_new(test_arena);
    struct buf text = buf_make(test_arena, 1024);
    for (int i = 0; i < 3 * TERMS_MAX; i++)
        buf_printf(&text, "%sw%d.x%d", i % 4 == 0 ? " " : ".", i, i);
    terms_add(&t, TERM_SENDER, "Carla");
    terms_add(&t, TERM_WORD, buf_str(&text));
    ck_assert_uint_eq(t.n, TERMS_MAX);
    ck_assert(has_term(&t, "\x02"
                           "carla"));
}
END_TEST

SUITE(search_word)
{
    tcase_add_loop_test(tc, words_are_compared_alike, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, long_words_count_by_their_beginning);
    tcase_add_test(tc, a_word_stands_where_it_was_read);
    tcase_add_test(tc, heads_are_letters_not_bytes);
    tcase_add_loop_test(tc, compounds_are_found_as_a_whole_too, 0,
                        sizeof(found) / sizeof(found[0]));
    tcase_add_test(tc, terms_are_distinct_and_marked);
    tcase_add_test(tc, a_message_has_so_many_terms_and_not_more);
}
