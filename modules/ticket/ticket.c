#include "ticket/ticket.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "contact/contact.h"
#include "db/db.h"
#include "ticket/counter.h"
#include "ticket/event.h"
#include "ticket/indexing.h"
#include "ticket/responsibility.h"
#include "ticket/watch.h"
#include "user/viewer.h"

#include <inttypes.h>

#define MERGED_AWAY WORDS("not possible: the ticket was merged into another one")
#define DAY_MS      INT64_C(86400000)
#define SUBJECT_MAX 900

#define TICKET_COLUMNS                                                                             \
    "t.id, t.number, t.department_id, t.agent_id, t.contact_id, t.status, t.previous_status, "     \
    "t.source, t.subject, t.preview, t.messages, t.has_attachments, t.created_at, t.activity_at, " \
    "t.waiting_since, t.answered_at, t.resolved_at, t.wake_at, t.follows_id, t.version, d.name, "  \
    "u.name, t.contact_name, t.contact_email, t.has_failure, t.merged_into_id, t.merged_n, "       \
    "t.has_lost_words"
#define TICKET_JOINS                                                                               \
    "FROM ticket t "                                                                               \
    "JOIN department d ON d.tenant_id = t.tenant_id AND d.id = t.department_id "                   \
    "LEFT JOIN user u ON u.tenant_id = t.tenant_id AND u.id = t.agent_id "

DB_SQL(ticket_by_number_sql, 3,
       "SELECT " TICKET_COLUMNS " " TICKET_JOINS "WHERE t.tenant_id = ? AND t.number = ?");
DB_SQL(ticket_by_id_sql, 3,
       "SELECT " TICKET_COLUMNS " " TICKET_JOINS "WHERE t.tenant_id = ? AND t.id = ?");
DB_SQL(lock_ticket, 1, "SELECT version FROM ticket WHERE tenant_id = ? AND id = ? FOR UPDATE");
DB_SQL(last_change, 2,
       "SELECT u.name, e.at FROM event e LEFT JOIN user u ON u.tenant_id = e.tenant_id AND u.id = "
       "e.user_id "
       "WHERE e.tenant_id = ? AND e.ticket_id = ? ORDER BY e.id DESC LIMIT 1");
DB_SQL(update_ticket, 1,
       "UPDATE ticket SET department_id = ?, agent_id = ?, status = ?, previous_status = ?, folder "
       "= ?, "
       "in_all = ?, subject = ?, preview = ?, messages = ?, has_attachments = ?, has_failure = ?, "
       "activity_at = ?, "
       "waiting_since = ?, answered_at = ?, resolved_at = ?, wake_at = ?, merged_into_id = ?, "
       "merged_n = ?, has_lost_words = ?, version = version + 1 "
       "WHERE tenant_id = ? AND id = ? AND version = ?");
DB_SQL(read_alone, 1,
       "SELECT status, previous_status, waiting_since, answered_at, resolved_at, wake_at FROM "
       "ticket_alone WHERE tenant_id = ? AND ticket_id = ?");
DB_SQL(put_alone, 2,
       "REPLACE INTO ticket_alone (tenant_id, ticket_id, status, previous_status, waiting_since, "
       "answered_at, resolved_at, wake_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(next_number, 1,
       "UPDATE ticket_sequence SET last = LAST_INSERT_ID(last + 1) WHERE tenant_id = ?");
DB_SQL(insert_ticket, 1,
       "INSERT INTO ticket (tenant_id, id, number, department_id, agent_id, contact_id, "
       "contact_name, contact_email, status, folder, in_all, source, subject, created_at, "
       "activity_at, waiting_since, follows_id) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(name_tickets, 2000,
       "UPDATE ticket SET contact_name = ? WHERE tenant_id = ? AND contact_id = ?");
DB_SQL(name_tickets_since, 20000,
       "UPDATE ticket t JOIN contact c ON c.tenant_id = t.tenant_id AND c.id = t.contact_id "
       "SET t.contact_name = c.name, t.contact_email = c.email "
       "WHERE t.tenant_id = ? AND t.id >= ? AND t.contact_email = ''");

