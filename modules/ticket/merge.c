#include "ticket/merge.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"
#include "db/db.h"
#include "ticket/event.h"
#include "ticket/indexing.h"
#include "ticket/responsibility.h"
#include "ticket/tally.h"
#include "ticket/watch.h"
#include "user/user.h"
#include "user/viewer.h"

#include <inttypes.h>

#define TRIES 5 /* of finding where a ticket is shown, while others merge it */

DB_SQL(read_root, 1, "SELECT merged_into_id FROM ticket WHERE tenant_id = ? AND id = ?");
DB_SQL(read_merged, 100,
       "SELECT ticket_id, parent_id, follower_id FROM ticket_merge WHERE tenant_id = ? AND "
       "root_id = ? ORDER BY ticket_id");
DB_SQL(insert_merge, 1,
       "INSERT INTO ticket_merge (tenant_id, ticket_id, root_id, parent_id, follower_id, "
       "merged_at) VALUES (?, ?, ?, ?, ?, ?)");
DB_SQL(delete_merge, 1, "DELETE FROM ticket_merge WHERE tenant_id = ? AND ticket_id = ?");
DB_SQL(move_merge, 1, "UPDATE ticket_merge SET root_id = ? WHERE tenant_id = ? AND ticket_id = ?");
DB_SQL(move_ticket, 1,
       "UPDATE ticket SET merged_into_id = ?, version = version + 1 WHERE tenant_id = ? AND id = "
       "?");
DB_SQL(forget_alone, 1, "DELETE FROM ticket_alone WHERE tenant_id = ? AND ticket_id = ?");
DB_SQL(add_follower, 1,
       "INSERT IGNORE INTO follower (tenant_id, ticket_id, user_id) VALUES (?, ?, ?)");
DB_SQL(drop_follower, 1,
       "DELETE FROM follower WHERE tenant_id = ? AND ticket_id = ? AND user_id = ?");

/* --- what is shown where --- */

int ticket_shown(struct act *act, struct ticket *t, struct err *err)
{
    return t->merged_into_id == 0 ? 1 : ticket_by_id(act, t->merged_into_id, t, err);
}

bool place_is_merged(const struct ticket_place *p)
{
    return p->home.id != p->shown.id;
}

static int root_of(struct act *act, int64_t id, int64_t *root, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, read_root, DB_TENANT, DB_I64(id));
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such ticket");
    *root = db_i64(&row, 0) != 0 ? db_i64(&row, 0) : id;
    return 0;
}

int ticket_showing(struct act *act, int64_t id, struct ticket *t, struct err *err)
{
    struct err absent = ERR_INIT;
    int64_t root;
    if (root_of(act, id, &root, &absent) == 0)
        return ticket_by_id(act, root, t, err);
    if (absent.code == ERR_NOT_FOUND)
        return 0;
    *err = absent;
    return -1;
}

/* Always the page's ticket before those that it shows: who merges does the same. */
int place_lock(struct act *act, int64_t id, struct ticket_place *out, struct err *err)
{
    for (int i = 0; i < TRIES; i++) {
        int64_t root;
        if (root_of(act, id, &root, err) < 0 || ticket_lock_any(act, root, &out->shown, err) < 0)
            return -1;
        if (root == id)
            out->home = out->shown;
        else if (ticket_lock_any(act, id, &out->home, err) < 0)
            return -1;
        if (out->shown.merged_into_id == 0 && (root == id || out->home.merged_into_id == root))
            return 0;
    }
    return err_set(err, ERR_DEADLOCK, "a ticket is merged again and again");
}

enum status_verdict place_apply_message(struct act *act, struct ticket_place *p,
                                        int64_t reopen_days)
{
    if (!place_is_merged(p))
        return ticket_apply(act, &p->shown, EVENT_CUSTOMER_MESSAGE, reopen_days);
    enum status_verdict v = ticket_apply_here(act, &p->shown, EVENT_CUSTOMER_MESSAGE, reopen_days);
    if (v == VERDICT_CHANGE || v == VERDICT_KEEP)
        (void)ticket_apply_here(act, &p->home, EVENT_CUSTOMER_MESSAGE, -1);
    return v;
}

