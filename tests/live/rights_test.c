/* tests/live/rights_test.c - what a shaper of rights makes of lists, counters, pages and changes */
#include "cast.h"

#include "contact/contact.h"
#include "staff/staff.h"
#include "ticket/answer.h"
#include "ticket/desk.h"
#include "ticket/dossier.h"
#include "ticket/list.h"
#include "ticket/responsibility.h"
#include "ticket/ticket.h"
#include "user/department.h"

#include <inttypes.h>
#include <string.h>

/* Of the person who is shaped; everybody else stays as they are. */
static int64_t shaped_id;
static struct grant shaped[4];
static size_t shaped_n;

static int shape(struct db *db, struct arena *a, const struct viewer *v, struct rights *r,
                 struct err *err)
{
    (void)db;
    (void)a;
    (void)err;
    if (v->user_id != shaped_id || v->role != ROLE_AGENT)
        return 0;
    memcpy(r->grants, shaped, shaped_n * sizeof(*shaped));
    r->n = shaped_n;
    return 0;
}

static struct capabilities without(enum role role, int c)
{
    struct capabilities may = role_capabilities(role);
    capabilities_remove(&may, c);
    return may;
}

#define TICKETS 8
/* Two departments; tickets 1 to 8: home and sales in turn, the second of each two pairs the
 * agent's, 5 and 6 the owner's. Ticket 7 is resolved. */
struct place {
    struct live *l;
    struct cast *c;
    int64_t sales;
    int64_t id[TICKETS + 1];
};

struct opening {
    struct place *p;
    struct act act;
    int64_t department, id;
};

static int open_one(struct db *db, void *data, struct err *err)
{
    struct opening *o = data;
    struct ticket t;
    const struct contact customer = { .id = 5, .name = "Cust", .email = "cust@c.test" };
    const struct ticket_new n = { .department_id = o->department,
                                  .customer = &customer,
                                  .source = SOURCE_FORM,
                                  .subject = "Help",
                                  .status = STATUS_NEW };
    (void)db;
    if (ticket_create(&o->act, &n, &t, err) < 0)
        return -1;
    o->id = t.id;
    return 0;
}

static struct place *place_new(struct live *l)
{
    struct place *p = arena_zalloc(test_arena, sizeof(*p));
    *p = (struct place) { .l = l, .c = cast_new(l) };
    p->sales = new_department(l, p->c, "Sales");
    struct opening o = { .p = p, .act = live_act(l, &p->c->tenant, &p->c->db, &p->c->as_owner) };
    live_run(l,
             "INSERT INTO contact (tenant_id, id, email, name, created_at) VALUES (%" PRId64
             ", 5, 'cust@c.test', 'Cust', 1)",
             p->c->tenant.id);
    live_run(l,
             "INSERT INTO department_member (tenant_id, user_id, department_id) VALUES (%" PRId64
             ", %" PRId64 ", %" PRId64 ")",
             p->c->tenant.id, p->c->agent, p->sales);
    for (int i = 1; i <= TICKETS; i++) {
        o.department = i % 2 == 1 ? p->c->department : p->sales;
        live_is(l, db_transact(&p->c->db, open_one, &o, &l->err), 0);
        p->id[i] = o.id;
        int64_t agent = i % 4 == 3 || i % 4 == 0 ? p->c->agent : i > 4 ? p->c->owner : 0;
        live_is(l, ticket_assign(&o.act, o.id, 0, agent, &l->err), 0);
    }
    live_is(l, ticket_resolve(&o.act, p->id[7], 0, &l->err), 0);
    return p;
}

static struct viewer shape_agent(struct place *p, size_t n)
{
    shaped_id = p->c->agent;
    shaped_n = n;
    rights_shaper(shape);
    return live_viewer(p->l, &p->c->tenant, p->c->agent);
}

/* The grants that scopes are tried with: everywhere, in sales. */
static struct viewer with_scopes(struct place *p, enum scope others, enum scope sales)
{
    const struct capabilities may = role_capabilities(ROLE_AGENT);
    shaped[0] = (struct grant) { 0, (int)others, may };
    shaped[1] = (struct grant) { p->sales, (int)sales, may };
    return shape_agent(p, 2);
}

