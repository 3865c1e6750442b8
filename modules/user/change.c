#include "user/user_private.h" /* people come, change and go */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "user/access_link.h"
#include "user/audit.h"
#include "user/email.h"
#include "user/roster.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <string.h>

#define NAME_MAX_CHARS 100
#define HAS_PASSWORD   13 /* column of lock_user */

DB_SQL(insert_user, 1,
       "INSERT INTO user (tenant_id, id, email, name, role, status, gender, locale, created_at) "
       "VALUES (?, ?, ?, ?, ?, 2, ?, ?, " DB_NOW ")");
DB_SQL(lock_user, 1,
       "SELECT " USER_COLUMNS ", u.password_hash IS NOT NULL FROM user u "
       "WHERE u.tenant_id = ? AND u.id = ? AND u.status <> 4 FOR UPDATE");
DB_SQL(update_user, 1,
       "UPDATE user SET email = ?, name = ?, role = ?, status = ?, gender = ?, "
       "version = version + 1 WHERE tenant_id = ? AND id = ? AND version = ?");
DB_SQL(bury_user, 1,
       "UPDATE user SET status = 4, email = CONCAT('deleted-', id), password_hash = NULL, "
       "version = version + 1 WHERE tenant_id = ? AND id = ?");

struct change {
    struct arena *arena;
    const struct viewer *by;
    int64_t id, version;
    const struct user_fields *fields;
    const char *name, *email;
};

static int prepare(struct change *c, struct err *err)
{
    const struct user_fields *f = c->fields;
    c->email = email_normal(c->arena, f->email);
    c->name = f->name == NULL ? "" : str_line(c->arena, f->name, NAME_MAX_CHARS);
    if (c->email == NULL)
        return err_set(err, ERR_INVALID, WORDS("this is not an e-mail address"));
    if (*c->name == '\0' || !str_is_utf8(c->name, strlen(c->name)))
        return err_set(err, ERR_INVALID, WORDS("the name is missing"));
    if (*role_name(f->role) == '\0')
        return err_set(err, ERR_INVALID, WORDS("the role is missing"));
    if (!str_is(f->gender, "") && !str_is(f->gender, "f") && !str_is(f->gender, "m"))
        return err_set(err, ERR_INVALID, WORDS("unknown gender"));
    return 0;
}

static int is_taken(struct err *err)
{
    return err->code == ERR_DUPLICATE && !db_is_once_error(err)
               ? err_set(err, ERR_DUPLICATE,
                         WORDS("the e-mail address belongs to somebody already"))
               : -1;
}

static struct standing wanted_of(const struct change *c)
{
    return (struct standing) { c->id, c->fields->role, c->fields->departments,
                               c->fields->departments_n };
}

static int create(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    const struct user_fields *f = c->fields;
    const struct standing wanted = wanted_of(c);
    if (actor_check(db, c->arena, c->by, &wanted, &wanted, err) < 0)
        return -1;
    if (db_exec(db, err, insert_user, DB_TENANT, DB_I64(c->id), DB_STR(c->email), DB_STR(c->name),
                DB_I64(f->role), DB_STR(f->gender), DB_STR(f->locale)) < 0)
        return is_taken(err);
    if (membership_set(db, c->arena, c->id, f->departments, f->departments_n, err) < 0 ||
        roster_changed(db, err) < 0)
        return -1;
    return audit_add(db, c->by, "user.create", c->id,
                     arena_printf(c->arena, "%s, %s", c->email, role_name(f->role)), err);
}

int user_create(struct db *db, struct arena *a, const struct viewer *by,
                const struct user_fields *fields, int64_t *id, struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id_new(), .fields = fields };
    *id = c.id;
    return prepare(&c, err) < 0 ? -1 : db_transact(db, create, &c, err);
}

/* The row as it is now, locked; *has_password tells what an inactive person comes back as. */
static int lock(struct db *db, const struct change *c, struct user *out, bool *has_password,
                struct err *err)
{
    struct db_row row;
    int rc = db_one(db, c->arena, &row, err, lock_user, DB_TENANT, DB_I64(c->id));
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "there is no such person");
    user_take(&row, out);
    *has_password = db_i64(&row, HAS_PASSWORD) != 0;
    return 0;
}

