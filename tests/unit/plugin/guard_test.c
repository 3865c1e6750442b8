/* tests/unit/plugin/guard_test.c - into a plugin and back: what is put right, what is remembered,
 * what it costs */
#include "../suite.h"
#include "plugin/plugin_private.h"

#include "base/arena.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <fcntl.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define CALLS 20000

static struct scoreboard_slot slot;
static struct ledger ledger;
static struct child_env env;
static struct plugins all;
static struct plugin list[1];

static struct deskd_call begin(struct err *err)
{
    slot = (struct scoreboard_slot) { .tenant = 7 };
    memset(&ledger, 0, sizeof(ledger));
    env = (struct child_env) { .slot = &slot, .ledger = &ledger, .listen_fd = -1 };
    list[0] = (struct plugin) { .id = "fake" };
    all = (struct plugins) { .arena = test_arena, .env = &env, .list = list, .n = 1 };
    log_open(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_ERROR);
    guard_start(&all, NULL);
    return (struct deskd_call) { .all = &all, .plugin = list, .arena = test_arena, .err = err };
}

static int quiet(struct deskd_call *call, void *data)
{
    (void)call;
    ck_assert_str_eq(slot.plugin, "fake");
    ck_assert_str_eq(slot.where, "here");
    return *(int *)data;
}

START_TEST(passes_answers_on)
{
    struct err err = ERR_INIT;
    struct deskd_call call = begin(&err);
    int yes = DESKD_YES, failed = DESKD_FAILED;
    ck_assert_int_eq(plugin_call(&call, "here", 2, quiet, &yes), 1);
    ck_assert_str_eq(slot.plugin, "");
    ck_assert_int_eq(plugin_call(&call, "here", 2, quiet, &failed), -1);
    ck_assert_int_eq(err.code, ERR_INTERNAL);
    ck_assert(!plugins_must_leave(&all));
    ck_assert_uint_eq(ledger.n, 0);
}
END_TEST

static int disturb(struct deskd_call *call, void *data)
{
    sigset_t set;
    (void)call;
    switch (*(int *)data) {
    case FAILED_UMASK:
        (void)umask(0);
        break;
    case FAILED_LOCALE:
        (void)setlocale(LC_ALL, "C.UTF-8");
        break;
    case FAILED_SIGNALS:
        sigemptyset(&set);
        sigaddset(&set, SIGUSR2);
        (void)sigprocmask(SIG_BLOCK, &set, NULL);
        break;
    default:
        ck_assert_int_eq(chdir("/usr"), 0);
    }
    return DESKD_OK;
}

START_TEST(puts_right_what_was_changed)
{
    static const int hows[] = { FAILED_UMASK, FAILED_LOCALE, FAILED_SIGNALS, FAILED_FOLDER };
    struct err err = ERR_INIT;
    struct deskd_call call = begin(&err);
    mode_t mode = umask(022);
    (void)umask(mode);
    int how = hows[_i];
    const char *locale = arena_strdup(test_arena, setlocale(LC_ALL, NULL));
    call.kind = CALL_PAGE;
    ck_assert_int_eq(plugin_call(&call, "here", 2, disturb, &how), 0);
    ck_assert(plugins_must_leave(&all));
    ck_assert_uint_eq(ledger.n, 1);
    ck_assert_int_eq(ledger.places[0].how, how);
    ck_assert_int_eq(ledger.places[0].tenant, 7);
    ck_assert_str_eq(ledger.places[0].plugin, "fake");
    ck_assert_str_eq(setlocale(LC_ALL, NULL), locale);
    ck_assert_uint_eq(umask(mode), mode);
    sigset_t now;
    sigemptyset(&now);
    (void)sigprocmask(SIG_SETMASK, NULL, &now);
    ck_assert(!sigismember(&now, SIGUSR2));
}
END_TEST

/* Decisions are asked often: what they left is looked at when the work is over, or before another
 * plugin is called. */
START_TEST(decisions_are_checked_at_the_end)
{
    struct err err = ERR_INIT;
    struct deskd_call call = begin(&err);
    int how = FAILED_UMASK;
    mode_t mode = umask(022);
    (void)umask(mode);
    ck_assert_int_eq(plugin_call(&call, "here", 2, disturb, &how), 0);
    ck_assert(!plugins_must_leave(&all));
    plugins_end(&all);
    ck_assert(plugins_must_leave(&all));
    ck_assert_int_eq(ledger.places[0].how, FAILED_UMASK);
    ck_assert_str_eq(ledger.places[0].where, "here");
    ck_assert_uint_eq(umask(mode), mode);
}
END_TEST

static int take_all(struct deskd_call *call, void *data)
{
    (void)data;
    for (int i = 0; i < 1000; i++)
        (void)arena_alloc(call->arena, 1 << 16);
    return DESKD_OK;
}

