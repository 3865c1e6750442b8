#include "delivery/deliver.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "delivery/letter.h"
#include "delivery/transport.h"
#include "outbox/outbox.h"
#include "tenant/tenant.h"
#include "ticket/event.h"
#include "ticket/message.h"
#include "ticket/ticket.h"
#include "user/user.h"

#define LEASE_SECONDS 300

struct outcome_work {
    struct child_env *env;
    struct arena *arena;
    const struct outbox_row *row;
    struct tenant tenant;
    enum sent verdict;
    const char *reply;
};

/* The author of an answer that did not arrive hears of it by mail; the ticket is ours again. */
static int tell_author(struct db *db, struct outcome_work *w, struct act *act, struct err *err)
{
    struct user author;
    const struct outbox_row *row = w->row;
    int rc = user_by_id(db, w->arena, row->user_id, &author, err);
    if (rc <= 0 || author.status != USER_ACTIVE)
        return rc < 0 ? -1 : 0;
    struct buf payload = buf_make(w->arena, 0);
    struct json_writer j = json_writer(&payload);
    jw_object(&j, NULL);
    jw_str(&j, "recipient", row->recipient);
    jw_str(&j, "smtp_text", w->reply);
    jw_end_object(&j);
    struct outbox_mail mail = { .kind = OUTBOX_NOTICE,
                                .ticket_id = row->ticket_id,
                                .user_id = row->user_id,
                                .sender = "",
                                .recipient = author.email,
                                .payload = buf_str(&payload),
                                .now = act->now };
    return outbox_add(db, w->arena, &mail, err);
}

static int fail_answer(struct db *db, struct outcome_work *w, struct err *err)
{
    struct ticket t;
    int64_t last;
    struct act act = { .db = db,
                       .arena = w->arena,
                       .tenant = &w->tenant,
                       .data_dir = w->env->conf->data_dir,
                       .actor = ACTOR_SYSTEM,
                       .now = clock_now_ms() };
    if (w->row->kind != OUTBOX_ANSWER)
        return 0;
    if (ticket_lock(&act, w->row->ticket_id, 0, &t, err) < 0)
        return err->code == ERR_NOT_FOUND ? 0 : -1;
    if (event_add(&act, t.id, "delivery_failed", w->row->recipient, "", w->reply, err) < 0 ||
        message_last_public(&act, t.id, &last, err) < 0)
        return -1;
    if (last == w->row->message_id && ticket_move(&act, &t, EVENT_BOUNCE, "not delivered", err) < 0)
        return -1;
    return tell_author(db, w, &act, err);
}

static int record(struct db *db, void *data, struct err *err)
{
    struct outcome_work *w = data;
    bool gave_up = false;
    if (w->verdict == SENT_OK)
        return outbox_sent(db, w->row->id, w->reply, err);
    if (w->verdict == SENT_DEFERRED) {
        if (outbox_deferred(db, w->row, w->reply, &gave_up, err) < 0)
            return -1;
        return gave_up ? fail_answer(db, w, err) : 0;
    }
    return outbox_failed(db, w->row->id, w->reply, err) < 0 ? -1 : fail_answer(db, w, err);
}

static int deliver_one(struct child_env *env, struct transport *t, struct arena *a,
                       const struct outbox_row *row, struct err *err)
{
    static const char *const verdicts[] = { "sent", "deferred", "failed" };
    struct db global = db_global(env->conn), db = db_tenant(env->conn, row->tenant_id);
    struct outcome_work w = { .env = env, .arena = a, .row = row };
    int rc = tenant_by_id(&global, a, &env->master_key, row->tenant_id, &w.tenant, err);
    if (rc <= 0 || w.tenant.status == TENANT_DELETING)
        return rc < 0 ? -1 : 0;
    struct letter letter = { env->conf, env->templates, &w.tenant, &db, a, row };
    struct parcel parcel = { .id = row->id, .sender = row->sender, .recipient = row->recipient };
    char *raw;
    child_tenant(env->slot, row->tenant_id);
    if (letter_write(&letter, &raw, &parcel.n, err) < 0) {
        if (err->code != ERR_NOT_FOUND)
            return -1;
        w.verdict = SENT_FAILED;
        w.reply = arena_strdup(a, err->msg);
    } else {
        parcel.raw = raw;
        w.verdict = transport_send(t, a, &parcel, &w.reply);
    }
    struct log log = { .role = "jobs", .tenant = row->tenant_id };
    log_info(&log, "mail.delivery", LOG_I64("outbox", row->id),
             LOG_STR("verdict", verdicts[w.verdict]), LOG_I64("attempt", row->attempts + 1),
             LOG_STR("reply", w.reply));
    return db_transact(&db, record, &w, err);
}

int deliver_due(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                struct err *err)
{
    struct db global = db_global(env->conn);
    struct outbox_row *rows;
    if (outbox_lease(&global, a, LEASE_SECONDS, DELIVER_BATCH, &rows, n, err) < 0)
        return -1;
    for (size_t i = 0; i < *n; i++) {
        struct err own = ERR_INIT;
        if (deliver_one(env, t, a, &rows[i], &own) < 0)
            log_error((&(struct log) { .role = "jobs", .tenant = rows[i].tenant_id }),
                      "mail.delivery_failed", LOG_I64("outbox", rows[i].id),
                      LOG_STR("error", own.msg));
    }
    return 0;
}
