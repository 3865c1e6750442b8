#include "fcgi/response.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/percent.h"
#include "fcgi/request_private.h"
#include "fcgi/response_private.h"
#include "html/template.h"
#include "html/view.h"

#include <string.h>

#define HTML "text/html; charset=utf-8"

struct response *response_new(struct arena *a)
{
    struct response *r = arena_zalloc(a, sizeof(*r));
    r->headers = buf_make(a, 512);
    r->cookies = buf_make(a, 512);
    return r;
}

void response_undo(struct response *r)
{
    r->status = 0;
    r->kind = RESPONSE_PAGE;
    r->body_n = 0;
    buf_truncate(&r->headers, 0);
}

size_t response_bytes(const struct response *r)
{
    return r->body_n;
}

int response_is_ready(const struct request *rq)
{
    return rq->response->status != 0;
}

static int finish(struct request *rq, int status, const char *type, const char *body, size_t n)
{
    struct response *r = rq->response;
    r->status = status;
    r->type = type;
    r->body = body;
    r->body_n = n;
    return 0;
}

static bool is_token(const char *s)
{
    for (const char *p = s; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 0x7F || strchr("()<>@,;:\\\"/[]?={}", *p) != NULL)
            return false;
    return *s != '\0';
}

static bool is_header_value(const char *s)
{
    for (const unsigned char *p = (const unsigned char *)s; *p != '\0'; p++)
        if (*p < ' ' || *p >= 0x7F)
            return false;
    return true;
}

void response_header(struct request *rq, const char *name, const char *value)
{
    if (!is_token(name) || !is_header_value(value)) {
        log_error(&rq->log, "response.header_dropped", LOG_STR("name", name));
        return;
    }
    buf_printf(&rq->response->headers, "%s: %s\r\n", name, value);
}

static bool is_cookie_value(const char *s)
{
    return is_header_value(s) && s[strcspn(s, " \",;\\")] == '\0' && strlen(s) <= 3500;
}

void cookie_set(const struct request *rq, const char *name, const char *value, int max_age)
{
    const char *full = cookie_full_name(rq->arena, name);
    struct buf *headers = &rq->response->cookies;
    if (!is_token(full) || (value != NULL && !is_cookie_value(value))) {
        log_error(&rq->log, "response.cookie_dropped", LOG_STR("name", name));
        return;
    }
    buf_printf(headers, "Set-Cookie: %s=%s; Path=/; Secure; HttpOnly; SameSite=Lax", full,
               value == NULL ? "" : value);
    if (value == NULL || max_age > 0)
        buf_printf(headers, "; Max-Age=%d", value == NULL ? 0 : max_age);
    buf_adds(headers, "\r\n");
}

void response_cookie(struct request *rq, const char *name, const char *value, int max_age)
{
    cookie_set(rq, name, value, max_age);
}

/* Failures of ours are told without asking the database again. */
static int add_frame(struct request *rq, int status, struct view *v, struct err *err)
{
    struct view *frame = view_new(rq->arena);
    view_text(frame, "tenant_title", rq->tenant == NULL ? "deskd" : rq->tenant->title);
    view_text(frame, "viewer_theme", rq->viewer == NULL ? "auto" : rq->viewer->theme);
    if (status < 500 && pages_frame(rq, frame, err) < 0)
        return -1;
    notice_take(rq);
    view_text(frame, "notice", rq->priv->notice);
    view_text(frame, "request_id", rq->id);
    view_text(frame, "locale", rq->locale);
    view_text(frame, "dir", "ltr");
    if (rq->viewer != NULL || (status == 200 && rq->tenant != NULL))
        view_text(frame, "form_token", request_form_token(rq));
    view_inherit(v, frame);
    return 0;
}

int response_render(struct request *rq, int status, const char *template_name, struct view *v,
                    struct err *err)
{
    struct buf *out = buf_new(rq->arena);
    if (add_frame(rq, status, v, err) < 0)
        return -1;
    int64_t start = clock_ticks_us();
    int rc = template_render(rq->app->templates, template_name, rq->locale, v, out, err);
    rq->priv->render_us += clock_ticks_us() - start;
    return rc < 0 ? -1 : finish(rq, status, HTML, out->data, out->len);
}

int response_redirect(struct request *rq, const char *path, const char *notice, struct err *err)
{
    (void)err;
    response_header(
        rq, "Location",
        request_local_path(rq, percent_encode(rq->arena, path, "/?&=%+:@,!$'()*;#"), "/"));
    if (!str_is_empty(notice))
        notice_leave(rq, notice);
    return finish(rq, 303, "text/plain; charset=utf-8", "", 0);
}

int response_text(struct request *rq, int status, const char *type, const char *body, size_t n,
                  struct err *err)
{
    if (!is_header_value(type))
        return err_set(err, ERR_INTERNAL, "malformed content type");
    bool is_bare = str_starts(type, "text/") && strchr(type, ';') == NULL;
    return finish(rq, status, is_bare ? arena_printf(rq->arena, "%s; charset=utf-8", type) : type,
                  body, n);
}

int response_asset(struct request *rq, const char *type, const char *body, size_t n)
{
    rq->response->kind = RESPONSE_ASSET;
    return finish(rq, 200, type, body, n);
}

int response_frame(struct request *rq, const char *html, size_t n, int allow_remote_images,
                   struct err *err)
{
    (void)err;
    rq->response->kind = RESPONSE_FRAME;
    rq->response->allows_remote_images = allow_remote_images != 0;
    return finish(rq, 200, HTML, html, n);
}

/* What a browser shows without running anything. */
static bool is_harmless(const char *type)
{
    static const char *const harmless[] = { "image/png",  "image/jpeg", "image/gif",
                                            "image/webp", "text/plain", NULL };
    for (const char *const *t = harmless; *t != NULL; t++)
        if (str_is_nocase(type, *t))
            return true;
    return false;
}

/* RFC 6266: the plain name for old readers, the exact one in UTF-8. */
static const char *disposition(struct request *rq, bool is_inline, const char *name)
{
    char *plain = arena_strdup(rq->arena, name);
    for (char *p = plain; *p != '\0'; p++)
        if (*p < ' ' || *p >= 0x7F || strchr("\"\\%/;", *p) != NULL)
            *p = '_';
    return arena_printf(rq->arena, "%s; filename=\"%s\"; filename*=UTF-8''%s",
                        is_inline ? "inline" : "attachment", plain,
                        percent_encode(rq->arena, name, ""));
}

int response_file(struct request *rq, const char *path_below_data, const char *name,
                  const char *type, int is_inline, struct err *err)
{
    if (strstr(path_below_data, "..") != NULL || path_below_data[0] == '/')
        return err_set(err, ERR_INTERNAL, "file outside of data_dir");
    bool shows = is_inline != 0 && is_harmless(type);
    bool is_text = str_is_nocase(type, "text/plain");
    const char *sent = !shows    ? "application/octet-stream"
                       : is_text ? "text/plain; charset=utf-8"
                                 : str_lower(rq->arena, type);
    response_header(
        rq, "X-Accel-Redirect",
        arena_printf(rq->arena, "/-/data/%s", percent_encode(rq->arena, path_below_data, "/")));
    response_header(rq, "Content-Disposition", disposition(rq, shows, str_or(name, "file")));
    rq->response->kind = RESPONSE_FILE;
    return finish(rq, 200, sent, "", 0);
}

int response_stream(struct request *rq, const char *path, struct err *err)
{
    (void)err;
    response_header(rq, "X-Accel-Redirect", path);
    rq->response->kind = RESPONSE_FILE;
    return finish(rq, 200, "text/event-stream", "", 0);
}
