#ifndef DESKD_AUTOMATION_KNOWN_H /* modules/automation/known.h - rules that this process has read  \
                                    already, by tenant */
#define DESKD_AUTOMATION_KNOWN_H
#include "automation/rule.h"

#include <stddef.h>
#include <stdint.h>
struct db;
struct err;

/* The active rules of db's tenant (rules_active): those of the last time where they are of this
 * revision (user/roster.h), which was read before. They are there until the next call; a must live
 * as long as that takes. A process keeps the rules of few tenants, and none that are huge. */
int rules_known(struct db *db, struct arena *a, int64_t revision, struct rule **out, size_t *n,
                struct err *err);
/* Forgets all. */
void rules_forget(void);
#endif
