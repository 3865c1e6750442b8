#include "ticket/responsibility.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"
#include "db/db.h"
#include "ticket/event.h"
#include "ticket/message.h"
#include "ticket/ticket.h"
#include "ticket/watch.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

#define BATCH 200

DB_SQL(user_name, 1, "SELECT name FROM user WHERE tenant_id = ? AND id = ?");
DB_SQL(insert_follower, 1,
       "INSERT IGNORE INTO follower (tenant_id, ticket_id, user_id) VALUES (?, ?, ?)");
DB_SQL(
    tickets_of_agent, 2000,
    "SELECT id FROM ticket WHERE tenant_id = ? AND agent_id = ? AND folder IN (1, 2, 3) AND id > ? "
    "ORDER BY id LIMIT 200");
DB_SQL(tickets_of_agent_in_department, 2000,
       "SELECT id FROM ticket WHERE tenant_id = ? AND department_id = ? AND agent_id = ? "
       "AND folder IN (1, 2, 3) AND id > ? ORDER BY id LIMIT 200");
DB_SQL(assigned_to_agent, 1000,
       "SELECT CAST(COALESCE(SUM(tickets), 0) AS SIGNED) FROM ticket_counter WHERE tenant_id = ? "
       "AND agent_id = ? AND folder IN (1, 2, 3)");
DB_SQL(tickets_of_department, 2000,
       "SELECT id FROM ticket WHERE tenant_id = ? AND department_id = ? AND id > ? ORDER BY id "
       "LIMIT 200");

static int name_of(struct act *act, int64_t user_id, const char **name, struct err *err)
{
    struct db_row row;
    *name = "";
    if (user_id == 0)
        return 0;
    int rc = db_one(act->db, act->arena, &row, err, user_name, DB_TENANT, DB_I64(user_id));
    if (rc == 1)
        *name = db_str(&row, 0);
    return rc < 0 ? -1 : 0;
}

int responsibility_announce(struct act *act, int64_t ticket_id, int64_t old_agent,
                            int64_t new_agent, const char *reason, struct err *err)
{
    const char *old_name, *new_name;
    if (name_of(act, old_agent, &old_name, err) < 0 || name_of(act, new_agent, &new_name, err) < 0)
        return -1;
    return event_add(act, ticket_id, "assigned", old_name, new_name, reason, err);
}

int responsibility_announce_own(struct act *act, int64_t ticket_id, int64_t old_agent,
                                int64_t new_agent, const char *reason, struct err *err)
{
    enum actor who = act->actor;
    act->actor = ACTOR_SYSTEM;
    int rc = responsibility_announce(act, ticket_id, old_agent, new_agent, reason, err);
    act->actor = who;
    return rc;
}

int follower_add(struct act *act, int64_t ticket_id, int64_t user_id, struct err *err)
{
    return db_put(act->db, err, insert_follower, DB_TENANT, DB_I64(ticket_id), DB_I64(user_id)) < 0
               ? err_wrap(err, "add follower")
               : 0;
}

int responsibility_of_new(struct act *act, int64_t department_id, int64_t *agent_id,
                          struct err *err)
{
    *agent_id = 0;
    int64_t only;
    int rc = user_only_active(act->db, &only, err);
    if (rc == 1)
        rc = user_may_work(act->db, only, department_id, err);
    if (rc == 1)
        *agent_id = only;
    return rc < 0 ? err_wrap(err, "find the only agent") : 0;
}

/* One change of (department, agent) on a locked ticket. */
static int set_pair(struct act *act, struct ticket *t, int64_t department_id, int64_t agent_id,
                    const char *reason, struct err *err)
{
    struct ticket old = *t;
    if (old.department_id == department_id && old.agent_id == agent_id)
        return 0;
    t->department_id = department_id;
    t->agent_id = agent_id;
    act->reason = reason;
    if (ticket_save(act, &old, t, err) < 0)
        return -1;
    if (old.department_id != department_id) {
        struct department to;
        if (department_by_id(act->db, act->arena, department_id, &to, err) != 1)
            return err->code != ERR_NONE ? -1
                                         : err_set(err, ERR_INVALID, WORDS("no such department"));
        if (event_add(act, t->id, "transferred", old.department_name, to.name, reason, err) < 0)
            return -1;
    }
    return old.agent_id == agent_id
               ? 0
               : responsibility_announce(act, t->id, old.agent_id, agent_id, reason, err);
}

