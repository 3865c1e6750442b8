#include "plugin/plugin_private.h" /* tickets, their timeline, jobs, mails */

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"
#include "base/word.h"
#include "html/view_private.h"
#include "notice/notice.h"
#include "outbox/outbox.h"
#include "ticket/event.h"
#include "ticket/release.h"
#include "ticket/responsibility.h"
#include "user/user.h"

#include <string.h>

#define NOTICE_CHARS 500
#define PATH_CHARS   300

DB_SQL(put_plugin_job, 2,
       "INSERT INTO job (tenant_id, id, kind, object_id, due_at) VALUES (?, ?, ?, ?, ?) "
       "ON DUPLICATE KEY UPDATE due_at = VALUES(due_at), lease_until = 0, attempts = 0");
DB_SQL(drop_plugin_job, 1, "DELETE FROM job WHERE tenant_id = ? AND kind = ? AND object_id = ?");

void plugins_show_ticket(const struct ticket *t, struct deskd_ticket *out)
{
    *out = (struct deskd_ticket) { .size = sizeof(*out),
                                   .id = t->id,
                                   .number = t->number,
                                   .department_id = t->department_id,
                                   .agent_id = t->agent_id,
                                   .contact_id = t->contact_id,
                                   .status = (int)t->status,
                                   .subject = str_or(t->subject, ""),
                                   .created_at = t->created_at,
                                   .activity_at = t->activity_at,
                                   .waiting_since = t->waiting_since,
                                   .answered_at = t->answered_at,
                                   .resolved_at = t->resolved_at,
                                   .wake_at = t->wake_at,
                                   .version = t->version,
                                   .source = (int)t->source,
                                   .contact_name = str_or(t->contact_name, ""),
                                   .contact_email = str_or(t->contact_email, ""),
                                   .merged_into_id = t->merged_into_id };
}

/* On a page the person acts, with their rights; elsewhere the plugin does. */
struct act host_act(struct deskd_call *call)
{
    struct plugin_scene *s = call->scene;
    bool is_person = call->kind == CALL_PAGE && s->viewer != NULL;
    return (struct act) { .db = s->db,
                          .arena = call->arena,
                          .tenant = s->tenant,
                          .data_dir = call->all->env->conf->data_dir,
                          .actor = is_person ? ACTOR_PERSON : ACTOR_PLUGIN,
                          .viewer = is_person ? s->viewer : NULL,
                          .now = s->now,
                          .watch = s->watch };
}

/* What the viewer may see; in jobs and records everything is. */
static struct act reader(struct deskd_call *call)
{
    struct act act = host_act(call);
    if (call->scene->viewer != NULL && call->kind != CALL_RECORD) {
        act.actor = ACTOR_PERSON;
        act.viewer = call->scene->viewer;
    }
    return act;
}

/* Not more than the caller knows of. */
static int found(int rc, const struct ticket *t, struct deskd_ticket *out)
{
    struct deskd_ticket whole;
    size_t n = out->size > 0 && out->size < sizeof(whole) ? out->size : sizeof(whole);
    if (rc > 0) {
        plugins_show_ticket(t, &whole);
        whole.size = n;
        memcpy(out, &whole, n);
    }
    return rc < 0 ? DESKD_FAILED : rc;
}

int host_ticket(struct deskd_call *call, int64_t id, struct deskd_ticket *out)
{
    struct act act = reader(call);
    struct ticket t;
    return found(ticket_by_id(&act, id, &t, call->err), &t, out);
}

int host_ticket_by_number(struct deskd_call *call, int64_t number, struct deskd_ticket *out)
{
    struct act act = reader(call);
    struct ticket t;
    return found(ticket_by_number(&act, number, &t, call->err), &t, out);
}

int host_ticket_assign(struct deskd_call *call, int64_t id, int64_t version, int64_t department_id,
                       int64_t agent_id, const char *reason)
{
    struct act act = host_act(call);
    return ticket_assign_because(&act, id, version, department_id, agent_id, str_or(reason, ""),
                                 call->err);
}

int host_tickets_held(struct deskd_call *call, int64_t user_id, const struct deskd_held **out,
                      size_t *n)
{
    struct act act = host_act(call);
    struct ticket_held *held;
    if (release_held(&act, user_id, &held, n, call->err) < 0)
        return DESKD_FAILED;
    struct deskd_held *shown = arena_array(call->arena, *n, sizeof(*shown));
    for (size_t i = 0; i < *n; i++)
        shown[i] = (struct deskd_held) { held[i].department_id, held[i].tickets };
    *out = shown;
    return DESKD_OK;
}

