#ifndef DESKD_FCGI_ROUTER_H /* fcgi/router.h - the table of addresses; what must hold before a handler runs */
#define DESKD_FCGI_ROUTER_H
#include <stddef.h>
#include <stdint.h>
struct err;
struct request;

enum method { GET, POST };

enum field_type { FIELD_TYPE_TEXT, FIELD_TYPE_I64, FIELD_TYPE_BOOL, FIELD_TYPE_EMAIL,
                  FIELD_TYPE_PASSWORD, FIELD_TYPE_CHOICE, FIELD_TYPE_I64_LIST, FIELD_TYPE_FILES };

enum field_need { OPTIONAL, REQUIRED };

/* A declared form or query field. What is not declared is not there for the handler (an undeclared name in
 * a POST is ignored and counted in the log); a repeated single field, a NUL, invalid UTF-8 is 400. */
struct field {
    const char *name;
    enum field_type type;
    enum field_need need;
    int64_t min, max;           /* text: bytes; number: value; list and files: how many */
    const char *const *choices; /* FIELD_TYPE_CHOICE, ends with NULL */
};
#define FIELD_TEXT(n, need, max_bytes) { (n), FIELD_TYPE_TEXT, (need), 0, (max_bytes), NULL }
#define FIELD_PASSWORD(n) { (n), FIELD_TYPE_PASSWORD, REQUIRED, 1, 1024, NULL } /* neither trimmed nor logged */
#define FIELD_EMAIL(n, need) { (n), FIELD_TYPE_EMAIL, (need), 3, 254, NULL }
#define FIELD_I64(n, need, lo, hi) { (n), FIELD_TYPE_I64, (need), (lo), (hi), NULL }
#define FIELD_BOOL(n) { (n), FIELD_TYPE_BOOL, OPTIONAL, 0, 1, NULL }
#define FIELD_CHOICE(n, need, list) { (n), FIELD_TYPE_CHOICE, (need), 0, 0, (list) }
#define FIELD_I64_LIST(n, max_items) { (n), FIELD_TYPE_I64_LIST, OPTIONAL, 1, (max_items), NULL }
#define FIELD_FILES(n, max_files) { (n), FIELD_TYPE_FILES, OPTIONAL, 0, (max_files), NULL }
#define FIELD_END { NULL, FIELD_TYPE_TEXT, OPTIONAL, 0, 0, NULL }

enum route_flag {
    ROUTE_HOSTLESS = 1,   /* no tenant needed: health, development pages */
    ROUTE_FORM_ERRORS = 2 /* the handler shows invalid fields itself (form_error); otherwise 400 */
};

/* needs: a capability of user/capability.h; CAP_PUBLIC: nobody need be logged in. A POST without a valid
 * token for this session (or, where nobody is logged in, for this browser) is 403 and changes nothing; a
 * token whose change has been made already is answered by 303 to the path one segment up. */
struct route {
    enum method method;
    const char *path; /* "/tickets/{number}/assign" */
    int needs;
    const struct field *form; /* query fields for GET, body fields for POST; NULL: none */
    int (*handler)(struct request *rq, struct err *err);
    unsigned flags;
};
#define ROUTE_END { GET, NULL, 0, NULL, NULL, 0 }

/* All tables of all pages, ends with NULL: defined in fcgi/pages/pages.c. */
extern const struct route *const all_routes[];
#endif
