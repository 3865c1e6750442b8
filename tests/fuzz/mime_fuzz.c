/* tests/fuzz/mime_fuzz.c - any bytes as a mail: taken apart, valid UTF-8, within the limits */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "mail/mail.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_text(const char *s)
{
    if (s == NULL || !str_is_utf8(s, strlen(s)))
        abort();
}

static void check_addresses(struct mail_addresses list)
{
    for (size_t i = 0; i < list.n; i++) {
        must_be_text(list.items[i].name);
        must_be_text(list.items[i].email);
    }
}

static void check(const struct mail *m)
{
    must_be_text(m->text);
    must_be_text(m->subject);
    if (m->html != NULL)
        must_be_text(m->html);
    check_addresses(m->from);
    check_addresses(m->to);
    if (m->parts_n > 2 * MAIL_MAX_PARTS || strpbrk(m->subject, "\r\n") != NULL)
        abort();
    for (size_t i = 0; i < m->parts_n; i++) {
        must_be_text(m->parts[i].name);
        must_be_text(m->parts[i].type);
        if (*m->parts[i].name == '\0')
            abort();
    }
    if (mail_quote_offset(m->text, strlen(m->text)) > strlen(m->text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *a;
    struct err err = ERR_INIT;
    struct mail m;
    if (a == NULL)
        a = arena_new(0);
    char *raw = malloc(size + 1); /* of its own, so that a byte too far is seen */
    if (raw == NULL)
        return 0;
    memcpy(raw, data, size);
    raw[size] = '\0';
    char *exact = realloc(raw, size > 0 ? size : 1);
    if (mail_parse(a, exact, size, &m, &err) == 0)
        check(&m);
    free(exact);
    arena_reset(a);
    return 0;
}
