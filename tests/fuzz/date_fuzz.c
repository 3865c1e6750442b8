/* tests/fuzz/date_fuzz.c - any text as a date: none, or one of these ten thousand years */
#include "base/arena.h"
#include "mail/mail_private.h"

#include <stdlib.h>

#define YEAR_10000 INT64_C(253402300800000)
#define TWO_DAYS   INT64_C(172800000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    int64_t at = mail_date_parse(arena_strndup(a, (const char *)data, size));
    if (at < -TWO_DAYS || at > YEAR_10000 + TWO_DAYS)
        abort();
    arena_free(&a);
    return 0;
}
