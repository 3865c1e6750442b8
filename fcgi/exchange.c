#include "fcgi/exchange.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/request_private.h"
#include "fcgi/response_private.h"

#include <stdio.h>

void exchange_name(struct exchange *x)
{
    static const char digits[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* easy to read out */
    unsigned char random[sizeof(x->id) - 1];
    crypto_random(random, sizeof(random));
    for (size_t i = 0; i < sizeof(random); i++)
        x->id[i] = digits[random[i] & 31];
    x->id[sizeof(random)] = '\0';
}

static void log_request(const struct request *rq, int status)
{
    struct db_stats db = db_conn_stats(rq->app->conn);
    double ms = (double)(clock_ticks_us() - rq->priv->start_us) / 1000.0;
    log_info(&rq->log, "request", LOG_STR("method", rq->priv->is_head ? "HEAD" : rq->method),
             LOG_I64("status", status), LOG_F64("ms", ms), LOG_F64("db_ms", (double)db.us / 1000.0),
             LOG_I64("sql", (int64_t)db.statements),
             LOG_I64("bytes", (int64_t)response_bytes(rq->response)),
             LOG_STR("remote", rq->remote));
}

static void answer(struct request *rq)
{
    struct err err = ERR_INIT;
    if (request_read(rq, &err) < 0 || router_run(rq->app->router, rq, &err) < 0)
        response_fail(rq, &err);
    response_send(rq);
    log_request(rq, rq->response->status);
}

static void answer_out_of_memory(const struct exchange *x, const struct request *rq)
{
    if (rq == NULL || !rq->response->is_sent)
        response_send_bare(x, rq == NULL ? "-" : rq->id);
    if (rq == NULL)
        return;
    log_error(&rq->log, "request.out_of_memory");
    log_request(rq, 503);
}

void exchange_serve(struct app *app, struct arena *a, const struct exchange *x)
{
    struct request *volatile rq = NULL;
    db_conn_stats_reset(app->conn);
    if (setjmp(*arena_boundary(a)) != 0) {
        answer_out_of_memory(x, rq);
        return;
    }
    rq = request_new(app, a, x);
    if (app->slot != NULL)
        (void)snprintf(app->slot->request, sizeof(app->slot->request), "%s", rq->id);
    answer(rq);
    arena_no_boundary(a);
}
