#ifndef DESKD_TESTS_LOOPBACK_H /* tests/unit/fcgi/loopback.h - requests without a socket */
#define DESKD_TESTS_LOOPBACK_H
#include "fcgi/router.h"

#include <stddef.h>

/* A worker's whole way of a request, with routes of the test, a help desk at "acme.example" that is
 * known without a database, and templates that show their values. Nothing else is there: no
 * database, no Redis. */
struct loopback;
struct loopback *loopback_new(const struct route *routes);
void loopback_free(struct loopback *l);

struct ask {
    const char *method; /* "GET" */
    const char *uri;
    const char *headers[16]; /* "HTTP_COOKIE=..."; over the defaults */
    const char *body;
    size_t body_n;      /* 0: strlen(body) */
    size_t arrives;     /* of the body; 0: all */
    const char *length; /* CONTENT_LENGTH, where it lies */
};
struct reply {
    int status;
    const char *text; /* all of it */
    const char *head;
    const char *body;
};
/* The reply lives in test_arena. */
struct reply loopback_ask(struct loopback *l, const struct ask *ask);
struct reply loopback_get(struct loopback *l, const char *uri);
/* A form, with a token of this browser and its cookie put in front. */
struct reply loopback_post(struct loopback *l, const char *uri, const char *form);
/* The value of the first header of this name; NULL: none. */
const char *reply_header(const struct reply *r, const char *name);
/* The pre-session cookie and a token of its own, as loopback_post uses. */
const char *loopback_token(struct loopback *l, const char **cookie);
#endif
