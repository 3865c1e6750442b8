#include "user/department.h" /* departments come, change and go */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "user/audit.h"
#include "user/email.h"
#include "user/roster.h"
#include "user/user_private.h"

#include <string.h>

#define NAME_MAX_CHARS 100
#define SIGNATURE_MAX  10000
#define REOPEN_MAX     3650

DB_SQL(insert_department, 1,
       "INSERT INTO department (tenant_id, id, name, signature, reopen_days, claim_on_reply, "
       "reply_takes_over, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, " DB_NOW ")");
DB_SQL(lock_department, 1,
       "SELECT version, is_default, name FROM department WHERE tenant_id = ? AND id = ? "
       "FOR UPDATE");
DB_SQL(update_department, 1,
       "UPDATE department SET name = ?, signature = ?, reopen_days = ?, claim_on_reply = ?, "
       "reply_takes_over = ?, version = version + 1 WHERE tenant_id = ? AND id = ?");
DB_SQL(make_default, 100, "UPDATE department SET is_default = (id = ?) WHERE tenant_id = ?");
DB_SQL(delete_department, 1000, "DELETE FROM department WHERE tenant_id = ? AND id = ?");
DB_SQL(insert_address, 2,
       "INSERT INTO department_address (tenant_id, address, department_id, is_primary) "
       "SELECT t.tenant_id, ?, ?, ? FROM tenant_domain t WHERE t.tenant_id = ? AND t.host = ?");
DB_SQL(delete_addresses, 50,
       "DELETE FROM department_address WHERE tenant_id = ? AND department_id = ?");
DB_SQL(move_addresses, 100,
       "UPDATE department_address SET department_id = ?, is_primary = 0 WHERE tenant_id = ? "
       "AND department_id = ?");
DB_SQL(insert_member, 2,
       "INSERT INTO department_member (tenant_id, user_id, department_id) "
       "SELECT u.tenant_id, u.id, ? FROM user u WHERE u.tenant_id = ? AND u.id = ? "
       "AND u.status <> 4");
DB_SQL(delete_member, 1,
       "DELETE FROM department_member WHERE tenant_id = ? AND user_id = ? AND department_id = ?");

DB_SQL(set_takes, 1,
       "UPDATE department_member SET takes_tickets = ? WHERE tenant_id = ? AND user_id = ? "
       "AND department_id = ?");

struct change {
    struct arena *arena;
    const struct viewer *by;
    int64_t id, version, heir;
    const struct department_fields *fields;
    const char *name;
    const char **addresses; /* normal */
};

static int prepare_addresses(struct change *c, struct err *err)
{
    const struct department_fields *f = c->fields;
    if (f->addresses_n == 0)
        return err_set(err, ERR_INVALID, WORDS("the department needs a mail address"));
    c->addresses = arena_array(c->arena, f->addresses_n, sizeof(*c->addresses));
    for (size_t i = 0; i < f->addresses_n; i++) {
        const char *normal = email_normal(c->arena, f->addresses[i]);
        if (normal == NULL || strchr(normal, '+') != NULL)
            return err_set(err, ERR_INVALID, WORDS("this address cannot be used") ": %.100s",
                           f->addresses[i]);
        c->addresses[i] = normal;
    }
    return 0;
}

static int prepare(struct change *c, struct err *err)
{
    const struct department_fields *f = c->fields;
    c->name = str_line(c->arena, str_or(f->name, ""), NAME_MAX_CHARS);
    if (*c->name == '\0')
        return err_set(err, ERR_INVALID, WORDS("the name is missing"));
    if (strlen(str_or(f->signature, "")) > SIGNATURE_MAX)
        return err_set(err, ERR_INVALID, WORDS("the signature is too long"));
    if (f->reopen_days < -1 || f->reopen_days > REOPEN_MAX)
        return err_set(err, ERR_INVALID, WORDS("too many days") ": %d", REOPEN_MAX);
    return prepare_addresses(c, err);
}

static int name_is_taken(struct err *err)
{
    return err->code == ERR_DUPLICATE && !db_is_once_error(err)
               ? err_set(err, ERR_DUPLICATE, WORDS("there is a department of this name already"))
               : -1;
}

static int add_address(struct db *db, const struct change *c, size_t i, struct err *err)
{
    const char *address = c->addresses[i];
    for (size_t k = 0; k < i; k++)
        if (str_is(c->addresses[k], address))
            return 0;
    int64_t n = db_exec(db, err, insert_address, DB_STR(address), DB_I64(c->id), DB_I64(i == 0),
                        DB_TENANT, DB_STR(email_domain(address)));
    if (n < 0)
        return err->code == ERR_DUPLICATE
                   ? err_set(err, ERR_INVALID,
                             WORDS("this address belongs to another department") ": %s", address)
                   : -1;
    return n > 0 ? 0
                 : err_set(err, ERR_INVALID,
                           WORDS("this address is not at a domain of this help desk") ": %s",
                           address);
}

