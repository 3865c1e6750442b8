#include "outbox/outbox.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "db/db.h"

#include <string.h>

#define GIVE_UP_MS  (INT64_C(5) * 24 * 3600 * 1000)
#define HOLD_MAX_MS (INT64_C(5) * 60 * 1000)

DB_SQL(insert_outbox, 1,
       "INSERT INTO outbox (tenant_id, id, kind, state, ticket_id, message_id, user_id, sender, "
       "recipient, "
       "destination, payload, next_at, created_at) "
       "VALUES (?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, " DB_NOW ", ?)");
DB_SQL_GLOBAL(
    find_due, 200,
    "SELECT tenant_id, id, destination FROM outbox WHERE due_at <= " DB_NOW
    " AND (tenant_id, destination) NOT IN "
    "(SELECT tenant_id, destination FROM outbox WHERE state = 2 AND lease_until >= " DB_NOW
    ") ORDER BY due_at LIMIT ?");
DB_SQL(find_rival, 50,
       "SELECT b.id FROM outbox o JOIN outbox b FORCE INDEX (outbox_sending) "
       "ON b.tenant_id = o.tenant_id AND b.destination = o.destination AND b.state = 2 "
       "AND b.lease_until >= " DB_NOW
       " AND b.id <> o.id WHERE o.tenant_id = ? AND o.id = ? LIMIT 1");
DB_SQL(lease_outbox, 1,
       "UPDATE outbox SET state = 2, lease_until = " DB_NOW " + ?, attempts = attempts + 1 "
       "WHERE tenant_id = ? AND id = ? AND state IN (1, 2, 4) AND lease_until < " DB_NOW
       " AND next_at <= " DB_NOW);
DB_SQL(lease_longer, 1,
       "UPDATE outbox SET lease_until = " DB_NOW
       " + ? WHERE tenant_id = ? AND id = ? AND state = 2");
DB_SQL(read_outbox, 1,
       "SELECT id, kind, ticket_id, message_id, user_id, created_at, attempts, sender, recipient, "
       "destination, "
       "payload FROM outbox WHERE tenant_id = ? AND id = ?");
DB_SQL(mark_sent, 1,
       "UPDATE outbox SET state = 3, reply_text = ?, payload = '{}', lease_until = 0, done_at "
       "= " DB_NOW " WHERE tenant_id = ? AND id = ?");
DB_SQL(mark_failed, 1,
       "UPDATE outbox SET state = 5, reply_text = ?, payload = '{}', lease_until = 0, done_at "
       "= " DB_NOW " WHERE tenant_id = ? AND id = ?");
DB_SQL(mark_deferred, 1,
       "UPDATE outbox SET state = 4, reply_text = ?, lease_until = 0, next_at = " DB_NOW
       " + ? WHERE tenant_id = ? AND id = ?");
DB_SQL(hold_destination, 1000,
       "UPDATE outbox SET next_at = " DB_NOW
       " + ? WHERE tenant_id = ? AND state IN (1, 4) AND destination = ? "
       "AND next_at < " DB_NOW " + ?");
DB_SQL(find_sent, 100,
       "SELECT id, user_id FROM outbox WHERE tenant_id = ? AND ticket_id = ? AND message_id = ? "
       "AND (recipient = ? OR ? = '') ORDER BY id LIMIT 1");

DB_SQL(find_last_answer, 1000,
       "SELECT message_id FROM outbox WHERE tenant_id = ? AND ticket_id = ? AND recipient = ? "
       "AND kind = 1 ORDER BY id DESC LIMIT 1");

DB_SQL(list_outbox, 2000,
       "SELECT o.id, o.kind, o.state, o.attempts, t.number, o.recipient, o.reply_text, "
       "o.created_at, o.next_at, o.done_at FROM outbox o LEFT JOIN ticket t "
       "ON t.tenant_id = o.tenant_id AND t.id = o.ticket_id "
       "WHERE o.tenant_id = ? AND o.id > ? ORDER BY o.id LIMIT ?");

static const char *domain_of(struct arena *a, const char *address)
{
    const char *at = strrchr(address, '@');
    return str_lower(a, at != NULL ? at + 1 : "");
}

int outbox_add(struct db *db, struct arena *a, const struct outbox_mail *m, struct err *err)
{
    return db_put(db, err, insert_outbox, DB_TENANT, DB_I64(id_new()), DB_I64(m->kind),
                  DB_ID(m->ticket_id), DB_ID(m->message_id), DB_ID(m->user_id), DB_STR(m->sender),
                  DB_STR(m->recipient), DB_STR(domain_of(a, m->recipient)), DB_STR(m->payload),
                  DB_I64(m->now)) < 0
               ? err_wrap(err, "queue a mail")
               : 0;
}

int outbox_due(struct db *global, struct arena *a, size_t max, struct outbox_key **out, size_t *n,
               struct err *err)
{
    struct db_rows due;
    if (db_all(global, a, &due, err, find_due, DB_I64((int64_t)max)) < 0)
        return err_wrap(err, "find due mails");
    *out = arena_array(a, due.n, sizeof(**out));
    *n = due.n;
    for (size_t i = 0; i < due.n; i++)
        (*out)[i] = (struct outbox_key) { db_i64(&due.rows[i], 0), db_i64(&due.rows[i], 1),
                                          db_str(&due.rows[i], 2) };
    return 0;
}

