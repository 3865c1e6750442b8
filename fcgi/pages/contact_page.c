/* fcgi/pages/contact_page.c - the form with which customers write without mail */
#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "cache/cache.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/uploads.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "tenant/tenant.h"
#include "ticket/customer.h"
#include "user/capability.h"
#include "user/department.h"
#include "user/throttle.h"

#include <inttypes.h>
#include <string.h>

static const struct throttle per_network = { "contact.network", 20, INT64_C(3600000) };
static const struct throttle per_address = { "contact.address", 10, INT64_C(3600000) };

static const struct field contact_form[] = { FIELD_TEXT("name", OPTIONAL, 190),
                                             FIELD_EMAIL("email", REQUIRED),
                                             FIELD_I64("department", OPTIONAL, 1, INT64_MAX),
                                             FIELD_TEXT("subject", REQUIRED, 300),
                                             FIELD_TEXT("text", REQUIRED, 100000),
                                             FIELD_TEXT("website", OPTIONAL, 1000),
                                             FIELD_FILES("files", 10),
                                             FIELD_END };

static int show_departments(struct request *rq, struct view *v, struct err *err)
{
    struct department *all;
    size_t n;
    int64_t chosen = form_i64(rq, "department", 0);
    if (department_all(rq->db, rq->arena, &all, &n, err) < 0)
        return -1;
    view_bool(v, "has_departments", n > 1);
    struct view_list *list = view_list(v, "departments");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(list);
        view_i64(row, "id", all[i].id);
        view_text(row, "name", all[i].name);
        view_bool(row, "is_selected", chosen != 0 ? all[i].id == chosen : all[i].is_default);
    }
    return 0;
}

static int render(struct request *rq, int status, const char *error, struct err *err)
{
    static const char *const names[] = { "name", "email", "subject", "text" };
    struct view *v = view_new(rq->arena);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        view_text(v, names[i], form_text(rq, names[i]));
        view_text(v, arena_printf(rq->arena, "error_%s", names[i]), form_error(rq, names[i]));
    }
    view_text(v, "error", error);
    show_upload_limit(v, rq);
    if (show_departments(rq, v, err) < 0)
        return -1;
    return response_render(rq, status, "contact", v, err);
}

static int contact_get(struct request *rq, struct err *err)
{
    return render(rq, 200, NULL, err);
}

/* 1 within the limits, 0 too many, -1. */
static int count(struct request *rq, struct err *err)
{
    const char *network = throttle_network(rq->arena, rq->remote);
    int rc = throttle_hit(rq->db, rq->arena, &rq->tenant->key, &per_network, network, err);
    return rc <= 0 ? rc
                   : throttle_hit(rq->db, rq->arena, &rq->tenant->key, &per_address,
                                  form_text(rq, "email"), err);
}

static int contact_post(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    int64_t number = 0;
    if (form_has_errors(rq))
        return render(rq, 400, NULL, err);
    int rc = count(rq, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_TOO_MANY, "contact form");
    struct customer_message m = { .name = form_text(rq, "name"),
                                  .email = form_text(rq, "email"),
                                  .department_id = form_i64(rq, "department", 0),
                                  .subject = form_text(rq, "subject"),
                                  .text = form_text(rq, "text"),
                                  .is_spam = !str_is_empty(form_text(rq, "website")) };
    act.actor = ACTOR_CUSTOMER;
    m.attachments = uploads_as_attachments(rq, "files", &m.attachments_n);
    if (customer_open_ticket(&act, &m, &number, err) < 0)
        return -1;
    cache_push(rq->app->cache, "deskd:jobs", "outbox");
    return response_redirect(rq, arena_printf(rq->arena, "/contact/sent?number=%" PRId64, number),
                             NULL, err);
}

static int contact_sent(struct request *rq, struct err *err)
{
    struct view *v = view_new(rq->arena);
    int64_t number = form_i64(rq, "number", 0);
    if (number != 0)
        view_i64(v, "number", number);
    return response_render(rq, 200, "contact_sent", v, err);
}

static const struct field sent_form[] = { FIELD_I64("number", OPTIONAL, 1, INT64_MAX), FIELD_END };

const struct route contact_routes[] = {
    { GET, "/contact", CAP_PUBLIC, NULL, contact_get, 0 },
    { POST, "/contact", CAP_PUBLIC, contact_form, contact_post, ROUTE_FORM_ERRORS },
    { GET, "/contact/sent", CAP_PUBLIC, sent_form, contact_sent, 0 },
    ROUTE_END,
};
