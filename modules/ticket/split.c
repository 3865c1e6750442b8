#include "ticket/split.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "contact/contact.h"
#include "db/db.h"
#include "mail/mail.h"
#include "ticket/event.h"
#include "ticket/indexing.h"
#include "ticket/message.h"
#include "ticket/responsibility.h"
#include "ticket/tally.h"
#include "ticket/ticket.h"
#include "ticket/watch.h"
#include "user/user.h"
#include "user/viewer.h"

#include <inttypes.h>

DB_SQL(move_message, 1,
       "UPDATE message SET ticket_id = ? WHERE tenant_id = ? AND ticket_id = ? AND id = ?");
DB_SQL(move_mails, 50,
       "UPDATE outbox SET ticket_id = ? WHERE tenant_id = ? AND ticket_id = ? AND message_id = ?");
DB_SQL(move_references, 4000,
       "UPDATE mail_reference SET ticket_id = ? WHERE tenant_id = ? AND ticket_id = ? AND "
       "message_id = ?");

struct work {
    struct act *act;
    const struct split *split;
    struct ticket from, made;
    struct message *all; /* of the old ticket, oldest first */
    bool *is_chosen;
    size_t n;
};

static bool is_among(const struct split *s, int64_t id)
{
    for (size_t i = 0; i < s->n; i++)
        if (s->messages[i] == id)
            return true;
    return false;
}

/* Both tickets must have something that was said between customers and us. */
static int choose(struct work *w, struct err *err)
{
    size_t found = 0, moved = 0, kept = 0;
    w->is_chosen = arena_zalloc(w->act->arena, w->n + 1);
    for (size_t i = 0; i < w->n; i++) {
        w->is_chosen[i] = is_among(w->split, w->all[i].id);
        found += w->is_chosen[i];
        if (message_is_public(w->all[i].kind))
            *(w->is_chosen[i] ? &moved : &kept) += 1;
    }
    if (found == 0 || found != w->split->n)
        return err_set(err, ERR_INVALID, WORDS("choose the messages that become a new ticket"));
    if (moved == 0)
        return err_set(err, ERR_INVALID, WORDS("choose a message of the customer, or an answer"));
    return kept > 0 ? 0 : err_set(err, ERR_INVALID, WORDS("something must stay in this ticket"));
}

static const struct message *first_chosen(const struct work *w, enum message_kind kind)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->is_chosen[i] && (kind == 0 || w->all[i].kind == kind))
            return &w->all[i];
    return NULL;
}

static int find_customer(struct work *w, struct contact *out, struct err *err)
{
    const struct message *m = first_chosen(w, MESSAGE_CUSTOMER);
    struct act *act = w->act;
    bool is_new;
    if (m != NULL && mail_address_is_valid(m->from_email))
        return contact_find_or_add(act->db, act->arena, m->from_email, m->from_name, act->now, out,
                                   &is_new, err);
    int rc = contact_by_id(act->db, act->arena, w->from.contact_id, out, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "a ticket without customer");
}

static int make(struct work *w, struct err *err)
{
    struct contact customer;
    if (find_customer(w, &customer, err) < 0)
        return -1;
    const char *subject = str_trim(w->act->arena, str_or(w->split->subject, ""));
    if (str_is_empty(subject))
        subject = first_chosen(w, 0)->subject;
    struct ticket_new n = { .department_id = w->from.department_id,
                            .customer = &customer,
                            .source = SOURCE_AGENT,
                            .subject = str_is_empty(subject) ? w->from.subject : subject,
                            .is_unassigned = true };
    return ticket_create(w->act, &n, &w->made, err);
}

static int move_one(struct work *w, const struct message *m, struct err *err)
{
    struct db *db = w->act->db;
    const struct db_arg to = DB_I64(w->made.id), from = DB_I64(m->ticket_id), id = DB_I64(m->id);
    return db_put(db, err, move_message, to, DB_TENANT, from, id) < 0 ||
                   db_put(db, err, move_mails, to, DB_TENANT, from, id) < 0 ||
                   db_put(db, err, move_references, to, DB_TENANT, from, id) < 0
               ? err_wrap(err, "move a message")
               : 0;
}

static bool is_part_of(struct work *w, const struct message *m, const char *email)
{
    return str_is_nocase(m->from_email, email) || message_is_to(w->act->arena, m, email);
}

static int take_person(struct work *w, const char *email, struct err *err)
{
    if (str_is_nocase(email, w->made.contact_email))
        return 0;
    for (size_t i = 0; i < w->n; i++)
        if (w->is_chosen[i] && is_part_of(w, &w->all[i], email))
            return participant_add(w->act, w->made.id, email, err);
    return 0;
}

/* Those of the old conversation whom the moved messages name. */
static int take_people(struct work *w, struct err *err)
{
    const char **people;
    if (participant_all(w->act, w->from.id, &people, err) < 0 ||
        take_person(w, w->from.contact_email, err) < 0)
        return -1;
    for (; *people != NULL; people++)
        if (take_person(w, *people, err) < 0)
            return -1;
    return 0;
}

/* Which messages of the list count: chosen or staying ones, of one ticket or (0) of any. */
struct part {
    bool is_chosen;
    int64_t home_id;
};

static bool is_in(const struct work *w, const struct part *part, size_t i)
{
    return w->is_chosen[i] == part->is_chosen &&
           (part->home_id == 0 || w->all[i].ticket_id == part->home_id);
}

/* Since when a customer waits for an answer to one of these, 0: nobody does; when the first answer
 * was given. */
