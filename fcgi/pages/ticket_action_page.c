/* fcgi/pages/ticket_action_page.c - what people do to a ticket: each a form of its page */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "base/zone.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/ticket_page.h"
#include "fcgi/pages/uploads.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/words.h"
#include "mail/mail.h"
#include "ticket/answer.h"
#include "ticket/merge.h"
#include "ticket/responsibility.h"
#include "user/viewer.h"

#include <inttypes.h>

#define VERSION        FIELD_I64("version", OPTIONAL, 0, INT32_MAX)
#define TEXT_MAX       200000
#define LIST_MAX_BYTES 4000
#define FILES_MAX      20

/* A ticket's form, as its handlers share it. */
struct action {
    struct request *rq;
    struct act act;
    struct ticket ticket;
    int64_t version;
};

static int begin(struct request *rq, struct action *x, struct err *err)
{
    x->rq = rq;
    x->version = form_i64(rq, "version", 0);
    if (ticket_of_path(rq, &x->act, &x->ticket, err) < 0)
        return -1;
    if (ticket_is_elsewhere(rq, &x->ticket)) /* what its author saw is not what is there now */
        x->version = INT64_MAX;
    return 0;
}

static int back_to_ticket(struct action *x, const char *notice, struct err *err)
{
    return response_redirect(
        x->rq, arena_printf(x->rq->arena, "/tickets/%" PRId64, x->ticket.number), notice, err);
}

