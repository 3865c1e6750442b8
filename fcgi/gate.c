/* fcgi/gate.c - router_run: everything that must hold before a handler runs, in its order */
#include "fcgi/router.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "cache/cache.h"
#include "fcgi/app.h"
#include "fcgi/directory.h"
#include "fcgi/locale.h"
#include "fcgi/plugin_pages.h"
#include "fcgi/request_private.h"
#include "fcgi/response_private.h"
#include "fcgi/safe.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/plugins.h"
#include "ticket/desk.h"

#include <stdio.h>
#include <string.h>

#define SESSION_TEXT 43 /* base64url of SESSION_TOKEN_BYTES */

void request_choose_locale(struct request *rq)
{
    const char *const *all = rq->app->locales;
    const char *found = rq->viewer == NULL ? NULL : locale_find(all, rq->viewer->locale);
    if (found == NULL && rq->tenant != NULL)
        found = locale_find(all, rq->tenant->locale);
    if (found == NULL)
        found = locale_accept(all, params_text(&rq->priv->params, "HTTP_ACCEPT_LANGUAGE"));
    rq->locale = found == NULL ? all[0] : found;
    words_use(rq->locale);
}

static bool is_hostless(const struct route_match *m)
{
    const struct route *r = m->get != NULL ? m->get : m->post;
    return r != NULL && (r->flags & ROUTE_HOSTLESS) != 0;
}

static int find_tenant(struct request *rq, struct err *err)
{
    struct request_private *priv = rq->priv;
    int found = *rq->host == '\0'
                    ? 0
                    : directory_find(rq->app, rq->arena, rq->host, &priv->tenant, err);
    if (found < 0)
        return -1;
    if (found == 0 || priv->tenant.status == TENANT_DELETING)
        return err_set(err, ERR_MISDIRECTED, "no tenant has host %.80s", rq->host);
    priv->db = db_tenant(rq->app->conn, priv->tenant.id);
    rq->db = &priv->db;
    rq->tenant = &priv->tenant;
    engine_start(&priv->engine, rq->db, rq->arena, rq->tenant, rq->app->conf->data_dir);
    rq->watch = &priv->engine.watch;
    rq->log.tenant = priv->tenant.id;
    if (rq->app->slot != NULL)
        child_tenant(rq->app->slot, priv->tenant.id);
    request_choose_locale(rq);
    if (!plugins_first_try(rq->app->plugins, str_or(request_header(rq, "REQUEST_ID"), "")))
        return err_set(err, ERR_INTERNAL, "a plugin has ended a process with this request before");
    plugin_scene_begin(rq);
    priv->engine.guest = rq->guest;
    safe_mode_begin(rq);
    return 0;
}

static int show_suspended(struct request *rq, struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_text(v, "tenant_title", rq->tenant->title);
    if (response_render(rq, 503, "suspended", v, err) == 0)
        return 0;
    return err_set(err, ERR_UNAVAILABLE, "tenant is suspended");
}

/* A page that had to ask for its tenant too has enough of them. */
static void ask_desk(struct request *rq)
{
    const struct route *r = str_is(rq->method, "POST") ? NULL : rq->priv->match.get;
    struct db_later *later;
    if (r == NULL || (r->flags & ROUTE_DESK) == 0 || rq->app->rosters == NULL ||
        db_conn_stats(rq->app->conn).statements > 1)
        return;
    later = arena_alloc(rq->arena, sizeof(*later));
    if (desk_ask(rq->db, rq->arena, rq->app->rosters, later))
        rq->desk_asked = later;
}

static int find_viewer(struct request *rq, struct err *err)
{
    struct request_private *priv = rq->priv;
    struct session_asked *asked;
    const char *token = request_cookie(rq, SESSION_COOKIE);
    if (token == NULL || strlen(token) != SESSION_TEXT)
        return 0;
    bool only_looks = !str_is(rq->method, "POST");
    if (!session_ask(rq->db, rq->arena, token, only_looks, &asked))
        return 0;
    ask_desk(rq);
    int rc = session_answer(asked, &priv->viewer, err);
    if (rc <= 0)
        return rc;
    rq->viewer = &priv->viewer;
    priv->session_token = token;
    request_choose_locale(rq);
    return 0;
}

/* Before anything else of theirs is asked: may this client go on? */
static int ask_plugins(struct request *rq, struct err *err)
{
    struct plugin_scene *s = rq->plugins;
    if (s == NULL)
        return 0;
    s->viewer = rq->viewer;
    if (s->on == NULL &&
        plugins_enter(s, rq->viewer != NULL ? rq->viewer->plugin_revision : -1, err) < 0)
        return -1;
    int rc = plugins_request_begin(s, rq->remote, err);
    return rc == 0 ? err_set(err, ERR_FORBIDDEN, "a plugin lets nobody in from %s", rq->remote)
                   : rc;
}

/* Addresses of a plugin that is not switched on here do not exist. */
static bool is_absent(const struct request *rq, const struct route_match *m)
{
    const struct route *r = m->get != NULL ? m->get : m->post;
    if (r == NULL || (r->flags & ROUTE_PLUGIN) == 0)
        return false;
    return rq->plugins == NULL || !plugins_is_on(rq->plugins, plugin_of_route(r));
}

