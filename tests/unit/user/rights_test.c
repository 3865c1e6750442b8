/* tests/unit/user/rights_test.c - what departments and plugins make of a role */
#include "../suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "ticket/reach.h"
#include "user/viewer.h"

#include <string.h>

static const int64_t own[] = { 3, 9 };

static int settle_rc(struct viewer *v)
{
    struct err err = ERR_INIT;
    return rights_settle(NULL, test_arena, v, &err);
}

static struct viewer person(enum role role, size_t departments_n)
{
    struct viewer v = {
        .user_id = 7, .role = role, .departments = own, .departments_n = departments_n
    };
    ck_assert_int_eq(settle_rc(&v), 0);
    return v;
}

START_TEST(departments_bound_what_is_seen)
{
    struct viewer agent = person(ROLE_AGENT, 2), admin = person(ROLE_ADMIN, 2);
    ck_assert(viewer_sees_department(&agent, 9) && !viewer_sees_department(&agent, 4));
    ck_assert(viewer_sees(&agent, 3, 0) && !viewer_sees(&agent, 4, 7));
    ck_assert(viewer_may_in(&agent, CAP_TICKET_ANSWER, 3));
    ck_assert(!viewer_may_in(&agent, CAP_TICKET_ANSWER, 4));
    ck_assert(!viewer_may_in(&agent, CAP_TICKET_DELETE, 3));
    ck_assert(viewer_sees_department(&admin, 4) && viewer_may_in(&admin, CAP_TICKET_DELETE, 4));
    ck_assert(!viewer_sees_department(NULL, 9) && !viewer_sees(NULL, 9, 0));
    ck_assert(viewer_works_in(&agent, 3) && !viewer_works_in(&agent, 4));
}
END_TEST

/* What a shaper of the tests does. */
static struct rights wanted;
static int shaper_rc;

static int shape(struct db *db, struct arena *a, const struct viewer *v, struct rights *r,
                 struct err *err)
{
    (void)db;
    (void)a;
    (void)v;
    (void)err;
    ck_assert_uint_le(wanted.n, r->cap);
    memcpy(r->grants, wanted.grants, wanted.n * sizeof(*r->grants));
    r->n = wanted.n;
    return shaper_rc;
}

static struct viewer shaped(enum role role, struct grant *grants, size_t n)
{
    struct viewer v = { .user_id = 7, .role = role, .departments = own, .departments_n = 2 };
    wanted = (struct rights) { grants, n, n };
    shaper_rc = 0;
    rights_shaper(shape);
    ck_assert_int_eq(settle_rc(&v), 0);
    rights_shaper(NULL);
    return v;
}

static struct capabilities of(const int *list)
{
    struct capabilities c = { { 0 } };
    for (; *list >= 0; list++)
        capabilities_add(&c, *list);
    return c;
}
#define MAY(...) of((const int[]) { __VA_ARGS__, -1 })

START_TEST(only_assigned_is_only_assigned)
{
    struct grant grants[] = { { 0, SCOPE_ASSIGNED, MAY(CAP_TICKET_READ, CAP_TICKET_NOTE) },
                              { 3, SCOPE_ALL, MAY(CAP_TICKET_READ) },
                              { 9, SCOPE_NONE, MAY(CAP_TICKET_READ) } };
    struct viewer v = shaped(ROLE_AGENT, grants, 3);
    ck_assert(viewer_sees(&v, 5, 7) && !viewer_sees(&v, 5, 0) && !viewer_sees(&v, 5, 8));
    ck_assert(viewer_sees(&v, 3, 0) && viewer_sees(&v, 3, 8));
    ck_assert(!viewer_sees(&v, 9, 7) && !viewer_sees_department(&v, 9));
    ck_assert(viewer_may_in(&v, CAP_TICKET_NOTE, 5) && !viewer_may_in(&v, CAP_TICKET_NOTE, 3));
    ck_assert(viewer_works_in(&v, 5) && !viewer_works_in(&v, 3));
}
END_TEST

START_TEST(nobody_but_owners_gets_what_is_theirs)
{
    struct grant grants[] = { { 0, SCOPE_ALL, MAY(CAP_OWNER, CAP_TICKET_READ) } };
    struct viewer agent = shaped(ROLE_AGENT, grants, 1);
    ck_assert(!viewer_may(&agent, CAP_OWNER) && viewer_may(&agent, CAP_LOGIN));
    struct grant nothing[] = { { 0, SCOPE_NONE, { { 0 } } } };
    struct viewer owner = shaped(ROLE_OWNER, nothing, 1);
    ck_assert(viewer_may(&owner, CAP_OWNER) && viewer_sees(&owner, 5, 0));
}
END_TEST

START_TEST(configuration_belongs_to_no_department)
{
    struct grant grants[] = { { 0, SCOPE_NONE, MAY(CAP_TICKET_READ) },
                              { 3, SCOPE_ALL, MAY(CAP_TICKET_READ, CAP_AGENTS, CAP_TICKET_SPAM) } };
    struct viewer v = shaped(ROLE_AGENT, grants, 2);
    ck_assert(!viewer_may(&v, CAP_AGENTS) && !viewer_may_in(&v, CAP_AGENTS, 3));
    ck_assert(viewer_may(&v, CAP_TICKET_SPAM) && !viewer_may_in(&v, CAP_TICKET_SPAM, 9));
}
END_TEST

START_TEST(who_may_not_read_sees_nothing)
{
    struct grant grants[] = { { 0, SCOPE_ALL, MAY(CAP_TICKET_ANSWER) } };
    struct viewer v = shaped(ROLE_ADMIN, grants, 1);
    ck_assert(!viewer_sees(&v, 3, 7) && !viewer_may_in(&v, CAP_TICKET_ANSWER, 3));
}
END_TEST

