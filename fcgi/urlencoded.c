/* fcgi/urlencoded.c - a=b&c=d, in queries and in bodies */
#include "fcgi/pairs.h"

#include "base/arena.h"
#include "base/err.h"
#include "fcgi/percent.h"

#include <string.h>

static int read_one(struct arena *a, const char *p, size_t n, struct pairs *out, struct err *err)
{
    char *name, *value;
    const char *equals = memchr(p, '=', n);
    size_t name_n = equals == NULL ? n : (size_t)(equals - p);
    if (percent_decode(a, p, name_n, true, &name, err) < 0)
        return -1;
    const char *rest = equals == NULL ? p + n : equals + 1;
    if (percent_decode(a, rest, (size_t)(p + n - rest), true, &value, err) < 0)
        return -1;
    return pairs_add(out, a, (struct pair) { .name = name, .value = value, .size = strlen(value) },
                     err);
}

int urlencoded_read(struct arena *a, const char *p, size_t n, struct pairs *out, struct err *err)
{
    const char *end = p + n;
    while (p < end) {
        const char *stop = memchr(p, '&', (size_t)(end - p));
        if (stop == NULL)
            stop = end;
        if (stop > p && read_one(a, p, (size_t)(stop - p), out, err) < 0)
            return -1;
        p = stop + 1;
    }
    return 0;
}
