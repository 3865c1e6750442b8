#include "html/template_private.h" /* which tags belong together, and which lines vanish */

#include <string.h>

static bool opens(const struct token *t)
{
    return t->kind == TOKEN_SECTION || t->kind == TOKEN_INVERTED || t->kind == TOKEN_PARENT ||
           t->kind == TOKEN_BLOCK;
}

static bool is_inheritance(const struct tokens *all, const struct token *t)
{
    if (t->kind == TOKEN_CLOSE)
        t = &all->v[t->match];
    return t->kind == TOKEN_PARENT || t->kind == TOKEN_BLOCK;
}

static int close_one(struct compiler *c, struct tokens *t, uint32_t i, uint32_t open)
{
    struct token *closing = &t->v[i], *opening = &t->v[open];
    if (opening->text.n != closing->text.n ||
        memcmp(opening->text.p, closing->text.p, closing->text.n) != 0)
        return compile_error(c, closing->at, "{{/%.*s}} closes {{%c%.*s}} of line %u",
                             SHOWN(closing->text), (char)opening->kind, SHOWN(opening->text),
                             opening->at.line);
    closing->match = open;
    opening->match = i;
    return 0;
}

static int match(struct compiler *c, struct tokens *t)
{
    uint32_t stack[TEMPLATE_MAX_NEST], depth = 0;
    for (uint32_t i = 0; i < t->n; i++) {
        struct token *token = &t->v[i];
        if (opens(token)) {
            if (depth == TEMPLATE_MAX_NEST)
                return compile_error(c, token->at, "more than %d tags inside each other",
                                     TEMPLATE_MAX_NEST);
            stack[depth++] = i;
        } else if (token->kind == TOKEN_CLOSE) {
            if (depth == 0)
                return compile_error(c, token->at, "nothing is open that this tag could close");
            if (close_one(c, t, i, stack[--depth]) < 0)
                return -1;
        }
    }
    if (depth > 0)
        return compile_error(c, t->v[stack[depth - 1]].at, "the tag is never closed");
    return 0;
}

static bool is_blank(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] != ' ' && (s.p[i] < '\t' || s.p[i] > '\r'))
            return false;
    }
    return true;
}

static bool may_stand_alone(const struct token *t)
{
    return t->kind != TOKEN_VALUE && t->kind != TOKEN_RAW && t->kind != TOKEN_WORD &&
           t->kind != TOKEN_ASSET;
}

/* A block that opens and closes on the line, outside of a parent tag, shows something there. */
static bool is_placeholder(const struct tokens *t, uint32_t i, uint32_t first, uint32_t end)
{
    if (t->v[i].kind != TOKEN_BLOCK || t->v[i].match >= end)
        return false;
    for (uint32_t k = first; k < i; k++) {
        if (t->v[k].kind == TOKEN_PARENT && t->v[k].match > i)
            return false;
    }
    return true;
}

/*
 * Whether the line of tokens first .. end - 1 holds tags only and leaves nothing behind. The
 * specification knows lines of one tag; the cases of inheritance have lines of several, where those
 * are tags of parents and blocks.
 */
static bool vanishes(const struct tokens *t, uint32_t first, uint32_t end)
{
    uint32_t tags = 0;
    bool is_all_inheritance = true;
    for (uint32_t i = first; i < end; i++) {
        const struct token *token = &t->v[i];
        if (token->kind == TOKEN_TEXT) {
            if (!is_blank(token->text))
                return false;
            continue;
        }
        if (!may_stand_alone(token) || is_placeholder(t, i, first, end))
            return false;
        is_all_inheritance = is_all_inheritance && is_inheritance(t, token);
        tags++;
    }
    return tags == 1 || (tags > 1 && is_all_inheritance);
}

static void lay_out_line(struct tokens *t, uint32_t first, uint32_t end)
{
    bool is_alone = vanishes(t, first, end), is_first = true;
    struct str indent = { "", 0 };
    for (uint32_t i = first; i < end; i++) {
        struct token *token = &t->v[i];
        if (token->kind == TOKEN_TEXT) {
            if (i == first && is_blank(token->text))
                indent = token->text;
            else if (!is_blank(token->text))
                is_first = false;
            if (is_alone)
                token->text.n = 0;
            continue;
        }
        token->is_standalone = is_alone;
        token->is_first = is_first;
        token->indent = indent;
        /* What a block shows is indented as the block is; the renderer puts it there. */
        if (token->kind == TOKEN_BLOCK && i == first + 1 && is_first &&
            t->v[first].kind == TOKEN_TEXT)
            t->v[first].text.n = 0;
        if (!is_inheritance(t, token) || token->kind == TOKEN_CLOSE)
            is_first = false;
    }
}

int template_layout(struct compiler *c, struct tokens *t)
{
    if (match(c, t) < 0)
        return -1;
    uint32_t first = 0;
    for (uint32_t i = 1; i <= t->n; i++) {
        if (i < t->n && !t->v[i].is_line_start)
            continue;
        lay_out_line(t, first, i);
        first = i;
    }
    return 0;
}
