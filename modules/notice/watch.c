#include "notice/watch.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/id.h"
#include "db/db.h"
#include "notice/choice.h"
#include "ticket/message.h"

#define NEWS_MS INT64_C(86400000) /* a history that is replayed is none */

DB_SQL(note_event, 1,
       "INSERT INTO notice_event (tenant_id, ticket_id, id, at, events, agent_id, user_id) "
       "VALUES (?, ?, ?, ?, ?, ?, ?)");
/* One that is under way begins again: what it has read may be too little. */
DB_SQL(ask_to_tell, 2,
       "INSERT INTO job (tenant_id, id, kind, object_id, due_at) VALUES (?, ?, 'notice.tell', "
       "?, " DB_NOW ") ON DUPLICATE KEY UPDATE due_at = GREATEST(VALUES(due_at), due_at + 1), "
       "lease_until = 0, attempts = 0");

static unsigned of_new(const struct ticket *t)
{
    return NOTICE_BIT(NOTICE_NEW) | (t->agent_id != 0 ? NOTICE_BIT(NOTICE_ASSIGNED) : 0U);
}

unsigned notice_events(const struct ticket_change *c)
{
    const struct ticket *before = &c->before, *after = &c->after;
    unsigned events = 0;
    if ((c->what & WHAT_CREATED) != 0)
        return of_new(after);
    if (after->agent_id != 0 && after->agent_id != before->agent_id)
        events |= NOTICE_BIT(NOTICE_ASSIGNED);
    if (after->department_id != before->department_id)
        events |= NOTICE_BIT(NOTICE_NEW);
    if ((c->what & WHAT_MESSAGE) != 0 && c->message_kind == MESSAGE_CUSTOMER &&
        after->agent_id != 0)
        events |= NOTICE_BIT(NOTICE_REPLY);
    if ((c->what & WHAT_REOPENED) != 0)
        events |= NOTICE_BIT(NOTICE_REOPENED) | NOTICE_BIT(NOTICE_DEPARTMENT_REOPENED);
    return events;
}

static int changed(void *data, const struct ticket_change *c, struct err *err)
{
    struct notice_watch *n = data;
    unsigned events = notice_events(c);
    int64_t by = c->actor == ACTOR_PERSON ? c->user_id : 0;
    if (by != 0 && by == c->after.agent_id) /* what one does to a ticket of one's own */
        events &= NOTICE_OF_DEPARTMENT;
    if (events == 0 || c->at < clock_now_ms() - NEWS_MS)
        return 0;
    n->has_noted = true;
    if (db_put(n->db, err, note_event, DB_TENANT, DB_I64(c->after.id), DB_I64(id_new()),
               DB_I64(c->at), DB_I64(events), DB_ID(c->after.agent_id), DB_ID(by)) < 0 ||
        db_put(n->db, err, ask_to_tell, DB_TENANT, DB_I64(id_new()), DB_I64(c->after.id)) < 0)
        return err_wrap(err, "note what people are to be told of");
    return 0;
}

void notice_watch_add(struct notice_watch *n, struct db *db, struct ticket_watch *w)
{
    *n = (struct notice_watch) { .watcher = { .data = n, .changed = changed }, .db = db };
    ticket_watch_add(w, &n->watcher);
}
