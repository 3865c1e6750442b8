/* tests/live/search_test.c - the index against a plain look at what was said, and what happens to
 * it */
#include "cast.h"

#include "base/buf.h"
#include "base/str.h"
#include "contact/contact.h"
#include "search/bits.h"
#include "search/index.h"
#include "search/lookup.h"
#include "search/query.h"
#include "search/terms.h"
#include "ticket/indexing.h"
#include "ticket/message.h"
#include "ticket/ticket.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Tickets of three blocks, each with some of these words. */
#define TICKETS 2600
#define STEP    7 /* only each seventh number is there */
static const char *const words[] = { "alpha",   "alpine", "beta",  "gamma",       "delta",
                                     "epsilon", "zażółć", "FV-12", "x@y.example", "rare" };
#define WORDS (sizeof(words) / sizeof(words[0]))

static uint64_t roll(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

static bool says(int64_t number, size_t word)
{
    uint64_t state = (uint64_t)number * 64 + word;
    (void)roll(&state);
    unsigned often = word == WORDS - 1 ? 50 : (unsigned)(2 + word);
    return number % STEP == 0 && roll(&state) % often == 0;
}

static void say(struct live *l, struct db *db, int64_t number)
{
    struct buf text = buf_make(test_arena, 100);
    struct terms terms = terms_new(test_arena);
    for (size_t i = 0; i < WORDS; i++)
        if (says(number, i))
            buf_printf(&text, "%s, ", words[i]);
    terms_add_mark(&terms, TERM_ANY);
    terms_add_id(&terms, TERM_DEPARTMENT, number % 3 + 1);
    terms_add(&terms, TERM_SUBJECT, buf_str(&text));
    live_is(l, search_add(db, number, number, &terms, &l->err), 0);
}

/* All but the newest hundred are merged. */
static void fill(struct live *l, struct tenant *t, struct db *db)
{
    size_t n = 1;
    for (int64_t number = STEP; number <= TICKETS; number += STEP) {
        say(l, db, number);
        if (number / STEP == (TICKETS - 100) / STEP)
            while (n > 0)
                live_is(l, search_merge(db, test_arena, &n, &l->err), 0);
    }
    live_run(l, "UPDATE ticket_sequence SET last = %d WHERE tenant_id = %" PRId64, TICKETS, t->id);
}

static size_t look_up(struct live *l, struct db *db, const char *text,
                      const struct lookup_scope *scope, struct lookup_hit *hits)
{
    struct query *q = arena_alloc(test_arena, sizeof(*q));
    size_t n, total = 0;
    query_parse(test_arena, text, q);
    struct lookup *lookup = lookup_open(db, test_arena, q, scope, &l->err);
    ck_assert_msg(lookup != NULL, "%s", l->err.msg);
    do {
        live_is(l, lookup_next(lookup, hits + total, 13, &n, &l->err), 0);
        total += n;
    } while (n == 13);
    return total;
}

/* Which tickets a query means: want[i] 1: with word i, 0: without, -1: whichever. */
struct wish {
    const char *query;
    signed char want[WORDS];
};
#define ANY -1
static const struct wish wishes[] = {
    { "alpha", { 1, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY } },
    { "Alpha BETA", { 1, ANY, 1, ANY, ANY, ANY, ANY, ANY, ANY, ANY } },
    { "alpha beta -gamma", { 1, ANY, 1, 0, ANY, ANY, ANY, ANY, ANY, ANY } },
    { "rare zazolc", { ANY, ANY, ANY, ANY, ANY, ANY, 1, ANY, ANY, 1 } },
    { "-alpha", { 0, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY } },
    { "-alpha* rare", { 0, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY, 1 } },
    { "alph* -alpine", { 1, 0, ANY, ANY, ANY, ANY, ANY, ANY, ANY, ANY } },
    { "subject:epsilon fv-12", { ANY, ANY, ANY, ANY, ANY, 1, ANY, 1, ANY, ANY } },
    { "x@y.example delta", { ANY, ANY, ANY, ANY, 1, ANY, ANY, ANY, 1, ANY } },
    { "y.example subject:del*", { ANY, ANY, ANY, ANY, 1, ANY, ANY, ANY, 1, ANY } },
    { "from:alpha", { 1, 0, 0, 0, 0, 0, 0, 0, 0, 0 } }, /* nobody: see is_wished */
};

static bool is_wished(const struct wish *w, int64_t number)
{
    if (number % STEP != 0 || str_starts(w->query, "from:"))
        return false;
    for (size_t i = 0; i < WORDS; i++)
        if (w->want[i] != ANY && says(number, i) != (w->want[i] == 1))
            return false;
    return true;
}

static void check_wish(struct live *l, struct db *db, const struct wish *w, int64_t department,
                       int64_t below)
{
    struct lookup_hit *hits = arena_array(test_arena, TICKETS + 20, sizeof(*hits));
    struct lookup_scope scope = { .departments = department != 0 ? &department : NULL,
                                  .departments_n = department != 0,
                                  .below = below };
    size_t n = look_up(l, db, w->query, &scope, hits), k = 0;
    for (int64_t number = below == 0 ? TICKETS : below - 1; number > 0; number--) {
        if (!is_wished(w, number) || (department != 0 && number % 3 + 1 != department))
            continue;
        ck_assert_msg(k < n && hits[k].number == number, "%s: %" PRId64 " is missing", w->query,
                      number);
        ck_assert_msg(hits[k++].is_sure, "%s: %" PRId64 " is not sure", w->query, number);
    }
    ck_assert_msg(k == n, "%s: %zu found, %zu wished", w->query, n, k);
}

START_TEST(lookups_find_what_is_there)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t), db_other = live_db(l, &other);
    struct lookup_hit hit[20];
    fill(l, &t, &db);
    for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
        check_wish(l, &db, &wishes[i], 0, 0);
        check_wish(l, &db, &wishes[i], 2, 0);
        check_wish(l, &db, &wishes[i], 0, TICKETS / 2);
    }
    live_run(l, "UPDATE ticket_sequence SET last = %d WHERE tenant_id = %" PRId64, TICKETS,
             other.id);
    ck_assert_uint_eq(look_up(l, &db_other, "alpha", &(struct lookup_scope) { .below = 0 }, hit),
                      0);
    ck_assert_uint_eq(look_up(l, &db_other, "-alpha", &(struct lookup_scope) { .below = 0 }, hit),
                      0);
}
END_TEST

