#ifndef DESKD_DELIVERY_LETTER_H /* modules/delivery/letter.h - from an outbox row to the bytes of  \
                                   a mail */
#define DESKD_DELIVERY_LETTER_H
#include "outbox/outbox.h"
#include "tenant/tenant.h"

#include <stddef.h>
struct conf;
struct template_set;

struct letter {
    const struct conf *conf;
    const struct template_set *templates;
    const struct tenant *tenant;
    struct db *db;
    struct arena *arena;
    const struct outbox_row *row;
};

/* OUTBOX_DIGEST asks for the rights of its reader: where plugins shape those, a scene is under way.
 */
/* The same row gives the same Message-ID each time. ERR_NOT_FOUND: what it speaks of is gone. */
int letter_write(const struct letter *l, char **raw, size_t *n, struct err *err);
#endif
