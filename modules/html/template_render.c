#include "html/template_private.h" /* runs a template's ops: one loop, frames of its own instead of recursion */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "html/escape.h"
#include "html/view_private.h"

#include <string.h>

#define FRAMES_MAX 1000

/* What replaces blocks from here inwards. */
struct overrides {
    const struct arg *args;
    const struct overrides *outer;
};

/* A section that runs, or a template or block that was called. */
struct frame {
    struct frame *below, *above; /* above is kept, to be used again */
    enum { FRAME_ONCE, FRAME_ROWS, FRAME_PULL, FRAME_CALL, FRAME_BLOCK } kind;
    /* of sections: what they put in front of the outer values */
    const struct view *view;
    const struct value *dot; /* a plain value; view is NULL then */
    struct view_pull *pull;
    const struct frame *outer;
    /* of calls: how things were */
    const struct op *pc;
    const struct op *ops;
    struct str indent;
    const struct overrides *overrides;
    struct overrides own;
    bool is_standalone;
};

struct renderer {
    const struct template_set *set;
    const struct template *template;
    struct buf *out;
    struct arena *arena;
    struct err *err;
    size_t locale;
    const struct op *pc;
    const struct op *ops; /* of the template that pc is in */
    struct frame *top;
    const struct frame *context; /* the innermost section */
    const struct overrides *overrides;
    struct str indent;  /* before each line of this template's text */
    bool is_line_start; /* kept only where there is an indent */
    unsigned calls, frames;
    uint64_t steps;
    size_t bytes_max;
    struct frame root;
};

/* ---- values ---- */

static const struct value *find_first(const struct renderer *r, const struct path_name *name)
{
    for (const struct frame *f = r->context; f != NULL; f = f->outer) {
        const struct value *v = f->view == NULL ? NULL : view_find(f->view, name->s, name->hash);
        if (v != NULL)
            return v;
    }
    return NULL;
}

static const struct value *find_dot(const struct renderer *r)
{
    const struct frame *f = r->context;
    return f->dot != NULL ? f->dot : view_find(f->view, ".", view_hash(".", 1));
}

static const struct value *find(const struct renderer *r, const struct path *path)
{
    if (path->n == 0)
        return find_dot(r);
    const struct value *v = find_first(r, &path->names[0]);
    for (size_t i = 1; i < path->n && v != NULL; i++)
        v = v->kind == VALUE_VIEW ? view_find(v->u.view, path->names[i].s, path->names[i].hash)
                                  : NULL;
    return v;
}

/* ---- output ---- */

static void begin_line(struct renderer *r)
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
        begin_line(r);
        buf_add(r->out, p, line);
        r->is_line_start = newline != NULL;
        p += line;
        n -= line;
    }
}

static void put_text(struct renderer *r, struct str text)
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

