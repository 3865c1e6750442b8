#include "ticket/answer.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "contact/contact.h"
#include "db/db.h"
#include "outbox/outbox.h"
#include "ticket/event.h"
#include "ticket/mail_id.h"
#include "ticket/merge.h"
#include "ticket/message.h"
#include "ticket/responsibility.h"
#include "ticket/ticket.h"
#include "ticket/watch.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

struct work {
    struct act *act;
    const struct answer *x;
    struct ticket ticket;
    struct department department;
    int64_t message_id;
};

/* asked: about the department that the ticket was believed to be in. */
static int department_of(struct work *w, struct db_later *asked, struct err *err)
{
    struct act *act = w->act;
    int rc = asked == NULL ? 0 : department_answer(asked, &w->department, err);
    if (rc == 0 || (rc == 1 && w->department.id != w->ticket.department_id))
        rc = department_by_id(act->db, act->arena, w->ticket.department_id, &w->department, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "a ticket without department");
}

/* Quoted: a name may contain what separates addresses. */
static void add_name(struct buf *b, const char *name)
{
    buf_addc(b, '"');
    for (; *name != '\0'; name++) {
        if (*name == '"' || *name == '\\')
            buf_addc(b, '\\');
        buf_addc(b, *name);
    }
    buf_addc(b, '"');
}

static const char *addresses_text(struct arena *a, const struct mail_addresses *list)
{
    struct buf b = buf_make(a, 0);
    for (size_t i = 0; i < list->n; i++) {
        if (i > 0)
            buf_adds(&b, ", ");
        bool has_name = !str_is_empty(list->items[i].name);
        if (has_name)
            add_name(&b, list->items[i].name);
        buf_printf(&b, has_name ? " <%s>" : "%s", list->items[i].email);
    }
    return buf_str(&b);
}

static struct mail_addresses to_of(const struct work *w)
{
    if (w->x->to.n > 0)
        return w->x->to;
    struct mail_address *customer = arena_alloc(w->act->arena, sizeof(*customer));
    *customer = (struct mail_address) { w->ticket.contact_name, w->ticket.contact_email };
    return (struct mail_addresses) { customer, 1 };
}

static int add_attachments(struct work *w, struct err *err)
{
    int64_t id;
    for (size_t i = 0; i < w->x->attachments_n; i++)
        if (attachment_add(w->act, w->ticket.id, w->message_id, &w->x->attachments[i], &id, err) <
            0)
            return -1;
    if (w->x->attachments_n > 0)
        w->ticket.has_attachments = true;
    return 0;
}

static int say(struct work *w, enum message_kind kind, struct err *err)
{
    const struct viewer *v = w->act->viewer;
    struct mail_addresses to = to_of(w);
    bool is_mail = kind == MESSAGE_ANSWER;
    struct message_new m = {
        .kind = kind,
        .from_name = v->name,
        .from_email = is_mail ? str_or(w->department.address, "") : v->email,
        .recipients = is_mail ? addresses_text(w->act->arena, &to) : "",
        .cc = is_mail ? addresses_text(w->act->arena, &w->x->cc) : "",
        .subject = w->ticket.subject,
        .body = w->x->text,
        .quote_at = -1,
        .attachments = w->x->attachments,
        .attachments_n = w->x->attachments_n,
    };
    return message_add(w->act, &w->ticket, &m, &w->message_id, err) < 0 ? -1
                                                                        : add_attachments(w, err);
}

/* Who is known in a merged ticket is part of that one, and leaves with it. */
static int add_participant(struct work *w, const char *email, struct err *err)
{
    if (str_is_nocase(email, w->ticket.contact_email))
        return 0;
    int known = w->ticket.merged_n > 0 ? participant_is(w->act, &w->ticket, email, err) : 0;
    return known != 0 ? (known < 0 ? -1 : 0) : participant_add(w->act, w->ticket.id, email, err);
}

static int queue_to(struct work *w, const struct mail_addresses *list, struct err *err)
{
    /* What cannot be delivered comes back to this very ticket, whatever the report leaves out. */
    const char *sender = reply_address_make(w->act->arena, w->act->tenant,
                                            str_or(w->department.address, ""), w->ticket.id);
    for (size_t i = 0; i < list->n; i++) {
        struct outbox_mail mail = {
            .kind = OUTBOX_ANSWER,
            .ticket_id = w->ticket.id,
            .message_id = w->message_id,
            .user_id = w->act->viewer->user_id,
            .sender = sender,
            .recipient = list->items[i].email,
            .payload = "{}",
            .now = w->act->now,
        };
        if (outbox_add(w->act->db, w->act->arena, &mail, err) < 0)
            return -1;
        if (add_participant(w, mail.recipient, err) < 0)
            return -1;
    }
    return 0;
}

