#ifndef DESKD_BASE_CHILD_H /* modules/base/child.h - what a child of the master is given */
#define DESKD_BASE_CHILD_H
#include "base/crypto.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct cache;
struct conf;
struct db_conn;
struct ledger;
struct plugins;
struct shelf;
struct template_set;

enum child_role { CHILD_WEB, CHILD_JOBS, CHILD_LMTP, CHILD_PUSH, CHILD_ROLES };
enum child_state { CHILD_NONE, CHILD_STARTING, CHILD_IDLE, CHILD_BUSY, CHILD_DRAINING };

/* One child's line of the scoreboard: shared memory that the child writes and the master reads.
 * Times are clock_ticks_us(). Texts are for show; a reader must not trust that they end with a NUL.
 */
struct scoreboard_slot {
    int32_t pid; /* 0: free */
    int32_t role;
    int32_t state;
    uint32_t generation;
    int64_t started_us;  /* of the process */
    int64_t since_us;    /* of the piece of work, 0: idle */
    int64_t deadline_us; /* the master kills the child after it; 0: none */
    int64_t tenant;
    int64_t last_tenant; /* of the piece of work before, and when it was done */
    int64_t last_us;
    int64_t other_tenant; /* the one before that, which was another */
    int64_t other_us;
    uint64_t served;  /* pieces of work done */
    char request[32]; /* request id */
    char outer[40];   /* what the web server calls the request, the same when it tries again */
    char what[64];    /* route pattern, kind of job */
    char plugin[24];  /* whose code runs; "" none. A child that ends here ended by it */
    char where[40];   /* what it was called for */
    int32_t is_noted; /* its end stands in the ledger already */
    int32_t clients;  /* lmtp: connections that it has */
    uint64_t way;     /* of the mail that is under way: tenant and destination, hashed; 0: none */
};

/* What jobs_run, lmtp_run and push_run get. Everything lives as long as the process. */
struct child_env {
    const struct conf *conf;
    struct db_conn *conn;
    struct cache *cache;
    struct crypto_key master_key;
    const struct template_set *templates;
    const char *const *locales;
    struct scoreboard_slot *slot;
    struct scoreboard_slot *slots; /* of all children; NULL in tests */
    size_t slots_n;
    const volatile sig_atomic_t *stop; /* becomes 1: finish this piece of work, then return */
    int listen_fd;                     /* lmtp, push: the listening socket, non-blocking; else -1 */
    const struct shelf *shelf;         /* installed plugins; NULL in tests */
    struct ledger *ledger;             /* which of them failed; NULL in tests */
    struct plugins *plugins;           /* those that this child has loaded; NULL: none */
};

/* A piece of work begins: what is shown; after seconds (0: no limit) and a grace the master kills
 * us. */
void child_busy(struct scoreboard_slot *slot, const char *what, int64_t seconds);
/* Who it is for, as soon as that is known. */
void child_tenant(struct scoreboard_slot *slot, int64_t tenant_id);
/* It is done. */
void child_idle(struct scoreboard_slot *slot);

/* Waits until fd is readable (1), or until timeout_ms are over or a stop arrives (0). fd -1: only
 * waits. A stop that arrives between the look at *stop and the wait is not lost. */
int child_wait(const struct child_env *env, int fd, int timeout_ms);

/* A descriptor that tells of arrivals at env's listening socket; -1 where the system has none. Each
 * process makes its own: then an arrival wakes one of those that wait, and not all of them. */
int child_arrivals(const struct child_env *env);
/* Waits for one: 1; 0 after timeout_ms or a stop; -1 where the descriptor is of no use. An arrival
 * is told to one process only, so it is told even where a stop has come: take it, or nobody may. */
int child_wait_arrival(const struct child_env *env, int arrivals, int timeout_ms);
#endif
