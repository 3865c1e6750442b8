#ifndef RESPONSIBILITY_TAKE_H /* responsibility_take.h - the next ticket, and leaving it */
#define RESPONSIBILITY_TAKE_H
#include "responsibility_store.h"

/* What somebody has open to solve it. */
struct taken {
    int64_t ticket_id, number;
    int is_paused; /* nothing, for that reason */
};
/* The next ticket for the viewer, theirs for LEASE_MS; the one that they have, if they have one:
 * DESKD_YES, or DESKD_NO where nothing waits for them. */
int take_next(struct deskd_call *call, struct taken *out);
/* The viewer leaves theirs to others. DESKD_NO where they have none. */
int take_skip(struct deskd_call *call, const char *reason, struct taken *out);
/* The viewer is here, and still at it; *until: 0 where they have nothing open. */
int take_renew(struct deskd_call *call, int64_t *until);
/* The hook: some people answer only what came to them by take_next. */
int take_may_act(struct deskd_call *call, const struct deskd_ticket *t, int action);
#endif
