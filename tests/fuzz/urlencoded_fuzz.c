/* tests/fuzz/urlencoded_fuzz.c - any bytes as a form, a query, a path; what came out goes back the
 * same */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/pairs.h"
#include "fcgi/percent.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_pair(struct arena *a, const struct pair *p)
{
    struct err err = ERR_INIT;
    char *back;
    if (!str_is_utf8(p->name, strlen(p->name)) || !str_is_utf8(p->value, strlen(p->value)) ||
        strlen(p->value) != p->size)
        abort();
    const char *escaped = percent_encode(a, p->value, "");
    if (percent_decode(a, escaped, strlen(escaped), true, &back, &err) < 0 ||
        strcmp(back, p->value) != 0)
        abort();
}

static void check_path(struct arena *a, const char *p, size_t n)
{
    struct err err = ERR_INIT;
    char *path;
    if (percent_path(a, p, n, &path, &err) < 0)
        return;
    if (path[0] != '/' || strstr(path, "//") != NULL || strstr(path, "/../") != NULL ||
        strpbrk(path, ";\\\r\n") != NULL || str_ends(path, "/.."))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct arena *a = arena_new(0);
    struct pairs p = { 0 };
    if (urlencoded_read(a, (const char *)data, size, &p, &err) == 0)
        for (size_t i = 0; i < p.n; i++)
            check_pair(a, &p.items[i]);
    check_path(a, (const char *)data, size);
    arena_free(&a);
    return 0;
}
