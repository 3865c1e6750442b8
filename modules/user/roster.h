#ifndef DESKD_USER_ROSTER_H /* modules/user/roster.h - the revision of a help desk's departments   \
                               and people */
#define DESKD_USER_ROSTER_H
#include <stdint.h>
struct arena;
struct db;
struct err;

/* Inside the transaction that changes a department, a person or who works where: what processes
 * have kept of them (ticket/desk.h) is outdated once it commits. */
int roster_changed(struct db *db, struct err *err);
/* The same for what is switched on of plugins, how it is set, and what they keep of a tenant. */
int roster_plugins_changed(struct db *db, struct err *err);
/* The same for rules (automation/known.h). */
int roster_rules_changed(struct db *db, struct err *err);
/* Asks for the revision of rules without waiting, see db_ask; 0 where there never were any. */
struct db_later;
void roster_ask_rules(struct db *db, struct arena *a, struct db_later *later);
int roster_rule_revision(struct db_later *later, int64_t *revision, struct err *err);
/* The revision of plugins: 0, or -1. For those who have read no session. */
int roster_plugin_revision(struct db *db, struct arena *a, int64_t *revision, struct err *err);
#endif
