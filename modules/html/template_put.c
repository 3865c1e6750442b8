#include "html/template_render.h" /* looks values up, and writes them as their place needs it */

#include "base/buf.h"
#include "html/escape.h"

#include <string.h>

/* ---- values ---- */

static uint8_t *hint_of(struct renderer *r, uint32_t hash)
{
    return &r->hints[hash % RENDER_HINTS];
}

static const struct value *find_first(struct renderer *r, const struct path_name *name)
{
    uint8_t *hint = hint_of(r, name->hash);
    for (const struct frame *f = r->context; f != NULL; f = f->outer) {
        const struct value *v = f->view == NULL ? NULL
                                                : view_find(f->view, name->s, name->hash, hint);
        if (v != NULL)
            return v;
    }
    return NULL;
}

static const struct value *find_dot(struct renderer *r)
{
    uint32_t hash = view_hash(".", 1);
    const struct frame *f = r->context;
    return f->dot != NULL ? f->dot : view_find(f->view, ".", hash, hint_of(r, hash));
}

const struct value *renderer_find(struct renderer *r, const struct path *path)
{
    if (path->n == 0)
        return find_dot(r);
    const struct value *v = find_first(r, &path->names[0]);
    for (size_t i = 1; i < path->n && v != NULL; i++)
        v = v->kind == VALUE_VIEW ? view_find(v->u.view, path->names[i].s, path->names[i].hash,
                                              hint_of(r, path->names[i].hash))
                                  : NULL;
    return v;
}

bool value_is_true(const struct value *v)
{
    if (v == NULL)
        return false;
    switch (v->kind) {
    case VALUE_NONE:
        return false;
    case VALUE_TEXT:
    case VALUE_HTML:
        return v->u.text.n != 0;
    case VALUE_I64:
        return v->u.i64 != 0;
    case VALUE_BOOL:
        return v->u.is_true;
    case VALUE_VIEW:
        return true;
    case VALUE_LIST:
        return v->u.list->first != NULL;
    case VALUE_PULL:
        return view_pull_begin(v->u.pull);
    }
    return false;
}

/* ---- output ---- */

void renderer_begin_line(struct renderer *r)
{
    if (r->indent.n != 0 && r->is_line_start) {
        buf_add(r->out, r->indent.p, r->indent.n);
        r->is_line_start = false;
    }
}

static void put_lines(struct renderer *r, const char *p, size_t n)
{
    while (n > 0) {
        const char *newline = memchr(p, '\n', n);
        size_t line = newline == NULL ? n : (size_t)(newline - p) + 1;
        renderer_begin_line(r);
        buf_add(r->out, p, line);
        r->is_line_start = newline != NULL;
        p += line;
        n -= line;
    }
}

void renderer_text(struct renderer *r, struct str text)
{
    if (r->indent.n == 0)
        buf_add(r->out, text.p, text.n);
    else
        put_lines(r, text.p, text.n);
}

static void put_i64(struct buf *out, int64_t i)
{
    char digits[20], *p = digits + sizeof(digits);
    uint64_t u = i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
    do {
        *--p = (char)('0' + u % 10);
        u /= 10;
    } while (u != 0);
    if (i < 0)
        *--p = '-';
    buf_add(out, p, (size_t)(digits + sizeof(digits) - p));
}

static void put_escaped(struct buf *out, const struct value *v, enum escape_kind escape)
{
    const char *p = v->u.text.p;
    size_t n = v->u.text.n;
    if (escape == ESCAPE_URL)
        escape_url(out, p, n);
    else if (escape == ESCAPE_URL_PART || escape == ESCAPE_MAILTO)
        escape_url_part(out, p, n, escape == ESCAPE_MAILTO);
    else if (escape == ESCAPE_NONE || (escape == ESCAPE_RAW && v->kind == VALUE_HTML))
        buf_add(out, p, n);
    else
        escape_html(out, p, n);
}

void renderer_value(struct renderer *r, const struct value *v, enum escape_kind escape)
{
    renderer_begin_line(r);
    if (v == NULL)
        return;
    if (v->kind == VALUE_TEXT || v->kind == VALUE_HTML)
        put_escaped(r->out, v, escape);
    else if (v->kind == VALUE_I64)
        put_i64(r->out, v->u.i64);
    else if (v->kind == VALUE_BOOL)
        buf_adds(r->out, v->u.is_true ? "true" : "false");
}

static uint64_t count_of(const struct value *v)
{
    int64_t i = 0;
    if (v != NULL && v->kind == VALUE_I64)
        i = v->u.i64;
    else if (v != NULL && v->kind == VALUE_TEXT && !str_i64(v->u.text.p, INT64_MIN, INT64_MAX, &i))
        i = 0;
    return i < 0 ? 0 - (uint64_t)i : (uint64_t)i;
}

void renderer_word(struct renderer *r, const struct op *op)
{
    const struct word *w = op->u.word;
    const struct translation *t = w->translations[r->locale < w->translations_n ? r->locale : 0];
    uint64_t n = w->count == NULL ? 0 : count_of(renderer_find(r, w->count));
    size_t form = 0;
    if (w->count != NULL)
        form = t->form_of[n < PLURAL_KNOWN ? n : PLURAL_KNOWN - 100 + n % 100];
    const struct phrase *phrase = t->forms[form];
    renderer_begin_line(r);
    for (size_t i = 0; i < phrase->n; i++) {
        const struct segment *s = &phrase->segments[i];
        if (s->path == NULL)
            buf_add(r->out, s->text.p, s->text.n);
        else
            renderer_value(r, renderer_find(r, s->path), op->escape);
    }
}
