/* fcgi/body.c - the body of a POST: all of it, within its limits, of a kind that forms have */
#include "fcgi/request_private.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <string.h>

/* Exactly as many bytes as were announced; one more would belong to nobody. */
static int read_all(struct request *rq, char **body, size_t *n, struct err *err)
{
    const struct exchange *x = rq->priv->x;
    size_t want = (size_t)rq->priv->content_length;
    char extra;
    *body = arena_alloc(rq->arena, want + 1);
    *n = 0;
    while (*n < want) {
        long got = x->read(x->data, *body + *n, want - *n);
        if (got <= 0)
            return err_set(err, ERR_TIMEOUT, "body ended after %zu of %zu bytes", *n, want);
        *n += (size_t)got;
    }
    (*body)[want] = '\0';
    if (x->read(x->data, &extra, 1) > 0)
        return err_set(err, ERR_INVALID, "body longer than its Content-Length");
    return 0;
}

static bool is_type(const char *header, const char *type)
{
    size_t n = strlen(type);
    return str_starts_nocase(header, type) &&
           (header[n] == '\0' || header[n] == ';' || header[n] == ' ');
}

int request_read_body(struct request *rq, struct err *err)
{
    char *body;
    size_t n;
    const char *type = params_text(&rq->priv->params, "CONTENT_TYPE");
    bool is_multipart = is_type(type, "multipart/form-data");
    if (rq->priv->content_length == 0 && *type == '\0')
        return 0;
    if (!is_multipart && !is_type(type, "application/x-www-form-urlencoded"))
        return err_set(err, ERR_INVALID, "body of type %.60s", type);
    if (read_all(rq, &body, &n, err) < 0)
        return -1;
    return is_multipart ? multipart_read(rq->arena, type, body, n, &rq->priv->body_pairs, err)
                        : urlencoded_read(rq->arena, body, n, &rq->priv->body_pairs, err);
}
