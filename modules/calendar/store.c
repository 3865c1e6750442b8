#include "calendar/store.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/word.h"
#include "calendar/plan.h"
#include "db/db.h"
#include "user/audit.h"
#include "user/viewer.h"

#include <string.h>

#define NAME_MAX_BYTES 190

#define CALENDAR_FROM                                                                              \
    "SELECT c.id, c.version, c.name, c.is_default, v.zone, v.definition FROM calendar c JOIN "     \
    "calendar_version v ON v.tenant_id = c.tenant_id AND v.calendar_id = c.id AND v.version = "    \
    "c.version WHERE c.tenant_id = ? "
DB_SQL(find_calendars, 100, CALENDAR_FROM "ORDER BY c.name");
DB_SQL(find_calendar, 2, CALENDAR_FROM "AND c.id = ?");
DB_SQL(find_default_calendar, 51, CALENDAR_FROM "AND c.is_default = 1");
DB_SQL(find_calendar_version, 1,
       "SELECT zone, definition FROM calendar_version WHERE tenant_id = ? AND calendar_id = ? AND "
       "version = ?");
DB_SQL(count_calendars, 50, "SELECT COUNT(*) FROM calendar WHERE tenant_id = ? FOR UPDATE");
DB_SQL(insert_calendar, 1,
       "INSERT INTO calendar (tenant_id, id, name, created_at) VALUES (?, ?, ?, " DB_NOW ")");
DB_SQL(update_calendar, 1,
       "UPDATE calendar SET name = ?, version = version + 1 WHERE tenant_id = ? AND id = ? AND "
       "version = ?");
DB_SQL(insert_calendar_version, 1,
       "INSERT INTO calendar_version (tenant_id, calendar_id, version, zone, definition, user_id, "
       "created_at) VALUES (?, ?, ?, ?, ?, ?, " DB_NOW ")");
DB_SQL(make_calendar_default, 50, "UPDATE calendar SET is_default = (id = ?) WHERE tenant_id = ?");
DB_SQL(remove_calendar, 1, "DELETE FROM calendar WHERE tenant_id = ? AND id = ?");

/* --- reading --- */

static int take_plan(struct arena *a, const char *zone, const char *json, struct calendar_plan *out,
                     struct err *err)
{
    *out = (struct calendar_plan) { .zone = zone };
    return plan_read(a, json, strlen(json), out, err);
}

static int take(struct arena *a, const struct db_row *row, struct calendar_record *out,
                struct err *err)
{
    *out = (struct calendar_record) { .id = db_i64(row, 0),
                                      .version = db_i64(row, 1),
                                      .name = db_str(row, 2),
                                      .is_default = db_i64(row, 3) != 0 };
    return take_plan(a, db_str(row, 4), db_str(row, 5), &out->plan, err);
}

int calendar_all(struct db *db, struct arena *a, struct calendar_record **out, size_t *n,
                 struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, find_calendars, DB_TENANT) < 0)
        return err_wrap(err, "load calendars");
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (*n = 0; *n < rows.n; (*n)++)
        if (take(a, &rows.rows[*n], &(*out)[*n], err) < 0)
            return -1;
    return 0;
}

int calendar_by_id(struct db *db, struct arena *a, int64_t id, struct calendar_record *out,
                   struct err *err)
{
    struct db_row row;
    int rc = id == 0 ? db_one(db, a, &row, err, find_default_calendar, DB_TENANT)
                     : db_one(db, a, &row, err, find_calendar, DB_TENANT, DB_I64(id));
    if (rc <= 0)
        return rc;
    return take(a, &row, out, err) < 0 ? -1 : 1;
}

int calendar_plan_of(struct db *db, struct arena *a, int64_t id, int64_t version,
                     struct calendar_plan *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, find_calendar_version, DB_TENANT, DB_I64(id),
                    DB_I64(version));
    if (rc <= 0)
        return rc;
    return take_plan(a, db_str(&row, 0), db_str(&row, 1), out, err) < 0 ? -1 : 1;
}

