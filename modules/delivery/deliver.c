#include "delivery/deliver.h"

#include "automation/engine.h"
#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "delivery/letter.h"
#include "delivery/transport.h"
#include "outbox/outbox.h"
#include "plugin/plugins.h"
#include "tenant/tenant.h"
#include "ticket/failure.h"
#include "ticket/merge.h"
#include "ticket/ticket.h"

#define LETTER_MEMORY  ((size_t)256 * 1024 * 1024)
#define BUSY_SECONDS   30 /* besides the sending: writing the letter, recording the outcome */
#define LEASE_SECONDS  60 /* the same; longer, so that who is killed for it has lost it */
#define LARGE          ((size_t)1024 * 1024) /* bytes: takes longer, and is given longer */
#define RECORD_TRIES   5
#define RECORD_WAIT_MS 1000

struct outcome_work {
    struct child_env *env;
    struct arena *arena;
    const struct outbox_row *row;
    struct tenant tenant;
    struct engine engine;      /* where a failure changes a ticket: */
    struct plugin_scene scene; /* who is told */
    enum sent verdict;
    const char *reply;
};

static int fail_answer(struct db *db, struct outcome_work *w, struct err *err)
{
    struct ticket_place p;
    struct act act = { .db = db,
                       .arena = w->arena,
                       .tenant = &w->tenant,
                       .data_dir = w->env->conf->data_dir,
                       .actor = ACTOR_SYSTEM,
                       .now = clock_now_ms(),
                       .watch = &w->engine.watch };
    if (w->row->kind != OUTBOX_ANSWER)
        return 0;
    struct failure f = { .message_id = w->row->message_id,
                         .user_id = w->row->user_id,
                         .recipient = w->row->recipient,
                         .reply = w->reply };
    if (place_lock(&act, w->row->ticket_id, &p, err) < 0)
        return err->code == ERR_NOT_FOUND ? 0 : -1;
    return failure_record(&act, &p.shown, &f, err);
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

/* What goes wrong here is ours, not the server's: people see that, the log says what. */
static int no_letter(struct outcome_work *w, const struct err *err)
{
    bool is_gone = err->code == ERR_NOT_FOUND;
    if (!is_gone || w->row->kind != OUTBOX_DIGEST)
        log_error((&(struct log) { .role = "jobs", .tenant = w->row->tenant_id }),
                  "mail.not_written", LOG_I64("outbox", w->row->id), LOG_STR("error", err->msg));
    w->verdict = is_gone ? SENT_FAILED : SENT_DEFERRED;
    w->reply = is_gone ? "what it speaks of is gone" : "the mail could not be written";
    return err->code == ERR_UNAVAILABLE || err->code == ERR_DEADLOCK ? -1 : 0;
}

static int takes_longer(struct outcome_work *w, struct db *db, size_t n, struct err *err)
{
    int64_t seconds = transport_seconds(w->env->conf, n);
    child_busy(w->env->slot, "mail.deliver", seconds + BUSY_SECONDS);
    child_tenant(w->env->slot, w->row->tenant_id);
    return outbox_lease_longer(db, w->row->id, seconds + LEASE_SECONDS, err);
}

/* A failure is a change of the ticket: rules and plugins are told. What a digest tells depends on
 * the rights of its reader. */
static int enter(struct outcome_work *w, struct db *db, struct err *err)
{
    engine_start(&w->engine, db, w->arena, &w->tenant, w->env->conf->data_dir);
    w->scene = (struct plugin_scene) { .plugins = w->env->plugins,
                                       .arena = w->arena,
                                       .db = db,
                                       .tenant = &w->tenant,
                                       .watch = &w->engine.watch,
                                       .now = clock_now_ms() };
    if (w->verdict == SENT_OK && w->row->kind != OUTBOX_DIGEST)
        return 0;
    plugins_begin(&w->scene);
    w->engine.guest = plugins_in_rules(&w->scene);
    return plugins_enter(&w->scene, -1, err);
}

/* Verdict and reply; the letter lives in memory of its own, so that a huge one harms nothing else.
 */
static int write_and_send(struct outcome_work *w, struct transport *t, struct arena *own,
                          struct err *err)
{
    const struct outbox_row *row = w->row;
    struct db db = db_tenant(w->env->conn, row->tenant_id);
    struct letter letter = { w->env->conf, w->env->templates, &w->tenant, &db, own, row };
    struct parcel p = { .id = row->id, .sender = row->sender, .recipient = row->recipient };
    char *raw = NULL;
    const char *reply;
    if (row->kind == OUTBOX_DIGEST && enter(w, &db, err) < 0)
        return -1;
    int rc = setjmp(*arena_boundary(own)) != 0
                 ? err_set(err, ERR_NO_MEMORY, "too large for a letter")
                 : letter_write(&letter, &raw, &p.n, err);
    arena_no_boundary(own);
    plugins_end(w->env->plugins);
    db_conn_settle(w->env->conn); /* what was asked for it, where it was not written */
    if (rc < 0)
        return no_letter(w, err);
    if (p.n > LARGE && takes_longer(w, &db, p.n, err) < 0)
        return -1;
    p.raw = raw;
    w->verdict = transport_send(t, own, &p, &reply);
    w->reply = arena_strdup(w->arena, reply);
    return 0;
}

/* The server has the mail, or refused it: that is worth waiting for a database that is away. */
static int record_surely(struct outcome_work *w, struct err *err)
{
    int rc = -1;
    for (int i = 0; i < RECORD_TRIES && rc < 0; i++) {
        struct db db = db_tenant(w->env->conn, w->row->tenant_id);
        if (i > 0) {
            db_conn_settle(w->env->conn);
            (void)child_wait(w->env, -1, RECORD_WAIT_MS);
        }
        rc = enter(w, &db, err);
        if (rc == 0)
            rc = w->verdict == SENT_OK ? record(&db, w, err) : db_transact(&db, record, w, err);
        plugins_end(w->env->plugins);
    }
    return rc;
}

static void free_arena(void *data)
{
    arena_free(data);
}

static int deliver_leased(struct outcome_work *w, struct transport *t, struct err *err)
{
    static const char *const verdicts[] = { "sent", "deferred", "failed" };
    const struct outbox_row *row = w->row;
    struct db global = db_global(w->env->conn);
    int rc = tenant_by_id(&global, w->arena, &w->env->master_key, row->tenant_id, &w->tenant, err);
    if (rc <= 0 || w->tenant.status == TENANT_DELETING)
        return rc < 0 ? -1 : 0;
    struct arena **own = arena_zalloc(w->arena, sizeof(struct arena *));
    arena_cleanup(w->arena, free_arena, own);
    *own = arena_new(LETTER_MEMORY);
    if (*own == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a letter");
    arena_follow(*own, w->arena);
    rc = write_and_send(w, t, *own, err);
    arena_free(own);
    if (rc < 0)
        return -1;
    log_info((&(struct log) { .role = "jobs", .tenant = row->tenant_id }), "mail.delivery",
             LOG_I64("outbox", row->id), LOG_STR("verdict", verdicts[w->verdict]),
             LOG_I64("attempt", row->attempts + 1), LOG_STR("reply", w->reply));
    return record_surely(w, err);
}

/* 1 worked on, 0 it was not ours, -1 */
static int deliver_one(struct child_env *env, struct transport *t, struct arena *a,
                       const struct outbox_key *key, struct err *err)
{
    struct db db = db_tenant(env->conn, key->tenant_id);
    struct outbox_row row;
    struct outcome_work w = { .env = env, .arena = a, .row = &row };
    int64_t seconds = transport_seconds(env->conf, LARGE);
    child_busy(env->slot, "mail.deliver", seconds + BUSY_SECONDS);
    child_tenant(env->slot, key->tenant_id);
    int rc = outbox_lease(&db, a, key->id, seconds + LEASE_SECONDS, &row, err);
    if (rc > 0 && deliver_leased(&w, t, err) < 0)
        rc = -1;
    child_idle(env->slot);
    return rc;
}

static bool is_same_way(const struct outbox_key *a, const struct outbox_key *b)
{
    return a->tenant_id == b->tenant_id && str_is(a->destination, b->destination);
}

/* Another process has just been found on the way there: it goes on with what is left. */
static bool is_left_to_others(const struct outbox_key *keys, const bool *was_taken, size_t i)
{
    for (size_t k = 0; k < i; k++)
        if (was_taken[k] && is_same_way(&keys[k], &keys[i]))
            return true;
    return false;
}

/* FNV-1a; never 0. */
static uint64_t way_of(const struct outbox_key *key)
{
    uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)key->tenant_id;
    for (const char *p = key->destination; *p != '\0'; p++)
        hash = (hash ^ (unsigned char)*p) * UINT64_C(1099511628211);
    return hash | 1;
}

/* A process of this host is on the way there: to ask the database for it would be in vain. What
 * others do, the lease knows. */
static bool is_somebody_there(const struct child_env *env, uint64_t way)
{
    for (size_t i = 0; env->slots != NULL && i < env->slots_n; i++)
        if (&env->slots[i] != env->slot && env->slots[i].pid != 0 && env->slots[i].way == way)
            return true;
    return false;
}

int deliver_due(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                struct err *err)
{
    struct db global = db_global(env->conn);
    struct outbox_key *keys;
    size_t found;
    bool was_taken[DELIVER_BATCH] = { false };
    *n = 0;
    if (outbox_due(&global, a, DELIVER_BATCH, &keys, &found, err) < 0)
        return -1;
    for (size_t i = 0; i < found && !*env->stop; i++) {
        struct err own = ERR_INIT;
        uint64_t way = way_of(&keys[i]);
        if (is_left_to_others(keys, was_taken, i) || is_somebody_there(env, way))
            continue;
        env->slot->way = way;
        int rc = deliver_one(env, t, a, &keys[i], &own);
        env->slot->way = 0;
        was_taken[i] = rc == 0;
        if (rc < 0)
            log_error((&(struct log) { .role = "jobs", .tenant = keys[i].tenant_id }),
                      "mail.delivery_failed", LOG_I64("outbox", keys[i].id),
                      LOG_STR("error", own.msg));
        db_conn_settle(env->conn);
        *n += rc > 0;
    }
    return 0;
}
