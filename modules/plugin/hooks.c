#include "plugin/plugin_private.h" /* core asks, plugins answer */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "base/word.h"
#include "plugin/choice.h"
#include "tenant/tenant.h"
#include "ticket/responsibility.h"
#include "ticket/ticket.h"
#include "user/roster.h"
#include "user/user.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct deskd_call plugin_call_of(struct plugin_scene *s, struct plugin_on *on, enum call_kind kind,
                                 struct err *err)
{
    return (struct deskd_call) { .all = s->plugins,
                                 .plugin = on->plugin,
                                 .on = on,
                                 .scene = s,
                                 .arena = s->arena,
                                 .err = err,
                                 .kind = kind,
                                 .now = s->now };
}

bool plugin_works(const struct plugin_on *on)
{
    return !on->is_resting && !on->is_parked && !on->plugin->is_refused;
}

bool plugins_is_on(const struct plugin_scene *s, const struct plugin *p)
{
    return plugin_on_of(s, p) != NULL;
}

/* ---- request_begin ---- */

static int run_request_begin(struct deskd_call *call, void *data)
{
    return call->plugin->hooks->request_begin(call, data);
}

int plugins_request_begin(struct plugin_scene *s, const char *remote, struct err *err)
{
    for (size_t i = 0; s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        if (on->plugin->hooks->request_begin == NULL || !plugin_works(on))
            continue;
        struct deskd_call call = plugin_call_of(s, on, CALL_DECIDE, err);
        int rc = plugin_call(&call, "request_begin", PLUGIN_CALL_SECONDS, run_request_begin,
                             (void *)(uintptr_t)remote);
        if (rc <= 0)
            return rc;
    }
    return 1;
}

/* ---- pages ---- */

static int run_handler(struct deskd_call *call, void *data)
{
    const struct deskd_route *route = data;
    return route->handler(call);
}

int plugins_handle(struct plugin_scene *s, const struct plugin *p, const struct deskd_route *route,
                   struct err *err)
{
    char where[48];
    struct plugin_on *on = plugin_on_of(s, p);
    if (on == NULL || !plugin_works(on))
        return err_set(err, ERR_UNAVAILABLE, "plugin %s rests", p->id);
    struct deskd_call call = plugin_call_of(s, on, CALL_PAGE, err);
    (void)snprintf(where, sizeof(where), "%s %s", route->method == DESKD_POST ? "POST" : "GET",
                   *route->path == '\0' ? "/" : route->path);
    return plugin_call(&call, where, PLUGIN_PAGE_SECONDS, run_handler, (void *)(uintptr_t)route) < 0
               ? -1
               : 0;
}

/* ---- jobs ---- */

struct running {
    const struct deskd_job_kind *kind;
    struct deskd_job job;
};

static int run_job(struct deskd_call *call, void *data)
{
    const struct running *r = data;
    return r->kind->run(call, &r->job);
}

static const struct deskd_job_kind *job_kind(const struct plugin *p, const char *kind)
{
    for (const struct deskd_job_kind *k = p->d->jobs; k != NULL && k->kind != NULL; k++)
        if (str_is(k->kind, kind))
            return k;
    return NULL;
}

static int drop_job(struct plugin_scene *s, const char *id, const char *kind, int64_t object_id,
                    const char *why)
{
    plugin_log_write(s->db, s->arena, id, s->now, "dropped",
                     arena_printf(s->arena, "%s: job %s %" PRId64, why, kind, object_id));
    return 1;
}

/* Whether the plugin should be on, whatever keeps it away: then its jobs are kept for it. */
static int is_awaited(struct plugin_scene *s, const char *id, struct err *err)
{
    struct plugin_choice_row *all;
    size_t n;
    if (choice_all(s->db, s->arena, &all, &n, err) < 0)
        return -1;
    const struct plugin_choice_row *c = choice_find(all, n, id);
    return c != NULL && c->state != PLUGIN_OFF;
}

/* The plugin is not there for it now. */
static int keep_job(struct plugin_scene *s, const char *id, const struct deskd_job *job,
                    struct err *err)
{
    int rc = is_awaited(s, id, err);
    if (rc < 0)
        return -1;
    if (rc == 0)
        return drop_job(s, id, job->kind, job->object_id, WORDS("the plugin is off"));
    return 0;
}

