/* tests/unit/cli/cli_test.c - deskctl: finding the command, its arguments, its exit code */
#include "../suite.h"

#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"

#include <string.h>

static char seen[200];

static int look(struct cli *cli, struct err *err)
{
    int64_t n;
    if (cli_option_i64(cli, "n", 1, 9, 5, &n, err) < 0)
        return -1;
    (void)snprintf(seen, sizeof(seen), "%s|%s|%s|%s|%d|%d", cli->command->name,
                   cli->args_n > 0 ? cli->args[0] : "-", str_or(cli_option(cli, "to"), "-"),
                   str_or(cli_option_at(cli, "to", 1), "-"), cli_has(cli, "yes"), (int)n);
    return CLI_OK;
}

static int busy(struct cli *cli, struct err *err)
{
    (void)cli;
    return err_set(err, ERR_UNAVAILABLE, "away");
}

static int broken(struct cli *cli, struct err *err)
{
    (void)cli;
    return err_set(err, ERR_INTERNAL, "broken");
}

static const struct cli_command commands[] = {
    { "look", "", "", "to= yes n=", 0, 1, CLI_NOTHING, look },
    { "look far", "", "", "to= yes n=", 1, 1, CLI_NOTHING, look },
    { "busy", "", "", "", 0, 0, CLI_NOTHING, busy },
    { "broken", "", "", "", 0, 0, CLI_NOTHING, broken },
    CLI_END,
};
static const struct cli_command *const tables[] = { commands, NULL };

static const struct {
    const char *argv[8];
    int want;
    const char *seen; /* NULL: the command did not run */
} cases[] = {
    { { "look" }, CLI_OK, "look|-|-|-|0|5" },
    { { "look", "x", "--to", "a", "--to=b", "--yes", "--n", "9" }, CLI_OK, "look|x|a|b|1|9" },
    { { "look", "far", "x" }, CLI_OK, "look far|x|-|-|0|5" },
    { { "look", "--", "--to" }, CLI_OK, "look|--to|-|-|0|5" },
    { { "look", "far" }, CLI_USAGE, NULL },
    { { "look", "x", "y" }, CLI_USAGE, NULL },
    { { "look", "--to" }, CLI_USAGE, NULL },
    { { "look", "--yes=1" }, CLI_USAGE, NULL },
    { { "look", "--other" }, CLI_USAGE, NULL },
    { { "look", "--n", "10" }, CLI_USAGE, NULL },
    { { "look", "--t", "x" }, CLI_USAGE, NULL },
    { { "nothing" }, CLI_USAGE, NULL },
    { { NULL }, CLI_USAGE, NULL },
    { { "busy" }, CLI_TEMPORARY, NULL },
    { { "broken" }, CLI_FAILED, NULL },
    { { "help" }, CLI_OK, NULL },
};

START_TEST(runs)
{
    char words[10][32] = { "deskctl" }, *argv[11] = { words[0] };
    int argc = 1;
    for (size_t i = 0; i < 8 && cases[_i].argv[i] != NULL; i++, argc++) {
        (void)snprintf(words[argc], sizeof(words[0]), "%s", cases[_i].argv[i]);
        argv[argc] = words[argc];
    }
    seen[0] = '\0';
    ck_assert_int_eq(cli_main(tables, argc, argv), cases[_i].want);
    ck_assert_str_eq(seen, str_or(cases[_i].seen, ""));
}
END_TEST

SUITE(cli)
{
    tcase_add_loop_test(tc, runs, 0, sizeof(cases) / sizeof(cases[0]));
}
