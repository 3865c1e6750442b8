/* tests/fuzz/template_fuzz.c - any text as a template: it compiles or says why; whatever values it
 * shows, they are escaped for their place: hostile ones make the same tags as harmless ones */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "html/template.h"
#include "html/tokenizer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct view *view_of(struct arena *a, const char *value)
{
    struct view *v = view_new(a);
    view_text(v, "x", value);
    view_text(v, "y", value);
    view_i64(v, "n", 3);
    view_bool(v, "on", true);
    view_html(v, "safe", (struct safe_html) { "<i>i</i>", 8 });
    view_text(view_child(v, "child"), "x", value);
    struct view_list *list = view_list(v, "list");
    view_text(view_row(list), "x", value);
    view_text(view_row(list), ".", value);
    return v;
}

/* Tags with the names of their attributes; what is between them is left out. */
static const char *tags_of(struct arena *a, const struct buf *html)
{
    struct html_tokenizer *t = arena_alloc(a, sizeof(*t));
    struct html_token token;
    struct buf out = buf_make(a, 256);
    html_tokenizer_init(t, a, html->data, html->len);
    while (html_token_next(t, &token)) {
        if (token.type != HTML_START && token.type != HTML_END)
            continue;
        buf_addc(&out, token.type == HTML_END ? '/' : '<');
        buf_add(&out, token.text.p, token.text.n);
        for (size_t i = 0; i < token.attrs_n; i++) {
            buf_addc(&out, ' ');
            buf_add(&out, token.attrs[i].name.p, token.attrs[i].name.n);
        }
    }
    return buf_str(&out);
}

/* The tags, or NULL where it does not compile. */
static const char *shown(struct arena *a, const char *text, size_t n, int is_html,
                         const char *value)
{
    struct err err = ERR_INIT;
    struct buf out = buf_make(a, 0);
    if (template_render_text(NULL, text, n, is_html, "en", view_of(a, value), &out, &err) < 0) {
        if (*err.msg == '\0' || out.len != 0)
            abort();
        return NULL;
    }
    if (str_is_utf8(text, n) && !str_is_utf8(out.data, out.len))
        abort();
    return tags_of(a, &out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const hostile[] = { "\"'><script>x</script>", "javascript:alert(1)",
                                           "--></title></textarea><a onclick=x>", "' onload=x y='",
                                           "{{x}}{{{safe}}}" };
    static struct arena *a;
    if (a == NULL)
        a = arena_new(0);
    const char *text = arena_memdup(a, data, size);
    const char *plain = shown(a, text, size, 1, "value");
    for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
        const char *tags = shown(a, text, size, 1, hostile[i]);
        if (!str_is(plain, tags)) {
            (void)fprintf(stderr, "%s makes\n%s\nof\n%s\n", hostile[i], tags, plain);
            abort();
        }
    }
    (void)shown(a, text, size, 0, hostile[0]);
    arena_reset(a);
    return 0;
}
