/* fcgi/cookie.c - the Cookie header */
#include "fcgi/pairs.h"

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <string.h>

static bool is_name(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] <= ' ' || p[i] >= 0x7F || strchr("()<>@,;:\\\"/[]?={}", p[i]) != NULL)
            return false;
    return n > 0;
}

static bool is_value(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] <= ' ' || p[i] >= 0x7F || strchr("\",;\\", p[i]) != NULL)
            return false;
    return true;
}

static int read_one(struct arena *a, const char *p, size_t n, struct pairs *out)
{
    struct err ignored = ERR_INIT;
    const char *equals = memchr(p, '=', n);
    if (equals == NULL)
        return 0;
    size_t name_n = (size_t)(equals - p), value_n = n - name_n - 1;
    if (!is_name(p, name_n) || !is_value(equals + 1, value_n))
        return 0;
    struct pair pair = { .name = arena_strndup(a, p, name_n),
                         .value = arena_strndup(a, equals + 1, value_n),
                         .size = value_n };
    return pairs_add(out, a, pair, &ignored);
}

void cookie_read(struct arena *a, const char *header, struct pairs *out)
{
    while (*header != '\0') {
        header += strspn(header, "; \t");
        size_t n = strcspn(header, ";");
        size_t len = n;
        while (len > 0 && (header[len - 1] == ' ' || header[len - 1] == '\t'))
            len--;
        if (read_one(a, header, len, out) < 0)
            return;
        header += n;
    }
}
