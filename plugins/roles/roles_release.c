#include "roles_release.h" /* who may work less than before gives tickets back */

/* What working a ticket takes: one of these. */
static const char *const work[] = { "ticket.answer", "ticket.note", "ticket.status" };

static int works(struct deskd_call *call, const struct deskd_rights *r, int64_t department_id)
{
    const struct deskd_grant *g = roles_grant_in(r, department_id);
    struct permissions may;
    memcpy(may.bits, g->may, sizeof(may.bits));
    for (size_t i = 0; g->scope != DESKD_SCOPE_NONE && i < sizeof(work) / sizeof(work[0]); i++)
        if (permissions_have(&may, roles_host->permission(call, work[i])))
            return 1;
    return 0;
}

static int imagine(struct deskd_call *call, const struct roles *all, const struct deskd_person *p,
                   struct deskd_rights *out)
{
    size_t cap = p->departments_n + PLACES_MAX + 1;
    struct deskd_grant *room = roles_host->alloc(call, cap * sizeof(*room));
    return roles_imagine(all, p->id, p->departments, p->departments_n, room, cap, out);
}

static int take(struct deskd_call *call, const struct deskd_person *p,
                const struct deskd_held *held, struct lost *lost)
{
    lost->tickets += held->tickets;
    if (!lost->is_final)
        return DESKD_OK;
    return roles_host->tickets_release(call, p->id, held->department_id, "the role changed") < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

static int look_at(struct deskd_call *call, const struct roles *before, const struct roles *after,
                   const struct deskd_person *p, struct lost *lost)
{
    struct deskd_rights then, now;
    const struct deskd_held *held;
    size_t n;
    int64_t so_far = lost->tickets;
    if (imagine(call, before, p, &then) < 0 || imagine(call, after, p, &now) < 0)
        return roles_host->fail(call, DESKD_ERR_INTERNAL, "no room for the roles of a person");
    if (roles_host->tickets_held(call, p->id, &held, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (works(call, &then, held[i].department_id) &&
            !works(call, &now, held[i].department_id) && take(call, p, &held[i], lost) < 0)
            return DESKD_FAILED;
    lost->people += lost->tickets > so_far;
    return DESKD_OK;
}

/* Nobody else's rights change, so nobody else is looked at. */
static int is_concerned(const struct roles *all, const struct lost *lost, int64_t user_id)
{
    size_t n;
    const struct role_person *person = roles_person(all, user_id);
    const struct role_place *places = roles_places(all, user_id, &n);
    if (lost->user_id != 0)
        return lost->user_id == user_id;
    for (size_t i = 0; i < n; i++)
        if (places[i].role_id == lost->role_id)
            return 1;
    return person != NULL && person->role_id == lost->role_id;
}

int release_lost(struct deskd_call *call, const struct roles *before, const struct roles *after,
                 struct lost *lost)
{
    const struct deskd_person *people;
    size_t n;
    lost->tickets = lost->people = 0;
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (people[i].role == DESKD_ROLE_AGENT && is_concerned(before, lost, people[i].id) &&
            look_at(call, before, after, &people[i], lost) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

struct roles roles_with(struct deskd_call *call, const struct roles *all, const struct role *role)
{
    struct roles out = *all;
    out.roles = roles_host->alloc(call, all->roles_n * sizeof(*out.roles));
    for (size_t i = 0; i < all->roles_n; i++)
        out.roles[i] = all->roles[i].id == role->id ? *role : all->roles[i];
    return out;
}

struct roles roles_without(struct deskd_call *call, const struct roles *all, int64_t id,
                           int64_t heir)
{
    struct roles out = *all;
    out.people = roles_host->alloc(call, all->people_n * sizeof(*out.people));
    out.places = roles_host->alloc(call, all->places_n * sizeof(*out.places));
    for (size_t i = 0; i < all->people_n; i++) {
        out.people[i] = all->people[i];
        if (out.people[i].role_id == id)
            out.people[i].role_id = heir;
    }
    for (size_t i = 0; i < all->places_n; i++) {
        out.places[i] = all->places[i];
        if (out.places[i].role_id == id)
            out.places[i].role_id = heir;
    }
    return out;
}
