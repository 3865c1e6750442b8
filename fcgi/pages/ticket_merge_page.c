/* fcgi/pages/ticket_merge_page.c - a ticket becomes part of another, or messages become one */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "fcgi/pages/choice.h"
#include "fcgi/pages/conversation.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/ticket_page.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/merge.h"
#include "ticket/split.h"
#include "user/viewer.h"

#include <inttypes.h>

#define VERSION    FIELD_I64("version", OPTIONAL, 0, INT32_MAX)
#define SPLIT_MOST 200

/* A page of these, as its functions share it. */
struct page {
    struct request *rq;
    struct act act;
    struct ticket ticket;
    int status;
    const char *error; /* why not now */
    const char *wrong; /* what is wrong with what was typed */
};

static int begin(struct request *rq, struct page *p, struct err *err)
{
    *p = (struct page) { .rq = rq, .status = 200 };
    return ticket_of_path(rq, &p->act, &p->ticket, err);
}

/* The form again, over the ticket as it is now: 0, or -1 where that is no answer to err. */
static int look_again(struct page *p, struct err *err)
{
    if (err->code == ERR_CONFLICT)
        p->error = _("Somebody changed the ticket meanwhile. Please look at it once more.");
    else if (err->code == ERR_REFUSED)
        p->error = words_get(arena_strdup(p->rq->arena, err->msg));
    else if (err->code == ERR_INVALID)
        p->wrong = words_get(arena_strdup(p->rq->arena, err->msg));
    else
        return -1;
    p->status = err->code == ERR_INVALID ? 400 : 409;
    *err = (struct err)ERR_INIT;
    return ticket_of_path(p->rq, &p->act, &p->ticket, err);
}

static void show_ticket(struct page *p, struct view *v)
{
    const struct ticket *t = &p->ticket;
    use_zone(p->rq);
    view_i64(v, "number", t->number);
    view_i64(v, "version", t->version);
    view_text(v, "subject", str_or(t->subject, _("(no subject)")));
    view_text(v, "customer_name", str_or(t->contact_name, t->contact_email));
    view_text(v, "error", p->error);
}

/* --- merge --- */

static int merge_render(struct page *p, struct err *err)
{
    struct view *v = view_new(p->rq->arena);
    struct dossier around;
    struct db_later later;
    dossier_ask(&p->act, &p->ticket, &later);
    if (dossier_answer(&p->act, &later, NULL, &around, err) < 0)
        return -1;
    show_ticket(p, v);
    view_text(v, "into", form_text(p->rq, "into"));
    view_text(v, "error_into", p->wrong);
    view_bool(v, "has_others", around.others_n > 0);
    struct view_list *list = view_list(v, "others");
    for (size_t i = 0; i < around.others_n; i++) {
        struct view *row = view_row(list);
        view_i64(row, "other_number", around.others[i].number);
        view_text(row, "other_subject", str_or(around.others[i].subject, _("(no subject)")));
        show_time(row, "other_iso", "other_text", around.others[i].created_at);
        show_state(row, around.others[i].status);
    }
    return response_render(p->rq, p->status, "tickets/merge", v, err);
}

static int merge_get(struct request *rq, struct err *err)
{
    struct page p;
    if (begin(rq, &p, err) < 0)
        return -1;
    return ticket_is_elsewhere(rq, &p.ticket) ? ticket_go_there(rq, &p.ticket, "", err)
                                              : merge_render(&p, err);
}

/* "12" or "#12"; 0: no number. */
static int64_t typed_number(struct request *rq)
{
    const char *text = str_trim(rq->arena, str_or(form_text(rq, "into"), ""));
    int64_t number;
    return str_i64(*text == '#' ? text + 1 : text, 1, INT64_MAX, &number) ? number : 0;
}

static int merge_post(struct request *rq, struct err *err)
{
    struct page p;
    int64_t number = typed_number(rq), shown;
    if (begin(rq, &p, err) < 0)
        return -1;
    if (ticket_is_elsewhere(rq, &p.ticket))
        return ticket_go_there(rq, &p.ticket, "", err);
    int rc = number == 0 ? err_set(err, ERR_INVALID, WORDS("there is no ticket with this number"))
                         : ticket_merge(&p.act, p.ticket.id, form_i64(rq, "version", 0), number,
                                        &shown, err);
    if (rc < 0)
        return db_is_once_error(err) || look_again(&p, err) < 0 ? -1 : merge_render(&p, err);
    const struct ticket there = { .number = shown };
    return ticket_go_there(rq, &there, "", err);
}

