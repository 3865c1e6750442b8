#include "ticket/mail_id.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "tenant/tenant.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define MAC_BYTES      16
#define MAC_HEX        (2 * MAC_BYTES)
#define ID_HEX_MAX     16
#define LOCAL_PART_MAX 64 /* RFC 5321: others refuse a longer one */

/* The MAC of one purpose over two numbers, in hex: survives mail systems that change case. */
static void mac_hex(char out[MAC_HEX + 1], const struct tenant *t, const char *purpose, int64_t a,
                    int64_t b)
{
    static const char digits[] = "0123456789abcdef";
    struct crypto_key key = crypto_derive(&t->key, purpose);
    unsigned char mac[CRYPTO_HASH];
    char first[24], second[24];
    (void)snprintf(first, sizeof(first), "%" PRId64, a);
    (void)snprintf(second, sizeof(second), "%" PRId64, b);
    crypto_mac(mac, &key, first, second, NULL);
    for (size_t i = 0; i < MAC_BYTES; i++) {
        out[2 * i] = digits[mac[i] >> 4];
        out[2 * i + 1] = digits[mac[i] & 15];
    }
    out[MAC_HEX] = '\0';
}

/* Reads hex digits up to the character end: the rest of s behind it, or NULL. */
static const char *read_hex(const char *s, char end, int64_t *out)
{
    uint64_t value = 0;
    size_t n = 0;
    for (; isxdigit((unsigned char)*s) && n <= ID_HEX_MAX; s++, n++)
        value = value * 16 +
                (uint64_t)(isdigit((unsigned char)*s) ? *s - '0' : (*s | 0x20) - 'a' + 10);
    if (n == 0 || n > ID_HEX_MAX || *s != end || value > INT64_MAX)
        return NULL;
    *out = (int64_t)value;
    return s + 1;
}

static bool mac_is(const struct tenant *t, const char *purpose, int64_t a, int64_t b,
                   const char *hex, char end)
{
    char want[MAC_HEX + 1], have[MAC_HEX];
    for (size_t i = 0; i < MAC_HEX; i++) {
        if (!isxdigit((unsigned char)hex[i]))
            return false;
        have[i] = (char)tolower((unsigned char)hex[i]);
    }
    mac_hex(want, t, purpose, a, b);
    return crypto_equal(want, have, MAC_HEX) && hex[MAC_HEX] == end;
}

char *mail_id_make(struct arena *a, const struct tenant *t, int64_t ticket_id, int64_t message_id)
{
    char mac[MAC_HEX + 1];
    mac_hex(mac, t, "mail-id", ticket_id, message_id);
    return arena_printf(a, "deskd.%" PRIx64 ".%" PRIx64 ".%s@%s", (uint64_t)ticket_id,
                        (uint64_t)message_id, mac, t->host);
}

bool mail_id_parse(const struct tenant *t, const char *s, int64_t *ticket_id, int64_t *message_id)
{
    while (*s == '<' || *s == ' ')
        s++;
    if (strncasecmp(s, "deskd.", 6) != 0)
        return false;
    s = read_hex(s + 6, '.', ticket_id);
    if (s != NULL)
        s = read_hex(s, '.', message_id);
    return s != NULL && mac_is(t, "mail-id", *ticket_id, *message_id, s, '@');
}

char *reply_address_make(struct arena *a, const struct tenant *t, const char *address,
                         int64_t ticket_id)
{
    char mac[MAC_HEX + 1];
    const char *at = strrchr(address, '@');
    if (at == NULL)
        return arena_strdup(a, address);
    mac_hex(mac, t, "reply-address", ticket_id, 0);
    char *signed_address = arena_printf(a, "%.*s+t%" PRIx64 "-%s%s", (int)(at - address), address,
                                        (uint64_t)ticket_id, mac, at);
    bool fits = strrchr(signed_address, '@') - signed_address <= LOCAL_PART_MAX;
    return fits ? signed_address : arena_strdup(a, address);
}

bool reply_address_parse(const struct tenant *t, const char *address, int64_t *ticket_id)
{
    const char *plus = strchr(address, '+');
    if (plus == NULL || (plus[1] != 't' && plus[1] != 'T'))
        return false;
    const char *mac = read_hex(plus + 2, '-', ticket_id);
    return mac != NULL && mac_is(t, "reply-address", *ticket_id, 0, mac, '@');
}

char *reply_address_base(struct arena *a, const char *address)
{
    const char *plus = strchr(address, '+'), *at = strrchr(address, '@');
    if (plus == NULL || at == NULL || plus > at || plus == address)
        return arena_strdup(a, address);
    return arena_printf(a, "%.*s%s", (int)(plus - address), address, at);
}

char *loop_mark_make(struct arena *a, const struct tenant *t)
{
    char mac[MAC_HEX + 1];
    mac_hex(mac, t, "loop", t->id, 0);
    return arena_printf(a, "%" PRIx64 "-%s", (uint64_t)t->id, mac);
}

bool loop_mark_is_ours(const struct tenant *t, const char *value)
{
    int64_t id;
    const char *mac = read_hex(value, '-', &id);
    return mac != NULL && id == t->id && mac_is(t, "loop", id, 0, mac, '\0');
}

char *ticket_key_make(struct arena *a, const struct tenant *t, int64_t ticket_id)
{
    char mac[MAC_HEX + 1];
    mac_hex(mac, t, "ticket-key", ticket_id, 0);
    return arena_printf(a, "%" PRIx64 "-%s", (uint64_t)ticket_id, mac);
}

bool ticket_key_parse(const struct tenant *t, const char *key, int64_t *ticket_id)
{
    const char *mac = read_hex(key, '-', ticket_id);
    return mac != NULL && mac_is(t, "ticket-key", *ticket_id, 0, mac, '\0');
}
