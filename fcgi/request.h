#ifndef DESKD_FCGI_REQUEST_H /* fcgi/request.h - one HTTP request as handlers see it */
#define DESKD_FCGI_REQUEST_H
#include "base/log.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>
struct app;
struct arena;
struct db;
struct db_later;
struct desk;
struct err;
struct plugin_scene;
struct response;
struct route;
struct tenant;
struct ticket_watch;
struct viewer;

/* A file that came with a multipart form; its bytes lie in a private temporary file or in memory.
 */
struct upload {
    const char *name; /* base name, valid UTF-8, never empty */
    const char *type; /* as declared; for show only */
    const char *data;
    size_t size;
};

/* Everything here lives in arena and ends with the request. */
struct request {
    struct app *app; /* what the worker holds: configuration, templates, Redis */
    struct arena *arena;
    struct log log;
    const char *id;     /* request id, also sent as X-Request-Id */
    const char *method; /* GET (HEAD is served as GET), POST */
    const char *path;   /* decoded, no query; starts with / */
    const char *host;   /* lowered, without port */
    const char *remote; /* client address that nginx saw (REMOTE_ADDR) */
    const char *user_agent;
    const char *locale; /* viewer's, else tenant's, else Accept-Language; one of the program's */
    const struct tenant *tenant; /* NULL only on host-less routes (/healthz) */
    struct db *db;               /* bound to tenant */
    const struct viewer *viewer; /* NULL: nobody is logged in */
    const struct route *route;
    struct response *response;
    const struct desk *desk;        /* once pages have read it; else NULL */
    struct db_later *desk_asked;    /* where the gate has asked for it already */
    struct ticket_watch *watch;     /* of db, for acts */
    struct plugin_scene *plugins;   /* NULL: none are installed */
    const struct rule_guest *guest; /* what they bring to rules; NULL likewise */
    struct request_private *priv;
};

/* Values of {name} in the route's path: text never NULL for declared names; number 0 where not a
 * number. */
const char *path_text(const struct request *rq, const char *name);
int64_t path_i64(const struct request *rq, const char *name);

/* Declared form or query fields that arrived valid; others do not exist: NULL, the fallback, false,
 * 0. */
const char *form_text(const struct request *rq, const char *name);
int64_t form_i64(const struct request *rq, const char *name, int64_t fallback);
bool form_bool(const struct request *rq, const char *name);
/* The values of a repeated number field (tick boxes); *n of them. */
const int64_t *form_i64s(const struct request *rq, const char *name, size_t *n);
const struct upload *form_uploads(const struct request *rq, const char *name, size_t *n);
/* Fields whose value was refused (too long, no number, missing): shown beside them. NULL: it was
 * fine. */
const char *form_error(const struct request *rq, const char *name);
/* What was typed into a text field, fit or not, to show it again beside its error; never NULL, and
 * "" for passwords. */
const char *form_typed(const struct request *rq, const char *name);
bool form_has_errors(const struct request *rq);
/* A handler's own finding about a field ("is taken already"); text is in the reader's language. */
void form_set_error(struct request *rq, const char *name, const char *text);

/* Names of cookies may be given without their "__Host-". A cookie that came twice does not exist.
 */
const char *request_cookie(const struct request *rq, const char *name);
const char *request_header(const struct request *rq, const char *cgi_name); /* "HTTP_ACCEPT" */

/* The session's cookie: pages/login sets it with session_start's token and deletes it. */
#define SESSION_COOKIE "__Host-deskd"
/* The session token that the browser sent (for session_end); NULL: none. */
const char *request_session_token(const struct request *rq);
/* next where that is a path of this host ("/tickets?q=1"), else fallback: for ?next= and the like.
 */
const char *request_local_path(const struct request *rq, const char *next, const char *fallback);

/* The one-time token that a form on this page carries (hidden field "token"); see router.h. A new
 * one each call: every form of a page has its own. Without a session it is bound to the browser by
 * a cookie. */
const char *request_form_token(const struct request *rq);
#endif
