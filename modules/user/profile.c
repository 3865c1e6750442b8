#include "user/user_private.h" /* what people change of themselves */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "user/roster.h"

#include <string.h>

#define NAME_MAX_CHARS 100

DB_SQL(update_profile, 1,
       "UPDATE user SET name = ?, gender = ?, locale = ?, timezone = ?, theme = ?, signature = ?, "
       "version = version + 1 WHERE tenant_id = ? AND id = ? AND version = ? AND status = 1");
DB_SQL(choose_tickets, 1,
       "UPDATE department_member SET takes_tickets = ? WHERE tenant_id = ? AND user_id = ? "
       "AND department_id = ?");

struct profile_change {
    struct arena *arena;
    int64_t id, version;
    const struct user_profile *profile;
    const char *name;
};

static int choose(struct db *db, const struct profile_change *c, struct err *err)
{
    struct membership *now;
    size_t n;
    if (user_memberships(db, c->arena, c->id, &now, &n, err) < 0)
        return -1;
    for (size_t i = 0; c->profile->takes_tickets != NULL && i < n; i++) {
        bool takes = false;
        for (size_t k = 0; k < c->profile->takes_tickets_n; k++)
            takes = takes || c->profile->takes_tickets[k] == now[i].department_id;
        if (takes != now[i].takes_tickets &&
            db_exec(db, err, choose_tickets, DB_I64(takes), DB_TENANT, DB_I64(c->id),
                    DB_I64(now[i].department_id)) < 0)
            return -1;
    }
    return 0;
}

static int update(struct db *db, void *data, struct err *err)
{
    const struct profile_change *c = data;
    const struct user_profile *p = c->profile;
    int64_t n = db_exec(db, err, update_profile, DB_STR(c->name), DB_STR(p->gender),
                        DB_STR(p->locale), DB_STR(p->timezone), DB_STR(p->theme),
                        DB_STR(p->signature), DB_TENANT, DB_I64(c->id), DB_I64(c->version));
    if (n < 0)
        return -1;
    if (n == 0)
        return err_set(err, ERR_CONFLICT, WORDS("your profile was changed elsewhere meanwhile"));
    return choose(db, c, err) < 0 ? -1 : roster_changed(db, err);
}

int user_update_profile(struct db *db, struct arena *a, int64_t id, int64_t version,
                        const struct user_profile *profile, struct err *err)
{
    struct profile_change c = { a, id, version, profile,
                                str_line(a, str_or(profile->name, ""), NAME_MAX_CHARS) };
    if (*c.name == '\0')
        return err_set(err, ERR_INVALID, WORDS("the name is missing"));
    if (!str_is(profile->theme, "auto") && !str_is(profile->theme, "light") &&
        !str_is(profile->theme, "dark"))
        return err_set(err, ERR_INVALID, WORDS("unknown theme"));
    if (!str_is(profile->gender, "") && !str_is(profile->gender, "f") &&
        !str_is(profile->gender, "m"))
        return err_set(err, ERR_INVALID, WORDS("unknown gender"));
    return db_transact(db, update, &c, err);
}
