#include "jobs/housekeeping.h"

#include "base/child.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "db/db.h"
#include "intake/spool.h"
#include "notice/notice.h"
#include "ticket/attachment.h"
#include "user/access_link.h"
#include "user/throttle.h"

#define EVERY_US INT64_C(60000000)

/* A one-time token is good for a day; it is remembered for two. */
DB_SQL_GLOBAL(clean_post_tokens, 1000,
              "DELETE FROM post_token WHERE used_at < " DB_NOW " - 172800000 LIMIT 1000");
DB_SQL_GLOBAL(clean_sessions, 1000, "DELETE FROM session WHERE expires_at < " DB_NOW " LIMIT 1000");

int housekeeping_run(struct child_env *env, struct arena *a, struct err *err)
{
    static int64_t last;
    struct db global = db_global(env->conn);
    if (last != 0 && clock_ticks_us() - last < EVERY_US)
        return 0;
    last = clock_ticks_us();
    if (db_exec_(&global, err, &clean_post_tokens, NULL, 0) < 0 ||
        db_exec_(&global, err, &clean_sessions, NULL, 0) < 0 || throttle_clean(&global, err) < 0 ||
        access_link_clean(&global, err) < 0 || notice_tidy(&global, a, err) < 0 ||
        attachment_tidy(env->conn, a, env->conf->data_dir, err) < 0 ||
        spool_tidy(a, env->conf->data_dir, err) < 0)
        return err_wrap(err, "clean up");
    return 0;
}
