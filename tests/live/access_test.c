/* tests/live/access_test.c - sessions, logging in and its limits, one-time links */
#include "live.h"

#include "base/str.h"
#include "user/access_link.h"
#include "user/password.h"
#include "user/throttle.h"

#include <ctype.h>
#include <inttypes.h>

#define MAIL "ann@acme.test"

START_TEST(session_carries_the_person)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t), db_other = live_db(l, &other);
    struct viewer v;
    const char *token;
    int64_t id = live_user(l, &t, MAIL, ROLE_ADMIN, NULL, 0);
    live_is(l, session_start(&db, test_arena, id, "192.0.2.1", "Browser", &token, &l->err), 0);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 1);
    ck_assert_int_eq(v.user_id, id);
    ck_assert(viewer_may(&v, CAP_AGENTS) && !viewer_may(&v, CAP_OWNER));
    live_is(l, session_viewer(&db_other, test_arena, token, &v, &l->err), 0);
    live_is(l, session_viewer(&db, test_arena, "", &v, &l->err), 0);
    live_is(l, session_viewer(&db, test_arena, NULL, &v, &l->err), 0);
    ck_assert_int_eq(
        live_number(l, "SELECT COUNT(*) FROM session WHERE token_hash LIKE '%%%s%%'", token), 0);
    live_is(l, session_end(&db, token, &l->err), 0);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 0);
}
END_TEST

START_TEST(session_follows_every_change)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    struct viewer v;
    const char *token;
    int64_t id = live_user(l, &t, MAIL, ROLE_ADMIN, NULL, 0);
    live_is(l, session_start(&db, test_arena, id, "192.0.2.1", "", &token, &l->err), 0);
    live_run(l, "UPDATE user SET role = 1 WHERE id = %" PRId64, id);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 1);
    ck_assert(!viewer_sees_department(&v, 1) && !viewer_may(&v, CAP_AGENTS));
    live_run(l, "UPDATE user SET status = 3 WHERE id = %" PRId64, id);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 0);
    live_run(l, "UPDATE user SET status = 1 WHERE id = %" PRId64, id);
    live_run(l, "UPDATE session SET expires_at = 1 WHERE user_id = %" PRId64, id);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 0);
}
END_TEST

START_TEST(session_grows_with_use_but_not_for_ever)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    struct viewer v;
    const char *token;
    int64_t id = live_user(l, &t, MAIL, ROLE_ADMIN, NULL, 0);
    live_is(l, session_start(&db, test_arena, id, "192.0.2.1", "", &token, &l->err), 0);
    live_run(l,
             "UPDATE session SET expires_at = UNIX_TIMESTAMP() * 1000 + 5000 WHERE user_id = "
             "%" PRId64,
             id);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 1);
    ck_assert_int_gt(live_number(l,
                                 "SELECT expires_at - UNIX_TIMESTAMP() * 1000 FROM session "
                                 "WHERE user_id = %" PRId64,
                                 id),
                     6 * INT64_C(86400000));
    live_run(l,
             "UPDATE session SET created_at = UNIX_TIMESTAMP() * 1000 - 29.9 * 86400000, "
             "expires_at = UNIX_TIMESTAMP() * 1000 + 5000 WHERE user_id = %" PRId64,
             id);
    live_is(l, session_viewer(&db, test_arena, token, &v, &l->err), 1);
    ck_assert_int_lt(live_number(l,
                                 "SELECT expires_at - UNIX_TIMESTAMP() * 1000 FROM session "
                                 "WHERE user_id = %" PRId64,
                                 id),
                     INT64_C(86400000));
}
END_TEST

static int try_login(struct live *l, struct db *db, const struct tenant *t, const char *email,
                     const char *password, const char *remote)
{
    int64_t id;
    const struct login_try attempt = { email, password, remote };
    int rc = login_attempt(db, test_arena, &t->key, &attempt, &id, &l->err);
    ck_assert_msg(rc >= 0, "%s", l->err.msg);
    return rc;
}

