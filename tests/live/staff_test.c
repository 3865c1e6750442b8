/* tests/live/staff_test.c - what changes of people and departments do to tickets */
#include "cast.h"

#include "contact/contact.h"
#include "staff/staff.h"
#include "ticket/responsibility.h"
#include "ticket/ticket.h"
#include "user/department.h"

#include <inttypes.h>

struct new_ticket {
    struct act *act;
    struct ticket_new from;
    struct ticket ticket;
};

static int create(struct db *db, void *data, struct err *err)
{
    struct new_ticket *n = data;
    (void)db;
    return ticket_create(n->act, &n->from, &n->ticket, err);
}

static int64_t contact_row(struct live *l, struct cast *c)
{
    int64_t id = live_number(l, "SELECT id FROM contact WHERE tenant_id = %" PRId64, c->tenant.id);
    if (id < 0)
        live_run(l,
                 "INSERT INTO contact (tenant_id, id, email, name, created_at) VALUES (%" PRId64
                 ", 5, 'cust@c.test', 'Cust', 1)",
                 c->tenant.id);
    return 5;
}

static int64_t ticket_for(struct live *l, struct cast *c, int64_t department, int64_t agent)
{
    struct act act = live_act(l, &c->tenant, &c->db, &c->as_owner);
    const struct contact customer = { .id = contact_row(l, c),
                                      .name = "Cust",
                                      .email = "cust@c.test" };
    struct new_ticket n = { .act = &act,
                            .from = { .department_id = department,
                                      .customer = &customer,
                                      .source = SOURCE_FORM,
                                      .subject = "Help",
                                      .status = STATUS_NEW } };
    live_is(l, db_transact(&c->db, create, &n, &l->err), 0);
    if (agent != 0)
        live_is(l, ticket_assign(&act, n.ticket.id, n.ticket.version, agent, &l->err), 0);
    return n.ticket.id;
}

static int64_t agent_of(struct live *l, int64_t ticket)
{
    return live_number(l, "SELECT COALESCE(agent_id, 0) FROM ticket WHERE id = %" PRId64, ticket);
}

static int64_t counted(struct live *l, struct cast *c, int64_t department, int64_t agent)
{
    return live_number(l,
                       "SELECT COALESCE(SUM(tickets), 0) FROM ticket_counter WHERE tenant_id = "
                       "%" PRId64 " AND department_id = %" PRId64 " AND agent_id = %" PRId64
                       " AND folder = 1",
                       c->tenant.id, department, agent);
}

/* Mails that tell of tickets given back, to anybody but who left. */
static int64_t told(struct live *l, struct cast *c, int64_t who)
{
    return live_number(l,
                       "SELECT COUNT(*) FROM outbox WHERE tenant_id = %" PRId64
                       " AND kind = 6 AND user_id <> %" PRId64
                       " AND payload LIKE '%%\"tickets_n\":1}'",
                       c->tenant.id, who);
}

static int64_t colleagues(struct live *l, struct cast *c, int64_t who)
{
    int64_t n = live_number(
        l,
        "SELECT COUNT(*) FROM department_member m JOIN user u ON u.tenant_id = m.tenant_id "
        "AND u.id = m.user_id WHERE m.tenant_id = %" PRId64 " AND m.department_id = %" PRId64
        " AND u.status = 1 AND u.id <> %" PRId64,
        c->tenant.id, c->department, who);
    ck_assert_int_gt(n, 0);
    return n;
}

/* R10 of semantics.md: 0 deactivated, 1 demoted, 2 removed from the department, 3 deleted. */
START_TEST(leaving_releases_tickets)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t who = _i == 1 ? c->admin : c->agent, version, tickets = 0;
    int64_t mine = ticket_for(l, c, c->department, who);
    int64_t other = ticket_for(l, c, c->department, c->owner);
    live_run(l,
             "INSERT INTO department_member (tenant_id, user_id, department_id) VALUES (%" PRId64
             ", %" PRId64 ", %" PRId64 ")",
             c->tenant.id, c->owner, c->department);
    struct act act = live_act(l, &c->tenant, &c->db, &c->as_owner);
    struct user_fields f = fields_of(l, c, who, ROLE_AGENT, &version);
    ck_assert_int_eq(agent_of(l, mine), who);
    f.is_active = _i != 0;
    if (_i == 2)
        f.departments_n = 0;
    if (_i == 3)
        live_is(l, staff_delete(&act, who, &tickets, &l->err), 0);
    else
        live_is(l, staff_update(&act, who, version, &f, &tickets, &l->err), 0);
    ck_assert_int_eq(tickets, 1);
    ck_assert_int_eq(agent_of(l, mine), 0);
    ck_assert_int_eq(agent_of(l, other), c->owner);
    ck_assert_int_eq(counted(l, c, c->department, who), 0);
    ck_assert_int_eq(counted(l, c, c->department, 0), 1);
    ck_assert_int_eq(told(l, c, who), colleagues(l, c, who));
    ck_assert_int_eq(live_number(l,
                                 "SELECT COUNT(*) FROM event WHERE ticket_id = %" PRId64
                                 " AND user_id = %" PRId64 " AND reason <> ''",
                                 mine, c->owner),
                     1);
}
END_TEST