static int set_addresses(struct db *db, const struct change *c, struct err *err)
{
    if (db_exec(db, err, delete_addresses, DB_TENANT, DB_I64(c->id)) < 0)
        return -1;
    for (size_t i = 0; i < c->fields->addresses_n; i++)
        if (add_address(db, c, i, err) < 0)
            return -1;
    return 0;
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static int add_member(struct db *db, const struct change *c, int64_t user_id, struct err *err)
{
    if (actor_check_member(db, c->arena, c->by, user_id, c->id, err) < 0)
        return -1;
    int64_t n = db_exec(db, err, insert_member, DB_I64(c->id), DB_TENANT, DB_I64(user_id));
    if (n < 0)
        return -1;
    return n > 0 ? 0 : err_set(err, ERR_INVALID, WORDS("there is no such person"));
}

/* Only differences are written: what a person chose for this department stays. */
static int set_members(struct db *db, const struct change *c, struct err *err)
{
    const struct department_fields *f = c->fields;
    struct department_member *now;
    size_t n;
    if (department_members(db, c->arena, c->id, &now, &n, err) < 0)
        return -1;
    int64_t *have = arena_array(c->arena, n + 1, sizeof(*have));
    for (size_t i = 0; i < n; i++) {
        have[i] = now[i].user_id;
        if (!has(f->members, f->members_n, have[i]) &&
            db_exec(db, err, delete_member, DB_TENANT, DB_I64(have[i]), DB_I64(c->id)) < 0)
            return -1;
    }
    for (size_t i = 0; i < f->members_n; i++)
        if (!has(have, n, f->members[i]) && !has(f->members, i, f->members[i]) &&
            add_member(db, c, f->members[i], err) < 0)
            return -1;
    return 0;
}

static int choose_takers(struct db *db, const struct change *c, struct err *err)
{
    const struct department_fields *f = c->fields;
    for (size_t i = 0; f->takes != NULL && i < f->members_n; i++)
        if (db_exec(db, err, set_takes, DB_I64(has(f->takes, f->takes_n, f->members[i])), DB_TENANT,
                    DB_I64(f->members[i]), DB_I64(c->id)) < 0)
            return -1;
    return 0;
}

static int set_all(struct db *db, const struct change *c, const char *action, struct err *err)
{
    const struct department_fields *f = c->fields;
    if (set_addresses(db, c, err) < 0 || set_members(db, c, err) < 0 ||
        choose_takers(db, c, err) < 0 || roster_changed(db, err) < 0)
        return -1;
    if (f->is_default && db_exec(db, err, make_default, DB_I64(c->id), DB_TENANT) < 0)
        return -1;
    return audit_add(
        db, c->by, action, c->id,
        arena_printf(c->arena, "%s, %s, members %zu", c->name, c->addresses[0], f->members_n), err);
}

static int create(struct db *db, void *data, struct err *err)
{
    const struct change *c = data;
    const struct department_fields *f = c->fields;
    if (actor_check_capability(db, c->arena, c->by, CAP_DEPARTMENTS, err) < 0)
        return -1;
    if (db_exec(db, err, insert_department, DB_TENANT, DB_I64(c->id), DB_STR(c->name),
                DB_STR(str_or(f->signature, "")), DB_I64(f->reopen_days), DB_I64(f->claim_on_reply),
                DB_I64(f->reply_takes_over)) < 0)
        return name_is_taken(err);
    return set_all(db, c, "department.create", err);
}

int department_create(struct db *db, struct arena *a, const struct viewer *by,
                      const struct department_fields *fields, int64_t *id, struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id_new(), .fields = fields };
    *id = c.id;
    return prepare(&c, err) < 0 ? -1 : db_transact(db, create, &c, err);
}

static int lock(struct db *db, const struct change *c, struct db_row *row, struct err *err)
{
    if (actor_check_capability(db, c->arena, c->by, CAP_DEPARTMENTS, err) < 0)
        return -1;
    int rc = db_one(db, c->arena, row, err, lock_department, DB_TENANT, DB_I64(c->id));
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "there is no such department") : rc;
}

static int update(struct db *db, void *data, struct err *err)
{
    const struct change *c = data;
    const struct department_fields *f = c->fields;
    struct db_row row;
    if (lock(db, c, &row, err) < 0)
        return -1;
    if (db_i64(&row, 0) != c->version)
        return err_set(err, ERR_CONFLICT, WORDS("somebody else changed this department meanwhile"));
    if (db_exec(db, err, update_department, DB_STR(c->name), DB_STR(str_or(f->signature, "")),
                DB_I64(f->reopen_days), DB_I64(f->claim_on_reply), DB_I64(f->reply_takes_over),
                DB_TENANT, DB_I64(c->id)) < 0)
        return name_is_taken(err);
    return set_all(db, c, "department.update", err);
}

int department_update(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                      int64_t version, const struct department_fields *fields, struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id, .version = version, .fields = fields };
    return prepare(&c, err) < 0 ? -1 : db_transact(db, update, &c, err);
}

static int remove_one(struct db *db, void *data, struct err *err)
{
    const struct change *c = data;
    struct db_row row, heir;
    if (lock(db, c, &row, err) < 0)
        return -1;
    if (db_i64(&row, 1) != 0)
        return err_set(err, ERR_REFUSED, WORDS("make another department the default first"));
    int rc = c->heir == c->id
                 ? 0
                 : db_one(db, c->arena, &heir, err, lock_department, DB_TENANT, DB_I64(c->heir));
    if (rc <= 0)
        return rc < 0 ? -1
                      : err_set(err, ERR_INVALID, WORDS("choose a department that takes over"));
    if (db_exec(db, err, move_addresses, DB_I64(c->heir), DB_TENANT, DB_I64(c->id)) < 0)
        return -1;
    if (db_exec(db, err, delete_department, DB_TENANT, DB_I64(c->id)) < 0)
        return err->code == ERR_CONFLICT
                   ? err_set(err, ERR_REFUSED, WORDS("the department has tickets"))
                   : -1;
    if (roster_changed(db, err) < 0)
        return -1;
    return audit_add(db, c->by, "department.delete", c->id,
                     arena_printf(c->arena, "%s, to %s", db_str(&row, 2), db_str(&heir, 2)), err);
}

int department_delete(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                      int64_t heir, struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id, .heir = heir };
    return db_transact(db, remove_one, &c, err);
}