START_TEST(login_needs_the_password)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t), db_other = live_db(l, &other);
    int64_t id = live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0);
    ck_assert_int_eq(try_login(l, &db, &t, " ANN@acme.test", LIVE_PASSWORD, "192.0.2.1"),
                     LOGIN_RIGHT);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, "correct horse 2", "192.0.2.1"), LOGIN_WRONG);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, "", "192.0.2.1"), LOGIN_WRONG);
    ck_assert_int_eq(try_login(l, &db, &t, "nobody@acme.test", LIVE_PASSWORD, "192.0.2.1"),
                     LOGIN_WRONG);
    ck_assert_int_eq(try_login(l, &db_other, &other, MAIL, LIVE_PASSWORD, "192.0.2.1"),
                     LOGIN_WRONG);
    live_run(l, "UPDATE user SET status = 3 WHERE id = %" PRId64, id);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, "192.0.2.1"), LOGIN_WRONG);
    live_run(l, "UPDATE user SET status = 1, password_hash = NULL WHERE id = %" PRId64, id);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, "192.0.2.1"), LOGIN_WRONG);
}
END_TEST

/* Failures without the cost of comparing: what many tries leave behind. */
static void fail_often(struct live *l, struct db *db, const struct tenant *t, const char *email,
                       int tries, const char *network)
{
    for (int i = 0; i < tries; i++)
        (void)try_login(l, db, t, email, "wrong password",
                        arena_printf(test_arena, "%s.%d", network, i + 1));
}

START_TEST(account_is_closed_after_ten_failures)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    const char *email = _i == 0 ? MAIL : "nobody@acme.test"; /* known and unknown look the same */
    (void)live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0);
    fail_often(l, &db, &t, email, 10, "198.51.100");
    ck_assert_int_eq(try_login(l, &db, &t, email, LIVE_PASSWORD, "203.0.113.9"), LOGIN_THROTTLED);
    live_run(l, "UPDATE throttle SET resets_at = 1 WHERE tenant_id = %" PRId64, t.id);
    ck_assert_int_eq(try_login(l, &db, &t, email, LIVE_PASSWORD, "203.0.113.9"),
                     _i == 0 ? LOGIN_RIGHT : LOGIN_WRONG);
}
END_TEST

static int64_t lock_ends(struct live *l, int64_t tenant)
{
    return live_number(
        l, "SELECT SUM(resets_at) FROM throttle WHERE hits >= 10 AND tenant_id = %" PRId64, tenant);
}

START_TEST(lock_does_not_grow)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    (void)live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0);
    fail_often(l, &db, &t, MAIL, 10, "198.51.100");
    int64_t before = lock_ends(l, t.id);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, "x", "198.51.100.1"), LOGIN_THROTTLED);
    ck_assert_int_eq(lock_ends(l, t.id), before);
}
END_TEST

START_TEST(victim_gets_in_at_home)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    const char *token;
    int64_t id = live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0);
    live_is(l, session_start(&db, test_arena, id, "192.0.2.77", "", &token, &l->err), 0);
    fail_often(l, &db, &t, MAIL, 12, "198.51.100");
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, "203.0.113.9"), LOGIN_THROTTLED);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, "192.0.2.77"), LOGIN_RIGHT);
    for (int i = 0; i < 10; i++)
        (void)try_login(l, &db, &t, MAIL, "wrong password", "192.0.2.77");
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, "192.0.2.77"), LOGIN_THROTTLED);
}
END_TEST

