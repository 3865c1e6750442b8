/* tests/fuzz/multipart_fuzz.c - any bytes as a multipart body (boundary "b") or, behind a line,
 * with its type */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/pairs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct pairs *p, const char *body, size_t n)
{
    size_t total = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct pair *item = &p->items[i];
        total += item->size;
        if (!str_is_utf8(item->name, strlen(item->name)))
            abort();
        if (item->file_name == NULL &&
            (strlen(item->value) != item->size || !str_is_utf8(item->value, item->size)))
            abort();
        if (item->file_name != NULL && (item->value < body || item->value + item->size > body + n))
            abort();
    }
    if (total > n)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct err err = ERR_INIT;
    struct arena *a = arena_new(0);
    struct pairs p = { 0 };
    char *copy = malloc(size + 1); /* on its own, so that a read past its end is seen */
    if (copy == NULL)
        return 0;
    memcpy(copy, data, size);
    if (multipart_read(a, "multipart/form-data; boundary=b", copy, size, &p, &err) == 0)
        check(&p, copy, size);
    const char *line = memchr(copy, '\n', size);
    if (line != NULL) {
        struct pairs second = { 0 };
        const char *type = arena_strndup(a, copy, (size_t)(line - copy));
        size_t n = size - (size_t)(line + 1 - copy);
        if (multipart_read(a, type, line + 1, n, &second, &err) == 0)
            check(&second, line + 1, n);
    }
    arena_free(&a);
    free(copy);
    return 0;
}
