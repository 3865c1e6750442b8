/* tests/unit/html/template_test.c - escaping by place, words, sets, limits */
#include "tests/unit/suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "html/template.h"
#include "html/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *folder; /* of this test's files */

static void make_folder(void)
{
    folder = arena_strdup(test_arena, "/tmp/deskd-template-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void remove_folder(void)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(file_remove_tree(folder, &err), 0);
}

static void put_bytes(const char *name, const void *data, size_t n)
{
    struct err err = ERR_INIT;
    char *path = arena_printf(test_arena, "%s/%s", folder, name);
    char *dir = arena_strdup(test_arena, path);
    *strrchr(dir, '/') = '\0';
    ck_assert_int_eq(file_make_dirs(dir, 0700, &err), 0);
    ck_assert_int_eq(
        file_write_durable(arena_printf(test_arena, "%s/.tmp", folder), path, data, n, &err), 0);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

/* What the templates below t/ come to, or the error. */
static struct template_set *load(const char *static_dir, const char *const *locales,
                                 struct err *err)
{
    struct template_set *set = NULL;
    (void)template_set_load(&set, arena_printf(test_arena, "%s/t", folder), static_dir, locales,
                            err);
    return set;
}

static const char *shown(const struct template_set *set, const char *name, const char *locale,
                         struct view *v)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(test_arena, 0);
    if (template_render(set, name, locale, v, &out, &err) < 0)
        return arena_printf(test_arena, "! %s", err.msg);
    return arena_strdup(test_arena, buf_str(&out));
}

static const char *text_shown(const char *text, int is_html, struct view *v)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(test_arena, 0);
    if (template_render_text(NULL, text, strlen(text), is_html, "en", v, &out, &err) < 0)
        return arena_printf(test_arena, "! %s", err.msg);
    return arena_strdup(test_arena, buf_str(&out));
}

static struct view *sample(void)
{
    struct view *v = view_new(test_arena);
    view_text(v, "x", "<a href=\"j\">O'Neil & co</a>");
    view_html(v, "safe", (struct safe_html) { "<i>i</i>", 8 });
    view_bool(v, "on", true);
    view_text(v, "q", "a b&c=d/../e?f#g:h@i\xC3\xA9");
    struct view_list *list = view_list(v, "list");
    view_text(view_row(list), ".", "1");
    view_text(view_row(list), ".", "2");
    return v;
}

#define ESCAPED "&lt;a href=&quot;j&quot;&gt;O&#39;Neil &amp; co&lt;/a&gt;"
#define PART    "a%20b%26c%3Dd%2F..%2Fe%3Ff%23g%3Ah%40i%C3%A9"

static const struct {
    const char *text, *want;
} places[] = {
    { "<p>{{x}}</p>", "<p>" ESCAPED "</p>" },
    { "{{{x}}}{{&safe}}", ESCAPED "<i>i</i>" },
    { "<p title=\"{{x}}\">", "<p title=\"" ESCAPED "\">" },
    { "<p title='{{x}}' id=a>", "<p title='" ESCAPED "' id=a>" },
    { "<title>{{x}}</title>{{x}}", "<title>" ESCAPED "</title>" ESCAPED },
    { "<textarea name=t>a < b {{x}} </p></textarea>",
      "<textarea name=t>a < b " ESCAPED " </p></textarea>" },
    { "<!-- c --><!doctype html><p>{{x}}", "<!-- c --><!doctype html><p>" ESCAPED },
    { "<script>if (a<b) x('</p>')</script>{{x}}", "<script>if (a<b) x('</p>')</script>" ESCAPED },
    { "a < b <3 {{x}}", "a < b <3 " ESCAPED },
    { "<a href=\"/t?q={{q}}\">", "<a href=\"/t?q=" PART "\">" },
    { "<a href=\"/t/{{q}}/x\">", "<a href=\"/t/" PART "/x\">" },
    { "<use href=\"{{asset \"i.svg\"}}#{{q}}\">", "<use href=\"/static/i.svg#" PART "\">" },
    { "<script src=\"{{asset \"a.js\"}}\"></script>", "<script src=\"/static/a.js\"></script>" },
    { "<a href=\"mailto:{{q}}\">",
      "<a href=\"mailto:a%20b%26c%3Dd%2F..%2Fe%3Ff%23g%3Ah@i%C3%A9\">" },
    { "<a href=\"https://{{q}}:80/\">", "<a href=\"https://" PART ":80/\">" },
    { "<a href=\"{{q}}{{q}}\">", "<a href=\"a%20b&amp;c=d/../e?f#g:h@i\xC3\xA9" PART "\">" },
    { "<option {{#on}}selected{{/on}}>", "<option selected >" },
    { "<option{{#on}} selected{{/on}}>", "<option  selected >" },
    { "<option {{^on}}selected{{/on}}>", "<option >" },
    { "<i {{#on}}title=\"{{x}}\"{{/on}} {{#on}}data-a=\"1\"{{/on}}>",
      "<i title=\"" ESCAPED "\" data-a=\"1\">" },
    { "<i class=\"a{{#on}} b{{/on}}\">", "<i class=\"a b\">" },
    { "<a href=\"/x{{#on}}?q={{q}}{{/on}}\">", "<a href=\"/x?q=" PART "\">" },
    { "<a href=\"{{#on}}/y{{/on}}{{^on}}/z{{/on}}#{{q}}\">", "<a href=\"/y#" PART "\">" },
    { "<a href=\"{{on}}&amp;p={{q}}\">", "<a href=\"true&amp;p=" PART "\">" },
    { "<title>{{#list}}{{.}},{{/list}}</title>", "<title>1,2,</title>" },
    { "<svg><title>{{x}}</title></svg>", "<svg><title>" ESCAPED "</title></svg>" },
    /* not templates of ours */
    { "${7*7} <%= 7*7 %> #{7*7} {% x %} { {x} }", "${7*7} <%= 7*7 %> #{7*7} {% x %} { {x} }" },
    { "[{{7*7}}]", "[]" },
};

