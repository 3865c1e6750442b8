/* tests/unit/html/view_test.c - names and values, seen through small templates */
#include "tests/unit/suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "html/template.h"
#include "html/view.h"

#include <string.h>

static const char *shown(const char *text, struct view *v)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(test_arena, 0);
    int rc = template_render_text(NULL, text, strlen(text), 1, "en", v, &out, &err);
    ck_assert_msg(rc == 0, "%s", err.msg);
    return arena_strdup(test_arena, buf_str(&out));
}

START_TEST(values_are_shown)
{
    struct view *v = view_new(test_arena);
    view_text(v, "text", "a<b");
    view_i64(v, "least", INT64_MIN);
    view_i64(v, "most", INT64_MAX);
    view_i64(v, "none", 0);
    view_bool(v, "yes", true);
    view_html(v, "html", (struct safe_html) { "<b>x</b>", 8 });
    view_child(v, "child");
    ck_assert_str_eq(shown("{{text}} {{least}} {{most}} {{none}} {{yes}} {{child}}", v),
                     "a&lt;b -9223372036854775808 9223372036854775807 0 true ");
    ck_assert_str_eq(shown("{{{html}}} {{&html}} {{html}}", v),
                     "<b>x</b> <b>x</b> &lt;b&gt;x&lt;/b&gt;");
    ck_assert_str_eq(shown("{{{text}}} {{&text}}", v), "a&lt;b a&lt;b");
}
END_TEST

START_TEST(falsehoods_hide_sections)
{
    struct view *v = view_new(test_arena);
    view_text(v, "null", NULL);
    view_text(v, "empty", "");
    view_i64(v, "zero", 0);
    view_bool(v, "false", false);
    view_html(v, "html", (struct safe_html) { NULL, 0 });
    view_list(v, "list");
    static const char *const names[] = {
        "null", "empty", "zero", "false", "html", "list", "absent"
    };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *n = names[i];
        const char *text = arena_printf(test_arena, "{{#%s}}yes{{/%s}}{{^%s}}no{{/%s}}", n, n, n,
                                        n);
        ck_assert_msg(strcmp(shown(text, v), "no") == 0, "%s", n);
    }
}
END_TEST

START_TEST(setting_twice_replaces)
{
    struct view *v = view_new(test_arena);
    view_text(v, "a", "1");
    view_i64(v, "a", 2);
    ck_assert_str_eq(shown("{{a}}", v), "2");
    view_text(v, "a", NULL);
    ck_assert_str_eq(shown("{{a}}", v), "");
}
END_TEST

START_TEST(many_names)
{
    struct view *v = view_new(test_arena);
    for (int i = 0; i < 500; i++)
        view_i64(v, arena_printf(test_arena, "name%d", i), i);
    ck_assert_str_eq(shown("{{name0}} {{name8}} {{name250}} {{name499}}{{name500}}", v),
                     "0 8 250 499");
}
END_TEST

START_TEST(null_in_a_row_hides_the_outer_value)
{
    struct view *v = view_new(test_arena);
    view_text(v, "subject", "outer");
    struct view_list *rows = view_list(v, "rows");
    view_text(view_row(rows), "subject", NULL);
    view_text(view_row(rows), "other", "x");
    ck_assert_str_eq(shown("{{#rows}}[{{subject}}]{{/rows}}", v), "[][outer]");
}
END_TEST

START_TEST(children_and_inheritance)
{
    struct view *frame = view_new(test_arena), *v = view_new(test_arena);
    view_text(frame, "user", "Ann");
    view_text(frame, "title", "frame");
    view_text(v, "title", "page");
    view_inherit(v, frame);
    view_text(view_child(v, "ticket"), "subject", "Fire");
    struct view *shared = view_new(test_arena);
    view_text(shared, "n", "7");
    view_set(v, "one", shared);
    view_set(v, "two", shared);
    ck_assert_str_eq(shown("{{user}} {{title}} {{ticket.subject}} "
                           "{{#ticket}}{{subject}}{{user}}{{/ticket}} {{one.n}}{{two.n}}",
                           v),
                     "Ann page Fire FireAnn 77");
}
END_TEST

struct countdown {
    int left, asked;
};

static int next_row(void *data, struct view *row)
{
    struct countdown *c = data;
    c->asked++;
    if (c->left == 0)
        return 0;
    if (c->left % 2 == 0)
        view_bool(row, "even", true);
    view_i64(row, "n", c->left--);
    return 1;
}

START_TEST(pulled_lists)
{
    struct countdown three = { 3, 0 }, none = { 0, 0 };
    struct view *v = view_new(test_arena);
    view_pull(v, "three", next_row, &three);
    view_pull(v, "none", next_row, &none);
    /* the row is made anew each time: "even" of 2 is not seen at 1 */
    ck_assert_str_eq(shown("{{^three}}?{{/three}}{{#three}}{{n}}{{#even}}e{{/even}} {{/three}}"
                           "{{^three}}?{{/three}}{{#three}}!{{/three}}",
                           v),
                     "3 2e 1 ");
    ck_assert_str_eq(shown("{{#none}}!{{/none}}{{^none}}none{{/none}}", v), "none");
    ck_assert_int_eq(three.asked, 4);
    ck_assert_int_eq(none.asked, 1);
}
END_TEST

SUITE(view)
{
    tcase_add_test(tc, values_are_shown);
    tcase_add_test(tc, falsehoods_hide_sections);
    tcase_add_test(tc, setting_twice_replaces);
    tcase_add_test(tc, many_names);
    tcase_add_test(tc, null_in_a_row_hides_the_outer_value);
    tcase_add_test(tc, children_and_inheritance);
    tcase_add_test(tc, pulled_lists);
}
