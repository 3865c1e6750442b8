/* tests/fuzz/sanitise_fuzz.c - any bytes: the output is allow-listed, balanced and a fixed point */
#include "base/arena.h"
#include "html/safe_html.h"
#include "tests/unit/html/html_oracle.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const char *part(void *data, struct arena *a, const char *content_id)
{
    (void)data;
    return arena_printf(a, "/part/%s", content_id);
}

static void check(struct arena *a, const char *in, size_t n, const struct sanitise_options *options)
{
    const char *wrong;
    struct safe_html out = html_oracle(a, in, n, options, &wrong);
    if (wrong == NULL)
        return;
    fprintf(stderr, "%s\n--- out\n%.*s\n", wrong, (int)out.n, out.p);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static const struct sanitise_options plain = { part, NULL, 0 }, shown = { NULL, NULL, 1 };
    static struct arena *a;
    const char *in = (const char *)data, *wrong;
    if (a == NULL)
        a = arena_new(0);
    check(a, in, n, &plain);
    check(a, in, n, &shown);
    struct safe_html linked = html_from_text(a, in, n);
    wrong = html_oracle_check(a, linked.p, linked.n, &plain);
    if (wrong != NULL) {
        fprintf(stderr, "from text: %s\n%s\n", wrong, linked.p);
        abort();
    }
    if (!str_is_utf8(html_to_text(a, in, n), strlen(html_to_text(a, in, n))))
        abort();
    arena_reset(a);
    return 0;
}
