/* tests/unit/intake/spool_test.c - accepted mails: durable, claimed by one, parked after two deaths
 */
#include "../suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/id.h"
#include "intake/spool.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[64];
static struct err err;

static void set_up(void)
{
    (void)snprintf(folder, sizeof(folder), "/tmp/deskd-spool-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    err = (struct err)ERR_INIT;
    ck_assert_int_eq(spool_prepare(test_arena, folder, &err), 0);
}

static void tear_down(void)
{
    ck_assert_int_eq(file_remove_tree(folder, &err), 0);
}

static int64_t accept_one(const char *raw)
{
    int64_t id = id_new();
    struct envelope e = { id, 7, "jan@firma.example", "support+\xC5\xBC@acme.example",
                          1700000000000 };
    ck_assert_int_eq(spool_accept(test_arena, folder, &e, raw, strlen(raw), &err), 0);
    return id;
}

START_TEST(what_goes_in_comes_out)
{
    struct spooled s;
    int64_t id = accept_one("From: a\n\nb\n");
    ck_assert_int_eq(spool_claim(test_arena, folder, id, &s, &err), 1);
    ck_assert_uint_eq(s.size, 11);
    ck_assert_mem_eq(s.raw, "From: a\n\nb\n", 11);
    ck_assert_str_eq(s.envelope.to, "support+\xC5\xBC@acme.example");
    ck_assert(s.envelope.id == id && s.envelope.tenant_id == 7 &&
              s.envelope.received_at == 1700000000000);
    ck_assert_int_eq(spool_finish(test_arena, folder, &s, &err), 0);
    ck_assert_int_eq(spool_claim(test_arena, folder, id, &s, &err), 0);
    struct envelope e;
    const char *raw;
    size_t n;
    ck_assert_int_eq(raw_read(test_arena, folder, 7, id, &e, &raw, &n, &err), 1);
    ck_assert_uint_eq(n, 11);
    ck_assert_int_eq(raw_read(test_arena, folder, 8, id, &e, &raw, &n, &err), 0);
    ck_assert_int_eq(spool_restore(test_arena, folder, 7, id, &err), 0);
    ck_assert_int_eq(spool_claim(test_arena, folder, id, &s, &err), 1);
    spool_release(&s, true);
}
END_TEST

START_TEST(one_claims_at_a_time)
{
    struct spooled s, other;
    int64_t id = accept_one("x");
    ck_assert_int_eq(spool_claim(test_arena, folder, id, &s, &err), 1);
    ck_assert_int_eq(spool_claim(test_arena, folder, id, &other, &err), 0);
    spool_release(&s, true);
    ck_assert_int_eq(spool_claim(test_arena, folder, id, &s, &err), 1);
    spool_release(&s, true);
}
END_TEST

static void die_over(int64_t id)
{
    pid_t child = fork();
    ck_assert_int_ge(child, 0);
    if (child == 0) {
        struct spooled s;
        if (spool_claim(test_arena, folder, id, &s, &err) == 1 && spool_begin(&s, &err) == 0)
            (void)raise(SIGKILL);
        _exit(1);
    }
    int status;
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert(WIFSIGNALED(status));
}

START_TEST(deaths_are_counted)
{
    struct spooled s;
    int64_t id = accept_one("x");
    for (unsigned deaths = 0; deaths <= 2; deaths++) {
        ck_assert_int_eq(spool_claim(test_arena, folder, id, &s, &err), 1);
        ck_assert_uint_eq(s.attempts, deaths);
        spool_release(&s, true);
        if (deaths < 2)
            die_over(id);
    }
}
END_TEST

START_TEST(waiting_is_in_order)
{
    int64_t ids[5], *found;
    size_t n;
    umask(077); /* must not look like attempts */
    for (size_t i = 0; i < 5; i++)
        ids[i] = accept_one("x");
    ck_assert_int_eq(spool_waiting(test_arena, folder, 3, &found, &n, &err), 0);
    ck_assert_uint_eq(n, 3);
    for (size_t i = 0; i < n; i++)
        ck_assert(found[i] == ids[i]);
    struct spooled s;
    ck_assert_int_eq(spool_claim(test_arena, folder, ids[0], &s, &err), 1);
    ck_assert_uint_eq(s.attempts, 0);
    spool_release(&s, true);
}
END_TEST

SUITE(spool)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, what_goes_in_comes_out);
    tcase_add_test(tc, one_claims_at_a_time);
    tcase_add_test(tc, deaths_are_counted);
    tcase_add_test(tc, waiting_is_in_order);
}