/* Reasons stand in events of ours, so our catalogue has their words. */
int64_t host_tickets_release(struct deskd_call *call, int64_t user_id, int64_t department_id,
                             const char *reason)
{
    int64_t n;
    struct act act = host_act(call);
    (void)WORDS("the role changed");
    return release_in_and_tell(&act, user_id, department_id, str_or(reason, ""), &n, call->err) < 0
               ? DESKD_FAILED
               : n;
}

/* The reason stands behind the text, apart from it by a sign that nobody types. */
int host_ticket_event(struct deskd_call *call, int64_t ticket_id, const char *text,
                      const char *old_value, const char *new_value, const char *reason)
{
    struct act act = host_act(call);
    const char *kind = arena_printf(call->arena, EVENT_OF_PLUGIN "%s", call->plugin->id);
    const char *both = str_is_empty(reason)
                           ? text
                           : arena_printf(call->arena, "%s" EVENT_REASON "%s", text, reason);
    return event_add(&act, ticket_id, kind, old_value, new_value, both, call->err);
}

static const char *job_kind(struct deskd_call *call, const char *kind)
{
    for (const struct deskd_job_kind *k = call->plugin->d->jobs; k != NULL && k->kind != NULL; k++)
        if (str_is(k->kind, kind))
            return arena_printf(call->arena, "%s:%s", call->plugin->id, kind);
    (void)err_set(call->err, ERR_INTERNAL, "plugin %s has no job %s", call->plugin->id, kind);
    return NULL;
}

int host_job_put(struct deskd_call *call, const char *kind, int64_t object_id, int64_t due_at)
{
    const char *full = job_kind(call, kind);
    if (full == NULL)
        return DESKD_FAILED;
    return db_put(call->scene->db, call->err, put_plugin_job, DB_TENANT, DB_I64(id_new()),
                  DB_STR(full), DB_I64(object_id), DB_I64(due_at));
}

int host_job_drop(struct deskd_call *call, const char *kind, int64_t object_id)
{
    const char *full = job_kind(call, kind);
    if (full == NULL)
        return DESKD_FAILED;
    return db_put(call->scene->db, call->err, drop_plugin_job, DB_TENANT, DB_STR(full),
                  DB_I64(object_id));
}

/* Plain values only: what is sent later must not need what lives now. */
static const char *payload_of(struct deskd_call *call, const char *template_name,
                              const struct view *v)
{
    struct buf out = buf_make(call->arena, 512);
    struct json_writer w = json_writer(&out);
    jw_object(&w, NULL);
    jw_str(&w, "plugin_template",
           arena_printf(call->arena, "%smail/%s", call->plugin->view_prefix, template_name));
    for (uint32_t i = 0; v != NULL && i < v->n; i++) {
        const struct view_entry *e = &v->entries[i];
        if (e->value.kind == VALUE_TEXT)
            jw_strn(&w, e->name, e->value.u.text.p, e->value.u.text.n);
        else if (e->value.kind == VALUE_I64)
            jw_i64(&w, e->name, e->value.u.i64);
        else if (e->value.kind == VALUE_BOOL)
            jw_bool(&w, e->name, e->value.u.is_true);
    }
    jw_end_object(&w);
    return buf_str(&out);
}

int host_mail(struct deskd_call *call, int64_t user_id, const char *template_name,
              const struct deskd_view *v)
{
    struct user to;
    struct db *db = call->scene->db;
    int rc = user_by_id(db, call->arena, user_id, &to, call->err);
    if (rc <= 0 || to.status != USER_ACTIVE)
        return rc < 0 ? DESKD_FAILED : DESKD_OK;
    struct outbox_mail mail = { .kind = OUTBOX_PLUGIN,
                                .user_id = user_id,
                                .sender = "",
                                .recipient = to.email,
                                .payload = payload_of(call, template_name, (const struct view *)v),
                                .now = call->now };
    return outbox_add(db, call->arena, &mail, call->err);
}

int host_notify(struct deskd_call *call, int64_t user_id, const char *text, const char *path)
{
    struct user to;
    struct db *db = call->scene->db;
    int rc = user_by_id(db, call->arena, user_id, &to, call->err);
    if (rc <= 0 || to.status != USER_ACTIVE)
        return rc < 0 ? DESKD_FAILED : DESKD_OK;
    const char *line = str_line(call->arena, str_or(text, ""), NOTICE_CHARS);
    const char *where = path != NULL && *path == '/' && strlen(path) <= PATH_CHARS ? path : "";
    return notice_say(db, user_id, call->now, line, where, call->err) < 0 ? DESKD_FAILED : DESKD_OK;
}