int plugins_job(struct plugin_scene *s, const char *kind, int64_t object_id, int64_t due_at,
                struct err *err)
{
    const char *colon = strchr(kind, ':');
    const char *id = arena_strndup(s->arena, kind, (size_t)(colon - kind));
    const struct plugin *p = plugin_find(s->plugins, id);
    struct plugin_on *on = p == NULL ? NULL : plugin_on_of(s, p);
    struct running r = { .job = { sizeof(r.job), colon + 1, object_id, due_at, s->now } };
    if (on == NULL || !plugin_works(on))
        return keep_job(s, id, &r.job, err);
    r.kind = job_kind(p, colon + 1);
    if (r.kind == NULL)
        return drop_job(s, id, colon + 1, object_id, WORDS("the plugin does not have it any more"));
    struct deskd_call call = plugin_call_of(s, on, CALL_JOB, err);
    return plugin_call(&call, kind, PLUGIN_JOB_SECONDS, run_job, &r) < 0 ? -1 : 1;
}

/* ---- records ---- */

static enum deskd_actor actor_of(enum actor a)
{
    return (enum deskd_actor)a; /* the same numbers */
}

static int run_changed(struct deskd_call *call, void *data)
{
    return call->plugin->hooks->ticket_changed(call, data);
}

struct choice {
    const struct deskd_ticket *ticket;
    int64_t agent_id;
    const char *reason;
};

static int run_choose(struct deskd_call *call, void *data)
{
    struct choice *c = data;
    return call->plugin->hooks->choose_agent(call, c->ticket, &c->agent_id, &c->reason);
}

/* A new ticket, one that came to another department, one whose agent can no longer work it. What a
 * person gives back on purpose stays free. */
static bool is_newly_unassigned(const struct ticket_change *c)
{
    const struct ticket *t = &c->after;
    bool is_waiting = t->status == STATUS_NEW || t->status == STATUS_OPEN;
    if (t->agent_id != 0 || !is_waiting)
        return false;
    bool is_moved = c->before.department_id != t->department_id;
    bool is_lost = c->before.agent_id != 0 && c->actor != ACTOR_PERSON;
    return (c->what & WHAT_CREATED) != 0 || is_moved || is_lost || (c->what & WHAT_REOPENED) != 0;
}

static int assign(struct plugin_scene *s, const struct plugin_on *on, const struct ticket *t,
                  int64_t agent_id, const char *reason, struct err *err)
{
    struct deskd_call call = plugin_call_of(s, (struct plugin_on *)(uintptr_t)on, CALL_RECORD, err);
    struct act act = host_act(&call);
    int may = user_may_work(s->db, agent_id, t->department_id, err);
    if (may <= 0)
        return may;
    return ticket_assign_because(&act, t->id, 0, 0, agent_id, reason, err);
}

static int choose_agent(struct plugin_scene *s, const struct ticket *t,
                        const struct deskd_ticket *shown, struct err *err)
{
    for (size_t i = 0; i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        struct choice c = { shown, 0, "" };
        if (on->plugin->hooks->choose_agent == NULL || !plugin_works(on))
            continue;
        struct deskd_call call = plugin_call_of(s, on, CALL_DECIDE, err);
        int rc = plugin_call(&call, "choose_agent", PLUGIN_CALL_SECONDS, run_choose, &c);
        if (rc < 0)
            return -1;
        if (rc > 0 && c.agent_id > 0)
            return assign(s, on, t, c.agent_id, str_or(c.reason, ""), err);
    }
    return 0;
}

static int tell(struct plugin_scene *s, struct deskd_change *change, struct err *err)
{
    for (size_t i = 0; i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        if (on->plugin->hooks->ticket_changed == NULL || !plugin_works(on))
            continue;
        struct deskd_call call = plugin_call_of(s, on, CALL_RECORD, err);
        if (plugin_call(&call, "ticket_changed", PLUGIN_CALL_SECONDS, run_changed, change) < 0)
            return err_wrap(err, "plugin %s", on->plugin->id);
    }
    return 0;
}

void plugins_show_change(const struct ticket_change *c, struct deskd_ticket *before,
                         struct deskd_ticket *after, struct deskd_change *out)
{
    plugins_show_ticket(&c->before, before);
    plugins_show_ticket(&c->after, after);
    bool is_new = (c->what & WHAT_CREATED) != 0;
    *out = (struct deskd_change) { .size = sizeof(*out),
                                   .what = c->what,
                                   .before = is_new ? NULL : before,
                                   .after = after,
                                   .actor = (int)actor_of(c->actor),
                                   .user_id = c->actor == ACTOR_PERSON ? c->user_id : 0,
                                   .at = c->at,
                                   .message_kind = c->message_kind,
                                   .message_id = c->message_id,
                                   .reason = str_or(c->reason, "") };
}

