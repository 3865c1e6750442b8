#ifndef DESKD_FCGI_REQUEST_PRIVATE_H /* fcgi/request_private.h - a request, for the server itself  \
                                      */
#define DESKD_FCGI_REQUEST_PRIVATE_H
#include "automation/engine.h"
#include "db/db.h"
#include "fcgi/exchange.h"
#include "fcgi/pairs.h"
#include "fcgi/params.h"
#include "fcgi/request.h"
#include "fcgi/router.h"
#include "tenant/tenant.h"
#include "user/viewer.h"

#define ONCE_BYTES    16
#define PRE_COOKIE    "__Host-deskd_pre"
#define NOTICE_COOKIE "__Host-deskd_notice"

/* A declared field as it arrived. */
struct form_value {
    const struct field *field;
    const char *text;  /* NULL: does not exist */
    const char *typed; /* as it came */
    int64_t i64;
    const int64_t *list;
    const struct upload *uploads;
    size_t n; /* of list or uploads */
    const char *error;
};

struct request_private {
    const struct exchange *x;
    int64_t start_us;
    bool is_head;
    struct params params;
    const char *query; /* behind the "?", still encoded; "" */
    int64_t content_length;
    struct pairs cookies;
    struct pairs query_pairs, body_pairs;
    struct route_match match;
    struct form_value *values;
    size_t values_n;
    struct form_value *extra; /* errors on names that are not declared */
    size_t extra_n;
    struct tenant tenant;
    struct db db;
    struct engine engine; /* of tenant */
    struct viewer viewer;
    const char *session_token; /* of a living session; NULL: none */
    const char *pre;           /* value of the pre-session cookie; NULL: none yet */
    unsigned char once[ONCE_BYTES];
    const char *notice;
    int64_t render_us;
};

/* A request that has read nothing yet: enough to answer and to log. */
struct request *request_new(struct app *app, struct arena *a, const struct exchange *x);
/* Parameters, method, host, path, query, cookies. */
int request_read(struct request *rq, struct err *err);
/* The body of a POST into body_pairs. */
int request_read_body(struct request *rq, struct err *err);
/* Takes the declared fields out of pairs: refused values become form errors, what cannot have come
 * from our own page is ERR_INVALID. */
int form_read(struct request *rq, const struct pairs *pairs, struct err *err);

/* The first of this name; n of them. */
const struct pair *pairs_find(const struct pairs *p, const char *name, size_t *n);

/* Checks the POST's token and arms rq->db->once with it. ERR_FORBIDDEN. */
int token_check(struct request *rq, struct err *err);
/* The notice of the redirect that led here (its cookie is then deleted), and the cookie for the
 * next page. */
void notice_take(struct request *rq);
void notice_leave(struct request *rq, const char *notice);

/* "/login?next=..." for the page that was asked for. */
const char *request_login_path(const struct request *rq);
/* The language of the answer, now that host and viewer are known as far as they are. */
void request_choose_locale(struct request *rq);
#endif
