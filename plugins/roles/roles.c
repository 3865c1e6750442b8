#include "roles.h"

#include <string.h>

int permissions_have(const struct permissions *p, int number)
{
    return number >= 0 && number < 64 * DESKD_PERMISSION_WORDS &&
           (p->bits[number / 64] >> (number % 64) & 1) != 0;
}

void permissions_add(struct permissions *p, int number)
{
    if (number >= 0 && number < 64 * DESKD_PERMISSION_WORDS)
        p->bits[number / 64] |= UINT64_C(1) << (number % 64);
}

void permissions_remove(struct permissions *p, int number)
{
    if (permissions_have(p, number))
        p->bits[number / 64] &= ~(UINT64_C(1) << (number % 64));
}

static int words_within(const uint64_t *some, const uint64_t *others, const uint64_t *of)
{
    for (int i = 0; i < DESKD_PERMISSION_WORDS; i++)
        if ((some[i] & of[i] & ~others[i]) != 0)
            return 0;
    return 1;
}

int permissions_within(const struct permissions *some, const struct permissions *others)
{
    return words_within(some->bits, others->bits, some->bits);
}

const struct role *roles_find(const struct roles *all, int64_t id)
{
    for (size_t i = 0; id != BUILT_IN && i < all->roles_n; i++)
        if (all->roles[i].id == id)
            return &all->roles[i];
    return NULL;
}

/* Of rows that begin with a user's id, in its order: the place of the first that is not below it.
 */
