#include "intake/intake_private.h" /* what a mail does to tickets: message, reply, bounce, automatic mail */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/word.h"
#include "outbox/outbox.h"
#include "ticket/event.h"
#include "ticket/failure.h"
#include "ticket/mail_id.h"
#include "ticket/merge.h"
#include "ticket/message.h"
#include "ticket/responsibility.h"
#include "user/throttle.h"

#include <inttypes.h>
#include <string.h>

#define PARTICIPANTS_MAX  20
#define WORDS_MAX         250
#define RECEIPTS_PER_HOUR 3
#define HOUR_MS           INT64_C(3600000)

static const char *list_text(struct arena *a, const struct mail_addresses *list)
{
    struct buf b = buf_make(a, 0);
    for (size_t i = 0; i < list->n && b.len < 4000; i++)
        buf_printf(&b, "%s%s%s%s%s", i > 0 ? ", " : "", str_or(list->items[i].name, ""),
                   str_is_empty(list->items[i].name) ? "" : " <", list->items[i].email,
                   str_is_empty(list->items[i].name) ? "" : ">");
    return buf_str(&b);
}

/* Who wrote it; answers go to the sender, which is Reply-To where the mail has one. */
static struct mail_address author_of(const struct import *im)
{
    bool has_from = im->mail.from.n > 0 && mail_address_is_valid(im->mail.from.items[0].email);
    return has_from ? im->mail.from.items[0] : im->sender;
}

/* Where nothing in it is an address, the words stand there. */
static const char *recipients_of(const struct import *im)
{
    const char *words = str_or(mail_header(im->arena, im->raw, im->raw_n, "To"), "");
    return im->mail.to.n > 0 ? list_text(im->arena, &im->mail.to)
                             : str_line(im->arena, words, WORDS_MAX);
}

int append_message(struct import *im, struct ticket *t, const struct ticket *home, int kind,
                   int64_t *message_id, struct err *err)
{
    const struct mail *m = &im->mail;
    struct mail_address author = author_of(im);
    struct message_new n = { .kind = (enum message_kind)kind,
                             .from_name = author.name,
                             .from_email = author.email,
                             .recipients = recipients_of(im),
                             .cc = list_text(im->arena, &m->cc),
                             .subject = m->subject,
                             .body = m->text,
                             .quote_at = im->quote_at,
                             .html = im->html,
                             .has_remote_images = im->has_remote_images,
                             .mail_id = m->message_id,
                             .mail_in_id = im->envelope.id,
                             .home = home,
                             .attachments = im->files,
                             .attachments_n = im->files_n };
    if (message_add(&im->act, t, &n, message_id, err) < 0)
        return -1;
    im->keeps_files = true;
    for (size_t i = 0; i < im->files_n; i++) {
        int64_t id;
        if (attachment_add(&im->act, home->id, *message_id, &im->files[i], &id, err) < 0)
            return -1;
        t->has_attachments = t->has_attachments || !im->files[i].is_inline;
    }
    return m->is_damaged ? event_add(&im->act, t->id, "damaged", "", "", m->damage, err) : 0;
}

static int add_participants(struct import *im, const struct ticket *t,
                            const struct mail_addresses *list, struct err *err)
{
    for (size_t i = 0; i < list->n && i < PARTICIPANTS_MAX; i++) {
        const char *email = list->items[i].email;
        if (!mail_address_is_valid(email) || str_is_nocase(email, t->contact_email))
            continue;
        int own = is_own_address(im, email, err);
        if (own == 0 && (t->merged_into_id != 0 || t->merged_n > 0)) /* known in another of them */
            own = participant_is(&im->act, t, email, err);
        if (own < 0 || (own == 0 && participant_add(&im->act, t->id, email, err) < 0))
            return -1;
    }
    return 0;
}

/* People whom a member of the conversation put into To or Cc are part of it from now on. From alone
 * proves no member: anybody can write it, and would so join a conversation whose number was
 * guessed. */
static int take_participants(struct import *im, const struct ticket *t, struct err *err)
{
    if (im->decision.ticket_id == t->id && !im->decision.is_proven)
        return 0;
    int known = participant_is(&im->act, t, im->sender.email, err);
    if (known <= 0)
        return known;
    return add_participants(im, t, &im->mail.to, err) < 0
               ? -1
               : add_participants(im, t, &im->mail.cc, err);
}

static int link_ancestors(struct import *im, const struct ticket *t, struct err *err)
{
    for (size_t i = 0; im->mail.references != NULL && im->mail.references[i] != NULL && i < 20; i++)
        if (reference_add(&im->act, im->mail.references[i], t->id, 0, err) < 0)
            return -1;
    return 0;
}

static int concluded(struct import *im, const struct ticket *t, enum outcome outcome,
                     const char *reason, struct err *err)
{
    im->line.outcome = outcome;
    im->line.reason = reason;
    im->line.ticket_id = t->id;
    im->line.ticket_number = t->number;
    return mail_in_set(&im->db, &im->line, err);
}

