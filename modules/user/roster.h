#ifndef DESKD_USER_ROSTER_H /* modules/user/roster.h - the revision of a help desk's departments   \
                               and people */
#define DESKD_USER_ROSTER_H
struct db;
struct err;

/* Inside the transaction that changes a department, a person or who works where: what processes
 * have kept of them (ticket/desk.h) is outdated once it commits. */
int roster_changed(struct db *db, struct err *err);
#endif