static int changed(void *data, const struct ticket_change *c, struct err *err)
{
    struct plugin_scene *s = data;
    struct deskd_ticket before, after;
    struct deskd_change change;
    plugins_show_change(c, &before, &after, &change);
    if (c->what != 0 && tell(s, &change, err) < 0)
        return -1;
    bool is_free = is_newly_unassigned(c) && !ticket_watch_is_outdated(s->watch, c->after.id);
    return is_free ? choose_agent(s, &c->after, &after, err) : 0;
}

struct asking {
    const struct deskd_ticket *ticket;
    int action;
};

static int run_may(struct deskd_call *call, void *data)
{
    const struct asking *x = data;
    return call->plugin->hooks->may_act(call, x->ticket, x->action);
}

static int may(void *data, const struct ticket *t, enum ticket_action action, struct err *err)
{
    struct plugin_scene *s = data;
    struct deskd_ticket shown;
    plugins_show_ticket(t, &shown);
    struct asking x = { &shown, (int)action };
    for (size_t i = 0; s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        if (on->plugin->hooks->may_act == NULL || !plugin_works(on))
            continue;
        struct deskd_call call = plugin_call_of(s, on, CALL_DECIDE, err);
        int rc = plugin_call(&call, "may_act", PLUGIN_CALL_SECONDS, run_may, &x);
        if (rc <= 0)
            return rc;
    }
    return 1;
}

static int run_person_changed(struct deskd_call *call, void *data)
{
    return call->plugin->hooks->person_changed(call, *(const int64_t *)data);
}

int plugins_person_changed(struct plugin_scene *s, int64_t user_id, struct err *err)
{
    for (size_t i = 0; s != NULL && s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        if (on->plugin->hooks->person_changed == NULL || !plugin_works(on))
            continue;
        struct deskd_call call = plugin_call_of(s, on, CALL_RECORD, err);
        if (plugin_call(&call, "person_changed", PLUGIN_CALL_SECONDS, run_person_changed,
                        &user_id) < 0)
            return err_wrap(err, "plugin %s", on->plugin->id);
    }
    return 0;
}

static int run_calendar_changed(struct deskd_call *call, void *data)
{
    return call->plugin->hooks->calendar_changed(call, *(const int64_t *)data);
}

int plugins_calendar_changed(struct plugin_scene *s, int64_t calendar_id, struct err *err)
{
    for (size_t i = 0; s != NULL && s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        if (on->plugin->hooks->calendar_changed == NULL || !plugin_works(on))
            continue;
        struct deskd_call call = plugin_call_of(s, on, CALL_RECORD, err);
        if (plugin_call(&call, "calendar_changed", PLUGIN_CALL_SECONDS, run_calendar_changed,
                        &calendar_id) < 0)
            return err_wrap(err, "plugin %s", on->plugin->id);
    }
    return 0;
}

/* ---- switched on and off ---- */

static int run_switched(struct deskd_call *call, void *data)
{
    bool is_on = *(const bool *)data;
    return is_on ? call->plugin->hooks->enabled(call) : call->plugin->hooks->disabled(call);
}

/* It has not been prepared for the tenant yet, or is about to go: it has no data here, and of its
 * settings what the manifest says. */
int plugins_switched(struct plugin_scene *s, const char *id, bool is_on, struct err *err)
{
    const struct plugin *p = s == NULL ? NULL : plugin_find(s->plugins, id);
    if (p == NULL || (is_on ? p->hooks->enabled == NULL : p->hooks->disabled == NULL))
        return 0;
    struct plugin_on *known = plugin_on_of(s, p);
    struct plugin_on fresh = { .plugin = p };
    if (known == NULL) {
        const struct plugin_manifest *m = &p->shelf->manifest;
        fresh.settings = arena_array(s->arena, m->settings_n, sizeof(*fresh.settings));
        for (size_t i = 0; i < m->settings_n; i++)
            fresh.settings[i] = m->settings[i].fallback;
    }
    struct deskd_call call = plugin_call_of(s, known != NULL ? known : &fresh, CALL_RECORD, err);
    return plugin_call(&call, is_on ? "enabled" : "disabled", PLUGIN_CALL_SECONDS, run_switched,
                       &is_on) < 0
               ? err_wrap(err, "plugin %s", id)
               : 0;
}