START_TEST(network_is_closed_after_fifty_failures)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t), db_other = live_db(l, &other);
    (void)live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0);
    (void)live_user(l, &other, MAIL, ROLE_AGENT, NULL, 0);
    const struct throttle network = { "login.network", 50, 900000 };
    const char *remote = _i == 0 ? "198.51.100.7" : "2001:db8:1:2::7";
    const char *near = _i == 0 ? remote : "2001:db8:1:2:ffff::1";
    const char *far = _i == 0 ? "198.51.100.8" : "2001:db8:1:3::7";
    for (int i = 0; i < 50; i++)
        live_is(l,
                throttle_hit(&db, test_arena, &t.key, &network,
                             throttle_network(test_arena, remote), &l->err),
                1);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, near), LOGIN_THROTTLED);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, far), LOGIN_RIGHT);
    ck_assert_int_eq(try_login(l, &db_other, &other, MAIL, LIVE_PASSWORD, remote), LOGIN_RIGHT);
}
END_TEST

START_TEST(success_is_no_failure)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    (void)live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0);
    for (int i = 0; i < 12; i++)
        ck_assert_int_eq(try_login(l, &db, &t, MAIL, LIVE_PASSWORD, "192.0.2.1"), LOGIN_RIGHT);
    ck_assert_int_eq(live_number(l,
                                 "SELECT COALESCE(SUM(hits), 0) FROM throttle WHERE tenant_id "
                                 "= %" PRId64,
                                 t.id),
                     0);
}
END_TEST

static int64_t invited(struct live *l, const struct tenant *t)
{
    struct db db = live_db(l, t);
    int64_t id;
    const struct user_fields f = {
        .name = "Ann", .email = MAIL, .role = ROLE_AGENT, .gender = "f", .is_active = true
    };
    live_is(l, user_create(&db, test_arena, NULL, &f, &id, &l->err), 0);
    return id;
}

/* The token of a new link. */
static const char *link_for(struct live *l, const struct tenant *t, int64_t id,
                            enum access_purpose purpose)
{
    struct db db = live_db(l, t);
    struct access_link link = { .user_id = id, .purpose = purpose };
    live_is(l, access_link_create(&db, test_arena, &t->key, &link, &l->err), 0);
    return link.token;
}

START_TEST(link_works_once)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t), db_other = live_db(l, &other);
    struct user u;
    enum access_purpose purpose;
    const char *good = LIVE_PASSWORD;
    int64_t id = invited(l, &t), who;
    const char *token = link_for(l, &t, id, ACCESS_INVITATION);
    live_is(l, access_link_peek(&db, test_arena, token, &u, &purpose, &l->err), 1);
    ck_assert_int_eq(u.id, id);
    ck_assert_int_eq(purpose, ACCESS_INVITATION);
    live_is(l, access_link_peek(&db_other, test_arena, token, &u, &purpose, &l->err), 0);
    live_fails(l, access_link_use(&db, test_arena, token, "short", &who, &l->err), ERR_INVALID);
    live_is(l, access_link_use(&db_other, test_arena, token, good, &who, &l->err), 0);
    live_is(l, access_link_use(&db, test_arena, token, good, &who, &l->err), 1);
    ck_assert_int_eq(who, id);
    live_is(l, access_link_use(&db, test_arena, token, good, &who, &l->err), 0);
    live_is(l, user_by_id(&db, test_arena, id, &u, &l->err), 1);
    ck_assert_int_eq(u.status, USER_ACTIVE);
    ck_assert_int_eq(try_login(l, &db, &t, MAIL, good, "192.0.2.1"), LOGIN_RIGHT);
}
END_TEST

START_TEST(link_ends_in_time)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    int64_t id = invited(l, &t), who;
    enum access_purpose purpose = _i == 0 ? ACCESS_INVITATION : ACCESS_RESET;
    int64_t hours = _i == 0 ? 72 : 1;
    const char *token = link_for(l, &t, id, purpose);
    ck_assert_int_eq(live_number(l,
                                 "SELECT expires_at - created_at FROM access_link WHERE "
                                 "user_id = %" PRId64,
                                 id),
                     hours * 3600000);
    live_run(l,
             "UPDATE access_link SET expires_at = UNIX_TIMESTAMP() * 1000 - 1 WHERE user_id = "
             "%" PRId64,
             id);
    live_is(l, access_link_use(&db, test_arena, token, LIVE_PASSWORD, &who, &l->err), 0);
}
END_TEST

