#include "user/audit.h"

#include "base/err.h"
#include "base/id.h"
#include "db/db.h"
#include "user/viewer.h"

DB_SQL(insert_audit, 1,
       "INSERT INTO audit (tenant_id, id, at, user_id, action, object_id, detail) "
       "VALUES (?, ?, " DB_NOW ", ?, ?, ?, ?)");

int audit_add(struct db *db, const struct viewer *by, const char *action, int64_t object_id,
              const char *detail, struct err *err)
{
    return db_exec(db, err, insert_audit, DB_TENANT, DB_I64(id_new()),
                   DB_ID(by == NULL ? 0 : by->user_id), DB_STR(action), DB_ID(object_id),
                   DB_STR(detail)) < 0
               ? -1
               : 0;
}
