#include "cli/cli.h" /* deskctl status: what the provider looks at first */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "db/db.h"
#include "db/migrate.h"
#include "fcgi/scoreboard.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>

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

static void show_child(struct cli *cli, const struct scoreboard_slot *slot, int64_t now)
{
    int64_t ms = slot->since_us == 0 ? 0 : (now - slot->since_us) / 1000;
    (void)fprintf(cli->out, "  %-5s %7" PRId32 "  %-9s served %" PRIu64,
                  scoreboard_role(slot->role), slot->pid, scoreboard_state(slot->state),
                  slot->served);
    if (slot->state == CHILD_BUSY)
        (void)fprintf(cli->out, "  %s for %" PRId64 " ms, tenant %" PRId64, slot->what, ms,
                      slot->tenant);
    (void)fputc('\n', cli->out);
}

static int server(struct cli *cli, struct err *err)
{
    struct scoreboard *board = arena_alloc(cli->arena, sizeof(*board));
    int rc = scoreboard_read(board, cli->conf.run_dir, err);
    if (rc < 0)
        return -1;
    if (rc == 0 || (kill(board->master_pid, 0) < 0 && errno == ESRCH)) {
        (void)fprintf(cli->out, "%-20s %s\n", "server", "not running");
        return 0;
    }
    (void)fprintf(cli->out,
                  "%-20s pid %" PRId32 " since %s, generation %" PRIu32 ", %" PRIu64
                  " crashes, %" PRIu64 " time-outs\n",
                  "server", board->master_pid, clock_iso(cli->arena, board->started_ms),
                  board->generation, board->crashes, board->timeouts);
    if (board->log_dropped > 0)
        (void)fprintf(cli->out, "%-20s %" PRIu64 " lines could not be written\n", "log",
                      board->log_dropped);
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
        if (board->slots[i].pid != 0)
            show_child(cli, &board->slots[i], clock_ticks_us());
    return 1;
}

/* 1 where the schema is that of this program, 0, -1. */
static int database(struct cli *cli, struct err *err)
{
    if (db_conn_check(cli->conn, err) < 0)
        return -1;
    int is_done = migrate_is_done(cli->arena, &cli->conf, err);
    if (is_done >= 0)
        (void)fprintf(cli->out, "%-20s %s\n%-20s %s\n", "database", "answers, durable", "schema",
                      is_done > 0 ? "up to date" : "migrations are waiting");
    return is_done;
}

static int status(struct cli *cli, struct err *err)
{
    int is_running = server(cli, err), is_done = is_running < 0 ? -1 : database(cli, err);
    if (is_done < 0)
        return -1;
    if (is_done == 0)
        return CLI_FAILED;
    if (queues(cli, err) < 0)
        return -1;
    return is_running > 0 ? CLI_OK : CLI_FAILED;
}

const struct cli_command status_commands[] = {
    { "status", "", "server, database, tenants and queues; exit code 1: something is not up", "", 0,
      0, CLI_SERVICES, status },
    CLI_END,
};