struct pairing {
    struct act *act;
    int64_t id, version, department_id, agent_id; /* department 0: stays */
    const char *reason;
    const char *note; /* or NULL */
};

static bool moves(const struct pairing *p, const struct ticket *t)
{
    return p->department_id != 0 && p->department_id != t->department_id;
}

static int add_note(const struct pairing *p, struct ticket *t, struct err *err)
{
    const struct viewer *v = p->act->viewer;
    const struct ticket old = *t;
    int64_t id;
    if (p->note == NULL || *p->note == '\0')
        return 0;
    const struct message_new m = { .kind = MESSAGE_NOTE,
                                   .from_name = v != NULL ? v->name : "",
                                   .from_email = v != NULL ? v->email : "",
                                   .subject = t->subject,
                                   .body = p->note,
                                   .quote_at = -1 };
    if (ticket_check_right(p->act, t, CAP_TICKET_NOTE, err) < 0 ||
        ticket_watch_may(p->act, t, ACTION_NOTE, err) < 0 ||
        message_add(p->act, t, &m, &id, err) < 0)
        return -1;
    return ticket_save(p->act, &old, t, err);
}

static int check_pairing(const struct pairing *p, const struct ticket *t, struct err *err)
{
    if (moves(p, t) && ticket_check_right(p->act, t, CAP_TICKET_TRANSFER, err) < 0)
        return -1;
    return moves(p, t) && p->agent_id == 0 ? 0
                                           : ticket_check_right(p->act, t, CAP_TICKET_ASSIGN, err);
}

static int pair_in_transaction(struct db *db, void *data, struct err *err)
{
    struct pairing *p = data;
    struct ticket t;
    (void)db;
    if (ticket_lock(p->act, p->id, p->version, &t, err) < 0 || check_pairing(p, &t, err) < 0)
        return -1;
    if (t.status == STATUS_CLOSED || t.status == STATUS_DELETED)
        return err_set(err, ERR_REFUSED, "%s", status_refusal(t.status));
    if (ticket_watch_may(p->act, &t, moves(p, &t) ? ACTION_TRANSFER : ACTION_ASSIGN, err) < 0)
        return -1;
    int64_t department = p->department_id != 0 ? p->department_id : t.department_id;
    struct department d;
    int found = department_by_id(p->act->db, p->act->arena, department, &d, err);
    if (found <= 0)
        return found < 0 ? -1 : err_set(err, ERR_INVALID, WORDS("no such department"));
    int may = p->agent_id == 0 ? 1 : user_may_work(p->act->db, p->agent_id, department, err);
    if (may <= 0)
        return may < 0 ? -1
                       : err_set(err, ERR_INVALID,
                                 WORDS("this person does not work in that department"));
    return add_note(p, &t, err) < 0 ? -1
                                    : set_pair(p->act, &t, department, p->agent_id, p->reason, err);
}

int ticket_assign(struct act *act, int64_t id, int64_t version, int64_t agent_id, struct err *err)
{
    struct pairing p = { act, id, version, 0, agent_id, "", NULL };
    return db_transact(act->db, pair_in_transaction, &p, err);
}

int ticket_transfer(struct act *act, int64_t id, int64_t version, int64_t department_id,
                    int64_t agent_id, struct err *err)
{
    struct pairing p = { act, id, version, department_id, agent_id, "", NULL };
    return db_transact(act->db, pair_in_transaction, &p, err);
}

int ticket_assign_because(struct act *act, int64_t id, int64_t version, int64_t department_id,
                          int64_t agent_id, const char *reason, struct err *err)
{
    struct pairing p = { act, id, version, department_id, agent_id, reason, NULL };
    return db_transact(act->db, pair_in_transaction, &p, err);
}

int ticket_hand_over(struct act *act, const struct handover *h, struct err *err)
{
    struct pairing p = {
        act, h->ticket_id, h->version, h->department_id, h->agent_id, "", h->note
    };
    return db_transact(act->db, pair_in_transaction, &p, err);
}

int responsibility_after_answer(struct act *act, struct ticket *t, const struct department *d,
                                bool *is_claimed, struct err *err)
{
    *is_claimed = false;
    if (act->actor != ACTOR_PERSON)
        return 0;
    int64_t me = act->viewer->user_id;
    if (t->agent_id == me)
        return 0;
    bool claims = t->agent_id == 0 ? d->claim_on_reply : d->reply_takes_over;
    if (!claims)
        return t->agent_id == 0 ? 0 : follower_add(act, t->id, me, err);
    int may = user_may_work(act->db, me, t->department_id, err);
    if (may < 0)
        return -1;
    if (may == 1) {
        t->agent_id = me;
        *is_claimed = true;
    }
    return 0;
}

