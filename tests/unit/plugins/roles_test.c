/* tests/unit/plugins/roles_test.c - what roles make of people's rights */
#include "../suite.h"

#include "plugins/roles/roles.c"
#include "plugins/roles/roles_filter.c"

#define AGENT_MAY UINT64_C(0x0F) /* four permissions of tickets */
#define DELETE    4              /* of tickets, not an agent's */
#define CONFIG    8              /* of no department */

static struct role roles[] = {
    { .id = 10, .name = "Reader", .reach = REACH_ALL, .is_read_only = 1 },
    { .id = 11, .name = "Team", .reach = REACH_ASSIGNED },
    { .id = 12, .name = "Lead", .reach = REACH_OWN },
    { .id = 13, .name = "All", .reach = REACH_ALL },
};
static struct role_person people[] = {
    { 1, 10, 1 }, { 2, 11, 1 }, { 3, 12, 1 }, { 4, 0, 1 }, { 5, 99, 1 }, { 6, 13, 1 },
};
static struct role_place places[] = {
    { 2, 40, 12 }, { 3, 20, 10 }, { 3, 50, 11 }, { 4, 60, 12 }, { 4, 70, 99 },
};
static const struct roles all = {
    .roles = roles,
    .roles_n = 4,
    .people = people,
    .people_n = 6,
    .places = places,
    .places_n = 5,
    .known = { { 0x11F } },
    .tickets = { { 0x1F } },
    .look = { { 1 } },
    .agent = { { AGENT_MAY } },
};
static const int64_t own[] = { 20, 30 };

static void set_up(void)
{
    roles[0].may.bits[0] = 0x11F;
    roles[1].may.bits[0] = 0x03;
    roles[2].may.bits[0] = 0x1F;
    roles[3].may.bits[0] = 0x11F;
}

static struct deskd_rights of(int64_t user_id)
{
    static struct deskd_grant room[8][8];
    static int next_room;
    struct deskd_rights r;
    struct deskd_grant *mine = room[next_room++ % 8];
    ck_assert_int_eq(roles_imagine(&all, user_id, own, 2, mine, 8, &r), DESKD_OK);
    return r;
}

static void is(const struct deskd_rights *r, int64_t department, int scope, uint64_t may)
{
    const struct deskd_grant *g = roles_grant_in(r, department);
    ck_assert_int_eq(g->scope, scope);
    ck_assert_uint_eq(g->may[0], may);
}

START_TEST(a_role_reaches_what_it_says)
{
    struct deskd_rights reader = of(1), team = of(2), lead = of(3);
    is(&reader, 0, DESKD_SCOPE_ALL, 0x101); /* reading leaves what is not of tickets */
    is(&reader, 20, DESKD_SCOPE_ALL, 0x101);
    is(&team, 0, DESKD_SCOPE_ASSIGNED, 0x03);
    is(&team, 30, DESKD_SCOPE_ASSIGNED, 0x03);
    is(&lead, 0, DESKD_SCOPE_NONE, 0x1F);
    is(&lead, 30, DESKD_SCOPE_ALL, 0x1F);
    is(&lead, 99, DESKD_SCOPE_NONE, 0x1F);
}
END_TEST

START_TEST(a_department_may_have_a_role_of_its_own)
{
    struct deskd_rights team = of(2), lead = of(3), agent = of(4);
    is(&team, 40, DESKD_SCOPE_ALL, 0x1F); /* no member: the role lets in */
    is(&lead, 20, DESKD_SCOPE_ALL, 0x101);
    is(&lead, 50, DESKD_SCOPE_ASSIGNED, 0x03);
    ck_assert_uint_eq(lead.n, 4);
    for (size_t i = 1; i < lead.n; i++)
        ck_assert_int_gt(lead.grants[i].department_id, lead.grants[i - 1].department_id);
    is(&agent, 20, DESKD_SCOPE_ALL, AGENT_MAY);
    is(&agent, 60, DESKD_SCOPE_ALL, 0x1F);
    is(&agent, 70, DESKD_SCOPE_NONE, AGENT_MAY); /* a role that is gone gives nothing */
}
END_TEST

START_TEST(who_has_no_role_of_ours_stays_as_core_has_them)
{
    struct deskd_rights gone = of(5), stranger = of(77);
    is(&gone, 20, DESKD_SCOPE_ALL, AGENT_MAY);
    is(&stranger, 0, DESKD_SCOPE_NONE, AGENT_MAY);
    struct deskd_grant g = { .scope = DESKD_SCOPE_ALL, .may = { 0xFFF } };
    struct deskd_rights admin = {
        .user_id = 1, .role = DESKD_ROLE_ADMIN, .grants = &g, .n = 1, .cap = 1
    };
    ck_assert_int_eq(roles_apply(&all, &admin), DESKD_OK);
    ck_assert_uint_eq(g.may[0], 0xFFF);
}
END_TEST

