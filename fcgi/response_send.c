/* fcgi/response_send.c - the lines that every answer carries, and the writing of it */
#include "fcgi/response_private.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/request_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char page_csp[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src "
    "'self'; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'";
static const char frame_csp[] =
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:%s; "
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'";
static const char file_csp[] = "default-src 'none'; sandbox; frame-ancestors 'self'";

static const char *reason(int status)
{
    static const struct {
        int status;
        const char *text;
    } reasons[] = {
        { 200, "OK" },
        { 303, "See Other" },
        { 400, "Bad Request" },
        { 403, "Forbidden" },
        { 404, "Not Found" },
        { 405, "Method Not Allowed" },
        { 408, "Request Timeout" },
        { 409, "Conflict" },
        { 413, "Content Too Large" },
        { 414, "URI Too Long" },
        { 421, "Misdirected Request" },
        { 422, "Unprocessable Content" },
        { 429, "Too Many Requests" },
        { 431, "Request Header Fields Too Large" },
        { 500, "Internal Server Error" },
        { 503, "Service Unavailable" },
        { 507, "Insufficient Storage" },
    };
    for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
        if (reasons[i].status == status)
            return reasons[i].text;
    return "Status";
}

static void add_csp(struct buf *out, const struct response *r)
{
    buf_adds(out, "Content-Security-Policy: ");
    if (r->kind == RESPONSE_PAGE)
        buf_adds(out, page_csp);
    else if (r->kind == RESPONSE_FRAME)
        buf_printf(out, frame_csp, r->allows_remote_images ? " https: http:" : "");
    else
        buf_adds(out, file_csp);
    buf_adds(out, "\r\n");
}

static void add_security(struct buf *out, const struct response *r)
{
    add_csp(out, r);
    buf_adds(out, r->kind == RESPONSE_ASSET
                      ? "Cache-Control: public, max-age=31536000, immutable\r\n"
                      : "Cache-Control: no-store\r\n");
    buf_adds(
        out,
        "X-Content-Type-Options: nosniff\r\n"
        "Referrer-Policy: same-origin\r\n"
        "Cross-Origin-Opener-Policy: same-origin\r\n"
        "Cross-Origin-Resource-Policy: same-origin\r\n"
        "Permissions-Policy: camera=(), microphone=(), geolocation=(), payment=(), usb=()\r\n");
    if (r->kind == RESPONSE_PAGE)
        buf_adds(out, "X-Frame-Options: DENY\r\n");
}

static double ms(int64_t us)
{
    return (double)us / 1000.0;
}

static void add_timing(struct buf *out, const struct request *rq)
{
    buf_printf(out, "X-Request-Id: %s\r\n", rq->id);
    struct db_stats db = db_conn_stats(rq->app->conn);
    buf_printf(out,
               "Server-Timing: app;dur=%.3f, db;dur=%.3f;desc=\"%u statements\", "
               "render;dur=%.3f\r\n",
               ms(clock_ticks_us() - rq->priv->start_us), ms(db.us), db.statements,
               ms(rq->priv->render_us));
}

void response_send(struct request *rq)
{
    struct response *r = rq->response;
    const struct exchange *x = rq->priv->x;
    bool has_body = !rq->priv->is_head && r->body_n > 0;
    struct buf out = buf_make(rq->arena,
                              2048 + r->headers.len + r->cookies.len + (has_body ? r->body_n : 0));
    buf_printf(&out, "Status: %d %s\r\n", r->status, reason(r->status));
    buf_printf(&out, "Content-Type: %s\r\n", r->type);
    if (r->kind != RESPONSE_FILE)
        buf_printf(&out, "Content-Length: %zu\r\n", r->body_n);
    if (r->status == 503)
        buf_adds(&out, "Retry-After: 5\r\n");
    add_security(&out, r);
    add_timing(&out, rq);
    buf_add(&out, r->headers.data, r->headers.len);
    buf_add(&out, r->cookies.data, r->cookies.len);
    buf_adds(&out, "\r\n");
    if (has_body)
        buf_add(&out, r->body, r->body_n);
    r->is_sent = true;
    if (x->write(x->data, out.data, out.len) < 0)
        log_info(&rq->log, "response.nobody_listens");
}

void response_send_bare(const struct exchange *x, const char *request_id)
{
    char text[768];
    int n = snprintf(text, sizeof(text),
                     "Status: 503 Service Unavailable\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                     "X-Content-Type-Options: nosniff\r\n"
                     "Cache-Control: no-store\r\n"
                     "Retry-After: 5\r\n"
                     "X-Request-Id: %.40s\r\n\r\n"
                     "This page needs more memory than one page may have. Request %.40s\n",
                     request_id, request_id);
    (void)x->write(x->data, text, (size_t)n);
}