/* "3 4 7" */
static const char *listed(struct place *p, const struct viewer *v, const struct list_query *q)
{
    struct act act = live_act(p->l, &p->c->tenant, &p->c->db, v);
    struct list_page page;
    char *text = arena_strdup(test_arena, "");
    live_is(p->l, list_tickets(&act, q, &page, &p->l->err), 0);
    for (int i = 1; i <= TICKETS; i++)
        for (size_t k = 0; k < page.n; k++)
            if (page.rows[k].id == p->id[i])
                text = arena_printf(test_arena, "%s%s%d", text, *text != '\0' ? " " : "", i);
    ck_assert_uint_eq(page.n, (strlen(text) + 1) / 2);
    return text;
}

static const char *in_view(struct place *p, const struct viewer *v, enum list_view view,
                           int64_t department)
{
    const struct list_query q = { .view = view, .department_id = department, .max = 50 };
    return listed(p, v, &q);
}

/* Which pages of tickets are there. */
static const char *opened(struct place *p, const struct viewer *v)
{
    struct act act = live_act(p->l, &p->c->tenant, &p->c->db, v);
    char *text = arena_strdup(test_arena, "");
    for (int i = 1; i <= TICKETS; i++) {
        struct ticket t;
        if (ticket_by_id(&act, p->id[i], &t, &p->l->err) == 1)
            text = arena_printf(test_arena, "%s%s%d", text, *text != '\0' ? " " : "", i);
    }
    return text;
}

static const char *searched(struct place *p, const struct viewer *v)
{
    struct act act = live_act(p->l, &p->c->tenant, &p->c->db, v);
    const struct list_filter f = { .statuses = "NCAWRL", .before = INT64_MAX };
    int64_t numbers[TICKETS];
    const struct list_numbers all = { numbers, TICKETS, TICKETS };
    struct list_page page;
    char *text = arena_strdup(test_arena, "");
    for (int i = 0; i < TICKETS; i++)
        numbers[i] = i + 1;
    live_is(p->l, list_numbered(&act, &f, &all, &page, &p->l->err), 0);
    for (size_t i = page.n; i-- > 0;)
        text = arena_printf(test_arena, "%s%s%d", text, *text != '\0' ? " " : "",
                            (int)page.rows[i].number);
    return text;
}

static const struct {
    enum scope others, sales;
    const char *seen, *open, *unassigned, *mine, *open_of_sales;
} scopes[] = {
    { SCOPE_ALL, SCOPE_ALL, "1 2 3 4 5 6 7 8", "1 2 3 4 5 6 8", "1 2", "3 4 8", "2 4 6 8" },
    { SCOPE_NONE, SCOPE_ALL, "2 4 6 8", "2 4 6 8", "2", "4 8", "2 4 6 8" },
    { SCOPE_ASSIGNED, SCOPE_ASSIGNED, "3 4 7 8", "3 4 8", "", "3 4 8", "4 8" },
    { SCOPE_ASSIGNED, SCOPE_ALL, "2 3 4 6 7 8", "2 3 4 6 8", "2", "3 4 8", "2 4 6 8" },
    { SCOPE_ALL, SCOPE_ASSIGNED, "1 3 4 5 7 8", "1 3 4 5 8", "1", "3 4 8", "4 8" },
    { SCOPE_ALL, SCOPE_NONE, "1 3 5 7", "1 3 5", "1", "3", "" },
    { SCOPE_NONE, SCOPE_ASSIGNED, "4 8", "4 8", "", "4 8", "4 8" },
    { SCOPE_NONE, SCOPE_NONE, "", "", "", "", "" },
};

START_TEST(a_scope_holds_everywhere)
{
    struct place *p = place_new(live_start());
    struct viewer v = with_scopes(p, scopes[_i].others, scopes[_i].sales);
    ck_assert_str_eq(opened(p, &v), scopes[_i].seen);
    ck_assert_str_eq(searched(p, &v), scopes[_i].seen);
    ck_assert_str_eq(in_view(p, &v, LIST_ALL, 0), scopes[_i].seen);
    ck_assert_str_eq(in_view(p, &v, LIST_OPEN, 0), scopes[_i].open);
    ck_assert_str_eq(in_view(p, &v, LIST_UNASSIGNED, 0), scopes[_i].unassigned);
    ck_assert_str_eq(in_view(p, &v, LIST_MINE, 0), scopes[_i].mine);
    ck_assert_str_eq(in_view(p, &v, LIST_OPEN, p->sales), scopes[_i].open_of_sales);
    ck_assert_str_eq(in_view(p, &v, LIST_ALL, p->sales), scopes[_i].open_of_sales);
    ck_assert_str_eq(in_view(p, &v, LIST_DELETED, 0), "");
}
END_TEST