START_TEST(nobody_without_departments_finds_anything)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    struct lookup_hit hit[20];
    int64_t none = 0;
    say(l, &db, STEP);
    live_run(l, "UPDATE ticket_sequence SET last = 9 WHERE tenant_id = %" PRId64, t.id);
    struct lookup_scope scope = { .departments = &none, .departments_n = 0 };
    ck_assert_uint_eq(look_up(l, &db, "-nothing", &(struct lookup_scope) { .below = 0 }, hit), 1);
    ck_assert_uint_eq(look_up(l, &db, "-nothing", &scope, hit), 0);
}
END_TEST

/* What follows each other, and prefixes of very many words, are for the texts to decide. */
START_TEST(what_is_not_sure_says_so)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    struct lookup_scope scope = { .below = 0 };
    struct lookup_hit hit[20];
    struct terms terms = terms_new(test_arena);
    size_t n;
    terms_add(&terms, TERM_WORD, "order77 alpha beta FV/2026/1");
    live_is(l, search_add(&db, 5, 5, &terms, &l->err), 0);
    live_is(l, search_merge(&db, test_arena, &n, &l->err), 0);
    live_run(l, "UPDATE ticket_sequence SET last = 9 WHERE tenant_id = %" PRId64, t.id);
    ck_assert_uint_eq(look_up(l, &db, "\"beta alpha\"", &scope, hit), 1);
    ck_assert(!hit[0].is_sure);
    ck_assert_uint_eq(look_up(l, &db, "-\"beta alpha\" alpha", &scope, hit), 1);
    ck_assert(!hit[0].is_sure);
    ck_assert_uint_eq(look_up(l, &db, "fv/2026/1", &scope, hit), 1);
    ck_assert(hit[0].is_sure);
    ck_assert_uint_eq(look_up(l, &db, "orde*", &scope, hit), 1);
    ck_assert(hit[0].is_sure);
    live_run(l,
             "INSERT INTO search_block (tenant_id, term, block, tickets) SELECT %" PRId64
             ", CONCAT('order', seq), 0, '' FROM seq_1000_to_9100",
             t.id);
    ck_assert_uint_eq(look_up(l, &db, "orde*", &scope, hit), 1);
    ck_assert(!hit[0].is_sure);
}
END_TEST

/* --- tickets --- */

struct opening {
    struct act *act;
    int64_t department;
    struct ticket ticket;
    int64_t message;
};

static int open_one(struct db *db, void *data, struct err *err)
{
    struct opening *o = data;
    const struct contact customer = { .id = 5, .name = "Carla", .email = "carla@c.test" };
    struct ticket_new n = { .department_id = o->department,
                            .customer = &customer,
                            .source = SOURCE_FORM,
                            .subject = "Żaba",
                            .status = STATUS_NEW };
    struct message_new m = { .kind = MESSAGE_CUSTOMER,
                             .from_name = "Carla",
                             .from_email = "carla@c.test",
                             .body = "The pond is dry",
                             .quote_at = -1 };
    (void)db;
    if (ticket_create(o->act, &n, &o->ticket, err) < 0)
        return -1;
    struct ticket old = o->ticket;
    return message_add(o->act, &o->ticket, &m, &o->message, err) < 0
               ? -1
               : ticket_save(o->act, &old, &o->ticket, err);
}

