/* tests/fuzz/params_fuzz.c - any bytes as the start of a FastCGI connection and as its parameters
 */
#include "base/arena.h"
#include "base/err.h"
#include "fcgi/frame.h"
#include "fcgi/locale.h"
#include "fcgi/params.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is complete stays complete, what is garbage stays garbage, whatever follows. */
static void check_frames(const uint8_t *data, size_t size)
{
    unsigned id;
    enum frame_state whole = frame_look(data, size, &id);
    for (size_t n = size; n > 0 && size - n < 64; n--) {
        enum frame_state part = frame_look(data, n, &id);
        if (part != FRAME_MORE && part != whole)
            abort();
    }
}

static void check_params(struct arena *a, const uint8_t *data, size_t size)
{
    static const char *const locales[] = { "en", "pt-BR", NULL };
    struct err err = ERR_INIT;
    struct params p;
    char **env = arena_array(a, PARAMS_MAX + 8, sizeof(*env));
    char *text = arena_memdup(a, data, size);
    size_t n = 0;
    for (size_t i = 0; i < size && n < PARAMS_MAX + 4; n++) {
        size_t len = strnlen(text + i, size - i);
        env[n] = arena_strndup(a, text + i, len);
        i += len + 1;
    }
    if (params_read(a, env, &p, &err) < 0)
        return;
    for (size_t i = 0; i < p.n; i++)
        if (*p.items[i].name == '\0' || strpbrk(p.items[i].value, "\r\n") != NULL)
            abort();
    (void)locale_accept(locales, params_text(&p, "HTTP_ACCEPT_LANGUAGE"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    check_frames(data, size);
    if (size > 0)
        check_params(a, data, size);
    arena_free(&a);
    return 0;
}
