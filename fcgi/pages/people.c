#include "fcgi/pages/people.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "outbox/outbox.h"
#include "tenant/tenant.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

#define SESSION_SECONDS (30 * 86400)
#define INVITATION_DAYS 3
#define RESET_MINUTES   60

void people_avatar(struct request *rq, struct view *v, int64_t id, const char *name)
{
    view_text(v, "initials", initials(rq->arena, name));
    view_i64(v, "color", color_of(id));
}

const char *people_complaint(struct request *rq, const struct err *err)
{
    switch (err->code) {
    case ERR_INVALID:
    case ERR_REFUSED:
    case ERR_CONFLICT:
    case ERR_DUPLICATE:
        return words_get_reason(rq->arena, arena_strdup(rq->arena, err->msg));
    default:
        return NULL;
    }
}

void people_field_error(struct request *rq, struct view *v, const char *view_name,
                        const char *field)
{
    view_text(v, view_name, form_error(rq, field));
}

/* The link itself is not in it: letter_write makes it from the seed, so that who reads the database
 * or a copy of it cannot use it. */
static const char *payload(struct request *rq, const struct user *to,
                           const struct access_link *link)
{
    struct buf out = buf_make(rq->arena, 512);
    struct json_writer w = json_writer(&out);
    jw_object(&w, NULL);
    jw_str(&w, "name", to->name);
    jw_str(&w, "link_seed", link->seed);
    if (link->purpose == ACCESS_INVITATION) {
        jw_i64(&w, "days_n", INVITATION_DAYS);
        jw_str(&w, "inviter_name", rq->viewer == NULL ? "" : rq->viewer->name);
    } else {
        jw_i64(&w, "minutes_n", RESET_MINUTES);
        jw_bool(&w, "by_admin", rq->viewer != NULL);
    }
    jw_end_object(&w);
    return buf_str(&out);
}

int people_send_link(struct request *rq, const struct user *to, enum access_purpose purpose,
                     struct err *err)
{
    struct access_link link = { .user_id = to->id, .purpose = purpose };
    struct department from;
    int rc = department_default(rq->db, rq->arena, &from, err);
    if (rc < 0 || access_link_create(rq->db, rq->arena, &rq->tenant->key, &link, err) < 0)
        return -1;
    const struct outbox_mail mail = {
        .kind = purpose == ACCESS_INVITATION ? OUTBOX_INVITATION : OUTBOX_RESET,
        .user_id = to->id,
        .sender = rc > 0 ? from.address : "",
        .recipient = to->email,
        .payload = payload(rq, to, &link),
        .now = clock_now_ms(),
    };
    return outbox_add(rq->db, rq->arena, &mail, err);
}

int people_start_session(struct request *rq, int64_t user_id, const char **token, struct err *err)
{
    const char *old = request_cookie(rq, SESSION_COOKIE);
    if (old != NULL && session_end(rq->db, old, err) < 0)
        return -1;
    return session_start(rq->db, rq->arena, user_id, rq->remote, rq->user_agent, token, err);
}

void people_set_session(struct request *rq, const char *token)
{
    response_cookie(rq, SESSION_COOKIE, token, SESSION_SECONDS);
}
