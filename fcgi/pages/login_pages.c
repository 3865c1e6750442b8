/* fcgi/pages/login_pages.c - coming in and going out: login, logout, forgotten password, links */
#include "cache/cache.h"
#include "fcgi/app.h"
#include "fcgi/pages/people_routes.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/pages/people.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "tenant/tenant.h"
#include "user/password.h"
#include "user/throttle.h"
#include "user/user.h"
#include "user/viewer.h"

#include <unistd.h>

#define NEXT_MAX      500
#define FORGOT_US     INT64_C(250000)
#define HOUR          INT64_C(3600000)
#define UNPROCESSABLE 422
#define TOO_MANY      429

static const struct throttle reset_by_account = { "reset.account", 3, HOUR };
static const struct throttle reset_by_network = { "reset.network", 20, HOUR };

static int show_login(struct request *rq, int status, const char *problem, struct err *err)
{
    struct view *v = view_new(rq->arena);
    const char *next = form_text(rq, "next");
    view_text(v, "error", problem);
    view_text(v, "email", form_typed(rq, "email"));
    view_text(v, "next", str_is_empty(next) ? NULL : next);
    view_text(v, "form_token", request_form_token(rq));
    return response_render(rq, status, "login", v, err);
}

static int login_get(struct request *rq, struct err *err)
{
    if (rq->viewer != NULL)
        return response_redirect(rq, request_local_path(rq, form_text(rq, "next"), HOME_PATH), NULL,
                                 err);
    return show_login(rq, 200, NULL, err);
}

struct entry {
    struct request *rq;
    int64_t user_id;
    const char *token;
};

static int enter(struct db *db, void *data, struct err *err)
{
    struct entry *e = data;
    (void)db;
    return people_start_session(e->rq, e->user_id, &e->token, err);
}

static int let_in(struct request *rq, int64_t user_id, struct err *err)
{
    struct entry e = { .rq = rq, .user_id = user_id };
    if (db_transact(rq->db, enter, &e, err) < 0)
        return -1;
    people_set_session(rq, e.token);
    log_info(&rq->log, "login.done", LOG_I64("user", user_id));
    return response_redirect(rq, request_local_path(rq, form_text(rq, "next"), HOME_PATH), NULL,
                             err);
}

static int login_post(struct request *rq, struct err *err)
{
    const struct login_try attempt = { form_text(rq, "email"), form_text(rq, "password"),
                                       rq->remote };
    int64_t user_id;
    if (form_has_errors(rq))
        return show_login(rq, UNPROCESSABLE, _("E-mail address or password is wrong."), err);
    switch (login_attempt(rq->db, rq->arena, &rq->tenant->key, &attempt, &user_id, err)) {
    case LOGIN_RIGHT:
        return let_in(rq, user_id, err);
    case LOGIN_WRONG:
        log_info(&rq->log, "login.wrong", LOG_STR("remote", rq->remote));
        return show_login(rq, UNPROCESSABLE, _("E-mail address or password is wrong."), err);
    case LOGIN_THROTTLED:
        log_warn(&rq->log, "login.throttled", LOG_STR("remote", rq->remote));
        return show_login(rq, TOO_MANY,
                          _("Too many tries. Please wait a quarter of an hour, or choose a new "
                            "password."),
                          err);
    default:
        return -1;
    }
}

static int leave(struct db *db, void *data, struct err *err)
{
    const struct request *rq = data;
    return session_end(db, request_session_token(rq), err);
}

static int logout_post(struct request *rq, struct err *err)
{
    if (db_transact(rq->db, leave, rq, err) < 0)
        return -1;
    if (rq->viewer != NULL)
        cache_signal_end(rq->app->cache, rq->tenant->id, rq->viewer->user_id);
    response_cookie(rq, SESSION_COOKIE, NULL, 0);
    return response_redirect(rq, "/login", _("You are logged out."), err);
}

static int show_forgot(struct request *rq, int status, bool is_sent, const char *problem,
                       struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_bool(v, "is_sent", is_sent);
    view_text(v, "error", problem);
    view_text(v, "email", form_typed(rq, "email"));
    view_text(v, "form_token", request_form_token(rq));
    return response_render(rq, status, "forgot", v, err);
}

static int forgot_get(struct request *rq, struct err *err)
{
    return show_forgot(rq, 200, false, NULL, err);
}

static int send_reset(struct db *db, void *data, struct err *err)
{
    struct request *rq = data;
    struct user u;
    int rc = user_by_email(db, rq->arena, form_text(rq, "email"), &u, err);
    if (rc <= 0 || (u.status != USER_ACTIVE && u.status != USER_INVITED))
        return rc < 0 ? -1 : 0;
    return people_send_link(rq, &u, ACCESS_RESET, err);
}

