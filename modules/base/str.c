#include "base/str.h"

#include "base/arena.h"
#include "base/buf.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define REPLACEMENT 0xFFFDU

struct str str_of(const char *s)
{
    return (struct str) { s, s == NULL ? 0 : strlen(s) };
}

bool str_is(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

bool str_is_nocase(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcasecmp(a, b) == 0;
}

bool str_starts(const char *s, const char *prefix)
{
    return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_starts_nocase(const char *s, const char *prefix)
{
    return strncasecmp(s, prefix, strlen(prefix)) == 0;
}

bool str_ends(const char *s, const char *suffix)
{
    size_t n = strlen(s), m = strlen(suffix);
    return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

bool str_is_empty(const char *s)
{
    return s == NULL || *s == '\0';
}

const char *str_or(const char *s, const char *other)
{
    return str_is_empty(s) ? other : s;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char *str_trim(struct arena *a, const char *s)
{
    while (is_space(*s))
        s++;
    size_t n = strlen(s);
    while (n > 0 && is_space(s[n - 1]))
        n--;
    return arena_strndup(a, s, n);
}

char *str_lower(struct arena *a, const char *s)
{
    char *copy = arena_strdup(a, s);
    for (char *p = copy; *p != '\0'; p++)
        if (*p >= 'A' && *p <= 'Z')
            *p = (char)(*p - 'A' + 'a');
    return copy;
}

/* Length of the valid UTF-8 sequence at p, 0 where there is none (Unicode 15, table 3-7). */
static size_t utf8_length(const unsigned char *p, size_t n)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t len;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 0;
    len = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    if (p[0] == 0xE0)
        low = 0xA0;
    else if (p[0] == 0xED)
        high = 0x9F;
    else if (p[0] == 0xF0)
        low = 0x90;
    else if (p[0] == 0xF4)
        high = 0x8F;
    if (n < len || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    return len;
}

bool str_is_utf8(const char *p, size_t n)
{
    for (size_t i = 0; i < n;) {
        size_t len = utf8_length((const unsigned char *)p + i, n - i);
        if (len == 0)
            return false;
        i += len;
    }
    return true;
}

char *str_utf8(struct arena *a, const char *p, size_t n)
{
    struct buf b = buf_make(a, n);
    for (size_t i = 0; i < n;) {
        size_t len = utf8_length((const unsigned char *)p + i, n - i);
        if (len == 0 || p[i] == '\0') {
            buf_add_utf8(&b, REPLACEMENT);
            i++;
        } else if (p[i] == '\r') {
            buf_addc(&b, '\n');
            i += i + 1 < n && p[i + 1] == '\n' ? 2 : 1;
        } else {
            buf_add(&b, p + i, len);
            i += len;
        }
    }
    return b.data;
}

static size_t skip_points(const char *s, size_t max)
{
    size_t i = 0;
    for (; s[i] != '\0'; i++)
        if ((s[i] & 0xC0) != 0x80 && max-- == 0)
            break;
    return i;
}

char *str_cut(struct arena *a, const char *s, size_t max)
{
    size_t n = skip_points(s, max);
    if (s[n] == '\0')
        return arena_strdup(a, s);
    n = skip_points(s, max > 0 ? max - 1 : 0);
    size_t word = n;
    while (word > n / 2 && !is_space(s[word]))
        word--;
    if (word > n / 2)
        n = word;
    return arena_printf(a, "%.*s\xE2\x80\xA6", (int)n, s);
}

char *str_line(struct arena *a, const char *s, size_t max)
{
    struct buf b = buf_make(a, 0);
    bool gap = false;
    for (; *s != '\0' && b.len < max * 8; s++) {
        if ((unsigned char)*s <= ' ' || *s == 0x7F) {
            gap = b.len > 0;
            continue;
        }
        if (gap)
            buf_addc(&b, ' ');
        gap = false;
        buf_addc(&b, *s);
    }
    return str_cut(a, b.data, max);
}

bool str_i64(const char *s, int64_t min, int64_t max, int64_t *out)
{
    if (s == NULL || !(*s == '-' || (*s >= '0' && *s <= '9')))
        return false;
    char *end;
    errno = 0;
    int64_t i = strtoimax(s, &end, 10);
    if (errno != 0 || end == s || *end != '\0' || i < min || i > max)
        return false;
    *out = i;
    return true;
}