START_TEST(place_decides_escaping)
{
    ck_assert_str_eq(text_shown(places[_i].text, 1, sample()), places[_i].want);
}
END_TEST

static const struct {
    const char *text, *error;
} refused[] = {
    { "<script>\nvar a = {{x}};</script>", "text:2:9: no tag may stand in <script> or <style>" },
    { "<style>{{x}}</style>", "text:1:8: no tag may stand in <script> or <style>" },
    { "<SCRIPT >{{x}}", "text:1:10: no tag may stand in <script> or <style>" },
    { "<script>{{#on}}a{{/on}}</script>", "text:1:9: no tag may stand in <script> or <style>" },
    { "<p onclick=\"{{x}}\">", "text:1:13: no tag may stand in an attribute that holds code" },
    { "<p OnX='a{{x}}'>", "text:1:10: no tag may stand in an attribute that holds code" },
    { "<p style=\"color:{{x}}\">", "text:1:17: no tag may stand in an attribute that holds code" },
    { "<p style=\"{{#on}}color:red{{/on}}\">", "text:1:11: no tag may stand in an attribute that" },
    { "<img srcset=\"{{x}}\">", "text:1:14: no tag may stand in an attribute that holds code" },
    { "<script src=\"{{x}}\">", "text:1:14: no tag may stand in an attribute that holds code" },
    { "<p id={{x}}>", "text:1:7: no tag may stand in an unquoted attribute" },
    { "<p id=a{{x}}>", "text:1:8: no tag may stand in an unquoted attribute" },
    { "<p {{x}}>", "text:1:4: no tag may stand in a tag, between attributes" },
    { "<p a{{x}}=\"1\">", "text:1:5: no tag may stand in a tag, between attributes" },
    { "<{{x}}>", "text:1:2: no tag may stand in a tag's name" },
    { "<p{{x}}>", "text:1:3: no tag may stand in a tag" },
    { "</{{x}}>", "text:1:3: no tag may stand in a tag's name" },
    { "</p{{x}}>", "text:1:4: no tag may stand in an end tag" },
    { "<!-- {{x}} -->", "text:1:6: no tag may stand in a comment" },
    { "<!-- {{#on}} {{/on}} -->", "text:1:6: no tag may stand in a comment" },
    { "<!doctype {{x}}>", "text:1:11: no tag may stand in a declaration" },
    { "<title></{{x}}", "text:1:10: no tag may stand in a tag's name" },
    { "<title><b>{{x}}</b></title>", "text:1:1: in the text that begins here: markup inside" },
    { "<![CDATA[{{x}}]]>", "text:1:1: in the text that begins here: a CDATA section" },
    { "<a href=\"javascript:{{x}}\">", "text:1:21: no tag may stand in an address whose scheme" },
    { "<a href=\"JAVA\nSCRIPT:{{x}}\">", "text:2:8: no tag may stand in an address whose scheme" },
    { "<a href=\"data:text/html,{{x}}\">", "text:1:25: no tag may stand in an address whose" },
    { "<a href=\"javascript&colon;{{x}}\">", "text:1:27: no tag may stand in an address whose" },
    { "<a href=\"{{x}}:{{x}}\">", "a value must not make up the scheme" },
    { "<a href=\"{{x}}&colon;alert\">", "only &amp; may follow a value here" },
    { "<a href=\"{{\"w\"}}\">", "text:1:10: words have no place in an address" },
    { "<p title=\"{{{safe}}}\">", "text:1:11: unescaped HTML stands between tags" },
    { "<title>{{{safe}}}</title>", "text:1:8: unescaped HTML stands between tags" },
    { "<p title=\"{{> p}}\">", "text:1:11: a partial stands between tags" },
    { "<p {{> p}}>", "text:1:4: a partial stands between tags" },
    { "<title>{{< p}}{{/p}}</title>", "text:1:8: a parent stands between tags" },
    { "{{#on}}<p {{/on}}", "text:1:11: what line 1 opened begins in text and ends in a tag" },
    { "<p title=\"{{#on}}\">{{/on}}", "text:1:20: what line 1 opened begins in a quoted" },
    { "<i {{#on}}value{{/on}}=\"{{x}}\">", "an attribute's name does not begin so" },
    { "<p", "text:1:1: the text that begins here ends in a tag" },
    { "<script>", "text:1:1: the text that begins here ends in <script>" },
    { "{{#a}}", "text:1:1: the tag is never closed" },
    { "a\n {{/a}}", "text:2:2: nothing is open" },
    { "{{#a}}\n{{/b}}", "text:2:1: {{/b}} closes {{#a}} of line 1" },
    { "{{#a}}{{#b}}{{/a}}{{/b}}", "text:1:13: {{/a}} closes {{#b}} of line 1" },
    { "{{x", "text:1:1: the tag has no end" },
    { "{{{x}}", "text:1:1: the tag has no end" },
    { "{{}}", "text:1:1: the tag has no name" },
    { "{{a b}}", "text:1:1: a name has no white space" },
    { "{{=a}}", "text:1:1: the tag has no end" },
    { "{{= a =}}", "text:1:1: a delimiter tag is" },
    { "{{\"x\"|\"y\"}}", "text:1:1: plural words are" },
    { "{{\"x\" y}}", "text:1:1: words are" },
    { "{{\"x}}", "text:1:1: the tag has no end" },
    { "{{\"\"}}", "text:1:1: words are" },
    { "{{asset \"a\"x}}", "text:1:1: an asset is" },
};

