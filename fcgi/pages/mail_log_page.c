/* fcgi/pages/mail_log_page.c - every accepted mail and what became of it */
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "intake/intake.h"
#include "tenant/tenant.h"
#include "user/capability.h"

#include <inttypes.h>

#define ROWS 50

static const char *const shows[] = { "all", "parked", NULL };
static const struct field log_form[] = { FIELD_CHOICE("show", OPTIONAL, shows),
                                         FIELD_I64("before", OPTIONAL, 1, INT64_MAX), FIELD_END };

static void show_outcome(struct view *row, enum outcome o)
{
    view_bool(row, "is_new_ticket", o == OUTCOME_TICKET);
    view_bool(row, "is_reply", o == OUTCOME_REPLY);
    view_bool(row, "is_duplicate", o == OUTCOME_DUPLICATE);
    view_bool(row, "is_bounce", o == OUTCOME_BOUNCE);
    view_bool(row, "is_machine", o == OUTCOME_AUTOMATIC);
    view_bool(row, "is_loop", o == OUTCOME_LOOP);
    view_bool(row, "is_limited", false);
    view_bool(row, "is_dropped", o == OUTCOME_REFUSED);
    view_bool(row, "is_parked", o == OUTCOME_PARKED);
    view_bool(row, "is_waiting", false);
    view_bool(row, "can_retry", o == OUTCOME_PARKED);
}

static void show_line(struct view *row, const struct mail_in *m)
{
    view_i64(row, "id", m->id);
    show_time(row, "received_iso", "received_text", m->received_at);
    view_text(row, "from", str_or(m->header_from, str_or(m->envelope_from, "<>")));
    view_text(row, "to", m->envelope_to);
    view_text(row, "subject", str_is_empty(m->subject) ? NULL : m->subject);
    view_text(row, "size_text", size_text(view_arena(row), m->size));
    show_outcome(row, m->outcome);
    view_text(row, "reason",
              str_is_empty(m->reason) ? NULL : words_get_reason(view_arena(row), m->reason));
    view_bool(row, "has_ticket", m->ticket_number != 0);
    view_i64(row, "number", m->ticket_number);
    view_i64(row, "tries_n", m->outcome == OUTCOME_PARKED ? 2 : 1);
}

static int log_page(struct request *rq, struct err *err)
{
    struct view *v = view_new(rq->arena);
    struct mail_in *lines;
    size_t n;
    bool is_parked = str_is(form_text(rq, "show"), "parked");
    if (mail_in_list(rq->db, rq->arena, is_parked ? OUTCOME_PARKED : (enum outcome)0,
                     form_i64(rq, "before", 0), ROWS + 1, &lines, &n, err) < 0)
        return -1;
    use_zone(rq);
    int64_t parked;
    if (mail_in_parked(rq->db, rq->arena, &parked, err) < 0)
        return -1;
    view_i64(v, "parked_n", parked);
    view_bool(v, "shows_all", !is_parked);
    view_bool(v, "shows_parked", is_parked);
    struct view_list *list = view_list(v, "mails");
    for (size_t i = 0; i < n && i < ROWS; i++)
        show_line(view_row(list), &lines[i]);
    if (n > ROWS)
        view_text(v, "older_href",
                  arena_printf(rq->arena, "/config/mail?show=%s&before=%" PRId64,
                               is_parked ? "parked" : "all", lines[ROWS - 1].id));
    if (form_i64(rq, "before", 0) != 0)
        view_text(v, "newer_href", is_parked ? "/config/mail?show=parked" : "/config/mail");
    return response_render(rq, 200, "config/mail", v, err);
}

struct retry {
    struct request *rq;
    int64_t id;
    int found;
};

static int retry_in_transaction(struct db *db, void *data, struct err *err)
{
    struct retry *r = data;
    r->found = mail_in_unpark(db, r->id, err);
    return r->found;
}

static int retry_post(struct request *rq, struct err *err)
{
    struct retry r = { rq, path_i64(rq, "id"), 0 };
    if (db_transact(rq->db, retry_in_transaction, &r, err) < 0)
        return -1;
    if (r.found == 0)
        return err_set(err, ERR_NOT_FOUND, "no such parked mail");
    if (spool_restore(rq->arena, rq->app->conf->data_dir, rq->tenant->id, r.id, err) < 0)
        return -1;
    cache_push(rq->app->cache, "deskd:jobs", "mail");
    return response_redirect(rq, "/config/mail", _("The mail is tried again."), err);
}

const struct route mail_log_routes[] = {
    { GET, "/config/mail", CAP_MAIL_LOG, log_form, log_page, 0 },
    { POST, "/config/mail/{id}/retry", CAP_MAIL_LOG, NULL, retry_post, 0 },
    ROUTE_END,
};
