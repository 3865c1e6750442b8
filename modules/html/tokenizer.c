#include "html/tokenizer.h" /* text, tags, attributes; the rest is in tokenizer_markup.c */

#include "base/arena.h"
#include "html/tokenizer_private.h"

#include <string.h>
#include <strings.h>

#define REPLACEMENT "\xEF\xBF\xBD"

/* CR and CRLF are LF to everything behind here. */
static const char *without_cr(struct arena *a, const char *p, size_t *n)
{
    if (*n == 0 || memchr(p, '\r', *n) == NULL)
        return p;
    char *copy = arena_alloc(a, *n);
    size_t to = 0;
    for (size_t i = 0; i < *n; i++) {
        if (p[i] == '\r' && i + 1 < *n && p[i + 1] == '\n')
            continue;
        copy[to++] = p[i] == '\r' ? '\n' : p[i];
    }
    *n = to;
    return copy;
}

void html_tokenizer_init(struct html_tokenizer *t, struct arena *a, const char *p, size_t n)
{
    t->arena = a;
    t->p = without_cr(a, p, &n);
    t->n = n;
    t->i = 0;
    t->steps = n;
    t->text = buf_make(a, 0);
    t->last_start = buf_make(a, 0);
    t->spans_n = 0;
    html_tokenizer_state(t, HTML_DATA, (struct str) { "", 0 });
}

void html_tokenizer_state(struct html_tokenizer *t, enum html_state state, struct str last_start)
{
    t->state = state;
    t->script = SCRIPT_PLAIN;
    t->dashes = 0;
    buf_truncate(&t->last_start, 0);
    buf_add(&t->last_start, last_start.p, last_start.n);
}

void html_tokenizer_follow(struct html_tokenizer *t, const struct html_token *start)
{
    static const struct {
        const char *name;
        enum html_state state;
    } raw[] = {
        { "script", HTML_SCRIPT },  { "style", HTML_RAWTEXT },   { "xmp", HTML_RAWTEXT },
        { "iframe", HTML_RAWTEXT }, { "noembed", HTML_RAWTEXT }, { "noframes", HTML_RAWTEXT },
        { "title", HTML_RCDATA },   { "textarea", HTML_RCDATA }, { "plaintext", HTML_PLAINTEXT },
    };
    for (size_t i = 0; i < sizeof(raw) / sizeof(raw[0]); i++)
        if (start->text.n == strlen(raw[i].name) &&
            memcmp(start->text.p, raw[i].name, start->text.n) == 0)
            html_tokenizer_state(t, raw[i].state, start->text);
}

uint64_t html_tokenizer_steps(const struct html_tokenizer *t)
{
    return t->steps;
}

size_t html_keep(struct html_tokenizer *t, size_t from, size_t to, bool lower)
{
    size_t begin = t->text.len;
    t->steps += to - from;
    buf_add(&t->text, t->p + from, to - from);
    if (to == from)
        return begin;
    char *text = t->text.data + begin;
    bool has_nul = memchr(text, '\0', to - from) != NULL;
    for (size_t i = 0; lower && i < to - from; i++)
        if (text[i] >= 'A' && text[i] <= 'Z')
            text[i] = (char)(text[i] - 'A' + 'a');
    if (!has_nul)
        return begin;
    const char *copy = arena_memdup(t->arena, text, to - from);
    buf_truncate(&t->text, begin);
    for (size_t i = 0; i < to - from; i++) {
        if (copy[i] == '\0')
            buf_adds(&t->text, REPLACEMENT);
        else
            buf_addc(&t->text, copy[i]);
    }
    return begin;
}

static bool text_token(struct html_tokenizer *t, struct html_token *out, size_t end)
{
    out->type = HTML_TEXT;
    out->text = (struct str) { t->p + t->i, end - t->i };
    t->steps += end - t->i;
    t->i = end;
    return true;
}

static bool replaced_nul(struct html_tokenizer *t, struct html_token *out)
{
    out->type = HTML_TEXT;
    out->text = str_of(REPLACEMENT);
    t->i++;
    return true;
}