START_TEST(wrong_places_do_not_compile)
{
    const char *got = text_shown(refused[_i].text, 1, sample());
    ck_assert_msg(got[0] == '!' && strstr(got, refused[_i].error) != NULL, "%s\n got  %s\n want %s",
                  refused[_i].text, got, refused[_i].error);
}
END_TEST

static const struct {
    const char *url, *want;
} urls[] = {
    { "/tickets/1?a=b&c=d#e", "/tickets/1?a=b&amp;c=d#e" },
    { "https://example.com/", "https://example.com/" },
    { "HTTP://example.com/", "HTTP://example.com/" },
    { "mailto:a@example.com", "mailto:a@example.com" },
    { "x", "x" },
    { "", "" },
    { "?a:b", "?a:b" },
    { "a/b:c", "a/b:c" },
    { "//example.com", "//example.com" },
    { "/a b\"<>'`\\", "/a%20b%22%3C%3E&#39;%60%5C" },
    { "javascript:alert(1)", "#" },
    { "JaVaScRiPt:alert(1)", "#" },
    { " javascript:alert(1)", "#" },
    { "java\nscript:alert(1)", "#" },
    { "\x01javascript:alert(1)", "#" },
    { "vbscript:x", "#" },
    { "data:text/html,<script>", "#" },
    { ":alert", "#" },
    { "httpsx:y", "#" },
    { "tel:1", "#" },
};

START_TEST(addresses_have_harmless_schemes)
{
    struct view *v = view_new(test_arena);
    view_text(v, "u", urls[_i].url);
    ck_assert_str_eq(text_shown("<a href=\"{{u}}\">", 1, v),
                     arena_printf(test_arena, "<a href=\"%s\">", urls[_i].want));
}
END_TEST

START_TEST(plain_text_is_not_escaped)
{
    struct view *v = view_new(test_arena);
    view_text(v, "x", "<a> & 'b'");
    ck_assert_str_eq(text_shown("<script>{{x}} {{{x}}} <{{x}}", 0, v),
                     "<script><a> & 'b' <a> & 'b' <<a> & 'b'");
}
END_TEST

