#include "fcgi/health.h"

#include "base/buf.h"
#include "base/err.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/router.h"
#include "user/capability.h"

static int healthz(struct request *rq, struct err *err)
{
    return response_text(rq, 200, "text/plain", "ok\n", 3, err);
}

/* Redis may be away: then everything is slower, but nothing is wrong. */
static int readyz(struct request *rq, struct err *err)
{
    struct err db_err = ERR_INIT;
    bool is_ready = db_conn_check(rq->app->conn, &db_err) == 0;
    const char *cache = cache_is_up(rq->app->cache) ? "redis ok\n" : "redis away\n";
    const char *db = is_ready ? "database ok\n" : "database away or not durable\n";
    if (!is_ready)
        log_warn(&rq->log, "readyz.database", LOG_STR("reason", db_err.msg));
    struct buf *text = buf_new(rq->arena);
    buf_adds(text, db);
    buf_adds(text, cache);
    return response_text(rq, is_ready ? 200 : 503, "text/plain", text->data, text->len, err);
}

const struct route health_routes[] = {
    { GET, "/healthz", CAP_PUBLIC, NULL, healthz, ROUTE_HOSTLESS },
    { GET, "/readyz", CAP_PUBLIC, NULL, readyz, ROUTE_HOSTLESS },
    ROUTE_END,
};