static struct opening open_ticket(struct live *l, struct cast *c, int64_t department)
{
    struct act *act = arena_alloc(test_arena, sizeof(*act));
    *act = live_act(l, &c->tenant, &c->db, NULL);
    struct opening o = { .act = act, .department = department };
    live_run(l,
             "INSERT IGNORE INTO contact (tenant_id, id, email, name, created_at) VALUES "
             "(%" PRId64 ", 5, 'cust@c.test', 'Cust', 1)",
             c->tenant.id);
    live_is(l, db_transact(&c->db, open_one, &o, &l->err), 0);
    return o;
}

START_TEST(messages_are_found_by_what_they_say)
{
    static const char *const queries[] = { "zaba",         "subject:ŻABA",
                                           "pond dry",     "from:carla",
                                           "carla@c.test", "c.test",
                                           "\"pond is\"",  NULL };
    struct live *l = live_start();
    struct cast c = *cast_new(l);
    struct lookup_hit hit[20];
    struct lookup_scope scope = { .below = 0 };
    struct opening o = open_ticket(l, &c, c.department);
    size_t n;
    for (int pass = 0; pass < 2; pass++) {
        for (size_t i = 0; queries[i] != NULL; i++) {
            ck_assert_msg(look_up(l, &c.db, queries[i], &scope, hit) == 1, "%s", queries[i]);
            ck_assert_int_eq(hit[0].number, o.ticket.number);
        }
        ck_assert_uint_eq(look_up(l, &c.db, "subject:pond", &scope, hit), 0);
        live_is(l, search_merge(&c.db, test_arena, &n, &l->err), 0);
        ck_assert_uint_eq(n, pass == 0 ? 1 : 0);
    }
}
END_TEST

static int all_older(struct live *l, struct db *db)
{
    int64_t left;
    int steps = 0;
    do {
        live_is(l, indexing_step(db, test_arena, &left, &l->err), 0);
        steps++;
    } while (left > 0);
    return steps;
}

/* Whatever is lost can be made again, in steps of a block; interrupted, it goes on. */
START_TEST(older_tickets_are_indexed_in_steps)
{
    enum { TICKETS_HERE = 60, BLOCKS_HERE = 3 };
    struct live *l = live_start();
    struct cast c = *cast_new(l);
    struct lookup_hit hit[TICKETS_HERE + 20];
    struct lookup_scope scope = { .below = 0 };
    int64_t left, billing = new_department(l, &c, "billing");
    for (int i = 0; i < TICKETS_HERE; i++) {
        if (i > 0 && i % (TICKETS_HERE / BLOCKS_HERE) == 0)
            live_run(l, "UPDATE ticket_sequence SET last = last + %d WHERE tenant_id = %" PRId64,
                     BLOCK_TICKETS, c.tenant.id);
        (void)open_ticket(l, &c, i % 2 ? c.department : billing);
    }
    live_run(l, "DELETE FROM search_waiting WHERE tenant_id = %" PRId64, c.tenant.id);
    ck_assert_uint_eq(look_up(l, &c.db, "pond", &scope, hit), 0);
    live_is(l, indexing_begin(&c.db, test_arena, &l->err), 0);
    live_is(l, indexing_step(&c.db, test_arena, &left, &l->err), 0);
    size_t found = look_up(l, &c.db, "pond", &scope, hit);
    ck_assert_uint_gt(found, 0);
    ck_assert_uint_lt(found, TICKETS_HERE);
    ck_assert_int_eq(hit[0].number, TICKETS_HERE + (BLOCKS_HERE - 1) * BLOCK_TICKETS); /* newest */
    live_is(l, indexing_begin(&c.db, test_arena, &l->err), 0);
    ck_assert_int_eq(all_older(l, &c.db), 2);
    ck_assert_uint_eq(look_up(l, &c.db, "pond", &scope, hit), TICKETS_HERE);
    scope.departments = &billing;
    scope.departments_n = 1;
    ck_assert_uint_eq(look_up(l, &c.db, "pond", &scope, hit), TICKETS_HERE / 2);
    ck_assert_int_eq(all_older(l, &c.db), 1);
}
END_TEST

SUITE(search)
{
    tcase_add_test(tc, lookups_find_what_is_there);
    tcase_add_test(tc, nobody_without_departments_finds_anything);
    tcase_add_test(tc, what_is_not_sure_says_so);
    tcase_add_test(tc, messages_are_found_by_what_they_say);
    tcase_add_test(tc, older_tickets_are_indexed_in_steps);
}