/* NULL, or why a machine must not answer this mail. */
static const char *receipt_refused(const struct import *im)
{
    if (im->mail.nature != MAIL_HUMAN)
        return str_or(im->mail.nature_why, WORDS("automatic mail"));
    return im->mail.is_damaged               ? WORDS("the mail was damaged")
           : str_is_empty(im->envelope.from) ? WORDS("the mail has no sender to answer to")
                                             : NULL;
}

static int may_receive(struct import *im, struct err *err)
{
    static const struct throttle receipts = { "receipt", RECEIPTS_PER_HOUR, HOUR_MS };
    return receipt_refused(im) != NULL ? 0
                                       : throttle_hit(&im->db, im->arena, &im->tenant.key,
                                                      &receipts, im->sender.email, err);
}

/* A receipt for a person's first mail; never to machines, never more than a few to one address. The
 * timeline says which. */
static int send_receipt(struct import *im, const struct ticket *t, bool is_allowed, struct err *err)
{
    const char *refused = receipt_refused(im);
    if (refused != NULL)
        return event_add(&im->act, t->id, "no_receipt", "", "", refused, err);
    if (!is_allowed)
        return event_add(&im->act, t->id, "receipt_limited", "", "", "", err);
    struct buf payload = buf_make(im->arena, 0);
    struct json_writer w = json_writer(&payload);
    jw_object(&w, NULL);
    jw_str(&w, "in_reply_to", im->mail.message_id);
    jw_end_object(&w);
    struct outbox_mail mail = { .kind = OUTBOX_RECEIPT,
                                .ticket_id = t->id,
                                .sender = "",
                                .recipient = im->sender.email,
                                .payload = buf_str(&payload),
                                .now = im->act.now };
    if (outbox_add(&im->db, im->arena, &mail, err) < 0)
        return -1;
    return event_add(&im->act, t->id, "receipt", "", im->sender.email, "", err);
}

static int hint(struct import *im, const struct ticket *t, struct err *err)
{
    struct ticket other;
    if (im->decision.hint_ticket_id == 0)
        return 0;
    int rc = ticket_by_id(&im->act, im->decision.hint_ticket_id, &other, err);
    if (rc <= 0)
        return rc;
    return event_add(&im->act, t->id, "hint", "", arena_printf(im->arena, "%" PRId64, other.number),
                     "names this ticket, but its sender is not part of it", err);
}

/* Everything that waits for an answer of the database comes before the number is taken: until the
 * end nobody else gets one. */
static int open_ticket(struct import *im, int64_t follows_id, struct err *err)
{
    struct contact customer;
    struct ticket t;
    bool is_new;
    int64_t message_id;
    if (contact_find_or_add(&im->db, im->arena, im->sender.email, im->sender.name, im->act.now,
                            &customer, &is_new, err) < 0)
        return -1;
    int may = may_receive(im, err);
    if (may < 0)
        return -1;
    struct ticket_new n = { .department_id = im->department.id,
                            .customer = &customer,
                            .source = SOURCE_MAIL,
                            .subject = im->mail.subject,
                            .follows_id = follows_id };
    if (ticket_create(&im->act, &n, &t, err) < 0)
        return -1;
    struct ticket old = t;
    if (append_message(im, &t, &old, MESSAGE_CUSTOMER, &message_id, err) < 0 ||
        ticket_save(&im->act, &old, &t, err) < 0 || link_ancestors(im, &t, err) < 0 ||
        take_participants(im, &t, err) < 0 || hint(im, &t, err) < 0 ||
        send_receipt(im, &t, may == 1, err) < 0)
        return -1;
    return concluded(im, &t, OUTCOME_TICKET, im->decision.reason, err);
}

static int department_of(struct import *im, const struct ticket *t, struct department *d,
                         struct err *err)
{
    int rc = department_by_id(&im->db, im->arena, t->department_id, d, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "a ticket without department");
}

static int note_status(struct import *im, const struct ticket *old, const struct ticket *t,
                       struct err *err)
{
    if (old->status == t->status)
        return 0;
    return event_add(&im->act, t->id, "status", (char[]) { (char)old->status, '\0' },
                     (char[]) { (char)t->status, '\0' }, "message", err);
}

static int note_release(struct import *im, const struct ticket *old, const struct ticket *t,
                        struct err *err)
{
    if (old->agent_id == t->agent_id)
        return 0;
    return responsibility_announce(&im->act, t->id, old->agent_id, t->agent_id,
                                   WORDS("no longer works in this department"), err);
}

