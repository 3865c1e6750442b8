#ifndef DESKD_FCGI_RESPONSE_PRIVATE_H /* fcgi/response_private.h - an answer being made */
#define DESKD_FCGI_RESPONSE_PRIVATE_H
#include "base/buf.h"
#include "fcgi/response.h"

#include <stdbool.h>
#include <stdint.h>
struct arena;
struct exchange;

enum response_kind { RESPONSE_PAGE, RESPONSE_FRAME, RESPONSE_FILE, RESPONSE_ASSET };

struct response {
    int status; /* 0: not ready */
    enum response_kind kind;
    bool allows_remote_images; /* frames */
    const char *type;
    struct buf headers; /* whole lines */
    struct buf cookies; /* the same */
    const char *body;
    size_t body_n;
    bool is_sent;
};

struct response *response_new(struct arena *a);
/* Forgets an answer that was made, but not its cookies. */
void response_undo(struct response *r);
/* Writes it: headers that all answers carry, its own, the body where the method wants one. */
void response_send(struct request *rq);
/* For a request that has no memory left to answer with. */
void response_send_bare(const struct exchange *x, const char *request_id);
size_t response_bytes(const struct response *r);

/* As response_cookie; a request that is only looked at may get a cookie too. */
void cookie_set(const struct request *rq, const char *name, const char *value, int max_age);
/* name with its "__Host-". */
const char *cookie_full_name(struct arena *a, const char *name);
#endif
