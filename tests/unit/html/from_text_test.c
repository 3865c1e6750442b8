/* tests/unit/html/from_text_test.c - plain text in a page: escaped, its lines kept, its addresses
 * linked */
#include "base/arena.h"
#include "base/buf.h"
#include "html/safe_html.h"
#include "tests/unit/html/html_oracle.h"
#include "tests/unit/suite.h"

#include <string.h>

#define A(href, text)                                                                              \
    "<a href=\"" href "\" dir=\"ltr\" rel=\"noopener noreferrer nofollow\" "                       \
    "target=\"_blank\">" text "</a>"
#define SELF(url) A(url, url)

static const struct {
    const char *in, *want;
} cases[] = {
    { "", "" },
    { "a <b> & \"c\" 'd'", "a &lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;" },
    { "a\nb\r\nc\rd\n", "a<br>b<br>c<br>d<br>" },
    { "a  b\n c\td", "a\u00A0 b<br>\u00A0c\u00A0\u00A0\u00A0 d" },
    { "http://a.b/c?d=e&f=g#h", A("http://a.b/c?d=e&amp;f=g#h", "http://a.b/c?d=e&amp;f=g#h") },
    { "See https://a.b.", "See " SELF("https://a.b") "." },
    { "(https://a.b/c_(d)) and [http://e]",
      "(" SELF("https://a.b/c_(d)") ") and [" SELF("http://e") "]" },
    { "<https://a.b>, \"http://c\"",
      "&lt;" SELF("https://a.b") "&gt;, &quot;" SELF("http://c") "&quot;" },
    { "HTTPS://A.B!?", SELF("HTTPS://A.B") "!?" },
    { "www.a.b/c, www.d", A("http://www.a.b/c", "www.a.b/c") ", www.d" },
    { "xhttp://a xwww.a.b", "xhttp://a xwww.a.b" },
    { "http:// https:///a http://?", "http:// https:///a http://?" },
    { "javascript:alert(1) data:text/html,a vbscript:a", "javascript:alert(1) data:text/html,a "
                                                         "vbscript:a" },
    { "http://a\"onclick=b", SELF("http://a") "&quot;onclick=b" },
    { "http://a'b", A("http://a&#39;b", "http://a&#39;b") },
    { "http://a<script>", SELF("http://a") "&lt;script&gt;" },
    { "me@a.bc.", A("mailto:me@a.bc", "me@a.bc") "." },
    { "mailto:x.y+z@a.b.cd!", SELF("mailto:x.y+z@a.b.cd") "!" },
    { "a@b @c.de a.@b.cd f@g..hi", "a@b @c.de a.@b.cd f@g..hi" },
    { "a@b.cd@e.fg", A("mailto:a@b.cd", "a@b.cd") "@e.fg" },
    { "https://пример.рф/путь", SELF("https://пример.рф/путь") },
    { "见https://a.b/。好", "见" SELF("https://a.b/") "。好" },
    { "\u201Ehttps://a.b\u201D", "\u201E" SELF("https://a.b") "\u201D" },
    { "https://a.b\u202Ec.d", SELF("https://a.b") "\u202Ec.d" },
    { "https://a.b\u200Bc https://\u200Ba", SELF("https://a.b") "\u200Bc https://\u200Ba" },
    { "\xff\x80http://a", "\uFFFD\uFFFD" SELF("http://a") },
    { "http://u@h.co:80/", SELF("http://u@h.co:80/") },
};

START_TEST(text_becomes_html)
{
    struct safe_html out = html_from_text(test_arena, cases[_i].in, strlen(cases[_i].in));
    ck_assert_str_eq(out.p, cases[_i].want);
    ck_assert_uint_eq(out.n, strlen(out.p));
    ck_assert_ptr_null(html_oracle_check(test_arena, out.p, out.n, NULL));
}
END_TEST

START_TEST(a_nul_is_no_end)
{
    struct safe_html out = html_from_text(test_arena, "a\0b", 3);
    ck_assert_str_eq(out.p, "a\uFFFDb");
}
END_TEST

static const char *const bombs[] = {
    "http://",  "http://a", "http://a.b ", "www.", "www.a.b ", "a@",  "a@b.cd ", "@",  "a.",
    "(http://", "mailto:",  "\n",          " ",    "<",        "\t ", "h",       "hw", ")",
};

/* Each is linear (the test's time limit says) and grows by a bounded factor. */
START_TEST(bombs_stay_small)
{
    struct buf b = buf_make(test_arena, 1 << 20);
    buf_adds(&b, "http://x");
    while (b.len < (1 << 20))
        buf_adds(&b, bombs[_i]);
    struct safe_html out = html_from_text(test_arena, b.data, b.len);
    ck_assert_uint_lt(out.n, 7 * b.len);
}
END_TEST

SUITE(html_from_text)
{
    tcase_add_loop_test(tc, text_becomes_html, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, a_nul_is_no_end);
    tcase_add_loop_test(tc, bombs_stay_small, 0, sizeof(bombs) / sizeof(bombs[0]));
}
