/* tests/unit/html/sanitise_test.c - what passes, what does not, and that a second pass changes
 * nothing */
#include "base/arena.h"
#include "base/buf.h"
#include "html/css.h"
#include "html/safe_html.h"
#include "html/sanitise.h"
#include "html/tokenizer.h"
#include "tests/unit/html/html_oracle.h"
#include "tests/unit/suite.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define LINK " rel=\"noopener noreferrer nofollow\" target=\"_blank\""

static const char *own_cid(void *data, struct arena *a, const char *content_id)
{
    (void)data;
    return strcmp(content_id, "none") == 0 ? NULL : arena_printf(a, "/part/%s", content_id);
}

static const struct sanitise_options with_cid = { own_cid, NULL, 0 };

/* What the oracle says of a pass over in, and the output. */
static const char *sanitised(const char *in, size_t n, const struct sanitise_options *options)
{
    const char *wrong = NULL;
    struct safe_html out = html_oracle(test_arena, in, n, options, &wrong);
    ck_assert_msg(wrong == NULL, "%s\n--- in\n%.*s\n--- out\n%.*s", wrong, (int)n, in, (int)out.n,
                  out.p);
    return out.p;
}

static const struct {
    const char *in, *want;
} cases[] = {
    /* text */
    { "a < b & c > d \" '", "a &lt; b &amp; c &gt; d \" '" },
    { "  \n x", "x" },
    { "a\x01\x1b(B&#27;&#13;b\x0c", "a(Bb " },
    { "a<!-- b --!>c<![CDATA[d]]>e<?php f ?>g</ h>i", "acegi" },
    { "&#0;&#xD800;&copy&nbsp;", "\uFFFD\uFFFD\u00A9\u00A0" },
    { "x\xff\xc3", "x\uFFFD\uFFFD" },
    /* raw text */
    { "a<script>b</script>c<style>d</style>e", "ace" },
    { "<title>a</title>b<title><i>c</i></title>", "b&lt;i&gt;c&lt;/i&gt;" },
    { "<html lang=\"de\"><title>a</title><body>b", "<div lang=\"de\">b</div>" },
    { "<xmp><b>a</b></xmp><textarea><img></textarea>", "&lt;b&gt;a&lt;/b&gt;&lt;img&gt;" },
    { "<plaintext><b>", "&lt;b&gt;" },
    { "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">a</noscript>",
      "<p title=\"&lt;/noscript&gt;&lt;img src=x onerror=alert(1)&gt;\">a</p>" },
    { "<iframe srcdoc=x>a</iframe><noembed>b</noembed><template>c</template>", "c" },
    { "<svg><style><img src=x onerror=alert(1)></style></svg>a", "a" },
    { "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img\">",
      "<table></table>" },
    { "<form action=x><input value=a><button>b</button><select><option>c</select></form>", "bc" },
    /* attributes */
    { "<p onclick=a id=b name=c class=d style='' dir=RTL lang=pl title='\"<>&'>e",
      "<p dir=\"RTL\" lang=\"pl\" title=\"&quot;&lt;&gt;&amp;\">e</p>" },
    { "<font color=red size=+2 face='Arial, \"x y\"' face=z>a",
      "<font color=\"red\" size=\"+2\" face=\"Arial, 'x y'\">a</font>" },
    { "<table width=100% bgcolor=#fff border=1 cellpadding=3px><td nowrap colspan=2 "
      "rowspan=99999>a",
      "<table width=\"100%\" bgcolor=\"#fff\" border=\"1\" cellpadding=\"3\"><tbody><tr>"
      "<td nowrap=\"\" colspan=\"2\">a</td></tr></tbody></table>" },
    { "<td>a</td><tr>b", "ab" },
    { "<div background=x align=center>a", "<div align=\"center\">a</div>" },
    { "<body bgcolor=red text='#000' style='margin:0' onload=x>a</body>b",
      "<div style=\"background-color: red; color: #000; margin: 0\">ab</div>" },
    { "<body "
      "bgcolor='\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"
      "\xff\xff\xff\xff\xff\xff\xff\xff' text='red;x'>a",
      "a" },
    { "<body style='color:red'><div>a</div></div>b",
      "<div style=\"color: red\"><div>a</div>b</div>" },
    /* styles */
    { "<p style=\"color:RED;;  position: fixed; background:url(x) ; Margin : 1px  2px\">",
      "<p style=\"color: RED; margin: 1px 2px\"></p>" },
    { "<p style=\"width:expression(alert(1));color:rgb(1, 2,3);font-family:'a;b',c\">",
      "<p style=\"color: rgb(1, 2,3)\"></p>" },
    { "<p style='font-family:\"Segoe UI\",-apple-system;margin:-1px;color:var(--x)'>",
      "<p style=\"font-family: 'Segoe UI',-apple-system\"></p>" },
    { "<p style='color:\\72 ed;width:1/**/px;height:calc(1px);border:1px solid #abc !important'>",
      "<p style=\"border: 1px solid #abc !important\"></p>" },
    { "<p style='background:image-set(x);background-image:none;@import x;color:a{b}'>a",
      "<p>a</p>" },
    /* links */
    { "<a href=http://a/?b&amp;c id=x>d</a>", "<a href=\"http://a/?b&amp;c\"" LINK ">d</a>" },
    { "<a href=' h\nttps://a' rel=opener target=_top>b", "<a href=\"https://a\"" LINK ">b</a>" },
    { "<a href=mailto:a@b>c</a><a href=tel:+1>d</a>",
      "<a href=\"mailto:a@b\"" LINK ">c</a><a href=\"tel:+1\"" LINK ">d</a>" },
    { "<a href=javascript:alert(1)>a</a><a href='jav&#x09;ascript:b'>c</a><a href=d>e</a>", "ace" },
    { "<a href='&#1;javascript:a'>b</a><a href=data:text/html,a>c</a><a href=vbscript:a>d</a>",
      "bcd" },
    { "<a href=//a/b>c</a><a href=https:a>d</a><a href=https:/a>e</a><a href='http://\\a'>f",
      "cdef" },
    { "<a href=http://a>b<a href=http://c>d",
      "<a href=\"http://a\"" LINK ">b</a><a href=\"http://c\"" LINK ">d</a>" },
    { "<a href=http://a>b<a name=c>d", "<a href=\"http://a\"" LINK ">b</a>d" },
    /* images */
    { "<img src=http://a/b.gif width=1 srcset=c alt=d>",
      "<img width=\"1\" alt=\"d\" data-src=\"http://a/b.gif\">" },
    { "<img data-src=https://a src=cid:x%20y%40z>", "<img src=\"/part/xy@z\" data-cid=\"xy@z\">" },
    { "<img src=cid:none alt=a><img src=cid:none><img src=/logout>", "<img alt=\"a\">" },
    { "<img src='data:image/png;base64,AA\n/+=='>", "<img src=\"data:image/png;base64,AA/+==\">" },
    { "<img src=data:image/svg+xml;base64,AA><img src=data:image/png,a><img "
      "src='data:image/png;base64,\"'>",
      "" },
    { "<image src=http://a onerror=b>", "<img data-src=\"http://a\">" },
    /* nesting */
    { "<p>a<p>b<div>c</p>d", "<p>a</p><p>b</p><div>cd</div>" },
    { "<b><i>a</b>b</i>c", "<b><i>a</i></b><i>b</i>c" },
    { "<p><b>a<p>b</b>c", "<p><b>a</b></p><p><b>b</b>c</p>" },
    { "<b><p>a</b>b</p>c", "<b><p>a</p></b>bc" },
    { "<ul><li>a<li>b<ul><li>c</ul></li></ul>d",
      "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>d" },
    { "<dl><dt>a<dd>b<dt>c</dl>", "<dl><dt>a</dt><dd>b</dd><dt>c</dt></dl>" },
    { "<h1>a<h2>b</h1>c", "<h1>a</h1><h2>b</h2>c" },
    { "</div></p></br>a", "<br>a" },
    { "<table>a<tr>b<td>c</table>",
      "<table><tbody><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></tbody></table>" },
    { "<table><tr><td><b>a<td>b</table>c",
      "<table><tbody><tr><td><b>a</b></td><td>b</td></tr></tbody></table>c" },
    { "<table><a href=http://a>b<td>c", "<table><tbody><tr><td><a href=\"http://a\"" LINK
                                        ">b</a></td><td>c</td></tr></tbody></table>" },
    { "<table><table>a", "<table></table><table><tbody><tr><td>a</td></tr></tbody></table>" },
    { "<table><caption>a<col span=2><col><thead><th>b",
      "<table><caption>a</caption><colgroup><col span=\"2\"><col></colgroup><thead><tr><th>b</th>"
      "</tr></thead></table>" },
    { "<table><tr><td><div></td></div>a</table>b",
      "<table><tbody><tr><td><div></div></td><td>a</td></tr></tbody></table>b" },
    { "<p>a<table><tr><td></p>b</table>c",
      "<p>a</p><table><tbody><tr><td>b</td></tr></tbody></table>c" },
    { "<o:p>a</o:p><unknown>b<wbr><hr>", "ab<wbr><hr>" },
};

