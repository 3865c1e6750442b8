#include "fcgi/safe.h"

#include "base/crypto.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/request_private.h"
#include "fcgi/response.h"
#include "fcgi/router.h"
#include "plugin/plugins.h"
#include "tenant/tenant.h"
#include "user/viewer.h"

#define SAFE_COOKIE "__Host-deskd-safe"

static const char *mark_of(const struct request *rq, const char *session)
{
    unsigned char tag[CRYPTO_HASH];
    struct crypto_key key = crypto_derive(&rq->tenant->key, "safe-mode");
    crypto_mac(tag, &key, session, NULL);
    return crypto_base64url(rq->arena, tag, sizeof(tag));
}

static bool has_mark(const struct request *rq)
{
    const char *mark = request_cookie(rq, SAFE_COOKIE);
    const char *session = request_cookie(rq, SESSION_COOKIE);
    return mark != NULL && session != NULL && str_is(mark, mark_of(rq, session));
}

bool safe_mode_is_on(const struct request *rq)
{
    const struct route *r = rq->priv->match.get;
    return (r != NULL && (r->flags & ROUTE_SAFE) != 0) || has_mark(rq);
}

void safe_mode_set(struct request *rq, bool is_on)
{
    const char *session = request_session_token(rq);
    response_cookie(rq, SAFE_COOKIE, is_on && session != NULL ? mark_of(rq, session) : NULL, 0);
}

void safe_mode_begin(struct request *rq)
{
    if (rq->plugins != NULL && safe_mode_is_on(rq))
        plugins_leave_out(rq->plugins);
}

int safe_mode_check(struct request *rq, struct err *err)
{
    bool is_owner = rq->viewer != NULL && rq->viewer->role == ROLE_OWNER;
    if (rq->plugins == NULL || is_owner || !safe_mode_is_on(rq))
        return 0;
    if (has_mark(rq))
        safe_mode_set(rq, false);
    return rq->viewer == NULL ? err_set(err, ERR_LOGIN, "nobody is logged in")
                              : err_set(err, ERR_FORBIDDEN, "only owners leave plugins out");
}
