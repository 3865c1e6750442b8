/* fcgi/pages/ticket_new_page.c - a ticket on behalf of a customer */
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/choice.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/uploads.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/answer.h"
#include "ticket/counter.h"
#include "user/viewer.h"

#include <inttypes.h>

static const char *const ways[] = { "mail", "request", NULL };
static const struct field new_form[] = { FIELD_EMAIL("customer_email", REQUIRED),
                                         FIELD_TEXT("customer_name", OPTIONAL, 190),
                                         FIELD_I64("department", REQUIRED, 1, INT64_MAX),
                                         FIELD_I64("agent", OPTIONAL, 0, INT64_MAX),
                                         FIELD_TEXT("subject", REQUIRED, 900),
                                         FIELD_TEXT("text", REQUIRED, 200000),
                                         FIELD_CHOICE("send", OPTIONAL, ways),
                                         FIELD_FILES("files", 20),
                                         FIELD_END };

static void show_typed(struct request *rq, struct view *v)
{
    static const char *const names[] = { "customer_email", "customer_name", "subject", "text" };
    static const char *const errors[] = { "customer_email", "subject", "text", "department",
                                          "agent" };
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        view_text(v, names[i], form_text(rq, names[i]));
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        view_text(v, arena_printf(rq->arena, "error_%s", errors[i]), form_error(rq, errors[i]));
}

static int64_t first_department(struct request *rq, struct err *err)
{
    const struct counts *c = pages_counts(rq, err);
    int64_t first = 0;
    for (size_t i = 0; c != NULL && i < c->departments_n; i++) {
        const struct counts_department *d = &c->departments[i];
        if (!viewer_may_in(rq->viewer, CAP_TICKET_CREATE, d->id))
            continue;
        if (d->is_default)
            return d->id;
        first = first != 0 ? first : d->id;
    }
    return first;
}

static int render(struct request *rq, int status, const char *error, struct err *err)
{
    struct view *v = view_new(rq->arena);
    struct choice chosen = { .department_id = form_i64(rq, "department", 0),
                             .agent_id = form_i64(rq, "agent", 0),
                             .only_visible = 1 };
    if (chosen.department_id == 0)
        chosen.department_id = first_department(rq, err);
    show_typed(rq, v);
    view_bool(v, "send_is_mail", !str_is(form_text(rq, "send"), "request"));
    show_upload_limit(v, rq);
    view_text(v, "error", error);
    if (choice_show(rq, v, &chosen, err) < 0)
        return -1;
    return response_render(rq, status, "tickets/new", v, err);
}

static int new_get(struct request *rq, struct err *err)
{
    return render(rq, 200, NULL, err);
}

static int new_post(struct request *rq, struct err *err)
{
    struct act act = act_of(rq);
    int64_t number;
    if (form_has_errors(rq))
        return render(rq, 400, NULL, err);
    struct answer_new_ticket n = { .customer_email = form_text(rq, "customer_email"),
                                   .customer_name = form_text(rq, "customer_name"),
                                   .subject = form_text(rq, "subject"),
                                   .department_id = form_i64(rq, "department", 0),
                                   .agent_id = form_i64(rq, "agent", 0),
                                   .is_mailed = !str_is(form_text(rq, "send"), "request"),
                                   .first = { .text = form_text(rq, "text") } };
    n.first.attachments = uploads_as_attachments(rq, "files", &n.first.attachments_n);
    if (answer_open_ticket(&act, &n, &number, err) < 0) {
        if (err->code != ERR_INVALID)
            return -1;
        const char *why = words_get(arena_strdup(rq->arena, err->msg));
        *err = (struct err)ERR_INIT;
        return render(rq, 400, why, err);
    }
    cache_push(rq->app->cache, "deskd:jobs", "outbox");
    return response_redirect(rq, arena_printf(rq->arena, "/tickets/%" PRId64, number),
                             _("The ticket is open."), err);
}

const struct route ticket_new_routes[] = {
    { GET, "/tickets/new", CAP_TICKET_CREATE, NULL, new_get, 0 },
    { POST, "/tickets/new", CAP_TICKET_CREATE, new_form, new_post, ROUTE_FORM_ERRORS },
    ROUTE_END,
};
