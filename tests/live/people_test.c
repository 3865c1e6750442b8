/* tests/live/people_test.c - who may change whom, and what must stay */
#include "cast.h"

#include "user/department.h"

#include <inttypes.h>

static int give_role(struct live *l, struct cast *c, const struct viewer *by, int64_t id,
                     enum role role)
{
    int64_t version;
    struct user_fields f = fields_of(l, c, id, role, &version);
    l->err = (struct err)ERR_INIT;
    return user_update(&c->db, test_arena, by, id, version, &f, &l->err);
}

/* Who asks, whom for, which role: allowed or not. 0 agent, 1 admin, 2 owner, 3 a second owner. */
static const struct {
    int by, target;
    enum role wanted;
    bool is_allowed;
} changes[] = {
    { 0, 0, ROLE_ADMIN, false }, { 0, 1, ROLE_AGENT, false },   { 0, 0, ROLE_AGENT, false },
    { 1, 0, ROLE_ADMIN, true },  { 1, 0, ROLE_OWNER, false },   { 1, 1, ROLE_OWNER, false },
    { 1, 1, ROLE_AGENT, true },  { 1, 2, ROLE_AGENT, false },   { 1, 3, ROLE_OWNER, false },
    { 2, 0, ROLE_OWNER, true },  { 2, 1, ROLE_OWNER, true },    { 2, 3, ROLE_AGENT, true },
    { 2, 2, ROLE_AGENT, true },  { 2, 0, (enum role)9, false },
};

START_TEST(roles_bound_who_changes_whom)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t second = live_user(l, &c->tenant, "owner2@a.test", ROLE_OWNER, NULL, 0);
    const int64_t ids[] = { c->agent, c->admin, c->owner, second };
    const struct viewer *by[] = { &c->as_agent, &c->as_admin, &c->as_owner };
    int rc = give_role(l, c, by[changes[_i].by], ids[changes[_i].target], changes[_i].wanted);
    ck_assert_msg((rc == 0) == changes[_i].is_allowed, "%d %s", rc, l->err.msg);
    if (!changes[_i].is_allowed)
        ck_assert(l->err.code == ERR_FORBIDDEN || l->err.code == ERR_INVALID);
}
END_TEST

START_TEST(demoted_by_now_is_not_obeyed)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    live_run(l, "UPDATE user SET role = 1 WHERE id = %" PRId64, c->admin);
    ck_assert_int_eq(give_role(l, c, &c->as_admin, c->agent, ROLE_ADMIN), -1);
    ck_assert_int_eq(l->err.code, ERR_FORBIDDEN);
    live_run(l, "UPDATE user SET role = 2, status = 3 WHERE id = %" PRId64, c->admin);
    ck_assert_int_eq(give_role(l, c, &c->as_admin, c->agent, ROLE_ADMIN), -1);
}
END_TEST

START_TEST(last_owner_stays)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t version;
    struct user_fields f = fields_of(l, c, c->owner, ROLE_OWNER, &version);
    f.is_active = false;
    const struct viewer *by = _i == 0 ? &c->as_owner : NULL; /* not even for the provider */
    live_fails(l, user_update(&c->db, test_arena, by, c->owner, version, &f, &l->err), ERR_REFUSED);
    ck_assert_int_eq(give_role(l, c, by, c->owner, ROLE_ADMIN), -1);
    ck_assert_int_eq(l->err.code, ERR_REFUSED);
    live_fails(l, user_delete(&c->db, test_arena, by, c->owner, &l->err), ERR_REFUSED);
    int64_t second = live_user(l, &c->tenant, "owner2@a.test", ROLE_OWNER, NULL, 0);
    live_run(l, "UPDATE user SET status = 2 WHERE id = %" PRId64, second);
    live_fails(l, user_delete(&c->db, test_arena, by, c->owner, &l->err), ERR_REFUSED);
    live_run(l, "UPDATE user SET status = 1 WHERE id = %" PRId64, second);
    live_is(l, user_delete(&c->db, test_arena, by, c->owner, &l->err), 0);
}
END_TEST

START_TEST(races_are_told)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t version;
    struct user_fields f = fields_of(l, c, c->agent, ROLE_AGENT, &version);
    live_is(l, user_update(&c->db, test_arena, &c->as_admin, c->agent, version, &f, &l->err), 0);
    live_fails(l, user_update(&c->db, test_arena, &c->as_admin, c->agent, version, &f, &l->err),
               ERR_CONFLICT);
}
END_TEST

