/* tests/plugin/probe/probe.c - a plugin that uses everything of the interface once */
#include "deskd_plugin.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct deskd_host *host;

static const struct deskd_sql add_note = {
    "add_note", "INSERT INTO p_probe_note (tenant_id, id, kind, text) VALUES (?, ?, ?, ?)", 1
};
static const struct deskd_sql count_notes = {
    "count_notes", "SELECT COUNT(*) FROM p_probe_note WHERE tenant_id = ?", 10000
};
static const struct deskd_sql notes_of_kind = {
    "notes_of_kind",
    "SELECT id, text FROM p_probe_note WHERE tenant_id = ? AND kind = ? ORDER BY id", 10000
};
static const struct deskd_sql *const statements[] = { &add_note, &count_notes, &notes_of_kind,
                                                      NULL };

static int note(struct deskd_call *call, const char *kind, const char *text)
{
    return host->exec(call, &add_note,
                      DESKD_ARGS(DESKD_TENANT, DESKD_I64(host->new_id(call)), DESKD_TEXT(kind),
                                 DESKD_TEXT(text))) < 0
               ? DESKD_FAILED
               : DESKD_OK;
}

/* --- a tenant's own data --- */

struct data {
    int64_t notes; /* when it was read */
    char *greeting;
};

static int tenant_open(struct deskd_call *call, void **out)
{
    struct deskd_rows rows;
    struct data *d = calloc(1, sizeof(*d));
    if (d == NULL || host->query(call, &count_notes, DESKD_ARGS(DESKD_TENANT), &rows) < 0) {
        free(d);
        return DESKD_FAILED;
    }
    d->notes = rows.rows[0].values[0].i64;
    d->greeting = strdup(host->setting_text(call, "greeting"));
    *out = d;
    return DESKD_OK;
}

static void tenant_close(void *data)
{
    struct data *d = data;
    free(d->greeting);
    free(d);
}

static int switched_on(struct deskd_call *call)
{
    return note(call, "life", "on");
}

static int switched_off(struct deskd_call *call)
{
    return note(call, "life", "off");
}

/* --- decisions --- */

static int request_begin(struct deskd_call *call, const char *remote)
{
    (void)remote;
    return host->setting_i64(call, "closed") ? DESKD_NO : DESKD_YES;
}

static void take_away(struct deskd_rights *r, int number)
{
    for (size_t i = 0; i < r->n && number >= 0; i++)
        r->grants[i].may[number / 64] &= ~(UINT64_C(1) << number % 64);
}

static int rights(struct deskd_call *call, struct deskd_rights *r)
{
    if (r->role != DESKD_ROLE_AGENT || !host->setting_i64(call, "readonly"))
        return DESKD_OK;
    take_away(r, host->permission(call, "ticket.answer"));
    take_away(r, host->permission(call, "ticket.note"));
    return DESKD_OK;
}

static int may_act(struct deskd_call *call, const struct deskd_ticket *ticket, int action)
{
    (void)ticket;
    return action == DESKD_ACT_NOTE && host->setting_i64(call, "forbid") ? DESKD_NO : DESKD_YES;
}

