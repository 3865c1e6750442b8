#include "roles_store.h" /* who may change what, and the changes */

#include "roles_release.h"
#include "roles_sql.h"

static int64_t number(const struct deskd_rows *rows, size_t row, size_t column)
{
    return rows->rows[row].values[column].i64;
}

/* --- who may --- */

static int forbid(struct deskd_call *call)
{
    return roles_host->fail(call, DESKD_ERR_FORBIDDEN, "nobody gives what they do not have");
}

static int rights_of_viewer(struct deskd_call *call, struct deskd_rights *out)
{
    struct deskd_person me = { .size = sizeof(me) };
    *out = (struct deskd_rights) { .size = sizeof(*out) };
    int rc = roles_host->viewer(call, &me);
    if (rc == DESKD_YES)
        rc = roles_host->rights_of(call, me.id, out);
    return rc;
}

int store_may_touch_role(struct deskd_call *call, const struct role *role)
{
    struct deskd_rights mine;
    int rc = rights_of_viewer(call, &mine);
    return rc == DESKD_YES ? role_within(roles_of(call), role, &mine) : rc;
}

/* Agents only: what admins and owners have is not ours. */
static int may_touch(struct deskd_call *call, const struct roles *all,
                     const struct deskd_person *person, const struct deskd_rights *mine)
{
    size_t cap = person->departments_n + PLACES_MAX + 1;
    struct deskd_grant *room = roles_host->alloc(call, cap * sizeof(*room));
    struct deskd_rights r;
    if (person->role != DESKD_ROLE_AGENT)
        return 0;
    return roles_imagine(all, person->id, person->departments, person->departments_n, room, cap,
                         &r) == DESKD_OK &&
           roles_within(all, &r, mine);
}

int store_may_touch_person(struct deskd_call *call, const struct deskd_person *person)
{
    struct deskd_rights mine;
    int rc = rights_of_viewer(call, &mine);
    return rc == DESKD_YES ? may_touch(call, roles_of(call), person, &mine) : rc;
}

static int check_role(struct deskd_call *call, const struct role *role)
{
    int rc = store_may_touch_role(call, role);
    return rc == DESKD_YES ? DESKD_OK : rc < 0 ? DESKD_FAILED : forbid(call);
}

/* --- changes --- */

/* What the page says beside the form, in place of an error page. */
static int refuse(struct deskd_call *call, struct problem *p, int status, const char *text)
{
    p->status = status;
    p->text = roles_host->word(call, text);
    return roles_host->fail(call, DESKD_ERR_REFUSED, "%s", text);
}

struct change {
    struct role *role;
    struct problem *problem;
};

static int done(struct deskd_call *call, const char *action, int64_t id, const char *detail)
{
    return roles_host->audit(call, action, id, detail) < 0 ? DESKD_FAILED
                                                           : roles_host->tenant_changed(call);
}

/* R10: counted first, given back when somebody has seen how many. */
static int give_back(struct deskd_call *call, const struct roles *after, struct lost lost,
                     struct problem *p)
{
    const struct roles *all = roles_of(call);
    if (release_lost(call, all, after, &lost) < 0)
        return DESKD_FAILED;
    p->lost = p->owners = 0;
    if (lost.tickets > p->confirmed) {
        p->lost = lost.tickets;
        p->owners = lost.people;
        return refuse(call, p, 422,
                      "After this, somebody may no longer work tickets that they are responsible "
                      "for. See below, and save once more.");
    }
    lost.is_final = 1;
    return lost.tickets == 0 ? DESKD_OK : release_lost(call, all, after, &lost);
}

/* Only differences are written: names of plugins that are away stay as they are. */
static int write_permissions(struct deskd_call *call, const struct role *role,
                             const struct permissions *before)
{
    const struct roles *all = roles_of(call);
    const char *label, *group;
    for (int i = 0; i < 64 * DESKD_PERMISSION_WORDS; i++) {
        int has = permissions_have(&role->may, i);
        if (has == permissions_have(before, i) || !permissions_have(&all->known, i))
            continue;
        const char *name = roles_host->permission_name(call, i, &label, &group);
        if (roles_host->exec(call, has ? &insert_permission : &delete_permission,
                             DESKD_ARGS(DESKD_TENANT, DESKD_I64(role->id), DESKD_TEXT(name))) < 0)
            return DESKD_FAILED;
    }
    return DESKD_OK;
}

static int check_name(struct deskd_call *call, const struct change *c)
{
    struct deskd_rows rows;
    if (roles_host->query(call, &find_name, DESKD_ARGS(DESKD_TENANT, DESKD_TEXT(c->role->name)),
                          &rows) < 0)
        return DESKD_FAILED;
    return rows.n == 0 || number(&rows, 0, 0) == c->role->id
               ? DESKD_OK
               : refuse(call, c->problem, 422, "There is a role of this name already.");
}