int place_save_home(struct act *act, const struct ticket_place *p, const struct ticket *old_home,
                    struct err *err)
{
    struct ticket next = p->home;
    return place_is_merged(p) ? ticket_save(act, old_home, &next, err) : 0;
}

/* --- one on the page of another --- */

/* What keeps s open keeps t open: the customer who waits longest decides the time. */
static void take_waiting(struct act *act, struct ticket *t, const struct ticket *s)
{
    enum folder of_s = status_folder(s->status), of_t = status_folder(t->status);
    bool is_live = of_t == FOLDER_OPEN || of_t == FOLDER_POSTPONED;
    int64_t since = s->waiting_since != 0 ? s->waiting_since : t->waiting_since;
    if (of_s != FOLDER_OPEN && of_s != FOLDER_POSTPONED)
        return;
    if (t->waiting_since != 0 && t->waiting_since < since)
        since = t->waiting_since;
    if (of_s == FOLDER_OPEN || !is_live)
        (void)ticket_apply_here(act, t, EVENT_CUSTOMER_MESSAGE, -1);
    else if (of_t == FOLDER_POSTPONED && s->wake_at < t->wake_at)
        t->wake_at = s->wake_at;
    if (since != 0)
        t->waiting_since = since;
}

static void copy_state(struct ticket *to, const struct ticket *from)
{
    to->status = from->status;
    to->previous_status = from->previous_status;
    to->waiting_since = from->waiting_since;
    to->answered_at = from->answered_at;
    to->resolved_at = from->resolved_at;
    to->wake_at = from->wake_at;
}

static void begin_alone(struct act *act, struct ticket *t)
{
    if (t->alone != NULL)
        return;
    struct ticket *alone = arena_alloc(act->arena, sizeof(*alone));
    *alone = *t;
    t->alone = alone;
}

static int end_alone(struct act *act, struct ticket *t, struct err *err)
{
    if (t->alone == NULL)
        return 0;
    copy_state(t, t->alone);
    t->alone = NULL;
    return db_put(act->db, err, forget_alone, DB_TENANT, DB_I64(t->id));
}

static bool is_mergeable(const struct ticket *t)
{
    enum folder f = status_folder(t->status);
    return (f >= FOLDER_OPEN && f <= FOLDER_POSTPONED) || t->status == STATUS_RESOLVED;
}

struct merging {
    struct act *act;
    int64_t id, version, number; /* number: the other's */
    struct ticket s, t;          /* s into t, or out of it */
    int64_t shown_number;
};

static int check_rights(struct merging *m, struct err *err)
{
    if (ticket_check_right(m->act, &m->s, CAP_TICKET_MERGE, err) < 0 ||
        ticket_check_right(m->act, &m->t, CAP_TICKET_MERGE, err) < 0)
        return -1;
    return ticket_watch_may(m->act, &m->s, ACTION_MERGE, err) < 0
               ? -1
               : ticket_watch_may(m->act, &m->t, ACTION_MERGE, err);
}

static int check_merge(struct merging *m, struct err *err)
{
    if (check_rights(m, err) < 0)
        return -1;
    if (!is_mergeable(&m->s) || !is_mergeable(&m->t))
        return err_set(err, ERR_REFUSED, "%s",
                       status_refusal(is_mergeable(&m->s) ? m->t.status : m->s.status));
    if (m->s.merged_n + m->t.merged_n + 1 > MERGED_MOST)
        return err_set(err, ERR_REFUSED, WORDS("not possible: too many tickets would be merged"));
    return 0;
}

/* Both locked, the smaller id first: whoever else merges them waits. */
static int lock_both(struct merging *m, int64_t into, struct err *err)
{
    struct act *act = m->act;
    bool s_first = m->id < into;
    if (!s_first && ticket_lock_any(act, into, &m->t, err) < 0)
        return -1;
    if (ticket_lock(act, m->id, m->version, &m->s, err) < 0)
        return -1;
    return s_first ? ticket_lock_any(act, into, &m->t, err) : 0;
}

