/* tests/fuzz/lmtp_fuzz.c - any dialogue: the same replies and mails however it is cut into pieces,
 * replies are well-formed, limits hold, nothing stays behind */
#include "base/arena.h"
#include "base/buf.h"
#include "lmtp/lmtp_session.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MESSAGE_BYTES 300

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* What one run of a dialogue made. */
struct run {
    struct buf *said, *mails;
    size_t held;
};

static enum lmtp_verdict route(void *data, struct arena *a, const char *address, int64_t *tenant_id)
{
    (void)data;
    (void)arena_strdup(a, address);
    *tenant_id = (int64_t)strlen(address);
    for (const char *p = address; *p != '\0'; p++)
        must((unsigned char)*p >= ' ' && *p != 127);
    return strlen(address) % 5 == 0 ? LMTP_NO_USER : LMTP_OK;
}

static enum lmtp_verdict accept_mail(void *data, struct arena *a, int64_t tenant_id,
                                     const char *from, const char *to, const char *raw, size_t n,
                                     int64_t *id)
{
    struct run *r = data;
    (void)arena_memdup(a, raw, n);
    must(n <= MESSAGE_BYTES && tenant_id == (int64_t)strlen(to));
    buf_printf(r->mails, "%s to %s: ", from, to);
    buf_add(r->mails, raw, n);
    buf_addc(r->mails, '\n');
    *id = 7;
    return strlen(to) % 7 == 0 ? LMTP_NO_SPACE : LMTP_OK;
}

static void done(void *data, size_t accepted)
{
    struct run *r = data;
    buf_printf(r->mails, "%zu accepted\n", accepted);
}

static void drain(struct lmtp_session *s, struct run *r)
{
    size_t n;
    const char *p = lmtp_session_output(s, &n);
    buf_add(r->said, p, n);
    lmtp_session_sent(s, n);
}

/* Feeds the whole input; step 0: as much as fits at once. */
static void converse(struct arena *a, struct run *r, const uint8_t *data, size_t n, size_t step)
{
    *r = (struct run) { buf_new(a), buf_new(a), 0 };
    const struct lmtp_backend backend = { .data = r,
                                          .hostname = "fuzz.example",
                                          .message_bytes = MESSAGE_BYTES,
                                          .held_bytes = 2 * MESSAGE_BYTES,
                                          .held = &r->held,
                                          .route = route,
                                          .accept = accept_mail,
                                          .done = done };
    struct lmtp_session *s = lmtp_session_new(&backend);
    must(s != NULL);
    for (size_t at = 0; at < n && !lmtp_session_is_over(s);) {
        size_t room, want;
        char *p = lmtp_session_room(s, &room);
        want = step == 0 || step > room ? room : step;
        want = want < n - at ? want : n - at;
        must(room > 0);
        memcpy(p, data + at, want);
        lmtp_session_grew(s, want);
        at += want;
        while (lmtp_session_is_working(s))
            lmtp_session_work(s);
        drain(s, r);
    }
    drain(s, r);
    lmtp_session_free(&s);
    must(r->held == 0);
}

/* Lines of "250 text" or "250-text". */
static void check_replies(const struct buf *said)
{
    for (const char *p = said->data; *p != '\0';) {
        const char *end = strstr(p, "\r\n");
        must(end != NULL && end - p > 4);
        must(isdigit((unsigned char)p[0]) && isdigit((unsigned char)p[1]) &&
             isdigit((unsigned char)p[2]) && (p[3] == ' ' || p[3] == '-'));
        p = end + 2;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct arena *a = arena_new(0);
    struct run whole, parts;
    size_t step = n > 0 ? 1 + data[0] % 7 : 1;
    converse(a, &whole, data, n, 0);
    converse(a, &parts, data, n, step);
    check_replies(whole.said);
    must(whole.said->len == parts.said->len &&
         memcmp(whole.said->data, parts.said->data, parts.said->len) == 0);
    must(whole.mails->len == parts.mails->len &&
         memcmp(whole.mails->data, parts.mails->data, parts.mails->len) == 0);
    arena_free(&a);
    return 0;
}
