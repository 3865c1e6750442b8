/* tests/unit/user/capability_test.c - what roles hold, and who may change whom */
#include "../suite.h"

#include "base/err.h"
#include "user/capability.h"
#include "user/viewer.h"

#include <string.h>

static void settle(struct viewer *v)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(rights_settle(NULL, test_arena, v, &err), 0);
}

/* The smallest role that holds each capability. */
static const struct {
    enum capability capability;
    enum role from;
} holders[] = {
    { CAP_LOGIN, ROLE_AGENT },         { CAP_TICKET_READ, ROLE_AGENT },
    { CAP_TICKET_CREATE, ROLE_AGENT }, { CAP_TICKET_ANSWER, ROLE_AGENT },
    { CAP_TICKET_NOTE, ROLE_AGENT },   { CAP_TICKET_STATUS, ROLE_AGENT },
    { CAP_TICKET_ASSIGN, ROLE_AGENT }, { CAP_TICKET_TRANSFER, ROLE_AGENT },
    { CAP_TICKET_SPAM, ROLE_AGENT },   { CAP_TICKET_DELETE, ROLE_ADMIN },
    { CAP_TICKET_RAW, ROLE_ADMIN },    { CAP_TICKET_MERGE, ROLE_AGENT },
    { CAP_MAIL_LOG, ROLE_ADMIN },      { CAP_AGENTS, ROLE_ADMIN },
    { CAP_DEPARTMENTS, ROLE_ADMIN },   { CAP_PLUGINS, ROLE_ADMIN },
    { CAP_RULES, ROLE_ADMIN },         { CAP_OWNER, ROLE_OWNER },
};

START_TEST(roles_grow)
{
    for (int role = ROLE_AGENT; role <= ROLE_OWNER; role++) {
        struct viewer v = { .role = (enum role)role };
        settle(&v);
        ck_assert_int_eq(viewer_may(&v, (int)holders[_i].capability),
                         role >= (int)holders[_i].from);
    }
    ck_assert(!viewer_may(NULL, (int)holders[_i].capability));
}
END_TEST

START_TEST(every_capability_is_held_by_somebody)
{
    struct viewer owner = { .role = ROLE_OWNER };
    settle(&owner);
    for (int c = CAP_PUBLIC; c < CAP_COUNT; c++)
        ck_assert_msg(viewer_may(&owner, c), "capability %d", c);
    ck_assert(!viewer_may(&owner, CAP_COUNT));
    ck_assert(viewer_may(NULL, CAP_PUBLIC));
    const struct capabilities none = { { 0 } }, strange = role_capabilities((enum role)4);
    const struct capabilities nobody = role_capabilities((enum role)0);
    ck_assert(capabilities_within(&strange, &none) && capabilities_within(&nobody, &none));
}
END_TEST

/* Two of one name, or one without words, would be a role's mistake to come. */
START_TEST(every_name_leads_back)
{
    for (int c = CAP_PUBLIC; c < CAP_COUNT; c++) {
        const struct capability_entry *e = capability_entry(c);
        ck_assert_int_eq(capability_by_name(e->name), c);
        ck_assert(c <= CAP_LOGIN || (*e->label != '\0' && *e->group != '\0'));
        ck_assert_int_eq(e->is_of_department, strncmp(e->name, "ticket.", 7) == 0);
    }
    ck_assert_int_eq(capability_by_name("ticket.reads"), -1);
    ck_assert_int_eq(capability_by_name(NULL), -1);
    ck_assert(capability_entry(CAP_COUNT) == NULL && capability_entry(-1) == NULL);
    ck_assert(capability_entry(CAP_MAX) == NULL);
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
                    !of_owner || actor == ROLE_OWNER);
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

SUITE(capability)
{
    tcase_add_loop_test(tc, roles_grow, 0, sizeof(holders) / sizeof(holders[0]));
    tcase_add_test(tc, every_capability_is_held_by_somebody);
    tcase_add_test(tc, only_owners_touch_owners);
    tcase_add_test(tc, names_lead_back);
    tcase_add_test(tc, every_name_leads_back);
}