static int forget_limited(struct request *rq, bool *is_network_fine, struct err *err)
{
    const struct crypto_key *key = &rq->tenant->key;
    int network = throttle_hit(rq->db, rq->arena, key, &reset_by_network,
                               throttle_network(rq->arena, rq->remote), err);
    int account = network < 0 ? -1
                              : throttle_hit(rq->db, rq->arena, key, &reset_by_account,
                                             str_lower(rq->arena, form_text(rq, "email")), err);
    if (account < 0)
        return -1;
    *is_network_fine = network > 0;
    return network > 0 && account > 0 ? db_transact(rq->db, send_reset, rq, err) : 0;
}

/* Known or not: the same page, after the same time. */
static int forgot_post(struct request *rq, struct err *err)
{
    bool is_network_fine = false;
    int64_t start = clock_ticks_us();
    if (form_has_errors(rq))
        return show_forgot(rq, UNPROCESSABLE, false, _("This is not an e-mail address."), err);
    if (forget_limited(rq, &is_network_fine, err) < 0)
        return -1;
    int64_t rest = FORGOT_US - (clock_ticks_us() - start);
    if (rest > 0)
        (void)usleep((useconds_t)rest);
    if (!is_network_fine)
        return show_forgot(rq, TOO_MANY, false, _("Too many tries. Please wait an hour."), err);
    return show_forgot(rq, 200, true, NULL, err);
}

static int show_password(struct request *rq, int status, const char *problem, struct err *err)
{
    struct user u;
    enum access_purpose purpose = ACCESS_RESET;
    struct view *v = view_new(rq->arena);
    int rc = access_link_peek(rq->db, rq->arena, path_text(rq, "key"), &u, &purpose, err);
    if (rc < 0)
        return -1;
    view_text(v, "key", path_text(rq, "key"));
    view_bool(v, "is_expired", rc == 0);
    view_bool(v, "is_invitation", purpose == ACCESS_INVITATION);
    view_text(v, "name", rc > 0 ? u.name : NULL);
    view_text(v, "email", rc > 0 ? u.email : NULL);
    view_i64(v, "min_length", PASSWORD_LEAST);
    view_text(v, "error_password", problem);
    view_text(v, "form_token", request_form_token(rq));
    return response_render(rq, rc > 0 ? status : 404, "password", v, err);
}

static int password_get(struct request *rq, struct err *err)
{
    return show_password(rq, 200, NULL, err);
}

/* 1: the link was good, and somebody is in. */
static int use_link(struct db *db, void *data, struct err *err)
{
    struct entry *e = data;
    struct request *rq = e->rq;
    int rc = access_link_use(db, rq->arena, path_text(rq, "key"), form_text(rq, "password"),
                             &e->user_id, err);
    if (rc <= 0)
        return rc;
    return people_start_session(rq, e->user_id, &e->token, err) < 0 ? -1 : 1;
}

static int password_post(struct request *rq, struct err *err)
{
    struct entry e = { .rq = rq };
    struct user u;
    if (form_has_errors(rq))
        return show_password(rq, UNPROCESSABLE, form_error(rq, "password"), err);
    int rc = db_transact(rq->db, use_link, &e, err);
    if (rc < 0 && err->code == ERR_INVALID)
        return show_password(rq, UNPROCESSABLE, people_complaint(rq, err), err);
    if (rc <= 0)
        return rc < 0 ? -1 : show_password(rq, 404, NULL, err);
    if (user_by_id(rq->db, rq->arena, e.user_id, &u, err) <= 0 ||
        login_unlock(rq->db, rq->arena, &rq->tenant->key, u.email, err) < 0)
        return -1;
    people_set_session(rq, e.token);
    log_info(&rq->log, "login.by_link", LOG_I64("user", e.user_id));
    return response_redirect(rq, HOME_PATH, _("Your password is set. Welcome."), err);
}

static const struct field next_field[] = { FIELD_TEXT("next", OPTIONAL, NEXT_MAX), FIELD_END };
static const struct field login_form[] = {
    FIELD_TEXT("email", REQUIRED, 254),
    FIELD_PASSWORD("password"),
    FIELD_TEXT("next", OPTIONAL, NEXT_MAX),
    FIELD_END,
};
static const struct field forgot_form[] = { FIELD_EMAIL("email", REQUIRED), FIELD_END };
static const struct field password_form[] = { FIELD_PASSWORD("password"), FIELD_END };

const struct route login_routes[] = {
    { GET, "/login", CAP_PUBLIC, next_field, login_get, ROUTE_FORM_ERRORS },
    { POST, "/login", CAP_PUBLIC, login_form, login_post, ROUTE_FORM_ERRORS },
    { POST, "/logout", CAP_LOGIN, NULL, logout_post, 0 },
    { GET, "/forgot", CAP_PUBLIC, NULL, forgot_get, 0 },
    { POST, "/forgot", CAP_PUBLIC, forgot_form, forgot_post, ROUTE_FORM_ERRORS },
    { GET, "/password/{key}", CAP_PUBLIC, NULL, password_get, 0 },
    { POST, "/password/{key}", CAP_PUBLIC, password_form, password_post, ROUTE_FORM_ERRORS },
    ROUTE_END,
};