/* ---- the scene ---- */

static struct plugins *shaping; /* the shaper of rights gets no pointer of ours */

static int run_rights(struct deskd_call *call, void *data)
{
    return call->plugin->hooks->rights(call, data);
}

static bool is_member(const struct viewer *v, int64_t department_id)
{
    for (size_t i = 0; i < v->departments_n; i++)
        if (v->departments[i] == department_id)
            return true;
    return false;
}

/* Who shapes rights may have taken some away, and is not there to say from whom. Until an admin
 * mends it, or switches it off and means it, agents keep what is theirs in any case: the tickets
 * that they are responsible for, in their departments. */
static void keep_least(const struct viewer *v, struct rights *r)
{
    const struct capabilities agent = role_capabilities(ROLE_AGENT);
    for (size_t i = 0; v->role == ROLE_AGENT && i < r->n; i++) {
        struct grant *g = &r->grants[i];
        if (!is_member(v, g->department_id))
            g->scope = SCOPE_NONE;
        else if (g->scope > SCOPE_ASSIGNED)
            g->scope = SCOPE_ASSIGNED;
        capabilities_keep(&g->may, &agent);
    }
}

static bool is_shaper_parked(const struct plugin_tenant *t)
{
    for (size_t i = 0; i < t->n; i++)
        if (t->list[i].is_parked && t->list[i].plugin->hooks->rights != NULL)
            return true;
    return t->lacks_shaper;
}

/* As user/rights.h wants it: struct grant is laid out as struct deskd_grant. One that rests would
 * give back what it took away: nobody gets anything until it is there again. */
static int shape(struct db *db, struct arena *a, const struct viewer *v, struct rights *r,
                 struct err *err)
{
    struct plugin_scene *s = shaping->scene;
    (void)a;
    if (s == NULL || s->db->tenant_id != db->tenant_id)
        return err_set(err, ERR_INTERNAL, "rights are asked for without their plugins");
    if (s->on == NULL && plugins_enter(s, v->plugin_revision, err) < 0)
        return -1;
    for (size_t i = 0; s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        struct deskd_rights shown = { sizeof(shown), v->user_id,
                                      (int)v->role,  (struct deskd_grant *)(void *)r->grants,
                                      r->n,          r->cap };
        if (on->plugin->hooks->rights == NULL || on->is_parked)
            continue;
        if (!plugin_works(on))
            return err_set(err, ERR_UNAVAILABLE, "plugin %s rests", on->plugin->id);
        struct deskd_call call = plugin_call_of(s, on, CALL_DECIDE, err);
        if (plugin_call(&call, "rights", PLUGIN_CALL_SECONDS, run_rights, &shown) < 0)
            return err_wrap(err, "plugin %s", on->plugin->id);
        r->grants = (struct grant *)(void *)shown.grants;
        r->n = shown.n;
    }
    if (s->on != NULL && is_shaper_parked(s->on))
        keep_least(v, r);
    return 0;
}

void plugins_leave_out(struct plugin_scene *s)
{
    static struct plugin_tenant nothing;
    s->on = &nothing; /* nor does anything limit anybody: only owners can ask for that */
}

void plugins_shape_rights(struct plugins *p)
{
    shaping = p;
    for (size_t i = 0; i < p->n; i++)
        if (p->list[i].hooks->rights != NULL)
            rights_shaper(shape);
}

void plugins_begin(struct plugin_scene *s)
{
    if (s->plugins == NULL)
        return;
    guard_reset();
    s->plugins->scene = s;
}

void plugins_end(struct plugins *p)
{
    if (p == NULL)
        return;
    guard_reset();
    p->scene = NULL;
}

int plugins_enter(struct plugin_scene *s, int64_t revision, struct err *err)
{
    struct plugin_tenant *t;
    if (s->plugins == NULL)
        return 0;
    if (revision < 0 && roster_plugin_revision(s->db, s->arena, &revision, err) < 0)
        return -1;
    if (plugin_tenant_get(s, revision, &t, err) < 0)
        return -1;
    if (t->n == 0 || s->watcher.data != NULL)
        return 0;
    s->watcher = (struct ticket_watcher) { .data = s, .changed = changed, .may = may };
    ticket_watch_add(s->watch, &s->watcher);
    return 0;
}