static int insert(struct deskd_call *call, const struct change *c)
{
    struct role *role = c->role;
    struct deskd_rows rows;
    if (roles_host->query(call, &count_roles, DESKD_ARGS(DESKD_TENANT), &rows) < 0)
        return DESKD_FAILED;
    if (number(&rows, 0, 0) >= ROLES_MAX)
        return refuse(call, c->problem, 422, "There are too many roles.");
    role->id = roles_host->new_id(call);
    return roles_host->exec(call, &insert_role,
                            DESKD_ARGS(DESKD_TENANT, DESKD_I64(role->id), DESKD_TEXT(role->name),
                                       DESKD_I64(role->reach), DESKD_I64(role->is_read_only))) < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

/* version 0: whatever it is. */
static int lock(struct deskd_call *call, int64_t id, int64_t version, struct problem *problem)
{
    struct deskd_rows rows;
    if (roles_host->query(call, &lock_role, DESKD_ARGS(DESKD_TENANT, DESKD_I64(id)), &rows) < 0)
        return DESKD_FAILED;
    if (rows.n == 0)
        return roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such role");
    return version == 0 || number(&rows, 0, 0) == version
               ? DESKD_OK
               : refuse(call, problem, 409,
                        "Somebody else has saved this meanwhile. Below is what "
                        "you typed: look it over and save again.");
}

static int update(struct deskd_call *call, const struct change *c, const struct role *now)
{
    const struct role *role = c->role;
    if (now == NULL)
        return roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such role");
    if (lock(call, role->id, role->version, c->problem) < 0 || check_role(call, now) < 0)
        return DESKD_FAILED;
    const struct roles then = roles_with(call, roles_of(call), role);
    if (give_back(call, &then, (struct lost) { .role_id = role->id }, c->problem) < 0)
        return DESKD_FAILED;
    return roles_host->exec(call, &update_role,
                            DESKD_ARGS(DESKD_TEXT(role->name), DESKD_I64(role->reach),
                                       DESKD_I64(role->is_read_only), DESKD_TENANT,
                                       DESKD_I64(role->id))) < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

static int put_role(struct deskd_call *call, void *data)
{
    static const struct permissions none;
    const struct change *c = data;
    struct role *role = c->role;
    int is_new = role->version == 0; /* not by its id: this may run again */
    const struct role *now = is_new ? NULL : roles_find(roles_of(call), role->id);
    if (check_role(call, role) < 0 || check_name(call, c) < 0 ||
        (is_new ? insert(call, c) : update(call, c, now)) < 0 ||
        write_permissions(call, role, now != NULL ? &now->may : &none) < 0)
        return DESKD_FAILED;
    return done(call, is_new ? "create" : "update", role->id, role->name);
}

int store_put_role(struct deskd_call *call, struct role *role, struct problem *problem)
{
    struct change c = { role, problem };
    return roles_host->transact(call, put_role, &c);
}

struct removal {
    int64_t id, heir;
    struct problem *problem;
};

static int move(struct deskd_call *call, const struct removal *r)
{
    if (roles_host->exec(call, &move_people,
                         DESKD_ARGS(DESKD_I64(r->heir), DESKD_TENANT, DESKD_I64(r->id))) < 0)
        return DESKD_FAILED;
    if (r->heir == BUILT_IN)
        return roles_host->exec(call, &drop_places_of_role,
                                DESKD_ARGS(DESKD_TENANT, DESKD_I64(r->id))) < 0
                   ? DESKD_FAILED
                   : DESKD_OK;
    return roles_host->exec(call, &move_places,
                            DESKD_ARGS(DESKD_I64(r->heir), DESKD_TENANT, DESKD_I64(r->id))) < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

static int remove_role(struct deskd_call *call, void *data)
{
    const struct removal *r = data;
    const struct roles *all = roles_of(call);
    const struct role *role = roles_find(all, r->id), *heir = roles_find(all, r->heir);
    if (role == NULL || lock(call, r->id, 0, r->problem) < 0)
        return role == NULL ? roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such role")
                            : DESKD_FAILED;
    if (r->heir == r->id || (r->heir != BUILT_IN && heir == NULL))
        return refuse(call, r->problem, 422, "Choose a role for its people.");
    const struct roles then = roles_without(call, all, r->id, r->heir);
    if (check_role(call, role) < 0 || (heir != NULL && check_role(call, heir) < 0) ||
        give_back(call, &then, (struct lost) { .role_id = r->id }, r->problem) < 0 ||
        move(call, r) < 0)
        return DESKD_FAILED;
    if (roles_host->exec(call, &delete_permissions, DESKD_ARGS(DESKD_TENANT, DESKD_I64(r->id))) <
            0 ||
        roles_host->exec(call, &delete_role, DESKD_ARGS(DESKD_TENANT, DESKD_I64(r->id))) < 0)
        return DESKD_FAILED;
    return done(call, "delete", r->id, role->name);
}

int store_remove_role(struct deskd_call *call, int64_t id, int64_t heir, struct problem *problem)
{
    struct removal r = { id, heir, problem };
    return roles_host->transact(call, remove_role, &r);
}

static int choose(struct deskd_call *call, void *data)
{
    const int64_t *id = data;
    const struct role *role = roles_find(roles_of(call), *id);
    if (*id != BUILT_IN && role == NULL)
        return roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such role");
    if (role != NULL && check_role(call, role) < 0)
        return DESKD_FAILED;
    if (roles_host->exec(call, &choose_for_new, DESKD_ARGS(DESKD_I64(*id), DESKD_TENANT)) < 0)
        return DESKD_FAILED;
    return done(call, "for_new", *id, role != NULL ? role->name : "");
}

int store_choose_for_new(struct deskd_call *call, int64_t id)
{
    return roles_host->transact(call, choose, &id);
}

/* The tenant's roles, as if the person had theirs already. */
static struct roles imagined(const struct roles *all, const struct giving *g,
                             struct role_person *person)
{
    struct roles out = *all;
    *person = (struct role_person) { g->person->id, g->role_id, 0 };
    out.people = person;
    out.people_n = 1;
    out.places = (struct role_place *)(uintptr_t)g->places;
    out.places_n = g->places_n;
    return out;
}

static int check_giving(struct deskd_call *call, const struct giving *g)
{
    const struct roles *all = roles_of(call);
    struct role_person person;
    const struct roles then = imagined(all, g, &person);
    struct deskd_rights mine;
    int rc = rights_of_viewer(call, &mine);
    if (rc < 0)
        return DESKD_FAILED;
    return rc == DESKD_YES && may_touch(call, all, g->person, &mine) == 1 &&
                   may_touch(call, &then, g->person, &mine) == 1
               ? DESKD_OK
               : forbid(call);
}

static int check_version(struct deskd_call *call, const struct giving *g)
{
    struct deskd_rows rows;
    if (roles_host->query(call, &lock_person, DESKD_ARGS(DESKD_TENANT, DESKD_I64(g->person->id)),
                          &rows) < 0)
        return DESKD_FAILED;
    int64_t version = rows.n > 0 ? number(&rows, 0, 0) : 0;
    return version == g->version ? DESKD_OK
                                 : refuse(call, g->problem, 409,
                                          "Somebody else has saved this meanwhile. Below is "
                                          "what you typed: look it over and save again.");
}

static int write_places(struct deskd_call *call, const struct giving *g)
{
    if (roles_host->exec(call, &delete_places, DESKD_ARGS(DESKD_TENANT, DESKD_I64(g->person->id))) <
        0)
        return DESKD_FAILED;
    for (size_t i = 0; i < g->places_n; i++)
        if (roles_host->exec(call, &insert_place,
                             DESKD_ARGS(DESKD_TENANT, DESKD_I64(g->person->id),
                                        DESKD_I64(g->places[i].department_id),
                                        DESKD_I64(g->places[i].role_id))) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

static int give(struct deskd_call *call, void *data)
{
    const struct giving *g = data;
    struct role_person person;
    const struct roles then = imagined(roles_of(call), g, &person);
    const struct role *role = roles_find(roles_of(call), g->role_id);
    if (g->role_id != BUILT_IN && role == NULL)
        return refuse(call, g->problem, 422, "This role is not there any more.");
    if (check_version(call, g) < 0 || check_giving(call, g) < 0 ||
        give_back(call, &then, (struct lost) { .user_id = g->person->id }, g->problem) < 0 ||
        write_places(call, g) < 0 ||
        roles_host->exec(
            call, &put_person,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(g->person->id), DESKD_I64(g->role_id))) < 0)
        return DESKD_FAILED;
    const char *detail = roles_host->format(call, "%s, %s, departments %zu", g->person->email,
                                            role != NULL ? role->name : "agent", g->places_n);
    return done(call, "person", g->person->id, detail);
}

int store_put_person(struct deskd_call *call, const struct giving *g)
{
    return roles_host->transact(call, give, (void *)(uintptr_t)g);
}

/* --- people come --- */

static int know(struct deskd_call *call, int64_t user_id, int64_t role_id)
{
    int64_t n = roles_host->exec(call, &know_person,
                                 DESKD_ARGS(DESKD_TENANT, DESKD_I64(user_id), DESKD_I64(role_id)));
    return n < 0 ? DESKD_FAILED : n > 0 ? DESKD_YES : DESKD_NO;
}

int store_enabled(struct deskd_call *call)
{
    const struct deskd_person *people;
    size_t n;
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (know(call, people[i].id, BUILT_IN) < 0)
            return DESKD_FAILED;
    return DESKD_OK;
}

int store_person_changed(struct deskd_call *call, int64_t user_id)
{
    const struct roles *all = roles_of(call);
    const struct role *role = NULL;
    struct deskd_person me = { .size = sizeof(me) };
    if (all == NULL || roles_person(all, user_id) != NULL)
        return DESKD_OK;
    for (size_t i = 0; i < all->roles_n; i++)
        if (all->roles[i].is_for_new)
            role = &all->roles[i];
    if (role != NULL && roles_host->viewer(call, &me) == DESKD_YES) {
        int may = store_may_touch_role(call, role);
        if (may < 0)
            return DESKD_FAILED;
        role = may == DESKD_YES ? role : NULL;
    }
    int rc = know(call, user_id, role != NULL ? role->id : BUILT_IN);
    return rc == DESKD_YES ? roles_host->tenant_changed(call) : rc;
}
