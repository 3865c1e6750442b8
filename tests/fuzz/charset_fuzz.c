/* tests/fuzz/charset_fuzz.c - any bytes in any charset: UTF-8 without NULs; valid UTF-8 stays as it
 * is. The first line is the charset's name. */
#include "base/arena.h"
#include "base/str.h"
#include "mail/mail_private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, const char *charset, const char *p, size_t n)
{
    const char *out = mail_to_utf8(a, charset, p, n);
    if (out == NULL || !str_is_utf8(out, strlen(out)))
        abort();
    bool is_plain = memchr(p, '\0', n) == NULL && memchr(p, 0x1B, n) == NULL && str_is_utf8(p, n) &&
                    !str_starts(out, "\xEF\xBB\xBF");
    bool has_mark = n >= 3 && memcmp(p, "\xEF\xBB\xBF", 3) == 0;
    if (is_plain && !has_mark && str_is(charset, "utf-8") &&
        (strlen(out) != n || memcmp(out, p, n) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *a;
    if (a == NULL)
        a = arena_new(0);
    const uint8_t *line = size > 0 ? memchr(data, '\n', size) : NULL;
    size_t n = line == NULL ? 0 : (size_t)(line - data), skip = line == NULL ? 0 : n + 1;
    char *bytes = malloc(size - skip + 1);
    if (bytes == NULL)
        return 0;
    memcpy(bytes, data + skip, size - skip);
    char *exact = realloc(bytes, size > skip ? size - skip : 1); /* a byte too far is seen */
    check(a, line == NULL ? NULL : arena_strndup(a, (const char *)data, n), exact, size - skip);
    check(a, "utf-8", exact, size - skip);
    const char *named = mail_charset_of_html(a, exact, size - skip);
    if (named != NULL)
        (void)mail_charset_is_known(named);
    free(exact);
    arena_reset(a);
    return 0;
}
