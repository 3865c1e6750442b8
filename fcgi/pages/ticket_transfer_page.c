/* fcgi/pages/ticket_transfer_page.c - who is responsible from now on: department and agent in one
 * choice */
#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/ticket_page.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "ticket/desk.h"
#include "ticket/responsibility.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <string.h>

#define NOTE_MAX 20000

/* The page, and what was chosen on it. */
struct page {
    struct request *rq;
    struct act act;
    struct ticket ticket;
    int64_t department_id, agent_id; /* chosen; department 0: nothing */
    int status;
    const char *error, *error_to, *conflict_name;
};

/* "department:agent", or the two fields apart; false where it is none of these. */
static bool read_choice(struct request *rq, struct page *p)
{
    const char *to = form_text(rq, "to");
    const char *colon = to == NULL ? NULL : strchr(to, ':');
    if (to == NULL) {
        p->department_id = form_i64(rq, "department", 0);
        p->agent_id = form_i64(rq, "agent", 0);
        return p->department_id != 0;
    }
    return colon != NULL &&
           str_i64(arena_strndup(rq->arena, to, (size_t)(colon - to)), 1, INT64_MAX,
                   &p->department_id) &&
           str_i64(colon + 1, 0, INT64_MAX, &p->agent_id);
}

static void show_choice(struct page *p, struct view_list *list, int64_t department_id,
                        const struct roster_person *agent)
{
    struct view *row = view_row(list);
    int64_t id = agent == NULL ? 0 : agent->id;
    view_text(row, "value", arena_printf(p->rq->arena, "%" PRId64 ":%" PRId64, department_id, id));
    view_text(row, "agent_name", agent == NULL ? NULL : agent->name);
    view_bool(row, "is_me", id != 0 && id == p->rq->viewer->user_id);
    view_bool(row, "is_selected", department_id == p->department_id && id == p->agent_id);
}

/* Only what this person may choose: giving it to nobody in its own department, or to somebody, is
 * assigning. */
static void show_place(struct page *p, struct view_list *list, const struct roster *r,
                       const struct roster_department *d)
{
    int64_t own = p->ticket.department_id;
    bool assigns = viewer_may_in(p->rq->viewer, CAP_TICKET_ASSIGN, own);
    bool transfers = viewer_may_in(p->rq->viewer, CAP_TICKET_TRANSFER, own);
    if (d->id == own ? !assigns : !transfers)
        return;
    struct view *row = view_row(list);
    view_text(row, "name", d->name);
    view_bool(row, "is_here", d->id == own);
    struct view_list *choices = view_list(row, "choices");
    show_choice(p, choices, d->id, NULL);
    for (size_t i = 0; assigns && i < r->people_n; i++)
        if (roster_works(r, &r->people[i], d->id))
            show_choice(p, choices, d->id, &r->people[i]);
}

static void show_places(struct page *p, struct view *v, const struct roster *r)
{
    struct view_list *list = view_list(v, "places");
    for (int own = 1; own >= 0; own--) /* the ticket's own first */
        for (size_t i = 0; i < r->departments_n; i++)
            if ((r->departments[i].id == p->ticket.department_id) == own)
                show_place(p, list, r, &r->departments[i]);
}

static int render(struct page *p, struct err *err)
{
    struct view *v = view_new(p->rq->arena);
    const struct desk *desk = pages_desk(p->rq, err);
    const struct ticket *t = &p->ticket;
    if (desk == NULL)
        return -1;
    if (p->department_id == 0) {
        p->department_id = t->department_id;
        p->agent_id = t->agent_id;
    }
    view_i64(v, "number", t->number);
    view_i64(v, "version", t->version);
    view_text(v, "subject", str_or(t->subject, _("(no subject)")));
    view_text(v, "customer_name", str_or(t->contact_name, t->contact_email));
    view_text(v, "department_name", t->department_name);
    view_text(v, "agent_name", t->agent_id != 0 ? t->agent_name : NULL);
    view_text(v, "error", p->error);
    view_text(v, "conflict_name", p->conflict_name);
    view_text(v, "error_to", p->error_to);
    view_bool(v, "can_note", viewer_may_in(p->rq->viewer, CAP_TICKET_NOTE, t->department_id));
    view_text(v, "note", form_text(p->rq, "note"));
    show_places(p, v, desk->roster);
    return response_render(p->rq, p->status, "tickets/transfer", v, err);
}