static size_t count(const char *list)
{
    return (strlen(list) + 1) / 2;
}

START_TEST(badges_count_what_is_listed)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    struct viewer v = with_scopes(p, scopes[_i].others, scopes[_i].sales);
    struct desk desk;
    live_is(l, desk_read(&p->c->db, test_arena, NULL, &v, NULL, &desk, &l->err), 0);
    ck_assert_uint_eq((size_t)desk.counts.folders[FOLDER_OPEN], count(scopes[_i].open));
    ck_assert_uint_eq((size_t)desk.counts.unassigned, count(scopes[_i].unassigned));
    ck_assert_uint_eq((size_t)desk.counts.mine, count(scopes[_i].mine));
    for (size_t i = 0; i < desk.counts.departments_n; i++)
        if (desk.counts.departments[i].id == p->sales)
            ck_assert_uint_eq((size_t)desk.counts.departments[i].open,
                              count(scopes[_i].open_of_sales));
    ck_assert_uint_eq(desk.counts.departments_n,
                      (size_t)(scopes[_i].others != 0) + (scopes[_i].sales != 0));
}
END_TEST

/* Page after page, forwards and back, in a scope that is put together from several indexes. */
START_TEST(pages_of_a_mixed_scope_follow_each_other)
{
    struct place *p = place_new(live_start());
    struct viewer v = with_scopes(p, SCOPE_ASSIGNED, SCOPE_ALL);
    struct act act = live_act(p->l, &p->c->tenant, &p->c->db, &v);
    static const int order[] = { 8, 7, 6, 4, 3, 2 };
    struct list_key from;
    struct list_query q = { .view = LIST_ALL, .max = 2 };
    struct list_page page;
    live_run(p->l, "UPDATE ticket SET activity_at = number WHERE tenant_id = %" PRId64,
             p->c->tenant.id);
    for (int i = 0; i < 6; i += 2) {
        live_is(p->l, list_tickets(&act, &q, &page, &p->l->err), 0);
        ck_assert_uint_eq(page.n, 2);
        ck_assert_int_eq(page.rows[0].number, order[i]);
        ck_assert_int_eq(page.rows[1].number, order[i + 1]);
        ck_assert_int_eq(page.has_older, i < 4);
        from = (struct list_key) { page.rows[1].activity_at, page.rows[1].id };
        q.from = &from;
    }
    from = (struct list_key) { 3, p->id[3] };
    q.is_backwards = true;
    live_is(p->l, list_tickets(&act, &q, &page, &p->l->err), 0);
    ck_assert_int_eq(page.rows[0].number, 6);
    ck_assert_int_eq(page.rows[1].number, 4);
}
END_TEST

static int answer(struct act *act, int64_t id, bool resolves, struct err *err)
{
    int64_t message;
    const struct answer x = {
        .ticket_id = id, .text = "Hello", .is_silent = true, .resolves = resolves
    };
    return answer_send(act, &x, &message, err);
}

static int note(struct act *act, int64_t id, struct err *err)
{
    int64_t message;
    const struct answer x = { .ticket_id = id, .text = "Hello" };
    return answer_note(act, &x, &message, err);
}

static int try(struct place *p, struct act *act, int capability, struct err *err)
{
    int64_t id = p->id[1];
    switch (capability) {
    case CAP_TICKET_ANSWER:
        return answer(act, id, false, err);
    case CAP_TICKET_NOTE:
        return note(act, id, err);
    case CAP_TICKET_STATUS:
        return ticket_resolve(act, id, 0, err);
    case CAP_TICKET_ASSIGN:
        return ticket_assign(act, id, 0, p->c->agent, err);
    case CAP_TICKET_TRANSFER:
        return ticket_transfer(act, id, 0, p->sales, 0, err);
    case CAP_TICKET_SPAM:
        return ticket_spam(act, id, 0, err);
    default:
        return ticket_delete(act, id, 0, err);
    }
}

