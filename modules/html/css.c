#include "html/css.h" /* declarations are split, checked word by word and written anew */

#include <string.h>
#include <strings.h>

#define VALUE_MAX 512

/* Those that place nothing elsewhere, fetch nothing and hide nothing. */
static const char *const properties[] = {
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-style",
    "border-top-width",
    "border-width",
    "color",
    "direction",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
};

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '_';
}

static struct str trimmed(const char *p, size_t n)
{
    for (; n > 0 && is_space(*p); n--)
        p++;
    while (n > 0 && is_space(p[n - 1]))
        n--;
    return (struct str) { p, n };
}

static const char *property(struct str name)
{
    size_t low = 0, high = sizeof(properties) / sizeof(properties[0]);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *other = properties[middle];
        int order = strncasecmp(name.p, other, name.n);
        if (order == 0 && other[name.n] == '\0')
            return other;
        if (order < 0 || (order == 0 && other[name.n] != '\0'))
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* rgb( and its like: the length with the closing bracket, 0 where it is something else. */
static size_t color_function(const char *p, size_t n)
{
    static const char *const names[] = { "rgb(", "rgba(", "hsl(", "hsla(" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t m = strlen(names[i]);
        if (n <= m || strncasecmp(p, names[i], m) != 0)
            continue;
        while (m < n && (is_digit(p[m]) || (p[m] != '\0' && strchr(" ,.%/", p[m]) != NULL)))
            m++;
        return m < n && p[m] == ')' ? m + 1 : 0;
    }
    return 0;
}

bool css_is_color(struct str v)
{
    if (v.n == 0 || v.n > 64 || memchr(v.p, '\0', v.n) != NULL)
        return false;
    if (color_function(v.p, v.n) == v.n)
        return true;
    for (size_t i = 0; i < v.n; i++)
        if (!is_word(v.p[i]) && !(v.p[i] == '#' && i == 0))
            return false;
    return true;
}

static bool is_font_char(char c)
{
    return is_word(c) || c == ' ' || c == '.' || (unsigned char)c >= 0x80;
}

/* A quoted font name at p: its length with the quotes, 0 where it is not closed or strange. */
static size_t quoted(const char *p, size_t n)
{
    size_t i = 1;
    while (i < n && is_font_char(p[i]))
        i++;
    return i > 1 && i < n && p[i] == p[0] ? i + 1 : 0;
}

static bool is_value_char(char c)
{
    return is_word(c) || c == ' ' || (c != '\0' && strchr("#%.,+!/", c) != NULL) ||
           (unsigned char)c >= 0x80;
}

/* Appends the value; false (and out is to be cut back) where anything in it is not on the list. */
static bool value(struct buf *out, struct str v)
{
    for (size_t i = 0; i < v.n;) {
        size_t n;
        if ((i == 0 || !is_word(v.p[i - 1])) && (n = color_function(v.p + i, v.n - i)) > 0) {
            buf_add(out, v.p + i, n);
        } else if ((v.p[i] == '"' || v.p[i] == '\'') && (n = quoted(v.p + i, v.n - i)) > 0) {
            buf_addc(out, '\'');
            buf_add(out, v.p + i + 1, n - 2);
            buf_addc(out, '\'');
        } else if (is_space(v.p[i])) {
            for (n = 1; i + n < v.n && is_space(v.p[i + n]);)
                n++;
            buf_addc(out, ' ');
        } else if (is_value_char(v.p[i]) && !(v.p[i] == '/' && i + 1 < v.n && v.p[i + 1] == '/')) {
            n = 1;
            buf_addc(out, v.p[i]);
        } else {
            return false;
        }
        i += n;
    }
    return v.n > 0;
}

/* Lengths below zero pull the element over what stands beside it. */
static bool is_refused(const char *name, struct str v)
{
    bool moves = strncmp(name, "margin", 6) == 0 || strcmp(name, "text-indent") == 0 ||
                 strcmp(name, "word-spacing") == 0;
    for (size_t i = 0; i < v.n; i++) {
        bool begins = i == 0 || !is_word(v.p[i - 1]);
        if (moves && begins && v.p[i] == '-')
            return true;
        if (begins && v.n - i >= 10 && strncasecmp(v.p + i, "expression", 10) == 0)
            return true;
    }
    return false;
}

static bool declaration(struct buf *out, size_t begin, struct str d)
{
    const char *colon = memchr(d.p, ':', d.n);
    if (colon == NULL)
        return d.n == 0;
    struct str name = trimmed(d.p, (size_t)(colon - d.p));
    struct str v = trimmed(colon + 1, d.n - (size_t)(colon + 1 - d.p));
    const char *known = property(name);
    if (known == NULL || v.n > VALUE_MAX || is_refused(known, v))
        return false;
    size_t keep = out->len;
    buf_adds(out, out->len > begin ? "; " : "");
    buf_adds(out, known);
    buf_adds(out, ": ");
    if (value(out, v))
        return true;
    buf_truncate(out, keep);
    return false;
}

bool css_filter(struct buf *out, struct str style)
{
    size_t begin = out->len;
    bool all = true;
    while (style.n > 0) {
        const char *end = memchr(style.p, ';', style.n);
        size_t n = end != NULL ? (size_t)(end - style.p) : style.n;
        if (!declaration(out, begin, trimmed(style.p, n)))
            all = false;
        n = end != NULL ? n + 1 : n;
        style = (struct str) { style.p + n, style.n - n };
    }
    return all;
}

bool css_font_names(struct buf *out, struct str names)
{
    size_t keep = out->len;
    names = trimmed(names.p, names.n);
    bool ok = names.n > 0 && names.n <= 256;
    for (size_t i = 0; ok && i < names.n; i++) {
        char c = names.p[i] == '"' ? '\'' : names.p[i];
        ok = is_font_char(c) || c == ',' || c == '\'';
        buf_addc(out, c);
    }
    if (!ok)
        buf_truncate(out, keep);
    return ok;
}