static int transfer_get(struct request *rq, struct err *err)
{
    struct page p = { .rq = rq, .status = 200 };
    if (ticket_of_path(rq, &p.act, &p.ticket, err) < 0)
        return -1;
    if (ticket_is_elsewhere(rq, &p.ticket))
        return ticket_go_there(rq, &p.ticket, "/transfer", err);
    int64_t d = p.ticket.department_id;
    if (!viewer_may_in(rq->viewer, CAP_TICKET_ASSIGN, d) &&
        !viewer_may_in(rq->viewer, CAP_TICKET_TRANSFER, d))
        return err_set(err, ERR_FORBIDDEN, "no right to transfer or assign here");
    return render(&p, err);
}

/* The form again, over the ticket as it is now, with what was chosen and written. */
static int look_again(struct page *p, struct err *err)
{
    if (err->code == ERR_CONFLICT && str_is_empty(err->msg))
        p->error = _("Somebody changed the ticket meanwhile. Please look at it once more.");
    else if (err->code == ERR_CONFLICT)
        p->conflict_name = arena_strdup(p->rq->arena, err->msg);
    else if (err->code == ERR_REFUSED)
        p->error = words_get(arena_strdup(p->rq->arena, err->msg));
    else if (err->code == ERR_INVALID)
        p->error_to = words_get(arena_strdup(p->rq->arena, err->msg));
    else
        return -1;
    p->status = err->code == ERR_INVALID ? 400 : 409;
    *err = (struct err)ERR_INIT;
    return ticket_of_path(p->rq, &p->act, &p->ticket, err) < 0 ? -1 : render(p, err);
}

/* Where the ticket went out of one's own sight, its page is gone too. */
static int done(struct page *p, struct err *err)
{
    struct ticket now;
    const char *notice = p->department_id != p->ticket.department_id
                             ? _("The ticket is transferred.")
                         : p->agent_id == 0                      ? _("The ticket is released.")
                         : p->agent_id == p->rq->viewer->user_id ? _("The ticket is yours.")
                                                                 : _("The ticket is assigned.");
    int rc = ticket_by_number(&p->act, p->ticket.number, &now, err);
    const char *path = rc == 1 ? arena_printf(p->rq->arena, "/tickets/%" PRId64, p->ticket.number)
                               : "/tickets";
    return rc < 0 ? -1 : response_redirect(p->rq, path, notice, err);
}

static int transfer_post(struct request *rq, struct err *err)
{
    struct page p = { .rq = rq, .status = 200 };
    if (ticket_of_path(rq, &p.act, &p.ticket, err) < 0)
        return -1;
    struct handover h = { .ticket_id = p.ticket.id,
                          .version = ticket_is_elsewhere(rq, &p.ticket)
                                         ? INT64_MAX
                                         : form_i64(rq, "version", 0),
                          .note = str_trim(rq->arena, str_or(form_text(rq, "note"), "")) };
    int rc = read_choice(rq, &p) ? 0 : err_set(err, ERR_INVALID, WORDS("no such department"));
    h.department_id = p.department_id;
    h.agent_id = p.agent_id;
    if (rc == 0)
        rc = ticket_hand_over(&p.act, &h, err);
    if (rc < 0)
        return db_is_once_error(err) ? -1 : look_again(&p, err);
    return done(&p, err);
}

static const struct field transfer_form[] = {
    FIELD_I64("version", OPTIONAL, 0, INT32_MAX),    FIELD_TEXT("to", OPTIONAL, 60),
    FIELD_I64("department", OPTIONAL, 1, INT64_MAX), FIELD_I64("agent", OPTIONAL, 0, INT64_MAX),
    FIELD_TEXT("note", OPTIONAL, NOTE_MAX),          FIELD_END,
};

/* Each choice needs its own right: assigning, transferring, or both. */
const struct route ticket_transfer_routes[] = {
    { GET, "/tickets/{number}/transfer", CAP_TICKET_READ, NULL, transfer_get, ROUTE_DESK },
    { POST, "/tickets/{number}/transfer", CAP_TICKET_READ, transfer_form, transfer_post, 0 },
    ROUTE_END,
};
