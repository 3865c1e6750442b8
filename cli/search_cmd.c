#include "cli/cli.h" /* deskctl search reindex */

#include "base/arena.h"
#include "base/err.h"
#include "cli/search.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "ticket/indexing.h"

#include <inttypes.h>

#define SHOW_EVERY 4 /* steps */

static int step_on(struct cli *cli, struct db *db, struct arena *a, bool shows, struct err *err)
{
    int64_t left;
    if (indexing_begin(db, a, err) < 0)
        return -1;
    for (int i = 0;; i++) {
        if (indexing_step(db, arena_reset(a), &left, err) < 0)
            return -1;
        if (shows && (left == 0 || i % SHOW_EVERY == 0)) {
            (void)fprintf(cli->out, "%" PRId64 " tickets left\n", left > 0 ? left - 1 : 0);
            (void)fflush(cli->out);
        }
        if (left == 0)
            return 0;
    }
}

int search_reindex(struct cli *cli, struct db *db, bool shows, struct err *err)
{
    struct arena *a = arena_new(0);
    if (a == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    int rc = step_on(cli, db, a, shows, err);
    arena_free(&a);
    return rc;
}

static int reindex(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    if (cli_tenant(cli, &t, &db, err) < 0 || search_reindex(cli, &db, true, err) < 0)
        return -1;
    (void)fprintf(cli->out, "all tickets of %s are indexed\n", t.name);
    return CLI_OK;
}

const struct cli_command search_commands[] = {
    { "search reindex", "--tenant NAME",
      "index a help desk's tickets anew, newest first, while it works;\n"
      "      a run that was interrupted goes on where it ended",
      "tenant=", 0, 0, CLI_SERVICES, reindex },
    CLI_END,
};
