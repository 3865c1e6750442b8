/* tests/live/names_test.c - the customer's name that each ticket carries */
#include "live.h"

#include "contact/contact.h"
#include "ticket/ticket.h"
#include "user/department.h"

#include <inttypes.h>

struct letter {
    struct act act;
    int64_t department;
    const char *name;
};

static int open_one(struct db *db, void *data, struct err *err)
{
    struct letter *x = data;
    struct contact customer;
    struct ticket t;
    bool is_new;
    if (contact_find_or_add(db, test_arena, "Carla@c.test", x->name, 1, &customer, &is_new, err) <
        0)
        return -1;
    const struct ticket_new n = { .department_id = x->department,
                                  .customer = &customer,
                                  .source = SOURCE_MAIL,
                                  .subject = "Help" };
    return ticket_create(&x->act, &n, &t, err);
}

static void write_as(struct live *l, struct tenant *t, struct db *db, const char *name)
{
    struct department d;
    live_is(l, department_default(db, test_arena, &d, &l->err), 1);
    struct letter x = { live_act(l, t, db, NULL), d.id, name };
    x.act.actor = ACTOR_CUSTOMER;
    live_is(l, db_transact(db, open_one, &x, &l->err), 0);
}

static int64_t named(struct live *l, const struct tenant *t, const char *name)
{
    return live_number(l,
                       "SELECT COUNT(*) FROM ticket WHERE tenant_id = %" PRId64
                       " AND contact_name = '%s' AND contact_email = 'carla@c.test'",
                       t->id, name);
}

START_TEST(a_name_that_comes_later_is_on_all_tickets)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t), others = live_db(l, &other);
    write_as(l, &other, &others, "");
    write_as(l, &t, &db, "");
    ck_assert_int_eq(named(l, &t, ""), 1);
    write_as(l, &t, &db, "Carla C");
    ck_assert_int_eq(named(l, &t, "Carla C"), 2);
    write_as(l, &t, &db, "Another"); /* the first name stays */
    ck_assert_int_eq(named(l, &t, "Carla C"), 3);
    ck_assert_int_eq(named(l, &other, ""), 1);
}
END_TEST

START_TEST(tickets_of_the_old_program_get_their_names)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    write_as(l, &t, &db, "Carla C");
    write_as(l, &t, &db, "Carla C");
    int64_t last = live_number(l, "SELECT MAX(id) FROM ticket WHERE tenant_id = %" PRId64, t.id);
    live_run(l,
             "UPDATE ticket SET contact_name = '', contact_email = '' WHERE tenant_id = %" PRId64,
             t.id);
    live_is(l, ticket_name_since(&db, last, &l->err), 0);
    ck_assert_int_eq(named(l, &t, "Carla C"), 1); /* the earlier one was named by the migration */
    live_is(l, ticket_name_since(&db, 0, &l->err), 0);
    ck_assert_int_eq(named(l, &t, "Carla C"), 2);
}
END_TEST

SUITE(names)
{
    tcase_add_test(tc, a_name_that_comes_later_is_on_all_tickets);
    tcase_add_test(tc, tickets_of_the_old_program_get_their_names);
}
