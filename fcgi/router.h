#ifndef DESKD_FCGI_ROUTER_H /* fcgi/router.h - the table of addresses and what must hold first */
#define DESKD_FCGI_ROUTER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct err;
struct request;

enum method { GET, POST };

enum field_type {
    FIELD_TYPE_TEXT,
    FIELD_TYPE_I64,
    FIELD_TYPE_BOOL,
    FIELD_TYPE_EMAIL,
    FIELD_TYPE_PASSWORD,
    FIELD_TYPE_CHOICE,
    FIELD_TYPE_I64_LIST,
    FIELD_TYPE_FILES
};

enum field_need { OPTIONAL, REQUIRED };

/* A declared form or query field. What is not declared is not there for the handler (an undeclared
 * name in a POST is ignored and counted in the log); a repeated single field, a NUL, invalid UTF-8
 * is 400. */
struct field {
    const char *name;
    enum field_type type;
    enum field_need need;
    int64_t min, max;           /* text: bytes; number: value; list and files: how many */
    const char *const *choices; /* FIELD_TYPE_CHOICE, ends with NULL */
};
/* clang-format off */
#define FIELD_TEXT(n, need, max_bytes) { (n), FIELD_TYPE_TEXT, (need), 0, (max_bytes), NULL }
/* Neither changed nor logged. */
#define FIELD_PASSWORD(n) { (n), FIELD_TYPE_PASSWORD, REQUIRED, 1, 1024, NULL }
#define FIELD_EMAIL(n, need) { (n), FIELD_TYPE_EMAIL, (need), 3, 254, NULL }
#define FIELD_I64(n, need, lo, hi) { (n), FIELD_TYPE_I64, (need), (lo), (hi), NULL }
#define FIELD_BOOL(n) { (n), FIELD_TYPE_BOOL, OPTIONAL, 0, 1, NULL }
#define FIELD_CHOICE(n, need, list) { (n), FIELD_TYPE_CHOICE, (need), 0, 0, (list) }
#define FIELD_I64_LIST(n, max_items) { (n), FIELD_TYPE_I64_LIST, OPTIONAL, 1, (max_items), NULL }
#define FIELD_FILES(n, max_files) { (n), FIELD_TYPE_FILES, OPTIONAL, 0, (max_files), NULL }
#define FIELD_END { NULL, FIELD_TYPE_TEXT, OPTIONAL, 0, 0, NULL }
#define ROUTE_END { GET, NULL, 0, NULL, NULL, 0 }
/* clang-format on */

enum route_flag {
    ROUTE_SAFE = 16,      /* runs without plugins: see fcgi/safe.h */
    ROUTE_HOSTLESS = 1,   /* no tenant needed: health, development pages */
    ROUTE_PLUGIN = 8,     /* of a plugin: see fcgi/plugin_pages.h */
    ROUTE_DESK = 4,       /* its page shows the desk: that is asked for along with the session */
    ROUTE_FORM_ERRORS = 2 /* the handler shows invalid fields itself (form_error); otherwise 400 */
};

/* needs: a capability of user/capability.h; CAP_PUBLIC: nobody need be logged in. A POST without a
 * valid token for this session (or, where nobody is logged in, for this browser) is 403 and changes
 * nothing; a token whose change has been made already is answered by 303 to the path one segment
 * up. The handler of a POST makes its change in one db_transact on rq->db (the first one consumes
 * the token) and ends with response_redirect; a redirect without any transaction is reported as a
 * mistake. */
struct route {
    enum method method;
    const char *path; /* "/tickets/{number}/assign" */
    int needs;
    const struct field *form; /* query fields for GET, body fields for POST; NULL: none */
    int (*handler)(struct request *rq, struct err *err);
    unsigned flags;
};

/* All tables of all pages, ends with NULL: defined in fcgi/pages/pages.c. */
extern const struct route *const all_routes[];

/* The tables, compiled for matching. Two routes for the same method and addresses are an error. */
struct router;
int router_new(struct router **out, const struct route *const *tables, struct err *err);
void router_free(struct router **router);

/* A name in a route's path and what stands there in the address. */
#define ROUTE_DEPTH 16
struct route_match {
    const struct route *get, *post;  /* what answers this address */
    const char *values[ROUTE_DEPTH]; /* of the {names}, from the left; inside the address */
    size_t lengths[ROUTE_DEPTH];
    size_t n;
};
/* True where any route has this address. A written segment goes before a {name}. */
bool router_match(const struct router *r, const char *path, struct route_match *out);

/* Checks all that must hold, in this order: host and tenant, session, method and address,
 * capability, origin, form and token; then runs the handler. -1: response_fail has the answer. */
int router_run(const struct router *r, struct request *rq, struct err *err);
#endif