START_TEST(words_have_values)
{
    struct view *v = sample();
    view_i64(v, "n", 1);
    view_text(v, "many", "1000002");
    ck_assert_str_eq(text_shown("{{\"A & B\"}} {{ \"\\\"{x}\\\"\" }}", 1, v),
                     "A &amp; B &quot;" ESCAPED "&quot;");
    ck_assert_str_eq(text_shown("{{\"{n} ticket\"|\"{n} tickets\"|n}}, "
                                "{{\"{many} ticket\"|\"{many} tickets\"|many}}",
                                1, v),
                     "1 ticket, 1000002 tickets");
    ck_assert_str_eq(text_shown("{{\"}} {} {a b} {absent}.\"}}", 1, v), "}} {} {a b} .");
    ck_assert_str_eq(text_shown("<p title=\"{{\"<{n}>\"}}\">", 1, v), "<p title=\"&lt;1&gt;\">");
    ck_assert_str_eq(text_shown("{{\"<{x}>\"}}", 0, v), "<<a href=\"j\">O'Neil & co</a>>");
}
END_TEST

/* ---- sets ---- */

START_TEST(pages_use_a_frame)
{
    struct err err = ERR_INIT;
    put("t/layout.html", "<title>{{$title}}deskd{{/title}}</title>\n"
                         "<body class=\"{{$class}}{{/class}}\">\n"
                         "<h1>{{$title}}deskd{{/title}}</h1>\n{{$main}}{{/main}}</body>\n");
    put("t/ticket/show.html", "{{< layout}}\n{{$title}}{{\"Ticket\"}} {{id}}{{/title}}\n"
                              "{{$class}}wide{{/class}}\n{{$main}}\n<ul>\n{{#rows}}\n"
                              "{{> ticket/_row}}\n{{/rows}}\n</ul>\n{{/main}}\n{{/layout}}\n");
    put("t/ticket/_row.html", "<li>{{.}}</li>\n");
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    struct view *v = view_new(test_arena);
    view_i64(v, "id", 7);
    struct view_list *rows = view_list(v, "rows");
    view_text(view_row(rows), ".", "a");
    view_text(view_row(rows), ".", "<b>");
    ck_assert_str_eq(shown(set, "ticket/show", "en", v),
                     "<title>Ticket 7</title>\n<body class=\"wide\">\n<h1>Ticket 7</h1>\n"
                     "<ul>\n<li>a</li>\n<li>&lt;b&gt;</li>\n</ul>\n</body>\n");
    ck_assert_str_eq(shown(set, "ticket/none", "en", v), "! there is no template \"ticket/none\"");
    template_set_free(&set);
    ck_assert_ptr_null(set);
}
END_TEST

static const struct {
    const char *file, *text, *error;
} broken[] = {
    { "t/a.html", "\n {{> none}}", "a.html:2:2: there is no template \"none\"" },
    { "t/a.html", "{{< none}}{{/none}}", "a.html:1:1: there is no template \"none\"" },
    { "t/a.html", "{{> ../../etc/passwd}}", "there is no template" },
    { "t/a.html", "{{> m.txt}}", "\"m.txt\" is a text template" },
    { "t/n.txt", "{{> ok}}", "n.txt:1:1: \"ok\" is HTML" },
    { "t/a.html", "{{< frame}}{{$tilte}}x{{/tilte}}{{/frame}}", "frame has no block \"tilte\"" },
    { "t/a.html", "{{< frame}}{{$attr}}<b>{{{x}}}</b>{{/attr}}{{/frame}}",
      "a.html:1:24: unescaped HTML stands between tags" },
    { "t/a.html", "{{< frame}}{{$attr}}\"{{/attr}}{{/frame}}", "begins in a quoted attribute and" },
    { "t/a.html", "{{< frame}}{{$text}}<p {{/text}}{{/frame}}",
      "begins in text and ends in a tag" },
    { "t/a.html", "{{< frame}}{{$two}}{{x}}{{/two}}{{/frame}}", "need different escaping" },
    { "t/z.html", "{{asset \"none.css\"}}", "z.html:1:1: there is no static file \"none.css\"" },
};

START_TEST(sets_with_errors_do_not_load)
{
    struct err err = ERR_INIT;
    put("t/ok.html", "ok");
    put("t/m.txt", "m");
    put("t/frame.html", "{{$text}}{{/text}}<p title=\"{{$attr}}{{/attr}}\">{{$two}}{{/two}}"
                        "<a href=\"/{{$two}}{{/two}}\">");
    put("s/app.css", "x");
    put(broken[_i].file, broken[_i].text);
    struct template_set *set = load(arena_printf(test_arena, "%s/s", folder), NULL, &err);
    ck_assert_ptr_null(set);
    ck_assert_msg(strstr(err.msg, broken[_i].error) != NULL, "got  %s\nwant %s", err.msg,
                  broken[_i].error);
}
END_TEST

