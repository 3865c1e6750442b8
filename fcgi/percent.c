#include "fcgi/percent.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <string.h>

static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The byte that "%xy" at p stands for, or -1. */
static int escaped(const char *p, size_t n)
{
    if (n < 3)
        return -1;
    int high = nibble(p[1]), low = nibble(p[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

int percent_decode(struct arena *a, const char *p, size_t n, bool plus_is_space, char **out,
                   struct err *err)
{
    size_t len = 0;
    char *text = arena_alloc(a, n + 1);
    for (size_t i = 0; i < n; i++) {
        int c = (unsigned char)p[i];
        if (c == '%') {
            c = escaped(p + i, n - i);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        if (c <= 0)
            return err_set(err, ERR_INVALID, "bad escape or NUL in a form or address");
        text[len++] = (char)c;
    }
    text[len] = '\0';
    if (!str_is_utf8(text, len))
        return err_set(err, ERR_INVALID, "invalid UTF-8 in a form or address");
    *out = text;
    return 0;
}

static bool has_dot_segment(const char *path)
{
    for (const char *p = path; (p = strstr(p, "/.")) != NULL; p++) {
        const char *end = p[2] == '.' ? p + 3 : p + 2;
        if (*end == '/' || *end == '\0')
            return true;
    }
    return false;
}

static bool has_odd_byte(const char *path)
{
    for (const char *p = path; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F || *p == ';' || *p == '\\')
            return true;
    return false;
}

static size_t slashes(const char *p, size_t n)
{
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        count += p[i] == '/';
    return count;
}

int percent_path(struct arena *a, const char *p, size_t n, char **out, struct err *err)
{
    if (n == 0 || p[0] != '/')
        return err_set(err, ERR_INVALID, "address without a path");
    if (memmem(p, n, "%00", 3) != NULL)
        return err_set(err, ERR_NOT_FOUND, "NUL in the path");
    if (percent_decode(a, p, n, false, out, err) < 0)
        return -1;
    if (slashes(*out, strlen(*out)) != slashes(p, n) || strstr(*out, "//") != NULL ||
        has_dot_segment(*out) || has_odd_byte(*out))
        return err_set(err, ERR_NOT_FOUND, "no page has such a path");
    return 0;
}

char *percent_encode(struct arena *a, const char *s, const char *keep)
{
    struct buf b = buf_make(a, strlen(s));
    for (; *s != '\0'; s++) {
        char c = *s;
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || strchr("-._~", c) != NULL ||
                        strchr(keep, c) != NULL;
        if (is_plain)
            buf_addc(&b, c);
        else
            buf_printf(&b, "%%%02X", (unsigned)(unsigned char)c);
    }
    return b.data;
}
