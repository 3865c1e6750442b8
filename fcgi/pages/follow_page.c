/* fcgi/pages/follow_page.c - a customer's view of a ticket, through the signed link of our mails */
#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/pages/conversation.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/uploads.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/safe_html.h"
#include "html/view.h"
#include "html/words.h"
#include "tenant/tenant.h"
#include "ticket/customer.h"
#include "ticket/mail_id.h"
#include "ticket/merge.h"
#include "user/capability.h"
#include "user/department.h"
#include "user/throttle.h"

#include <inttypes.h>
#include <string.h>

static const struct throttle per_ticket = { "follow.reply", 20, INT64_C(3600000) };
static const struct field reply_form[] = { FIELD_TEXT("text", REQUIRED, 100000),
                                           FIELD_FILES("files", 10), FIELD_END };

/* The ticket that the key opens and where it is shown: spam and deleted ones have no link any more.
 */
static int place_of_key(struct request *rq, struct act *act, struct ticket_place *p,
                        struct err *err)
{
    int64_t id;
    *act = act_of(rq);
    act->actor = ACTOR_CUSTOMER;
    if (!ticket_key_parse(rq->tenant, path_text(rq, "key"), &id))
        return err_set(err, ERR_NOT_FOUND, "no such link");
    int rc = ticket_by_id(act, id, &p->home, err);
    p->shown = p->home;
    if (rc == 1)
        rc = ticket_shown(act, &p->shown, err);
    if (rc < 0)
        return -1;
    return rc == 1 && status_is_listed(p->shown.status)
               ? 0
               : err_set(err, ERR_NOT_FOUND, "no such link");
}

static int64_t contact_of(const struct conversation *c, int64_t ticket_id)
{
    const struct dossier_merged *m = dossier_merged_of(&c->around, ticket_id);
    return m != NULL ? m->contact_id : c->ticket->contact_id;
}

/* Where tickets of several customers are shown together, a link shows its own customer's only, and
 * what was sent to them. */
static bool is_for(const struct ticket_place *p, const struct conversation *c,
                   const struct message *m)
{
    if (!message_is_public(m->kind))
        return false;
    return m->ticket_id == p->home.id || contact_of(c, m->ticket_id) == p->home.contact_id
               ? true
               : m->kind == MESSAGE_ANSWER && message_is_to(c->act.arena, m, p->home.contact_email);
}

static void show_message(struct view *row, const struct conversation *c, const struct message *m,
                         const char *key)
{
    struct arena *a = view_arena(row);
    view_i64(row, "id", m->id);
    view_bool(row, "is_customer", m->kind == MESSAGE_CUSTOMER);
    view_text(row, "from_name", str_or(m->from_name, _("Customer")));
    view_text(row, "from_initials", initials(a, str_or(m->from_name, m->from_email)));
    view_i64(row, "from_color", color_of_text(m->from_name));
    show_time(row, "at_iso", "at_text", m->created_at);
    view_bool(row, "is_html", m->has_html);
    if (m->has_html)
        view_text(row, "quoted_html", NULL);
    else
        conversation_text(row, m, SIZE_MAX);
    conversation_files(row, c, m->id, arena_printf(a, "/t/%s/files/", key));
}

/* What a reply would do: it stands above the form. */
static int show_state_of_reply(struct act *act, struct view *v, const struct ticket *t,
                               struct err *err)
{
    struct department d;
    struct ticket copy = *t;
    int rc = department_by_id(act->db, act->arena, t->department_id, &d, err);
    if (rc < 0)
        return -1;
    enum status_verdict verdict = ticket_apply(act, &copy, EVENT_CUSTOMER_MESSAGE,
                                               rc == 1 ? d.reopen_days : -1);
    enum folder f = status_folder(t->status);
    view_bool(v, "we_owe", f == FOLDER_OPEN || f == FOLDER_POSTPONED);
    view_bool(v, "you_owe", f == FOLDER_ANSWERED);
    view_bool(v, "is_done", f == FOLDER_RESOLVED);
    view_bool(v, "can_reply", true);
    view_bool(v, "reopens", f == FOLDER_RESOLVED && verdict == VERDICT_CHANGE);
    view_bool(v, "begins_new", verdict == VERDICT_NEW_TICKET);
    return 0;
}

