#include "ticket/watch.h"

#include "base/arena.h"
#include "base/err.h"
#include "user/viewer.h"

/* A ticket's saves in one transaction follow each other closely: so many back are looked at for the
 * change that a save belongs to. */
#define MERGED_BACK 8
#define TOLD_MAX    200000 /* a watcher whose changes cause changes without end */

static void begin(struct db_watch *db)
{
    struct ticket_watch *w = (struct ticket_watch *)db;
    w->first = w->last = NULL;
    w->told = 0;
    w->is_expected = false;
    for (struct ticket_watcher *x = w->watchers; x != NULL; x = x->next)
        if (x->begin != NULL)
            x->begin(x->data);
}

static int tell(struct ticket_watch *w, const struct ticket_change *c, struct err *err)
{
    if (!c->is_saved)
        return 0;
    if (++w->told > TOLD_MAX)
        return err_set(err, ERR_INTERNAL, "changes cause changes without end");
    for (struct ticket_watcher *x = w->watchers; x != NULL; x = x->next)
        if (x->changed(x->data, c, err) < 0)
            return -1;
    return 0;
}

static int before_commit(struct db_watch *db, struct err *err)
{
    struct ticket_watch *w = (struct ticket_watch *)db;
    while (w->first != NULL) {
        const struct ticket_change *c = w->first;
        w->first = c->next;
        if (w->first == NULL)
            w->last = NULL;
        if (tell(w, c, err) < 0)
            return -1;
    }
    return 0;
}

void ticket_watch_init(struct ticket_watch *w, struct arena *a)
{
    *w = (struct ticket_watch) { .db = { begin, before_commit }, .arena = a };
}

void ticket_watch_add(struct ticket_watch *w, struct ticket_watcher *watcher)
{
    struct ticket_watcher **end = &w->watchers;
    while (*end != NULL)
        end = &(*end)->next;
    watcher->next = NULL;
    *end = watcher;
}

bool ticket_watch_is_outdated(const struct ticket_watch *w, int64_t ticket_id)
{
    for (const struct ticket_change *c = w->first; c != NULL; c = c->next)
        if (c->after.id == ticket_id)
            return true;
    return false;
}

int ticket_watch_may(struct act *act, const struct ticket *t, enum ticket_action action,
                     struct err *err)
{
    if (act->watch == NULL || act->actor != ACTOR_PERSON)
        return 0;
    for (struct ticket_watcher *x = act->watch->watchers; x != NULL; x = x->next) {
        int rc = x->may == NULL ? 1 : x->may(x->data, t, action, err);
        if (rc <= 0)
            return rc < 0 ? -1 : err_set(err, ERR_FORBIDDEN, "a plugin forbids it");
    }
    return 0;
}

static void expect(struct ticket_watch *w)
{
    if (w->is_expected)
        return;
    w->is_expected = true;
    for (struct ticket_watcher *x = w->watchers; x != NULL; x = x->next)
        if (x->expect != NULL)
            x->expect(x->data);
}

static struct ticket_change *add(struct ticket_watch *w, const struct act *act,
                                 const struct ticket *t)
{
    expect(w);
    struct ticket_change *c = arena_zalloc(w->arena, sizeof(*c));
    *c = (struct ticket_change) { .before = *t,
                                  .after = *t,
                                  .actor = act->actor,
                                  .user_id = act->viewer != NULL ? act->viewer->user_id : 0,
                                  .at = act->now,
                                  .reason = "" };
    if (w->last != NULL)
        w->last->next = c;
    else
        w->first = c;
    w->last = c;
    return c;
}

static struct ticket_change *change_of(struct act *act, const struct ticket *t)
{
    struct ticket_watch *w = act->watch;
    struct ticket_change *found = NULL;
    int n = 0;
    for (struct ticket_change *c = w->first; c != NULL && n < MERGED_BACK; c = c->next, n++)
        if (c->after.id == t->id && c->actor == act->actor)
            found = c;
    if (found == NULL && w->last != NULL && w->last->after.id == t->id &&
        w->last->actor == act->actor)
        found = w->last;
    return found != NULL ? found : add(w, act, t);
}

void ticket_watch_note(struct act *act, const struct ticket *t, unsigned what, int message_kind,
                       int64_t message_id)
{
    if (act->watch == NULL)
        return;
    struct ticket_change *c = change_of(act, t);
    c->what |= what;
    if (message_kind != 0) {
        c->message_kind = message_kind;
        c->message_id = message_id;
    }
}

void ticket_watch_announce(struct act *act, const struct ticket *t, unsigned what)
{
    if (act->watch == NULL)
        return;
    struct ticket_change *c = change_of(act, t);
    c->what |= what;
    c->is_saved = true;
}

static bool is_changed(const struct ticket *a, const struct ticket *b)
{
    return a->status != b->status || a->department_id != b->department_id ||
           a->agent_id != b->agent_id || a->waiting_since != b->waiting_since ||
           a->answered_at != b->answered_at || a->resolved_at != b->resolved_at ||
           a->wake_at != b->wake_at;
}

static bool is_reopened(const struct ticket *before, const struct ticket *after)
{
    bool was_done = before->status == STATUS_RESOLVED || before->status == STATUS_CLOSED;
    return was_done && (after->status == STATUS_OPEN || after->status == STATUS_NEW);
}

void ticket_watch_saved(struct act *act, const struct ticket *before, const struct ticket *after)
{
    if (act->watch == NULL)
        return;
    struct ticket_change *c = change_of(act, before);
    if (!c->is_saved) /* what was noted before had the ticket as it would be */
        c->before = *before;
    c->after = *after;
    c->is_saved = true;
    if (act->reason != NULL && *act->reason != '\0')
        c->reason = arena_strdup(act->watch->arena, act->reason);
    if ((c->what & WHAT_CREATED) == 0 && is_changed(before, after))
        c->what |= WHAT_CHANGED;
    if ((c->what & WHAT_CREATED) == 0 && is_reopened(before, after))
        c->what |= WHAT_REOPENED;
}