static void collect(void *data, const char *message)
{
    struct buf *out = data;
    buf_printf(out, "%s\n", message);
}

START_TEST(check_reports_every_file)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(test_arena, 0);
    put("t/a.html", "{{> b}}{{> c}}");
    put("t/b.html", "<p {{x}}>");
    put("t/c.html", "{{#x}}");
    put("t/d.html", "{{> e}}");
    put("t/ok.html", "{{> b}}");
    const char *dir = arena_printf(test_arena, "%s/t", folder);
    ck_assert_int_eq(template_set_check(dir, NULL, collect, &out, &err), 3);
    ck_assert_str_eq(buf_str(&out), "c.html:1:1: the tag is never closed\n"
                                    "b.html:1:4: no tag may stand in a tag, between attributes\n"
                                    "d.html:1:1: there is no template \"e\"\n");
    ck_assert_int_eq(template_set_check("/nonexistent", NULL, collect, &out, &err), -1);
}
END_TEST

static void list_word(void *data, const char *file, unsigned line, const char *msgid,
                      const char *plural)
{
    struct buf *out = data;
    buf_printf(out, "%s:%u %s|%s\n", file, line, msgid, plural == NULL ? "-" : plural);
}

START_TEST(words_are_listed)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(test_arena, 0);
    put("t/a.html", "{{\"One\"}}\n{{#x}}{{\"{n} t\"|\"{n} ts\"|n}}{{/x}}");
    put("t/m.txt", "\n{{\"A \\\"b\\\"\"}}");
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_ptr_nonnull(set);
    template_words(set, list_word, &out);
    ck_assert_str_eq(buf_str(&out), "a.html:1 One|-\na.html:2 {n} t|{n} ts\nm.txt:2 A \"b\"|-\n");
    template_set_free(&set);
}
END_TEST