/* A lost race or a refusal shows the ticket as it is now, with what was written. */
static int show_again(struct action *x, const char *draft, const char *note, struct err *err)
{
    struct ticket now;
    struct ticket_page p = { .status = 409, .draft = draft, .note = note };
    if (err->code == ERR_CONFLICT)
        p.conflict_name = arena_strdup(x->rq->arena, err->msg);
    else if (err->code == ERR_REFUSED || err->code == ERR_INVALID)
        p.error = words_get(arena_strdup(x->rq->arena, err->msg));
    else
        return -1;
    if (err->code == ERR_INVALID)
        p.status = 400;
    *err = (struct err)ERR_INIT;
    int rc = ticket_by_number(&x->act, x->ticket.number, &now, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such ticket");
    return ticket_page_render(x->rq, &now, &p, err);
}

static int done(struct action *x, int rc, const char *notice, struct err *err)
{
    if (rc < 0)
        return db_is_once_error(err) ? -1 : show_again(x, NULL, NULL, err);
    return back_to_ticket(x, notice, err);
}

/* Where the ticket went out of one's own sight, its page is gone too. */
static int done_or_list(struct action *x, int rc, const char *notice, struct err *err)
{
    struct ticket now;
    if (rc < 0)
        return done(x, rc, notice, err);
    rc = ticket_by_number(&x->act, x->ticket.number, &now, err);
    return rc < 0    ? -1
           : rc == 1 ? back_to_ticket(x, notice, err)
                     : response_redirect(x->rq, "/tickets", notice, err);
}

typedef int change_fn(struct act *act, int64_t id, int64_t version, struct err *err);

static int change(struct request *rq, change_fn *fn, const char *notice, struct err *err)
{
    struct action x;
    if (begin(rq, &x, err) < 0)
        return -1;
    return done_or_list(&x, fn(&x.act, x.ticket.id, x.version, err), notice, err);
}

static int resolve(struct request *rq, struct err *err)
{
    return change(rq, ticket_resolve, _("The ticket is resolved."), err);
}

static int reopen(struct request *rq, struct err *err)
{
    return change(rq, ticket_reopen, _("The ticket is open again."), err);
}

static int mark_answered(struct request *rq, struct err *err)
{
    return change(rq, ticket_mark_answered, _("The ticket is marked as answered."), err);
}

static int spam(struct request *rq, struct err *err)
{
    return change(rq, ticket_spam, _("The ticket is spam now."), err);
}

static int not_spam(struct request *rq, struct err *err)
{
    return change(rq, ticket_not_spam, _("The ticket is back."), err);
}

static int delete (struct request *rq, struct err *err)
{
    return change(rq, ticket_delete, _("The ticket is deleted."), err);
}

static int restore(struct request *rq, struct err *err)
{
    return change(rq, ticket_restore, _("The ticket is restored."), err);
}

static int postpone(struct request *rq, struct err *err)
{
    struct action x;
    int64_t until;
    if (begin(rq, &x, err) < 0)
        return -1;
    use_zone(rq);
    int rc = zone_parse(form_text(rq, "until"), &until)
                 ? ticket_postpone(&x.act, x.ticket.id, x.version, until, err)
                 : err_set(err, ERR_INVALID, WORDS("this is no time"));
    return done(&x, rc, _("The ticket is postponed."), err);
}

static int assign(struct request *rq, struct err *err)
{
    struct action x;
    int64_t agent;
    const char *who = form_text(rq, "agent");
    if (begin(rq, &x, err) < 0)
        return -1;
    if (str_is(who, "me"))
        agent = rq->viewer->user_id;
    else if (!str_i64(who, 0, INT64_MAX, &agent))
        return err_set(err, ERR_INVALID, WORDS("no such person"));
    const char *notice = agent == 0                     ? _("The ticket is released.")
                         : agent == rq->viewer->user_id ? _("The ticket is yours.")
                                                        : _("The ticket is assigned.");
    return done(&x, ticket_assign(&x.act, x.ticket.id, x.version, agent, err), notice, err);
}

/* A typed list of addresses: every one must be good, for a mail that goes to fewer people than was
 * meant is worse than a question. */
static bool read_addresses(struct request *rq, const char *name, struct mail_addresses *out)
{
    const char *text = str_or(form_text(rq, name), "");
    size_t commas = *text != '\0';
    *out = mail_addresses_parse(rq->arena, text);
    for (size_t i = 0; i < out->n; i++)
        if (!mail_address_is_valid(out->items[i].email))
            return false;
    return out->n >= commas;
}

static int ask_again(struct action *x, struct ticket_page *p, struct err *err)
{
    p->status = 400;
    return ticket_page_render(x->rq, &x->ticket, p, err);
}

static int answer(struct request *rq, struct err *err)
{
    struct action x;
    struct answer a = { .text = form_text(rq, "text"), .resolves = form_bool(rq, "resolve") };
    int64_t message_id;
    if (begin(rq, &x, err) < 0)
        return -1;
    struct ticket_page p = { .draft = str_or(a.text, "") };
    if (str_is_empty(a.text))
        p.error = _("Please write an answer.");
    if (!read_addresses(rq, "to", &a.to))
        p.error_to = _("One of these addresses is not complete.");
    if (!read_addresses(rq, "cc", &a.cc))
        p.error_cc = _("One of these addresses is not complete.");
    if (p.error != NULL || p.error_to != NULL || p.error_cc != NULL)
        return ask_again(&x, &p, err);
    a.ticket_id = x.ticket.id;
    a.department_id = x.ticket.department_id;
    a.version = x.version;
    a.attachments = uploads_as_attachments(rq, "files", &a.attachments_n);
    if (answer_send(&x.act, &a, &message_id, err) < 0)
        return db_is_once_error(err) ? -1 : show_again(&x, a.text, NULL, err);
    cache_push(rq->app->cache, "deskd:jobs", "outbox");
    return back_to_ticket(&x,
                          a.resolves ? _("The answer is on its way, the ticket is resolved.")
                                     : _("The answer is on its way."),
                          err);
}

static int note(struct request *rq, struct err *err)
{
    struct action x;
    struct answer a = { .text = form_text(rq, "text") };
    int64_t message_id;
    if (begin(rq, &x, err) < 0)
        return -1;
    if (str_is_empty(a.text))
        return ask_again(
            &x, &(struct ticket_page) { .note = "", .error = _("Please write a note.") }, err);
    a.ticket_id = x.ticket.id;
    a.attachments = uploads_as_attachments(rq, "files", &a.attachments_n);
    if (answer_note(&x.act, &a, &message_id, err) < 0)
        return db_is_once_error(err) ? -1 : show_again(&x, NULL, a.text, err);
    return back_to_ticket(&x, _("The note is saved."), err);
}

static int unmerge(struct request *rq, struct err *err)
{
    struct action x;
    if (begin(rq, &x, err) < 0)
        return -1;
    int64_t number = form_i64(rq, "ticket", 0);
    const char *notice = arena_printf(rq->arena, "#%" PRId64 " %s", number,
                                      _("is a ticket of its own again."));
    return done_or_list(&x, ticket_unmerge(&x.act, x.ticket.id, x.version, number, err), notice,
                        err);
}

static const struct field plain_form[] = { VERSION, FIELD_END };
static const struct field postpone_form[] = { VERSION, FIELD_TEXT("until", REQUIRED, 40),
                                              FIELD_END };
static const struct field assign_form[] = { VERSION, FIELD_TEXT("agent", REQUIRED, 20), FIELD_END };
static const struct field unmerge_form[] = { VERSION, FIELD_I64("ticket", REQUIRED, 1, INT64_MAX),
                                             FIELD_END };
static const struct field answer_form[] = { VERSION,
                                            FIELD_TEXT("to", OPTIONAL, LIST_MAX_BYTES),
                                            FIELD_TEXT("cc", OPTIONAL, LIST_MAX_BYTES),
                                            FIELD_TEXT("text", OPTIONAL, TEXT_MAX),
                                            FIELD_BOOL("resolve"),
                                            FIELD_FILES("files", FILES_MAX),
                                            FIELD_END };
static const struct field note_form[] = { VERSION, FIELD_TEXT("text", OPTIONAL, TEXT_MAX),
                                          FIELD_FILES("files", FILES_MAX), FIELD_END };

const struct route ticket_action_routes[] = {
    { POST, "/tickets/{number}/answer", CAP_TICKET_ANSWER, answer_form, answer, 0 },
    { POST, "/tickets/{number}/note", CAP_TICKET_NOTE, note_form, note, 0 },
    { POST, "/tickets/{number}/resolve", CAP_TICKET_STATUS, plain_form, resolve, 0 },
    { POST, "/tickets/{number}/answered", CAP_TICKET_STATUS, plain_form, mark_answered, 0 },
    { POST, "/tickets/{number}/reopen", CAP_TICKET_STATUS, plain_form, reopen, 0 },
    { POST, "/tickets/{number}/postpone", CAP_TICKET_STATUS, postpone_form, postpone, 0 },
    { POST, "/tickets/{number}/spam", CAP_TICKET_SPAM, plain_form, spam, 0 },
    { POST, "/tickets/{number}/notspam", CAP_TICKET_SPAM, plain_form, not_spam, 0 },
    { POST, "/tickets/{number}/delete", CAP_TICKET_DELETE, plain_form, delete, 0 },
    { POST, "/tickets/{number}/restore", CAP_TICKET_DELETE, plain_form, restore, 0 },
    { POST, "/tickets/{number}/assign", CAP_TICKET_ASSIGN, assign_form, assign, 0 },
    { POST, "/tickets/{number}/unmerge", CAP_TICKET_MERGE, unmerge_form, unmerge, 0 },
    ROUTE_END,
};
