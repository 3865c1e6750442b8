#include "user/user_private.h" /* who may change whom, read from the database within the change */

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"
#include "db/db.h"
#include "user/viewer.h"

#include <stdlib.h>

DB_SQL(lock_actor, 1, "SELECT id FROM user WHERE tenant_id = ? AND id = ? FOR UPDATE");
DB_SQL(load_standing, 60,
       "SELECT u.role, m.department_id FROM user u LEFT JOIN department_member m ON "
       "m.tenant_id = u.tenant_id AND m.user_id = u.id WHERE u.tenant_id = ? AND u.id = ?");
DB_SQL(lock_owners, 500,
       "SELECT id, status FROM user WHERE tenant_id = ? AND role = 3 AND status IN (1, 2) "
       "FOR UPDATE");

static int refuse(struct err *err)
{
    return err_set(err, ERR_FORBIDDEN, "your role does not allow this change");
}

/* Who asks, as they are now, with the capability; their row stays as it is until the end. */
static int actor_now(struct db *db, struct arena *a, const struct viewer *by, int c,
                     struct viewer *out, struct err *err)
{
    struct db_row row;
    if (db_one(db, a, &row, err, lock_actor, DB_TENANT, DB_I64(by->user_id)) < 0)
        return -1;
    int rc = viewer_load(db, a, by->user_id, out, err);
    if (rc < 0)
        return -1;
    return rc > 0 && viewer_may(out, c) ? 0 : refuse(err);
}

static int by_number(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

/* In order, each once. */
static void take_departments(struct arena *a, const struct standing *s, struct viewer *out)
{
    int64_t *ids = arena_array(a, s->departments_n + 1, sizeof(*ids));
    size_t n = 0;
    for (size_t i = 0; i < s->departments_n; i++)
        ids[i] = s->departments[i];
    qsort(ids, s->departments_n, sizeof(*ids), by_number);
    for (size_t i = 0; i < s->departments_n; i++)
        if (n == 0 || ids[n - 1] != ids[i])
            ids[n++] = ids[i];
    out->departments = ids;
    out->departments_n = n;
}

/* Somebody of this standing, beside actor. */
static int imagine(struct db *db, struct arena *a, const struct viewer *actor,
                   const struct standing *s, struct viewer *out, struct err *err)
{
    *out = (struct viewer) { .user_id = s->user_id,
                             .role = s->role,
                             .roster_revision = actor->roster_revision,
                             .plugin_revision = actor->plugin_revision };
    take_departments(a, s, out);
    return rights_settle(db, a, out, err);
}

int actor_check(struct db *db, struct arena *a, const struct viewer *by, const struct standing *now,
                const struct standing *wanted, struct err *err)
{
    struct viewer actor, before, after;
    if (by == NULL)
        return 0;
    if (actor_now(db, a, by, CAP_AGENTS, &actor, err) < 0)
        return -1;
    if (!role_may_change(actor.role, now->role, wanted->role))
        return refuse(err);
    if (imagine(db, a, &actor, now, &before, err) < 0 ||
        imagine(db, a, &actor, wanted, &after, err) < 0)
        return -1;
    bool may = rights_within(&before.rights, &actor.rights) &&
               rights_within(&after.rights, &actor.rights);
    return may ? 0 : refuse(err);
}

int actor_check_capability(struct db *db, struct arena *a, const struct viewer *by, int c,
                           struct err *err)
{
    struct viewer actor;
    return by == NULL ? 0 : actor_now(db, a, by, c, &actor, err);
}

/* What the person is, as a member of the department too. */
static int standing_in(struct db *db, struct arena *a, int64_t user_id, int64_t department_id,
                       struct standing *out, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, load_standing, DB_TENANT, DB_I64(user_id)) < 0)
        return -1;
    int64_t *ids = arena_array(a, rows.n + 1, sizeof(*ids));
    *out = (struct standing) { .user_id = user_id, .role = ROLE_AGENT, .departments = ids };
    ids[out->departments_n++] = department_id;
    for (size_t i = 0; i < rows.n; i++) {
        out->role = (enum role)db_i64(&rows.rows[i], 0);
        if (!db_is_null(&rows.rows[i], 1))
            ids[out->departments_n++] = db_i64(&rows.rows[i], 1);
    }
    return 0;
}

int actor_check_member(struct db *db, struct arena *a, const struct viewer *by, int64_t user_id,
                       int64_t department_id, struct err *err)
{
    struct viewer actor, member;
    struct standing s;
    if (by == NULL)
        return 0;
    if (actor_now(db, a, by, CAP_DEPARTMENTS, &actor, err) < 0)
        return -1;
    if (role_is_unrestricted(actor.role))
        return 0;
    if (standing_in(db, a, user_id, department_id, &s, err) < 0 ||
        imagine(db, a, &actor, &s, &member, err) < 0)
        return -1;
    return rights_within_in(&member.rights, &actor.rights, department_id) ? 0 : refuse(err);
}

/* An active owner is needed while there is one; before the first has accepted the invitation, an
 * invited one. */
int owner_check_other(struct db *db, struct arena *a, const struct user *leaving, struct err *err)
{
    struct db_rows rows;
    bool others_active = false, others_invited = false;
    if (db_all(db, a, &rows, err, lock_owners, DB_TENANT) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        if (db_i64(&rows.rows[i], 0) == leaving->id)
            continue;
        bool is_active = db_i64(&rows.rows[i], 1) == USER_ACTIVE;
        others_active = others_active || is_active;
        others_invited = others_invited || !is_active;
    }
    if (others_active || (others_invited && leaving->status != USER_ACTIVE))
        return 0;
    return err_set(err, ERR_REFUSED,
                   WORDS("the last owner must stay; make somebody else owner first"));
}

/* Without what departments and plugins change: that is asked for when something is changed. */
bool user_may_change(const struct viewer *by, const struct user *u)
{
    if (by == NULL || u->status == USER_DELETED || !viewer_may(by, CAP_AGENTS) ||
        !role_may_change(by->role, u->role, u->role))
        return false;
    return !role_is_unrestricted(u->role) || viewer_may_grant(by, u->role);
}

bool viewer_may_grant(const struct viewer *by, enum role role)
{
    struct grant all = { 0, SCOPE_ALL, role_capabilities(role) };
    const struct rights r = { &all, 1, 1 };
    return role_may_change(by->role, role, role) && rights_within(&r, &by->rights);
}