static int queue_mails(struct work *w, struct err *err)
{
    struct mail_addresses to = to_of(w);
    if (w->x->is_silent)
        return 0;
    return queue_to(w, &to, err) < 0 ? -1 : queue_to(w, &w->x->cc, err);
}

static bool names(const struct mail_addresses *list, const char *email)
{
    for (size_t i = 0; i < list->n; i++)
        if (str_is_nocase(list->items[i].email, email))
            return true;
    return false;
}

static bool is_recipient(const void *data, const char *email)
{
    const struct work *w = data;
    struct mail_addresses to = to_of(w);
    return names(&to, email) || names(&w->x->cc, email);
}

/* Status and agent change on the ticket in memory; one save writes them with the message's counts.
 */
static int settle(struct work *w, const struct ticket *old, enum status_event event,
                  struct err *err)
{
    struct act *act = w->act;
    bool is_claimed = false;
    w->ticket.has_failure = false;
    enum status_verdict verdict = ticket_apply(act, &w->ticket, event, -1);
    if (verdict == VERDICT_REFUSED || verdict == VERDICT_NEW_TICKET)
        return err_set(err, ERR_REFUSED, "%s", status_refusal(old->status));
    if (verdict == VERDICT_KEEP && w->ticket.answered_at == 0)
        w->ticket.answered_at = act->now;
    if (responsibility_after_answer(act, &w->ticket, &w->department, &is_claimed, err) < 0 ||
        ticket_save(act, old, &w->ticket, err) < 0)
        return -1;
    if (merged_answered(act, &w->ticket, event, is_recipient, w, err) < 0)
        return -1;
    if (is_claimed && responsibility_announce(act, old->id, old->agent_id, w->ticket.agent_id,
                                              WORDS("by answering"), err) < 0)
        return -1;
    if (old->status == w->ticket.status)
        return 0;
    return event_add(act, old->id, "status", (char[]) { (char)old->status, '\0' },
                     (char[]) { (char)w->ticket.status, '\0' }, "answer", err);
}

static int send_in_transaction(struct db *db, void *data, struct err *err)
{
    struct work *w = data;
    struct db_later *asked = NULL;
    if (w->x->department_id != 0) {
        asked = arena_alloc(w->act->arena, sizeof(*asked));
        department_ask(db, w->act->arena, w->x->department_id, asked);
    }
    if (ticket_lock(w->act, w->x->ticket_id, w->x->version, &w->ticket, err) < 0 ||
        ticket_check_right(w->act, &w->ticket, CAP_TICKET_ANSWER, err) < 0 ||
        (w->x->resolves && ticket_check_right(w->act, &w->ticket, CAP_TICKET_STATUS, err) < 0) ||
        ticket_watch_may(w->act, &w->ticket, ACTION_ANSWER, err) < 0 ||
        department_of(w, asked, err) < 0)
        return -1;
    struct ticket old = w->ticket;
    if (say(w, MESSAGE_ANSWER, err) < 0 || queue_mails(w, err) < 0)
        return -1;
    return settle(w, &old, w->x->resolves ? EVENT_ANSWER_RESOLVE : EVENT_ANSWER, err);
}

static int write_files(struct act *act, const struct answer *x, struct err *err)
{
    for (size_t i = 0; i < x->attachments_n; i++)
        if (attachment_write(act, &x->attachments[i], err) < 0)
            return -1;
    return 0;
}

int answer_send(struct act *act, const struct answer *x, int64_t *message_id, struct err *err)
{
    struct work w = { .act = act, .x = x };
    if (write_files(act, x, err) < 0 || db_transact(act->db, send_in_transaction, &w, err) < 0)
        return -1;
    attachments_settle(x->attachments, x->attachments_n);
    *message_id = w.message_id;
    return 0;
}

static int note_in_transaction(struct db *db, void *data, struct err *err)
{
    struct work *w = data;
    (void)db;
    if (ticket_lock(w->act, w->x->ticket_id, 0, &w->ticket, err) < 0 ||
        ticket_check_right(w->act, &w->ticket, CAP_TICKET_NOTE, err) < 0 ||
        ticket_watch_may(w->act, &w->ticket, ACTION_NOTE, err) < 0)
        return -1;
    struct ticket old = w->ticket;
    if (say(w, MESSAGE_NOTE, err) < 0)
        return -1;
    return ticket_save(w->act, &old, &w->ticket, err);
}

