/* modules/mail/param.c - values with parameters (RFC 2045, RFC 2231), and what mailers make of them
 */
#include "mail/mail_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

#define PARAMS_MAX 64

/* One parameter as written: "filename*1*" is name filename, section 1, encoded. */
struct piece {
    char *name, *value;
    int64_t section; /* -1: the whole */
    bool is_encoded, was_quoted;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static char *quoted(struct arena *a, const char **s)
{
    struct buf b = buf_make(a, 0);
    const char *p = *s + 1;
    for (; *p != '\0' && *p != '"'; p++) {
        /* Paths of Windows are written here too: only what must be quoted is unquoted. */
        if (*p == '\\' && (p[1] == '"' || p[1] == '\\'))
            p++;
        buf_addc(&b, *p);
    }
    *s = *p == '"' ? p + 1 : p;
    return b.data;
}

/* An unquoted value ends at ';'. It may hold blanks and encoded words, although it must not. */
static char *unquoted(struct arena *a, const char **s)
{
    const char *p = *s;
    size_t n = strcspn(p, ";");
    *s = p + n;
    return str_trim(a, arena_strndup(a, p, n));
}

/* "name*2*" becomes name, section 2, encoded. */
static void piece_name(struct piece *p)
{
    size_t n = strlen(p->name);
    p->section = -1;
    if (n > 1 && p->name[n - 1] == '*') {
        p->is_encoded = true;
        p->name[--n] = '\0';
    }
    char *star = strrchr(p->name, '*');
    int64_t section;
    if (star != NULL && star != p->name && str_i64(star + 1, 0, PARAMS_MAX, &section)) {
        p->section = section;
        *star = '\0';
    }
}

static bool piece_read(struct arena *a, const char **s, struct piece *p)
{
    const char *at = *s + strspn(*s, "; \t");
    size_t n = strcspn(at, "=;");
    *s = at + n;
    if (n == 0 || *at == '\0')
        return false;
    *p = (struct piece) { .name = str_lower(a, str_trim(a, arena_strndup(a, at, n))) };
    piece_name(p);
    p->value = arena_strdup(a, "");
    if (**s != '=')
        return true;
    (*s)++;
    while (is_space(**s))
        (*s)++;
    p->was_quoted = **s == '"';
    p->value = p->was_quoted ? quoted(a, s) : unquoted(a, s);
    if (p->was_quoted)
        *s += strcspn(*s, ";");
    return true;
}

static void add_percent(struct buf *b, const char *s)
{
    for (; *s != '\0'; s++) {
        unsigned value = 0;
        int taken = 0;
        for (int i = 1; *s == '%' && i <= 2; i++) {
            char c = s[i];
            int digit = c >= '0' && c <= '9'                     ? c - '0'
                        : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10
                                                                 : -1;
            if (digit < 0)
                break;
            value = value * 16 + (unsigned)digit;
            taken = i;
        }
        buf_addc(b, taken == 2 ? (char)value : *s);
        if (taken == 2)
            s += 2;
    }
}

/* charset'language'text: the charset, with *s behind the second quote; NULL where there is none. */
static char *extended_charset(struct arena *a, const char **s)
{
    const char *first = strchr(*s, '\'');
    const char *second = first == NULL ? NULL : strchr(first + 1, '\'');
    if (second == NULL)
        return NULL;
    char *charset = arena_strndup(a, *s, (size_t)(first - *s));
    *s = second + 1;
    return charset;
}

static const struct piece *section(const struct piece *pieces, size_t n, const char *name,
                                   int64_t which)
{
    for (size_t i = 0; i < n; i++)
        if (pieces[i].section == which && strcmp(pieces[i].name, name) == 0)
            return &pieces[i];
    return NULL;
}

/* Sections 0, 1, ... of name, joined before they become UTF-8: letters are cut between them. */
static char *join_sections(struct arena *a, const struct piece *pieces, size_t n, const char *name)
{
    struct buf b = buf_make(a, 0);
    const char *charset = NULL;
    bool is_encoded = false;
    const struct piece *p = section(pieces, n, name, 0);
    int64_t first = p == NULL; /* some count from 1 */
    for (int64_t i = first; (p = section(pieces, n, name, i)) != NULL; i++) {
        const char *value = p->value;
        if (i == first && p->is_encoded)
            charset = extended_charset(a, &value);
        is_encoded = is_encoded || p->is_encoded;
        if (p->is_encoded)
            add_percent(&b, value);
        else
            buf_adds(&b, value);
    }
    if (!is_encoded)
        return mail_words_decode(a, b.data, NULL);
    return mail_to_utf8(a, charset, b.data, b.len);
}

static char *whole(struct arena *a, const struct piece *p, const char *charset)
{
    const char *value = p->value;
    if (!p->is_encoded)
        return mail_words_decode(a, value, charset);
    struct buf b = buf_make(a, 0);
    const char *named = extended_charset(a, &value);
    add_percent(&b, value);
    if (strstr(b.data, "=?") != NULL) /* both encodings at once */
        return mail_words_decode(a, b.data, named);
    return mail_to_utf8(a, named, b.data, b.len);
}

static bool is_known(const struct mail_value *v, const char *name)
{
    return mail_value_param(v, name) != NULL;
}

/* The extended form (RFC 2231) wins over the plain one beside it. */
static void take_params(struct arena *a, struct mail_value *v, const struct piece *pieces, size_t n,
                        const char *charset)
{
    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < n; i++) {
            const struct piece *p = &pieces[i];
            int kind = p->section >= 0 ? 1 : p->is_encoded ? 0 : 2;
            if (kind != round || is_known(v, p->name))
                continue;
            char *value = kind == 1 ? join_sections(a, pieces, n, p->name) : whole(a, p, charset);
            v->params[v->n++] = (struct mail_param) { p->name, value };
        }
    }
}

struct mail_value mail_value_parse(struct arena *a, const char *value, const char *charset)
{
    struct mail_value v = { "", NULL, 0 };
    struct piece pieces[PARAMS_MAX];
    size_t n = 0;
    if (value == NULL)
        return v;
    size_t token = strcspn(value, "; \t(,");
    if (memchr(value, '=', token) == NULL) {
        char *s = str_lower(a, arena_strndup(a, value, token));
        v.token = str_utf8(a, s, strlen(s));
        value += token;
        value += strcspn(value, ";");
    }
    while (n < PARAMS_MAX && *value != '\0')
        if (piece_read(a, &value, &pieces[n]))
            n++;
        else if (*value != '\0')
            value++;
    v.params = arena_array(a, n + 1, sizeof(*v.params));
    take_params(a, &v, pieces, n, charset);
    return v;
}

const char *mail_value_param(const struct mail_value *value, const char *name)
{
    for (size_t i = 0; i < value->n; i++)
        if (strcmp(value->params[i].name, name) == 0)
            return value->params[i].value;
    return NULL;
}
