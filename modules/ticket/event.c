#include "ticket/event.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "user/viewer.h"

DB_SQL(insert_event, 1,
       "INSERT INTO event (tenant_id, ticket_id, id, at, kind, actor, user_id, old_value, "
       "new_value, reason) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(
    read_events, 1000,
    "SELECT e.id, e.at, e.kind, e.actor, u.name, e.old_value, e.new_value, e.reason FROM event e "
    "LEFT JOIN user u ON u.tenant_id = e.tenant_id AND u.id = e.user_id "
    "WHERE e.tenant_id = ? AND e.ticket_id = ? ORDER BY e.id LIMIT 1000");

#define VALUE_MAX  190
#define REASON_MAX 250

int event_add(struct act *act, int64_t ticket_id, const char *kind, const char *old_value,
              const char *new_value, const char *reason, struct err *err)
{
    struct arena *a = act->arena;
    int64_t user = act->actor == ACTOR_PERSON && act->viewer != NULL ? act->viewer->user_id : 0;
    return db_put(act->db, err, insert_event, DB_TENANT, DB_I64(ticket_id), DB_I64(act_id(act)),
                  DB_I64(act->now), DB_STR(kind), DB_I64(act->actor), DB_ID(user),
                  DB_STR(str_line(a, str_or(old_value, ""), VALUE_MAX)),
                  DB_STR(str_line(a, str_or(new_value, ""), VALUE_MAX)),
                  DB_STR(str_line(a, str_or(reason, ""), REASON_MAX))) < 0
               ? err_wrap(err, "write event")
               : 0;
}

int event_all(struct act *act, int64_t ticket_id, struct event **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, read_events, DB_TENANT, DB_I64(ticket_id)) < 0)
        return err_wrap(err, "read events");
    *out = arena_array(act->arena, rows.n, sizeof(**out));
    *n = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        (*out)[i] = (struct event) { db_i64(r, 0), db_i64(r, 1),
                                     db_str(r, 2), (enum actor)db_i64(r, 3),
                                     db_str(r, 4), db_str(r, 5),
                                     db_str(r, 6), db_str(r, 7) };
    }
    return 0;
}
