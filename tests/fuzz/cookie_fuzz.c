/* tests/fuzz/cookie_fuzz.c - any bytes as a Cookie header: only clean names and values come out */
#include "base/arena.h"
#include "fcgi/pairs.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct pairs p = { 0 };
    cookie_read(a, arena_strndup(a, (const char *)data, size), &p);
    for (size_t i = 0; i < p.n; i++)
        if (*p.items[i].name == '\0' || strlen(p.items[i].value) != p.items[i].size ||
            strpbrk(p.items[i].value, " \r\n;,\"\\") != NULL)
            abort();
    arena_free(&a);
    return 0;
}