START_TEST(assets_have_hashes)
{
    struct err err = ERR_INIT;
    put("t/a.html",
        "<link href=\"{{asset \"app.css\"}}\"><i data-a=\"{{ asset  \"x/y.tar.gz\" }}\">");
    put("s/app.css", "abc"); /* its SHA-256 is in FIPS 180-4's examples */
    put("s/x/y.tar.gz", "abc");
    put("s/plain", "abc");
    struct template_set *set = load(arena_printf(test_arena, "%s/s", folder), NULL, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    ck_assert_str_eq(shown(set, "a", "en", view_new(test_arena)),
                     "<link href=\"/static/app-ba7816bf8f01.css\">"
                     "<i data-a=\"/static/x/y.tar-ba7816bf8f01.gz\">");
    ck_assert_str_eq(template_asset(set, "app.css"), "/static/app-ba7816bf8f01.css");
    ck_assert_str_eq(template_asset(set, "plain"), "/static/plain-ba7816bf8f01");
    ck_assert_str_eq(template_asset(set, "none"), "/static/none");
    template_set_free(&set);
}
END_TEST

START_TEST(text_templates_name_partials_shortly)
{
    struct err err = ERR_INIT;
    struct view *v = view_new(test_arena);
    view_text(v, "x", "a & b");
    view_text(v, "name", "mail/_foot");
    put("t/mail/new.txt", "Hi {{x}}\n{{> mail/_foot}}\n{{> mail/_foot.txt}}\n{{> *name}}\n");
    put("t/mail/_foot.txt", "-- {{x}}\n");
    put("t/mail/_foot.html", "never here {{x}}");
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    ck_assert_str_eq(shown(set, "mail/new.txt", "en", v),
                     "Hi a & b\n-- a & b\n-- a & b\n-- a & b\n");
    template_set_free(&set);
}
END_TEST

/* What is only known when it is rendered is refused then. */
START_TEST(blocks_go_only_where_they_were_checked)
{
    struct err err = ERR_INIT;
    struct view *v = view_new(test_arena);
    put("t/frame.html", "<p title=\"{{$b}}{{/b}}\">");
    put("t/other.html", "<p>{{$b}}{{/b}}");
    put("t/mail.txt", "mail");
    put("t/a.html", "{{< *which}}{{$b}}<b>{{/b}}{{/*which}}{{> *partial}}");
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    view_text(v, "partial", "mail.txt");
    view_text(v, "which", "other");
    ck_assert_str_eq(shown(set, "a", "en", v), "<p><b>");
    view_text(v, "which", "frame");
    ck_assert_str_eq(shown(set, "a", "en", v),
                     "! template a: block b stands where its replacement was not checked for");
    template_set_free(&set);
}
END_TEST

/* ---- languages ---- */

struct message {
    const char *id, *text;
    size_t id_n, text_n;
};
#define MESSAGE(id, text)                                                                          \
    {                                                                                              \
        id, text, sizeof(id) - 1, sizeof(text) - 1                                                 \
    }

/* A catalogue in GNU's .mo format: messages must be sorted by id. */
static void put_catalogue(const char *locale, const struct message *m, uint32_t n)
{
    struct buf head = buf_make(test_arena, 0), texts = buf_make(test_arena, 0);
    uint32_t table = 7 * 4, base = table + n * 16;
    uint32_t header[7] = { 0x950412DEU, 0, n, table, table + n * 8, 0, base };
    buf_add(&head, header, sizeof(header));
    for (int half = 0; half < 2; half++) {
        for (uint32_t i = 0; i < n; i++) {
            size_t len = half == 0 ? m[i].id_n : m[i].text_n;
            uint32_t entry[2] = { (uint32_t)len, base + (uint32_t)texts.len };
            buf_add(&head, entry, sizeof(entry));
            buf_add(&texts, half == 0 ? m[i].id : m[i].text, len);
            buf_addc(&texts, '\0');
        }
    }
    buf_add(&head, texts.data, texts.len);
    put_bytes(arena_printf(test_arena, "locale/%s/LC_MESSAGES/deskd.mo", locale), head.data,
              head.len);
}

static void put_catalogues(void)
{
    static const struct message polish[] = {
        MESSAGE("",
                "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=3; plural=(n==1 "
                "? 0 : n%10>=2 && n%10<=4 && (n%100<10 || n%100>=20) ? 1 : 2);\n"),
        MESSAGE("Hello {name}", "{name}, dzie\xC5\x84 <dobry> {secret}"),
        MESSAGE("{n} ticket\0{n} tickets", "{n} bilet\0{n} bilety\0{n} bilet\xC3\xB3w"),
    };
    static const struct message brazilian[] = {
        MESSAGE("", "Content-Type: text/plain; charset=UTF-8\n"
                    "Plural-Forms: nplurals=2; plural=(n>1);\n"),
        MESSAGE("Hello {name}", "Ol\xC3\xA1, {name}"),
        MESSAGE("{n} ticket\0{n} tickets", "{n} chamado\0{n} chamados"),
    };
    put_catalogue("pl", polish, 3);
    put_catalogue("pt_BR", brazilian, 3);
}

static const char *count_shown(const struct template_set *set, const char *locale, int64_t n)
{
    struct view *v = view_new(test_arena);
    view_i64(v, "n", n);
    return shown(set, "count", locale, v);
}

START_TEST(words_are_translated)
{
    static const char *const locales[] = { "en", "pl", "pt-BR", NULL };
    struct err err = ERR_INIT;
    put_catalogues();
    ck_assert_int_eq(words_init(arena_printf(test_arena, "%s/locale", folder), &err), 0);
    put("t/hello.html", "{{\"Hello {name}\"}}");
    put("t/hello.txt", "{{\"Hello {name}\"}}");
    put("t/count.html", "{{\"{n} ticket\"|\"{n} tickets\"|n}}");
    struct template_set *set = load(NULL, locales, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    ck_assert_str_eq(words_language(), "en");
    struct view *v = view_new(test_arena);
    view_text(v, "name", "<Ola>");
    view_text(v, "secret", "s3cret");
    ck_assert_str_eq(shown(set, "hello", "en", v), "Hello &lt;Ola&gt;");
    ck_assert_str_eq(shown(set, "hello", "pl", v),
                     "&lt;Ola&gt;, dzie\xC5\x84 &lt;dobry&gt; {secret}");
    ck_assert_str_eq(shown(set, "hello", "pt-BR", v), "Ol\xC3\xA1, &lt;Ola&gt;");
    ck_assert_str_eq(shown(set, "hello.txt", "pt-br", v), "Ol\xC3\xA1, <Ola>");
    ck_assert_str_eq(shown(set, "hello", "xx", v), "Hello &lt;Ola&gt;");
    ck_assert_str_eq(shown(set, "hello", NULL, v), "Hello &lt;Ola&gt;");
    static const struct {
        int64_t n;
        const char *pl, *pt;
    } counts[] = { { 0, "0 bilet\xC3\xB3w", "0 chamado" },
                   { 1, "1 bilet", "1 chamado" },
                   { 2, "2 bilety", "2 chamados" },
                   { 12, "12 bilet\xC3\xB3w", "12 chamados" },
                   { 22, "22 bilety", "22 chamados" },
                   { 201, "201 bilet\xC3\xB3w", "201 chamados" },
                   { 1000003, "1000003 bilety", "1000003 chamados" },
                   { -1, "-1 bilet", "-1 chamado" } };
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        ck_assert_str_eq(count_shown(set, "pl", counts[i].n), counts[i].pl);
        ck_assert_str_eq(count_shown(set, "pt-BR", counts[i].n), counts[i].pt);
    }
    struct buf out = buf_make(test_arena, 0);
    const char *text = "{{\"Hello {name}\"}} {{> hello}}";
    ck_assert_int_eq(template_render_text(set, text, strlen(text), 1, "pt-BR", v, &out, &err), 0);
    ck_assert_str_eq(buf_str(&out), "Ol\xC3\xA1, &lt;Ola&gt; Ol\xC3\xA1, &lt;Ola&gt;");
    template_set_free(&set);
}
END_TEST

START_TEST(language_switches)
{
    struct err err = ERR_INIT;
    put_catalogues();
    ck_assert_int_eq(words_init(arena_printf(test_arena, "%s/locale", folder), &err), 0);
    for (int i = 0; i < 3; i++) {
        words_use("pt-BR");
        ck_assert_str_eq(_("Hello {name}"), "Ol\xC3\xA1, {name}");
        ck_assert_str_eq(words_get_n("{n} ticket", "{n} tickets", 5), "{n} chamados");
        ck_assert_str_eq(words_get_reason(test_arena, "Hello {name}"), "Ol\xC3\xA1, {name}");
        ck_assert_str_eq(words_get_reason(test_arena, "Hello {name}: a: b"),
                         "Ol\xC3\xA1, {name}: a: b");
        ck_assert_str_eq(words_get_reason(test_arena, "unknown: b"), "unknown: b");
        words_use("en");
        ck_assert_str_eq(_("Hello {name}"), "Hello {name}");
        words_use("pl");
        ck_assert_str_eq(words_get_n("{n} ticket", "{n} tickets", 5), "{n} bilet\xC3\xB3w");
        words_use("../pl");
        ck_assert_str_eq(words_language(), "en");
        ck_assert_str_eq(_(""), "");
    }
}
END_TEST

/* ---- limits ---- */

static const char *repeated(const char *unit, size_t times)
{
    struct buf b = buf_make(test_arena, strlen(unit) * times);
    for (size_t i = 0; i < times; i++)
        buf_adds(&b, unit);
    return buf_str(&b);
}

/* Neighbours on the machine must not fail a test. */
static int64_t cpu_us(void)
{
    return (int64_t)clock() * 1000000 / CLOCKS_PER_SEC;
}

/* Sanitizers and valgrind are slow; what matters is that nothing runs away. */
#define HOSTILE_US (getenv("DESKD_TEST_SLOW") != NULL ? 5000000 : 50000)

static void refuse_quickly(const char *text, const char *error)
{
    struct view *v = sample();
    struct view_list *rows = view_list(v, "rows");
    for (int i = 0; i < 100; i++)
        view_row(rows);
    int64_t begin = cpu_us();
    const char *got = text_shown(text, 1, v);
    int64_t took = cpu_us() - begin;
    ck_assert_msg(error == NULL || strstr(got, error) != NULL, "%.200s: %.200s", text, got);
    ck_assert_msg(took < HOSTILE_US, "%.60s: %lld us", text, (long long)took);
}

START_TEST(hostile_templates_end_quickly)
{
    refuse_quickly(repeated("{{#a}}", 10000), "more than 4000 tags");
    refuse_quickly(repeated("{{#a}}", 4000), "more than 64 tags inside each other");
    refuse_quickly(repeated("{{$a}}", 4000), "more than 64 tags inside each other");
    refuse_quickly(repeated("{{< a}}", 4000), "more than 64 tags inside each other");
    refuse_quickly(repeated("{{", 10000), "the tag has no end");
    refuse_quickly(repeated("{{.}}", 4000), NULL);
    refuse_quickly(repeated("{{a.b.c.d.e.f}}", 4000), NULL);
    refuse_quickly(repeated("{{\"x\"}}", 4000), NULL);
    refuse_quickly(repeated("{{$a}}{{/a}}", 2000), NULL);
    refuse_quickly(repeated("{{#list}}{{/list}}", 2000), NULL);
    refuse_quickly(repeated("<!--", 16000), "ends in a comment");
    refuse_quickly(repeated("x", 66000), "more than 65536 bytes");
    refuse_quickly("{{#rows}}{{#rows}}{{#rows}}{{#rows}}{{#rows}}x{{/rows}}{{/rows}}{{/rows}}"
                   "{{/rows}}{{/rows}}",
                   "too many steps");
    const char *big = repeated("0123456789", 6000);
    refuse_quickly(arena_printf(test_arena, "{{#rows}}%s{{/rows}}", big), "output is too long");
}
END_TEST

START_TEST(recursion_ends)
{
    struct err err = ERR_INIT;
    struct view *v = view_new(test_arena);
    put("t/self.html", "x{{> self}}");
    put("t/twice.html", "x{{> twice}}{{> twice}}");
    put("t/ping.html", "{{< pong}}{{$a}}{{> ping}}{{/a}}{{/pong}}");
    put("t/pong.html", "{{$a}}{{/a}}");
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    ck_assert_str_eq(shown(set, "self", "en", v),
                     "! template self: its partials or blocks are too deep");
    ck_assert_str_eq(shown(set, "twice", "en", v),
                     "! template twice: its partials or blocks are too deep");
    ck_assert_str_eq(shown(set, "ping", "en", v),
                     "! template ping: its partials or blocks are too deep");
    template_set_free(&set);
}
END_TEST

START_TEST(failure_leaves_the_output_alone)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(test_arena, 0);
    struct view *v = sample();
    buf_adds(&out, "before");
    put("t/self.html", "x{{> self}}");
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_int_eq(template_render(set, "self", "en", v, &out, &err), -1);
    ck_assert_str_eq(buf_str(&out), "before");
    template_set_free(&set);
}
END_TEST

