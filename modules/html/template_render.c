#include "html/template_render.h" /* runs ops: one loop, frames of its own instead of recursion */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"

#include <string.h>

#define FRAMES_MAX 1000

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
    if (r->top->below != NULL) /* the template itself is never popped */
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
    const struct value *v = renderer_find(r, op->u.path);
    bool is_walked = v != NULL && v->kind == VALUE_PULL && value_is_true(v) &&
                     v->u.pull->state == PULL_WALKED;
    if (v == NULL && op->code != OP_INVERTED) {
        r->pc = r->ops + op->jump;
        return 0;
    }
    if (value_is_true(v) == (op->code == OP_INVERTED) || (is_walked && op->code == OP_SECTION)) {
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

static const struct template *target_of(struct renderer *r, const struct call *call)
{
    if (call->dynamic == NULL || r->set == NULL)
        return call->target;
    const struct value *v = renderer_find(r, call->dynamic);
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
        renderer_begin_line(r);
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
            renderer_text(r, op->u.text);
            break;
        case OP_VALUE:
            renderer_value(r, renderer_find(r, op->u.path), op->escape);
            break;
        case OP_WORD:
            renderer_word(r, op);
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