START_TEST(no_room_is_a_failure)
{
    struct deskd_grant room[3];
    struct deskd_rights r;
    ck_assert_int_eq(roles_imagine(&all, 3, own, 2, room, 3, &r), DESKD_FAILED);
    ck_assert_int_eq(roles_imagine(&all, 1, own, 2, room, 2, &r), DESKD_FAILED);
    ck_assert_int_eq(roles_imagine(&all, 1, own, 2, room, 3, &r), DESKD_OK);
}
END_TEST

START_TEST(nothing_is_given_that_one_has_not)
{
    struct deskd_rights everything = of(6), reader = of(1), team = of(2), lead = of(3),
                        agent = of(77);
    ck_assert(roles_within(&all, &reader, &everything));
    ck_assert(roles_within(&all, &team, &everything));
    ck_assert(!roles_within(&all, &everything, &reader));
    ck_assert(roles_within(&all, &agent, &everything));
    ck_assert(!roles_within(&all, &everything, &agent));
    ck_assert(!roles_within(&all, &lead, &agent)); /* deletes, and is let into 50 */
    ck_assert(!roles_within(&all, &agent, &lead)); /* answers in 20, where lead only looks */
}
END_TEST

START_TEST(who_sees_less_gives_less)
{
    struct deskd_rights wide = of(6), narrow = of(6);
    for (size_t i = 0; i < narrow.n; i++)
        narrow.grants[i].scope = DESKD_SCOPE_ASSIGNED;
    ck_assert(roles_within(&all, &narrow, &wide));
    ck_assert(!roles_within(&all, &wide, &narrow));
}
END_TEST

START_TEST(a_role_is_given_by_those_who_have_it_everywhere)
{
    struct deskd_rights everything = of(6), lead = of(3);
    for (int i = 0; i < 4; i++)
        ck_assert(role_within(&all, &roles[i], &everything));
    ck_assert(role_within(&all, &roles[2], &lead));
    ck_assert(!role_within(&all, &roles[1], &lead)); /* sees nothing of other departments */
    ck_assert(!role_within(&all, &roles[3], &lead));
    struct role more = roles[2];
    permissions_add(&more.may, CONFIG);
    ck_assert(!role_within(&all, &more, &lead));
    more.is_read_only = 1;
    ck_assert(!role_within(&all, &more, &lead)); /* it is not of tickets */
}
END_TEST

START_TEST(keys_of_permissions_are_numbers_that_forms_take)
{
    static const char *const names[] = { "ticket.read", "ticket.raw", "config.agents", "x.y", "" };
    for (int i = 0; i < 5; i++) {
        ck_assert_int_gt(permission_key(names[i]), 0);
        for (int k = 0; k < i; k++)
            ck_assert_int_ne(permission_key(names[i]), permission_key(names[k]));
    }
}
END_TEST

static const struct {
    const char *text, *wanted;
    int has;
} filters[] = {
    { "Delete and restore tickets", "RESTORE", 1 },
    { "Delete and restore tickets", "restored", 0 },
    { "Отвечать клиентам", "КЛИЕНТ", 1 },
    { "Ёлка", "ёлка", 1 },
    { "Usuń zgłoszenie", "ZGŁOSZ", 1 },
    { "Źdźbło Ż", "źdźbło ż", 1 },
    { "Órgão", "órgão", 1 },
    { "abc", "", 1 },
    { "", "a", 0 },
    { "\xC3", "\xC3\xA9", 0 },
    { "a\xD0", "\xD0", 1 },
};

START_TEST(a_filter_has_no_case)
{
    ck_assert_int_eq(filter_has(filters[_i].text, filters[_i].wanted), filters[_i].has);
}
END_TEST

SUITE(plugin_roles)
{
    tcase_add_checked_fixture(tc, set_up, NULL);
    tcase_add_test(tc, a_role_reaches_what_it_says);
    tcase_add_test(tc, a_department_may_have_a_role_of_its_own);
    tcase_add_test(tc, who_has_no_role_of_ours_stays_as_core_has_them);
    tcase_add_test(tc, no_room_is_a_failure);
    tcase_add_test(tc, nothing_is_given_that_one_has_not);
    tcase_add_test(tc, who_sees_less_gives_less);
    tcase_add_test(tc, a_role_is_given_by_those_who_have_it_everywhere);
    tcase_add_test(tc, keys_of_permissions_are_numbers_that_forms_take);
    tcase_add_loop_test(tc, a_filter_has_no_case, 0, sizeof(filters) / sizeof(filters[0]));
}
