#ifndef DESKD_AUTOMATION_STORE_H /* modules/automation/store.h - a tenant's rules in the database  \
                                  */
#define DESKD_AUTOMATION_STORE_H
#include "automation/rule.h"

struct db;
struct viewer;

#define RULES_MAX 200 /* of a tenant */

/* Those that are active, in their order; one that cannot be read any more (a field that is gone) is
 * left out and named in the log. */
int rules_active(struct db *db, struct arena *a, struct rule **out, size_t *n, struct err *err);
/* All of them, in their order. */
int rules_all(struct db *db, struct arena *a, struct rule **out, size_t *n, struct err *err);
/* 1 found, 0 absent, -1. */
int rule_by_id(struct db *db, struct arena *a, int64_t id, struct rule *out, struct err *err);

/* Changes: each a transaction with a line in the audit log, and one that tells processes which have
 * kept rules (roster_rules_changed), as whatever else writes to the table must; by NULL: the
 * provider. Name, trigger and definition are checked: ERR_INVALID. */
/* id 0: a new one, behind the others, whose id is then rule->id. Else version must still be the
 * stored one's: ERR_CONFLICT. */
int rule_put(struct db *db, struct arena *a, const struct viewer *by, struct rule *rule,
             struct err *err);
int rule_delete(struct db *db, const struct viewer *by, int64_t id, struct err *err);
/* Moves it one place up (-1) or down (1). */
int rule_shift(struct db *db, struct arena *a, const struct viewer *by, int64_t id, int direction,
               struct err *err);
#endif