static void read_ticket(const struct db_row *r, struct ticket *t)
{
    *t = (struct ticket) {
        .id = db_i64(r, 0),
        .number = db_i64(r, 1),
        .department_id = db_i64(r, 2),
        .agent_id = db_i64(r, 3),
        .contact_id = db_i64(r, 4),
        .status = (enum status)db_str(r, 5)[0],
        .previous_status = (enum status)db_str(r, 6)[0],
        .source = (enum ticket_source)db_i64(r, 7),
        .subject = db_str(r, 8),
        .preview = db_str(r, 9),
        .messages = db_i64(r, 10),
        .has_attachments = db_i64(r, 11) != 0,
        .created_at = db_i64(r, 12),
        .activity_at = db_i64(r, 13),
        .waiting_since = db_i64(r, 14),
        .answered_at = db_i64(r, 15),
        .resolved_at = db_i64(r, 16),
        .wake_at = db_i64(r, 17),
        .follows_id = db_i64(r, 18),
        .version = db_i64(r, 19),
        .department_name = db_str(r, 20),
        .agent_name = db_str(r, 21),
        .contact_name = db_str(r, 22),
        .contact_email = db_str(r, 23),
        .has_failure = db_i64(r, 24) != 0,
        .merged_into_id = db_i64(r, 25),
        .merged_n = db_i64(r, 26),
        .has_lost_words = db_i64(r, 27) != 0,
    };
}

bool ticket_is_in_scope(const struct act *act, int64_t department_id, int64_t agent_id,
                        enum status status)
{
    if (act->actor != ACTOR_PERSON)
        return true;
    return viewer_sees(act->viewer, department_id, agent_id) &&
           (status != STATUS_DELETED ||
            viewer_may_in(act->viewer, CAP_TICKET_DELETE, department_id));
}

int ticket_check_right(const struct act *act, const struct ticket *t, int capability,
                       struct err *err)
{
    if (act->actor != ACTOR_PERSON || viewer_may_in(act->viewer, capability, t->department_id))
        return 0;
    return err_set(err, ERR_FORBIDDEN, "no right to %s here", capability_entry(capability)->name);
}

static int scoped(struct act *act, int found, const struct db_row *row, struct ticket *out,
                  struct err *err)
{
    if (found < 0)
        return err_wrap(err, "load ticket");
    if (found == 0)
        return 0;
    read_ticket(row, out);
    return ticket_is_in_scope(act, out->department_id, out->agent_id, out->status) ? 1 : 0;
}

int ticket_by_number(struct act *act, int64_t number, struct ticket *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, ticket_by_number_sql, DB_TENANT,
                    DB_I64(number));
    return scoped(act, rc, &row, out, err);
}

int ticket_by_id(struct act *act, int64_t id, struct ticket *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, ticket_by_id_sql, DB_TENANT, DB_I64(id));
    return scoped(act, rc, &row, out, err);
}

void ticket_ask(struct act *act, int64_t id, struct db_later *later)
{
    db_ask(act->db, act->arena, later, ticket_by_id_sql, DB_TENANT, DB_I64(id));
}

int ticket_answer(struct act *act, struct db_later *later, struct ticket *out, struct err *err)
{
    struct db_rows rows;
    int rc = db_answer(later, &rows, err);
    return scoped(act, rc < 0 ? -1 : (int)rows.n, rows.rows, out, err);
}

static int lost_race(struct act *act, int64_t id, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, last_change, DB_TENANT, DB_I64(id));
    if (rc < 0)
        return -1;
    return err_set(err, ERR_CONFLICT, "%s", rc == 1 ? db_str(&row, 0) : "");
}

static int alone_read(struct act *act, struct ticket *t, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, read_alone, DB_TENANT, DB_I64(t->id));
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_INTERNAL, "nobody knows how it was before");
    t->alone = arena_alloc(act->arena, sizeof(*t->alone));
    *t->alone = *t;
    t->alone->alone = NULL;
    t->alone->status = (enum status)db_str(&row, 0)[0];
    t->alone->previous_status = (enum status)db_str(&row, 1)[0];
    t->alone->waiting_since = db_i64(&row, 2);
    t->alone->answered_at = db_i64(&row, 3);
    t->alone->resolved_at = db_i64(&row, 4);
    t->alone->wake_at = db_i64(&row, 5);
    return 0;
}