static int64_t waiting_since(const struct work *w, const struct part *part, int64_t *answered_at)
{
    int64_t since = 0;
    *answered_at = 0;
    for (size_t i = 0; i < w->n; i++) {
        if (!is_in(w, part, i))
            continue;
        if (w->all[i].kind == MESSAGE_CUSTOMER && since == 0)
            since = w->all[i].created_at;
        if (w->all[i].kind != MESSAGE_ANSWER)
            continue;
        since = 0;
        if (*answered_at == 0)
            *answered_at = w->all[i].created_at;
    }
    return since;
}

static bool has_left(const struct work *w, int64_t at)
{
    for (size_t i = 0; i < w->n; i++)
        if (w->is_chosen[i] && w->all[i].kind == MESSAGE_CUSTOMER && w->all[i].created_at == at)
            return true;
    return false;
}

/* Where the message that t waits with has left, the next one decides, or nobody waits. */
static void settle_rest(const struct work *w, struct ticket *t, int64_t home_id)
{
    const struct part part = { false, home_id };
    int64_t answered_at;
    if (t->waiting_since == 0 || !has_left(w, t->waiting_since))
        return;
    t->waiting_since = waiting_since(w, &part, &answered_at);
    if (t->waiting_since == 0 && status_folder(t->status) == FOLDER_OPEN)
        t->status = STATUS_ANSWERED;
}

static int settle_merged(struct work *w, struct err *err)
{
    int64_t done = w->from.id;
    for (size_t i = 0; i < w->n; i++) {
        struct ticket home;
        if (!w->is_chosen[i] || w->all[i].ticket_id == w->from.id || w->all[i].ticket_id == done)
            continue;
        done = w->all[i].ticket_id;
        if (ticket_lock_any(w->act, done, &home, err) < 0)
            return -1;
        const struct ticket old = home;
        settle_rest(w, &home, done);
        home.has_lost_words = true;
        if (ticket_save(w->act, &old, &home, err) < 0)
            return -1;
    }
    return 0;
}

static int save_from(struct work *w, struct err *err)
{
    const struct ticket old = w->from;
    settle_rest(w, &w->from, 0);
    if (w->from.alone != NULL)
        settle_rest(w, w->from.alone, w->from.id);
    w->from.has_lost_words = true;
    ticket_watch_note(w->act, &old, WHAT_RELATED, 0, 0);
    if (tally(w->act, &w->from, err) < 0 || ticket_save(w->act, &old, &w->from, err) < 0)
        return -1;
    return event_add(w->act, old.id, "split", "",
                     arena_printf(w->act->arena, "%" PRId64, w->made.number), "", err);
}

static int assign(struct work *w, struct ticket *t, struct err *err)
{
    int64_t agent = w->split->agent_id;
    if (agent == 0)
        return 0;
    int may = user_may_work(w->act->db, agent, t->department_id, err);
    if (may <= 0)
        return may < 0 ? -1
                       : err_set(err, ERR_INVALID,
                                 WORDS("this person does not work in that department"));
    t->agent_id = agent;
    return responsibility_announce(w->act, t->id, 0, agent, "", err);
}

static int save_made(struct work *w, struct err *err)
{
    const struct part part = { true, 0 };
    struct ticket old = w->made, *t = &w->made;
    const struct message *first = first_chosen(w, 0);
    t->waiting_since = waiting_since(w, &part, &t->answered_at);
    t->status = t->waiting_since == 0 ? STATUS_ANSWERED
                : t->answered_at == 0 ? STATUS_NEW
                                      : STATUS_OPEN;
    ticket_watch_note(w->act, &old, WHAT_RELATED, (int)first->kind, first->id);
    if (event_add(w->act, t->id, "split_from", "",
                  arena_printf(w->act->arena, "%" PRId64, w->from.number), "", err) < 0 ||
        assign(w, t, err) < 0 || tally(w->act, t, err) < 0)
        return -1;
    return ticket_save(w->act, &old, t, err);
}

static int check(struct work *w, struct err *err)
{
    const struct viewer *v = w->act->viewer;
    bool gives = w->act->actor == ACTOR_PERSON && w->split->agent_id != 0 &&
                 w->split->agent_id != v->user_id;
    enum folder f = status_folder(w->from.status);
    if (ticket_check_right(w->act, &w->from, CAP_TICKET_MERGE, err) < 0 ||
        (gives && ticket_check_right(w->act, &w->from, CAP_TICKET_ASSIGN, err) < 0) ||
        ticket_watch_may(w->act, &w->from, ACTION_MERGE, err) < 0)
        return -1;
    return f >= FOLDER_OPEN && f <= FOLDER_RESOLVED && w->from.status != STATUS_CLOSED
               ? 0
               : err_set(err, ERR_REFUSED, "%s", status_refusal(w->from.status));
}

static int split_in_transaction(struct db *db, void *data, struct err *err)
{
    struct work *w = data;
    const struct split *s = w->split;
    (void)db;
    if (ticket_lock(w->act, s->ticket_id, s->version, &w->from, err) < 0 || check(w, err) < 0 ||
        message_all(w->act, s->ticket_id, false, &w->all, &w->n, err) < 0 || choose(w, err) < 0 ||
        make(w, err) < 0 || take_people(w, err) < 0)
        return -1;
    for (size_t i = 0; i < w->n; i++)
        if (w->is_chosen[i] && move_one(w, &w->all[i], err) < 0)
            return -1;
    if (settle_merged(w, err) < 0 || save_from(w, err) < 0 || save_made(w, err) < 0)
        return -1;
    return indexing_messages(w->act, w->made.id, &w->made, err);
}

int ticket_split(struct act *act, const struct split *s, int64_t *number, struct err *err)
{
    struct work w = { .act = act, .split = s };
    if (db_transact(act->db, split_in_transaction, &w, err) < 0)
        return -1;
    *number = w.made.number;
    return 0;
}