/* Each right is needed for its action, and for no other. */
START_TEST(an_action_needs_its_right_in_the_department)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    int capability = CAP_TICKET_ANSWER + _i;
    shaped[0] = (struct grant) { 0, SCOPE_ALL, without(ROLE_ADMIN, capability) };
    shaped[1] = (struct grant) { p->sales, SCOPE_ALL, role_capabilities(ROLE_ADMIN) };
    struct viewer v = shape_agent(p, 2);
    struct act act = live_act(l, &p->c->tenant, &p->c->db, &v);
    int64_t before = live_number(l, "SELECT version FROM ticket WHERE id = %" PRId64, p->id[1]);
    ck_assert(viewer_may(&v, capability));
    live_fails(l, try(p, &act, capability, &l->err), ERR_FORBIDDEN);
    ck_assert_int_eq(live_number(l, "SELECT version FROM ticket WHERE id = %" PRId64, p->id[1]),
                     before);
    capabilities_add(&shaped[0].may, capability);
    v = shape_agent(p, 2);
    live_is(l, try(p, &act, capability, &l->err), 0);
}
END_TEST

START_TEST(what_is_two_things_needs_two_rights)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    shaped[0] = (struct grant) { 0, SCOPE_ALL, without(ROLE_AGENT, CAP_TICKET_STATUS) };
    struct viewer v = shape_agent(p, 1);
    struct act act = live_act(l, &p->c->tenant, &p->c->db, &v);
    live_fails(l, answer(&act, p->id[1], true, &l->err), ERR_FORBIDDEN);
    live_is(l, answer(&act, p->id[1], false, &l->err), 0);
    shaped[0].may = without(ROLE_AGENT, CAP_TICKET_ASSIGN);
    v = shape_agent(p, 1);
    live_fails(l, ticket_transfer(&act, p->id[1], 0, p->sales, p->c->agent, &l->err),
               ERR_FORBIDDEN);
    live_is(l, ticket_transfer(&act, p->id[1], 0, p->sales, 0, &l->err), 0);
}
END_TEST

/* What is out of sight is not there, whatever one may do elsewhere. */
START_TEST(out_of_scope_is_not_there)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    struct viewer v = with_scopes(p, SCOPE_ASSIGNED, SCOPE_ALL);
    struct act act = live_act(l, &p->c->tenant, &p->c->db, &v);
    live_fails(l, ticket_resolve(&act, p->id[1], 0, &l->err), ERR_NOT_FOUND);
    live_fails(l, note(&act, p->id[1], &l->err), ERR_NOT_FOUND);
    live_is(l, note(&act, p->id[3], &l->err), 0);
    live_is(l, ticket_assign(&act, p->id[3], 0, 0, &l->err), 0);
    live_fails(l, note(&act, p->id[3], &l->err), ERR_NOT_FOUND);
    struct ticket t;
    struct dossier d;
    struct db_later later;
    live_is(l, ticket_by_id(&act, p->id[2], &t, &l->err), 1);
    dossier_ask(&act, &t, &later);
    live_is(l, dossier_answer(&act, &later, NULL, &d, &l->err), 0);
    ck_assert_uint_eq(d.others_n, 4); /* 4 6 7 8 */
}
END_TEST

/* R1, R4: tickets are given to those who may work on them, as plugins have it. */
START_TEST(who_may_only_look_gets_no_tickets)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    shaped[0] = (struct grant) { 0, SCOPE_ALL, { { 0 } } };
    capabilities_add(&shaped[0].may, CAP_TICKET_READ);
    (void)shape_agent(p, 1);
    struct act act = live_act(l, &p->c->tenant, &p->c->db, &p->c->as_owner);
    struct desk desk;
    live_fails(l, ticket_assign(&act, p->id[1], 0, p->c->agent, &l->err), ERR_INVALID);
    live_is(l, desk_read(&p->c->db, test_arena, NULL, &p->c->as_owner, NULL, &desk, &l->err), 0);
    for (size_t i = 0; i < desk.roster->people_n; i++)
        ck_assert_int_eq(roster_works(desk.roster, &desk.roster->people[i], p->sales),
                         desk.roster->people[i].id != p->c->agent);
    capabilities_add(&shaped[0].may, CAP_TICKET_NOTE);
    live_is(l, ticket_assign(&act, p->id[1], 0, p->c->agent, &l->err), 0);
}
END_TEST

static int change(struct place *p, const struct viewer *by, int64_t who, enum role role,
                  const int64_t *departments, size_t n, struct err *err)
{
    int64_t version, tickets;
    struct act act = live_act(p->l, &p->c->tenant, &p->c->db, by);
    struct user_fields f = fields_of(p->l, p->c, who, role, &version);
    f.departments = departments;
    f.departments_n = n;
    return staff_update(&act, who, version, &f, &tickets, err);
}

