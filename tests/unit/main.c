/* tests/unit/main.c - runs every suite that was linked in; prints what Check prints */
#include "suite.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "base/err.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define SUITES_MAX 256

struct arena *test_arena;

static struct {
    const char *name;
    void (*fill)(TCase *tc);
} suites[SUITES_MAX];
static size_t suites_n;

void suite_add(const char *name, void (*fill)(TCase *tc))
{
    if (suites_n == SUITES_MAX)
        abort();
    suites[suites_n].name = name;
    suites[suites_n++].fill = fill;
}

static const char *source(void)
{
    const char *dir = getenv("DESKD_SOURCE");
    return dir != NULL ? dir : ".";
}

static const char *join(const char *between, const char *path)
{
    static char full[4][4096];
    static unsigned next;
    char *out = full[next++ % 4];
    (void)snprintf(out, sizeof(full[0]), "%s/%s%s", source(), between, path);
    return out;
}

const char *test_source(const char *path)
{
    return join("", path);
}

const char *test_corpus(const char *path)
{
    struct stat st;
    const char *full = join("../shared/data/", path);
    return stat(full, &st) == 0 ? full : NULL;
}

static void set_up(void)
{
    test_arena = arena_new(0);
    ck_assert_ptr_nonnull(test_arena);
}

static void tear_down(void)
{
    arena_free(&test_arena);
}

int main(void)
{
    struct err err = ERR_INIT;
    if (crypto_init(&err) < 0 || suites_n == 0)
        return EXIT_FAILURE;
    SRunner *runner = srunner_create(NULL);
    for (size_t i = 0; i < suites_n; i++) {
        Suite *s = suite_create(suites[i].name);
        TCase *tc = tcase_create(suites[i].name);
        tcase_add_checked_fixture(tc, set_up, tear_down);
        tcase_set_timeout(tc, 120);
        suites[i].fill(tc);
        suite_add_tcase(s, tc);
        srunner_add_suite(runner, s);
    }
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    int run = srunner_ntests_run(runner);
    srunner_free(runner);
    return failed == 0 && run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
