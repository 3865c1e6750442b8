#include "fcgi/pairs.h"

#include "base/arena.h"
#include "base/err.h"

#include <string.h>

int pairs_add(struct pairs *p, struct arena *a, struct pair pair, struct err *err)
{
    if (p->n == PAIRS_MAX)
        return err_set(err, ERR_INVALID, "more than %d fields", PAIRS_MAX);
    if (p->n == p->cap) {
        struct pair *old = p->items;
        p->cap = p->cap == 0 ? 16 : p->cap * 2;
        p->items = arena_array(a, p->cap, sizeof(*old));
        if (p->n > 0)
            memcpy(p->items, old, p->n * sizeof(*old));
    }
    p->items[p->n++] = pair;
    return 0;
}