/* "Manage agents" as a right of its own: never over those who have more, never for more. */
START_TEST(nobody_gives_what_they_have_not)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    const int64_t both[] = { p->sales, p->c->department };
    int64_t mate = live_user(l, &p->c->tenant, "mate@c.test", ROLE_AGENT, both, 1);
    shaped[0] = (struct grant) { 0, SCOPE_NONE, role_capabilities(ROLE_AGENT) };
    capabilities_add(&shaped[0].may, CAP_AGENTS);
    capabilities_add(&shaped[0].may, CAP_DEPARTMENTS);
    shaped[1] = (struct grant) { p->sales, SCOPE_ALL, role_capabilities(ROLE_AGENT) };
    struct viewer v = shape_agent(p, 2);
    live_is(l, change(p, &v, mate, ROLE_AGENT, both, 1, &l->err), 0);
    live_fails(l, change(p, &v, mate, ROLE_AGENT, both, 2, &l->err), ERR_FORBIDDEN);
    live_fails(l, change(p, &v, mate, ROLE_ADMIN, both, 1, &l->err), ERR_FORBIDDEN);
    live_fails(l, change(p, &v, mate, ROLE_OWNER, both, 1, &l->err), ERR_FORBIDDEN);
    live_fails(l, change(p, &v, p->c->admin, ROLE_AGENT, both, 1, &l->err), ERR_FORBIDDEN);
    live_fails(l, change(p, &v, p->c->owner, ROLE_AGENT, both, 1, &l->err), ERR_FORBIDDEN);
    live_fails(l, change(p, &v, p->c->agent, ROLE_ADMIN, both, 1, &l->err), ERR_FORBIDDEN);
    live_is(l, change(p, &p->c->as_admin, mate, ROLE_AGENT, both, 2, &l->err), 0);
    live_fails(l, change(p, &v, mate, ROLE_AGENT, both, 1, &l->err), ERR_FORBIDDEN);
}
END_TEST

static int let_in(struct place *p, const struct viewer *by, int64_t department, int64_t who)
{
    struct department d;
    int64_t tickets;
    struct act act = live_act(p->l, &p->c->tenant, &p->c->db, by);
    live_is(p->l, department_by_id(&p->c->db, test_arena, department, &d, &p->l->err), 1);
    const char *const address = d.address;
    struct department_fields f = department_with(d.name, &address);
    f.members = &who;
    f.members_n = 1;
    return staff_update_department(&act, department, d.version, &f, &tickets, &p->l->err);
}

/* Nor by letting somebody into a department that one does not see oneself. */
START_TEST(nobody_lets_in_where_they_are_not)
{
    struct live *l = live_start();
    struct place *p = place_new(l);
    int64_t mate = live_user(l, &p->c->tenant, "mate@c.test", ROLE_AGENT, NULL, 0);
    shaped[0] = (struct grant) { 0, SCOPE_NONE, role_capabilities(ROLE_AGENT) };
    capabilities_add(&shaped[0].may, CAP_DEPARTMENTS);
    shaped[1] = (struct grant) { p->sales, SCOPE_ALL, role_capabilities(ROLE_AGENT) };
    struct viewer v = shape_agent(p, 2);
    live_is(l, let_in(p, &v, p->sales, mate), 0);
    live_fails(l, let_in(p, &v, p->c->department, mate), ERR_FORBIDDEN);
    live_is(l, let_in(p, &p->c->as_admin, p->c->department, mate), 0);
}
END_TEST

static void fresh(void)
{
    rights_shaper(NULL);
    shaped_id = 0;
}

SUITE(rights_live)
{
    tcase_set_timeout(tc, 60);
    tcase_add_checked_fixture(tc, NULL, fresh);
    int n = sizeof(scopes) / sizeof(scopes[0]);
    tcase_add_loop_test(tc, a_scope_holds_everywhere, 0, n);
    tcase_add_loop_test(tc, badges_count_what_is_listed, 0, n);
    tcase_add_test(tc, pages_of_a_mixed_scope_follow_each_other);
    tcase_add_loop_test(tc, an_action_needs_its_right_in_the_department, 0,
                        CAP_TICKET_DELETE - CAP_TICKET_ANSWER + 1);
    tcase_add_test(tc, what_is_two_things_needs_two_rights);
    tcase_add_test(tc, out_of_scope_is_not_there);
    tcase_add_test(tc, who_may_only_look_gets_no_tickets);
    tcase_add_test(tc, nobody_gives_what_they_have_not);
    tcase_add_test(tc, nobody_lets_in_where_they_are_not);
}
