#include "ticket/customer.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "contact/contact.h"
#include "db/db.h"
#include "outbox/outbox.h"
#include "tenant/tenant.h"
#include "ticket/event.h"
#include "ticket/merge.h"
#include "ticket/message.h"
#include "ticket/responsibility.h"
#include "user/department.h"
#include "user/throttle.h"

static const struct throttle receipts = { "receipt", 3, INT64_C(3600000) };

int customer_receipt_allowed(struct act *act, const char *email, struct err *err)
{
    return throttle_hit(act->db, act->arena, &act->tenant->key, &receipts, email, err);
}

struct work {
    struct act *act;
    const struct customer_message *m;
    int64_t ticket_id; /* replied to; 0: a new ticket */
    int64_t number;
    bool sends_receipt, is_limited;
};

static int write_files(struct act *act, const struct customer_message *m, struct err *err)
{
    for (size_t i = 0; i < m->attachments_n; i++)
        if (attachment_write(act, &m->attachments[i], err) < 0)
            return -1;
    return 0;
}

static int say(struct work *w, struct ticket *t, const struct ticket *home, struct err *err)
{
    int64_t message_id, file_id;
    struct message_new n = { .kind = MESSAGE_CUSTOMER,
                             .from_name = home->contact_name,
                             .from_email = home->contact_email,
                             .subject = home->subject,
                             .home = home,
                             .body = w->m->text,
                             .quote_at = -1,
                             .attachments = w->m->attachments,
                             .attachments_n = w->m->attachments_n };
    if (message_add(w->act, t, &n, &message_id, err) < 0)
        return -1;
    for (size_t i = 0; i < w->m->attachments_n; i++)
        if (attachment_add(w->act, home->id, message_id, &w->m->attachments[i], &file_id, err) < 0)
            return -1;
    t->has_attachments = t->has_attachments || w->m->attachments_n > 0;
    return 0;
}

static int choose_department(struct work *w, struct department *d, struct err *err)
{
    int rc = w->m->department_id == 0
                 ? 0
                 : department_by_id(w->act->db, w->act->arena, w->m->department_id, d, err);
    if (rc == 0)
        rc = department_default(w->act->db, w->act->arena, d, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "a tenant without departments");
}

static int queue_receipt(struct work *w, const struct ticket *t, struct err *err)
{
    if (!w->sends_receipt)
        return w->is_limited ? event_add(w->act, t->id, "receipt_limited", "", "", "", err) : 0;
    struct outbox_mail mail = { .kind = OUTBOX_RECEIPT,
                                .ticket_id = t->id,
                                .sender = "",
                                .recipient = t->contact_email,
                                .payload = "{}",
                                .now = w->act->now };
    if (outbox_add(w->act->db, w->act->arena, &mail, err) < 0)
        return -1;
    return event_add(w->act, t->id, "receipt", "", t->contact_email, "", err);
}

static int open_for(struct work *w, const struct contact *customer, int64_t department_id,
                    const char *subject, int64_t follows_id, struct err *err)
{
    struct ticket t;
    struct ticket_new n = { .department_id = department_id,
                            .customer = customer,
                            .source = SOURCE_FORM,
                            .subject = subject,
                            .follows_id = follows_id };
    if (ticket_create(w->act, &n, &t, err) < 0)
        return -1;
    struct ticket old = t;
    if (say(w, &t, &old, err) < 0 || ticket_save(w->act, &old, &t, err) < 0 ||
        queue_receipt(w, &t, err) < 0)
        return -1;
    w->number = t.number;
    return w->m->is_spam ? ticket_move(w->act, &t, EVENT_SPAM, "", err) : 0;
}

static int open_in_transaction(struct db *db, void *data, struct err *err)
{
    struct work *w = data;
    struct contact customer;
    struct department d;
    bool is_new;
    if (contact_find_or_add(db, w->act->arena, w->m->email, w->m->name, w->act->now, &customer,
                            &is_new, err) < 0 ||
        choose_department(w, &d, err) < 0)
        return -1;
    return open_for(w, &customer, d.id, w->m->subject, 0, err);
}

int customer_open_ticket(struct act *act, const struct customer_message *m, int64_t *number,
                         struct err *err)
{
    struct work w = { .act = act, .m = m };
    int allowed = m->is_spam ? 0
                             : customer_receipt_allowed(act, str_lower(act->arena, m->email), err);
    if (allowed < 0 || write_files(act, m, err) < 0)
        return -1;
    w.sends_receipt = allowed == 1;
    w.is_limited = allowed == 0 && !m->is_spam;
    if (db_transact(act->db, open_in_transaction, &w, err) < 0)
        return -1;
    attachments_settle(m->attachments, m->attachments_n);
    *number = w.number;
    return 0;
}

static int follow_up(struct work *w, const struct ticket_place *p, struct err *err)
{
    struct contact customer;
    int rc = contact_by_id(w->act->db, w->act->arena, p->home.contact_id, &customer, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "a ticket without customer");
    return open_for(w, &customer, p->shown.department_id, p->home.subject, p->shown.id, err);
}

static int settle(struct work *w, const struct ticket *old, struct ticket *t, struct err *err)
{
    struct act *act = w->act;
    if (old->status == STATUS_RESOLVED && responsibility_after_reopen(act, t, err) < 0)
        return -1;
    if (ticket_save(act, old, t, err) < 0)
        return -1;
    if (old->agent_id != t->agent_id &&
        responsibility_announce_own(act, t->id, old->agent_id, t->agent_id,
                                    WORDS("no longer works in this department"), err) < 0)
        return -1;
    if (old->status == t->status)
        return 0;
    return event_add(act, t->id, "status", (char[]) { (char)old->status, '\0' },
                     (char[]) { (char)t->status, '\0' }, "message", err);
}

static int reply_in_transaction(struct db *db, void *data, struct err *err)
{
    struct work *w = data;
    struct ticket_place p;
    struct department d;
    if (place_lock(w->act, w->ticket_id, &p, err) < 0)
        return -1;
    if (department_by_id(db, w->act->arena, p.shown.department_id, &d, err) != 1)
        return err->code != ERR_NONE ? -1
                                     : err_set(err, ERR_INTERNAL, "a ticket without department");
    const struct ticket_place old = p;
    enum status_verdict verdict = place_apply_message(w->act, &p, d.reopen_days);
    if (verdict == VERDICT_NEW_TICKET || verdict == VERDICT_REFUSED)
        return follow_up(w, &old, err);
    w->number = p.home.number;
    if (say(w, &p.shown, &old.home, err) < 0 || settle(w, &old.shown, &p.shown, err) < 0)
        return -1;
    return place_save_home(w->act, &p, &old.home, err);
}

int customer_reply(struct act *act, int64_t ticket_id, const struct customer_message *m,
                   int64_t *number, struct err *err)
{
    struct work w = { .act = act, .m = m, .ticket_id = ticket_id };
    if (write_files(act, m, err) < 0 || db_transact(act->db, reply_in_transaction, &w, err) < 0)
        return -1;
    attachments_settle(m->attachments, m->attachments_n);
    *number = w.number;
    return 0;
}
