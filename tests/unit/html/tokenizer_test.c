/* tests/unit/html/tokenizer_test.c - the tokenizer against the cases of the HTML standard's testers
 */
#include "base/arena.h"
#include "base/buf.h"
#include "html/tokenizer.h"
#include "tests/unit/suite.h"

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CASES 6810 /* in the corpus */

/* One token as a line; runs of text are joined. Written for what is expected and for what came. */
struct dump {
    struct buf out;
    bool is_in_text;
};

static void dump_quoted(struct buf *b, const char *p, size_t n)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)p[i] < 0x20 || p[i] == '"' || p[i] == '\\')
            buf_printf(b, "\\x%02x", (unsigned)(unsigned char)p[i]);
        else
            buf_addc(b, p[i]);
    }
    buf_addc(b, '"');
}

static void dump_kind(struct dump *d, const char *kind)
{
    d->is_in_text = false;
    buf_addc(&d->out, '\n');
    buf_adds(&d->out, kind);
    buf_addc(&d->out, ' ');
}

static void dump_text(struct dump *d, const char *p, size_t n)
{
    if (n == 0)
        return;
    if (d->is_in_text)
        buf_truncate(&d->out, d->out.len - 1); /* its closing quote; the opening one is kept out */
    else
        dump_kind(d, "text");
    size_t begin = d->out.len;
    dump_quoted(&d->out, p, n);
    if (d->is_in_text)
        memmove(d->out.data + begin, d->out.data + begin + 1, d->out.len - begin);
    if (d->is_in_text)
        d->out.len--;
    d->is_in_text = true;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void dump_attrs(struct dump *d, const char **lines, size_t n)
{
    qsort(lines, n, sizeof(*lines), by_name);
    for (size_t i = 0; i < n; i++)
        buf_adds(&d->out, lines[i]);
}

static const char *attr_line(const char *name, size_t name_n, const char *value, size_t value_n)
{
    struct buf b = buf_make(test_arena, 0);
    buf_addc(&b, ' ');
    dump_quoted(&b, name, name_n);
    buf_addc(&b, '=');
    dump_quoted(&b, value, value_n);
    return b.data;
}

static void dump_token(struct dump *d, const struct html_token *t)
{
    const char *lines[HTML_ATTRS_MAX];
    switch (t->type) {
    case HTML_TEXT:
        dump_text(d, t->text.p, t->text.n);
        return;
    case HTML_COMMENT:
        dump_kind(d, "comment");
        dump_quoted(&d->out, t->text.p, t->text.n);
        return;
    case HTML_END:
        dump_kind(d, "end");
        dump_quoted(&d->out, t->text.p, t->text.n);
        return;
    case HTML_START:
        dump_kind(d, t->self_closing ? "empty" : "start");
        dump_quoted(&d->out, t->text.p, t->text.n);
        for (size_t i = 0; i < t->attrs_n; i++)
            lines[i] = attr_line(t->attrs[i].name.p, t->attrs[i].name.n, t->attrs[i].value.p,
                                 t->attrs[i].value.n);
        dump_attrs(d, lines, t->attrs_n);
        return;
    case HTML_DOCTYPE:
    default:
        dump_kind(d, t->force_quirks ? "doctype-quirks" : "doctype");
        buf_adds(&d->out, t->has_name ? "name" : "");
        dump_quoted(&d->out, t->text.p, t->text.n);
        buf_adds(&d->out, t->has_public ? "public" : "");
        dump_quoted(&d->out, t->public_id.p, t->public_id.n);
        buf_adds(&d->out, t->has_system ? "system" : "");
        dump_quoted(&d->out, t->system_id.p, t->system_id.n);
    }
}

static void add_surrogate(struct buf *b, unsigned c)
{
    buf_addc(b, (char)(0xE0U | (c >> 12)));
    buf_addc(b, (char)(0x80U | ((c >> 6) & 0x3FU)));
    buf_addc(b, (char)(0x80U | (c & 0x3FU)));
}

/* A string of the corpus; doubly escaped ones carry \uXXXX even for what is no character. */
static struct str string_of(const json_t *j, bool is_doubly_escaped)
{
    if (!json_is_string(j))
        return (struct str) { "", 0 };
    struct buf b = buf_make(test_arena, 0);
    const char *p = json_string_value(j);
    size_t n = json_string_length(j);
    for (size_t i = 0; i < n; i++) {
        if (!is_doubly_escaped || p[i] != '\\' || n - i < 6 || p[i + 1] != 'u') {
            buf_addc(&b, p[i]);
            continue;
        }
        char hex[5] = { p[i + 2], p[i + 3], p[i + 4], p[i + 5], '\0' };
        unsigned c = (unsigned)strtoul(hex, NULL, 16);
        if (c >= 0xD800 && c <= 0xDFFF)
            add_surrogate(&b, c);
        else
            buf_add_utf8(&b, c);
        i += 5;
    }
    return (struct str) { b.data, b.len };
}

static void dump_expected(struct dump *d, const json_t *token, bool twice)
{
    const char *kind = json_string_value(json_array_get(token, 0));
    struct str s = string_of(json_array_get(token, 1), twice);
    const char *lines[HTML_ATTRS_MAX], *name;
    json_t *attrs = json_array_get(token, 2), *value;
    struct html_token t = { .text = s, .type = HTML_TEXT };
    if (strcmp(kind, "Comment") == 0)
        t.type = HTML_COMMENT;
    else if (strcmp(kind, "EndTag") == 0)
        t.type = HTML_END;
    else if (strcmp(kind, "StartTag") == 0)
        t.type = HTML_START;
    else if (strcmp(kind, "DOCTYPE") == 0)
        t.type = HTML_DOCTYPE;
    t.self_closing = json_is_true(json_array_get(token, 3));
    t.has_name = json_is_string(json_array_get(token, 1));
    t.has_public = json_is_string(json_array_get(token, 2));
    t.has_system = json_is_string(json_array_get(token, 3));
    t.public_id = string_of(json_array_get(token, 2), twice);
    t.system_id = string_of(json_array_get(token, 3), twice);
    t.force_quirks = !json_is_true(json_array_get(token, 4));
    dump_token(d, &t);
    size_t n = 0;
    if (t.type != HTML_START)
        return;
    json_object_foreach(attrs, name, value)
    {
        struct str v = string_of(value, twice);
        lines[n++] = attr_line(name, strlen(name), v.p, v.n);
    }
    dump_attrs(d, lines, n);
}

static enum html_state state_of(const char *name)
{
    static const struct {
        const char *name;
        enum html_state state;
    } states[] = {
        { "Data state", HTML_DATA },           { "RCDATA state", HTML_RCDATA },
        { "RAWTEXT state", HTML_RAWTEXT },     { "Script data state", HTML_SCRIPT },
        { "PLAINTEXT state", HTML_PLAINTEXT }, { "CDATA section state", HTML_CDATA },
    };
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
        if (strcmp(states[i].name, name) == 0)
            return states[i].state;
    ck_abort_msg("unknown state %s", name);
    return HTML_DATA;
}

static const char *replaced(const char *s, const char *what, const char *by)
{
    struct buf b = buf_make(test_arena, 0);
    for (const char *at; (at = strstr(s, what)) != NULL; s = at + strlen(what)) {
        buf_add(&b, s, (size_t)(at - s));
        buf_adds(&b, by);
    }
    buf_adds(&b, s);
    return b.data;
}

/* Four cases are about what XML cannot hold; browsers and we keep it, so the test replaces it. */
static const char *for_xml(const char *s)
{
    s = replaced(s, "\xEF\xBF\xBF", "\xEF\xBF\xBD");
    s = replaced(s, "\\x0c", " ");
    return strstr(s, "comment") != NULL ? replaced(s, "--", "- -") : s;
}

static bool passes(const json_t *test, const char *state, bool is_xml)
{
    bool twice = json_is_true(json_object_get(test, "doubleEscaped"));
    struct str input = string_of(json_object_get(test, "input"), twice);
    struct html_tokenizer t;
    struct html_token token;
    struct dump got = { buf_make(test_arena, 0), false }, want = { buf_make(test_arena, 0), false };
    html_tokenizer_init(&t, test_arena, input.p, input.n);
    html_tokenizer_state(&t, state_of(state),
                         string_of(json_object_get(test, "lastStartTag"), false));
    while (html_token_next(&t, &token))
        dump_token(&got, &token);
    json_t *output = json_object_get(test, "output");
    for (size_t i = 0; i < json_array_size(output); i++)
        dump_expected(&want, json_array_get(output, i), twice);
    const char *came = is_xml ? for_xml(got.out.data) : got.out.data;
    if (strcmp(came, want.out.data) == 0)
        return true;
    printf("html-tokenizer: %s, in %s: want%s\ngot%s\n",
           json_string_value(json_object_get(test, "description")), state, want.out.data, came);
    return false;
}

/* A case passes when it does in all of its states. */
static void run_file(const char *path, unsigned *passed, unsigned *total)
{
    json_error_t error;
    json_t *file = json_load_file(path, JSON_ALLOW_NUL, &error);
    ck_assert_msg(file != NULL, "%s: %s", path, error.text);
    json_t *tests = json_object_get(file, "tests");
    bool is_xml = tests == NULL;
    if (is_xml)
        tests = json_object_get(file, "xmlViolationTests");
    for (size_t i = 0; i < json_array_size(tests); i++) {
        json_t *test = json_array_get(tests, i);
        json_t *states = json_object_get(test, "initialStates");
        bool ok = states != NULL || passes(test, "Data state", is_xml);
        for (size_t k = 0; k < json_array_size(states); k++)
            ok = passes(test, json_string_value(json_array_get(states, k)), is_xml) && ok;
        *passed += ok;
        *total += 1;
        arena_reset(test_arena);
    }
    json_decref(file);
}

START_TEST(corpus_of_the_standard)
{
    const char *folder = test_corpus("html-tokenizer");
    unsigned passed = 0, total = 0;
    if (folder == NULL) {
        puts("html-tokenizer: the corpus is absent");
        return;
    }
    DIR *dir = opendir(folder);
    ck_assert_ptr_nonnull(dir);
    for (struct dirent *e; (e = readdir(dir)) != NULL;) {
        char path[4096];
        (void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
        if (strstr(e->d_name, ".test") != NULL)
            run_file(path, &passed, &total);
    }
    closedir(dir);
    printf("html-tokenizer: %u/%u\n", passed, total);
    ck_assert_uint_eq(passed, total);
    ck_assert_uint_eq(total, CASES);
}
END_TEST

static const struct {
    const char *in, *want;
} cases[] = {
    { "a<b c=d E='f&amp;g' c=h>i</B>",
      "\ntext \"a\"\nstart \"b\" \"c\"=\"d\" \"e\"=\"f&g\"\ntext \"i\"\nend \"b\"" },
    { "1 < 2 & 3 &lt &notit; &notin; &#x80;&#0;&#xD800;",
      "\ntext \"1 < 2 & 3 < \u00ACit; \u2209 \u20AC\uFFFD\uFFFD\"" },
    { "<!--a-->b<!-->c<!--d--!>e<?x?>f</ g>h</>i", "\ncomment \"a\"\ntext \"b\"\ncomment \"\"\n"
                                                   "text \"c\"\ncomment \"d\"\ntext \"e\"\n"
                                                   "comment \"?x?\"\ntext \"f\"\ncomment \" g\"\n"
                                                   "text \"hi\"" },
    { "a\r\nb\rc", "\ntext \"a\\x0ab\\x0ac\"" },
    { "a<b c", "\ntext \"a\"" },
    { "<script><!--<script></script>--></script>x",
      "\nstart \"script\"\ntext \"<!--<script></script>-->\"\nend \"script\"\ntext \"x\"" },
    { "<title><b>&amp;</title>x", "\nstart \"title\"\ntext \"<b>&\"\nend \"title\"\ntext \"x\"" },
    { "<plaintext></plaintext>", "\nstart \"plaintext\"\ntext \"</plaintext>\"" },
};

START_TEST(tokens_come_as_browsers_make_them)
{
    struct html_tokenizer t;
    struct html_token token;
    struct dump got = { buf_make(test_arena, 0), false };
    html_tokenizer_init(&t, test_arena, cases[_i].in, strlen(cases[_i].in));
    while (html_token_next(&t, &token)) {
        dump_token(&got, &token);
        if (token.type == HTML_START)
            html_tokenizer_follow(&t, &token);
    }
    ck_assert_str_eq(got.out.data, cases[_i].want);
}
END_TEST

/* Families of input that have made parsers slow: what is repeated 2^17 bytes long. */
static const char *const bombs[] = {
    "<",
    "</",
    "<!--",
    "<!-- -",
    "<a ",
    "<a b",
    "<div>",
    "a=b ",
    "<a b='",
    "&",
    "&#",
    "&#0",
    "&a",
    "&amp",
    "<!",
    "<?",
    "\r",
    "<!DOCTYPE ",
    "<script>",
    "<script><!--<script",
    "<title>",
    "</title",
    "<style></styl",
    "]]>",
    "<a a a",
};

static uint64_t work(const char *prefix, const char *piece, size_t n)
{
    struct html_tokenizer t;
    struct html_token token;
    struct buf b = buf_make(test_arena, n);
    buf_adds(&b, prefix);
    while (b.len < n)
        buf_adds(&b, piece);
    html_tokenizer_init(&t, test_arena, b.data, b.len);
    while (html_token_next(&t, &token))
        if (token.type == HTML_START)
            html_tokenizer_follow(&t, &token);
    ck_assert_uint_lt(html_tokenizer_steps(&t), 80 * b.len);
    return html_tokenizer_steps(&t);
}

START_TEST(work_is_linear)
{
    static const char *const prefixes[] = {
        "", "<script>", "<style>", "<textarea>", "<x ", "<!--"
    };
    for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
        uint64_t once = work(prefixes[i], bombs[_i], 1 << 16);
        uint64_t twice = work(prefixes[i], bombs[_i], 1 << 17);
        ck_assert_uint_lt(twice * 10, once * 23);
    }
}
END_TEST

/* All names differ, so that each is compared with those before it. */
START_TEST(attributes_are_bounded)
{
    struct buf b = buf_make(test_arena, 0);
    buf_adds(&b, "<a");
    for (unsigned i = 0; i < 100000; i++)
        buf_printf(&b, " a%u=%u", i, i);
    buf_adds(&b, ">x");
    struct html_tokenizer t;
    struct html_token token;
    html_tokenizer_init(&t, test_arena, b.data, b.len);
    ck_assert(html_token_next(&t, &token));
    ck_assert_uint_eq(token.attrs_n, HTML_ATTRS_MAX);
    ck_assert_int_eq(memcmp(token.attrs[127].name.p, "a127", 4), 0);
    ck_assert(html_token_next(&t, &token));
    ck_assert_int_eq(*token.text.p, 'x');
    ck_assert_uint_lt(html_tokenizer_steps(&t), 4 * b.len);
}
END_TEST

SUITE(html_tokenizer)
{
    tcase_add_test(tc, corpus_of_the_standard);
    tcase_add_loop_test(tc, tokens_come_as_browsers_make_them, 0, sizeof(cases) / sizeof(cases[0]));
    tcase_add_loop_test(tc, work_is_linear, 0, sizeof(bombs) / sizeof(bombs[0]));
    tcase_add_test(tc, attributes_are_bounded);
}
