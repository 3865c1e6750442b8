#include "html/template_private.h" /* tokens become ops; nothing is known of other templates yet */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "html/view_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_CAP 64U

/* A section, parent or block that is open. */
struct open_tag {
    const struct token *token;
    uint32_t op;
    bool is_dead;      /* inside a parent, where only blocks count */
    bool is_arg;       /* a block directly inside a parent */
    struct str dedent; /* white space that the lines of a block lose: its position adds its own */
    struct arg **args_end; /* of a parent */
};

struct parser {
    struct compiler *c;
    struct tokens tokens;
    struct op *ops;
    uint32_t n, cap;
    struct buf text; /* of all OP_TEXT */
    struct open_tag stack[TEMPLATE_MAX_NEST + 1];
    uint32_t depth; /* stack[0] is the template itself */
};

int compile_error(const struct compiler *c, struct place at, const char *format, ...)
{
    char reason[192];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(reason, sizeof(reason), format, args);
    va_end(args);
    return err_set(c->err, ERR_INVALID, "%s:%u:%u: %s", c->template->file, at.line, at.column,
                   reason);
}

static bool has_space(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if ((unsigned char)s.p[i] <= ' ')
            return true;
    }
    return false;
}

static int check_name(const struct compiler *c, struct place at, struct str name)
{
    if (name.n == 0)
        return compile_error(c, at, "the tag has no name");
    if (has_space(name))
        return compile_error(c, at, "a name has no white space: \"%.*s\"", SHOWN(name));
    return 0;
}

int path_parse(struct compiler *c, struct place at, struct str name, const struct path **out)
{
    if (check_name(c, at, name) < 0)
        return -1;
    size_t n = 1;
    for (size_t i = 0; i < name.n; i++)
        n += name.p[i] == '.';
    struct path *path = arena_alloc(c->arena, sizeof(*path) + n * sizeof(path->names[0]));
    path->n = 0;
    *out = path;
    if (name.n == 1 && name.p[0] == '.')
        return 0;
    char *copy = arena_strndup(c->arena, name.p, name.n);
    for (char *part = copy; part != NULL;) {
        char *dot = strchr(part, '.');
        size_t part_n = dot == NULL ? strlen(part) : (size_t)(dot - part);
        part[part_n] = '\0';
        path->names[path->n++] = (struct path_name) { part, view_hash(part, part_n) };
        part = dot == NULL ? NULL : dot + 1;
    }
    return 0;
}

static struct op *add_op(struct parser *p, enum op_code code, struct place at)
{
    if (p->n == p->cap) {
        uint32_t cap = p->cap == 0 ? FIRST_CAP : p->cap * 2;
        struct op *ops = arena_array(p->c->arena, cap, sizeof(ops[0]));
        if (p->n != 0)
            memcpy(ops, p->ops, p->n * sizeof(ops[0]));
        p->ops = ops;
        p->cap = cap;
    }
    struct op *op = &p->ops[p->n++];
    *op = (struct op) { .code = (uint8_t)code, .at = at };
    return op;
}

static struct open_tag *top(struct parser *p)
{
    return &p->stack[p->depth];
}

/* Directly inside a parent nothing but blocks counts. */
static bool is_dead(struct parser *p)
{
    return top(p)->is_dead || (p->depth > 0 && top(p)->token->kind == TOKEN_PARENT);
}

static struct str without_prefix(struct str s, struct str prefix)
{
    size_t n = 0;
    while (n < s.n && n < prefix.n && s.p[n] == prefix.p[n])
        n++;
    return (struct str) { s.p + n, s.n - n };
}

static void parse_text(struct parser *p, const struct token *t)
{
    struct str text = t->is_line_start ? without_prefix(t->text, top(p)->dedent) : t->text;
    if (text.n == 0)
        return;
    struct op *op = p->n > 0 && p->ops[p->n - 1].code == OP_TEXT ? &p->ops[p->n - 1] : NULL;
    if (op == NULL) {
        op = add_op(p, OP_TEXT, t->at);
        op->jump = (uint32_t)p->text.len;
    }
    op->u.text.n += text.n;
    buf_add(&p->text, text.p, text.n);
}

