/* tests/unit/html/mustache_spec_test.c - the cases of mustache/spec, read from the corpora beside
 * the tree */
#include "tests/unit/suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "html/template.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * What is adapted, and why:
 * - {{{name}}} takes only struct safe_html here, and the specification's strings are trusted: they
 * are given as safe_html. {{name}} escapes those like any text. Names of partials are given as
 * text.
 * - Cases are rendered as HTML, but for those that put a tag right behind a "<", or end with one:
 * there ours refuses to compile, as it must. Those are rendered as plain text; nothing in them is
 * escaped.
 * - Partials are files, as everywhere; a case without partials has no set, and naming one gives
 *   nothing.
 */
static const char *const files[] = { "comments", "delimiters", "interpolation",  "inverted",
                                     "partials", "sections",   "~dynamic-names", "~inheritance" };
#define CASES 184

struct spec_case {
    json_t *data, *partials;
    const char *name, *template, *expected;
    bool is_html;
};

static void put(struct view *v, const char *name, json_t *value, const struct spec_case *c)
{
    struct view_list *list;
    const char *key, *text;
    size_t i;
    json_t *inner, *field;
    char *number;
    switch (json_typeof(value)) {
    case JSON_OBJECT: {
        struct view *child = view_child(v, name);
        json_object_foreach(value, key, inner) put(child, key, inner, c);
        return;
    }
    case JSON_ARRAY:
        list = view_list(v, name);
        json_array_foreach(value, i, inner)
        {
            struct view *row = view_row(list);
            if (!json_is_object(inner)) {
                put(row, ".", inner, c);
                continue;
            }
            json_object_foreach(inner, key, field) put(row, key, field, c);
        }
        return;
    case JSON_STRING:
        text = json_string_value(value);
        if (json_object_get(c->partials, text) != NULL)
            view_text(v, name, text);
        else
            view_html(v, name, (struct safe_html) { text, strlen(text) });
        return;
    case JSON_INTEGER:
        view_i64(v, name, json_integer_value(value));
        return;
    case JSON_REAL:
        number = arena_printf(test_arena, "%g", json_real_value(value));
        view_html(v, name, (struct safe_html) { number, strlen(number) });
        return;
    case JSON_TRUE:
    case JSON_FALSE:
        view_bool(v, name, json_is_true(value));
        return;
    case JSON_NULL:
        view_text(v, name, NULL);
        return;
    }
}

static struct view *view_of(const struct spec_case *c)
{
    struct view *v = view_new(test_arena);
    const char *key;
    json_t *value;
    if (!json_is_object(c->data))
        put(v, ".", c->data, c);
    else
        json_object_foreach(c->data, key, value) put(v, key, value, c);
    return v;
}

static void write_partials(const char *dir, const struct spec_case *c)
{
    struct err err = ERR_INIT;
    const char *name;
    json_t *text;
    json_object_foreach(c->partials, name, text)
    {
        const char *path = arena_printf(test_arena, "%s/%s.%s", dir, name,
                                        c->is_html ? "html" : "txt");
        const char *tmp = arena_printf(test_arena, "%s/.tmp", dir);
        ck_assert_int_eq(
            file_write_durable(tmp, path, json_string_value(text), json_string_length(text), &err),
            0);
    }
}

static bool passes(const struct spec_case *c, const char *file)
{
    struct err err = ERR_INIT;
    struct template_set *set = NULL;
    char dir[] = "/tmp/mustache-XXXXXX";
    struct buf out = buf_make(test_arena, 0);
    int rc = 0;
    if (json_object_size(c->partials) > 0) {
        ck_assert_ptr_nonnull(mkdtemp(dir));
        write_partials(dir, c);
        rc = template_set_load(&set, dir, NULL, NULL, &err);
        struct err ignored = ERR_INIT;
        ck_assert_int_eq(file_remove_tree(dir, &ignored), 0);
    }
    if (rc == 0)
        rc = template_render_text(set, c->template, strlen(c->template), c->is_html, "en",
                                  view_of(c), &out, &err);
    template_set_free(&set);
    bool is_same = rc == 0 && strcmp(buf_str(&out), c->expected) == 0;
    if (!is_same)
        printf("%s: %s\n  template: %s\n  expected: [%s]\n  got:      [%s] %s\n", file, c->name,
               c->template, c->expected, buf_str(&out), rc == 0 ? "" : err.msg);
    return is_same;
}

static bool has_tag_behind_lt(const struct spec_case *c)
{
    const char *name;
    json_t *text;
    bool found = strstr(c->template, "<{{") != NULL || str_ends(c->template, "<");
    json_object_foreach(c->partials, name, text)
        found = found || strstr(json_string_value(text), "<{{") != NULL;
    return found;
}

static size_t run_file(const char *file, size_t *passed)
{
    json_error_t error;
    const char *path = test_corpus(arena_printf(test_arena, "mustache-spec/%s.json", file));
    if (path == NULL)
        return 0;
    json_t *root = json_load_file(path, 0, &error), *test;
    ck_assert_msg(root != NULL, "%s: %s", path, error.text);
    json_t *tests = json_object_get(root, "tests");
    size_t i, n = json_array_size(tests);
    json_array_foreach(tests, i, test)
    {
        struct spec_case c = { json_object_get(test, "data"),
                               json_object_get(test, "partials"),
                               json_string_value(json_object_get(test, "name")),
                               json_string_value(json_object_get(test, "template")),
                               json_string_value(json_object_get(test, "expected")),
                               true };
        c.is_html = !has_tag_behind_lt(&c);
        *passed += passes(&c, file);
    }
    json_decref(root);
    return n;
}

START_TEST(spec_cases_pass)
{
    size_t run = 0, passed = 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        run += run_file(files[i], &passed);
    printf("mustache-spec: %zu/%zu%s\n", passed, run, run == 0 ? " (the corpus is absent)" : "");
    (void)fflush(stdout);
    ck_assert_uint_eq(passed, run);
    ck_assert(run == 0 || run == CASES);
}
END_TEST

SUITE(mustache_spec)
{
    tcase_add_test(tc, spec_cases_pass);
}