static int alone_write(struct act *act, const struct ticket *t, struct err *err)
{
    const struct ticket *x = t->alone;
    return db_put(act->db, err, put_alone, DB_TENANT, DB_I64(t->id),
                  DB_STR(((char[]) { (char)x->status, '\0' })),
                  DB_STR(((char[]) { (char)x->previous_status, '\0' })), DB_ID(x->waiting_since),
                  DB_ID(x->answered_at), DB_ID(x->resolved_at), DB_ID(x->wake_at)) < 0
               ? err_wrap(err, "save how a ticket would be alone")
               : 0;
}

static int lock(struct act *act, int64_t id, struct ticket *out, bool is_any, struct err *err)
{
    struct db_later locked, read;
    struct db_rows rows;
    db_ask(act->db, act->arena, &locked, lock_ticket, DB_TENANT, DB_I64(id));
    db_ask(act->db, act->arena, &read, ticket_by_id_sql, DB_TENANT, DB_I64(id));
    if (db_answer(&locked, &rows, err) < 0 || db_answer(&read, &rows, err) < 0)
        return err_wrap(err, "lock ticket");
    bool is_there = rows.n == 1;
    if (is_there)
        read_ticket(&rows.rows[0], out);
    if (is_there && out->merged_n > 0 && out->merged_into_id == 0 && alone_read(act, out, err) < 0)
        return err_wrap(err, "lock ticket");
    if (is_there && !is_any)
        is_there = ticket_is_in_scope(act, out->department_id, out->agent_id, out->status);
    return is_there ? 0 : err_set(err, ERR_NOT_FOUND, "no such ticket");
}

int ticket_lock(struct act *act, int64_t id, int64_t version, struct ticket *out, struct err *err)
{
    if (lock(act, id, out, false, err) < 0)
        return -1;
    if (version != 0 && version != out->version)
        return lost_race(act, id, err);
    return out->merged_into_id != 0 ? err_set(err, ERR_REFUSED, "%s", MERGED_AWAY) : 0;
}

int ticket_lock_any(struct act *act, int64_t id, struct ticket *out, struct err *err)
{
    return lock(act, id, out, true, err);
}

/* Where it stands in lists and counters: one that was merged into another stands nowhere. */
static enum folder folder_of(const struct ticket *t)
{
    return t->merged_into_id != 0 ? FOLDER_NONE : status_folder(t->status);
}

static int move_counter(struct act *act, const struct ticket *t, int64_t n, struct err *err)
{
    return counter_add(act->db, t->department_id, t->agent_id, folder_of(t), n, err);
}

static bool is_counted_alike(const struct ticket *a, const struct ticket *b)
{
    return a->department_id == b->department_id && a->agent_id == b->agent_id &&
           folder_of(a) == folder_of(b);
}

int ticket_save(struct act *act, const struct ticket *old, struct ticket *next, struct err *err)
{
    int rc = db_put_found(
        act->db, err, update_ticket, DB_I64(next->department_id), DB_ID(next->agent_id),
        DB_STR(((char[]) { (char)next->status, '\0' })),
        DB_STR(((char[]) { (char)next->previous_status, '\0' })), DB_I64(folder_of(next)),
        DB_I64(next->merged_into_id == 0 && status_is_listed(next->status)), DB_STR(next->subject),
        DB_STR(next->preview), DB_I64(next->messages), DB_I64(next->has_attachments),
        DB_I64(next->has_failure), DB_I64(next->activity_at), DB_ID(next->waiting_since),
        DB_ID(next->answered_at), DB_ID(next->resolved_at), DB_ID(next->wake_at),
        DB_ID(next->merged_into_id), DB_I64(next->merged_n), DB_I64(next->has_lost_words),
        DB_TENANT, DB_I64(old->id), DB_I64(old->version));
    if (rc < 0)
        return err_wrap(err, "save ticket");
    next->version = old->version + 1;
    if (next->alone != NULL && alone_write(act, next, err) < 0)
        return -1;
    if (old->merged_into_id == 0 || next->merged_into_id == 0) /* else nobody sees it change */
        ticket_watch_saved(act, old, next);
    if (old->department_id != next->department_id && indexing_department(act, next, err) < 0)
        return -1;
    if (is_counted_alike(old, next))
        return 0;
    return move_counter(act, old, -1, err) < 0 ? -1 : move_counter(act, next, 1, err);
}