/* --- changing --- */

struct change {
    struct arena *arena;
    const struct viewer *by;
    struct calendar_record *record;
    int64_t id;
};

static int check(struct arena *a, const struct calendar_record *c, struct err *err)
{
    struct calendar *made;
    if (str_is_empty(c->name) || strlen(c->name) > NAME_MAX_BYTES)
        return err_set(err, ERR_INVALID, WORDS("the calendar needs a name"));
    return calendar_make(a, &c->plan, &made, err);
}

static int insert(struct db *db, struct change *c, struct err *err)
{
    struct db_row row;
    struct calendar_record *r = c->record;
    if (db_one(db, c->arena, &row, err, count_calendars, DB_TENANT) < 0)
        return -1;
    if (db_i64(&row, 0) >= CALENDARS_MAX)
        return err_set(err, ERR_REFUSED, WORDS("there are too many calendars"));
    r->id = id_new();
    r->version = 1;
    r->is_default = r->is_default || db_i64(&row, 0) == 0;
    return db_exec(db, err, insert_calendar, DB_TENANT, DB_I64(r->id), DB_STR(r->name)) < 0 ? -1
                                                                                            : 0;
}

static int update(struct db *db, struct change *c, struct err *err)
{
    struct calendar_record *r = c->record;
    int64_t n = db_exec(db, err, update_calendar, DB_STR(r->name), DB_TENANT, DB_I64(r->id),
                        DB_I64(r->version));
    if (n == 0)
        return err_set(err, ERR_CONFLICT, "the calendar was changed or removed");
    r->version += n > 0;
    return n < 0 ? -1 : 0;
}

static int put(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    struct calendar_record *r = c->record;
    struct calendar_record before = *r;
    bool is_new = c->id == 0;
    int rc = is_new ? insert(db, c, err) : update(db, c, err);
    if (rc == 0 && r->is_default)
        rc = db_exec(db, err, make_calendar_default, DB_I64(r->id), DB_TENANT) < 0 ? -1 : 0;
    if (rc < 0 ||
        db_exec(db, err, insert_calendar_version, DB_TENANT, DB_I64(r->id), DB_I64(r->version),
                DB_STR(r->plan.zone), DB_STR(plan_write(c->arena, &r->plan)),
                DB_ID(c->by == NULL ? 0 : c->by->user_id)) < 0) {
        *r = before; /* it may be run again */
        return -1;
    }
    return audit_add(db, c->by, is_new ? "calendar.create" : "calendar.update", r->id, r->name,
                     err);
}

int calendar_put(struct db *db, struct arena *a, const struct viewer *by, struct calendar_record *c,
                 struct err *err)
{
    struct change change = { .arena = a, .by = by, .record = c, .id = c->id };
    if (check(a, c, err) < 0)
        return -1;
    int rc = db_transact(db, put, &change, err);
    if (rc < 0 && err->code == ERR_DUPLICATE && !db_is_once_error(err))
        return err_set(err, ERR_INVALID, WORDS("another calendar has this name"));
    return rc;
}

static int delete_one(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    struct db_row row;
    struct calendar_record record;
    if (db_one(db, c->arena, &row, err, count_calendars, DB_TENANT) < 0)
        return -1;
    int rc = calendar_by_id(db, c->arena, c->id, &record, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such calendar");
    if (record.is_default && db_i64(&row, 0) > 1)
        return err_set(err, ERR_REFUSED, WORDS("make another calendar the default one first"));
    if (db_exec(db, err, remove_calendar, DB_TENANT, DB_I64(c->id)) < 0)
        return -1;
    return audit_add(db, c->by, "calendar.delete", c->id, record.name, err);
}

int calendar_delete(struct db *db, struct arena *a, const struct viewer *by, int64_t id,
                    struct err *err)
{
    struct change c = { .arena = a, .by = by, .id = id };
    return db_transact(db, delete_one, &c, err);
}
