#include "plugin/plugin_private.h" /* what waits, for whom, and how urgent it is */

#include "base/arena.h"
#include "base/err.h"
#include "ticket/act.h"
#include "user/viewer.h"

DB_SQL(departments_taken_from, 50,
       "SELECT department_id FROM department_member WHERE tenant_id = ? AND user_id = ? "
       "AND takes_tickets = 1 ORDER BY department_id");
DB_SQL(takers_of_department, 1000,
       "SELECT m.user_id FROM department_member m JOIN user u ON u.tenant_id = m.tenant_id "
       "AND u.id = m.user_id WHERE m.tenant_id = ? AND m.department_id = ? AND m.takes_tickets = 1 "
       "AND u.status = 1 ORDER BY m.user_id");
DB_SQL(waiting_tickets, 2000,
       "SELECT t.id, t.number, t.department_id, COALESCE(t.agent_id, 0), t.contact_id, t.status, "
       "t.subject, t.created_at, t.activity_at, t.waiting_since, t.answered_at, t.version, c.name, "
       "c.email, t.source FROM ticket t JOIN contact c ON c.tenant_id = t.tenant_id AND c.id = "
       "t.contact_id "
       "WHERE t.tenant_id = ? AND t.folder = 1 AND t.activity_at >= ? "
       "AND (t.activity_at > ? OR t.id > ?) ORDER BY t.activity_at, t.id LIMIT 200 "
       "LOCK IN SHARE MODE");

#define WEEK_MS INT64_C(604800000)

int host_sees(struct deskd_call *call, int64_t department_id, int64_t agent_id)
{
    const struct viewer *v = call->scene->viewer;
    return v != NULL && viewer_sees(v, department_id, agent_id) ? DESKD_YES : DESKD_NO;
}

static void show_ids(struct deskd_call *call, const struct db_rows *rows, const int64_t **out,
                     size_t *n)
{
    int64_t *ids = arena_array(call->arena, rows->n, sizeof(*ids));
    for (size_t i = 0; i < rows->n; i++)
        ids[i] = db_i64(&rows->rows[i], 0);
    *out = ids;
    *n = rows->n;
}

int host_takes_from(struct deskd_call *call, int64_t user_id, const int64_t **departments,
                    size_t *n)
{
    struct db *db = call->scene->db;
    struct db_later later;
    struct db_rows rows;
    if (db_conn_is_in_transaction(db->conn))
        db_ask(db, call->arena, &later, departments_taken_from, DB_TENANT, DB_I64(user_id));
    else
        db_ask_recent(db, call->arena, &later, departments_taken_from, DB_TENANT, DB_I64(user_id));
    if (db_answer(&later, &rows, call->err) < 0)
        return DESKD_FAILED;
    show_ids(call, &rows, departments, n);
    return DESKD_OK;
}

int host_takers(struct deskd_call *call, int64_t department_id, const int64_t **people, size_t *n)
{
    struct db_rows rows;
    if (db_all(call->scene->db, call->arena, &rows, call->err, takers_of_department, DB_TENANT,
               DB_I64(department_id)) < 0)
        return DESKD_FAILED;
    show_ids(call, &rows, people, n);
    return DESKD_OK;
}

static struct deskd_ticket ticket_of(const struct db_row *r)
{
    return (struct deskd_ticket) { .size = sizeof(struct deskd_ticket),
                                   .id = db_i64(r, 0),
                                   .number = db_i64(r, 1),
                                   .department_id = db_i64(r, 2),
                                   .agent_id = db_i64(r, 3),
                                   .contact_id = db_i64(r, 4),
                                   .status = (unsigned char)db_str(r, 5)[0],
                                   .subject = db_str(r, 6),
                                   .created_at = db_i64(r, 7),
                                   .activity_at = db_i64(r, 8),
                                   .waiting_since = db_i64(r, 9),
                                   .answered_at = db_i64(r, 10),
                                   .version = db_i64(r, 11),
                                   .contact_name = db_str(r, 12),
                                   .contact_email = db_str(r, 13),
                                   .source = (int)db_i64(r, 14) };
}

int host_tickets_waiting(struct deskd_call *call, int64_t activity_at, int64_t id,
                         const struct deskd_ticket *const **out, size_t *n)
{
    struct db_rows rows;
    if (db_all(call->scene->db, call->arena, &rows, call->err, waiting_tickets, DB_TENANT,
               DB_I64(activity_at), DB_I64(activity_at), DB_I64(id)) < 0)
        return DESKD_FAILED;
    struct deskd_ticket *all = arena_array(call->arena, rows.n, sizeof(*all));
    const struct deskd_ticket **list = arena_array(call->arena, rows.n, sizeof(*list));
    for (size_t i = 0; i < rows.n; i++) {
        all[i] = ticket_of(&rows.rows[i]);
        list[i] = &all[i];
    }
    *out = list;
    *n = rows.n;
    return DESKD_OK;
}

struct urgency_asked {
    const struct deskd_ticket *ticket;
    struct deskd_urgency *out;
};

static int run_urgency(struct deskd_call *call, void *data)
{
    const struct urgency_asked *x = data;
    return call->plugin->hooks->urgency(call, x->ticket, x->out);
}

int host_ticket_urgency(struct deskd_call *call, const struct deskd_ticket *ticket,
                        struct deskd_urgency *out)
{
    struct plugin_scene *s = call->scene;
    int64_t since = ticket->waiting_since != 0 ? ticket->waiting_since : ticket->activity_at;
    *out = (struct deskd_urgency) { .size = sizeof(*out), .due_at = since + WEEK_MS };
    for (size_t i = 0; s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        struct urgency_asked x = { ticket, out };
        if (on->plugin == call->plugin || on->plugin->hooks->urgency == NULL || !plugin_works(on))
            continue;
        struct deskd_call other = plugin_call_of(s, on, CALL_DECIDE, call->err);
        if (plugin_call(&other, "urgency", PLUGIN_CALL_SECONDS, run_urgency, &x) < 0)
            return DESKD_FAILED;
    }
    return DESKD_OK;
}

int host_urgency_changed(struct deskd_call *call, int64_t ticket_id)
{
    struct act act = host_act(call);
    struct ticket t;
    act.actor = ACTOR_PLUGIN;
    if (ticket_lock_any(&act, ticket_id, &t, call->err) < 0)
        return DESKD_FAILED;
    ticket_watch_announce(&act, &t, WHAT_URGENCY);
    return DESKD_OK;
}
