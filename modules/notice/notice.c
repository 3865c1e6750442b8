#include "notice/notice.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "db/db.h"
#include "ticket/ticket.h"
#include "user/viewer.h"

#include <stdlib.h>

#define LIST_MAX 200
#define KEPT_MS  "2592000000" /* 30 days */

#define NOTICE_COLUMNS                                                                             \
    "n.id, n.at, n.what, n.is_read, n.body, n.path, n.ticket_id, t.number, t.subject, d.name, "    \
    "t.department_id, t.agent_id, t.status"
#define NOTICE_TABLES                                                                              \
    " FROM notice n LEFT JOIN ticket t ON t.tenant_id = n.tenant_id AND t.id = n.ticket_id "       \
    "LEFT JOIN department d ON d.tenant_id = t.tenant_id AND d.id = t.department_id "
DB_SQL(list_notices, 800,
       "SELECT " NOTICE_COLUMNS NOTICE_TABLES
       "WHERE n.tenant_id = ? AND n.user_id = ? AND n.is_shown = 1 AND n.id < ? "
       "ORDER BY n.id DESC LIMIT ?");
DB_SQL(list_notices_since, 800,
       "SELECT " NOTICE_COLUMNS NOTICE_TABLES
       "WHERE n.tenant_id = ? AND n.user_id = ? AND n.is_shown = 1 AND n.is_read = 0 AND n.id > ? "
       "ORDER BY n.id LIMIT ?");
DB_SQL(list_notices_of, 2000,
       "SELECT " NOTICE_COLUMNS NOTICE_TABLES
       "WHERE n.tenant_id = ? AND n.user_id = ? AND n.id >= ? AND FIND_IN_SET(n.id, ?) "
       "ORDER BY n.id LIMIT 200");
DB_SQL(insert_notice, 1,
       "INSERT INTO notice (tenant_id, user_id, id, at, what, ticket_id, body, path, is_shown, "
       "mail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(count_notice, 2,
       "INSERT INTO notice_count (tenant_id, user_id, unread) VALUES (?, ?, 1) "
       "ON DUPLICATE KEY UPDATE unread = unread + 1");
DB_SQL(ask_to_signal, 2,
       "INSERT INTO job (tenant_id, id, kind, object_id, due_at) VALUES (?, ?, 'notice.signal', "
       "?, " DB_NOW ") ON DUPLICATE KEY UPDATE due_at = GREATEST(VALUES(due_at), due_at + 1), "
       "lease_until = 0, attempts = 0");
DB_SQL(read_all_notices, 2000,
       "UPDATE notice SET is_read = 1 WHERE tenant_id = ? AND user_id = ? AND is_shown = 1 "
       "AND is_read = 0 LIMIT 2000");
DB_SQL(read_ticket_notices, 100,
       "UPDATE notice SET is_read = 1 WHERE tenant_id = ? AND user_id = ? AND ticket_id = ? "
       "AND is_shown = 1 AND is_read = 0");
DB_SQL(lock_notice_count, 1,
       "SELECT unread FROM notice_count WHERE tenant_id = ? AND user_id = ? FOR UPDATE");
DB_SQL(uncount_notices, 1,
       "UPDATE notice_count SET unread = GREATEST(unread - ?, 0) WHERE tenant_id = ? AND user_id = "
       "?");
DB_SQL_GLOBAL(find_old_notices, 1000,
              "SELECT tenant_id, user_id FROM notice WHERE at < " DB_NOW " - " KEPT_MS
              " ORDER BY at LIMIT 300");
DB_SQL(delete_old_notices, 1000,
       "DELETE FROM notice WHERE tenant_id = ? AND user_id = ? AND at < " DB_NOW " - " KEPT_MS
       " LIMIT 1000");
DB_SQL(recount_notices, 3000,
       "UPDATE notice_count SET unread = (SELECT COUNT(*) FROM notice n WHERE n.tenant_id = ? AND "
       "n.user_id = ? AND n.is_shown = 1 AND n.is_read = 0) WHERE tenant_id = ? AND user_id = ?");

/* ---- lists ---- */

static enum status status_of(const struct db_row *r)
{
    return (enum status) * db_str(r, 12);
}

/* Access is asked for now, whatever it was when the person was told. */
static bool is_seen(const struct act *act, const struct db_row *r)
{
    if (db_is_null(r, 6))
        return true;
    return !db_is_null(r, 7) &&
           ticket_is_in_scope(act, db_i64(r, 10), db_i64(r, 11), status_of(r)) &&
           status_of(r) != STATUS_DELETED;
}

static void take(struct act *act, const struct db_rows *rows, struct notice **out, size_t *n)
{
    *out = arena_array(act->arena, rows->n, sizeof(**out));
    *n = 0;
    for (size_t i = 0; i < rows->n; i++) {
        const struct db_row *r = &rows->rows[i];
        if (is_seen(act, r))
            (*out)[(*n)++] = (struct notice) { .id = db_i64(r, 0),
                                               .at = db_i64(r, 1),
                                               .event = (enum notice_event)db_i64(r, 2),
                                               .is_read = db_i64(r, 3) != 0,
                                               .body = db_str(r, 4),
                                               .path = db_str(r, 5),
                                               .ticket_id = db_i64(r, 6),
                                               .number = db_i64(r, 7),
                                               .subject = db_str(r, 8),
                                               .department = db_str(r, 9) };
    }
}