static int parse_value(struct parser *p, const struct token *t)
{
    struct op *op = add_op(p, OP_VALUE, t->at);
    op->is_raw = t->kind == TOKEN_RAW;
    return path_parse(p->c, t->at, t->text, &op->u.path);
}

static int parse_word(struct parser *p, const struct token *t)
{
    return word_parse(p->c, t->at, t->text, &add_op(p, OP_WORD, t->at)->u.word);
}

static int parse_asset(struct parser *p, const struct token *t)
{
    return asset_parse(p->c, t->at, t->text, &add_op(p, OP_ASSET, t->at)->u.text);
}

static struct open_tag *push(struct parser *p, const struct token *t, bool dead)
{
    struct open_tag *open = &p->stack[p->depth + 1];
    *open = (struct open_tag) { .token = t, .op = p->n, .is_dead = dead, .dedent = top(p)->dedent };
    p->depth++;
    return open;
}

static int parse_section(struct parser *p, const struct token *t)
{
    push(p, t, false);
    struct op *op = add_op(p, t->kind == TOKEN_SECTION ? OP_SECTION : OP_INVERTED, t->at);
    return path_parse(p->c, t->at, t->text, &op->u.path);
}

static int parse_call(struct parser *p, const struct token *t, enum op_code code)
{
    struct str name = t->text;
    struct call *call = arena_zalloc(p->c->arena, sizeof(*call));
    call->is_standalone = t->is_standalone;
    call->indent = (struct str) { "", 0 };
    if (t->is_standalone)
        call->indent = without_prefix(t->indent, top(p)->dedent);
    struct op *op = add_op(p, code, t->at);
    op->u.call = call;
    if (name.n == 0 || name.p[0] != '*') {
        call->name = name;
        return check_name(p->c, t->at, name);
    }
    do {
        name.p++;
        name.n--;
    } while (name.n > 0 && (unsigned char)name.p[0] <= ' ');
    return path_parse(p->c, t->at, name, &call->dynamic);
}

static int parse_parent(struct parser *p, const struct token *t)
{
    struct open_tag *open = push(p, t, false);
    if (parse_call(p, t, OP_PARENT) < 0)
        return -1;
    open->args_end = &p->ops[open->op].u.call->args;
    return 0;
}

static struct str white_space(struct str s)
{
    size_t n = 0;
    while (n < s.n && (s.p[n] == ' ' || s.p[n] == '\t'))
        n++;
    return (struct str) { s.p, n };
}

/* How deep the lines of a block's content stand: as its first line that has something does. */
static struct str intrinsic_indent(const struct parser *p, const struct token *t)
{
    for (uint32_t i = (uint32_t)(t - p->tokens.v) + 1; i < t->match; i++) {
        const struct token *inner = &p->tokens.v[i];
        if (!inner->is_line_start)
            continue;
        if (inner->kind != TOKEN_TEXT)
            return inner->indent;
        struct str indent = white_space(inner->text);
        if (inner->text.n == 0 && i + 1 < t->match)
            return p->tokens.v[i + 1].indent; /* the white space before a tag that stands alone */
        if (indent.n < inner->text.n && inner->text.p[indent.n] != '\n' &&
            inner->text.p[indent.n] != '\r')
            return indent;
        if (indent.n == inner->text.n && indent.n > 0 && i + 1 < t->match)
            return indent; /* before a tag */
    }
    return t->indent;
}

static struct str block_dedent(struct parser *p, const struct token *t)
{
    if (!t->is_first)
        return top(p)->dedent;
    const struct token *next = t + 1;
    while (next < &p->tokens.v[t->match] && !next->is_line_start && next->text.n == 0)
        next++;
    bool has_lines = t->is_standalone && next->is_line_start;
    return has_lines ? intrinsic_indent(p, t) : t->indent;
}

static void parse_arg(struct parser *p, const struct token *t, const char *name)
{
    struct open_tag *parent = top(p);
    struct arg *arg = arena_zalloc(p->c->arena, sizeof(*arg));
    *arg = (struct arg) {
        .name = name, .hash = view_hash(name, strlen(name)), .start = p->n, .at = t->at
    };
    *parent->args_end = arg;
    parent->args_end = &arg->next;
}

