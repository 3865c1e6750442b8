#include "user/rights.h"

#include "base/arena.h"
#include "base/err.h"
#include "user/viewer.h"

#define SPARE 64 /* grants that a shaper may add */

static rights_shape_fn *shape;

void rights_shaper(rights_shape_fn *fn)
{
    shape = fn;
}

const struct grant *rights_in(const struct rights *r, int64_t department_id)
{
    size_t low = 1, high = r->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (r->grants[middle].department_id == department_id)
            return &r->grants[middle];
        if (r->grants[middle].department_id < department_id)
            low = middle + 1;
        else
            high = middle;
    }
    return &r->grants[0];
}

static bool is_within(const struct grant *some, const struct grant *others)
{
    struct capabilities may = some->may;
    for (int i = 0; i < CAP_COUNT && some->scope == SCOPE_NONE; i++)
        if (capability_entry(i)->is_of_department)
            capabilities_remove(&may, i);
    return some->scope <= others->scope && capabilities_within(&may, &others->may);
}

/* What belongs to no department counts in the first grant only. */
static bool is_within_department(struct grant some, const struct grant *others)
{
    for (int i = 0; i < CAP_MAX; i++) {
        const struct capability_entry *e = capability_entry(i);
        if (e == NULL || !e->is_of_department)
            capabilities_remove(&some.may, i);
    }
    return is_within(&some, others);
}

bool rights_within_in(const struct rights *some, const struct rights *others, int64_t department_id)
{
    return is_within_department(*rights_in(some, department_id), rights_in(others, department_id));
}

/* Each department that either of them names, and all others. */
bool rights_within(const struct rights *some, const struct rights *others)
{
    if (!is_within(&some->grants[0], &others->grants[0]))
        return false;
    for (size_t i = 1; i < some->n; i++)
        if (!rights_within_in(some, others, some->grants[i].department_id))
            return false;
    for (size_t i = 1; i < others->n; i++)
        if (!rights_within_in(some, others, others->grants[i].department_id))
            return false;
    return true;
}

/* As the built-in roles have it. */
static void begin(struct arena *a, const struct viewer *v, struct rights *r)
{
    bool is_bound = !role_is_unrestricted(v->role);
    size_t n = 1 + (is_bound ? v->departments_n : 0);
    r->cap = n + (shape != NULL ? SPARE : 0);
    r->grants = arena_array(a, r->cap, sizeof(*r->grants));
    r->n = n;
    struct capabilities may = role_capabilities(v->role);
    r->grants[0] = (struct grant) { 0, is_bound ? SCOPE_NONE : SCOPE_ALL, may };
    for (size_t i = 1; i < n; i++)
        r->grants[i] = (struct grant) { v->departments[i - 1], SCOPE_ALL, may };
}

static bool is_sane(const struct rights *r)
{
    if (r->n == 0 || r->n > r->cap || r->grants[0].department_id != 0)
        return false;
    for (size_t i = 1; i < r->n; i++)
        if (r->grants[i].department_id <= r->grants[i - 1].department_id)
            return false;
    return true;
}

static void bound(struct grant *g)
{
    capabilities_add(&g->may, CAP_PUBLIC);
    capabilities_add(&g->may, CAP_LOGIN);
    capabilities_remove(&g->may, CAP_OWNER);
    bool is_scope = g->scope == SCOPE_ASSIGNED || g->scope == SCOPE_ALL;
    if (!is_scope || !capabilities_have(&g->may, CAP_TICKET_READ))
        g->scope = SCOPE_NONE;
}

int rights_settle(struct db *db, struct arena *a, struct viewer *v, struct err *err)
{
    struct rights r;
    begin(a, v, &r);
    v->rights = r;
    if (v->role == ROLE_OWNER)
        return 0;
    if (shape != NULL && shape(db, a, v, &r, err) < 0)
        return err_wrap(err, "shape the rights of a person");
    if (!is_sane(&r))
        return err_set(err, ERR_INTERNAL, "rights that are none");
    for (size_t i = 0; i < r.n; i++)
        bound(&r.grants[i]);
    v->rights = r;
    return 0;
}
