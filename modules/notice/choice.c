#include "notice/choice.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

DB_SQL(read_notice_choices, 1000,
       "SELECT user_id, channel, events FROM notice_choice WHERE tenant_id = ? "
       "AND FIND_IN_SET(user_id, ?)");
DB_SQL(write_notice_choice, 2,
       "INSERT INTO notice_choice (tenant_id, user_id, channel, events) VALUES (?, ?, ?, ?) "
       "ON DUPLICATE KEY UPDATE events = VALUES(events)");

int notice_choices(struct db *db, struct arena *a, const char *ids, struct notice_choice **out,
                   size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, read_notice_choices, DB_TENANT, DB_STR(ids)) < 0)
        return err_wrap(err, "read who wants to be told");
    *out = arena_array(a, rows.n, sizeof(**out));
    *n = rows.n;
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = (struct notice_choice) { db_i64(&rows.rows[i], 0), db_str(&rows.rows[i], 1),
                                             (unsigned)db_i64(&rows.rows[i], 2) };
    return 0;
}

/* A mail for what is one's own; all else does not leave the help desk unless somebody wants it. */
static unsigned fallback(const char *channel)
{
    if (str_is(channel, CHANNEL_APP))
        return NOTICE_ALL;
    return str_is(channel, CHANNEL_MAIL) ? NOTICE_OWN : 0;
}

unsigned notice_chosen(const struct notice_choice *all, size_t n, int64_t user_id,
                       const char *channel)
{
    for (size_t i = 0; i < n; i++)
        if (all[i].user_id == user_id && str_is(all[i].channel, channel))
            return all[i].events;
    return fallback(channel);
}

int notice_choose(struct db *db, const struct notice_choice *c, struct err *err)
{
    return db_exec(db, err, write_notice_choice, DB_TENANT, DB_I64(c->user_id), DB_STR(c->channel),
                   DB_I64(c->events & NOTICE_ALL)) < 0
               ? err_wrap(err, "choose what to be told of")
               : 0;
}