/* Everything of one that is shown on another's page stays with it, but what people see of it. */
static int reply(struct import *im, struct err *err)
{
    struct ticket_place p;
    struct department d;
    int64_t message_id;
    if (place_lock(&im->act, im->decision.ticket_id, &p, err) < 0 ||
        department_of(im, &p.shown, &d, err) < 0)
        return -1;
    const struct ticket_place old = p;
    struct ticket *t = &p.shown;
    enum status_verdict verdict = place_apply_message(&im->act, &p, d.reopen_days);
    if (verdict == VERDICT_NEW_TICKET || verdict == VERDICT_REFUSED)
        return open_ticket(im, t->id, err);
    bool is_reopened = old.shown.status == STATUS_RESOLVED && t->status == STATUS_OPEN;
    if (is_reopened && responsibility_after_reopen(&im->act, t, err) < 0)
        return -1;
    if (append_message(im, t, &old.home, MESSAGE_CUSTOMER, &message_id, err) < 0 ||
        ticket_save(&im->act, &old.shown, t, err) < 0 ||
        place_save_home(&im->act, &p, &old.home, err) < 0 ||
        note_status(im, &old.shown, t, err) < 0 || note_release(im, &old.shown, t, err) < 0 ||
        link_ancestors(im, &p.home, err) < 0 || take_participants(im, &p.home, err) < 0)
        return -1;
    return concluded(im, t, OUTCOME_REPLY, im->decision.reason, err);
}

int import_message(struct import *im, struct err *err)
{
    return im->decision.ticket_id != 0 ? reply(im, err) : open_ticket(im, 0, err);
}

static int append_machine(struct import *im, struct ticket_place *p, struct err *err)
{
    struct ticket old = p->shown;
    int64_t message_id;
    return append_message(im, &p->shown, &p->home, MESSAGE_MACHINE, &message_id, err) < 0
               ? -1
               : ticket_save(&im->act, &old, &p->shown, err);
}

int import_automatic(struct import *im, struct err *err)
{
    struct ticket_place p = { .shown = { .id = 0 } };
    const char *why = arena_printf(im->arena, WORDS("automatic reply") ": %s",
                                   str_or(im->mail.nature_why, ""));
    if (im->decision.ticket_id != 0 && (place_lock(&im->act, im->decision.ticket_id, &p, err) < 0 ||
                                        append_machine(im, &p, err) < 0 ||
                                        event_add(&im->act, p.shown.id, "machine", "", "",
                                                  str_or(im->mail.nature_why, ""), err) < 0))
        return -1;
    return concluded(im, &p.shown, OUTCOME_AUTOMATIC, why, err);
}

static int fail_message(struct import *im, struct ticket_place *p, int64_t message_id,
                        const struct mail_bounce *b, struct err *err)
{
    struct failure f = { .message_id = message_id,
                         .recipient = b->recipient,
                         .reply = str_or(b->text, "") };
    int rc = outbox_bounced(&im->db, im->arena, p->home.id, message_id, b->recipient, f.reply,
                            &f.user_id, err);
    return rc <= 0 ? rc : failure_record(&im->act, &p->shown, &f, err);
}

/* Failed for good: the message is marked. Only late: the timeline says so, the other side goes on
 * trying. */
static int take_reports(struct import *im, struct ticket_place *p, int64_t message_id,
                        struct err *err)
{
    for (size_t i = 0; i < im->mail.bounces_n; i++) {
        const struct mail_bounce *b = &im->mail.bounces[i];
        int rc = b->is_hard ? fail_message(im, p, message_id, b, err)
                            : event_add(&im->act, p->shown.id, "delivery_delayed", b->recipient, "",
                                        str_or(b->text, ""), err);
        if (rc < 0)
            return -1;
    }
    return 0;
}

/* The mail of ours that a report is about: named by its Message-ID, or, where the report quotes
 * nothing, the last one that left for the recipient from the address that the report came to. */
static int find_reported(struct import *im, int64_t *ticket_id, int64_t *message_id,
                         struct err *err)
{
    const char *ours = im->mail.bounced_message_id;
    int rc = 0;
    if (ours != NULL && mail_id_parse(&im->tenant, ours, ticket_id, message_id))
        return message_home(&im->act, *message_id, ticket_id, err) < 0 ? -1 : 1;
    if (!reply_address_parse(&im->tenant, im->envelope.to, ticket_id))
        return 0;
    for (size_t i = 0; i < im->mail.bounces_n && rc == 0; i++)
        rc = outbox_last_answer(&im->db, im->arena, *ticket_id, im->mail.bounces[i].recipient,
                                message_id, err);
    return rc;
}

/* A delivery report never makes a ticket. One that names a mail of ours marks that message. */
int import_bounce(struct import *im, struct err *err)
{
    struct ticket_place p = { .shown = { .id = 0 } };
    int64_t ticket_id = 0, message_id = 0;
    int rc = find_reported(im, &ticket_id, &message_id, err);
    if (rc <= 0)
        return rc < 0 ? -1
                      : concluded(im, &p.shown, OUTCOME_BOUNCE,
                                  WORDS("a delivery report for no mail of ours"), err);
    if (place_lock(&im->act, ticket_id, &p, err) < 0)
        return err->code == ERR_NOT_FOUND
                   ? concluded(im, &p.shown, OUTCOME_BOUNCE,
                               WORDS("a delivery report for a ticket that is gone"), err)
                   : -1;
    if (append_machine(im, &p, err) < 0 || take_reports(im, &p, message_id, err) < 0)
        return -1;
    const char *text = im->mail.bounces_n > 0 ? str_or(im->mail.bounces[0].text, "") : "";
    return concluded(im, &p.shown, OUTCOME_BOUNCE, str_line(im->arena, text, 250), err);
}