int notice_list(struct act *act, int64_t before, size_t max, struct notice **out, size_t *n,
                int64_t *next, struct err *err)
{
    struct db_rows rows;
    size_t want = max < LIST_MAX ? max : LIST_MAX;
    if (db_all(act->db, act->arena, &rows, err, list_notices, DB_TENANT,
               DB_I64(act->viewer->user_id), DB_I64(before > 0 ? before : INT64_MAX),
               DB_I64((int64_t)want)) < 0)
        return err_wrap(err, "list notices");
    take(act, &rows, out, n);
    *next = rows.n == want ? db_i64(&rows.rows[rows.n - 1], 0) : 0;
    return 0;
}

int notice_since(struct act *act, int64_t since, size_t max, struct notice **out, size_t *n,
                 struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, list_notices_since, DB_TENANT,
               DB_I64(act->viewer->user_id), DB_I64(since),
               DB_I64((int64_t)(max < LIST_MAX ? max : LIST_MAX))) < 0)
        return err_wrap(err, "list new notices");
    take(act, &rows, out, n);
    return 0;
}

int notice_of(struct act *act, const char *ids, struct notice **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, list_notices_of, DB_TENANT,
               DB_I64(act->viewer->user_id), DB_I64(strtoll(ids, NULL, 10)), DB_STR(ids)) < 0)
        return err_wrap(err, "read notices");
    take(act, &rows, out, n);
    return 0;
}

/* ---- changes ---- */

int notice_add(struct db *db, const struct notice_new *n, struct err *err)
{
    if (db_put(db, err, insert_notice, DB_TENANT, DB_I64(n->user_id), DB_I64(n->id), DB_I64(n->at),
               DB_I64(n->event), DB_ID(n->ticket_id), DB_STR(str_or(n->body, "")),
               DB_STR(str_or(n->path, "")), DB_I64(n->is_shown), DB_I64(n->is_mailed)) < 0)
        return err_wrap(err, "add a notice");
    if (n->is_shown && db_put(db, err, count_notice, DB_TENANT, DB_I64(n->user_id)) < 0)
        return err_wrap(err, "count a notice");
    return 0;
}

struct saying {
    struct notice_new notice;
};

static int say(struct db *db, void *data, struct err *err)
{
    const struct saying *s = data;
    if (notice_add(db, &s->notice, err) < 0)
        return -1;
    return db_put(db, err, ask_to_signal, DB_TENANT, DB_I64(s->notice.id),
                  DB_I64(s->notice.user_id)) < 0
               ? err_wrap(err, "ask for a signal")
               : 0;
}

int notice_say(struct db *db, int64_t user_id, int64_t at, const char *text, const char *path,
               struct err *err)
{
    struct saying s = { .notice = { .user_id = user_id,
                                    .id = id_new(),
                                    .at = at,
                                    .event = NOTICE_TEXT,
                                    .body = text,
                                    .path = path,
                                    .is_shown = true } };
    return db_transact(db, say, &s, err);
}

struct reading {
    int64_t user_id, ticket_id, n;
};

static int read_in_transaction(struct db *db, void *data, struct err *err)
{
    struct reading *r = data;
    r->n = r->ticket_id != 0 ? db_exec(db, err, read_ticket_notices, DB_TENANT, DB_I64(r->user_id),
                                       DB_I64(r->ticket_id))
                             : db_exec(db, err, read_all_notices, DB_TENANT, DB_I64(r->user_id));
    if (r->n > 0 &&
        db_put(db, err, uncount_notices, DB_I64(r->n), DB_TENANT, DB_I64(r->user_id)) < 0)
        return -1;
    return r->n < 0 ? err_wrap(err, "mark notices as read") : 0;
}

static int64_t read_some(struct db *db, int64_t user_id, int64_t ticket_id, struct err *err)
{
    struct reading r = { user_id, ticket_id, 0 };
    return db_transact(db, read_in_transaction, &r, err) < 0 ? -1 : r.n;
}

int64_t notice_read_all(struct db *db, int64_t user_id, struct err *err)
{
    return read_some(db, user_id, 0, err);
}

int64_t notice_read_ticket(struct db *db, int64_t user_id, int64_t ticket_id, struct err *err)
{
    return read_some(db, user_id, ticket_id, err);
}

/* ---- tidying ---- */

struct tidying {
    struct arena *arena;
    int64_t user_id;
};

static int tidy_one(struct db *db, void *data, struct err *err)
{
    const struct tidying *t = data;
    struct db_row row;
    if (db_one(db, t->arena, &row, err, lock_notice_count, DB_TENANT, DB_I64(t->user_id)) < 0 ||
        db_exec(db, err, delete_old_notices, DB_TENANT, DB_I64(t->user_id)) < 0)
        return -1;
    return db_exec(db, err, recount_notices, DB_TENANT, DB_I64(t->user_id), DB_TENANT,
                   DB_I64(t->user_id)) < 0
               ? -1
               : 0;
}

int notice_tidy(struct db *global, struct arena *a, struct err *err)
{
    struct db_rows rows;
    if (db_all_(global, a, &rows, err, &find_old_notices, NULL, 0) < 0)
        return err_wrap(err, "find old notices");
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i], *last = i > 0 ? &rows.rows[i - 1] : NULL;
        struct db db = db_tenant(global->conn, db_i64(r, 0));
        struct tidying t = { a, db_i64(r, 1) };
        bool is_same = last != NULL && db_i64(last, 0) == db_i64(r, 0) &&
                       db_i64(last, 1) == t.user_id;
        if (!is_same && db_transact(&db, tidy_one, &t, err) < 0)
            return err_wrap(err, "remove old notices");
    }
    return 0;
}
