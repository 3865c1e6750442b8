#include "ticket/ticket.h" /* what people do to a ticket: each one transaction */

#include "base/clock.h"
#include "base/err.h"
#include "base/id.h"
#include "base/word.h"
#include "db/db.h"
#include "ticket/event.h"
#include "ticket/watch.h"
#include "user/capability.h"

DB_SQL(
    put_wake_job, 2,
    "INSERT INTO job (tenant_id, id, kind, object_id, due_at) VALUES (?, ?, 'ticket.wake', ?, ?) "
    "ON DUPLICATE KEY UPDATE due_at = VALUES(due_at), lease_until = 0, attempts = 0");

struct action {
    struct act *act;
    int64_t id, version, until;
    enum status_event event;
    const char *reason;
};

int ticket_put_wake(struct act *act, const struct ticket *t, struct err *err)
{
    return db_exec(act->db, err, put_wake_job, DB_TENANT, DB_I64(id_new()), DB_I64(t->id),
                   DB_I64(t->wake_at)) < 0
               ? err_wrap(err, "set the wake-up")
               : 0;
}

static int right_for(enum status_event event)
{
    switch (event) {
    case EVENT_SPAM:
    case EVENT_NOT_SPAM:
        return CAP_TICKET_SPAM;
    case EVENT_DELETE:
    case EVENT_RESTORE:
        return CAP_TICKET_DELETE;
    default:
        return CAP_TICKET_STATUS;
    }
}

static enum ticket_action action_of(enum status_event event)
{
    bool is_deletion = event == EVENT_DELETE || event == EVENT_RESTORE;
    return is_deletion ? ACTION_DELETE : event == EVENT_ANSWER ? ACTION_ANSWER : ACTION_STATUS;
}

/* The wake-up of a ticket that came back from spam or the bin may have passed meanwhile. */
static int run(struct db *db, void *data, struct err *err)
{
    struct action *x = data;
    struct ticket t;
    (void)db;
    if (ticket_lock(x->act, x->id, x->version, &t, err) < 0) {
        if (x->event != EVENT_WAKE || err->code != ERR_REFUSED)
            return -1;
        *err = (struct err)ERR_INIT; /* merged away: its time is looked at when it comes back */
        return 0;
    }
    if (ticket_check_right(x->act, &t, right_for(x->event), err) < 0 ||
        ticket_watch_may(x->act, &t, action_of(x->event), err) < 0)
        return -1;
    if (x->event == EVENT_WAKE && (t.status != STATUS_POSTPONED || t.wake_at > x->act->now))
        return 0;
    if (x->event == EVENT_POSTPONE)
        t.wake_at = x->until;
    if (x->event == EVENT_POSTPONE && t.alone != NULL)
        t.alone->wake_at = x->until;
    if (ticket_move(x->act, &t, x->event, x->reason, err) < 0)
        return -1;
    return t.status == STATUS_POSTPONED ? ticket_put_wake(x->act, &t, err) : 0;
}

static int act_on(struct act *act, int64_t id, int64_t version, enum status_event event,
                  struct err *err)
{
    struct action x = { act, id, version, 0, event, "" };
    return db_transact(act->db, run, &x, err);
}

int ticket_resolve(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_RESOLVE, err);
}

int ticket_mark_answered(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_ANSWER, err);
}

int ticket_reopen(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_REOPEN, err);
}

int ticket_spam(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_SPAM, err);
}

int ticket_not_spam(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_NOT_SPAM, err);
}

int ticket_delete(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_DELETE, err);
}

int ticket_restore(struct act *act, int64_t id, int64_t version, struct err *err)
{
    return act_on(act, id, version, EVENT_RESTORE, err);
}

int ticket_wake(struct act *act, int64_t id, struct err *err)
{
    return act_on(act, id, 0, EVENT_WAKE, err);
}

int ticket_postpone(struct act *act, int64_t id, int64_t version, int64_t until, struct err *err)
{
    struct action x = { act, id, version, until, EVENT_POSTPONE, clock_iso(act->arena, until) };
    if (until <= act->now)
        return err_set(err, ERR_INVALID, WORDS("the time lies in the past"));
    return db_transact(act->db, run, &x, err);
}
