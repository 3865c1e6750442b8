#include "cli/cli.h" /* deskctl status: what the provider looks at first */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "db/migrate.h"

#include <inttypes.h>

DB_SQL_GLOBAL(count_tenants, 10000, "SELECT status, COUNT(*) FROM tenant GROUP BY status");
DB_SQL_GLOBAL(count_outbox, 100000,
              "SELECT state, COUNT(*), COALESCE(MIN(next_at), 0) FROM outbox "
              "WHERE state IN (1, 2, 4) GROUP BY state");
DB_SQL_GLOBAL(count_jobs, 100000, "SELECT COUNT(*) FROM job WHERE due_at <= " DB_NOW);

static int counts(struct cli *cli, const struct db_sql *sql, const char *const *names, size_t n,
                  struct err *err)
{
    struct db global = db_global(cli->conn);
    struct db_rows rows;
    if (db_all_(&global, cli->arena, &rows, err, sql, NULL, 0) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        size_t state = (size_t)db_i64(&rows.rows[i], 0);
        if (state < n && names[state] != NULL)
            (void)fprintf(cli->out, "%-20s %" PRId64 "\n", names[state], db_i64(&rows.rows[i], 1));
    }
    return 0;
}

static int queues(struct cli *cli, struct err *err)
{
    static const char *const tenants[] = { NULL, "tenants active", "tenants suspended",
                                           "tenants deleting" };
    static const char *const mails[] = { NULL, "mail queued", "mail being sent", NULL,
                                         "mail deferred" };
    struct db global = db_global(cli->conn);
    struct db_row row;
    if (counts(cli, &count_tenants, tenants, 4, err) < 0 ||
        counts(cli, &count_outbox, mails, 5, err) < 0 ||
        db_one_(&global, cli->arena, &row, err, &count_jobs, NULL, 0) < 0)
        return -1;
    (void)fprintf(cli->out, "%-20s %" PRId64 "\n", "jobs due", db_i64(&row, 0));
    return 0;
}

static int status(struct cli *cli, struct err *err)
{
    if (db_conn_check(cli->conn, err) < 0)
        return -1;
    int is_done = migrate_is_done(cli->arena, &cli->conf, err);
    if (is_done < 0)
        return -1;
    (void)fprintf(cli->out, "%-20s %s\n%-20s %s\n", "database", "answers, durable", "schema",
                  is_done > 0 ? "up to date" : "migrations are waiting");
    if (is_done == 0)
        return CLI_FAILED;
    return queues(cli, err) < 0 ? -1 : CLI_OK;
}

const struct cli_command status_commands[] = {
    { "status", "", "database, schema, tenants and queues", "", 0, 0, CLI_SERVICES, status },
    CLI_END,
};
