#include "jobs/due.h"

#include "automation/engine.h"
#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "notice/tell.h"
#include "plugin/plugins.h"
#include "search/index.h"
#include "tenant/tenant.h"
#include "ticket/indexing.h"
#include "ticket/ticket.h"

#include <string.h>

#define LEASE_MS    60000
#define STEPS       20
#define STEPS_US    INT64_C(15000000) /* well within the lease */
#define STEP_MEMORY ((size_t)256 * 1024 * 1024)
#define JOB_GOES_ON 1
#define JOB_WAITS   2

/* What is new the page asks for: access is looked at then, and an old signal tells nothing. */
#define NOTICE_SIGNAL "{\"kind\":\"notice\"}"

DB_SQL_GLOBAL(find_due_jobs, 300,
              "SELECT tenant_id, id FROM job WHERE due_at <= " DB_NOW " AND lease_until < " DB_NOW
              " ORDER BY due_at LIMIT ?");
DB_SQL(lease_job, 1,
       "UPDATE job SET lease_until = " DB_NOW " + ?, attempts = attempts + 1 "
       "WHERE tenant_id = ? AND id = ? AND lease_until < " DB_NOW);
DB_SQL(read_job, 1,
       "SELECT kind, object_id, due_at, " DB_NOW " FROM job WHERE tenant_id = ? AND id = ?");
DB_SQL(delete_job, 1, "DELETE FROM job WHERE tenant_id = ? AND id = ? AND due_at = ?");
DB_SQL(repeat_job, 1,
       "UPDATE job SET due_at = GREATEST(" DB_NOW ", due_at + 1), lease_until = 0, attempts = 0 "
       "WHERE tenant_id = ? AND id = ? AND due_at = ?");
DB_SQL(postpone_job, 1,
       "UPDATE job SET due_at = " DB_NOW " + 60000 * LEAST(attempts, 60), lease_until = 0 "
       "WHERE tenant_id = ? AND id = ?");

DB_SQL(rest_job, 1,
       "UPDATE job SET due_at = " DB_NOW " + 300000, lease_until = 0, attempts = 0 "
       "WHERE tenant_id = ? AND id = ?");

struct due_job {
    int64_t tenant_id, id, object_id, due_at;
    int64_t now; /* the clock that made it due: this host's may say that it is too early */
    const char *kind;
};

/* Work that is done in steps: 1 when there is more than one run takes, 0, -1. */
typedef int step_fn(struct db *db, struct arena *a, bool *is_done, struct err *err);

static int merge_step(struct db *db, struct arena *a, bool *is_done, struct err *err)
{
    size_t n;
    int rc = search_merge(db, a, &n, err);
    *is_done = rc < 0 || n < MERGE_ROWS;
    return rc;
}

static int index_step(struct db *db, struct arena *a, bool *is_done, struct err *err)
{
    int64_t left;
    int rc = indexing_step(db, a, &left, err);
    *is_done = rc < 0 || left == 0;
    return rc;
}

static int run_steps(struct db *db, step_fn *step, struct err *err)
{
    struct arena *a = arena_new(STEP_MEMORY);
    int64_t end = clock_ticks_us() + STEPS_US;
    bool is_done = false;
    int rc = 0;
    if (a == NULL || setjmp(*arena_boundary(a)) != 0) {
        db_conn_settle(db->conn);
        arena_free(&a);
        return err_set(err, ERR_NO_MEMORY, "out of memory");
    }
    for (int i = 0; i < STEPS && rc == 0 && !is_done && clock_ticks_us() < end; i++)
        rc = step(db, arena_reset(a), &is_done, err);
    arena_free(&a);
    return rc < 0 ? -1 : !is_done;
}

static int run_of_plugin(struct plugin_scene *scene, const struct due_job *job, struct err *err)
{
    int rc = plugins_job(scene, job->kind, job->object_id, job->due_at, err);
    return rc == 0 ? JOB_WAITS : rc < 0 ? -1 : 0;
}

static int tell(struct child_env *env, struct act *act, int64_t ticket_id, struct err *err)
{
    struct told told;
    int rc = notice_tell(act, ticket_id, env->conf->notice_seconds * 1000, &told, err);
    for (size_t i = 0; rc >= 0 && i < told.n; i++)
        cache_signal(env->cache, act->db->tenant_id, told.users[i], NOTICE_SIGNAL);
    return rc > 0 ? JOB_GOES_ON : rc;
}

static int mail_notices(struct act *act, int64_t user_id, struct err *err)
{
    int rc = notice_mail(act, user_id, err);
    return rc > 0 ? JOB_GOES_ON : rc;
}

