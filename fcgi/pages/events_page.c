/* fcgi/pages/events_page.c - who may have a stream of events; modules/push holds it */
#include "base/arena.h"
#include "base/conf.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/router.h"
#include "push/push.h"
#include "tenant/tenant.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <string.h>

#define NO_CONTENT 204
#define AFTER_MAX  40

/* Without Redis there is nothing to wait for: a browser does not ask again. */
static int events_get(struct request *rq, struct err *err)
{
    char session[SESSION_ID_MAX];
    const char *after = str_or(form_text(rq, "after"), "");
    bool is_id = after[strspn(after, "0123456789-")] == '\0';
    if (str_is_empty(rq->app->conf->redis_socket) ||
        !session_id(request_session_token(rq), session))
        return response_text(rq, NO_CONTENT, "text/plain; charset=utf-8", "", 0, err);
    return response_stream(rq,
                           arena_printf(rq->arena, PUSH_PATH "%" PRId64 "/%" PRId64 "/%s/%s",
                                        rq->tenant->id, rq->viewer->user_id, session,
                                        is_id && *after != '\0' ? after : "-"),
                           err);
}

static const struct field events_form[] = { FIELD_TEXT("after", OPTIONAL, AFTER_MAX), FIELD_END };

const struct route events_routes[] = {
    { GET, "/events", CAP_LOGIN, events_form, events_get, 0 },
    ROUTE_END,
};