START_TEST(only_the_listed_passes)
{
    const char *in = cases[_i].in;
    ck_assert_str_eq(sanitised(in, strlen(in), &with_cid), cases[_i].want);
}
END_TEST

START_TEST(names_are_sorted)
{
    for (size_t i = 0; i < EL_N; i++)
        ck_assert_int_eq((int)sanitise_element(str_of(sanitise_elements[i].name)), (int)i);
    ck_assert_int_eq((int)sanitise_element(str_of("")), EL_NONE);
    ck_assert_int_eq((int)sanitise_element(str_of("svg")), EL_NONE);
}
END_TEST

START_TEST(every_property_is_found)
{
    static const char style[] =
        "background: a; background-color: a; border: a; border-bottom: a; border-collapse: a; "
        "border-left: a; border-radius: a; border-right: a; border-spacing: a; border-style: a; "
        "border-top: a; border-top-width: a; border-width: a; color: a; direction: a; font: a; "
        "font-family: a; font-size: a; font-weight: a; height: a; letter-spacing: a; "
        "line-height: a; list-style-type: a; margin: a; margin-top: a; max-width: a; "
        "overflow-wrap: a; padding: a; padding-top: a; text-align: a; text-decoration: a; "
        "text-indent: a; vertical-align: a; white-space: a; width: a; word-break: a; word-wrap: a";
    struct buf out = buf_make(test_arena, 0);
    ck_assert(css_filter(&out, str_of(style)));
    ck_assert_str_eq(out.data, style);
    ck_assert(!css_filter(&out, str_of("position: fixed")));
}
END_TEST

