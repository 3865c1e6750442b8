#ifndef DESKD_FCGI_SCOREBOARD_H /* fcgi/scoreboard.h - who does what: shared by all processes */
#define DESKD_FCGI_SCOREBOARD_H
#include "base/child.h"
#include "plugin/ledger.h"

#include <stdint.h>
struct arena;
struct err;

#define SCOREBOARD_SLOTS 320
#define SCOREBOARD_MAGIC INT64_C(0x3430626B73656464) /* "ddeskb04" */

/* run_dir/scoreboard, mapped by the master and, over fork, by its children. Each number is written
 * by one process only; readers see every number whole, but not all of them at one instant. */
struct scoreboard {
    int64_t magic;
    int32_t master_pid;
    uint32_t generation;
    int64_t started_ms;  /* clock_now_ms() */
    int64_t reloaded_ms; /* of the running configuration */
    uint64_t forks, crashes, timeouts, reloads, failed_reloads;
    uint64_t log_dropped;         /* lines that could not be written, by all of them */
    uint64_t served[CHILD_ROLES]; /* by children that are gone; slots hold the rest */
    struct scoreboard_slot slots[SCOREBOARD_SLOTS];
    struct ledger ledger; /* plugins that failed */
};

/* Makes a new one (a reader of the old file keeps the old one). Lives as long as the process. */
int scoreboard_create(struct scoreboard **out, const char *run_dir, struct err *err);
/* A copy for deskctl status: 1, 0 where no master has ever run there, -1. A master that is gone is
 * told by kill(master_pid, 0). Texts in it do end with a NUL. */
int scoreboard_read(struct scoreboard *out, const char *run_dir, struct err *err);
const char *scoreboard_role(int32_t role);   /* "web" */
const char *scoreboard_state(int32_t state); /* "idle" */
#endif