static void put_value(struct renderer *r, const struct value *v, enum escape_kind escape)
{
    begin_line(r);
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

static void put_word(struct renderer *r, const struct op *op)
{
    const struct word *w = op->u.word;
    const struct translation *t = w->translations[r->locale < w->translations_n ? r->locale : 0];
    uint64_t n = w->count == NULL ? 0 : count_of(find(r, w->count));
    size_t form = 0;
    if (w->count != NULL)
        form = t->form_of[n < PLURAL_KNOWN ? n : PLURAL_KNOWN - 100 + n % 100];
    const struct phrase *phrase = t->forms[form];
    begin_line(r);
    for (size_t i = 0; i < phrase->n; i++) {
        const struct segment *s = &phrase->segments[i];
        if (s->path == NULL)
            buf_add(r->out, s->text.p, s->text.n);
        else
            put_value(r, find(r, s->path), op->escape);
    }
}

/* ---- frames ---- */

static int too_much(struct renderer *r, const char *what)
{
    return err_set(r->err, ERR_INVALID, "template %s: %s", r->template->name, what);
}

static struct frame *push(struct renderer *r)
{
    struct frame *f = r->top->above;
    if (r->frames++ >= FRAMES_MAX)
        return NULL;
    if (f == NULL) {
        f = arena_zalloc(r->arena, sizeof(*f));
        f->below = r->top;
        r->top->above = f;
    }
    r->top = f;
    return f;
}

static void pop(struct renderer *r)
{
    r->top = r->top->below;
    r->frames--;
}

/* Counts a row or a call, so that what would never end ends. */
static int step(struct renderer *r)
{
    if (r->steps-- == 0)
        return too_much(r, "it takes too many steps");
    if (r->out->len > r->bytes_max)
        return err_set(r->err, ERR_TOO_LARGE, "template %s: its output is too long",
                       r->template->name);
    return 0;
}

/* ---- sections ---- */

static bool is_true(const struct value *v)
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

static void fill_section(struct frame *f, const struct value *v)
{
    f->dot = NULL;
    f->view = NULL;
    f->kind = FRAME_ONCE;
    if (v->kind == VALUE_VIEW) {
        f->view = v->u.view;
    } else if (v->kind == VALUE_LIST) {
        f->kind = FRAME_ROWS;
        f->view = v->u.list->first;
    } else if (v->kind == VALUE_PULL) {
        f->kind = FRAME_PULL;
        f->pull = v->u.pull;
        f->view = f->pull->row;
    } else {
        f->dot = v;
    }
}

static int begin_section(struct renderer *r, const struct op *op)
{
    const struct value *v = find(r, op->u.path);
    bool is_walked = v != NULL && v->kind == VALUE_PULL && is_true(v) &&
                     v->u.pull->state == PULL_WALKED;
    if (is_true(v) == (op->code == OP_INVERTED) || (is_walked && op->code == OP_SECTION)) {
        r->pc = r->ops + op->jump;
        return 0;
    }
    struct frame *f = push(r);
    if (f == NULL)
        return too_much(r, "its sections are too deep");
    f->outer = r->context;
    if (op->code == OP_INVERTED) {
        f->kind = FRAME_ONCE; /* changes nothing about what names mean */
        f->view = NULL;
        f->dot = NULL;
        return 0;
    }
    fill_section(f, v);
    r->context = f;
    return step(r);
}

static int end_section(struct renderer *r, const struct op *op)
{
    struct frame *f = r->top;
    bool is_again = false;
    if (f->kind == FRAME_ROWS) {
        f->view = f->view->next_row;
        is_again = f->view != NULL;
    } else if (f->kind == FRAME_PULL) {
        is_again = view_pull_next(f->pull);
    }
    if (is_again) {
        r->pc = r->ops + op->jump;
        return step(r);
    }
    r->context = f->outer;
    pop(r);
    return 0;
}

/* ---- calls ---- */

static struct str join(struct renderer *r, struct str a, struct str b)
{
    if (a.n == 0 || b.n == 0)
        return a.n == 0 ? b : a;
    char *both = arena_alloc(r->arena, a.n + b.n);
    memcpy(both, a.p, a.n);
    memcpy(both + a.n, b.p, b.n);
    return (struct str) { both, a.n + b.n };
}

static struct frame *push_call(struct renderer *r, const struct op *ops, const struct op *pc)
{
    struct frame *f = r->calls >= TEMPLATE_MAX_CALLS ? NULL : push(r);
    if (f == NULL || step(r) < 0) {
        if (f == NULL)
            (void)too_much(r, "its partials or blocks are too deep");
        return NULL;
    }
    r->calls++;
    f->ops = r->ops;
    f->pc = r->pc;
    f->indent = r->indent;
    f->overrides = r->overrides;
    r->ops = ops;
    r->pc = pc;
    return f;
}

static const struct template *target_of(const struct renderer *r, const struct call *call)
{
    if (call->dynamic == NULL || r->set == NULL)
        return call->target;
    const struct value *v = find(r, call->dynamic);
    if (v == NULL || v->kind != VALUE_TEXT)
        return NULL;
    struct str name = { v->u.text.p, v->u.text.n };
    const struct template *t = template_find(r->set, name, r->template->is_html);
    return t != NULL && t->is_html == r->template->is_html ? t : NULL;
}

static int begin_call(struct renderer *r, const struct op *op)
{
    const struct call *call = op->u.call;
    const struct template *t = target_of(r, call);
    if (op->code == OP_PARENT)
        r->pc = r->ops + op->jump;
    if (t == NULL)
        return 0;
    if (!call->is_standalone)
        begin_line(r);
    struct frame *f = push_call(r, t->ops, t->ops);
    if (f == NULL)
        return -1;
    f->kind = FRAME_CALL;
    f->is_standalone = call->is_standalone;
    r->indent = call->is_standalone ? join(r, r->indent, call->indent) : (struct str) { "", 0 };
    r->is_line_start = true;
    if (call->args != NULL) {
        f->own = (struct overrides) { call->args, r->overrides };
        r->overrides = &f->own;
    }
    return 0;
}

static bool goes_into(const struct arg *arg, const struct block *block)
{
    for (uint32_t i = 0; i < block->found.n; i++) {
        bool is_verified = false;
        for (uint32_t k = 0; k < arg->verified.n; k++)
            is_verified = is_verified || arg->verified.keys[k] == block->found.keys[i];
        if (!is_verified)
            return false;
    }
    return true;
}

/* The outermost replacement counts: who inherits from an heir has the last word. */
static const struct arg *replacement(const struct renderer *r, const struct block *block,
                                     const struct overrides **where)
{
    const struct arg *found = NULL;
    for (const struct overrides *o = r->overrides; o != NULL; o = o->outer) {
        for (const struct arg *a = o->args; a != NULL; a = a->next) {
            if (a->hash == block->hash && strcmp(a->name, block->name) == 0) {
                found = a;
                *where = o;
            }
        }
    }
    return found;
}

static int begin_block(struct renderer *r, const struct op *op)
{
    const struct block *block = op->u.block;
    const struct overrides *where = NULL;
    const struct arg *arg = replacement(r, block, &where);
    if (arg != NULL && !goes_into(arg, block))
        return err_set(r->err, ERR_INTERNAL,
                       "template %s: block %s stands where its replacement was not checked for",
                       r->template->name, block->name);
    const struct op *inside = r->pc, *ops = r->ops;
    r->pc = r->ops + op->jump; /* where to go on */
    struct frame *f = push_call(r, arg == NULL ? ops : arg->base, arg == NULL ? inside : arg->ops);
    if (f == NULL)
        return -1;
    f->kind = FRAME_BLOCK;
    r->indent = join(r, r->indent, block->indent);
    r->is_line_start = r->is_line_start || block->is_first;
    if (arg != NULL)
        r->overrides = where->outer; /* blocks within it belong to the template that wrote it */
    return 0;
}

/* False: the template itself has ended. */
static bool end_call(struct renderer *r)
{
    struct frame *f = r->top;
    if (f == &r->root)
        return false;
    r->ops = f->ops;
    r->pc = f->pc;
    r->indent = f->indent;
    r->overrides = f->overrides;
    if (f->kind == FRAME_CALL)
        r->is_line_start = f->is_standalone;
    r->calls--;
    pop(r);
    return true;
}

static int run(struct renderer *r)
{
    for (;;) {
        const struct op *op = r->pc++;
        int rc = 0;
        switch ((enum op_code)op->code) {
        case OP_TEXT:
        case OP_ASSET:
            put_text(r, op->u.text);
            break;
        case OP_VALUE:
            put_value(r, find(r, op->u.path), op->escape);
            break;
        case OP_WORD:
            put_word(r, op);
            break;
        case OP_SECTION:
        case OP_INVERTED:
            rc = begin_section(r, op);
            break;
        case OP_END:
            rc = end_section(r, op);
            break;
        case OP_CALL:
        case OP_PARENT:
            rc = begin_call(r, op);
            break;
        case OP_BLOCK:
            rc = begin_block(r, op);
            break;
        case OP_RETURN:
            if (!end_call(r))
                return 0;
            break;
        }
        if (rc < 0)
            return -1;
    }
}

int template_run(const struct template_set *set, const struct template *t, size_t locale,
                 struct view *v, struct buf *out, const struct render_limits *limits,
                 struct err *err)
{
    size_t before = out->len;
    struct renderer r = { .set = set,
                          .template = t,
                          .out = out,
                          .arena = out->arena,
                          .err = err,
                          .locale = locale,
                          .pc = t->ops,
                          .ops = t->ops,
                          .indent = { "", 0 },
                          .steps = limits->steps,
                          .bytes_max = before + limits->bytes };
    r.root.view = v;
    r.top = &r.root;
    r.context = &r.root;
    if (run(&r) == 0)
        return 0;
    buf_truncate(out, before);
    return -1;
}
