#include "user/roster.h"

#include "base/err.h"
#include "db/db.h"

DB_SQL(raise_roster, 1,
       "INSERT INTO roster (tenant_id, revision) VALUES (?, 1) ON DUPLICATE KEY UPDATE "
       "revision = revision + 1");

int roster_changed(struct db *db, struct err *err)
{
    return db_exec(db, err, raise_roster, DB_TENANT) < 0 ? err_wrap(err, "note a change of people")
                                                         : 0;
}