START_TEST(leaves_the_guard_where_memory_ends)
{
    struct err err = ERR_INIT;
    struct deskd_call call = begin(&err);
    struct arena *a = arena_new(1 << 20);
    call.arena = a;
    volatile bool has_jumped = false;
    if (setjmp(*arena_boundary(a)) == 0)
        (void)plugin_call(&call, "here", 2, take_all, NULL);
    else
        has_jumped = true;
    ck_assert_msg(has_jumped, "the caller's own way out is taken");
    ck_assert_str_eq(slot.plugin, "");
    ck_assert_int_eq(ledger.places[0].how, FAILED_MEMORY);
    arena_free(&a);
}
END_TEST

static int die(struct deskd_call *call, void *data)
{
    (void)call;
    (void)data;
    (void)raise(SIGABRT);
    return 0;
}

/* Whoever dies in a plugin leaves with a status that says so; one of ours as it was before. */
START_TEST(a_crash_is_told_apart)
{
    for (int inside = 0; inside < 2; inside++) {
        pid_t pid = fork();
        if (pid == 0) {
            struct err err = ERR_INIT;
            struct deskd_call call = begin(&err);
            (void)signal(SIGABRT, SIG_DFL);
            guard_start(&all, NULL);
            if (inside)
                (void)plugin_call(&call, "here", 2, die, NULL);
            (void)die(NULL, NULL);
            _exit(0);
        }
        int status;
        ck_assert_int_eq(waitpid(pid, &status, 0), pid);
        if (inside)
            ck_assert_int_eq(WIFEXITED(status) ? WEXITSTATUS(status) : -1, 76);
        else
            ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    }
}
END_TEST

static int nothing(struct deskd_call *call, void *data)
{
    (void)call;
    return *(int *)data;
}

START_TEST(a_call_costs_little)
{
    struct err err = ERR_INIT;
    struct deskd_call call = begin(&err);
    int yes = DESKD_YES;
    int64_t start = clock_ticks_us();
    for (int i = 0; i < CALLS; i++)
        (void)plugin_call(&call, "here", 2, nothing, &yes);
    /* Shown, not judged: that would be a test of the machine. */
    (void)printf("guard: %.2f us a call\n", (double)(clock_ticks_us() - start) / CALLS);
    ck_assert(!plugins_must_leave(&all));
}
END_TEST

START_TEST(the_third_failure_parks)
{
    memset(&ledger, 0, sizeof(ledger));
    struct ledger_entry e;
    ck_assert(!ledger_look(&ledger, "fake", 7).is_resting);
    for (int i = 0; i < 2; i++)
        ledger_note(&ledger, "fake", 7, "here", FAILED_SIGNAL, SIGSEGV);
    ck_assert(ledger_look(&ledger, "fake", 7).is_resting);
    ck_assert(!ledger_look(&ledger, "fake", 7).is_parked);
    ledger_note(&ledger, "fake", 8, "here", FAILED_TIME, 0);
    ledger_note(&ledger, "other", 7, "here", FAILED_TIME, 0);
    ck_assert(!ledger_look(&ledger, "fake", 7).is_parked);
    ledger_note(&ledger, "fake", 7, "a place whose name is longer than there is room for it", 1, 2);
    ck_assert(ledger_look(&ledger, "fake", 7).is_parked);
    ck_assert(!ledger_look(&ledger, "fake", 8).is_parked);
    unsigned taken = 0;
    while (ledger_take(&ledger, &e))
        taken++;
    ck_assert_uint_eq(taken, 5);
    ck_assert_uint_eq(ledger_count(&ledger, "fake", 7), 3);
    ledger_spend(&ledger, "fake", 7);
    ck_assert(!ledger_look(&ledger, "fake", 7).is_parked);
    ck_assert_uint_eq(ledger_count(&ledger, "fake", 7), 0);
}
END_TEST

START_TEST(a_full_ledger_goes_on)
{
    memset(&ledger, 0, sizeof(ledger));
    for (int i = 0; i < LEDGER_PLACES + 5; i++)
        ledger_note(&ledger, "fake", i, "here", FAILED_TIME, 0);
    ck_assert_uint_eq(ledger_count(&ledger, "fake", LEDGER_PLACES + 4), 1);
    ck_assert_uint_eq(ledger_count(&ledger, "fake", 0), 0);
}
END_TEST

SUITE(plugin_guard)
{
    tcase_add_test(tc, passes_answers_on);
    tcase_add_loop_test(tc, puts_right_what_was_changed, 0, 4);
    tcase_add_test(tc, decisions_are_checked_at_the_end);
    tcase_add_test(tc, leaves_the_guard_where_memory_ends);
    tcase_add_test(tc, a_crash_is_told_apart);
    tcase_add_test(tc, a_call_costs_little);
    tcase_add_test(tc, the_third_failure_parks);
    tcase_add_test(tc, a_full_ledger_goes_on);
}