static void parse_placeholder(struct parser *p, const struct token *t, const char *name,
                              struct str dedent)
{
    struct block *block = arena_zalloc(p->c->arena, sizeof(*block));
    *block = (struct block) { .name = name,
                              .hash = view_hash(name, strlen(name)),
                              .is_first = t->is_first,
                              .indent = without_prefix(dedent, top(p)->dedent) };
    add_op(p, OP_BLOCK, t->at)->u.block = block;
}

static int parse_block(struct parser *p, const struct token *t)
{
    if (check_name(p->c, t->at, t->text) < 0)
        return -1;
    const char *name = arena_strndup(p->c->arena, t->text.p, t->text.n);
    struct str dedent = block_dedent(p, t);
    bool is_arg = p->depth > 0 && top(p)->token->kind == TOKEN_PARENT;
    uint32_t at = p->n;
    if (is_arg)
        parse_arg(p, t, name);
    else
        parse_placeholder(p, t, name, dedent);
    struct open_tag *open = push(p, t, false);
    open->op = at;
    open->is_arg = is_arg;
    open->dedent = dedent;
    return 0;
}

static void parse_close(struct parser *p, const struct token *t)
{
    struct open_tag open = *top(p);
    p->depth--;
    if (open.is_dead)
        return;
    if (open.token->kind == TOKEN_BLOCK)
        add_op(p, OP_RETURN, t->at);
    else if (open.token->kind != TOKEN_PARENT)
        add_op(p, OP_END, t->at)->jump = open.op + 1;
    if (!open.is_arg)
        p->ops[open.op].jump = p->n;
}

static int parse_live(struct parser *p, const struct token *t)
{
    switch (t->kind) {
    case TOKEN_TEXT:
        parse_text(p, t);
        return 0;
    case TOKEN_VALUE:
    case TOKEN_RAW:
        return parse_value(p, t);
    case TOKEN_WORD:
        return parse_word(p, t);
    case TOKEN_ASSET:
        return parse_asset(p, t);
    case TOKEN_SECTION:
    case TOKEN_INVERTED:
        return parse_section(p, t);
    case TOKEN_PARTIAL:
        return parse_call(p, t, OP_CALL);
    case TOKEN_PARENT:
        return parse_parent(p, t);
    case TOKEN_BLOCK:
        return parse_block(p, t);
    default:
        return 0;
    }
}

static int parse_token(struct parser *p, const struct token *t)
{
    if (t->kind == TOKEN_CLOSE) {
        parse_close(p, t);
        return 0;
    }
    if (!is_dead(p) || (t->kind == TOKEN_BLOCK && !top(p)->is_dead))
        return parse_live(p, t);
    if (t->match != 0) /* an opening tag: its closing tag comes */
        push(p, t, true);
    return 0;
}

/* Texts and blocks get their addresses now that nothing moves any more. */
static void finish(struct parser *p)
{
    for (uint32_t i = 0; i < p->n; i++) {
        struct op *op = &p->ops[i];
        if (op->code == OP_TEXT)
            op->u.text.p = p->text.data + op->jump;
        struct arg *arg = op->code == OP_PARENT ? op->u.call->args : NULL;
        for (; arg != NULL; arg = arg->next) {
            arg->ops = p->ops + arg->start;
            arg->base = p->ops;
        }
    }
    p->c->template->ops = p->ops;
    p->c->template->n = p->n;
}

int template_parse(struct compiler *c)
{
    struct parser *p = arena_zalloc(c->arena, sizeof(*p));
    p->c = c;
    p->text = buf_make(c->arena, c->template->source.n);
    if (template_tokens(c, &p->tokens) < 0 || template_layout(c, &p->tokens) < 0)
        return -1;
    for (uint32_t i = 0; i < p->tokens.n; i++) {
        if (parse_token(p, &p->tokens.v[i]) < 0)
            return -1;
    }
    add_op(p, OP_RETURN, (struct place) { 0, 0 });
    finish(p);
    return 0;
}
