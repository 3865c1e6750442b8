/* fcgi/notice.c - "The ticket was assigned": a sentence that is carried over one redirect in a
 * signed cookie */
#include "fcgi/request_private.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/response_private.h"

#include <string.h>

#define NOTICE_MAX     600
#define NOTICE_SECONDS 60
#define TAG            16

static void sign(const struct request *rq, const char *text, unsigned char tag[CRYPTO_HASH])
{
    struct crypto_key key = crypto_derive(&rq->tenant->key, "notice");
    crypto_mac(tag, &key, text, NULL);
}

void notice_leave(struct request *rq, const char *notice)
{
    unsigned char tag[CRYPTO_HASH];
    const char *text = str_cut(rq->arena, notice, NOTICE_MAX / 5);
    if (rq->tenant == NULL)
        return;
    sign(rq, text, tag);
    struct buf packed = buf_make(rq->arena, TAG + NOTICE_MAX);
    buf_add(&packed, tag, TAG);
    buf_adds(&packed, text);
    cookie_set(rq, NOTICE_COOKIE, crypto_base64url(rq->arena, packed.data, packed.len),
               NOTICE_SECONDS);
}

void notice_take(struct request *rq)
{
    unsigned char tag[CRYPTO_HASH], packed[TAG + NOTICE_MAX + 1];
    const char *cookie = request_cookie(rq, NOTICE_COOKIE);
    if (cookie == NULL || rq->tenant == NULL || rq->priv->notice != NULL)
        return;
    cookie_set(rq, NOTICE_COOKIE, NULL, 0);
    int n = crypto_unbase64url(packed, sizeof(packed) - 1, cookie);
    if (n <= TAG)
        return;
    packed[n] = '\0';
    sign(rq, (const char *)packed + TAG, tag);
    if (crypto_equal(tag, packed, TAG))
        rq->priv->notice = arena_strdup(rq->arena, (const char *)packed + TAG);
}
