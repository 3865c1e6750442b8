#include "html/template_private.h" /* finds partials, decides how values are escaped */

#include "base/arena.h"

#include <string.h>

/*
 * A block's content is written in one template and shown in another, maybe in <title> and in <h1>.
 * So each template exports the places of its blocks, and a replacement is checked at each of them.
 * What is not known before (parents whose name is a value, templates that include each other) is
 * checked when it is rendered: a replacement goes only where it was checked for.
 */

static int link_range(struct compiler *c, uint32_t *pc, struct html_context *at);

static struct op *op_at(const struct compiler *c, uint32_t pc)
{
    return &c->template->ops[pc];
}

static bool add_context(struct contexts *list, uint32_t key)
{
    for (uint32_t i = 0; i < list->n; i++) {
        if (list->keys[i] == key)
            return true;
    }
    if (list->n == CONTEXTS_MAX)
        return false;
    list->keys[list->n++] = key;
    return true;
}

static void add_export(struct compiler *c, const char *name, uint32_t hash,
                       const struct html_context *at)
{
    struct export **end = &c->template->exports;
    for (; *end != NULL; end = &(*end)->next) {
        if ((*end)->hash == hash && strcmp((*end)->name, name) == 0 &&
            html_context_key(&(*end)->context) == html_context_key(at))
            return;
    }
    *end = arena_alloc(c->arena, sizeof(**end));
    **end = (struct export) { name, hash, *at, NULL };
}

static int check_between_tags(const struct compiler *c, const struct op *op,
                              const struct html_context *at, const char *what)
{
    if (html_context_is_between_tags(at))
        return 0;
    return compile_error(c, op->at, "%s stands between tags, not in %s", what,
                         html_context_place(at));
}

static int link_target(struct compiler *c, const struct op *op)
{
    struct call *call = op->u.call;
    bool is_html = c->template->is_html;
    if (call->dynamic != NULL || c->set == NULL)
        return 0;
    struct template *found = template_find(c->set, call->name, is_html);
    if (found == NULL)
        return compile_error(c, op->at, "there is no template \"%.*s\"", SHOWN(call->name));
    if (found->is_html != is_html)
        return compile_error(c, op->at, "\"%.*s\" is %s", SHOWN(call->name),
                             is_html ? "a text template: nothing in it is escaped" : "HTML");
    call->target = found;
    return 0;
}

/* What call refers to is compiled before: its blocks' places must be known. */
static int link_callee(struct compiler *c, const struct op *op)
{
    if (link_target(c, op) < 0)
        return -1;
    if (op->u.call->target == NULL || op->u.call->target->state != TEMPLATE_PARSED)
        return 0;
    struct compiler other = *c;
    other.template = op->u.call->target;
    if (++other.depth > TEMPLATE_MAX_CALLS)
        return compile_error(c, op->at, "more than %d templates inside each other",
                             TEMPLATE_MAX_CALLS);
    return template_link(&other) < 0 ? compile_failed(&other) : 0;
}

static void pass_exports_on(struct compiler *c, const struct template *from)
{
    if (from == NULL || from == c->template)
        return;
    for (const struct export *e = from->exports; e != NULL; e = e->next)
        add_export(c, e->name, e->hash, &e->context);
}

static int link_call(struct compiler *c, const struct op *op, const struct html_context *at)
{
    if (check_between_tags(c, op, at, "a partial") < 0 || link_callee(c, op) < 0)
        return -1;
    pass_exports_on(c, op->u.call->target);
    return 0;
}

/* Checks the content of a block inside a parent for one place. */
static int link_arg_at(struct compiler *c, struct arg *arg, const struct html_context *at)
{
    struct html_context end = *at;
    uint32_t pc = arg->start;
    if (link_range(c, &pc, &end) < 0)
        return -1;
    struct html_context joined = *at;
    if (!html_context_join(&joined, &end))
        return compile_error(c, op_at(c, pc)->at, "block %s begins in %s and ends in %s", arg->name,
                             html_context_place(at), html_context_place(&end));
    if (!add_context(&arg->verified, html_context_key(at)))
        return compile_error(c, arg->at, "block %s is shown in too many kinds of places",
                             arg->name);
    return 0;
}

static int link_arg(struct compiler *c, const struct template *parent, struct arg *arg)
{
    bool is_known = parent != NULL && parent->state == TEMPLATE_LINKED;
    for (const struct export *e = parent == NULL ? NULL : parent->exports; e != NULL; e = e->next) {
        if (e->hash == arg->hash && strcmp(e->name, arg->name) == 0 &&
            link_arg_at(c, arg, &e->context) < 0)
            return -1;
    }
    if (arg->verified.n > 0)
        return 0;
    if (is_known && !parent->has_unknown_blocks && !parent->is_broken)
        return compile_error(c, arg->at, "%s has no block \"%s\"", parent->name, arg->name);
    struct html_context text = html_context_start(c->template->is_html);
    return link_arg_at(c, arg, &text);
}

static int link_parent(struct compiler *c, const struct op *op, const struct html_context *at)
{
    if (check_between_tags(c, op, at, "a parent") < 0 || link_callee(c, op) < 0)
        return -1;
    for (struct arg *arg = op->u.call->args; arg != NULL; arg = arg->next) {
        if (link_arg(c, op->u.call->target, arg) < 0)
            return -1;
    }
    pass_exports_on(c, op->u.call->target);
    return 0;
}