static enum user_status status_after(const struct change *c, const struct user *now,
                                     bool has_password)
{
    if (!c->fields->is_active)
        return USER_DEACTIVATED;
    if (now->status != USER_DEACTIVATED)
        return now->status;
    return has_password ? USER_ACTIVE : USER_INVITED;
}

static int end_access(struct db *db, int64_t id, struct err *err)
{
    return session_end_all(db, id, err) < 0 || access_link_end_all(db, id, err) < 0 ? -1 : 0;
}

/* wanted NULL: the person goes. */
static int check_actor(struct db *db, const struct change *c, const struct user *now,
                       const struct standing *wanted, struct err *err)
{
    struct membership *members;
    struct standing is = { .user_id = now->id, .role = now->role };
    if (user_memberships(db, c->arena, now->id, &members, &is.departments_n, err) < 0)
        return -1;
    int64_t *ids = arena_array(c->arena, is.departments_n, sizeof(*ids));
    for (size_t i = 0; i < is.departments_n; i++)
        ids[i] = members[i].department_id;
    is.departments = ids;
    return actor_check(db, c->arena, c->by, &is, wanted != NULL ? wanted : &is, err);
}

static int check_update(struct db *db, const struct change *c, const struct user *now,
                        struct err *err)
{
    const struct user_fields *f = c->fields;
    const struct standing wanted = wanted_of(c);
    if (check_actor(db, c, now, &wanted, err) < 0)
        return -1;
    if (now->version != c->version)
        return err_set(err, ERR_CONFLICT, WORDS("somebody else changed this person meanwhile"));
    bool leaves = now->role == ROLE_OWNER && (f->role != ROLE_OWNER || !f->is_active);
    return leaves ? owner_check_other(db, c->arena, now, err) : 0;
}

static int update(struct db *db, void *data, struct err *err)
{
    const struct change *c = data;
    const struct user_fields *f = c->fields;
    struct user now;
    bool has_password;
    if (lock(db, c, &now, &has_password, err) < 0 || check_update(db, c, &now, err) < 0)
        return -1;
    enum user_status status = status_after(c, &now, has_password);
    int64_t n = db_exec(db, err, update_user, DB_STR(c->email), DB_STR(c->name), DB_I64(f->role),
                        DB_I64(status), DB_STR(f->gender), DB_TENANT, DB_I64(c->id),
                        DB_I64(c->version));
    if (n < 0)
        return is_taken(err);
    if (membership_set(db, c->arena, c->id, f->departments, f->departments_n, err) < 0 ||
        roster_changed(db, err) < 0)
        return -1;
    /* A link that went to the old address must not open the door of the new one. */
    if ((!f->is_active || !str_is(now.email, c->email)) && end_access(db, c->id, err) < 0)
        return -1;
    return audit_add(db, c->by, "user.update", c->id,
                     arena_printf(c->arena, "%s, %s to %s, status %d to %d, departments %zu",
                                  c->email, role_name(now.role), role_name(f->role),
                                  (int)now.status, (int)status, f->departments_n),
                     err);
}

int user_update(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                int64_t version, const struct user_fields *fields, struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id, .version = version, .fields = fields };
    return prepare(&c, err) < 0 ? -1 : db_transact(db, update, &c, err);
}

static int bury(struct db *db, void *data, struct err *err)
{
    const struct change *c = data;
    struct user now;
    bool has_password;
    if (lock(db, c, &now, &has_password, err) < 0 || check_actor(db, c, &now, NULL, err) < 0)
        return -1;
    if (now.role == ROLE_OWNER && owner_check_other(db, c->arena, &now, err) < 0)
        return -1;
    if (membership_set(db, c->arena, c->id, NULL, 0, err) < 0 || end_access(db, c->id, err) < 0 ||
        db_exec(db, err, bury_user, DB_TENANT, DB_I64(c->id)) < 0 || roster_changed(db, err) < 0)
        return -1;
    return audit_add(db, c->by, "user.delete", c->id,
                     arena_printf(c->arena, "%s, %s", now.email, role_name(now.role)), err);
}

int user_delete(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id };
    return db_transact(db, bury, &c, err);
}
