/* tests/unit/user/capability_test.c - what roles hold, and who may change whom */
#include "../suite.h"

#include "user/capability.h"
#include "user/viewer.h"

#include <stddef.h>

/* The smallest role that holds each capability. */
static const struct {
    enum capability capability;
    enum role from;
} holders[] = {
    { CAP_TICKET_READ, ROLE_AGENT },   { CAP_TICKET_ANSWER, ROLE_AGENT },
    { CAP_TICKET_ASSIGN, ROLE_AGENT }, { CAP_TICKET_DELETE, ROLE_ADMIN },
    { CAP_TICKET_RAW, ROLE_ADMIN },    { CAP_MAIL_LOG, ROLE_ADMIN },
    { CAP_AGENTS, ROLE_ADMIN },        { CAP_DEPARTMENTS, ROLE_ADMIN },
    { CAP_OWNER, ROLE_OWNER },         { CAP_LOGIN, ROLE_AGENT },
};

START_TEST(roles_grow)
{
    for (int role = ROLE_AGENT; role <= ROLE_OWNER; role++) {
        struct viewer v = { .capabilities = role_capabilities((enum role)role) };
        ck_assert_int_eq(viewer_may(&v, holders[_i].capability), role >= (int)holders[_i].from);
    }
    ck_assert(!viewer_may(NULL, holders[_i].capability));
}
END_TEST

START_TEST(every_capability_is_held_by_somebody)
{
    const struct viewer owner = { .capabilities = role_capabilities(ROLE_OWNER) };
    for (int c = CAP_PUBLIC; c < CAP_COUNT; c++)
        ck_assert_msg(viewer_may(&owner, (enum capability)c), "capability %d", c);
    ck_assert(!viewer_may(&owner, CAP_COUNT));
    ck_assert(viewer_may(NULL, CAP_PUBLIC));
    ck_assert_uint_eq(role_capabilities((enum role)0), 0);
    ck_assert_uint_eq(role_capabilities((enum role)4), 0);
}
END_TEST

START_TEST(only_owners_touch_owners)
{
    for (int actor = ROLE_AGENT; actor <= ROLE_OWNER; actor++)
        for (int target = ROLE_AGENT; target <= ROLE_OWNER; target++)
            for (int wanted = ROLE_AGENT; wanted <= ROLE_OWNER; wanted++) {
                bool of_owner = target == ROLE_OWNER || wanted == ROLE_OWNER;
                ck_assert_int_eq(
                    role_may_change((enum role)actor, (enum role)target, (enum role)wanted),
                    of_owner ? actor == ROLE_OWNER : actor >= ROLE_ADMIN);
            }
    ck_assert(!role_may_change((enum role)0, ROLE_AGENT, ROLE_AGENT));
}
END_TEST

START_TEST(names_lead_back)
{
    enum role role;
    ck_assert(role_by_name("admin", &role) && role == ROLE_ADMIN);
    ck_assert(!role_by_name("Admin", &role) && !role_by_name("", &role));
    ck_assert(!role_by_name(NULL, &role));
    ck_assert_str_eq(role_name(ROLE_OWNER), "owner");
    ck_assert_str_eq(role_name((enum role)7), "");
}
END_TEST

START_TEST(departments_bound_what_is_seen)
{
    static const int64_t own[] = { 3, 9 };
    struct viewer v = { .departments = own, .departments_n = 2 };
    ck_assert(viewer_sees_department(&v, 9) && !viewer_sees_department(&v, 4));
    v.is_unrestricted = true;
    ck_assert(viewer_sees_department(&v, 4));
    ck_assert(!viewer_sees_department(NULL, 9));
}
END_TEST

SUITE(capability)
{
    tcase_add_loop_test(tc, roles_grow, 0, sizeof(holders) / sizeof(holders[0]));
    tcase_add_test(tc, every_capability_is_held_by_somebody);
    tcase_add_test(tc, only_owners_touch_owners);
    tcase_add_test(tc, names_lead_back);
    tcase_add_test(tc, departments_bound_what_is_seen);
}
