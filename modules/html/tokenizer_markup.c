/* modules/html/tokenizer_markup.c - comments, doctypes and character references */
#include "html/tokenizer_private.h"

#include <string.h>
#include <strings.h>

/* The windows-1252 characters that numeric references 0x80..0x9F mean; 0 means itself. */
static const uint16_t windows_1252[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178,
};
#define BARE_MAX 6  /* longest name that counts without its semicolon */
#define LONGEST  31 /* longest name of all */

static size_t decoded(struct html_tokenizer *t, uint32_t first, uint32_t second)
{
    size_t keep = t->text.len;
    buf_add_utf8(&t->text, first);
    if (second != 0)
        buf_add_utf8(&t->text, second);
    size_t n = t->text.len - keep;
    memcpy(t->reference, t->text.data + keep, n);
    buf_truncate(&t->text, keep);
    return n;
}

static int digit(char c, unsigned base)
{
    if (html_is_digit(c))
        return c - '0';
    if (base == 16 && ((c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
        return (c | 0x20) - 'a' + 10;
    return -1;
}

static size_t numeric(struct html_tokenizer *t)
{
    size_t i = t->i + 2;
    uint32_t code = 0;
    unsigned base = 10;
    if (i < t->n && (t->p[i] == 'x' || t->p[i] == 'X')) {
        base = 16;
        i++;
    }
    if (i == t->n || digit(t->p[i], base) < 0)
        return 0;
    for (; i < t->n && digit(t->p[i], base) >= 0; i++, t->steps++)
        if (code <= 0x10FFFFU)
            code = code * base + (uint32_t)digit(t->p[i], base);
    t->i = i < t->n && t->p[i] == ';' ? i + 1 : i;
    if (code >= 0x80U && code <= 0x9FU && windows_1252[code - 0x80U] != 0)
        code = windows_1252[code - 0x80U];
    return decoded(t, code == 0 ? 0xFFFDU : code, 0);
}

static size_t named(struct html_tokenizer *t, bool in_attribute)
{
    const char *name = t->p + t->i + 1;
    size_t left = t->n - t->i - 1, n = 0;
    while (n < left && n <= LONGEST && (html_is_alpha(name[n]) || html_is_digit(name[n])))
        n++;
    t->steps += n;
    const struct html_entity *e = NULL;
    if (n < left && name[n] == ';' && (e = html_entity_find(name, n)) != NULL) {
        t->i += n + 2;
        return decoded(t, e->first, e->second);
    }
    for (n = n < BARE_MAX ? n : BARE_MAX; n > 1; n--) {
        e = html_entity_find(name, n);
        if (e == NULL || !e->bare)
            continue;
        char after = n < left ? name[n] : '\0';
        if (in_attribute && (after == '=' || html_is_alpha(after) || html_is_digit(after)))
            return 0;
        t->i += n + 1;
        return decoded(t, e->first, e->second);
    }
    return 0;
}

size_t html_reference(struct html_tokenizer *t, bool in_attribute)
{
    char c = t->i + 1 < t->n ? t->p[t->i + 1] : '\0';
    if (c == '#')
        return numeric(t);
    return html_is_alpha(c) ? named(t, in_attribute) : 0;
}

/* The content of a comment is from..to; the input goes on at next. */
static void comment_token(struct html_tokenizer *t, struct html_token *out, size_t from, size_t to,
                          size_t next)
{
    buf_truncate(&t->text, 0);
    out->type = HTML_COMMENT;
    out->text = (struct str) { t->p + from, to - from };
    t->steps += to - from;
    if (to > from && memchr(t->p + from, '\0', to - from) != NULL) {
        html_keep(t, from, to, false);
        out->text = (struct str) { t->text.data, t->text.len };
    }
    t->i = next;
}

void html_bogus_comment(struct html_tokenizer *t, struct html_token *out)
{
    const char *end = t->i < t->n ? memchr(t->p + t->i, '>', t->n - t->i) : NULL;
    size_t to = end != NULL ? (size_t)(end - t->p) : t->n;
    comment_token(t, out, t->i, to, end != NULL ? to + 1 : to);
}

static bool is_text_at(const struct html_tokenizer *t, size_t i, const char *s)
{
    size_t n = strlen(s);
    return t->n - i >= n && strncasecmp(t->p + i, s, n) == 0;
}

/* Without the dashes of an end that did not come. */
static size_t unfinished_end(const struct html_tokenizer *t, size_t from)
{
    size_t n = t->n - from;
    const char *end = t->p + t->n;
    if (n >= 3 && memcmp(end - 3, "--!", 3) == 0)
        return t->n - 3;
    if (n >= 2 && memcmp(end - 2, "--", 2) == 0)
        return t->n - 2;
    return n >= 1 && end[-1] == '-' ? t->n - 1 : t->n;
}

static void comment(struct html_tokenizer *t, struct html_token *out)
{
    size_t from = t->i;
    if (is_text_at(t, from, ">") || is_text_at(t, from, "->")) {
        comment_token(t, out, from, from, from + (t->p[from] == '>' ? 1 : 2));
        return;
    }
    for (size_t i = from; i < t->n; i++) {
        if (t->p[i] != '-')
            continue;
        if (is_text_at(t, i, "-->") || is_text_at(t, i, "--!>")) {
            comment_token(t, out, from, i, i + (t->p[i + 2] == '>' ? 3 : 4));
            return;
        }
    }
    comment_token(t, out, from, unfinished_end(t, from), t->n);
}

static struct str doctype_text(const struct html_tokenizer *t, size_t from, size_t to)
{
    return (struct str) { t->text.data + from, to - from };
}

/* A quoted identifier: false where > or the end cuts it short. */
static bool doctype_quoted(struct html_tokenizer *t, size_t span[2])
{
    char quote = t->p[t->i++];
    size_t begin = t->i;
    while (t->i < t->n && t->p[t->i] != quote && t->p[t->i] != '>')
        t->i++;
    span[0] = html_keep(t, begin, t->i, false);
    span[1] = t->text.len;
    if (!html_is_at(t, quote))
        return false;
    t->i++;
    return true;
}

static bool is_quote(const struct html_tokenizer *t)
{
    return html_is_at(t, '"') || html_is_at(t, '\'');
}

/* After the name. spans: public, system. Returns whether quirks are forced. */
static bool doctype_ids(struct html_tokenizer *t, struct html_token *out, size_t spans[2][2])
{
    html_skip_space(t);
    if (t->i == t->n || html_is_at(t, '>'))
        return t->i == t->n;
    bool is_public = is_text_at(t, t->i, "public");
    if (!is_public && !is_text_at(t, t->i, "system"))
        return true;
    t->i += 6;
    html_skip_space(t);
    if (!is_quote(t))
        return true;
    if (is_public) {
        out->has_public = true;
        if (!doctype_quoted(t, spans[0]))
            return true;
        html_skip_space(t);
        if (!is_quote(t))
            return !html_is_at(t, '>');
    }
    out->has_system = true;
    if (!doctype_quoted(t, spans[1]))
        return true;
    html_skip_space(t);
    return t->i == t->n;
}

static void doctype(struct html_tokenizer *t, struct html_token *out)
{
    size_t spans[2][2] = { { 0, 0 }, { 0, 0 } };
    buf_truncate(&t->text, 0);
    out->type = HTML_DOCTYPE;
    html_skip_space(t);
    size_t begin = t->i;
    while (t->i < t->n && !html_is_space(t->p[t->i]) && t->p[t->i] != '>')
        t->i++;
    html_keep(t, begin, t->i, true);
    size_t name_n = t->text.len;
    out->has_name = name_n > 0;
    out->force_quirks = name_n == 0 || doctype_ids(t, out, spans);
    const char *end = t->i < t->n ? memchr(t->p + t->i, '>', t->n - t->i) : NULL;
    t->i = end != NULL ? (size_t)(end - t->p) + 1 : t->n;
    out->text = doctype_text(t, 0, name_n);
    out->public_id = doctype_text(t, spans[0][0], spans[0][1]);
    out->system_id = doctype_text(t, spans[1][0], spans[1][1]);
}

void html_markup_declaration(struct html_tokenizer *t, struct html_token *out)
{
    if (is_text_at(t, t->i, "--")) {
        t->i += 2;
        comment(t, out);
    } else if (is_text_at(t, t->i, "doctype")) {
        t->i += 7;
        doctype(t, out);
    } else {
        html_bogus_comment(t, out);
    }
}