static int insert(struct act *act, const struct ticket *t, struct err *err)
{
    return db_put(act->db, err, insert_ticket, DB_TENANT, DB_I64(t->id), DB_I64(t->number),
                  DB_I64(t->department_id), DB_ID(t->agent_id), DB_I64(t->contact_id),
                  DB_STR(t->contact_name), DB_STR(t->contact_email),
                  DB_STR(((char[]) { (char)t->status, '\0' })), DB_I64(status_folder(t->status)),
                  DB_I64(status_is_listed(t->status)), DB_I64(t->source), DB_STR(t->subject),
                  DB_I64(t->created_at), DB_I64(t->activity_at), DB_ID(t->waiting_since),
                  DB_ID(t->follows_id)) < 0
               ? err_wrap(err, "insert ticket")
               : 0;
}

/* The old ticket says where it goes on. */
static int announce_follower(struct act *act, int64_t old_id, int64_t number, struct err *err)
{
    return event_add(act, old_id, "linked", "", arena_printf(act->arena, "%" PRId64, number), "",
                     err);
}

static int name_others(struct act *act, const struct contact *customer, struct err *err)
{
    if (!customer->was_named)
        return 0;
    return db_put(act->db, err, name_tickets, DB_STR(customer->name), DB_TENANT,
                  DB_I64(customer->id)) < 0
               ? err_wrap(err, "name a customer's tickets")
               : 0;
}

int ticket_name_since(struct db *db, int64_t since, struct err *err)
{
    return db_exec(db, err, name_tickets_since, DB_TENANT, DB_I64(since)) < 0 ? -1 : 0;
}

int ticket_create(struct act *act, const struct ticket_new *n, struct ticket *out, struct err *err)
{
    int64_t agent = 0;
    if (!n->is_unassigned && responsibility_of_new(act, n->department_id, &agent, err) < 0)
        return -1;
    if (db_exec(act->db, err, next_number, DB_TENANT) != 1)
        return err_wrap(err, "number a ticket");
    struct ticket t = {
        .id = act_id(act),
        .number = db_insert_id(act->db),
        .department_id = n->department_id,
        .agent_id = agent,
        .contact_id = n->customer->id,
        .contact_name = n->customer->name,
        .contact_email = n->customer->email,
        .status = n->status != 0 ? n->status : STATUS_NEW,
        .source = n->source,
        .subject = str_line(act->arena, str_or(n->subject, ""), SUBJECT_MAX),
        .created_at = act->now,
        .activity_at = act->now,
        .waiting_since = n->status == STATUS_ANSWERED ? 0 : act->now,
        .follows_id = n->follows_id,
        .version = 1,
        .previous_status = STATUS_NEW,
        .preview = "",
        .department_name = "",
        .agent_name = "",
    };
    if (insert(act, &t, err) < 0 || name_others(act, n->customer, err) < 0 ||
        move_counter(act, &t, 1, err) < 0 || event_add(act, t.id, "created", "", "", "", err) < 0 ||
        (n->follows_id != 0 && announce_follower(act, n->follows_id, t.number, err) < 0))
        return -1;
    if (agent != 0 &&
        responsibility_announce_own(act, t.id, 0, agent, WORDS("the only active agent"), err) < 0)
        return -1;
    ticket_watch_note(act, &t, WHAT_CREATED, 0, 0);
    *out = t;
    return 0;
}

static bool is_reopen_allowed(const struct act *act, const struct ticket *t, int64_t reopen_days)
{
    return reopen_days < 0 ||
           (reopen_days > 0 && act->now - t->resolved_at <= reopen_days * DAY_MS);
}

/* They remember what they go back to, and when. */
static bool is_left_for_a_while(enum status s)
{
    return s == STATUS_POSTPONED || s == STATUS_SPAM || s == STATUS_DELETED;
}

