#ifndef DESKD_PLUGIN_PARK_H /* modules/plugin/park.h - what failed is told and, the third time,    \
                               switched off */
#define DESKD_PLUGIN_PARK_H
struct arena;
struct child_env;
struct err;

/* Takes what is new in the ledger into the plugins' logs, and parks what has failed too often:
 * state, log, audit, a mail to the tenant's admins and owners. For a jobs child, often; it costs
 * nothing where nothing has failed. */
int park_sweep(struct child_env *env, struct arena *a, struct err *err);
#endif
