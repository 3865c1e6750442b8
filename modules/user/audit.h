#ifndef DESKD_USER_AUDIT_H /* modules/user/audit.h - who changed the configuration, and when */
#define DESKD_USER_AUDIT_H
#include <stdint.h>
struct db;
struct err;
struct viewer;

/* Writes a line within the transaction of the change. by NULL: the provider. action is a word such
 * as "user.update"; detail says in short what it became, never a secret. */
int audit_add(struct db *db, const struct viewer *by, const char *action, int64_t object_id,
              const char *detail, struct err *err);
#endif
