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

/* Whether one of before could still begin something: it has been told to leave, but may not have
 * run since. Who is busy leaves when that is done. */
static bool is_old_idle(const struct scoreboard *now)
{
    for (size_t i = 0; i < sizeof(now->slots) / sizeof(now->slots[0]); i++) {
        const struct scoreboard_slot *slot = &now->slots[i];
        if (slot->pid != 0 && slot->generation < now->generation && slot->state == CHILD_IDLE)
            return true;
    }
    return false;
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
        if (rc <= 0 || (now->reloads > before->reloads && !is_old_idle(now)))
            return rc;
        if (now->failed_reloads > before->failed_reloads)
            return err_set(err, ERR_REFUSED,
                           "the server keeps what it had; its log says why (reload.refused)");
    }
    if (now->reloads > before->reloads)
        return 1;
    return err_set(err, ERR_TIMEOUT, "the server has not answered the signal");
}
