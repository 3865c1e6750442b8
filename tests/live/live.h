#ifndef DESKD_TESTS_LIVE_H /* tests/live/live.h - a database for a test: DESKD_TEST_CONF names a   \
                              deskd.conf */
#define DESKD_TESTS_LIVE_H
#include "../unit/suite.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "ticket/act.h"
#include "user/user.h"
#include "user/viewer.h"

#include <mysql.h>

/* Of the running test; made by live_start, gone with test_arena. */
struct live {
    struct conf conf;
    struct crypto_key master;
    struct db_conn *conn;
    struct db global;
    MYSQL *raw; /* for what only tests may: statements that are put together */
    struct err err;
};

/* Connects and migrates; fails the test where that is not possible. */
struct live *live_start(void);
/* A tenant of its own, deleted when the test ends. */
struct tenant live_tenant(struct live *l);
/* Deletes it now: for large ones, as a test that fails leaves its tenants behind. */
void live_drop(struct live *l, int64_t tenant);
struct db live_db(struct live *l, const struct tenant *t);
/* An active person with password "correct horse 1"; departments_n 0: none. */
int64_t live_user(struct live *l, const struct tenant *t, const char *email, enum role role,
                  const int64_t *departments, size_t departments_n);
struct viewer live_viewer(struct live *l, const struct tenant *t, int64_t user_id);
struct act live_act(struct live *l, const struct tenant *t, struct db *db, const struct viewer *v);

/* Runs SQL text; fails the test on an error. */
void live_run(struct live *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The first value of its first row as a number; -1 without a row. */
int64_t live_number(struct live *l, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The first column of all rows; ends with NULL. */
const char **live_column(struct live *l, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define LIVE_PASSWORD "correct horse 1"
/* Asserts that a call returned rc (and says why it did not). */
#define live_is(l, call, rc)                                                                       \
    do {                                                                                           \
        (l)->err = (struct err)ERR_INIT;                                                           \
        int64_t live_rc_ = (call);                                                                 \
        ck_assert_msg(live_rc_ == (rc), "%s: %lld, %s", #call, (long long)live_rc_, (l)->err.msg); \
    } while (0)
/* Asserts that a call failed with this code. */
#define live_fails(l, call, wanted)                                                                \
    do {                                                                                           \
        (l)->err = (struct err)ERR_INIT;                                                           \
        int64_t live_rc_ = (call);                                                                 \
        ck_assert_msg(live_rc_ < 0 && (l)->err.code == (wanted), "%s: %lld, code %d, %s", #call,   \
                      (long long)live_rc_, (int)(l)->err.code, (l)->err.msg);                      \
    } while (0)
#endif
