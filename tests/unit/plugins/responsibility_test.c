/* tests/unit/plugins/responsibility_test.c - the order of tickets, and who gets one */
#include "../suite.h"

#include "plugins/responsibility/responsibility.c"

#define NOW (INT64_C(100) * DAY_MS)

/* Two tickets: what each is due, warns, waits since (days from now), its priority; the order; which
 * one comes first. */
struct due {
    int64_t due, warns, since, priority;
};
static const struct ordering {
    struct due a, b;
    enum order order;
    int first; /* -1 a, 1 b */
} orderings[] = {
    { { 7, 0, 0, 0 }, { 6, 0, -1, 0 }, ORDER_DUE, 1 },         /* who waits longer */
    { { -1, 0, -2, 0 }, { 1, 0, -9, 0 }, ORDER_DUE, -1 },      /* late before the rest */
    { { 2, 1, -1, 0 }, { 3, -1, -1, 0 }, ORDER_DUE, 1 },       /* soon late before the rest */
    { { 1, 0, 0, 0 }, { 6, 0, 0, 9 }, ORDER_DUE, 1 },          /* then priority */
    { { -1, 0, -8, 0 }, { 6, 0, 0, 9 }, ORDER_DUE, -1 },       /* but only within a band */
    { { -1, 0, -8, 0 }, { 6, 0, 0, 9 }, ORDER_PRIORITY, 1 },   /* unless it decides */
    { { -9, 0, -10, 0 }, { 6, 0, 0, 9 }, ORDER_PRIORITY, -1 }, /* nobody starves */
    { { -9, 0, -10, 0 }, { -1, 0, -11, 9 }, ORDER_DUE, -1 },
    { { 1, 0, 0, 9 }, { 6, 0, -1, 0 }, ORDER_FIFO, 1 }, /* time alone */
    { { 7, 0, 0, 0 }, { 7, 0, 0, 0 }, ORDER_DUE, -1 },  /* the older ticket */
    { { 7, 0, 0, -5 }, { 7, 0, 0, 0 }, ORDER_DUE, 1 },
    { { 7, 0, 0, -99999 }, { 7, 0, 0, -1000 }, ORDER_DUE, -1 }, /* out of bounds is the bound */
};

static void place(const struct due *d, enum order order, int64_t id, unsigned char *out)
{
    struct stand s;
    const struct deskd_urgency u = { sizeof(u), d->priority, NOW + d->due * DAY_MS,
                                     d->warns == 0 ? 0 : NOW + d->warns * DAY_MS };
    stand_make(&u, NOW + d->since * DAY_MS, NOW, &s);
    place_make(order, &s, id, out);
}

START_TEST(tickets_stand_in_order)
{
    unsigned char a[PLACE_BYTES], b[PLACE_BYTES];
    place(&orderings[_i].a, orderings[_i].order, 1, a);
    place(&orderings[_i].b, orderings[_i].order, 2, b);
    int order = memcmp(a, b, PLACE_BYTES);
    ck_assert_int_eq(order < 0 ? -1 : 1, orderings[_i].first);
}
END_TEST

START_TEST(a_band_ends_when_it_says)
{
    struct stand s;
    const struct deskd_urgency u = { sizeof(u), 0, 20, 15 };
    static const struct {
        int64_t now, moves_at;
        int band;
    } cases[] = { { 14, 15, BAND_REST },
                  { 15, 20, BAND_SOON },
                  { 20, 30, BAND_LATE },
                  { 30, 0, BAND_STARVING } };
    for (size_t i = 0; i < 4; i++) {
        stand_make(&u, 10, cases[i].now, &s);
        ck_assert_int_eq(s.band, cases[i].band);
        ck_assert_int_eq(s.moves_at, cases[i].moves_at);
    }
    stand_make(&(struct deskd_urgency) { sizeof(u), 0, 20, 25 }, 10, 19, &s);
    ck_assert_int_eq(s.moves_at, 20); /* a warning after the end is none */
}
END_TEST

START_TEST(who_was_not_seen_is_away)
{
    ck_assert_int_eq(state_now(STATE_HERE, NOW - SEEN_MS + 1, NOW), STATE_HERE);
    ck_assert_int_eq(state_now(STATE_HERE, NOW - SEEN_MS, NOW), STATE_AWAY);
    ck_assert_int_eq(state_now(STATE_PAUSED, 0, NOW), STATE_PAUSED);
}
END_TEST

