#include "cli/server.h"

#include "base/arena.h"
#include "base/err.h"
#include "cli/cli.h"
#include "fcgi/scoreboard.h"

#include <errno.h>
#include <signal.h>
#include <time.h>

#define WAIT_STEPS 400 /* of 50 ms */

static int look(struct cli *cli, struct scoreboard *board, struct err *err)
{
    int rc = scoreboard_read(board, cli->conf.run_dir, err);
    return rc > 0 && kill(board->master_pid, 0) < 0 && errno == ESRCH ? 0 : rc;
}

int server_reload(struct cli *cli, struct err *err)
{
    const struct timespec step = { 0, 50 * 1000 * 1000 };
    struct scoreboard *before = arena_alloc(cli->arena, sizeof(*before));
    struct scoreboard *now = arena_alloc(cli->arena, sizeof(*now));
    int rc = look(cli, before, err);
    if (rc <= 0)
        return rc;
    if (kill(before->master_pid, SIGHUP) < 0)
        return err_errno(err, ERR_FORBIDDEN, "tell the server (pid %d)", (int)before->master_pid);
    for (int i = 0; i < WAIT_STEPS; i++) {
        (void)nanosleep(&step, NULL);
        rc = look(cli, now, err);
        if (rc <= 0 || now->reloads > before->reloads)
            return rc;
        if (now->failed_reloads > before->failed_reloads)
            return err_set(err, ERR_REFUSED,
                           "the server keeps what it had; its log says why (reload.refused)");
    }
    return err_set(err, ERR_TIMEOUT, "the server has not answered the signal");
}