static int choose_route(struct request *rq, bool is_known, struct err *err)
{
    const struct route_match *m = &rq->priv->match;
    is_known = is_known && !is_absent(rq, m);
    if (!is_known)
        return err_set(err, ERR_NOT_FOUND, "no such address");
    rq->route = str_is(rq->method, "POST") ? m->post : m->get;
    if (rq->route == NULL) {
        response_header(rq, "Allow", m->get == NULL ? "POST" : "GET, HEAD");
        return err_set(err, ERR_METHOD, "no %s here", rq->method);
    }
    rq->log.route = rq->route->path;
    if (rq->app->slot != NULL)
        (void)snprintf(rq->app->slot->what, sizeof(rq->app->slot->what), "%s %.58s", rq->method,
                       rq->route->path);
    return 0;
}

static int check_capability(const struct request *rq, struct err *err)
{
    int needs = rq->route->needs;
    if (needs == CAP_PUBLIC)
        return 0;
    if (rq->viewer == NULL)
        return err_set(err, ERR_LOGIN, "nobody is logged in");
    if (needs != CAP_LOGIN && !viewer_may(rq->viewer, needs))
        return err_set(err, ERR_FORBIDDEN, "role %s may not", role_name(rq->viewer->role));
    return 0;
}

/* What the browser says about where a POST comes from; old ones say nothing, and have their token.
 */
static int check_origin(const struct request *rq, struct err *err)
{
    const char *site = request_header(rq, "HTTP_SEC_FETCH_SITE");
    const char *origin = request_header(rq, "HTTP_ORIGIN");
    if (!str_is_empty(site) && !str_is(site, "same-origin") && !str_is(site, "none"))
        return err_set(err, ERR_FORBIDDEN, "POST from another site");
    if (str_is_empty(origin))
        return 0;
    const char *host = strstr(origin, "://");
    if (host == NULL || !str_is_nocase(host + 3, str_or(request_header(rq, "HTTP_HOST"), "")))
        return err_set(err, ERR_FORBIDDEN, "POST from origin %.80s", origin);
    return 0;
}

static int check_post(struct request *rq, struct err *err)
{
    if (check_origin(rq, err) < 0 || request_read_body(rq, err) < 0)
        return -1;
    if (rq->tenant != NULL && token_check(rq, err) < 0)
        return -1;
    return form_read(rq, &rq->priv->body_pairs, err);
}

/* Up from where the form was: the nearest page. */
static const char *path_above(const struct request *rq)
{
    struct route_match m;
    char *path = arena_strdup(rq->arena, rq->path);
    for (char *slash = strrchr(path, '/'); slash > path; slash = strrchr(path, '/')) {
        *slash = '\0';
        if (router_match(rq->app->router, path, &m) && m.get != NULL)
            return path;
    }
    return rq->priv->match.get != NULL ? rq->path : "/";
}

/* The same form once more (a double click, nginx's second try after a worker died): it is done. */
static int answer_again(struct request *rq, struct err *err)
{
    log_info(&rq->log, "post.again");
    response_undo(rq->response);
    return response_redirect(rq, path_above(rq), _("This has been saved already."), err);
}

/* A change outside of a transaction can be made twice by a second try. */
static int check_was_once(struct request *rq, struct err *err)
{
    bool is_change = rq->response->status == 303 && rq->db != NULL && rq->db->once != NULL;
    if (!is_change || rq->db->once_is_used)
        return 0;
    log_error(&rq->log, "post.without_transaction");
    if (!rq->app->conf->development)
        return 0;
    response_undo(rq->response);
    return err_set(err, ERR_INTERNAL, "POST handler without a transaction");
}

static int run_handler(struct request *rq, struct err *err)
{
    if (rq->route->handler(rq, err) < 0)
        return db_is_once_error(err) ? answer_again(rq, err) : -1;
    if (!response_is_ready(rq))
        return err_set(err, ERR_INTERNAL, "handler made no answer");
    if (rq->db != NULL && rq->priv->engine.notices.has_noted)
        cache_push(rq->app->cache, "deskd:jobs", "notice");
    return check_was_once(rq, err);
}

int router_run(const struct router *r, struct request *rq, struct err *err)
{
    bool is_known = router_match(r, rq->path, &rq->priv->match);
    if (!is_known || !is_hostless(&rq->priv->match)) {
        if (find_tenant(rq, err) < 0)
            return -1;
        if (rq->tenant->status != TENANT_ACTIVE)
            return show_suspended(rq, err);
        if (find_viewer(rq, err) < 0 || safe_mode_check(rq, err) < 0 || ask_plugins(rq, err) < 0)
            return -1;
    }
    if (choose_route(rq, is_known, err) < 0 || check_capability(rq, err) < 0)
        return -1;
    int rc = str_is(rq->method, "POST") ? check_post(rq, err)
                                        : form_read(rq, &rq->priv->query_pairs, err);
    return rc < 0 ? -1 : run_handler(rq, err);
}
