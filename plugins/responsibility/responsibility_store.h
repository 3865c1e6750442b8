#ifndef RESPONSIBILITY_STORE_H /* responsibility_store.h - what is kept of a help desk, and what   \
                                  every part of the plugin asks of the database */
#define RESPONSIBILITY_STORE_H
#include "responsibility.h"

#define FRONT    "/plugins/responsibility"
#define LEASE_MS (2 * MINUTE_MS)

extern const struct deskd_host *host;

/* A department that hands out or takes back. */
struct policy {
    int64_t department_id;
    enum mode mode;
    int64_t release_minutes, version;
};
/* What a process keeps of a help desk. */
struct desk {
    enum order order;
    int is_filled; /* the queue holds every ticket, in this order */
    struct policy *policies;
    size_t policies_n;
};
const struct desk *desk_of(struct deskd_call *call);
/* Never NULL: one that is off. */
const struct policy *desk_policy(struct deskd_call *call, int64_t department_id);
int store_open(struct deskd_call *call, void **data);
void store_close(void *data);
int store_enabled(struct deskd_call *call);
/* Inside a transaction: sees to it that the queue is filled, where that has not been begun. */
int store_fill_if_needed(struct deskd_call *call);

/* A value of a result. */
int64_t number(const struct deskd_rows *rows, size_t row, size_t column);
/* Runs it: DESKD_OK, or DESKD_FAILED. */
int run(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
        size_t n);

/* Puts a job, at the earliest a moment from now: one that runs may put itself. */
int job_later(struct deskd_call *call, const char *kind, int64_t object_id, int64_t at);

/* A person, as the plugin knows them. */
struct worker {
    int64_t user_id;
    int state; /* as it is kept */
    enum state now;
    int64_t since, seen_at, capacity, version, by_user_id;
    int only_to_solve;
};
/* One who is not known is away, without limits. */
int worker_read(struct deskd_call *call, int64_t user_id, struct worker *out);
/* The same until the end of the transaction. */
int worker_lock(struct deskd_call *call, int64_t user_id, struct worker *out);
/* All that are known. */
int workers_all(struct deskd_call *call, struct worker **out, size_t *n);
const struct worker *workers_find(const struct worker *all, size_t n, int64_t user_id);
/* The viewer's id; 0: nobody. */
int64_t me(struct deskd_call *call);

/* --- decisions --- */

enum decision_kind {
    DECIDED_OFFERED = 1, /* user took the next one */
    DECIDED_SKIPPED,     /* user did not want it; reason */
    DECIDED_LAPSED,      /* user's time was over */
    DECIDED_GIVEN,       /* handed out to user; detail */
    DECIDED_NOBODY,      /* nobody could get it; detail */
    DECIDED_KEPT,        /* for user, who answered last, until */
    DECIDED_RELEASED     /* taken back from user, who was away (mode: state) for waiting minutes */
};
struct decision {
    enum decision_kind kind;
    int64_t ticket_id, user_id;
    int mode;
    struct stand stand;
    int64_t waiting, until;
    const char *reason, *detail; /* NULL: none */
};
int decision_add(struct deskd_call *call, const struct decision *d);
#endif