/* --- split --- */

static bool is_ticked(struct request *rq, int64_t id)
{
    size_t n;
    const int64_t *ids = form_i64s(rq, "messages", &n);
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static void show_message(struct page *p, struct view *row, const struct conversation *c,
                         const struct message *m)
{
    view_i64(row, "id", m->id);
    view_bool(row, "is_chosen", is_ticked(p->rq, m->id));
    view_bool(row, "is_note", m->kind == MESSAGE_NOTE);
    view_bool(row, "is_machine", m->kind == MESSAGE_MACHINE || m->kind == MESSAGE_RECEIPT);
    view_text(row, "from_name", str_or(m->from_name, m->from_email));
    view_text(row, "preview", message_preview(p->rq->arena, m->body, m->quote_at));
    show_time(row, "at_iso", "at_text", m->created_at);
    conversation_origin(row, c, m);
    conversation_files(row, c, m->id, "/files/");
}

static int split_render(struct page *p, struct err *err)
{
    struct view *v = view_new(p->rq->arena);
    struct conversation c = { .act = p->act, .ticket = &p->ticket };
    struct choice chosen = { .department_id = p->ticket.department_id,
                             .agent_id = form_i64(p->rq, "agent", 0) };
    if (conversation_read(&c, NULL, err) < 0 || choice_show(p->rq, v, &chosen, err) < 0)
        return -1;
    show_ticket(p, v);
    view_text(v, "new_subject", str_or(form_text(p->rq, "subject"), p->ticket.subject));
    view_text(v, "error_messages", p->wrong);
    view_bool(v, "can_assign",
              viewer_may_in(p->rq->viewer, CAP_TICKET_ASSIGN, p->ticket.department_id));
    struct view_list *list = view_list(v, "messages");
    for (size_t i = 0; i < c.messages_n; i++)
        show_message(p, view_row(list), &c, &c.messages[i]);
    return response_render(p->rq, p->status, "tickets/split", v, err);
}

static int split_get(struct request *rq, struct err *err)
{
    struct page p;
    if (begin(rq, &p, err) < 0)
        return -1;
    return ticket_is_elsewhere(rq, &p.ticket) ? ticket_go_there(rq, &p.ticket, "/split", err)
                                              : split_render(&p, err);
}

static int split_post(struct request *rq, struct err *err)
{
    struct page p;
    int64_t number;
    if (begin(rq, &p, err) < 0)
        return -1;
    struct split s = { .ticket_id = p.ticket.id,
                       .version = ticket_is_elsewhere(rq, &p.ticket) ? INT64_MAX
                                                                     : form_i64(rq, "version", 0),
                       .subject = form_text(rq, "subject"),
                       .agent_id = form_i64(rq, "agent", 0) };
    s.messages = form_i64s(rq, "messages", &s.n);
    if (ticket_split(&p.act, &s, &number, err) < 0)
        return db_is_once_error(err) || look_again(&p, err) < 0 ? -1 : split_render(&p, err);
    return response_redirect(rq, arena_printf(rq->arena, "/tickets/%" PRId64, number),
                             _("These messages are a ticket of their own now."), err);
}

static const struct field merge_form[] = { VERSION, FIELD_TEXT("into", OPTIONAL, 40), FIELD_END };
static const struct field split_form[] = { VERSION, FIELD_I64_LIST("messages", SPLIT_MOST),
                                           FIELD_TEXT("subject", OPTIONAL, 900),
                                           FIELD_I64("agent", OPTIONAL, 0, INT64_MAX), FIELD_END };

const struct route ticket_merge_routes[] = {
    { GET, "/tickets/{number}/merge", CAP_TICKET_MERGE, NULL, merge_get, ROUTE_DESK },
    { POST, "/tickets/{number}/merge", CAP_TICKET_MERGE, merge_form, merge_post, 0 },
    { GET, "/tickets/{number}/split", CAP_TICKET_MERGE, NULL, split_get, ROUTE_DESK },
    { POST, "/tickets/{number}/split", CAP_TICKET_MERGE, split_form, split_post, 0 },
    ROUTE_END,
};
