#include "ticket/dossier.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "ticket/desk.h"
#include "ticket/merge.h"
#include "ticket/reach.h"
#include "ticket/ticket.h"
#include "user/viewer.h"

/* what, four numbers, six texts */
enum { EVENT = 1, FILE_, PARTICIPANT, OTHER, FOLLOWED, MERGED, KINDS };

#define EVENTS                                                                                     \
    "(SELECT 1, e.id, e.at, e.actor, e.user_id, e.kind, '', e.old_value, e.new_value, e.reason "   \
    "FROM event e WHERE e.tenant_id = ? AND e.ticket_id = ? ORDER BY e.id LIMIT 1000) "
#define PARTICIPANTS                                                                               \
    "UNION ALL (SELECT 3, 0, 0, 0, 0, p.email, '', '', '', '' FROM participant p "                 \
    "WHERE p.tenant_id = ? AND p.ticket_id = ? ORDER BY p.email LIMIT 100) "
#define OTHERS                                                                                     \
    "UNION ALL (SELECT 4, t.number, t.created_at, 0, 0, t.status, t.subject, '', '', '' "          \
    "FROM ticket t FORCE INDEX (ticket_contact) WHERE t.tenant_id = ? AND t.contact_id = ? "       \
    "AND t.id <> ? AND t.in_all = 1 AND " REACH                                                    \
    " ORDER BY t.activity_at DESC, t.id DESC LIMIT 10)"
/* Most tickets have no files and continue no other. */
DB_SQL(read_around, 2500, EVENTS PARTICIPANTS OTHERS);
DB_SQL(read_dossier, 3500,
       EVENTS PARTICIPANTS OTHERS
       " UNION ALL (SELECT 2, a.id, a.message_id, a.size, a.is_inline, a.name, a.type, "
       "a.content_id, '', '' FROM attachment a WHERE a.tenant_id = ? AND a.ticket_id = ? "
       "ORDER BY a.message_id, a.id LIMIT 1000) "
       "UNION ALL (SELECT 5, f.number, f.department_id, f.agent_id, 0, f.status, '', '', '', '' "
       "FROM ticket f WHERE f.tenant_id = ? AND f.id = ?)");

/* One that others are merged into: with their files and people. */
DB_SQL(read_group_dossier, 6000,
       EVENTS
       "UNION ALL (SELECT 3, 0, 0, 0, 0, p.email, '', '', '', '' FROM " MERGED_GROUP
       "STRAIGHT_JOIN participant p ON p.tenant_id = ? AND p.ticket_id = k.id ORDER BY p.email "
       "LIMIT 200) " OTHERS
       " UNION ALL (SELECT 2, a.id, a.message_id, a.size, a.is_inline, a.name, a.type, "
       "a.content_id, '', '' FROM " MERGED_GROUP "STRAIGHT_JOIN attachment a ON a.tenant_id = ? "
       "AND a.ticket_id = k.id ORDER BY a.message_id, a.id LIMIT 1000) "
       "UNION ALL (SELECT 5, f.number, f.department_id, f.agent_id, 0, f.status, '', '', '', '' "
       "FROM ticket f WHERE f.tenant_id = ? AND f.id = ?) "
       "UNION ALL (SELECT 6, s.id, s.number, s.department_id, s.contact_id, s.contact_email, "
       "s.subject, s.contact_name, '', '' FROM ticket_merge x JOIN ticket s ON s.tenant_id = "
       "x.tenant_id AND s.id = x.ticket_id WHERE x.tenant_id = ? AND x.root_id = ? ORDER BY "
       "s.number)");

#define ALL_OF(x) (x)[0], (x)[1], (x)[2], (x)[3], (x)[4], (x)[5], (x)[6], (x)[7]

static struct event event_of(const struct roster *names, const struct db_row *r)
{
    return (struct event) { .id = db_i64(r, 1),
                            .at = db_i64(r, 2),
                            .kind = db_str(r, 5),
                            .actor = (enum actor)db_i64(r, 3),
                            .user_name = names != NULL ? roster_person_name(names, db_i64(r, 4))
                                                       : "",
                            .old_value = db_str(r, 7),
                            .new_value = db_str(r, 8),
                            .reason = db_str(r, 9) };
}

static struct attachment file_of(const struct db_row *r)
{
    return (struct attachment) { .id = db_i64(r, 1),
                                 .message_id = db_i64(r, 2),
                                 .size = db_i64(r, 3),
                                 .is_inline = db_i64(r, 4) != 0,
                                 .name = db_str(r, 5),
                                 .type = db_str(r, 6),
                                 .content_id = db_text(r, 7),
                                 .file = "" };
}

