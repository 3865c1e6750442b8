#include "cli/cli.h" /* deskctl migrate */

#include "base/err.h"
#include "base/str.h"
#include "db/migrate.h"

static void show(void *data, const char *file, size_t statement, size_t statements)
{
    const struct cli *cli = data;
    (void)fprintf(cli->out, "%s %zu/%zu\n", file, statement, statements);
    (void)fflush(cli->out);
}

static int migrate(struct cli *cli, struct err *err)
{
    struct migrate_result result;
    if (cli_has(cli, "check")) {
        int rc = migrate_is_done(cli->arena, &cli->conf, err);
        if (rc >= 0)
            (void)fprintf(cli->out, rc > 0 ? "up to date\n" : "migrations are waiting\n");
        return rc < 0 ? -1 : rc > 0 ? CLI_OK : CLI_FAILED;
    }
    if (migrate_run(cli->arena, &cli->conf, cli_has(cli, "quiet") ? NULL : show, cli, &result,
                    err) < 0)
        return -1;
    if (result.statements == 0 && !cli_has(cli, "quiet"))
        (void)fprintf(cli->out, "up to date, %zu files\n", result.files);
    return CLI_OK;
}

const struct cli_command migrate_commands[] = {
    { "migrate", "[--check] [--quiet]",
      "bring the database up to this program; --check only tells (exit code 1: not yet)",
      "check quiet", 0, 0, CLI_CONF, migrate },
    CLI_END,
};