/* ---- speed ---- */

#define ROWS   50
#define FIELDS 20
#define ROUNDS 200

static struct view *list_page(void)
{
    struct view *v = view_new(test_arena);
    struct view_list *rows = view_list(v, "tickets");
    for (int i = 0; i < ROWS; i++) {
        struct view *row = view_row(rows);
        for (int k = 0; k < FIELDS; k++)
            view_text(row, arena_printf(test_arena, "field%d", k), "Printer <on> fire & more");
    }
    return v;
}

START_TEST(list_page_is_fast)
{
    struct err err = ERR_INIT;
    struct buf text = buf_make(test_arena, 0);
    buf_adds(&text, "<table>{{#tickets}}<tr>");
    for (int k = 0; k < FIELDS; k++)
        buf_printf(&text, "<td class=\"c\">{{field%d}}</td>", k);
    buf_adds(&text, "</tr>\n{{/tickets}}</table>");
    put("t/list.html", buf_str(&text));
    struct template_set *set = load(NULL, NULL, &err);
    ck_assert_msg(set != NULL, "%s", err.msg);
    struct view *v = list_page();
    struct buf out = buf_make(test_arena, 256 * 1024);
    int64_t best = INT64_MAX;
    for (int i = 0; i < ROUNDS; i++) {
        buf_truncate(&out, 0);
        int64_t begin = clock_ticks_us();
        ck_assert_int_eq(template_render(set, "list", "en", v, &out, &err), 0);
        int64_t took = clock_ticks_us() - begin;
        best = took < best ? took : best;
    }
    printf("template: %d rows of %d fields, %zu bytes, in %lld us\n", ROWS, FIELDS, out.len,
           (long long)best);
    (void)fflush(stdout);
    ck_assert_int_lt(best, HOSTILE_US / 20);
    template_set_free(&set);
}
END_TEST