START_TEST(the_report_counts)
{
    static const char in[] =
        "<img src=http://a><img src=https://b><blink onclick=x>c</blink><p id=x>";
    struct sanitise_report r;
    struct safe_html out = html_sanitise(test_arena, in, strlen(in), NULL, &r);
    ck_assert_str_eq(out.p, "<img data-src=\"http://a\"><img data-src=\"https://b\">c<p></p>");
    ck_assert_uint_eq(r.remote_images, 2);
    ck_assert_uint_eq(r.removed, 2);
    ck_assert_uint_eq(r.truncated, 0);
}
END_TEST

START_TEST(remote_images_when_asked_for)
{
    static const struct sanitise_options shown = { NULL, NULL, 1 };
    static const char in[] = "<img src=http://a><img src=cid:b><img data-src=https://c>";
    struct sanitise_report r;
    struct safe_html out = html_sanitise(test_arena, in, strlen(in), &shown, &r);
    ck_assert_str_eq(out.p, "<img src=\"http://a\"><img src=\"https://c\">");
    ck_assert_uint_eq(r.remote_images, 0);
    (void)sanitised(in, strlen(in), &shown);
}
END_TEST

START_TEST(long_input_is_cut_between_characters)
{
    struct buf b = buf_make(test_arena, 0);
    struct sanitise_report r;
    buf_addc(&b, 'x');
    while (b.len < SANITISE_MAX_BYTES + 100)
        buf_adds(&b, "\u20AC");
    struct safe_html out = html_sanitise(test_arena, b.data, b.len, NULL, &r);
    ck_assert_uint_eq(r.truncated, 1);
    ck_assert_uint_le(out.n, SANITISE_MAX_BYTES);
    ck_assert_uint_gt(out.n, SANITISE_MAX_BYTES - 4);
    ck_assert_ptr_null(strstr(out.p, "\uFFFD"));
    (void)sanitised(b.data, b.len, NULL);
}
END_TEST

static const char *repeated(const char *piece, size_t n, const char *end)
{
    struct buf b = buf_make(test_arena, n * strlen(piece));
    for (size_t i = 0; i < n; i++)
        buf_adds(&b, piece);
    buf_adds(&b, end);
    return b.data;
}

static const char *const bombs[] = {
    "<div>",
    "<table>",
    "<font>",
    "<p><font color=red>x",
    "<b><i><u>x</b>",
    "<li><div>",
    "<",
    "&",
    "\"",
    "<td>x",
    "<table><tr><td>",
    "<blockquote>x",
    "<a href=http://x>y",
    "<!--",
    "<a ",
    "<table><td>",
    "<b style='color:red'><p>",
    "</table>",
    "<table><b>",
    "<ol><li><p>",
    "<td></tr>x",
    "<img src=cid:x>",
    "<center><table><caption><i>",
    "<a href=http://b><table><td>",
    "<col>x<table>",
};

/* Text at the bottom stays, nothing is slow (the test's time limit says), and output is a fixed
 * point, cut or not. */
START_TEST(bombs_stay_small)
{
    static const size_t sizes[] = { 10, 300, 20000, 250000 };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        const char *in = repeated(bombs[_i], sizes[i], "the end");
        const char *out = sanitised(in, strlen(in), &with_cid);
        ck_assert_uint_le(strlen(out), SANITISE_MAX_BYTES);
    }
}
END_TEST

