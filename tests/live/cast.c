#include "cast.h"

struct cast *cast_new(struct live *l)
{
    struct cast *c = arena_zalloc(test_arena, sizeof(*c));
    struct department d;
    c->tenant = live_tenant(l);
    c->db = live_db(l, &c->tenant);
    live_is(l, department_default(&c->db, test_arena, &d, &l->err), 1);
    c->department = d.id;
    c->agent = live_user(l, &c->tenant, "agent@a.test", ROLE_AGENT, &c->department, 1);
    c->admin = live_user(l, &c->tenant, "admin@a.test", ROLE_ADMIN, NULL, 0);
    c->owner = live_user(l, &c->tenant, "owner@a.test", ROLE_OWNER, NULL, 0);
    c->as_agent = live_viewer(l, &c->tenant, c->agent);
    c->as_admin = live_viewer(l, &c->tenant, c->admin);
    c->as_owner = live_viewer(l, &c->tenant, c->owner);
    return c;
}

struct user_fields fields_of(struct live *l, struct cast *c, int64_t id, enum role role,
                             int64_t *version)
{
    struct user u;
    struct membership *m;
    size_t n;
    live_is(l, user_by_id(&c->db, test_arena, id, &u, &l->err), 1);
    live_is(l, user_memberships(&c->db, test_arena, id, &m, &n, &l->err), 0);
    int64_t *departments = arena_array(test_arena, n + 1, sizeof(*departments));
    for (size_t i = 0; i < n; i++)
        departments[i] = m[i].department_id;
    *version = u.version;
    return (struct user_fields) { .name = u.name,
                                  .email = u.email,
                                  .role = role,
                                  .gender = u.gender,
                                  .departments = departments,
                                  .departments_n = n,
                                  .is_active = true };
}

struct department_fields department_with(const char *name, const char *const *address)
{
    return (struct department_fields) { .name = name,
                                        .reopen_days = -1,
                                        .claim_on_reply = true,
                                        .addresses = address,
                                        .addresses_n = 1 };
}

int64_t new_department(struct live *l, struct cast *c, const char *name)
{
    int64_t id;
    const char *address = arena_printf(test_arena, "%s@%s", name, c->tenant.host);
    struct department_fields f = department_with(name, &address);
    live_is(l, department_create(&c->db, test_arena, &c->as_admin, &f, &id, &l->err), 0);
    return id;
}