static int run_kind(struct child_env *env, struct arena *a, struct db *db,
                    const struct due_job *job, struct err *err)
{
    struct tenant tenant;
    struct db global = db_global(env->conn);
    int rc = tenant_by_id(&global, a, &env->master_key, job->tenant_id, &tenant, err);
    if (rc <= 0)
        return rc;
    struct act act = { .db = db,
                       .arena = a,
                       .tenant = &tenant,
                       .data_dir = env->conf->data_dir,
                       .actor = ACTOR_SYSTEM,
                       .now = job->now };
    struct engine engine;
    engine_start(&engine, db, a, &tenant, env->conf->data_dir);
    act.watch = &engine.watch;
    struct plugin_scene scene = { .plugins = env->plugins,
                                  .arena = a,
                                  .db = db,
                                  .tenant = &tenant,
                                  .watch = &engine.watch,
                                  .now = job->now };
    plugins_begin(&scene);
    engine.guest = plugins_in_rules(&scene);
    if (plugins_enter(&scene, -1, err) < 0)
        return -1;
    if (strchr(job->kind, ':') != NULL)
        return run_of_plugin(&scene, job, err);
    if (str_is(job->kind, "ticket.wake"))
        rc = ticket_wake(&act, job->object_id, err) < 0 ? -1 : 0;
    else if (str_is(job->kind, "notice.tell"))
        rc = tell(env, &act, job->object_id, err);
    else if (str_is(job->kind, "notice.signal"))
        cache_signal(env->cache, job->tenant_id, job->object_id, NOTICE_SIGNAL);
    else if (str_is(job->kind, "notice.mail"))
        rc = mail_notices(&act, job->object_id, err);
    else if (str_is(job->kind, "ticket.names"))
        rc = ticket_name_since(db, job->object_id, err);
    else if (str_is(job->kind, "search.merge"))
        rc = run_steps(db, merge_step, err);
    else if (str_is(job->kind, "search.index"))
        rc = run_steps(db, index_step, err);
    else
        return err_set(err, ERR_INTERNAL, "no such job: %s", job->kind);
    return rc < 0 && err->code == ERR_NOT_FOUND ? 0 : rc;
}

/* due_at guards the end: a job that was set anew meanwhile stays. */
static int finish(struct db *db, const struct due_job *job, int rc, struct err *err)
{
    if (rc == JOB_WAITS)
        return db_exec(db, err, rest_job, DB_TENANT, DB_I64(job->id)) < 0 ? -1 : 0;
    if (rc == JOB_GOES_ON)
        return db_exec(db, err, repeat_job, DB_TENANT, DB_I64(job->id), DB_I64(job->due_at)) < 0
                   ? -1
                   : 0;
    if (rc >= 0)
        return db_exec(db, err, delete_job, DB_TENANT, DB_I64(job->id), DB_I64(job->due_at)) < 0
                   ? -1
                   : 0;
    struct err second = ERR_INIT;
    (void)db_exec(db, &second, postpone_job, DB_TENANT, DB_I64(job->id));
    return -1;
}

static int run_one(struct child_env *env, struct arena *a, int64_t tenant_id, int64_t id,
                   struct err *err)
{
    struct db db = db_tenant(env->conn, tenant_id);
    struct db_row row;
    int64_t taken = db_exec(&db, err, lease_job, DB_I64(LEASE_MS), DB_TENANT, DB_I64(id));
    if (taken <= 0)
        return (int)taken;
    int rc = db_one(&db, a, &row, err, read_job, DB_TENANT, DB_I64(id));
    if (rc <= 0)
        return rc;
    struct due_job job = { tenant_id,      id, db_i64(&row, 1), db_i64(&row, 2), db_i64(&row, 3),
                           db_str(&row, 0) };
    child_tenant(env->slot, tenant_id);
    rc = run_kind(env, a, &db, &job, err);
    db.watch = NULL;
    plugins_end(env->plugins);
    return finish(&db, &job, rc, err);
}

int due_run(struct child_env *env, struct arena *a, size_t *n, struct err *err)
{
    struct db global = db_global(env->conn);
    struct db_rows rows;
    *n = 0;
    if (db_all(&global, a, &rows, err, find_due_jobs, DB_I64(DUE_BATCH)) < 0)
        return err_wrap(err, "find due jobs");
    for (size_t i = 0; i < rows.n; i++) {
        struct err own = ERR_INIT;
        int64_t tenant_id = db_i64(&rows.rows[i], 0), id = db_i64(&rows.rows[i], 1);
        if (run_one(env, a, tenant_id, id, &own) < 0)
            log_error((&(struct log) { .role = "jobs", .tenant = tenant_id }), "job.failed",
                      LOG_I64("job", id), LOG_STR("error", own.msg));
    }
    *n = rows.n;
    return 0;
}
