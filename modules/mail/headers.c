/* modules/mail/headers.c - all headers of a mail, for people who look at the raw message */
#include "mail/mail_private.h"

#include "base/arena.h"

size_t mail_headers(struct arena *a, const char *raw, size_t n, struct mail_header_row **rows)
{
    struct mail_limits limits = mail_limits();
    struct str body;
    struct mail_head head = mail_head_split(a, (struct str) { raw, n }, &body, &limits);
    *rows = arena_array(a, head.n, sizeof(**rows));
    for (size_t i = 0; i < head.n; i++) {
        const struct mail_field *f = &head.fields[i];
        (*rows)[i].name = arena_strndup(a, f->name.p, f->name.n);
        (*rows)[i].value = mail_words_decode(a, mail_unfold(a, f->value), NULL);
    }
    return head.n;
}
