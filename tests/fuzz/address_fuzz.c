/* tests/fuzz/address_fuzz.c - any text as an address list; what is valid reads back as itself */
#include "base/arena.h"
#include "base/str.h"
#include "mail/mail.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct arena *a, const struct mail_address *m)
{
    if (!str_is_utf8(m->name, strlen(m->name)) || !str_is_utf8(m->email, strlen(m->email)) ||
        strchr(m->email, '@') == NULL)
        abort();
    if (!mail_address_is_valid(m->email))
        return;
    for (const char *p = m->email; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 127 || strchr("<>(),;:\\\"[]", *p) != NULL)
            abort();
    struct mail_addresses again = mail_addresses_parse(a, m->email);
    if (again.n != 1 || !str_is_nocase(again.items[0].email, m->email) ||
        !str_is(mail_address_key(a, mail_address_key(a, m->email)), mail_address_key(a, m->email)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *a;
    if (a == NULL)
        a = arena_new(0);
    struct mail_addresses list = mail_addresses_parse(a,
                                                      arena_strndup(a, (const char *)data, size));
    for (size_t i = 0; i < list.n; i++)
        check(a, &list.items[i]);
    arena_reset(a);
    return 0;
}
