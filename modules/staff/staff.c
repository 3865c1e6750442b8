#include "staff/staff.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/word.h"
#include "canned/canned.h"
#include "db/db.h"
#include "ticket/act.h"
#include "ticket/release.h"
#include "ticket/responsibility.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

/* Folders 1 to 3: new, open, answered, postponed. */
DB_SQL(count_of_agents, 600,
       "SELECT agent_id, CAST(SUM(tickets) AS SIGNED) FROM ticket_counter WHERE tenant_id = ? AND "
       "department_id = ? AND agent_id <> 0 AND folder IN (1, 2, 3) GROUP BY agent_id");
DB_SQL(
    count_of_department, 600,
    "SELECT CAST(COALESCE(SUM(tickets), 0) AS SIGNED) FROM ticket_counter WHERE tenant_id = ? AND "
    "department_id = ?");

struct change {
    struct act *act;
    int64_t id, version, target;
    const struct user_fields *person;
    const struct department_fields *department;
    int64_t tickets;
};

static const struct viewer *by(const struct act *act)
{
    return act->actor == ACTOR_PERSON ? act->viewer : NULL;
}

static int update(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    const char *reason = c->person->is_active ? WORDS("no longer in the department")
                                              : WORDS("deactivated");
    if (user_update(db, c->act->arena, by(c->act), c->id, c->version, c->person, err) < 0)
        return -1;
    return release_and_tell(c->act, c->id, 0, reason, &c->tickets, err);
}

int staff_update(struct act *act, int64_t id, int64_t version, const struct user_fields *fields,
                 int64_t *tickets, struct err *err)
{
    struct change c = { .act = act, .id = id, .version = version, .person = fields };
    int rc = db_transact(act->db, update, &c, err);
    *tickets = c.tickets;
    return rc;
}

static int bury(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    if (user_delete(db, c->act->arena, by(c->act), c->id, err) < 0)
        return -1;
    return release_and_tell(c->act, c->id, 0, WORDS("deleted"), &c->tickets, err);
}

int staff_delete(struct act *act, int64_t id, int64_t *tickets, struct err *err)
{
    struct change c = { .act = act, .id = id };
    int rc = db_transact(act->db, bury, &c, err);
    *tickets = c.tickets;
    return rc;
}

static bool has(const int64_t *ids, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (ids[i] == id)
            return true;
    return false;
}

static int release_leaving(struct change *c, const struct department_member *before, size_t n,
                           struct err *err)
{
    c->tickets = 0;
    for (size_t i = 0; i < n; i++) {
        int64_t released;
        if (has(c->department->members, c->department->members_n, before[i].user_id))
            continue;
        if (release_and_tell(c->act, before[i].user_id, c->id, WORDS("no longer in the department"),
                             &released, err) < 0)
            return -1;
        c->tickets += released;
    }
    return 0;
}

static int update_department(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    struct department_member *before;
    size_t n;
    if (department_members(db, c->act->arena, c->id, &before, &n, err) < 0 ||
        department_update(db, c->act->arena, by(c->act), c->id, c->version, c->department, err) < 0)
        return -1;
    return release_leaving(c, before, n, err);
}

int staff_update_department(struct act *act, int64_t id, int64_t version,
                            const struct department_fields *fields, int64_t *tickets,
                            struct err *err)
{
    struct change c = { .act = act, .id = id, .version = version, .department = fields };
    int rc = db_transact(act->db, update_department, &c, err);
    *tickets = c.tickets;
    return rc;
}

/* Tickets first: the row of a department that has some cannot go. */
static int close_department(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    struct department target;
    int rc = department_by_id(db, c->act->arena, c->target, &target, err);
    if (rc < 0)
        return -1;
    if (rc == 0 || c->target == c->id)
        return err_set(err, ERR_INVALID, WORDS("choose a department that takes over"));
    if (ticket_move_department(c->act, c->id, c->target, &c->tickets, err) < 0 ||
        canned_move_department(db, c->id, c->target, err) < 0)
        return -1;
    return department_delete(db, c->act->arena, by(c->act), c->id, c->target, err);
}

int staff_close_department(struct act *act, int64_t id, int64_t target, int64_t *tickets,
                           struct err *err)
{
    struct change c = { .act = act, .id = id, .target = target };
    int rc = db_transact(act->db, close_department, &c, err);
    *tickets = c.tickets;
    return rc;
}

/* Whether somebody who is no member (any more) loses the department's tickets. */
static int is_bound(struct act *act, int64_t user_id, int64_t department_id, struct err *err)
{
    struct viewer v;
    int rc = viewer_load(act->db, act->arena, user_id, &v, err);
    if (rc <= 0)
        return rc < 0 ? -1 : 1;
    int64_t *others = arena_array(act->arena, v.departments_n, sizeof(*others));
    size_t n = 0;
    for (size_t i = 0; i < v.departments_n; i++)
        if (v.departments[i] != department_id)
            others[n++] = v.departments[i];
    v.departments = others;
    v.departments_n = n;
    if (rights_settle(act->db, act->arena, &v, err) < 0)
        return -1;
    return !viewer_works_in(&v, department_id);
}

int staff_count_leaving(struct act *act, int64_t department_id, const int64_t *members, size_t n,
                        int64_t *tickets, struct err *err)
{
    struct db_rows rows;
    *tickets = 0;
    if (db_all(act->db, act->arena, &rows, err, count_of_agents, DB_TENANT, DB_I64(department_id)) <
        0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        int64_t user_id = db_i64(&rows.rows[i], 0);
        if (has(members, n, user_id))
            continue;
        int bound = is_bound(act, user_id, department_id, err);
        if (bound < 0)
            return -1;
        *tickets += bound ? db_i64(&rows.rows[i], 1) : 0;
    }
    return 0;
}

int staff_count_tickets(struct act *act, int64_t department_id, int64_t *tickets, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, count_of_department, DB_TENANT,
                    DB_I64(department_id));
    *tickets = rc > 0 ? db_i64(&row, 0) : 0;
    return rc < 0 ? -1 : 0;
}