START_TEST(text_below_any_depth_is_kept)
{
    static const char *const deep[] = { "<div>",    "<span>",       "<font>", "<table><tr><td>",
                                        "<ul><li>", "<blockquote>", "<b>" };
    const char *in = repeated(deep[_i], 60000, "the end");
    ck_assert_ptr_nonnull(strstr(sanitised(in, strlen(in), NULL), "the end"));
}
END_TEST

START_TEST(end_tags_of_flattened_elements_end_nothing)
{
    const char *in = repeated("<div>", 1000, "");
    in = arena_printf(test_arena, "<p>a</p>%s%sb", in, repeated("</div>", 999, "c</div>"));
    const char *out = sanitised(in, strlen(in), NULL);
    ck_assert_ptr_nonnull(strstr(out, "c</div>b"));
    ck_assert_str_eq(out + strlen(out) - 2, ">b");
}
END_TEST

static void run_payload(const char *payload)
{
    static const struct sanitise_options shown = { own_cid, NULL, 1 };
    static const char *const around[][2] = {
        { "", "" },
        { "<div>", "</div>" },
        { "<table><tr><td>", "</table>" },
        { "<svg><style>", "</svg>" },
        { "<math><mtext><table><mglyph><style>", "" },
        { "<p title=\"", "\">" },
        { "<noscript>", "</noscript>" },
        { "<!--", "-->" },
        { "<a href='", "'>x</a>" },
        { "<p style='color:", "'>x</p>" },
        { "<textarea>", "</textarea>" },
        { "<table>", "" },
    };
    for (size_t i = 0; i < sizeof(around) / sizeof(around[0]); i++) {
        struct buf b = buf_make(test_arena, 0);
        buf_adds(&b, around[i][0]);
        buf_adds(&b, payload);
        buf_adds(&b, around[i][1]);
        (void)sanitised(b.data, b.len, NULL);
        (void)sanitised(b.data, b.len, &shown);
    }
}

static void run_payloads(const char *path, unsigned want)
{
    json_error_t error;
    unsigned n = 0;
    if (test_corpus(path) == NULL) {
        printf("%s: the corpus is absent\n", path);
        return;
    }
    json_t *file = json_load_file(test_corpus(path), JSON_ALLOW_NUL, &error);
    ck_assert_msg(file != NULL, "%s: %s", path, error.text);
    for (; n < json_array_size(file); n++) {
        const json_t *item = json_array_get(file, n);
        const json_t *payload = json_object_get(item, "payload");
        run_payload(json_string_value(payload != NULL ? payload : item));
        arena_reset(test_arena);
    }
    json_decref(file);
    printf("%s: %u/%u\n", path, n, want);
    ck_assert_uint_eq(n, want);
}

START_TEST(payloads_of_others)
{
    run_payloads("xss/dompurify.json", 223);
    run_payloads("xss/owasp-filter-evasion.json", 110);
}
END_TEST

/* The oracle itself must see what is wrong. */
START_TEST(the_oracle_sees)
{
    static const char *const bad[] = {
        "<script>",
        "<p onclick=\"x\">",
        "<p id=\"x\">",
        "<a href=\"javascript:x\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">",
        "<a href=\"http://x\">",
        "<img src=\"/x\">",
        "<img data-src=\"x\">",
        "<img src=\"http://x\">",
        "<p style=\"background: url(x)\">",
        "<p style=\"position: fixed\">",
        "<!-- -->",
        "<div>",
        "</div>",
        "<b><i></b></i>",
        "<svg></svg>",
        "<p title='x'></p>",
        "<p title=x></p>",
    };
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        ck_assert_msg(html_oracle_check(test_arena, bad[i], strlen(bad[i]), NULL) != NULL, "%s",
                      bad[i]);
    ck_assert_ptr_null(html_oracle_check(test_arena, "<p>a<br></p>", 12, NULL));
}
END_TEST

SUITE(html_sanitise)
{
    tcase_add_loop_test(tc, only_the_listed_passes, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_test(tc, names_are_sorted);
    tcase_add_test(tc, every_property_is_found);
    tcase_add_test(tc, the_report_counts);
    tcase_add_test(tc, remote_images_when_asked_for);
    tcase_add_test(tc, long_input_is_cut_between_characters);
    tcase_add_loop_test(tc, bombs_stay_small, 0, sizeof(bombs) / sizeof(bombs[0]));
    tcase_add_loop_test(tc, text_below_any_depth_is_kept, 0, 7);
    tcase_add_test(tc, end_tags_of_flattened_elements_end_nothing);
    tcase_add_test(tc, payloads_of_others);
    tcase_add_test(tc, the_oracle_sees);
}