static bool reference_token(struct html_tokenizer *t, struct html_token *out)
{
    size_t n = html_reference(t, false);
    if (n == 0)
        return text_token(t, out, t->i + 1);
    out->type = HTML_TEXT;
    out->text = (struct str) { t->reference, n };
    return true;
}

/* A second attribute of the same name is dropped. */
static bool is_known(struct html_tokenizer *t, const struct html_span *new_span)
{
    for (size_t i = 0; i < t->spans_n; i++) {
        const struct html_span *s = &t->spans[i];
        t->steps++;
        if (s->hash == new_span->hash && s->name_n == new_span->name_n &&
            memcmp(t->text.data + s->name, t->text.data + new_span->name, s->name_n) == 0)
            return true;
    }
    return false;
}

static bool ends_name(char c)
{
    return html_is_space(c) || c == '/' || c == '>' || c == '=';
}

static struct html_span attribute_name(struct html_tokenizer *t)
{
    size_t begin = t->i;
    uint32_t hash = 2166136261U;
    t->i++; /* even a = begins a name */
    while (t->i < t->n && !ends_name(t->p[t->i]))
        t->i++;
    struct html_span s = { .name = html_keep(t, begin, t->i, true) };
    s.name_n = t->text.len - s.name;
    for (size_t i = 0; i < s.name_n; i++)
        hash = (hash ^ (unsigned char)t->text.data[s.name + i]) * 16777619U;
    s.hash = hash;
    return s;
}

static bool ends_value(char c, char quote)
{
    return quote != '\0' ? c == quote : html_is_space(c) || c == '>';
}

/* quote is 0 for a value without. False at the end of the input. */
static bool attribute_text(struct html_tokenizer *t, char quote)
{
    while (t->i < t->n) {
        size_t begin = t->i;
        while (t->i < t->n && t->p[t->i] != '&' && !ends_value(t->p[t->i], quote))
            t->i++;
        html_keep(t, begin, t->i, false);
        if (t->i == t->n || t->p[t->i] != '&')
            break;
        size_t n = html_reference(t, true);
        buf_add(&t->text, n > 0 ? t->reference : "&", n > 0 ? n : 1);
        if (n == 0)
            t->i++;
    }
    if (t->i < t->n && quote != '\0')
        t->i++;
    else
        return t->i < t->n;
    return true;
}

static bool attribute_value(struct html_tokenizer *t, struct html_span *s)
{
    html_skip_space(t);
    s->value = t->text.len;
    bool more = t->i < t->n;
    if (html_is_at(t, '"') || html_is_at(t, '\'')) {
        t->i++;
        more = attribute_text(t, t->p[t->i - 1]);
    } else if (more && !html_is_at(t, '>')) {
        more = attribute_text(t, '\0');
    }
    s->value_n = t->text.len - s->value;
    return more;
}

static bool attribute(struct html_tokenizer *t)
{
    size_t begin = t->text.len;
    struct html_span s = attribute_name(t);
    html_skip_space(t);
    bool more = t->i < t->n;
    s.value = t->text.len;
    if (html_is_at(t, '=')) {
        t->i++;
        more = attribute_value(t, &s);
    }
    if (t->spans_n < HTML_ATTRS_MAX && !is_known(t, &s))
        t->spans[t->spans_n++] = s;
    else
        buf_truncate(&t->text, begin);
    return more;
}

/* Up to and with the >. False where the input ends before it. */
static bool attributes(struct html_tokenizer *t, struct html_token *out)
{
    while (t->i < t->n) {
        html_skip_space(t);
        if (html_is_at(t, '>')) {
            t->i++;
            return true;
        }
        if (html_is_at(t, '/')) {
            t->i++;
            out->self_closing = html_is_at(t, '>');
        } else if (t->i < t->n && !attribute(t)) {
            return false;
        }
    }
    return false;
}