static int render(struct request *rq, struct act *act, const struct ticket_place *p, int status,
                  struct err *err)
{
    struct view *v = view_new(rq->arena);
    struct conversation c = { .act = *act, .ticket = &p->shown };
    const struct ticket *t = &p->home;
    const char *key = ticket_key_make(rq->arena, rq->tenant, t->id);
    if (conversation_read(&c, NULL, err) < 0 || show_state_of_reply(act, v, &p->shown, err) < 0)
        return -1;
    use_zone(rq);
    view_text(v, "key", key);
    view_i64(v, "number", t->number);
    view_text(v, "subject", str_or(t->subject, _("(no subject)")));
    show_time(v, "created_iso", "created_text", t->created_at);
    view_text(v, "text", form_text(rq, "text"));
    view_text(v, "error", form_error(rq, "text"));
    show_upload_limit(v, rq);
    struct view_list *list = view_list(v, "messages");
    for (size_t i = 0; i < c.messages_n; i++)
        if (is_for(p, &c, &c.messages[i]))
            show_message(view_row(list), &c, &c.messages[i], key);
    return response_render(rq, status, "follow", v, err);
}

static int follow_get(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket_place p;
    return place_of_key(rq, &act, &p, err) < 0 ? -1 : render(rq, &act, &p, 200, err);
}

static int follow_post(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket_place p;
    int64_t number;
    if (place_of_key(rq, &act, &p, err) < 0)
        return -1;
    if (form_has_errors(rq))
        return render(rq, &act, &p, 400, err);
    const char *which = arena_printf(rq->arena, "%" PRId64, p.home.id);
    int rc = throttle_hit(rq->db, rq->arena, &rq->tenant->key, &per_ticket, which, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_TOO_MANY, "replies by link");
    struct customer_message m = { .text = form_text(rq, "text") };
    m.attachments = uploads_as_attachments(rq, "files", &m.attachments_n);
    if (customer_reply(&act, p.home.id, &m, &number, err) < 0)
        return -1;
    const char *path = arena_printf(rq->arena, "/t/%s",
                                    ticket_key_make(rq->arena, rq->tenant, p.home.id));
    const char *notice = number == p.home.number
                             ? _("Thank you, your message has arrived.")
                             : arena_printf(rq->arena, "%s #%" PRId64,
                                            _("Your message became a new request:"), number);
    return response_redirect(rq, path, notice, err);
}

/* One message that the key shows: 0, ERR_NOT_FOUND. */
static int message_of_key(struct act *act, const struct ticket_place *p, int64_t id,
                          struct message *m, struct err *err)
{
    int rc = message_by_id(act, p->shown.id, id, m, err);
    if (rc < 0)
        return -1;
    if (rc == 1 && p->shown.merged_n > 0 && m->ticket_id != p->home.id) {
        struct conversation c = { .act = *act, .ticket = &p->shown };
        if (conversation_read(&c, NULL, err) < 0)
            return -1;
        rc = is_for(p, &c, m);
    }
    return rc == 1 && message_is_public(m->kind) ? 0
                                                 : err_set(err, ERR_NOT_FOUND, "no such message");
}

static int follow_frame(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket_place p;
    struct message m;
    struct inline_files in = { .n = 0 };
    struct sanitise_options options = { .cid = inline_file_address, .cid_data = &in };
    if (place_of_key(rq, &act, &p, err) < 0 ||
        message_of_key(&act, &p, path_i64(rq, "id"), &m, err) < 0)
        return -1;
    if (m.html == NULL)
        return err_set(err, ERR_NOT_FOUND, "this message has no HTML");
    if (attachment_all(&act, p.shown.id, &in.files, &in.n, err) < 0)
        return -1;
    in.prefix = arena_printf(rq->arena, "/t/%s/files/",
                             ticket_key_make(rq->arena, rq->tenant, p.home.id));
    struct safe_html html = html_sanitise(rq->arena, m.html, strlen(m.html), &options, NULL);
    return show_frame(rq, str_or(m.from_name, m.from_email), html.p, html.n, 0, err);
}

static int follow_file(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket_place p;
    struct message m;
    struct attachment f;
    if (place_of_key(rq, &act, &p, err) < 0)
        return -1;
    int rc = attachment_by_id(&act, p.shown.id, path_i64(rq, "id"), &f, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such file");
    if (message_of_key(&act, &p, f.message_id, &m, err) < 0)
        return -1;
    return response_file(rq, attachment_path(&act, f.file), f.name, f.type, f.is_inline, err);
}

const struct route follow_routes[] = {
    { GET, "/t/{key}", CAP_PUBLIC, NULL, follow_get, 0 },
    { POST, "/t/{key}", CAP_PUBLIC, reply_form, follow_post, ROUTE_FORM_ERRORS },
    { GET, "/t/{key}/messages/{id}/frame", CAP_PUBLIC, NULL, follow_frame, 0 },
    { GET, "/t/{key}/files/{id}", CAP_PUBLIC, NULL, follow_file, 0 },
    ROUTE_END,
};
