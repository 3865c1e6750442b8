#include "fcgi/pages/uploads.h"

#include "base/arena.h"
#include "base/str.h"
#include "fcgi/request.h"

struct attachment_new *uploads_as_attachments(struct request *rq, const char *field, size_t *n)
{
    size_t all;
    const struct upload *files = form_uploads(rq, field, &all);
    struct attachment_new *out = arena_array(rq->arena, all, sizeof(*out));
    *n = 0;
    for (size_t i = 0; i < all; i++) {
        if (files[i].size == 0)
            continue;
        out[(*n)++] = (struct attachment_new) { .name = files[i].name,
                                                .type = str_or(files[i].type,
                                                               "application/octet-stream"),
                                                .data = files[i].data,
                                                .size = files[i].size };
    }
    return out;
}