START_TEST(staying_keeps_tickets)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t version, tickets, sales = new_department(l, c, "sales");
    int64_t mine = ticket_for(l, c, c->department, c->agent);
    int64_t far = ticket_for(l, c, sales, c->admin);
    struct act act = live_act(l, &c->tenant, &c->db, &c->as_owner);
    struct user_fields f = fields_of(l, c, c->agent, ROLE_AGENT, &version);
    f.name = "Renamed";
    live_is(l, staff_update(&act, c->agent, version, &f, &tickets, &l->err), 0);
    ck_assert_int_eq(tickets, 0);
    ck_assert_int_eq(told(l, c, 0), 0);
    ck_assert_int_eq(agent_of(l, mine), c->agent);
    f = fields_of(l, c, c->admin, ROLE_OWNER, &version);
    live_is(l, staff_update(&act, c->admin, version, &f, &tickets, &l->err), 0);
    ck_assert_int_eq(agent_of(l, far), c->admin);
}
END_TEST

START_TEST(department_change_releases_who_leaves)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t mine = ticket_for(l, c, c->department, c->agent), tickets;
    int64_t admins = ticket_for(l, c, c->department, c->admin);
    struct act act = live_act(l, &c->tenant, &c->db, &c->as_owner);
    const char *address = arena_printf(test_arena, "support@%s", c->tenant.host);
    struct department_fields f = department_with("Support", &address);
    live_is(l, staff_count_leaving(&act, c->department, NULL, 0, &tickets, &l->err), 0);
    ck_assert_int_eq(tickets, 1);
    live_is(l, staff_update_department(&act, c->department, 1, &f, &tickets, &l->err), 0);
    ck_assert_int_eq(tickets, 1);
    ck_assert_int_eq(agent_of(l, mine), 0);
    ck_assert_int_eq(agent_of(l, admins), c->admin);
}
END_TEST

START_TEST(closed_department_leaves_all_to_its_heir)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    int64_t sales = new_department(l, c, "sales"), tickets;
    int64_t ticket = ticket_for(l, c, sales, c->admin);
    struct act act = live_act(l, &c->tenant, &c->db, &c->as_owner);
    struct department d;
    live_fails(l,
               department_delete(&c->db, test_arena, &c->as_owner, sales, c->department, &l->err),
               ERR_REFUSED);
    live_fails(l, staff_close_department(&act, sales, sales, &tickets, &l->err), ERR_INVALID);
    live_fails(l, staff_close_department(&act, sales, 4711, &tickets, &l->err), ERR_INVALID);
    live_is(l, staff_count_tickets(&act, sales, &tickets, &l->err), 0);
    ck_assert_int_eq(tickets, 1);
    live_is(l, staff_close_department(&act, sales, c->department, &tickets, &l->err), 0);
    ck_assert_int_eq(tickets, 1);
    ck_assert_int_eq(agent_of(l, ticket), 0);
    ck_assert_int_eq(live_number(l, "SELECT department_id FROM ticket WHERE id = %" PRId64, ticket),
                     c->department);
    live_is(l,
            department_by_address(&c->db, test_arena,
                                  arena_printf(test_arena, "sales@%s", c->tenant.host), &d,
                                  &l->err),
            1);
    ck_assert_int_eq(d.id, c->department);
}
END_TEST

START_TEST(agents_see_only_their_departments)
{
    struct live *l = live_start();
    struct cast *c = cast_new(l);
    struct ticket t;
    int64_t sales = new_department(l, c, "sales"), ticket = ticket_for(l, c, sales, 0);
    struct act agent = live_act(l, &c->tenant, &c->db, &c->as_agent);
    struct act admin = live_act(l, &c->tenant, &c->db, &c->as_admin);
    ck_assert(!viewer_sees_department(&c->as_agent, sales));
    live_is(l, ticket_by_id(&agent, ticket, &t, &l->err), 0);
    live_is(l, ticket_by_id(&admin, ticket, &t, &l->err), 1);
    live_is(l, user_may_work(&c->db, c->agent, sales, &l->err), 0);
    live_is(l, user_may_work(&c->db, c->agent, c->department, &l->err), 1);
    live_is(l, user_may_work(&c->db, c->admin, sales, &l->err), 1);
}
END_TEST

SUITE(staff)
{
    tcase_add_loop_test(tc, leaving_releases_tickets, 0, 4);
    tcase_add_test(tc, staying_keeps_tickets);
    tcase_add_test(tc, department_change_releases_who_leaves);
    tcase_add_test(tc, closed_department_leaves_all_to_its_heir);
    tcase_add_test(tc, agents_see_only_their_departments);
}