/* Four people: load of capacity, state. chosen: index. */
static const struct choice {
    enum mode mode;
    int64_t previous_id, last_id;
    struct {
        int64_t load, capacity;
        enum state state;
    } who[4];
    int chosen;
} choices[] = {
#define H STATE_HERE
#define P STATE_PAUSED
#define A STATE_AWAY
    { MODE_TURN, 0, 0, { { 9, 0, H }, { 0, 0, H }, { 0, 0, H }, { 0, 0, H } }, 0 },
    { MODE_TURN, 20, 0, { { 0, 0, H }, { 0, 0, H }, { 5, 0, H }, { 0, 0, H } }, 2 },
    { MODE_TURN, 40, 0, { { 0, 0, P }, { 5, 0, H }, { 0, 0, H }, { 0, 0, H } }, 1 },
    { MODE_TURN, 10, 0, { { 0, 0, H }, { 0, 0, A }, { 5, 5, H }, { 0, 0, P } }, 0 },
    { MODE_TURN, 99, 0, { { 0, 0, P }, { 0, 0, A }, { 5, 5, H }, { 6, 5, H } }, -1 },
    { MODE_LEAST, 0, 0, { { 3, 0, H }, { 2, 0, H }, { 4, 0, H }, { 1, 0, A } }, 1 },
    { MODE_LEAST, 0, 0, { { 3, 10, H }, { 2, 4, H }, { 9, 40, H }, { 9, 0, P } }, 2 },
    { MODE_LEAST, 20, 0, { { 1, 0, H }, { 1, 0, H }, { 1, 0, H }, { 1, 0, H } }, 2 },
    { MODE_LAST, 0, 40, { { 0, 0, H }, { 0, 0, H }, { 0, 0, H }, { 9, 0, H } }, 3 },
    { MODE_LAST, 0, 40, { { 1, 0, H }, { 0, 0, H }, { 2, 0, H }, { 9, 9, H } }, 1 },
    { MODE_LAST, 0, 77, { { 1, 0, P }, { 1, 0, P }, { 2, 0, A }, { 9, 9, H } }, -1 },
};

START_TEST(somebody_is_chosen)
{
    const struct choice *c = &choices[_i];
    struct candidate all[4];
    for (size_t i = 0; i < 4; i++)
        all[i] = (struct candidate) { .user_id = (int64_t)(i + 1) * 10,
                                      .load = c->who[i].load,
                                      .capacity = c->who[i].capacity,
                                      .state = c->who[i].state };
    candidates_judge(all, 4);
    ck_assert_int_eq(candidates_choose(c->mode, all, 4, c->previous_id, c->last_id), c->chosen);
}
END_TEST

START_TEST(what_was_seen_is_read_again)
{
    const struct candidate all[] = { { 7, 1, 2, STATE_HERE, VERDICT_FULL },
                                     { INT64_MAX, 0, 0, STATE_HERE, VERDICT_CHOSEN } };
    struct candidate out[4];
    char text[3 * CANDIDATE_BYTES];
    size_t n;
    candidates_write(all, 2, text, sizeof(text));
    candidates_read(text, out, 4, &n);
    ck_assert_uint_eq(n, 2);
    ck_assert_int_eq(out[0].verdict, VERDICT_FULL);
    ck_assert_int_eq(out[1].user_id, INT64_MAX);
    candidates_read(text, out, 1, &n);
    ck_assert_uint_eq(n, 1);
    candidates_read("7:1:2", out, 4, &n);
    ck_assert_uint_eq(n, 0);
    candidates_read("nonsense", out, 4, &n);
    ck_assert_uint_eq(n, 0);
    candidates_write(all, 2, text, CANDIDATE_BYTES + 1); /* as many as fit, whole */
    candidates_read(text, out, 4, &n);
    ck_assert_uint_eq(n, 1);
}
END_TEST

SUITE(plugin_responsibility)
{
    tcase_add_loop_test(tc, tickets_stand_in_order, 0, sizeof(orderings) / sizeof(orderings[0]));
    tcase_add_test(tc, a_band_ends_when_it_says);
    tcase_add_test(tc, who_was_not_seen_is_away);
    tcase_add_loop_test(tc, somebody_is_chosen, 0, sizeof(choices) / sizeof(choices[0]));
    tcase_add_test(tc, what_was_seen_is_read_again);
}
