#include "fcgi/request.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "fcgi/app.h"
#include "fcgi/percent.h"
#include "fcgi/request_private.h"
#include "fcgi/response_private.h"

#include <string.h>

struct request *request_new(struct app *app, struct arena *a, const struct exchange *x)
{
    struct request *rq = arena_zalloc(a, sizeof(*rq));
    struct request_private *priv = arena_zalloc(a, sizeof(*priv));
    *rq = (struct request) { .app = app,
                             .arena = a,
                             .id = x->id,
                             .method = "",
                             .path = "",
                             .host = "",
                             .remote = "",
                             .user_agent = "",
                             .locale = app->locales[0],
                             .response = response_new(a),
                             .priv = priv };
    rq->log = (struct log) { .role = "web", .request = rq->id };
    priv->x = x;
    priv->start_us = clock_ticks_us();
    priv->query = "";
    return rq;
}

static int read_method(struct request *rq, struct err *err)
{
    const char *method = params_text(&rq->priv->params, "REQUEST_METHOD");
    rq->priv->is_head = str_is(method, "HEAD");
    if (!rq->priv->is_head && !str_is(method, "GET") && !str_is(method, "POST")) {
        response_header(rq, "Allow", "GET, HEAD, POST");
        return err_set(err, ERR_METHOD, "method %.20s", method);
    }
    rq->method = str_is(method, "POST") ? "POST" : "GET";
    return 0;
}

static bool is_host_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* The host name without its port. Address literals are nobody's name. */
static int read_host(struct request *rq, struct err *err)
{
    char *host = str_lower(rq->arena, params_text(&rq->priv->params, "HTTP_HOST"));
    char *colon = strchr(host, ':');
    if (colon != NULL) {
        int64_t port;
        if (!str_i64(colon + 1, 1, 65535, &port))
            return err_set(err, ERR_INVALID, "malformed Host");
        *colon = '\0';
    }
    size_t n = strlen(host);
    if (n > 0 && host[n - 1] == '.')
        host[--n] = '\0';
    for (const char *p = host; *p != '\0'; p++)
        if (!is_host_byte(*p))
            return err_set(err, ERR_INVALID, "malformed Host");
    if (n > 253)
        return err_set(err, ERR_INVALID, "malformed Host");
    rq->host = host;
    return 0;
}

static int read_address(struct request *rq, struct err *err)
{
    char *path;
    struct request_private *priv = rq->priv;
    const char *uri = params_text(&priv->params, "REQUEST_URI");
    if (strlen(uri) > URL_MAX_BYTES)
        return err_set(err, ERR_URI_TOO_LONG, "address of more than %zu bytes", URL_MAX_BYTES);
    size_t n = strcspn(uri, "?");
    if (percent_path(rq->arena, uri, n, &path, err) < 0)
        return -1;
    rq->path = path;
    priv->query = uri[n] == '?' ? uri + n + 1 : "";
    return urlencoded_read(rq->arena, priv->query, strlen(priv->query), &priv->query_pairs, err);
}

static int read_length(struct request *rq, struct err *err)
{
    struct request_private *priv = rq->priv;
    const char *length = params_text(&priv->params, "CONTENT_LENGTH");
    if (*length == '\0')
        return 0;
    if (!str_i64(length, 0, INT64_MAX, &priv->content_length) || *length == '-')
        return err_set(err, ERR_INVALID, "malformed Content-Length");
    if (priv->content_length > rq->app->conf->request_body_bytes)
        return err_set(err, ERR_TOO_LARGE, "body of %s bytes", length);
    if (priv->content_length > 0 && !str_is(rq->method, "POST"))
        return err_set(err, ERR_INVALID, "%s with a body", rq->method);
    return 0;
}

static void read_cookies(struct request *rq)
{
    struct request_private *priv = rq->priv;
    cookie_read(rq->arena, params_text(&priv->params, "HTTP_COOKIE"), &priv->cookies);
    priv->pre = request_cookie(rq, PRE_COOKIE);
    if (priv->pre != NULL && strlen(priv->pre) != 22)
        priv->pre = NULL;
}

int request_read(struct request *rq, struct err *err)
{
    struct request_private *priv = rq->priv;
    if (params_read(rq->arena, priv->x->env, &priv->params, err) < 0)
        return -1;
    rq->remote = params_text(&priv->params, "REMOTE_ADDR");
    rq->user_agent = params_text(&priv->params, "HTTP_USER_AGENT");
    request_choose_locale(rq);
    if (read_method(rq, err) < 0 || read_address(rq, err) < 0 || read_host(rq, err) < 0 ||
        read_length(rq, err) < 0)
        return -1;
    read_cookies(rq);
    return 0;
}

const struct pair *pairs_find(const struct pairs *p, const char *name, size_t *n)
{
    const struct pair *first = NULL;
    *n = 0;
    for (size_t i = 0; i < p->n; i++) {
        if (strcmp(p->items[i].name, name) != 0)
            continue;
        if ((*n)++ == 0)
            first = &p->items[i];
    }
    return first;
}

const char *cookie_full_name(struct arena *a, const char *name)
{
    return str_starts(name, "__Host-") ? name : arena_printf(a, "__Host-%s", name);
}

const char *request_cookie(const struct request *rq, const char *name)
{
    size_t n;
    const struct pair *cookie = pairs_find(&rq->priv->cookies, cookie_full_name(rq->arena, name),
                                           &n);
    return n == 1 ? cookie->value : NULL;
}

const char *request_header(const struct request *rq, const char *cgi_name)
{
    return params_get(&rq->priv->params, cgi_name);
}

const char *request_session_token(const struct request *rq)
{
    return rq->priv->session_token;
}

static bool is_local_path(const char *next)
{
    if (next == NULL || next[0] != '/' || next[1] == '/' || strlen(next) > 2048)
        return false;
    for (const unsigned char *p = (const unsigned char *)next; *p != '\0'; p++)
        if (*p <= ' ' || *p >= 0x7F || *p == '\\')
            return false;
    return true;
}

const char *request_local_path(const struct request *rq, const char *next, const char *fallback)
{
    (void)rq;
    return is_local_path(next) ? next : fallback;
}

const char *request_login_path(const struct request *rq)
{
    const char *uri = params_text(&rq->priv->params, "REQUEST_URI");
    if (!str_is(rq->method, "GET") || str_is(rq->path, "/") || !is_local_path(uri))
        return "/login";
    return arena_printf(rq->arena, "/login?next=%s", percent_encode(rq->arena, uri, "/"));
}

/* The number of the name in the route's path, or -1. */
static int place_of(const struct request *rq, const char *name)
{
    int index = 0;
    size_t n = strlen(name);
    const char *path = rq->route == NULL ? "" : rq->route->path;
    for (const char *p = strchr(path, '{'); p != NULL; p = strchr(p + 1, '{'), index++)
        if (strncmp(p + 1, name, n) == 0 && p[n + 1] == '}')
            return index;
    return -1;
}

const char *path_text(const struct request *rq, const char *name)
{
    int i = place_of(rq, name);
    const struct route_match *m = &rq->priv->match;
    if (i < 0 || (size_t)i >= m->n)
        return "";
    return arena_strndup(rq->arena, m->values[i], m->lengths[i]);
}

int64_t path_i64(const struct request *rq, const char *name)
{
    int64_t i;
    const char *text = path_text(rq, name);
    bool is_canonical = text[0] != '0' && text[0] != '-'; /* one address for one thing */
    return is_canonical && str_i64(text, 1, INT64_MAX, &i) ? i : 0;
}