/* What a ticket goes back to from next. Only one such status can be remembered: what a ticket was
 * before it was postponed and then spam or deleted follows from whether it was ever answered. */
static enum status way_back(const struct ticket *t, enum status next)
{
    bool is_restored = t->status == STATUS_DELETED ||
                       (t->status == STATUS_SPAM && next != STATUS_DELETED);
    if (is_restored)
        return t->answered_at != 0 ? STATUS_OPEN : STATUS_NEW;
    return next == STATUS_POSTPONED && t->status == STATUS_ANSWERED ? STATUS_OPEN : t->status;
}

static void settle_clocks(struct act *act, struct ticket *t, enum status_event event,
                          enum status old)
{
    if (event == EVENT_ANSWER || event == EVENT_ANSWER_RESOLVE) {
        t->waiting_since = 0;
        if (t->answered_at == 0)
            t->answered_at = act->now;
    }
    if (t->status == STATUS_RESOLVED && old != STATUS_RESOLVED)
        t->resolved_at = act->now;
    if (!is_left_for_a_while(t->status))
        t->wake_at = 0;
    if (event == EVENT_CUSTOMER_MESSAGE && t->waiting_since == 0)
        t->waiting_since = act->now;
    if (event == EVENT_RESOLVE || event == EVENT_ANSWER_RESOLVE)
        t->waiting_since = 0;
    if (event == EVENT_REOPEN && t->waiting_since == 0)
        t->waiting_since = act->now;
}

static enum status_verdict apply(struct act *act, struct ticket *t, enum status_event event,
                                 int64_t reopen_days)
{
    struct status_facts facts = { t->status, t->previous_status, t->answered_at != 0,
                                  is_reopen_allowed(act, t, reopen_days) };
    enum status old = t->status, next;
    enum status_verdict verdict = status_after(&facts, event, &next);
    if (verdict != VERDICT_CHANGE)
        return verdict;
    if (old != next && is_left_for_a_while(next))
        t->previous_status = way_back(t, next);
    t->status = next;
    settle_clocks(act, t, event, old);
    return verdict;
}

enum status_verdict ticket_apply_here(struct act *act, struct ticket *t, enum status_event event,
                                      int64_t reopen_days)
{
    enum status_verdict verdict = apply(act, t, event, reopen_days);
    bool is_answer = event == EVENT_ANSWER || event == EVENT_ANSWER_RESOLVE;
    if (is_answer && (verdict == VERDICT_CHANGE || verdict == VERDICT_KEEP))
        ticket_watch_note(act, t, WHAT_ANSWERED, 0, 0);
    return verdict;
}

enum status_verdict ticket_apply(struct act *act, struct ticket *t, enum status_event event,
                                 int64_t reopen_days)
{
    if (t->alone != NULL)
        (void)apply(act, t->alone, event, reopen_days);
    return ticket_apply_here(act, t, event, reopen_days);
}

int ticket_move(struct act *act, struct ticket *t, enum status_event event, const char *reason,
                struct err *err)
{
    struct ticket old = *t;
    if (t->merged_into_id != 0)
        return err_set(err, ERR_REFUSED, "%s", MERGED_AWAY);
    enum status_verdict verdict = ticket_apply(act, t, event, -1);
    if (verdict != VERDICT_CHANGE && verdict != VERDICT_KEEP)
        return err_set(err, ERR_REFUSED, "%s", status_refusal(old.status));
    if (verdict == VERDICT_KEEP)
        return 0;
    if (event == EVENT_REOPEN && responsibility_after_reopen(act, t, err) < 0)
        return -1;
    act->reason = reason;
    if (ticket_save(act, &old, t, err) < 0)
        return -1;
    if (old.agent_id != t->agent_id &&
        responsibility_announce(act, t->id, old.agent_id, t->agent_id,
                                WORDS("no longer works in this department"), err) < 0)
        return -1;
    if (old.status == t->status && event != EVENT_POSTPONE)
        return 0;
    return event_add(act, t->id, "status", (char[]) { (char)old.status, '\0' },
                     (char[]) { (char)t->status, '\0' }, reason, err);
}
