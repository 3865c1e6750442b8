#include "jobs/jobs.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "cache/cache.h"
#include "db/db.h"
#include "delivery/deliver.h"
#include "delivery/transport.h"
#include "intake/intake.h"
#include "jobs/due.h"
#include "jobs/housekeeping.h"
#include "plugin/park.h"
#include "plugin/plugins.h"

#define MEMORY_MAX      ((size_t)256 * 1024 * 1024)
#define IMPORT_BATCH    64
#define IMPORT_FAILURES 3 /* in a row: what all need is away */
#define IMPORT_SECONDS  30
#define ROUND_SECONDS   300
#define POLL_MS         1000
#define OTHERS_US       INT64_C(1000000)
#define TROUBLE_MS      100 /* doubled each time */
#define TROUBLE_MAX_MS  3200

static const struct log jobs_log = { .role = "jobs" };

/* A round of one kind of work: *n is how much there was; a full batch means that more waits. */
typedef int round_fn(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                     struct err *err);

static int import_one(struct child_env *env, const struct intake *in, struct arena *a, int64_t id)
{
    struct err err = ERR_INIT;
    struct mail_in line = { .id = 0 };
    child_busy(env->slot, "mail.import", IMPORT_SECONDS);
    int64_t start = clock_ticks_us();
    int rc = setjmp(*arena_boundary(a)) != 0 ? err_set(&err, ERR_NO_MEMORY, "out of memory")
                                             : intake_import(in, a, id, &line, &err);
    arena_no_boundary(a);
    plugins_end(env->plugins);
    child_idle(env->slot);
    if (rc > 0)
        log_info(&jobs_log, "mail.imported", LOG_I64("mail", id),
                 LOG_STR("outcome", outcome_name(line.outcome)),
                 LOG_I64("ticket", line.ticket_number), LOG_STR("reason", line.reason),
                 LOG_F64("ms", (double)(clock_ticks_us() - start) / 1000));
    if (rc < 0)
        log_error(&jobs_log, "mail.import_failed", LOG_I64("mail", id), LOG_STR("error", err.msg));
    return rc;
}

static int round_import(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                        struct err *err)
{
    struct intake in = { env->conf, env->conn, env->master_key, env->plugins };
    int64_t *ids, waiting[IMPORT_BATCH];
    (void)t;
    if (spool_waiting(a, env->conf->data_dir, IMPORT_BATCH, &ids, n, err) < 0)
        return -1;
    size_t found = *n;
    *n = 0;
    for (size_t i = 0; i < found; i++)
        waiting[i] = ids[i];
    size_t failed = 0, in_a_row = 0;
    for (size_t i = 0; i < found && in_a_row < IMPORT_FAILURES && !*env->stop; i++) {
        int rc = import_one(env, &in, arena_reset(a), waiting[i]);
        db_conn_settle(env->conn);
        failed += rc < 0;
        in_a_row = rc < 0 ? in_a_row + 1 : 0;
        *n += rc > 0;
    }
    return failed > 0 ? err_set(err, ERR_UNAVAILABLE, "%zu imports failed", failed) : 0;
}

static int round_deliver(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                         struct err *err)
{
    return deliver_due(env, t, a, n, err);
}

static int round_due(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                     struct err *err)
{
    (void)t;
    return due_run(env, a, n, err);
}

static int round_housekeeping(struct child_env *env, struct transport *t, struct arena *a,
                              size_t *n, struct err *err)
{
    (void)t;
    *n = 0;
    return housekeeping_run(env, a, err);
}

static int round_park(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                      struct err *err)
{
    (void)t;
    *n = 0;
    return park_sweep(env, a, err);
}

struct round {
    const char *name;
    round_fn *fn;
    size_t batch;
};

static const struct round rounds[] = {
    { "mail.import", round_import, IMPORT_BATCH },    { "job.due", round_due, DUE_BATCH },
    { "mail.deliver", round_deliver, DELIVER_BATCH }, { "plugin.park", round_park, 1 },
    { "housekeeping", round_housekeeping, 1 },
};
#define ROUNDS (sizeof(rounds) / sizeof(rounds[0]))

/* 1 more waits, 0 nothing to do, -1 trouble: the caller takes a breath. */
static int run_round(struct child_env *env, struct transport *t, struct arena *a,
                     const struct round *r)
{
    struct err err = ERR_INIT;
    size_t n = 0;
    if (r->fn != round_import)
        child_busy(env->slot, r->name, ROUND_SECONDS);
    arena_reset(a);
    int rc = setjmp(*arena_boundary(a)) != 0 ? err_set(&err, ERR_NO_MEMORY, "out of memory")
                                             : r->fn(env, t, a, &n, &err);
    arena_no_boundary(a);
    plugins_end(env->plugins);
    db_conn_settle(env->conn);
    child_idle(env->slot);
    if (rc < 0)
        log_warn(&jobs_log, "round.failed", LOG_STR("round", r->name), LOG_STR("error", err.msg));
    return rc < 0 ? -1 : n > 0;
}

/* One of each kind; returns the like of run_round. While mails wait to be imported, all else has
 * its turn once a second: a ticket is there sooner, and the others' work is not put off for long.
 */
static int run_rounds(struct child_env *env, struct transport *t, struct arena *a)
{
    static int64_t others_us;
    int more = 0, trouble = 0;
    for (size_t i = 0; i < ROUNDS && !*env->stop; i++) {
        int rc = run_round(env, t, a, &rounds[i]);
        more |= rc > 0;
        trouble |= rc < 0;
        if (i == 0 && rc > 0 && clock_ticks_us() - others_us < OTHERS_US)
            return 1;
    }
    others_us = clock_ticks_us();
    return trouble ? -1 : more;
}

int jobs_run(struct child_env *env)
{
    struct err err = ERR_INIT;
    struct transport *transport = NULL;
    struct arena *a = arena_new(MEMORY_MAX);
    if (a == NULL || transport_new(&transport, env->conf, &err) < 0 ||
        spool_prepare(a, env->conf->data_dir, &err) < 0) {
        log_error(&jobs_log, "jobs.start_failed", LOG_STR("error", err.msg));
        arena_free(&a);
        return 1;
    }
    for (int pause = TROUBLE_MS; !*env->stop && !plugins_must_leave(env->plugins);) {
        int more = run_rounds(env, transport, a);
        if (more < 0)
            (void)child_wait(env, -1, pause);
        else if (more == 0)
            (void)cache_wait(env->cache, env, "deskd:jobs", POLL_MS);
        pause = more >= 0 ? TROUBLE_MS : pause < TROUBLE_MAX_MS ? pause * 2 : TROUBLE_MAX_MS;
    }
    transport_free(&transport);
    arena_free(&a);
    return 0;
}