static void hand_out(struct html_tokenizer *t, struct html_token *out, size_t name_n)
{
    out->text = (struct str) { t->text.data, name_n };
    out->attrs = t->attrs;
    out->attrs_n = t->spans_n;
    for (size_t i = 0; i < t->spans_n; i++) {
        const struct html_span *s = &t->spans[i];
        t->attrs[i].name = (struct str) { t->text.data + s->name, s->name_n };
        t->attrs[i].value = (struct str) { t->text.data + s->value, s->value_n };
    }
}

/* At the first letter of the name. An unfinished tag at the end is nothing. */
static bool tag(struct html_tokenizer *t, struct html_token *out, enum html_token_type type)
{
    size_t begin = t->i;
    buf_truncate(&t->text, 0);
    t->spans_n = 0;
    while (t->i < t->n && !html_is_space(t->p[t->i]) && t->p[t->i] != '/' && t->p[t->i] != '>')
        t->i++;
    html_keep(t, begin, t->i, true);
    size_t name_n = t->text.len;
    if (!attributes(t, out)) {
        t->i = t->n;
        return false;
    }
    out->type = type;
    hand_out(t, out, name_n);
    return true;
}

static bool end_tag_open(struct html_tokenizer *t, struct html_token *out)
{
    if (t->i + 2 == t->n)
        return text_token(t, out, t->n);
    t->i += 2;
    if (html_is_alpha(t->p[t->i]))
        return tag(t, out, HTML_END);
    if (html_is_at(t, '>')) {
        t->i++;
        return false;
    }
    html_bogus_comment(t, out);
    return true;
}

static size_t text_end(const struct html_tokenizer *t, size_t i)
{
    while (i < t->n && t->p[i] != '<' && t->p[i] != '&')
        i++;
    return i;
}

static bool tag_open(struct html_tokenizer *t, struct html_token *out)
{
    char c = t->i + 1 < t->n ? t->p[t->i + 1] : '\0';
    if (html_is_alpha(c)) {
        t->i++;
        return tag(t, out, HTML_START);
    }
    if (c == '/')
        return end_tag_open(t, out);
    if (c == '!') {
        t->i += 2;
        html_markup_declaration(t, out);
        return true;
    }
    if (c == '?') {
        t->i++;
        html_bogus_comment(t, out);
        return true;
    }
    return text_token(t, out, text_end(t, t->i + 1));
}

static bool data(struct html_tokenizer *t, struct html_token *out)
{
    if (html_is_at(t, '<'))
        return tag_open(t, out);
    if (html_is_at(t, '&'))
        return reference_token(t, out);
    return text_token(t, out, text_end(t, t->i));
}

/* Is there, at i, the end tag that this raw text waits for? */
static bool is_own_end(struct html_tokenizer *t, size_t i)
{
    size_t n = t->last_start.len;
    if (n == 0 || t->n - i < n + 3 || t->p[i] != '<' || t->p[i + 1] != '/')
        return false;
    t->steps += n;
    char after = t->p[i + 2 + n];
    return strncasecmp(t->p + i + 2, t->last_start.data, n) == 0 &&
           (html_is_space(after) || after == '/' || after == '>');
}

static bool own_end(struct html_tokenizer *t, struct html_token *out)
{
    html_tokenizer_state(t, HTML_DATA, (struct str) { "", 0 });
    t->i += 2;
    return tag(t, out, HTML_END);
}

static bool raw(struct html_tokenizer *t, struct html_token *out)
{
    bool references = t->state == HTML_RCDATA;
    size_t i = t->i;
    if (t->p[i] == '\0')
        return replaced_nul(t, out);
    if (references && t->p[i] == '&')
        return reference_token(t, out);
    if (is_own_end(t, i))
        return own_end(t, out);
    for (i++; i < t->n && t->p[i] != '\0' && !(references && t->p[i] == '&'); i++)
        if (t->p[i] == '<' && is_own_end(t, i))
            break;
    return text_token(t, out, i);
}

