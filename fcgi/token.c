/* fcgi/token.c - the one-time token of a form: nonce, time of issue and a MAC that ties both to one
 * session */
#include "fcgi/request_private.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/response_private.h"

#include <string.h>

#define NONCE     16
#define SIGNED    24 /* nonce, milliseconds */
#define TAG       16
#define TOKEN     (SIGNED + TAG)
#define VALID_MS  INT64_C(86400000)
#define AHEAD_MS  INT64_C(300000) /* clocks of several hosts */
#define PRE_BYTES 16

static void sign(const struct request *rq, const char *kind, const char *holder,
                 const unsigned char *head, unsigned char tag[CRYPTO_HASH])
{
    unsigned char hash[CRYPTO_HASH];
    struct crypto_key key = crypto_derive(&rq->tenant->key, "post-token");
    crypto_sha256(hash, holder, strlen(holder));
    crypto_mac(tag, &key, kind, crypto_hex(rq->arena, hash, sizeof(hash)),
               crypto_hex(rq->arena, head, SIGNED), NULL);
}

static const char *pre_cookie(const struct request *rq)
{
    struct request_private *priv = rq->priv;
    if (priv->pre == NULL) {
        unsigned char fresh[PRE_BYTES];
        crypto_random(fresh, sizeof(fresh));
        priv->pre = crypto_base64url(rq->arena, fresh, sizeof(fresh));
        cookie_set(rq, PRE_COOKIE, priv->pre, 0);
    }
    return priv->pre;
}

const char *request_form_token(const struct request *rq)
{
    unsigned char token[TOKEN], tag[CRYPTO_HASH];
    if (rq->tenant == NULL)
        return "";
    uint64_t now = (uint64_t)clock_now_ms();
    crypto_random(token, NONCE);
    for (size_t i = 0; i < SIGNED - NONCE; i++)
        token[NONCE + i] = (unsigned char)(now >> (8 * i));
    if (rq->priv->session_token != NULL)
        sign(rq, "session", rq->priv->session_token, token, tag);
    else
        sign(rq, "browser", pre_cookie(rq), token, tag);
    memcpy(token + SIGNED, tag, TAG);
    return crypto_base64url(rq->arena, token, sizeof(token));
}

static bool is_fresh(const unsigned char *token)
{
    uint64_t issued = 0;
    for (size_t i = 0; i < SIGNED - NONCE; i++)
        issued |= (uint64_t)token[NONCE + i] << (8 * i);
    int64_t age = clock_now_ms() - (int64_t)issued;
    return age >= -AHEAD_MS && age <= VALID_MS;
}

static bool is_signed_for(const struct request *rq, const char *kind, const char *holder,
                          const unsigned char *token)
{
    unsigned char tag[CRYPTO_HASH];
    if (holder == NULL)
        return false;
    sign(rq, kind, holder, token, tag);
    return crypto_equal(tag, token + SIGNED, TAG);
}

/* A form of a public page may have been shown before this browser logged in. */
static bool is_ours(const struct request *rq, const unsigned char *token)
{
    bool may_be_browser = rq->priv->session_token == NULL || rq->route->needs == CAP_PUBLIC;
    return is_signed_for(rq, "session", rq->priv->session_token, token) ||
           (may_be_browser && is_signed_for(rq, "browser", rq->priv->pre, token));
}

/* What the database is asked to remember: the nonce together with the address, so that two forms of
 * one page are two changes even where they were given the same token. */
static void arm(struct request *rq, const unsigned char *token)
{
    unsigned char hash[CRYPTO_HASH];
    crypto_mac(hash, &rq->tenant->key, "once", crypto_hex(rq->arena, token, NONCE), rq->path, NULL);
    memcpy(rq->priv->once, hash, ONCE_BYTES);
    rq->db->once = rq->priv->once;
    rq->db->once_is_used = false;
}

int token_check(struct request *rq, struct err *err)
{
    size_t n;
    unsigned char token[TOKEN];
    const struct pair *p = pairs_find(&rq->priv->body_pairs, "token", &n);
    if (n != 1 || p->file_name != NULL)
        return err_set(err, ERR_FORBIDDEN, "POST without a token");
    if (crypto_unbase64url(token, sizeof(token), p->value) != TOKEN || !is_fresh(token) ||
        !is_ours(rq, token))
        return err_set(err, ERR_FORBIDDEN, "POST with a token that is not of this session");
    arm(rq, token);
    return 0;
}