static void note_unknown_blocks(struct compiler *c, const struct op *op)
{
    const struct template *t = op->u.call->target;
    if (t == NULL || t->has_unknown_blocks || t->state != TEMPLATE_LINKED)
        c->template->has_unknown_blocks = true;
}

static int link_text(struct compiler *c, struct op *op, struct html_context *at)
{
    const char *reason = html_context_feed(at, op->u.text.p, op->u.text.n);
    if (reason != NULL)
        return compile_error(c, op->at, "in the text that begins here: %s", reason);
    if (html_context_pause(at)) {
        char *longer = arena_alloc(c->arena, op->u.text.n + 1);
        memcpy(longer, op->u.text.p, op->u.text.n);
        longer[op->u.text.n++] = ' ';
        op->u.text.p = longer;
    }
    return 0;
}

static int link_asset(struct compiler *c, const struct op *op, struct html_context *at)
{
    const char *reason = html_context_asset(at);
    return reason == NULL ? 0 : compile_error(c, op->at, "no tag may stand in %s", reason);
}

static int link_value(struct compiler *c, struct op *op, struct html_context *at)
{
    enum escape_kind escape;
    const char *reason = html_context_value(at, &escape);
    if (reason != NULL)
        return compile_error(c, op->at, "no tag may stand in %s", reason);
    if (op->code == OP_WORD && escape != ESCAPE_HTML && escape != ESCAPE_NONE)
        return compile_error(c, op->at, "words have no place in an address");
    if (op->is_raw && escape != ESCAPE_NONE) {
        if (check_between_tags(c, op, at, "unescaped HTML") < 0)
            return -1;
        escape = ESCAPE_RAW;
    }
    if (op->escape != ESCAPE_UNKNOWN && op->escape != escape)
        return compile_error(c, op->at, "this is shown in places that need different escaping");
    op->escape = (uint8_t)escape;
    return 0;
}

/* A section, or a block's default: pc stands on its tag, and behind its end afterwards. */
static int link_branch(struct compiler *c, uint32_t *pc, struct html_context *at)
{
    struct place begin = op_at(c, *pc)->at;
    const char *reason = html_context_branch(at);
    if (reason != NULL)
        return compile_error(c, begin, "no tag may stand in %s", reason);
    struct html_context end = *at;
    ++*pc;
    if (link_range(c, pc, &end) < 0)
        return -1;
    struct html_context joined = *at;
    if (!html_context_join(&joined, &end))
        return compile_error(c, op_at(c, *pc)->at,
                             "what line %u opened begins in %s and ends in %s", begin.line,
                             html_context_place(at), html_context_place(&end));
    *at = joined;
    ++*pc;
    return 0;
}

static int link_block(struct compiler *c, uint32_t *pc, struct html_context *at)
{
    const struct op *op = op_at(c, *pc);
    struct block *block = op->u.block;
    if (html_context_branch(at) == NULL) {
        add_export(c, block->name, block->hash, at);
        if (!add_context(&block->found, html_context_key(at)))
            return compile_error(c, op->at, "the block stands in too many kinds of places");
    }
    return link_branch(c, pc, at);
}

static int link_simple(struct compiler *c, struct op *op, struct html_context *at)
{
    switch (op->code) {
    case OP_TEXT:
        return link_text(c, op, at);
    case OP_ASSET:
        return link_asset(c, op, at);
    case OP_VALUE:
    case OP_WORD:
        return link_value(c, op, at);
    case OP_CALL:
        if (link_call(c, op, at) < 0)
            return -1;
        note_unknown_blocks(c, op);
        return 0;
    default:
        if (link_parent(c, op, at) < 0)
            return -1;
        note_unknown_blocks(c, op);
        return 0;
    }
}

/* From *pc to the OP_END or OP_RETURN that ends this level. */
static int link_range(struct compiler *c, uint32_t *pc, struct html_context *at)
{
    for (;;) {
        struct op *op = op_at(c, *pc);
        int rc = 0;
        if (op->code == OP_END || op->code == OP_RETURN)
            return 0;
        if (op->code == OP_BLOCK) {
            rc = link_block(c, pc, at);
        } else if (op->code == OP_SECTION || op->code == OP_INVERTED) {
            rc = link_branch(c, pc, at);
        } else {
            rc = link_simple(c, op, at);
            *pc = op->code == OP_PARENT ? op->jump : *pc + 1;
        }
        if (rc < 0)
            return -1;
    }
}

int template_link(struct compiler *c)
{
    struct template *t = c->template;
    if (t->state != TEMPLATE_PARSED)
        return 0;
    t->state = TEMPLATE_LINKING;
    struct html_context at = html_context_start(t->is_html);
    uint32_t pc = 0;
    if (link_range(c, &pc, &at) < 0)
        return -1;
    if (!html_context_is_between_tags(&at)) {
        const struct op *last = op_at(c, pc > 0 ? pc - 1 : 0);
        return compile_error(c, last->at, "the text that begins here ends in %s",
                             html_context_place(&at));
    }
    t->state = TEMPLATE_LINKED;
    return 0;
}