/* The ticket with the number, or what it was merged into: seen by act, locked, on its own page. */
static int lock_target(struct merging *m, struct err *err)
{
    for (int i = 0; i < TRIES; i++) {
        struct ticket into;
        int rc = ticket_by_number(m->act, m->number, &into, err);
        if (rc == 1)
            rc = ticket_shown(m->act, &into, err);
        if (rc <= 0)
            return rc < 0 ? -1
                          : err_set(err, ERR_INVALID, WORDS("there is no ticket with this number"));
        if (into.id == m->id)
            return err_set(err, ERR_INVALID, WORDS("this is the same ticket"));
        if (lock_both(m, into.id, err) < 0)
            return -1;
        if (m->t.merged_into_id == 0)
            return 0;
    }
    return err_set(err, ERR_DEADLOCK, "the other ticket is merged again and again");
}

static int is_seen(const struct merging *m, const struct ticket *t, struct err *err)
{
    return ticket_is_in_scope(m->act, t->department_id, t->agent_id, t->status)
               ? 0
               : err_set(err, ERR_INVALID, WORDS("there is no ticket with this number"));
}

static const char *number_text(struct act *act, const struct ticket *t)
{
    return arena_printf(act->arena, "%" PRId64, t->number);
}

/* R13: the agent of s follows t. *follower 0: nobody new. */
static int follow(struct merging *m, int64_t *follower, struct err *err)
{
    int64_t agent = m->s.agent_id;
    *follower = 0;
    if (agent == 0 || agent == m->t.agent_id)
        return 0;
    int64_t n = db_exec(m->act->db, err, add_follower, DB_TENANT, DB_I64(m->t.id), DB_I64(agent));
    if (n > 0)
        *follower = agent;
    return n < 0 ? -1 : 0;
}

/* One that is shown elsewhere from now on. */
static int move_shown(struct act *act, int64_t id, int64_t root, struct err *err)
{
    return db_put(act->db, err, move_ticket, DB_I64(root), DB_TENANT, DB_I64(id)) < 0
               ? -1
               : db_put(act->db, err, move_merge, DB_I64(root), DB_TENANT, DB_I64(id));
}

static int move_all_shown(struct act *act, int64_t from, int64_t to, struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, read_merged, DB_TENANT, DB_I64(from)) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++)
        if (move_shown(act, db_i64(&rows.rows[i], 0), to, err) < 0)
            return -1;
    return 0;
}

static int save_both(struct merging *m, const struct ticket *old_s, const struct ticket *old_t,
                     const char *of_s, const char *of_t, struct err *err)
{
    struct act *act = m->act;
    ticket_watch_note(act, old_s, WHAT_RELATED, 0, 0);
    if (ticket_save(act, old_s, &m->s, err) < 0)
        return -1;
    ticket_watch_note(act, old_t, WHAT_RELATED, 0, 0);
    if (ticket_save(act, old_t, &m->t, err) < 0)
        return -1;
    return event_add(act, m->s.id, of_s, "", number_text(act, &m->t), "", err) < 0
               ? -1
               : event_add(act, m->t.id, of_t, "", number_text(act, &m->s), "", err);
}

static int reopened(struct merging *m, const struct ticket *old, struct err *err)
{
    bool is_reopened = old->status == STATUS_RESOLVED && m->t.status != STATUS_RESOLVED;
    if (!is_reopened || responsibility_after_reopen(m->act, &m->t, err) < 0)
        return is_reopened ? -1 : 0;
    return old->agent_id == m->t.agent_id
               ? 0
               : responsibility_announce(m->act, old->id, old->agent_id, m->t.agent_id,
                                         WORDS("no longer works in this department"), err);
}

