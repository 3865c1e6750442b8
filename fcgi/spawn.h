#ifndef DESKD_FCGI_SPAWN_H /* fcgi/spawn.h - what a child does between its birth and its end */
#define DESKD_FCGI_SPAWN_H
#include "base/crypto.h"
#include "fcgi/scoreboard.h"

#include <sys/types.h>
struct generation;

struct spawn {
    enum child_role role;
    const struct generation *generation;
    const struct crypto_key *master_key;
    struct scoreboard_slot *slot;
    struct ledger *ledger;
    unsigned slot_index;
    int listen_fd;    /* of its role, or -1 */
    int close_fds[4]; /* the master's own, -1 for none */
};

/* Forks a child that works and ends. Its pid, or -1. Signals must be blocked as the master has
 * them. */
pid_t spawn_child(const struct spawn *s);
#endif
