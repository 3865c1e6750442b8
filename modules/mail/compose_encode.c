/* modules/mail/compose_encode.c - RFC 2047, RFC 2231, base64 and quoted-printable, written strictly
 */
#include "mail/compose_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

#define LINE       76
#define WORD_BYTES 42 /* 56 in base64, with "=?UTF-8?B?" and "?=" below 75 */
#define SECTION    50

static const char digits64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char digits16[] = "0123456789ABCDEF";

/* U+0085, U+2028 and U+2029 end lines for some programs. */
static size_t line_end(const char *s)
{
    if (strncmp(s, "\xC2\x85", 2) == 0)
        return 2;
    return strncmp(s, "\xE2\x80\xA8", 3) == 0 || strncmp(s, "\xE2\x80\xA9", 3) == 0 ? 3 : 0;
}

char *compose_clean(struct arena *a, const char *s)
{
    s = s == NULL ? "" : str_utf8(a, s, strlen(s));
    struct buf b = buf_make(a, strlen(s));
    while (*s != '\0') {
        size_t n = line_end(s);
        if (n == 0 && ((unsigned char)*s < ' ' || *s == 0x7F))
            n = 1;
        if (n > 0)
            buf_addc(&b, ' ');
        else
            buf_addc(&b, *s);
        s += n > 0 ? n : 1;
    }
    return str_trim(a, b.data);
}

static void add_base64(struct buf *out, const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)p[i] << 16;
        if (i + 1 < n)
            bits |= (uint32_t)p[i + 1] << 8;
        if (i + 2 < n)
            bits |= p[i + 2];
        buf_addc(out, digits64[bits >> 18]);
        buf_addc(out, digits64[(bits >> 12) & 63]);
        buf_addc(out, i + 1 < n ? digits64[(bits >> 6) & 63] : '=');
        buf_addc(out, i + 2 < n ? digits64[bits & 63] : '=');
    }
}

void compose_base64(struct buf *out, const void *p, size_t n)
{
    const unsigned char *bytes = p;
    const size_t line = LINE / 4 * 3;
    for (size_t i = 0; i < n; i += line) {
        add_base64(out, bytes + i, n - i < line ? n - i : line);
        buf_adds(out, "\r\n");
    }
}

static bool is_plain(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || (unsigned char)*s > 126)
            return false;
    return true;
}

/* As many bytes of s as fit, never within a letter. */
static size_t letters(const char *s, size_t max)
{
    size_t n = strlen(s);
    if (n <= max)
        return n;
    while (max > 1 && (s[max] & 0xC0) == 0x80)
        max--;
    return max;
}

static void add_words(struct buf *out, const char *s)
{
    for (size_t n; *s != '\0'; s += n) {
        n = letters(s, WORD_BYTES);
        buf_adds(out, "=?UTF-8?B?");
        add_base64(out, (const unsigned char *)s, n);
        buf_adds(out, s[n] != '\0' ? "?=\r\n " : "?=");
    }
}

static size_t longest_word(const char *s)
{
    size_t longest = 0;
    while (*s != '\0') {
        size_t n = strcspn(s, " ");
        longest = n > longest ? n : longest;
        s += n;
        s += strspn(s, " ");
    }
    return longest;
}

/* Folds plain text at single spaces; a run of spaces keeps its place. */
static void add_folded(struct buf *out, const char *s, size_t column)
{
    while (*s != '\0') {
        size_t n = strcspn(s, " ");
        size_t gap = strspn(s + n, " ");
        size_t next = strcspn(s + n + gap, " ");
        buf_add(out, s, n);
        column += n;
        if (gap == 1 && next > 0 && column + 1 + next > LINE) {
            buf_adds(out, "\r\n ");
            column = 1;
        } else {
            buf_add(out, s + n, gap);
            column += gap;
        }
        s += n + gap;
    }
}

static bool must_encode(const char *s)
{
    return !is_plain(s) || strstr(s, "=?") != NULL || longest_word(s) > 200 ||
           strstr(s, "    ") != NULL;
}

void compose_text_field(struct buf *out, const char *name, const char *value)
{
    char *clean = compose_clean(out->arena, value);
    buf_adds(out, name);
    buf_adds(out, ": ");
    if (must_encode(clean))
        add_words(out, clean);
    else
        add_folded(out, clean, strlen(name) + 2);
    buf_adds(out, "\r\n");
}

static bool is_atom(const char *s)
{
    return s[strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                       "!#$%&'*+-/=?^_`{|}~ ")] == '\0';
}

void compose_phrase(struct buf *out, const char *name)
{
    char *clean = compose_clean(out->arena, name);
    if (must_encode(clean) || strlen(clean) > 60) {
        add_words(out, clean);
        return;
    }
    if (is_atom(clean)) {
        buf_adds(out, clean);
        return;
    }
    buf_addc(out, '"');
    for (const char *p = clean; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            buf_addc(out, '\\');
        buf_addc(out, *p);
    }
    buf_addc(out, '"');
}

static void add_percent(struct buf *out, const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        bool is_safe = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                       c == '.' || c == '-' || c == '_';
        if (is_safe) {
            buf_addc(out, (char)c);
            continue;
        }
        buf_addc(out, '%');
        buf_addc(out, digits16[c >> 4]);
        buf_addc(out, digits16[c & 15]);
    }
}

void compose_param(struct buf *out, const char *name, const char *value)
{
    char *clean = compose_clean(out->arena, value);
    if (is_plain(clean) && strlen(clean) <= SECTION && strpbrk(clean, "\"\\") == NULL &&
        strstr(clean, "=?") == NULL) {
        buf_printf(out, ";\r\n %s=\"%s\"", name, clean);
        return;
    }
    size_t max = SECTION / 3;
    if (strlen(clean) <= max) {
        buf_printf(out, ";\r\n %s*=UTF-8''", name);
        add_percent(out, clean, strlen(clean));
        return;
    }
    const char *s = clean;
    for (int i = 0; *s != '\0'; i++) {
        size_t n = letters(s, max);
        buf_printf(out, ";\r\n %s*%d*=%s", name, i, i == 0 ? "UTF-8''" : "");
        add_percent(out, s, n);
        s += n;
    }
}

/* One line of text; blanks at its end are encoded, since they would be lost on the way. */
static void add_qp_line(struct buf *out, const char *s, size_t n)
{
    size_t column = 0;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)s[i];
        bool is_last = i + 1 == n;
        bool is_plain_byte = (c > ' ' && c < 127 && c != '=') ||
                             ((c == ' ' || c == '\t') && !is_last);
        /* "From " and "." at the start of a line are changed by mbox files and by SMTP. */
        if (column == 0 && (c == '.' || (c == 'F' && n - i >= 5 && memcmp(s + i, "From ", 5) == 0)))
            is_plain_byte = false;
        size_t width = is_plain_byte ? 1 : 3;
        if (column + width > LINE - 1) {
            buf_adds(out, "=\r\n");
            column = 0;
            if (c == '.') {
                is_plain_byte = false;
                width = 3;
            }
        }
        if (is_plain_byte) {
            buf_addc(out, (char)c);
        } else {
            buf_addc(out, '=');
            buf_addc(out, digits16[c >> 4]);
            buf_addc(out, digits16[c & 15]);
        }
        column += width;
    }
}

void compose_quoted_printable(struct buf *out, const char *text)
{
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        add_qp_line(out, text, n);
        if (text[n] == '\n')
            buf_adds(out, "\r\n");
        text += n + (text[n] == '\n');
    }
}