static struct dossier_ticket other_of(const struct db_row *r)
{
    return (struct dossier_ticket) { .number = db_i64(r, 1),
                                     .created_at = db_i64(r, 2),
                                     .subject = db_str(r, 6),
                                     .status = (enum status)db_str(r, 5)[0] };
}

static struct dossier_merged merged_of(const struct db_row *r)
{
    return (struct dossier_merged) { .id = db_i64(r, 1),
                                     .number = db_i64(r, 2),
                                     .department_id = db_i64(r, 3),
                                     .contact_id = db_i64(r, 4),
                                     .contact_email = db_str(r, 5),
                                     .subject = db_str(r, 6),
                                     .contact_name = db_str(r, 7) };
}

/* Each once: somebody may be known in several of the tickets. */
static void add_person(struct dossier *d, const char *email, size_t *people)
{
    for (size_t i = 0; i < *people; i++)
        if (str_is(d->participants[i], email))
            return;
    d->participants[(*people)++] = email;
}

static void take(const struct act *act, const struct roster *names, struct dossier *d,
                 const struct db_row *r, size_t *people)
{
    switch (db_i64(r, 0)) {
    case EVENT:
        d->events[d->events_n++] = event_of(names, r);
        break;
    case FILE_:
        d->files[d->files_n++] = file_of(r);
        break;
    case PARTICIPANT:
        add_person(d, db_str(r, 5), people);
        break;
    case MERGED:
        d->merged[d->merged_n++] = merged_of(r);
        add_person(d, db_str(r, 5), people);
        break;
    case OTHER:
        d->others[d->others_n++] = other_of(r);
        break;
    default:
        if (ticket_is_in_scope(act, db_i64(r, 2), db_i64(r, 3), (enum status)db_str(r, 5)[0]))
            d->follows_number = db_i64(r, 1);
        break;
    }
}

static void make_room(struct dossier *d, struct arena *a, const struct db_rows *rows)
{
    size_t n[KINDS] = { 0 };
    for (size_t i = 0; i < rows->n; i++)
        n[db_i64(&rows->rows[i], 0)]++;
    *d = (struct dossier) { .events = arena_array(a, n[EVENT], sizeof(*d->events)),
                            .files = arena_array(a, n[FILE_], sizeof(*d->files)),
                            .participants = arena_array(a, n[PARTICIPANT] + n[MERGED] + 1,
                                                        sizeof(*d->participants)),
                            .merged = arena_array(a, n[MERGED], sizeof(*d->merged)),
                            .others = arena_array(a, n[OTHER], sizeof(*d->others)) };
}

void dossier_ask(struct act *act, const struct ticket *t, struct db_later *later)
{
    const struct viewer *v = act->actor == ACTOR_PERSON ? act->viewer : NULL;
    const struct reach reach = reach_of(act->arena, v, CAP_TICKET_READ);
    const struct db_arg ticket = DB_I64(t->id);
    struct db_arg seen[REACH_ARGS];
    reach_args(seen, &reach, v);
    const int64_t contact = v != NULL ? t->contact_id : 0, follows = v != NULL ? t->follows_id : 0;
    const struct db_arg others[] = { DB_TENANT, DB_I64(contact), ticket,  seen[0],
                                     seen[1],   seen[2],         seen[3], seen[4] };
    if (t->merged_n > 0)
        db_ask(act->db, act->arena, later, read_group_dossier, DB_TENANT, ticket,
               MERGED_GROUP_ARGS(t->id), DB_TENANT, ALL_OF(others), MERGED_GROUP_ARGS(t->id),
               DB_TENANT, DB_TENANT, DB_I64(follows), DB_TENANT, ticket);
    else if (t->has_attachments || t->follows_id != 0)
        db_ask(act->db, act->arena, later, read_dossier, DB_TENANT, ticket, DB_TENANT, ticket,
               ALL_OF(others), DB_TENANT, ticket, DB_TENANT, DB_I64(follows));
    else
        db_ask(act->db, act->arena, later, read_around, DB_TENANT, ticket, DB_TENANT, ticket,
               ALL_OF(others));
}

const struct dossier_merged *dossier_merged_of(const struct dossier *d, int64_t ticket_id)
{
    for (size_t i = 0; i < d->merged_n; i++)
        if (d->merged[i].id == ticket_id)
            return &d->merged[i];
    return NULL;
}

int dossier_answer(struct act *act, struct db_later *later, const struct roster *names,
                   struct dossier *out, struct err *err)
{
    struct db_rows rows;
    size_t people = 0;
    if (db_answer(later, &rows, err) < 0)
        return err_wrap(err, "read a ticket's surroundings");
    make_room(out, act->arena, &rows);
    for (size_t i = 0; i < rows.n; i++)
        take(act, names, out, &rows.rows[i], &people);
    return 0;
}