START_TEST(what_is_no_rights_is_refused)
{
    struct grant twice[] = { { 0, SCOPE_ALL, { { 0 } } },
                             { 9, SCOPE_ALL, { { 0 } } },
                             { 3, SCOPE_ALL, { { 0 } } } };
    struct viewer v = { .user_id = 7, .role = ROLE_AGENT };
    rights_shaper(shape);
    wanted = (struct rights) { twice, 3, 3 };
    shaper_rc = 0;
    ck_assert_int_eq(settle_rc(&v), -1);
    wanted = (struct rights) { twice + 1, 1, 1 };
    ck_assert_int_eq(settle_rc(&v), -1);
    wanted = (struct rights) { twice, 1, 1 };
    ck_assert_int_eq(settle_rc(&v), 0);
    shaper_rc = -1;
    ck_assert_int_eq(settle_rc(&v), -1);
    rights_shaper(NULL);
}
END_TEST

START_TEST(nothing_is_given_that_one_has_not)
{
    struct viewer admin = person(ROLE_ADMIN, 0), owner = person(ROLE_OWNER, 0);
    struct viewer agent = person(ROLE_AGENT, 2), other = person(ROLE_AGENT, 1);
    ck_assert(rights_within(&agent.rights, &admin.rights));
    ck_assert(!rights_within(&admin.rights, &agent.rights));
    ck_assert(!rights_within(&owner.rights, &admin.rights));
    ck_assert(rights_within(&other.rights, &agent.rights));
    ck_assert(!rights_within(&agent.rights, &other.rights));
    ck_assert(rights_within_in(&agent.rights, &other.rights, 3));
    ck_assert(!rights_within_in(&agent.rights, &other.rights, 9));
    struct grant but[] = { { 0, SCOPE_ALL, role_capabilities(ROLE_ADMIN) },
                           { 9, SCOPE_NONE, { { 0 } } } };
    struct viewer nearly = shaped(ROLE_AGENT, but, 2);
    ck_assert(!rights_within(&admin.rights, &nearly.rights));
    ck_assert(rights_within(&nearly.rights, &admin.rights));
    ck_assert(viewer_may_grant(&admin, ROLE_ADMIN) && !viewer_may_grant(&admin, ROLE_OWNER));
    ck_assert(viewer_may_grant(&owner, ROLE_OWNER) && !viewer_may_grant(&nearly, ROLE_ADMIN));
}
END_TEST

static void check_reach(const struct viewer *v, const char *seen, bool seen_but,
                        const char *assigned, bool assigned_but)
{
    struct reach r = reach_of(test_arena, v, CAP_TICKET_READ);
    ck_assert_str_eq(r.seen.ids, seen);
    ck_assert_int_eq(r.seen.is_but, seen_but);
    ck_assert_str_eq(r.own.ids, assigned);
    ck_assert_int_eq(r.own.is_but, assigned_but);
}

START_TEST(a_scope_is_a_condition)
{
    struct viewer admin = person(ROLE_ADMIN, 0), agent = person(ROLE_AGENT, 2);
    check_reach(&admin, "", true, "", false);
    check_reach(&agent, "3,9", false, "", false);
    check_reach(NULL, "", false, "", false);
    struct grant grants[] = { { 0, SCOPE_ALL, MAY(CAP_TICKET_READ, CAP_TICKET_DELETE) },
                              { 3, SCOPE_NONE, { { 0 } } },
                              { 5, SCOPE_ASSIGNED, MAY(CAP_TICKET_READ) },
                              { 9, SCOPE_ALL, MAY(CAP_TICKET_READ) } };
    struct viewer but = shaped(ROLE_AGENT, grants, 4);
    check_reach(&but, "3,5", true, "5", false);
    struct reach deleted = reach_of(test_arena, &but, CAP_TICKET_DELETE);
    ck_assert_str_eq(deleted.seen.ids, "3,5,9");
    ck_assert(!deleted.is_everything && !deleted.has_own);
    grants[0].scope = SCOPE_ASSIGNED;
    struct viewer assigned = shaped(ROLE_AGENT, grants, 4);
    check_reach(&assigned, "9", false, "3,9", true);
}
END_TEST

START_TEST(a_plugin_adds_its_own)
{
    const struct capability_entry e = { "probe.poke", "Poke", "Probe", false, ROLE_ADMIN };
    int n = capability_register(&e);
    ck_assert_int_ge(n, CAP_PLUGINS_FROM);
    ck_assert_int_eq(capability_register(&e), n);
    ck_assert_int_eq(capability_by_name("probe.poke"), n);
    ck_assert_str_eq(capability_entry(n)->label, "Poke");
    struct viewer agent = person(ROLE_AGENT, 2), admin = person(ROLE_ADMIN, 0);
    ck_assert(!viewer_may(&agent, n) && viewer_may(&admin, n));
}
END_TEST

SUITE(rights)
{
    tcase_add_test(tc, departments_bound_what_is_seen);
    tcase_add_test(tc, only_assigned_is_only_assigned);
    tcase_add_test(tc, nobody_but_owners_gets_what_is_theirs);
    tcase_add_test(tc, configuration_belongs_to_no_department);
    tcase_add_test(tc, who_may_not_read_sees_nothing);
    tcase_add_test(tc, what_is_no_rights_is_refused);
    tcase_add_test(tc, nothing_is_given_that_one_has_not);
    tcase_add_test(tc, a_scope_is_a_condition);
    tcase_add_test(tc, a_plugin_adds_its_own);
}