START_TEST(addresses_are_unique)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l), *other = cast_new(l);
    int64_t id;
    struct user_fields f = {
        .name = "Twin", .email = "AGENT@a.test", .role = ROLE_AGENT, .gender = ""
    };
    live_fails(l, user_create(&c->db, test_arena, &c->as_admin, &f, &id, &l->err), ERR_DUPLICATE);
    f.email = "no address";
    live_fails(l, user_create(&c->db, test_arena, &c->as_admin, &f, &id, &l->err), ERR_INVALID);
    f.email = "agent@a.test";
    live_is(l, user_delete(&other->db, test_arena, &other->as_admin, other->agent, &l->err), 0);
    live_is(l, user_create(&other->db, test_arena, &other->as_admin, &f, &id, &l->err), 0);
    live_fails(l, user_delete(&c->db, test_arena, &c->as_admin, id, &l->err), ERR_NOT_FOUND);
}
END_TEST

START_TEST(agents_without_role_are_refused)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t id;
    const struct user_fields f = { .name = "X", .email = "x@a.test", .gender = "" };
    live_fails(l, user_create(&c->db, test_arena, &c->as_admin, &f, &id, &l->err), ERR_INVALID);
    const struct user_fields g = { .name = "X",
                                   .email = "x@a.test",
                                   .gender = "",
                                   .role = ROLE_AGENT,
                                   .departments = &(int64_t) { 12345 },
                                   .departments_n = 1 };
    live_fails(l, user_create(&c->db, test_arena, &c->as_admin, &g, &id, &l->err), ERR_INVALID);
    ck_assert_int_eq(live_number(l,
                                 "SELECT COUNT(*) FROM user WHERE email = 'x@a.test' AND "
                                 "tenant_id = %" PRId64,
                                 c->tenant.id),
                     0);
}
END_TEST

START_TEST(changes_are_written_down)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    ck_assert_int_eq(give_role(l, c, &c->as_owner, c->agent, ROLE_ADMIN), 0);
    ck_assert_int_eq(live_number(l,
                                 "SELECT COUNT(*) FROM audit WHERE tenant_id = %" PRId64
                                 " AND user_id = %" PRId64 " AND object_id = %" PRId64
                                 " AND action = 'user.update' AND detail LIKE '%%agent to "
                                 "admin%%'",
                                 c->tenant.id, c->owner, c->agent),
                     1);
}
END_TEST

START_TEST(departments_keep_their_rules)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t id = new_department(l, c, "sales"), other;
    const char *foreign = "sales@elsewhere.test";
    const char *taken = arena_printf(test_arena, "SUPPORT@%s", c->tenant.host);
    const char *plus = arena_printf(test_arena, "a+b@%s", c->tenant.host);
    const char *fine = arena_printf(test_arena, "fine@%s", c->tenant.host);
    const char *const *const wrong[] = { &foreign, &taken, &plus };
    for (size_t i = 0; i < 3; i++) {
        struct department_fields f = department_with("wrong", wrong[i]);
        live_fails(l, department_create(&c->db, test_arena, &c->as_admin, &f, &other, &l->err),
                   ERR_INVALID);
    }
    struct department_fields same = department_with("SALES", &fine);
    live_fails(l, department_create(&c->db, test_arena, &c->as_admin, &same, &other, &l->err),
               ERR_DUPLICATE);
    struct department_fields f = department_with("free", &fine);
    live_fails(l, department_create(&c->db, test_arena, &c->as_agent, &f, &other, &l->err),
               ERR_FORBIDDEN);
    live_fails(l, department_update(&c->db, test_arena, &c->as_admin, id, 99, &f, &l->err),
               ERR_CONFLICT);
    live_fails(l, department_delete(&c->db, test_arena, &c->as_admin, c->department, id, &l->err),
               ERR_REFUSED);
}
END_TEST

START_TEST(default_is_always_one)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t id = new_department(l, c, "sales");
    const char *address = arena_printf(test_arena, "sales@%s", c->tenant.host);
    struct department_fields f = department_with("sales", &address);
    struct department d;
    f.is_default = true;
    live_is(l, department_update(&c->db, test_arena, &c->as_admin, id, 1, &f, &l->err), 0);
    f.is_default = false;
    live_is(l, department_update(&c->db, test_arena, &c->as_admin, id, 2, &f, &l->err), 0);
    live_is(l, department_default(&c->db, test_arena, &d, &l->err), 1);
    ck_assert_int_eq(d.id, id);
    ck_assert_int_eq(live_number(l,
                                 "SELECT SUM(is_default) FROM department WHERE tenant_id = "
                                 "%" PRId64,
                                 c->tenant.id),
                     1);
}
END_TEST

SUITE(people)
{
    tcase_add_loop_test(tc, roles_bound_who_changes_whom, 0, sizeof(changes) / sizeof(changes[0]));
    tcase_add_test(tc, demoted_by_now_is_not_obeyed);
    tcase_add_loop_test(tc, last_owner_stays, 0, 2);
    tcase_add_test(tc, races_are_told);
    tcase_add_test(tc, addresses_are_unique);
    tcase_add_test(tc, agents_without_role_are_refused);
    tcase_add_test(tc, changes_are_written_down);
    tcase_add_test(tc, departments_keep_their_rules);
    tcase_add_test(tc, default_is_always_one);
}
