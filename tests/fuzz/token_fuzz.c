/* tests/fuzz/token_fuzz.c - any text as a Message-ID, reply address, ticket key, loop mark or token
 * of ours: only what we made is taken, however one changes it */
#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "tenant/tenant.h"
#include "ticket/mail_id.h"

#include <stdlib.h>
#include <string.h>

#define MAC 32 /* hex digits */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct tenant tenant = { .id = 7, .host = "desk.example", .key = { { 1, 2, 3 } } };

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What is taken holds, but for case, the very text that we would make. */
static void check(struct arena *a, const char *s)
{
    int64_t ticket = 0, message = 0;
    if (mail_id_parse(&tenant, s, &ticket, &message)) {
        const char *ours = mail_id_make(a, &tenant, ticket, message);
        must(strcasestr(s, arena_strndup(a, strchr(ours, '@') - MAC, MAC)) != NULL);
    }
    if (reply_address_parse(&tenant, s, &ticket)) {
        const char *ours = reply_address_make(a, &tenant, "x@desk.example", ticket);
        must(strcasestr(s, arena_strndup(a, strchr(ours, '-'), MAC + 1)) != NULL);
    }
    if (ticket_key_parse(&tenant, s, &ticket)) {
        const char *ours = ticket_key_make(a, &tenant, ticket);
        must(strlen(s) > MAC && str_is_nocase(s + strlen(s) - MAC - 1, strchr(ours, '-')));
    }
    if (loop_mark_is_ours(&tenant, s))
        must(str_is_nocase(strchr(s, '-'), strchr(loop_mark_make(a, &tenant), '-')));
    must(strlen(reply_address_base(a, s)) <= strlen(s));
}

static void check_base64url(struct arena *a, const char *s)
{
    unsigned char bytes[64];
    int n = crypto_unbase64url(bytes, sizeof(bytes), s);
    if (n >= 0)
        must(str_is(crypto_base64url(a, bytes, (size_t)n), s));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct err err = ERR_INIT;
    int64_t ticket, message;
    if (crypto_init(&err) < 0)
        abort();
    const char *s = arena_strndup(a, (const char *)data, size);
    check(a, s);
    check_base64url(a, s);
    /* the same bytes over one of ours: nothing is taken but ours itself */
    char *ours = mail_id_make(a, &tenant, 5, 6);
    const char *whole = arena_strdup(a, ours);
    for (size_t i = 0; i + 1 < size; i += 2)
        ours[data[i] % strlen(whole)] ^= (char)(data[i + 1] & 0x5F);
    size_t n = strlen("deskd.5.6.") + MAC;
    if (mail_id_parse(&tenant, ours, &ticket, &message))
        must(strncasecmp(ours, whole, n) == 0);
    arena_free(&a);
    return 0;
}
