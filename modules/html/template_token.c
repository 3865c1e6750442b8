#include "html/template_private.h" /* a template's source cut into text and tags */

#include "base/arena.h"
#include "base/err.h"

#include <string.h>

#define DELIMITER_MAX 16
#define FIRST_CAP     64U

struct scanner {
    struct compiler *c;
    struct tokens *out;
    const char *p, *end;
    const char *line_start;
    uint32_t line, tags;
    struct str open, close;
    bool is_line_start;
};

static struct place here(const struct scanner *s)
{
    return (struct place) { s->line, (uint32_t)(s->p - s->line_start) + 1 };
}

/* Moves to q and counts the lines on the way. */
static void advance(struct scanner *s, const char *q)
{
    const char *newline;
    while (s->p < q && (newline = memchr(s->p, '\n', (size_t)(q - s->p))) != NULL) {
        s->line++;
        s->p = s->line_start = newline + 1;
    }
    s->p = q;
}

static struct token *add(struct scanner *s, enum token_kind kind, struct place at)
{
    struct tokens *t = s->out;
    if (t->n == t->cap) {
        uint32_t cap = t->cap == 0 ? FIRST_CAP : t->cap * 2;
        struct token *v = arena_array(s->c->arena, cap, sizeof(v[0]));
        if (t->n != 0)
            memcpy(v, t->v, t->n * sizeof(v[0]));
        t->v = v;
        t->cap = cap;
    }
    struct token *token = &t->v[t->n++];
    *token = (struct token) { .kind = kind, .at = at, .is_line_start = s->is_line_start };
    s->is_line_start = false;
    return token;
}

static void add_text(struct scanner *s, const char *end)
{
    while (s->p < end) {
        const char *newline = memchr(s->p, '\n', (size_t)(end - s->p));
        const char *stop = newline == NULL ? end : newline + 1;
        struct token *t = add(s, TOKEN_TEXT, here(s));
        t->text = (struct str) { s->p, (size_t)(stop - s->p) };
        advance(s, stop);
        s->is_line_start = newline != NULL;
    }
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct str trim(const char *p, const char *end)
{
    while (p < end && is_space(*p))
        p++;
    while (end > p && is_space(end[-1]))
        end--;
    return (struct str) { p, (size_t)(end - p) };
}

static const char *find(const char *p, const char *end, struct str what)
{
    return memmem(p, (size_t)(end - p), what.p, what.n);
}

/* The end of a words tag's content: its strings may hold the closing delimiter. */
static const char *find_after_strings(const char *p, const char *end, struct str what)
{
    bool in_string = false;
    for (; p < end; p++) {
        if (!in_string && (size_t)(end - p) >= what.n && memcmp(p, what.p, what.n) == 0)
            return p;
        if (*p == '"')
            in_string = !in_string;
        else if (in_string && *p == '\\' && p + 1 < end)
            p++;
    }
    return NULL;
}

static int next_delimiter(struct scanner *s, struct str *content, struct str *out)
{
    const char *end = content->p + content->n, *q = content->p;
    while (q < end && !is_space(*q) && *q != '=')
        q++;
    *out = (struct str) { content->p, (size_t)(q - content->p) };
    if (out->n == 0 || out->n > DELIMITER_MAX || (q < end && *q == '='))
        return compile_error(s->c, here(s), "a delimiter tag is {{=open close=}}");
    *content = trim(q, end);
    return 0;
}

static int set_delimiters(struct scanner *s, struct str content)
{
    struct str open, close;
    if (next_delimiter(s, &content, &open) < 0 || next_delimiter(s, &content, &close) < 0)
        return -1;
    if (content.n != 0)
        return compile_error(s->c, here(s), "a delimiter tag is {{=open close=}}");
    s->open = open;
    s->close = close;
    return 0;
}

static enum token_kind kind_of(const struct scanner *s, const char *p)
{
    static const char asset[] = "asset";
    if (p < s->end && strchr("&#^/><$!=\"", *p) != NULL && *p != '\0')
        return (enum token_kind) * p;
    if ((size_t)(s->end - p) > sizeof(asset) && memcmp(p, asset, sizeof(asset) - 1) == 0) {
        const char *q = p + sizeof(asset) - 1;
        while (q < s->end && is_space(*q))
            q++;
        if (q < s->end && *q == '"')
            return TOKEN_ASSET;
    }
    return TOKEN_VALUE;
}

/* {{{name}}}: s->p stands behind the opening delimiter, on the third brace. */
static int scan_triple(struct scanner *s, struct place at)
{
    static const struct str close = { "}}}", 3 };
    const char *end = find(s->p + 1, s->end, close);
    if (end == NULL)
        return compile_error(s->c, at, "the tag has no end");
    add(s, TOKEN_RAW, at)->text = trim(s->p + 1, end);
    advance(s, end + close.n);
    return 0;
}

/* Where the content that begins at p ends; *behind: where the tag does. */
static const char *content_end(const struct scanner *s, enum token_kind kind, const char *p,
                               const char **behind)
{
    bool has_strings = kind == TOKEN_WORD || kind == TOKEN_ASSET;
    const char *end = has_strings ? find_after_strings(p, s->end, s->close)
                                  : find(p, s->end, s->close);
    if (end == NULL)
        return NULL;
    *behind = end + s->close.n;
    if (kind == TOKEN_DELIMITERS)
        return end > p && end[-1] == '=' ? end - 1 : NULL;
    return end;
}

static int scan_tag(struct scanner *s)
{
    struct place at = here(s);
    const char *behind, *p = s->p + s->open.n;
    if (s->c->tags_max != 0 && ++s->tags > s->c->tags_max)
        return compile_error(s->c, at, "more than %u tags", s->c->tags_max);
    if (s->open.n == 2 && memcmp(s->open.p, "{{", 2) == 0 && p < s->end && *p == '{') {
        s->p = p;
        return scan_triple(s, at);
    }
    while (p < s->end && is_space(*p))
        p++;
    enum token_kind kind = kind_of(s, p);
    bool has_sign = kind != TOKEN_VALUE && kind != TOKEN_WORD && kind != TOKEN_ASSET;
    if (has_sign)
        p++;
    const char *end = content_end(s, kind, p, &behind);
    if (end == NULL)
        return compile_error(s->c, at, "the tag has no end");
    struct str content = trim(p, end);
    if (kind == TOKEN_DELIMITERS && set_delimiters(s, content) < 0)
        return -1;
    add(s, kind, at)->text = content;
    advance(s, behind);
    return 0;
}

int template_tokens(struct compiler *c, struct tokens *out)
{
    struct str source = c->template->source;
    struct scanner s = { .c = c,
                         .out = out,
                         .p = source.p,
                         .end = source.p + source.n,
                         .line_start = source.p,
                         .line = 1,
                         .open = { "{{", 2 },
                         .close = { "}}", 2 },
                         .is_line_start = true };
    while (s.p < s.end) {
        const char *tag = find(s.p, s.end, s.open);
        add_text(&s, tag == NULL ? s.end : tag);
        if (tag != NULL && scan_tag(&s) < 0)
            return -1;
    }
    return 0;
}