int answer_note(struct act *act, const struct answer *x, int64_t *message_id, struct err *err)
{
    struct work w = { .act = act, .x = x };
    if (write_files(act, x, err) < 0 || db_transact(act->db, note_in_transaction, &w, err) < 0)
        return -1;
    attachments_settle(x->attachments, x->attachments_n);
    *message_id = w.message_id;
    return 0;
}

struct opening {
    struct work work;
    const struct answer_new_ticket *n;
};

static int say_as_customer(struct work *w, struct err *err)
{
    struct message_new m = { .kind = MESSAGE_CUSTOMER,
                             .from_name = w->ticket.contact_name,
                             .from_email = w->ticket.contact_email,
                             .subject = w->ticket.subject,
                             .body = w->x->text,
                             .quote_at = -1,
                             .attachments = w->x->attachments,
                             .attachments_n = w->x->attachments_n };
    return message_add(w->act, &w->ticket, &m, &w->message_id, err) < 0 ? -1
                                                                        : add_attachments(w, err);
}

/* Who sees only tickets of their own gets what they open themselves. */
static int64_t agent_of(const struct opening *o)
{
    const struct viewer *v = o->work.act->viewer;
    bool is_lost = o->n->agent_id == 0 && !viewer_sees(v, o->n->department_id, 0);
    return is_lost ? v->user_id : o->n->agent_id;
}

static int assign_new(struct opening *o, struct err *err)
{
    struct work *w = &o->work;
    int64_t agent = agent_of(o);
    if (agent == 0 || agent == w->ticket.agent_id)
        return 0;
    int may = user_may_work(w->act->db, agent, w->ticket.department_id, err);
    if (may <= 0)
        return may < 0 ? -1
                       : err_set(err, ERR_INVALID,
                                 WORDS("this person does not work in that department"));
    w->ticket.agent_id = agent;
    return responsibility_announce(w->act, w->ticket.id, 0, agent, "", err);
}

static int open_in_transaction(struct db *db, void *data, struct err *err)
{
    struct opening *o = data;
    struct work *w = &o->work;
    struct contact customer;
    bool is_new;
    if (contact_find_or_add(db, w->act->arena, o->n->customer_email, o->n->customer_name,
                            w->act->now, &customer, &is_new, err) < 0)
        return -1;
    struct ticket_new n = { .department_id = o->n->department_id,
                            .customer = &customer,
                            .source = SOURCE_AGENT,
                            .subject = o->n->subject,
                            .status = o->n->is_mailed ? STATUS_ANSWERED : STATUS_NEW };
    if (ticket_create(w->act, &n, &w->ticket, err) < 0 || department_of(w, NULL, err) < 0)
        return -1;
    struct ticket old = w->ticket;
    if (assign_new(o, err) < 0)
        return -1;
    if (!o->n->is_mailed)
        return say_as_customer(w, err) < 0 ? -1 : ticket_save(w->act, &old, &w->ticket, err);
    if (say(w, MESSAGE_ANSWER, err) < 0 || queue_mails(w, err) < 0)
        return -1;
    return settle(w, &old, w->x->resolves ? EVENT_ANSWER_RESOLVE : EVENT_ANSWER, err);
}

int answer_open_ticket(struct act *act, const struct answer_new_ticket *n, int64_t *number,
                       struct err *err)
{
    struct opening o = { { .act = act, .x = &n->first }, n };
    if (!viewer_may_in(act->viewer, CAP_TICKET_CREATE, n->department_id))
        return err_set(err, ERR_INVALID, WORDS("no such department"));
    if (n->is_mailed && !viewer_may_in(act->viewer, CAP_TICKET_ANSWER, n->department_id))
        return err_set(err, ERR_FORBIDDEN, "no right to write to customers here");
    bool gives = n->agent_id != 0 && n->agent_id != act->viewer->user_id;
    if (gives && !viewer_may_in(act->viewer, CAP_TICKET_ASSIGN, n->department_id))
        return err_set(err, ERR_FORBIDDEN, "no right to assign tickets here");
    if (write_files(act, &n->first, err) < 0 ||
        db_transact(act->db, open_in_transaction, &o, err) < 0)
        return -1;
    attachments_settle(n->first.attachments, n->first.attachments_n);
    *number = o.work.ticket.number;
    return 0;
}
