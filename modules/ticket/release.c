#include "ticket/release.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "db/db.h"
#include "outbox/outbox.h"
#include "ticket/act.h"
#include "ticket/responsibility.h"
#include "user/user.h"

DB_SQL(
    read_held, 1000,
    "SELECT d.id, d.name, CAST(SUM(c.tickets) AS SIGNED) FROM ticket_counter c JOIN department d "
    "ON d.tenant_id = c.tenant_id AND d.id = c.department_id WHERE c.tenant_id = ? AND c.agent_id "
    "= ? "
    "AND c.folder IN (1, 2, 3) GROUP BY d.id, d.name ORDER BY d.id");
DB_SQL(read_colleagues, 1000,
       "SELECT u.id, u.email FROM department_member m JOIN user u ON u.tenant_id = m.tenant_id "
       "AND u.id = m.user_id WHERE m.tenant_id = ? AND m.department_id = ? AND m.user_id <> ? "
       "AND u.status = 1 ORDER BY u.id LIMIT 200");

int release_held(struct act *act, int64_t user_id, struct ticket_held **out, size_t *n,
                 struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, read_held, DB_TENANT, DB_I64(user_id)) < 0)
        return -1;
    *n = rows.n;
    *out = arena_array(act->arena, rows.n, sizeof(**out));
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = (struct ticket_held) { db_i64(&rows.rows[i], 0), db_str(&rows.rows[i], 1),
                                           db_i64(&rows.rows[i], 2) };
    return 0;
}

static int64_t held_in(const struct ticket_held *held, size_t n, int64_t department_id)
{
    for (size_t i = 0; i < n; i++)
        if (held[i].department_id == department_id)
            return held[i].tickets;
    return 0;
}

static const char *payload(struct act *act, const char *person, const char *department, int64_t n)
{
    struct buf *b = buf_new(act->arena);
    struct json_writer w = json_writer(b);
    jw_object(&w, NULL);
    jw_str(&w, "person", person);
    jw_str(&w, "department", department);
    jw_i64(&w, "tickets_n", n);
    jw_end_object(&w);
    return buf_str(b);
}

static int tell(struct act *act, const struct user *who, const struct ticket_held *from, int64_t n,
                struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, read_colleagues, DB_TENANT,
               DB_I64(from->department_id), DB_I64(who->id)) < 0)
        return -1;
    const char *text = payload(act, who->name, from->department, n);
    for (size_t i = 0; i < rows.n; i++) {
        struct outbox_mail mail = { .kind = OUTBOX_RELEASED,
                                    .user_id = db_i64(&rows.rows[i], 0),
                                    .sender = "",
                                    .recipient = db_str(&rows.rows[i], 1),
                                    .payload = text,
                                    .now = act->now };
        if (outbox_add(act->db, act->arena, &mail, err) < 0)
            return -1;
    }
    return 0;
}

typedef int releases(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                     int64_t *n, struct err *err);

static int release(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                   releases *fn, struct err *err)
{
    struct ticket_held *before, *after;
    size_t before_n, after_n;
    struct user who;
    int64_t tickets;
    if (release_held(act, user_id, &before, &before_n, err) < 0 ||
        fn(act, user_id, department_id, reason, &tickets, err) < 0)
        return -1;
    if (tickets == 0)
        return 0;
    if (user_by_id(act->db, act->arena, user_id, &who, err) < 0 ||
        release_held(act, user_id, &after, &after_n, err) < 0)
        return -1;
    for (size_t i = 0; i < before_n; i++) {
        int64_t n = before[i].tickets - held_in(after, after_n, before[i].department_id);
        if (n > 0 && tell(act, &who, &before[i], n, err) < 0)
            return err_wrap(err, "tell the department");
    }
    return (int)tickets;
}

int release_and_tell(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                     int64_t *tickets, struct err *err)
{
    int n = release(act, user_id, department_id, reason, ticket_release_all, err);
    *tickets = n < 0 ? 0 : n;
    return n < 0 ? -1 : 0;
}

int release_in_and_tell(struct act *act, int64_t user_id, int64_t department_id, const char *reason,
                        int64_t *tickets, struct err *err)
{
    int n = release(act, user_id, department_id, reason, ticket_release_in, err);
    *tickets = n < 0 ? 0 : n;
    return n < 0 ? -1 : 0;
}