static bool plaintext(struct html_tokenizer *t, struct html_token *out)
{
    if (html_is_at(t, '\0'))
        return replaced_nul(t, out);
    const char *nul = memchr(t->p + t->i, '\0', t->n - t->i);
    return text_token(t, out, nul != NULL ? (size_t)(nul - t->p) : t->n);
}

static bool cdata(struct html_tokenizer *t, struct html_token *out)
{
    const char *end = memmem(t->p + t->i, t->n - t->i, "]]>", 3);
    if (end != t->p + t->i)
        return text_token(t, out, end != NULL ? (size_t)(end - t->p) : t->n);
    t->i += 3;
    t->state = HTML_DATA;
    return false;
}

/* A word "script" at i, inside the comment of a script, turns escaping on and off. Returns what is
 * behind the word (and behind the one character that ends it). */
static size_t script_word(struct html_tokenizer *t, size_t i, bool *is_script)
{
    size_t begin = i;
    while (i < t->n && html_is_alpha(t->p[i]))
        i++;
    *is_script = false;
    if (i == t->n || !(html_is_space(t->p[i]) || t->p[i] == '/' || t->p[i] == '>'))
        return i;
    *is_script = i - begin == 6 && strncasecmp(t->p + begin, "script", 6) == 0;
    return i + 1;
}

static size_t script_less_than(struct html_tokenizer *t, size_t i)
{
    bool is_script = false;
    if (t->script == SCRIPT_ESCAPED && i + 1 < t->n && html_is_alpha(t->p[i + 1])) {
        i = script_word(t, i + 1, &is_script);
        t->script = is_script ? SCRIPT_DOUBLE : SCRIPT_ESCAPED;
        return i;
    }
    if (t->script == SCRIPT_DOUBLE && i + 1 < t->n && t->p[i + 1] == '/') {
        i = script_word(t, i + 2, &is_script);
        t->script = is_script ? SCRIPT_ESCAPED : SCRIPT_DOUBLE;
        return i;
    }
    return i + 1;
}

static size_t script_character(struct html_tokenizer *t, size_t i)
{
    char c = t->p[i];
    if (t->script == SCRIPT_PLAIN) {
        if (c != '<' || t->n - i < 4 || memcmp(t->p + i, "<!--", 4) != 0)
            return i + 1;
        t->script = SCRIPT_ESCAPED;
        t->dashes = 2;
        return i + 4;
    }
    if (c == '-') {
        t->dashes = t->dashes < 2 ? t->dashes + 1 : 2;
        return i + 1;
    }
    if (c == '>' && t->dashes == 2)
        t->script = SCRIPT_PLAIN;
    t->dashes = 0;
    return c == '<' ? script_less_than(t, i) : i + 1;
}

static bool script(struct html_tokenizer *t, struct html_token *out)
{
    size_t i = t->i;
    while (i < t->n && t->p[i] != '\0') {
        if (t->script != SCRIPT_DOUBLE && t->p[i] == '<' && is_own_end(t, i))
            break;
        i = script_character(t, i);
    }
    if (i > t->i)
        return text_token(t, out, i);
    if (html_is_at(t, '\0')) {
        t->dashes = 0;
        return replaced_nul(t, out);
    }
    return own_end(t, out);
}

static bool step(struct html_tokenizer *t, struct html_token *out)
{
    switch (t->state) {
    case HTML_RCDATA:
    case HTML_RAWTEXT:
        return raw(t, out);
    case HTML_SCRIPT:
        return script(t, out);
    case HTML_PLAINTEXT:
        return plaintext(t, out);
    case HTML_CDATA:
        return cdata(t, out);
    case HTML_DATA:
    default:
        return data(t, out);
    }
}

bool html_token_next(struct html_tokenizer *t, struct html_token *out)
{
    *out = (struct html_token) { .type = HTML_TEXT };
    while (t->i < t->n) {
        t->steps++;
        if (step(t, out))
            return true;
        out->self_closing = false;
    }
    return false;
}