static int merge_in_transaction(struct db *db, void *data, struct err *err)
{
    struct merging *m = data;
    struct act *act = m->act;
    int64_t follower;
    if (lock_target(m, err) < 0 || is_seen(m, &m->t, err) < 0 || check_merge(m, err) < 0 ||
        follow(m, &follower, err) < 0)
        return -1;
    const struct ticket old_s = m->s, old_t = m->t;
    begin_alone(act, &m->t);
    take_waiting(act, &m->t, &old_s);
    if (reopened(m, &old_t, err) < 0 || end_alone(act, &m->s, err) < 0 ||
        indexing_messages(act, m->s.id, &m->t, err) < 0 ||
        move_all_shown(act, m->s.id, m->t.id, err) < 0 ||
        db_put(db, err, insert_merge, DB_TENANT, DB_I64(m->s.id), DB_I64(m->t.id), DB_I64(m->t.id),
               DB_ID(follower), DB_I64(act->now)) < 0)
        return -1;
    m->t.merged_n += 1 + m->s.merged_n;
    m->s.merged_into_id = m->t.id;
    m->s.merged_n = 0;
    m->shown_number = m->t.number;
    return tally(act, &m->t, err) < 0 ? -1
                                      : save_both(m, &old_s, &old_t, "merged_into", "merged", err);
}

int ticket_merge(struct act *act, int64_t id, int64_t version, int64_t into, int64_t *number,
                 struct err *err)
{
    struct merging m = { .act = act, .id = id, .version = version, .number = into };
    if (db_transact(act->db, merge_in_transaction, &m, err) < 0)
        return -1;
    *number = m.shown_number;
    return 0;
}

/* --- and out again --- */

/* Those of a page: the ones that leave it, with s first, and the ones that stay. */
struct parts {
    int64_t leaving[MERGED_MOST], staying[MERGED_MOST];
    size_t leaving_n, staying_n;
    int64_t parent, follower; /* of s */
};

static bool is_leaving(const struct parts *p, int64_t id)
{
    for (size_t i = 0; i < p->leaving_n; i++)
        if (p->leaving[i] == id)
            return true;
    return false;
}

/* What was merged into something that leaves leaves with it, however many steps away it is. */
static void part(const struct db_rows *rows, int64_t s, struct parts *p)
{
    size_t before;
    p->leaving[p->leaving_n++] = s;
    do {
        before = p->leaving_n;
        for (size_t i = 0; i < rows->n; i++) {
            int64_t id = db_i64(&rows->rows[i], 0);
            if (!is_leaving(p, id) && is_leaving(p, db_i64(&rows->rows[i], 1)))
                p->leaving[p->leaving_n++] = id;
        }
    } while (p->leaving_n > before);
    for (size_t i = 0; i < rows->n; i++)
        if (!is_leaving(p, db_i64(&rows->rows[i], 0)))
            p->staying[p->staying_n++] = db_i64(&rows->rows[i], 0);
}

static int read_parts(struct merging *m, struct parts *p, struct err *err)
{
    struct db_rows rows;
    *p = (struct parts) { .leaving_n = 0 };
    if (db_all(m->act->db, m->act->arena, &rows, err, read_merged, DB_TENANT, DB_I64(m->t.id)) < 0)
        return -1;
    if (rows.n > MERGED_MOST)
        return err_set(err, ERR_INTERNAL, "too many tickets on one page");
    for (size_t i = 0; i < rows.n; i++)
        if (db_i64(&rows.rows[i], 0) == m->s.id) {
            p->parent = db_i64(&rows.rows[i], 1);
            p->follower = db_i64(&rows.rows[i], 2);
        }
    part(&rows, m->s.id, p);
    return 0;
}

/* *t as it is with those that it shows: each is locked and looked at. */
static int take_all_waiting(struct act *act, struct ticket *t, const int64_t *ids, size_t n,
                            struct err *err)
{
    for (size_t i = 0; i < n; i++) {
        struct ticket other;
        if (ticket_lock_any(act, ids[i], &other, err) < 0)
            return -1;
        take_waiting(act, t, &other);
    }
    return 0;
}

static int make_s(struct merging *m, const struct parts *p, struct err *err)
{
    struct act *act = m->act;
    struct ticket *s = &m->s;
    s->merged_into_id = 0;
    s->merged_n = (int64_t)p->leaving_n - 1;
    if (s->merged_n > 0)
        begin_alone(act, s);
    if (take_all_waiting(act, s, p->leaving + 1, p->leaving_n - 1, err) < 0)
        return -1;
    for (size_t i = 1; i < p->leaving_n; i++)
        if (move_shown(act, p->leaving[i], s->id, err) < 0)
            return -1;
    if (db_put(act->db, err, delete_merge, DB_TENANT, DB_I64(s->id)) < 0 ||
        (s->status == STATUS_POSTPONED && ticket_put_wake(act, s, err) < 0))
        return -1;
    return tally(act, s, err);
}