SUITE(template)
{
    tcase_add_checked_fixture(tc, make_folder, remove_folder);
    tcase_add_loop_test(tc, place_decides_escaping, 0, (int)(sizeof(places) / sizeof(places[0])));
    tcase_add_loop_test(tc, wrong_places_do_not_compile, 0,
                        (int)(sizeof(refused) / sizeof(refused[0])));
    tcase_add_loop_test(tc, addresses_have_harmless_schemes, 0,
                        (int)(sizeof(urls) / sizeof(urls[0])));
    tcase_add_loop_test(tc, sets_with_errors_do_not_load, 0,
                        (int)(sizeof(broken) / sizeof(broken[0])));
    tcase_add_test(tc, plain_text_is_not_escaped);
    tcase_add_test(tc, words_have_values);
    tcase_add_test(tc, pages_use_a_frame);
    tcase_add_test(tc, check_reports_every_file);
    tcase_add_test(tc, words_are_listed);
    tcase_add_test(tc, assets_have_hashes);
    tcase_add_test(tc, text_templates_name_partials_shortly);
    tcase_add_test(tc, blocks_go_only_where_they_were_checked);
    tcase_add_test(tc, words_are_translated);
    tcase_add_test(tc, language_switches);
    tcase_add_test(tc, hostile_templates_end_quickly);
    tcase_add_test(tc, recursion_ends);
    tcase_add_test(tc, failure_leaves_the_output_alone);
    tcase_add_test(tc, list_page_is_fast);
}
