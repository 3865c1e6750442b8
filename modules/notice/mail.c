#include "notice/tell.h" /* what waits to be mailed to a person */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "db/db.h"
#include "outbox/outbox.h"
#include "ticket/act.h"
#include "user/viewer.h"

#define MAILED_MAX 100 /* in one mail */

DB_SQL(read_waiting_notices, 150,
       "SELECT id, is_read FROM notice WHERE tenant_id = ? AND user_id = ? AND mail = 1 "
       "ORDER BY id LIMIT 100 FOR UPDATE");
DB_SQL(mark_mailed, 200,
       "UPDATE notice SET mail = 0 WHERE tenant_id = ? AND user_id = ? AND mail = 1 AND id <= ?");

struct mailing {
    struct act *act;
    int64_t user_id;
};

static const char *payload(struct arena *a, const struct notice *all, size_t n)
{
    struct buf ids = buf_make(a, n * 20), out = buf_make(a, n * 20 + 64);
    struct json_writer w = json_writer(&out);
    for (size_t i = 0; i < n; i++)
        buf_printf(&ids, "%s%lld", i > 0 ? "," : "", (long long)all[i].id);
    jw_object(&w, NULL);
    jw_str(&w, "notices", buf_str(&ids));
    jw_end_object(&w);
    return buf_str(&out);
}

/* Those that were not read meanwhile. */
static const char *unread_of(struct arena *a, const struct db_rows *rows)
{
    struct buf ids = buf_make(a, rows->n * 20);
    for (size_t i = 0; i < rows->n; i++)
        if (db_i64(&rows->rows[i], 1) == 0)
            buf_printf(&ids, "%s%lld", ids.len > 0 ? "," : "",
                       (long long)db_i64(&rows->rows[i], 0));
    return buf_str(&ids);
}

/* What the person may see by now; the letter looks again (delivery/letter.c). */
static int queue(struct mailing *m, const struct viewer *v, const struct db_rows *rows,
                 struct err *err)
{
    struct act act = *m->act;
    struct notice *all;
    size_t n;
    act.actor = ACTOR_PERSON;
    act.viewer = v;
    if (notice_of(&act, unread_of(act.arena, rows), &all, &n, err) < 0)
        return -1;
    struct outbox_mail mail = { .kind = OUTBOX_DIGEST,
                                .user_id = v->user_id,
                                .sender = "",
                                .recipient = v->email,
                                .payload = payload(act.arena, all, n),
                                .now = act.now };
    return n == 0 ? 0 : outbox_add(act.db, act.arena, &mail, err);
}

/* 1 when more waits. */
static int mail_in_transaction(struct db *db, void *data, struct err *err)
{
    struct mailing *m = data;
    struct viewer v;
    struct db_rows rows;
    if (db_all(db, m->act->arena, &rows, err, read_waiting_notices, DB_TENANT, DB_I64(m->user_id)) <
        0)
        return -1;
    if (rows.n == 0)
        return 0;
    int rc = viewer_load(db, m->act->arena, m->user_id, &v, err);
    if (rc < 0 || (rc > 0 && queue(m, &v, &rows, err) < 0))
        return -1;
    return db_exec(db, err, mark_mailed, DB_TENANT, DB_I64(m->user_id),
                   DB_I64(db_i64(&rows.rows[rows.n - 1], 0))) < 0
               ? -1
               : rows.n == MAILED_MAX;
}

int notice_mail(struct act *act, int64_t user_id, struct err *err)
{
    struct mailing m = { act, user_id };
    int rc = db_transact(act->db, mail_in_transaction, &m, err);
    return rc < 0 ? err_wrap(err, "mail notices to a person") : rc;
}