static int choose_agent(struct deskd_call *call, const struct deskd_ticket *ticket,
                        int64_t *agent_id, const char **reason)
{
    const struct deskd_person *people;
    size_t n;
    if (!host->setting_i64(call, "push"))
        return DESKD_NO;
    if (host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (people[i].is_active && host->works_in(call, people[i].id, ticket->department_id) > 0) {
            *agent_id = people[i].id;
            *reason = "the first by name";
            return DESKD_YES;
        }
    return DESKD_NO;
}

/* --- records --- */

static int ticket_changed(struct deskd_call *call, const struct deskd_change *change)
{
    const char *text = host->format(
        call, "%" PRId64 " what %u actor %d message %d %c>%c", change->after->number, change->what,
        change->actor, change->message_kind, change->before == NULL ? '-' : change->before->status,
        change->after->status);
    if (note(call, "change", text) < 0)
        return DESKD_FAILED;
    if (strstr(change->after->subject, "refuse this") != NULL)
        return host->fail(call, DESKD_ERR_REFUSED, "the probe refuses");
    if ((change->what & DESKD_CREATED) == 0)
        return DESKD_OK;
    if (host->ticket_event(call, change->after->id, "The probe saw {new} come from {old}",
                           "nowhere", change->after->subject, "it looked") < 0)
        return DESKD_FAILED;
    return host->job_put(call, "late", change->after->id, change->at);
}

static int person_changed(struct deskd_call *call, int64_t user_id)
{
    return note(call, "person", host->format(call, "%" PRId64, user_id));
}

/* A ticket whose subject says so hurries as much as the setting is high. */
static int is_hurried(const struct deskd_ticket *t)
{
    return strstr(t->subject, "in a hurry") != NULL;
}

static int urgency(struct deskd_call *call, const struct deskd_ticket *ticket,
                   struct deskd_urgency *out)
{
    if (!is_hurried(ticket))
        return DESKD_NO;
    out->priority = host->setting_i64(call, "limit");
    return DESKD_YES;
}

/* --- later --- */

static int late_work(struct deskd_call *call, void *data)
{
    const struct deskd_job *job = data;
    struct deskd_ticket t;
    struct deskd_view *v = host->view(call);
    if (host->ticket(call, job->object_id, &t) <= 0)
        return DESKD_FAILED;
    host->view_text(v, "subject", t.subject);
    host->view_i64(v, "number", t.number);
    if (t.agent_id != 0 && host->mail(call, t.agent_id, "late", v) < 0)
        return DESKD_FAILED;
    if (is_hurried(&t) && host->urgency_changed(call, t.id) < 0)
        return DESKD_FAILED;
    return note(call, "job", host->format(call, "%" PRId64, t.number));
}

static int late(struct deskd_call *call, const struct deskd_job *job)
{
    return host->transact(call, late_work, (void *)(uintptr_t)job);
}

static const struct deskd_job_kind jobs[] = { { "late", late }, { NULL, NULL } };

/* --- pages --- */

static int front(struct deskd_call *call)
{
    const struct data *d = host->tenant_data(call);
    struct deskd_person me;
    struct deskd_rows rows;
    struct deskd_view *v = host->view(call);
    if (host->viewer(call, &me) != DESKD_YES)
        return host->fail(call, DESKD_ERR_INTERNAL, "nobody is logged in");
    if (host->query(call, &notes_of_kind, DESKD_ARGS(DESKD_TENANT, DESKD_TEXT("page")), &rows) < 0)
        return DESKD_FAILED;
    host->view_text(v, "greeting", d->greeting);
    host->view_text(v, "name", me.name);
    host->view_i64(v, "notes_then", d->notes);
    host->view_bool(v, "has_key", *host->setting_text(call, "key") != '\0');
    host->view_time(v, "now", host->now(call));
    host->view_text(v, "wish", host->word(call, "Have a good day"));
    struct deskd_list *list = host->view_list(v, "notes");
    for (size_t i = 0; i < rows.n; i++)
        host->view_text(host->view_row(list), "text", rows.rows[i].values[1].p);
    return host->render(call, 200, "front", v);
}

static int add_work(struct deskd_call *call, void *data)
{
    (void)data;
    return note(call, "page", host->form_text(call, "text")) < 0
               ? DESKD_FAILED
               : host->audit(call, "added", 0, host->form_text(call, "text"));
}

static int add_post(struct deskd_call *call)
{
    if (host->form_error(call, "text") != NULL)
        return host->fail(call, DESKD_ERR_INVALID, "%s", host->form_error(call, "text"));
    if (host->transact(call, add_work, NULL) < 0)
        return DESKD_FAILED;
    return host->redirect(call, "/plugins/probe", host->word(call, "Have a good day"));
}

static int manage(struct deskd_call *call)
{
    struct deskd_rights r;
    const char *label = "", *group = "", *name;
    int n = 0;
    while (host->permission_name(call, n, &label, &group) != NULL)
        n++;
    struct deskd_person me;
    if (host->viewer(call, &me) != DESKD_YES || host->rights_of(call, me.id, &r) != DESKD_YES)
        return DESKD_FAILED;
    int own = host->permission(call, "manage");
    name = host->permission_name(call, own, &label, &group);
    const char *text = host->format(call, "%d core permissions; %s: %s in %s; grants %zu; may %d\n",
                                    n, name, label, group, r.n, host->may(call, "manage", 0));
    return host->text(call, 200, "text/plain", text, strlen(text));
}

static int echo(struct deskd_call *call)
{
    size_t n;
    const int64_t *list = host->form_i64s(call, "n", &n);
    const char *text = host->format(call, "%s %" PRId64 " %" PRId64 " %d %zu %" PRId64 "\n",
                                    host->path_text(call, "word"), host->path_i64(call, "number"),
                                    host->form_i64(call, "i", -1), host->form_bool(call, "b"), n,
                                    n > 0 ? list[0] : 0);
    return host->text(call, 200, "text/plain", text, strlen(text));
}

static int open_page(struct deskd_call *call)
{
    struct deskd_person me;
    const char *text = host->viewer(call, &me) == DESKD_YES ? "known\n" : "unknown\n";
    return host->text(call, 200, "text/plain", text, strlen(text));
}

static const struct deskd_field add_form[] = { { "text", DESKD_FIELD_TEXT, 1, 1, 40, NULL },
                                               { NULL, 0, 0, 0, 0, NULL } };
static const struct deskd_field echo_form[] = { { "i", DESKD_FIELD_I64, 0, 1, 50, NULL },
                                                { "b", DESKD_FIELD_BOOL, 0, 0, 1, NULL },
                                                { "n", DESKD_FIELD_I64_LIST, 0, 0, 5, NULL },
                                                { NULL, 0, 0, 0, 0, NULL } };
static const struct deskd_route routes[] = {
    { DESKD_GET, "", "", NULL, 0, front },
    { DESKD_POST, "", "", add_form, 0, add_post },
    { DESKD_GET, "/manage", "manage", NULL, 0, manage },
    { DESKD_GET, "/agents", "config.agents", NULL, 0, manage },
    { DESKD_GET, "/echo/{word}/{number}", "", echo_form, 0, echo },
    { DESKD_GET, "/open", "public", NULL, 0, open_page },
    { DESKD_GET, NULL, NULL, NULL, 0, NULL },
};

/* --- slots --- */

static int fill(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    host->view_text(v, "greeting", host->setting_text(call, "greeting"));
    host->view_i64(v, "number", where->ticket == NULL ? 0 : where->ticket->number);
    host->view_i64(v, "user", where->user_id);
    return DESKD_YES;
}

static int column(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    struct deskd_list *cells = host->view_list(v, "cells");
    host->view_text(v, "title", host->word(call, "Probes"));
    for (size_t i = 0; i < where->tickets_n; i++)
        host->view_i64(host->view_row(cells), "id", where->tickets[i]);
    return DESKD_YES;
}

static int person_column(struct deskd_call *call, const struct deskd_place *where,
                         struct deskd_view *v)
{
    struct deskd_list *cells = host->view_list(v, "cells");
    host->view_text(v, "title", host->word(call, "Probes"));
    for (size_t i = 0; i < where->users_n; i++)
        host->view_i64(host->view_row(cells), "id", where->users[i]);
    return DESKD_YES;
}

static int fill_not(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    (void)call;
    (void)where;
    (void)v;
    return DESKD_OK;
}

static const struct deskd_slot slots[] = {
    { "ticket.side", "slot", fill },
    { "ticket.head", "slot", fill },
    { "profile.section", "slot", fill },
    { "agent.section", "slot", fill },
    { "list.column", "cell", column },
    { "config.section", "slot", fill },
    { "top", "slot", fill_not },
    { "agents.column", "cell", person_column },
    { NULL, NULL, NULL },
};

/* --- rules --- */

static int is_long(struct deskd_call *call, const struct deskd_change *change, const char *value,
                   const char **saw)
{
    size_t n = strlen(change->after->subject);
    *saw = host->format(call, "%zu", n);
    if (*value == '!')
        return host->fail(call, DESKD_ERR_INTERNAL, "the probe does not know");
    return n > strtoul(value, NULL, 10) ? DESKD_YES : DESKD_NO;
}

static int write_down(struct deskd_call *call, const struct deskd_change *change, const char *value)
{
    if (strcmp(value, "odd") == 0)
        return host->fail(call, DESKD_ERR_REFUSED, "the probe refuses");
    if (strcmp(value, "all") == 0)
        return host->fail(call, DESKD_ERR_INTERNAL, "the probe wants none of it");
    return note(call, "rule", host->format(call, "%" PRId64 " %s", change->after->number, value));
}

static const struct deskd_condition conditions[] = { { "long", "Subject is longer than", is_long },
                                                     { NULL, NULL, NULL } };
static const struct deskd_rule_action actions[] = { { "note", "Write down", write_down },
                                                    { NULL, NULL, NULL } };

static int init(const struct deskd_host *h)
{
    host = h;
    return DESKD_OK;
}

static const struct deskd_hooks hooks = {
    .size = sizeof(hooks),
    .tenant_open = tenant_open,
    .tenant_close = tenant_close,
    .enabled = switched_on,
    .disabled = switched_off,
    .request_begin = request_begin,
    .rights = rights,
    .may_act = may_act,
    .choose_agent = choose_agent,
    .ticket_changed = ticket_changed,
    .person_changed = person_changed,
    .urgency = urgency,
};

const struct deskd_plugin deskd_plugin_v1 = {
    .size = sizeof(deskd_plugin_v1),
    .abi_minor = DESKD_ABI_MINOR,
    .id = "probe",
    .init = init,
    .hooks = &hooks,
    .sql = statements,
    .routes = routes,
    .slots = slots,
    .jobs = jobs,
    .conditions = conditions,
    .actions = actions,
};
