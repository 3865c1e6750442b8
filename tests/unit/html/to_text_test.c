/* tests/unit/html/to_text_test.c - HTML as a reader without pictures sees it */
#include "base/arena.h"
#include "base/buf.h"
#include "html/safe_html.h"
#include "tests/unit/suite.h"

#include <string.h>

static const struct {
    const char *in, *want;
} cases[] = {
    { "", "" },
    { "  a \n b\t c  ", "a b c" },
    { "a&amp;b &lt;c&gt; &euro;&#8364; &copy", "a&b <c> \u20AC\u20AC \u00A9" },
    { "<p>a</p><p>b</p>", "a\n\nb" },
    { "<div>a</div><div>b<div>c</div></div>d", "a\nb\nc\nd" },
    { "a<br>b<br><br>c<br><br><br><br>d", "a\nb\n\nc\n\nd" },
    { "<div>a<br></div>b", "a\nb" },
    { "a <b> b </b> c", "a b c" },
    { "<h1>a</h1>b", "a\n\nb" },
    { "a&nbsp;&nbsp;b&nbsp;", "a  b" },
    { "<a href=http://a/b>c</a>d", "c <http://a/b>d" },
    { "<a href='http://a/'>a</a> <a href=https://www.b>http://b/</a> <a href=mailto:c@d>c@d</a>",
      "a http://b/ c@d" },
    { "<a href=javascript:x>a</a> <a href='#b'>b</a> <a>c</a> <a href=http://d></a>e", "a b c e" },
    { "<p>x<a href=http://a>\n b\n</a></p>", "x b <http://a>" },
    { "<ul><li>a<li>b<ul><li>c</ul><li>d</ul>e", "* a\n* b\n  * c\n* d\n\ne" },
    { "x<ol><li><p>a</p><li>b</ol>", "x\n\n1. a\n\n2. b" },
    { "<ul><li><li><div>a</div><div>b</div></ul>c<p>&nbsp;</p>d", "*\n* a\nb\n\nc\n\nd" },
    { "<table><tr><th>a<th>b<tr><td>c<td>d</table>e", "a\tb\nc\td\n\ne" },
    { "<table><tr><td><div>a</div><div>b</div></td><td>c</td></tr></table>", "a\nb\nc" },
    { "a<blockquote>b<br>c<blockquote>d</blockquote></blockquote>e", "a\n> b\n> c\n> > d\ne" },
    { "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b" },
    { "<pre>\na\n  b\n\nc</pre>d", "a\n  b\n\nc\n\nd" },
    { "<blockquote><pre>a\n b</pre></blockquote>", "> a\n>  b" },
    { "<img alt=a src=b> <img src=c><img alt=''>d", "a d" },
    { "<title>a</title><style>b</style><script>c</script>d<!-- e -->f", "df" },
    { "a<hr>b", "a\n---\nb" },
    { "<p>a</p>\n<p>\n</p>\n<p>b</p>", "a\n\nb" },
    { "<textarea>a <b></textarea>c", "a <b>\n\nc" },
    { "a\x01\x1b[31mb&#27;c", "a[31mbc" },
    { "\xff", "\uFFFD" },
    { "a<br>\n", "a" },
};

START_TEST(html_becomes_text)
{
    ck_assert_str_eq(html_to_text(test_arena, cases[_i].in, strlen(cases[_i].in)), cases[_i].want);
}
END_TEST

static const char *const bombs[] = {
    "<blockquote>x", "<ul><li>x", "<ol><li>x", "<br>", "<pre>\n",  "<td>x", "<a href=http://x>y",
    "</a>",          "<",         "&amp;",     " ",    "<div><p>", "<hr>",  "<img alt=x>",
};

/* Each is linear (the test's time limit says) and grows by a bounded factor. */
START_TEST(bombs_stay_small)
{
    struct buf b = buf_make(test_arena, 1 << 20);
    while (b.len < (1 << 20))
        buf_adds(&b, bombs[_i]);
    buf_adds(&b, " the end");
    const char *out = html_to_text(test_arena, b.data, b.len);
    ck_assert_uint_lt(strlen(out), 5 * b.len);
    ck_assert_ptr_nonnull(strstr(out, "the end"));
}
END_TEST

/* Text that was made HTML and comes back is the same text. */
START_TEST(text_survives_the_round_trip)
{
    static const char text[] = "Hello <you> & \"them\",\n\nsee https://a.b/c?d=1&e=2 or me@a.bc.\n"
                               "  indented\n> quoted 'x'";
    struct safe_html html = html_from_text(test_arena, text, strlen(text));
    ck_assert_str_eq(html_to_text(test_arena, html.p, html.n),
                     "Hello <you> & \"them\",\n\nsee https://a.b/c?d=1&e=2 or me@a.bc.\n"
                     "  indented\n> quoted 'x'");
}
END_TEST

SUITE(html_to_text)
{
    tcase_add_loop_test(tc, html_becomes_text, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_loop_test(tc, bombs_stay_small, 0, sizeof(bombs) / sizeof(bombs[0]));
    tcase_add_test(tc, text_survives_the_round_trip);
}
