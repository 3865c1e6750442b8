#ifndef RESPONSIBILITY_WALK_H /* responsibility_walk.h - walks over all that waits: filling the    \
                                 queue, checking it at night */
#define RESPONSIBILITY_WALK_H
#include "responsibility_store.h"

enum walk { WALK_FILL = 1, WALK_CHECK = 2 };

/* Inside a transaction: the queue is filled anew, in this order, by the job; and checked each night
 * from then on. */
int walk_begin(struct deskd_call *call, enum order order);
/* The jobs. Each step is a transaction that ends with where it stopped: the next one goes on. */
int walk_fill(struct deskd_call *call, const struct deskd_job *job);
int walk_check(struct deskd_call *call, const struct deskd_job *job);
#endif