/* The seed makes the token with the right key, for the right person, and is no token itself. */
START_TEST(link_grows_from_its_seed)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l), other = live_tenant(l);
    struct db db = live_db(l, &t);
    struct access_link link = { .user_id = invited(l, &t), .purpose = ACCESS_INVITATION };
    int64_t who;
    live_is(l, access_link_create(&db, test_arena, &t.key, &link, &l->err), 0);
    const char *const wrong[] = {
        link.seed, access_link_token(test_arena, &other.key, link.user_id, link.seed),
        access_link_token(test_arena, &t.key, link.user_id + 1, link.seed),
        access_link_token(test_arena, &t.key, link.user_id, "")
    };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        live_is(l, access_link_use(&db, test_arena, wrong[i], LIVE_PASSWORD, &who, &l->err), 0);
    const char *again = access_link_token(test_arena, &t.key, link.user_id, link.seed);
    ck_assert_str_eq(again, link.token);
    live_is(l, access_link_use(&db, test_arena, again, LIVE_PASSWORD, &who, &l->err), 1);
}
END_TEST

/* Neither nothing nor a token in other letters is a token. */
START_TEST(link_is_exact)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    int64_t id = invited(l, &t), who;
    const char *token = link_for(l, &t, id, ACCESS_RESET);
    char *swapped = arena_strdup(test_arena, token);
    for (char *p = swapped; *p != '\0'; p++)
        *p = (char)(islower((unsigned char)*p) ? toupper((unsigned char)*p)
                                               : tolower((unsigned char)*p));
    const char *const wrong[] = { "",
                                  "0",
                                  swapped,
                                  arena_printf(test_arena, "%sA", token),
                                  arena_strndup(test_arena, token, 42),
                                  NULL };
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        live_is(l, access_link_use(&db, test_arena, wrong[i], LIVE_PASSWORD, &who, &l->err), 0);
    const char *later = link_for(l, &t, id, ACCESS_RESET);
    live_is(l, access_link_use(&db, test_arena, token, LIVE_PASSWORD, &who, &l->err), 0);
    live_run(l, "UPDATE user SET status = 3 WHERE id = %" PRId64, id);
    live_is(l, access_link_use(&db, test_arena, later, LIVE_PASSWORD, &who, &l->err), 0);
}
END_TEST

START_TEST(reset_ends_sessions)
{
    struct live *l = live_start();
    struct tenant t = live_tenant(l);
    struct db db = live_db(l, &t);
    struct viewer v;
    const char *session;
    int64_t id = live_user(l, &t, MAIL, ROLE_AGENT, NULL, 0), who;
    live_is(l, session_start(&db, test_arena, id, "192.0.2.1", "", &session, &l->err), 0);
    const char *token = link_for(l, &t, id, ACCESS_RESET);
    live_is(l, access_link_use(&db, test_arena, token, "another horse", &who, &l->err), 1);
    live_is(l, session_viewer(&db, test_arena, session, &v, &l->err), 0);
}
END_TEST

SUITE(access)
{
    tcase_add_test(tc, session_carries_the_person);
    tcase_add_test(tc, session_follows_every_change);
    tcase_add_test(tc, session_grows_with_use_but_not_for_ever);
    tcase_add_test(tc, login_needs_the_password);
    tcase_add_loop_test(tc, account_is_closed_after_ten_failures, 0, 2);
    tcase_add_test(tc, lock_does_not_grow);
    tcase_add_test(tc, victim_gets_in_at_home);
    tcase_add_loop_test(tc, network_is_closed_after_fifty_failures, 0, 2);
    tcase_add_test(tc, success_is_no_failure);
    tcase_add_test(tc, link_works_once);
    tcase_add_loop_test(tc, link_ends_in_time, 0, 2);
    tcase_add_test(tc, link_grows_from_its_seed);
    tcase_add_test(tc, link_is_exact);
    tcase_add_test(tc, reset_ends_sessions);
}
