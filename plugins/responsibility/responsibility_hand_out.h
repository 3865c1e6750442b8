#ifndef RESPONSIBILITY_HAND_OUT_H /* responsibility_hand_out.h - departments that hand out their   \
                                     tickets, and take them back */
#define RESPONSIBILITY_HAND_OUT_H
#include "responsibility_store.h"

/* The hook: who gets a ticket that has come. */
int hand_out_choose(struct deskd_call *call, const struct deskd_ticket *t, int64_t *agent_id,
                    const char **reason);
/* Inside a transaction: somebody could get tickets now. */
int hand_out_soon(struct deskd_call *call, int64_t user_id);
/* Inside a transaction: this department could. */
int hand_out_in(struct deskd_call *call, int64_t department_id);
/* The jobs: what waits in a department (the object); what those have who are away. */
int hand_out(struct deskd_call *call, const struct deskd_job *job);
int take_back(struct deskd_call *call, const struct deskd_job *job);
#endif