static int read_row(struct db *db, struct arena *a, int64_t id, struct outbox_row *out,
                    struct err *err)
{
    struct db_row r;
    int rc = db_one(db, a, &r, err, read_outbox, DB_TENANT, DB_I64(id));
    if (rc == 1)
        *out = (struct outbox_row) { .tenant_id = db->tenant_id,
                                     .id = db_i64(&r, 0),
                                     .kind = (enum outbox_kind)db_i64(&r, 1),
                                     .ticket_id = db_i64(&r, 2),
                                     .message_id = db_i64(&r, 3),
                                     .user_id = db_i64(&r, 4),
                                     .created_at = db_i64(&r, 5),
                                     .attempts = db_i64(&r, 6) - 1,
                                     .sender = db_str(&r, 7),
                                     .recipient = db_str(&r, 8),
                                     .destination = db_str(&r, 9),
                                     .payload = db_str(&r, 10) };
    return rc;
}

int outbox_lease(struct db *db, struct arena *a, int64_t id, int64_t seconds,
                 struct outbox_row *out, struct err *err)
{
    struct db_row rival;
    int rc = db_one(db, a, &rival, err, find_rival, DB_TENANT, DB_I64(id));
    if (rc != 0)
        return rc < 0 ? err_wrap(err, "lease a mail") : 0;
    int64_t taken = db_exec(db, err, lease_outbox, DB_I64(seconds * 1000), DB_TENANT, DB_I64(id));
    if (taken > 0)
        taken = read_row(db, a, id, out, err);
    return taken < 0 ? err_wrap(err, "lease a mail") : (int)taken;
}

int outbox_lease_longer(struct db *db, int64_t id, int64_t seconds, struct err *err)
{
    return db_exec(db, err, lease_longer, DB_I64(seconds * 1000), DB_TENANT, DB_I64(id)) < 0 ? -1
                                                                                             : 0;
}

int outbox_sent(struct db *db, int64_t id, const char *reply, struct err *err)
{
    return db_exec(db, err, mark_sent, DB_STR(reply), DB_TENANT, DB_I64(id)) < 0 ? -1 : 0;
}

int outbox_failed(struct db *db, int64_t id, const char *reply, struct err *err)
{
    return db_exec(db, err, mark_failed, DB_STR(reply), DB_TENANT, DB_I64(id)) < 0 ? -1 : 0;
}

/* 1, 2, 4, ... minutes, at most 6 hours. */
static int64_t back_off_ms(int64_t attempts)
{
    int64_t minutes = attempts < 9 ? INT64_C(1) << attempts : 360;
    return (minutes < 360 ? minutes : 360) * 60000;
}

int outbox_deferred(struct db *db, const struct outbox_row *row, const char *reply, bool *gave_up,
                    struct err *err)
{
    int64_t wait = back_off_ms(row->attempts), hold = wait < HOLD_MAX_MS ? wait : HOLD_MAX_MS;
    int64_t total = 0;
    for (int64_t i = 0; i <= row->attempts && total <= GIVE_UP_MS; i++)
        total += back_off_ms(i);
    *gave_up = total > GIVE_UP_MS;
    if (*gave_up)
        return outbox_failed(db, row->id, reply, err);
    if (db_exec(db, err, mark_deferred, DB_STR(reply), DB_I64(wait), DB_TENANT, DB_I64(row->id)) <
        0)
        return -1;
    return db_exec(db, err, hold_destination, DB_I64(hold), DB_TENANT, DB_STR(row->destination),
                   DB_I64(hold)) < 0
               ? -1
               : 0;
}

int outbox_last_answer(struct db *db, struct arena *a, int64_t ticket_id, const char *recipient,
                       int64_t *message_id, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, find_last_answer, DB_TENANT, DB_I64(ticket_id),
                    DB_STR(recipient));
    if (rc > 0)
        *message_id = db_i64(&row, 0);
    return rc;
}

int outbox_bounced(struct db *db, struct arena *a, int64_t ticket_id, int64_t message_id,
                   const char *recipient, const char *reply, int64_t *user_id, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, find_sent, DB_TENANT, DB_I64(ticket_id), DB_I64(message_id),
                    DB_STR(recipient), DB_STR(recipient));
    if (rc <= 0)
        return rc;
    *user_id = db_i64(&row, 1);
    return outbox_failed(db, db_i64(&row, 0), reply, err) < 0 ? -1 : 1;
}

int outbox_list(struct db *db, struct arena *a, int64_t since, size_t max, struct outbox_line **out,
                size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, list_outbox, DB_TENANT, DB_I64(since), DB_I64((int64_t)max)) < 0)
        return err_wrap(err, "list outgoing mails");
    *out = arena_array(a, rows.n, sizeof(**out));
    *n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        (*out)[i] = (struct outbox_line) { .id = db_i64(r, 0),
                                           .kind = (enum outbox_kind)db_i64(r, 1),
                                           .state = (enum outbox_state)db_i64(r, 2),
                                           .attempts = db_i64(r, 3),
                                           .ticket_number = db_i64(r, 4),
                                           .recipient = db_str(r, 5),
                                           .reply = db_str(r, 6),
                                           .created_at = db_i64(r, 7),
                                           .next_at = db_i64(r, 8),
                                           .done_at = db_i64(r, 9) };
    }
    return 0;
}

const char *outbox_kind_name(enum outbox_kind kind)
{
    static const char *const names[] = { "",       "answer",   "receipt", "invitation", "reset",
                                         "notice", "released", "plugin",  "parked",     "digest" };
    return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "";
}

const char *outbox_state_name(enum outbox_state state)
{
    static const char *const names[] = { "", "queued", "sending", "sent", "deferred", "failed" };
    return (size_t)state < sizeof(names) / sizeof(names[0]) ? names[state] : "";
}
