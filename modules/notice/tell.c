#include "notice/tell.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "db/db.h"
#include "ticket/ticket.h"
#include "user/viewer.h"

#include <string.h>

#define EVENTS_MAX 200 /* of one ticket at a time */

DB_SQL(lock_notice_events, 250,
       "SELECT id, at, events, agent_id, user_id FROM notice_event WHERE tenant_id = ? "
       "AND ticket_id = ? ORDER BY id LIMIT 200 FOR UPDATE");
DB_SQL(delete_notice_events, 250,
       "DELETE FROM notice_event WHERE tenant_id = ? AND ticket_id = ? AND id <= ?");
DB_SQL(ask_for_mail, 2,
       "INSERT IGNORE INTO job (tenant_id, id, kind, object_id, due_at) VALUES (?, ?, "
       "'notice.mail', ?, " DB_NOW " + ?)");

struct happened {
    int64_t id, at, agent_id, user_id;
    unsigned events;
};

struct telling {
    struct act *act;
    int64_t ticket_id, delay_ms;
    struct ticket ticket;
    struct happened *list;
    size_t n;
    struct viewer *people; /* who may have to know */
    size_t people_n;
    struct notice_choice *choices;
    size_t choices_n;
    struct told told;
};

static int read_events(struct telling *t, struct err *err)
{
    struct db_rows rows;
    if (db_all(t->act->db, t->act->arena, &rows, err, lock_notice_events, DB_TENANT,
               DB_I64(t->ticket_id)) < 0)
        return -1;
    t->list = arena_array(t->act->arena, rows.n, sizeof(*t->list));
    t->n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        t->list[i] = (struct happened) { db_i64(r, 0), db_i64(r, 1), db_i64(r, 3), db_i64(r, 4),
                                         (unsigned)db_i64(r, 2) };
    }
    return 0;
}

/* What of it is news to a person: not their own doing; as the one whose ticket it was and still is,
 * or else as one of the department. */
static unsigned news_to(const struct telling *t, int64_t user_id)
{
    bool is_agent = user_id == t->ticket.agent_id;
    unsigned news = 0;
    for (size_t i = 0; i < t->n; i++) {
        const struct happened *h = &t->list[i];
        if (h->user_id == user_id)
            continue;
        if (!is_agent)
            news |= h->events & NOTICE_OF_DEPARTMENT;
        else if (h->agent_id == user_id)
            news |= h->events & NOTICE_OWN;
    }
    return news;
}

static bool is_about_department(const struct telling *t)
{
    unsigned events = 0;
    for (size_t i = 0; i < t->n; i++)
        events |= t->list[i].events;
    return (events & NOTICE_OF_DEPARTMENT) != 0;
}

static int find_people(struct telling *t, struct err *err)
{
    struct act *act = t->act;
    struct viewer agent;
    if (is_about_department(t) &&
        viewers_of_department(act->db, act->arena, t->ticket.department_id, &t->people,
                              &t->people_n, err) < 0)
        return -1;
    for (size_t i = 0; i < t->people_n; i++)
        if (t->people[i].user_id == t->ticket.agent_id)
            return 0;
    if (t->ticket.agent_id == 0 || news_to(t, t->ticket.agent_id) == 0)
        return 0;
    int rc = viewer_load(act->db, act->arena, t->ticket.agent_id, &agent, err);
    if (rc <= 0)
        return rc;
    struct viewer *all = arena_array(act->arena, t->people_n + 1, sizeof(*all));
    if (t->people_n > 0)
        memcpy(all, t->people, t->people_n * sizeof(*all));
    all[t->people_n++] = agent;
    t->people = all;
    return 0;
}

static int read_choices(struct telling *t, struct err *err)
{
    struct buf ids = buf_make(t->act->arena, t->people_n * 20);
    for (size_t i = 0; i < t->people_n; i++) {
        if (i > 0)
            buf_addc(&ids, ',');
        buf_addi(&ids, t->people[i].user_id);
    }
    return notice_choices(t->act->db, t->act->arena, buf_str(&ids), &t->choices, &t->choices_n,
                          err);
}

static enum notice_event first_of(unsigned events)
{
    int e = NOTICE_ASSIGNED;
    while (e < NOTICE_EVENTS && (events & NOTICE_BIT(e)) == 0)
        e++;
    return (enum notice_event)e;
}

static unsigned wanted(const struct telling *t, int64_t user_id, const char *channel)
{
    return notice_chosen(t->choices, t->choices_n, user_id, channel);
}

static int tell_one(struct telling *t, const struct viewer *v, struct err *err)
{
    struct db *db = t->act->db;
    unsigned news = news_to(t, v->user_id);
    unsigned shown = news & wanted(t, v->user_id, CHANNEL_APP);
    unsigned mailed = news & wanted(t, v->user_id, CHANNEL_MAIL);
    if ((shown | mailed) == 0 || !viewer_sees(v, t->ticket.department_id, t->ticket.agent_id))
        return 0;
    const struct notice_new n = { .user_id = v->user_id,
                                  .id = id_new(),
                                  .at = t->list[t->n - 1].at,
                                  .event = first_of(shown != 0 ? shown : mailed),
                                  .ticket_id = t->ticket.id,
                                  .is_shown = shown != 0,
                                  .is_mailed = mailed != 0 };
    if (notice_add(db, &n, err) < 0)
        return -1;
    if (n.is_shown)
        t->told.users[t->told.n++] = v->user_id;
    return n.is_mailed ? notice_ask_for_mail(db, v->user_id, t->delay_ms, err) : 0;
}

/* Nobody is told of what is no work any more. */
static bool is_silent(enum status s)
{
    return s == STATUS_INIT || s == STATUS_SPAM || s == STATUS_DELETED;
}

static int tell_all(struct telling *t, struct err *err)
{
    int rc = ticket_by_id(t->act, t->ticket_id, &t->ticket, err);
    if (rc <= 0)
        return rc;
    if (is_silent(t->ticket.status))
        return 0;
    if (find_people(t, err) < 0 || read_choices(t, err) < 0)
        return -1;
    t->told.users = arena_array(t->act->arena, t->people_n, sizeof(*t->told.users));
    for (size_t i = 0; i < t->people_n; i++)
        if (tell_one(t, &t->people[i], err) < 0)
            return -1;
    return 0;
}

static int tell_in_transaction(struct db *db, void *data, struct err *err)
{
    struct telling *t = data;
    t->people_n = t->told.n = 0;
    if (read_events(t, err) < 0)
        return -1;
    if (t->n == 0)
        return 0;
    if (tell_all(t, err) < 0)
        return -1;
    return db_exec(db, err, delete_notice_events, DB_TENANT, DB_I64(t->ticket_id),
                   DB_I64(t->list[t->n - 1].id)) < 0
               ? -1
               : t->n == EVENTS_MAX;
}

int notice_tell(struct act *act, int64_t ticket_id, int64_t delay_ms, struct told *out,
                struct err *err)
{
    struct telling t = { .act = act, .ticket_id = ticket_id, .delay_ms = delay_ms };
    int rc = db_transact(act->db, tell_in_transaction, &t, err);
    *out = t.told;
    return rc < 0 ? err_wrap(err, "tell people of a ticket") : rc;
}

int notice_ask_for_mail(struct db *db, int64_t user_id, int64_t delay_ms, struct err *err)
{
    return db_put(db, err, ask_for_mail, DB_TENANT, DB_I64(id_new()), DB_I64(user_id),
                  DB_I64(delay_ms)) < 0
               ? err_wrap(err, "ask for a mail")
               : 0;
}
