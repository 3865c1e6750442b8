#ifndef DESKD_DELIVERY_DELIVER_H /* modules/delivery/deliver.h - one round of the outbox */
#define DESKD_DELIVERY_DELIVER_H
#include <stddef.h>
struct arena;
struct child_env;
struct err;
struct transport;

/* Delivers what is due, at most a batch, each mail leased only when its turn comes. *n: how many
 * rows were worked on. A row whose outcome the database did not take is left to its lease. */
int deliver_due(struct child_env *env, struct transport *t, struct arena *a, size_t *n,
                struct err *err);
#define DELIVER_BATCH 16
#endif
