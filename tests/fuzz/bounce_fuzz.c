/* tests/fuzz/bounce_fuzz.c - any bytes as what an MTA says */
#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "mail/mail.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const heads[] = {
    "From: MAILER-DAEMON@b.example\nSubject: failure notice\nTo: me@b.example\n\n",
    ("Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n"
     "Content-Type: message/delivery-status\n\n"),
    "Content-Type: message/feedback-report\n\n",
    "Return-Path: <>\n",
};

static void check(const struct mail *m)
{
    for (size_t i = 0; i < m->bounces_n; i++) {
        const struct mail_bounce *b = &m->bounces[i];
        if (b->recipient == NULL || b->text == NULL || strchr(b->text, '\n') != NULL ||
            !str_is_utf8(b->recipient, strlen(b->recipient)) ||
            !str_is_utf8(b->text, strlen(b->text)))
            abort();
    }
    if ((m->nature == MAIL_BOUNCE) != (m->bounces_n > 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct arena *a;
    struct err err = ERR_INIT;
    struct mail m;
    if (a == NULL)
        a = arena_new(0);
    if (size == 0)
        return 0;
    struct buf b = buf_make(a, size + 200);
    buf_adds(&b, heads[data[0] % (sizeof(heads) / sizeof(heads[0]))]);
    buf_add(&b, data + 1, size - 1);
    if (mail_parse(a, b.data, b.len, &m, &err) == 0)
        check(&m);
    arena_reset(a);
    return 0;
}