static size_t place_of(const void *rows, size_t n, size_t stride, int64_t user_id)
{
    size_t low = 0, high = n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int64_t id;
        memcpy(&id, (const char *)rows + middle * stride, sizeof(id));
        if (id < user_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const struct role_person *roles_person(const struct roles *all, int64_t user_id)
{
    size_t low = place_of(all->people, all->people_n, sizeof(*all->people), user_id);
    return low < all->people_n && all->people[low].user_id == user_id ? &all->people[low] : NULL;
}

const struct role_place *roles_places(const struct roles *all, int64_t user_id, size_t *n)
{
    size_t low = place_of(all->places, all->places_n, sizeof(*all->places), user_id);
    *n = 0;
    while (low + *n < all->places_n && all->places[low + *n].user_id == user_id)
        (*n)++;
    return all->places + low;
}

const struct role *roles_in(const struct roles *all, int64_t user_id, int64_t department_id)
{
    size_t n;
    const struct role_place *places = roles_places(all, user_id, &n);
    for (size_t i = 0; i < n; i++) {
        const struct role *role = roles_find(all, places[i].role_id);
        if (places[i].department_id == department_id && role != NULL)
            return role;
    }
    const struct role_person *person = roles_person(all, user_id);
    return person == NULL ? NULL : roles_find(all, person->role_id);
}

struct permissions role_may(const struct roles *all, const struct role *role)
{
    struct permissions may = role->may;
    for (int i = 0; role->is_read_only && i < DESKD_PERMISSION_WORDS; i++)
        may.bits[i] &= ~all->tickets.bits[i] | all->look.bits[i];
    return may;
}

static void set(struct deskd_grant *g, int scope, const struct permissions *may)
{
    g->scope = scope;
    memcpy(g->may, may->bits, sizeof(g->may));
}

/* Departments that are named are one's own. */
static void apply_role(const struct roles *all, const struct role *role, struct deskd_rights *r)
{
    const struct permissions may = role_may(all, role);
    for (size_t i = 0; i < r->n; i++) {
        int scope = role->reach == REACH_ASSIGNED ? DESKD_SCOPE_ASSIGNED
                    : role->reach == REACH_ALL    ? DESKD_SCOPE_ALL
                    : i == 0                      ? DESKD_SCOPE_NONE
                                                  : DESKD_SCOPE_ALL;
        set(&r->grants[i], scope, &may);
    }
}

/* The grant for this department, made where it is missing. NULL: no room. */
static struct deskd_grant *grant_for(struct deskd_rights *r, int64_t department_id)
{
    size_t at = 1;
    while (at < r->n && r->grants[at].department_id < department_id)
        at++;
    if (at < r->n && r->grants[at].department_id == department_id)
        return &r->grants[at];
    if (r->n == r->cap)
        return NULL;
    memmove(r->grants + at + 1, r->grants + at, (r->n - at) * sizeof(*r->grants));
    r->n++;
    r->grants[at].department_id = department_id;
    return &r->grants[at];
}

static int apply_place(const struct roles *all, const struct role_place *place,
                       struct deskd_rights *r)
{
    const struct role *role = roles_find(all, place->role_id);
    if (role == NULL)
        return DESKD_OK;
    const struct permissions may = role_may(all, role);
    struct deskd_grant *g = grant_for(r, place->department_id);
    if (g == NULL)
        return DESKD_FAILED;
    set(g, role->reach == REACH_ASSIGNED ? DESKD_SCOPE_ASSIGNED : DESKD_SCOPE_ALL, &may);
    return DESKD_OK;
}

int roles_apply(const struct roles *all, struct deskd_rights *rights)
{
    if (rights->role != DESKD_ROLE_AGENT)
        return DESKD_OK;
    const struct role_person *person = roles_person(all, rights->user_id);
    const struct role *role = person == NULL ? NULL : roles_find(all, person->role_id);
    size_t n;
    const struct role_place *places = roles_places(all, rights->user_id, &n);
    if (role != NULL)
        apply_role(all, role, rights);
    for (size_t i = 0; i < n; i++)
        if (apply_place(all, &places[i], rights) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

int roles_imagine(const struct roles *all, int64_t user_id, const int64_t *departments, size_t n,
                  struct deskd_grant *room, size_t cap, struct deskd_rights *out)
{
    *out = (struct deskd_rights) { .size = sizeof(*out),
                                   .user_id = user_id,
                                   .role = DESKD_ROLE_AGENT,
                                   .grants = room,
                                   .n = n + 1,
                                   .cap = cap };
    if (n + 1 > cap)
        return DESKD_FAILED;
    room[0] = (struct deskd_grant) { .department_id = 0 };
    set(&room[0], DESKD_SCOPE_NONE, &all->agent);
    for (size_t i = 0; i < n; i++) {
        room[i + 1] = (struct deskd_grant) { .department_id = departments[i] };
        set(&room[i + 1], DESKD_SCOPE_ALL, &all->agent);
    }
    return roles_apply(all, out);
}

const struct deskd_grant *roles_grant_in(const struct deskd_rights *r, int64_t department_id)
{
    for (size_t i = 1; i < r->n; i++)
        if (r->grants[i].department_id == department_id)
            return &r->grants[i];
    return &r->grants[0];
}

/* In one department only what is of tickets counts, and only where some are seen. */
static int is_within(const struct roles *all, const struct deskd_grant *some,
                     const struct deskd_grant *others)
{
    return some->scope <= others->scope &&
           (some->scope == DESKD_SCOPE_NONE ||
            words_within(some->may, others->may, all->tickets.bits));
}

int roles_within(const struct roles *all, const struct deskd_rights *some,
                 const struct deskd_rights *others)
{
    struct permissions rest;
    for (int i = 0; i < DESKD_PERMISSION_WORDS; i++)
        rest.bits[i] = ~all->tickets.bits[i];
    if (!words_within(some->grants[0].may, others->grants[0].may, rest.bits))
        return 0;
    for (size_t i = 0; i < some->n; i++)
        if (!is_within(all, &some->grants[i],
                       roles_grant_in(others, some->grants[i].department_id)))
            return 0;
    for (size_t i = 0; i < others->n; i++)
        if (!is_within(all, roles_grant_in(some, others->grants[i].department_id),
                       &others->grants[i]))
            return 0;
    return 1;
}

int role_within(const struct roles *all, const struct role *role, const struct deskd_rights *r)
{
    const struct permissions may = role_may(all, role);
    struct deskd_grant g = { .department_id = 0 };
    if (!words_within(may.bits, r->grants[0].may, may.bits))
        return 0;
    set(&g, role->reach == REACH_ASSIGNED ? DESKD_SCOPE_ASSIGNED : DESKD_SCOPE_ALL, &may);
    for (size_t i = 0; role->reach != REACH_OWN && i < r->n; i++)
        if (!is_within(all, &g, &r->grants[i]))
            return 0;
    return 1;
}

int64_t permission_key(const char *name)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (; *name != '\0'; name++)
        hash = (hash ^ (unsigned char)*name) * UINT64_C(0x100000001B3);
    return (int64_t)(hash >> 2) | 1;
}
