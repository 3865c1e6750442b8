#ifndef DESKD_FCGI_CHILDREN_H /* fcgi/children.h - the master's children: wanted, alive, to be     \
                                 ended */
#define DESKD_FCGI_CHILDREN_H
#include "base/crypto.h"
#include "fcgi/scoreboard.h"

#include <stdbool.h>
#include <sys/types.h>
struct generation;

/* What only the master knows of a child; the rest is in the slot of the same number. */
struct child {
    pid_t pid; /* 0: free */
    bool is_leaving;
    bool was_killed; /* by us, for being too slow */
    int64_t kill_us; /* while leaving */
};

struct children {
    struct scoreboard *board;
    const struct generation *generation;
    struct crypto_key master_key;
    int listen_fds[CHILD_ROLES]; /* -1: none */
    int lock_fd;
    int64_t next_fork_us[CHILD_ROLES];
    unsigned failed_starts[CHILD_ROLES];
    struct child list[SCOREBOARD_SLOTS];
};

/* Forks until every role has as many children of this generation as are wanted and allowed by now.
 */
void children_fill(struct children *c);
/* All but those of generation kept (0: all) are to leave (SIGTERM); grace_us later they are killed.
 */
void children_dismiss(struct children *c, uint32_t kept, int64_t grace_us);
/* Takes the dead. */
void children_reap(struct children *c);
/* Kills what is past its time. */
void children_watch(struct children *c);
/* How many are alive. */
size_t children_count(const struct children *c);
#endif