int responsibility_after_reopen(struct act *act, struct ticket *t, struct err *err)
{
    if (t->agent_id == 0)
        return 0;
    int may = user_may_work(act->db, t->agent_id, t->department_id, err);
    if (may < 0)
        return err_wrap(err, "check the agent of a reopened ticket");
    if (may == 0)
        t->agent_id = 0;
    return 0;
}

/* Calls one for each ticket of a growing list of ids, in batches. */
struct sweep {
    struct act *act;
    int64_t first, second; /* agent and department, or department and target */
    const char *reason;
    int64_t n;
    int (*batch)(struct sweep *s, int64_t after, struct db_rows *rows, struct err *err);
    int (*one)(struct sweep *s, struct ticket *t, struct err *err);
};

static int sweep_all(struct db *db, void *data, struct err *err)
{
    struct sweep *s = data;
    struct db_rows rows;
    int64_t after = 0;
    (void)db;
    s->n = 0;
    do {
        if (s->batch(s, after, &rows, err) < 0)
            return -1;
        for (size_t i = 0; i < rows.n; i++) {
            struct ticket t;
            after = db_i64(&rows.rows[i], 0);
            if (ticket_lock_any(s->act, after, &t, err) < 0 || s->one(s, &t, err) < 0)
                return -1;
        }
    } while (rows.n == BATCH);
    return 0;
}

static int batch_of_agent(struct sweep *s, int64_t after, struct db_rows *rows, struct err *err)
{
    struct act *act = s->act;
    if (s->second == 0)
        return db_all(act->db, act->arena, rows, err, tickets_of_agent, DB_TENANT, DB_I64(s->first),
                      DB_I64(after));
    return db_all(act->db, act->arena, rows, err, tickets_of_agent_in_department, DB_TENANT,
                  DB_I64(s->second), DB_I64(s->first), DB_I64(after));
}

static int release_any(struct sweep *s, struct ticket *t, struct err *err)
{
    s->n++;
    return set_pair(s->act, t, t->department_id, 0, s->reason, err);
}

static int release_one(struct sweep *s, struct ticket *t, struct err *err)
{
    int may = user_may_work(s->act->db, s->first, t->department_id, err);
    if (may != 0)
        return may < 0 ? -1 : 0;
    return release_any(s, t, err);
}

static int release(struct sweep *s, int64_t *n, struct err *err)
{
    if (db_transact(s->act->db, sweep_all, s, err) < 0)
        return err_wrap(err, "release tickets");
    *n = s->n;
    return 0;
}

int ticket_release_all(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                       int64_t *n, struct err *err)
{
    struct sweep s = { act, user_id, department_id, reason, 0, batch_of_agent, release_one };
    return release(&s, n, err);
}

int ticket_release_in(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                      int64_t *n, struct err *err)
{
    struct sweep s = { act, user_id, department_id, reason, 0, batch_of_agent, release_any };
    return release(&s, n, err);
}

int ticket_count_assigned(struct act *act, int64_t user_id, int64_t *n, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, assigned_to_agent, DB_TENANT, DB_I64(user_id));
    *n = rc == 1 ? db_i64(&row, 0) : 0;
    return rc < 0 ? err_wrap(err, "count assigned tickets") : 0;
}

static int batch_of_department(struct sweep *s, int64_t after, struct db_rows *rows,
                               struct err *err)
{
    return db_all(s->act->db, s->act->arena, rows, err, tickets_of_department, DB_TENANT,
                  DB_I64(s->first), DB_I64(after));
}

static int move_one(struct sweep *s, struct ticket *t, struct err *err)
{
    s->n++;
    return set_pair(s->act, t, s->second, 0, s->reason, err);
}

int ticket_move_department(struct act *act, int64_t from_id, int64_t to_id, int64_t *n,
                           struct err *err)
{
    const char *reason = WORDS("department deleted");
    struct sweep s = { act, from_id, to_id, reason, 0, batch_of_department, move_one };
    if (db_transact(act->db, sweep_all, &s, err) < 0)
        return err_wrap(err, "move tickets");
    *n = s.n;
    return 0;
}
