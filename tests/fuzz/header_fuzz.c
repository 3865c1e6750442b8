/* tests/fuzz/header_fuzz.c - any bytes as the head of a mail: fields, encoded words, parameters
 * (RFC 2231), ids; what comes out is one line of UTF-8 */
#include "base/arena.h"
#include "base/str.h"
#include "mail/mail_private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_line(const char *s)
{
    if (s == NULL || !str_is_utf8(s, strlen(s)))
        abort();
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 127)
            abort();
}

static void check_value(struct arena *a, const char *value)
{
    struct mail_value v = mail_value_parse(a, value, NULL);
    if (!str_is_utf8(v.token, strlen(v.token)))
        abort();
    for (size_t i = 0; i < v.n; i++) {
        must_be_line(str_line(a, v.params[i].value, SIZE_MAX));
        if (!str_is_utf8(v.params[i].value, strlen(v.params[i].value)) ||
            mail_value_param(&v, v.params[i].name) == NULL)
            abort();
    }
}

static void check_fields(struct arena *a, const char *raw, size_t size)
{
    struct mail_limits limits = mail_limits();
    struct str body;
    struct mail_head head = mail_head_split(a, (struct str) { raw, size }, &body, &limits);
    if (body.p < raw || body.p + body.n != raw + size)
        abort();
    for (size_t i = 0; i < head.n; i++) {
        const struct mail_field *f = &head.fields[i];
        const char *value = mail_unfold(a, f->value);
        if (f->name.n == 0 || f->name.p < raw || f->value.p + f->value.n > raw + size ||
            strpbrk(value, "\r\n") != NULL)
            abort();
        check_value(a, value);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const charsets[] = { NULL, "utf-8", "iso-2022-jp", "koi8-r" };
    static struct arena *a;
    struct mail_header_row *rows;
    size_t n;
    if (a == NULL)
        a = arena_new(0);
    char *raw = malloc(size > 0 ? size : 1); /* of its own, so that a byte too far is seen */
    if (raw == NULL)
        return 0;
    if (size > 0)
        memcpy(raw, data, size);
    check_fields(a, raw, size);
    n = mail_headers(a, raw, size, &rows);
    for (size_t i = 0; i < n; i++)
        must_be_line(rows[i].value);
    char *line = mail_unfold(a, (struct str) { raw, size });
    must_be_line(mail_words_decode(a, line, charsets[size % 4]));
    const char **ids = mail_ids(a, line, 100, &n);
    for (size_t i = 0; i < n; i++)
        if (*ids[i] == '\0' || !str_is_utf8(ids[i], strlen(ids[i])))
            abort();
    free(raw);
    arena_reset(a);
    return 0;
}
