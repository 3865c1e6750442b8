#include "ticket/reach.h"

#include "base/arena.h"
#include "base/buf.h"
#include "db/db.h"
#include "user/viewer.h"

#include <inttypes.h>

static enum scope scope_of(const struct grant *g, int capability)
{
    return capabilities_have(&g->may, capability) ? (enum scope)g->scope : SCOPE_NONE;
}

/* Where the departments that are not named have the scope, those that have not are written down. */
static struct reach_set set_of(struct arena *a, const struct rights *r, int capability,
                               enum scope scope)
{
    struct buf b = buf_make(a, 24 * r->n);
    struct reach_set set = { .is_but = scope_of(&r->grants[0], capability) == scope };
    for (size_t i = 1; i < r->n; i++) {
        bool has = scope_of(&r->grants[i], capability) == scope;
        if (has != set.is_but)
            buf_printf(&b, "%s%" PRId64, b.len > 0 ? "," : "", r->grants[i].department_id);
    }
    set.ids = buf_str(&b);
    return set;
}

static void name_all(struct arena *a, const struct rights *r, int capability, struct reach *out)
{
    int64_t *all = arena_array(a, r->n, sizeof(*all));
    bool has_exception = false;
    for (size_t i = 1; i < r->n; i++) {
        enum scope scope = scope_of(&r->grants[i], capability);
        if (scope == SCOPE_ALL)
            all[out->all_n++] = r->grants[i].department_id;
        else
            has_exception = true;
        out->has_own = out->has_own || scope == SCOPE_ASSIGNED;
    }
    out->all = all;
    out->is_everything = out->all_others && !has_exception;
}

struct reach reach_of(struct arena *a, const struct viewer *v, int capability)
{
    struct reach out = { .seen = { "", false }, .own = { "", false } };
    if (v == NULL || v->rights.n == 0)
        return out;
    enum scope others = scope_of(&v->rights.grants[0], capability);
    out.all_others = others == SCOPE_ALL;
    out.has_own = others == SCOPE_ASSIGNED;
    name_all(a, &v->rights, capability, &out);
    out.seen = set_of(a, &v->rights, capability, SCOPE_ALL);
    out.own = set_of(a, &v->rights, capability, SCOPE_ASSIGNED);
    return out;
}

void reach_args(struct db_arg *args, const struct reach *r, const struct viewer *v)
{
    args[0] = DB_STR(r->seen.ids);
    args[1] = DB_I64(r->seen.is_but);
    args[2] = DB_I64(v != NULL ? v->user_id : 0);
    args[3] = DB_STR(r->own.ids);
    args[4] = DB_I64(r->own.is_but);
}
