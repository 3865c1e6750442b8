#include "cli/demo.h" /* what became of the demo's outgoing mails */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "ticket/event.h"
#include "ticket/ticket.h"

#define SENT_AFTER_MS  1800
#define FAILS_AFTER_MS 95000
#define RETRY_IN_MS    2700000

DB_SQL(send_all, 100000,
       "UPDATE outbox SET state = 3, attempts = 1, payload = '{}', done_at = created_at + ?, "
       "reply_text = '250 2.0.0 Ok: queued' WHERE tenant_id = ? AND state = 1");
DB_SQL(last_answers, 100000,
       "SELECT o.id, o.ticket_id, o.recipient, o.created_at FROM outbox o JOIN ticket t "
       "ON t.tenant_id = o.tenant_id AND t.id = o.ticket_id WHERE o.tenant_id = ? AND o.kind = 1 "
       "AND t.status = 'A' AND t.activity_at = o.created_at ORDER BY o.created_at DESC, o.id "
       "LIMIT 2");
DB_SQL(defer_one, 1,
       "UPDATE outbox SET state = 4, attempts = 4, reply_text = ?, next_at = ?, done_at = NULL "
       "WHERE tenant_id = ? AND id = ?");
DB_SQL(fail_one, 1,
       "UPDATE outbox SET state = 5, reply_text = ?, done_at = created_at + ? WHERE tenant_id = ? "
       "AND id = ?");

static int defer(struct demo *d, const struct db_row *row, struct err *err)
{
    const char *reply = arena_printf(
        d->step,
        "451 4.7.1 <%s>: Recipient address rejected: Greylisting in action, please come back later",
        db_str(row, 2));
    return db_exec(&d->db, err, defer_one, DB_STR(reply), DB_I64(d->now + RETRY_IN_MS), DB_TENANT,
                   DB_I64(db_i64(row, 0))) < 0
               ? -1
               : 0;
}

/* As the deliverer does it: the answer failed, so the ticket is ours again. */
static int fail(struct demo *d, const struct db_row *row, struct err *err)
{
    struct act act = demo_act(d, NULL, db_i64(row, 3) + FAILS_AFTER_MS);
    struct ticket t;
    const char *reply = arena_printf(
        d->step,
        "550 5.1.1 <%s>: Recipient address rejected: User unknown in virtual mailbox table",
        db_str(row, 2));
    if (db_exec(&d->db, err, fail_one, DB_STR(reply), DB_I64(FAILS_AFTER_MS), DB_TENANT,
                DB_I64(db_i64(row, 0))) < 0 ||
        ticket_lock(&act, db_i64(row, 1), 0, &t, err) < 0 ||
        event_add(&act, t.id, "delivery_failed", db_str(row, 2), "", reply, err) < 0)
        return -1;
    return ticket_move(&act, &t, EVENT_BOUNCE, "not delivered", err);
}

int demo_settle_outbox(struct demo *d, struct err *err)
{
    struct db_rows rows;
    (void)arena_reset(d->step);
    if (db_exec(&d->db, err, send_all, DB_I64(SENT_AFTER_MS), DB_TENANT) < 0 ||
        db_all(&d->db, d->step, &rows, err, last_answers, DB_TENANT) < 0)
        return -1;
    if (rows.n > 0 && defer(d, &rows.rows[0], err) < 0)
        return -1;
    return rows.n > 1 ? fail(d, &rows.rows[1], err) : 0;
}