/* Nobody is left: it is what it would have been. Else it is only looked at again where somebody who
 * waits may be the one that leaves. */
static int make_t(struct merging *m, const struct parts *p, struct err *err)
{
    struct act *act = m->act;
    struct ticket *t = &m->t;
    bool is_waiting = status_folder(t->status) == FOLDER_OPEN || t->status == STATUS_POSTPONED;
    t->merged_n = (int64_t)p->staying_n;
    t->has_lost_words = true;
    if (t->merged_n > 0 && is_waiting) {
        copy_state(t, t->alone);
        if (take_all_waiting(act, t, p->staying, p->staying_n, err) < 0)
            return -1;
    }
    if (t->merged_n == 0 && end_alone(act, t, err) < 0)
        return -1;
    if ((t->status == STATUS_POSTPONED && ticket_put_wake(act, t, err) < 0) ||
        (p->follower != 0 && db_put(act->db, err, drop_follower, DB_TENANT, DB_I64(p->parent),
                                    DB_I64(p->follower)) < 0))
        return -1;
    return tally(act, t, err);
}

/* s by its number; both locked, the page's ticket first. */
static int lock_merged(struct merging *m, struct err *err)
{
    struct ticket found;
    if (ticket_lock(m->act, m->id, m->version, &m->t, err) < 0)
        return -1;
    int rc = ticket_by_number(m->act, m->number, &found, err);
    if (rc < 0 || (rc == 1 && ticket_lock_any(m->act, found.id, &m->s, err) < 0))
        return -1;
    return rc == 1 && m->s.merged_into_id == m->t.id
               ? 0
               : err_set(err, ERR_REFUSED,
                         WORDS("not possible: it is not merged into this ticket"));
}

static int keep_agent(struct merging *m, int64_t old_agent, struct err *err)
{
    if (responsibility_after_reopen(m->act, &m->s, err) < 0)
        return -1;
    return old_agent == m->s.agent_id
               ? 0
               : responsibility_announce(m->act, m->s.id, old_agent, m->s.agent_id,
                                         WORDS("no longer works in this department"), err);
}

static int unmerge_in_transaction(struct db *db, void *data, struct err *err)
{
    struct merging *m = data;
    struct parts parts;
    (void)db;
    if (lock_merged(m, err) < 0 || check_rights(m, err) < 0 || read_parts(m, &parts, err) < 0)
        return -1;
    const struct ticket old_s = m->s, old_t = m->t;
    if (make_s(m, &parts, err) < 0 || keep_agent(m, old_s.agent_id, err) < 0 ||
        make_t(m, &parts, err) < 0)
        return -1;
    return save_both(m, &old_s, &old_t, "unmerged_from", "unmerged", err);
}

int ticket_unmerge(struct act *act, int64_t id, int64_t version, int64_t number, struct err *err)
{
    struct merging m = { .act = act, .id = id, .version = version, .number = number };
    return db_transact(act->db, unmerge_in_transaction, &m, err);
}

/* --- an answer to all of them --- */

int merged_answered(struct act *act, const struct ticket *t, enum status_event event,
                    bool (*is_recipient)(const void *data, const char *email), const void *data,
                    struct err *err)
{
    struct db_rows rows;
    if (t->merged_n == 0)
        return 0;
    if (db_all(act->db, act->arena, &rows, err, read_merged, DB_TENANT, DB_I64(t->id)) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        struct ticket s;
        if (ticket_lock_any(act, db_i64(&rows.rows[i], 0), &s, err) < 0)
            return -1;
        const struct ticket old = s;
        if (!is_recipient(data, s.contact_email) ||
            ticket_apply_here(act, &s, event, -1) != VERDICT_CHANGE)
            continue;
        if (ticket_save(act, &old, &s, err) < 0)
            return -1;
    }
    return 0;
}
