#ifndef DESKD_PLUGIN_PRIVATE_H /* modules/plugin/plugin_private.h - the parts of the run time      \
                                  among themselves */
#define DESKD_PLUGIN_PRIVATE_H
#include "base/child.h"
#include "db/db.h"
#include "plugin/ledger.h"
#include "plugin/plugins.h"
#include "plugin/shelf.h"

#include <stdbool.h>

#define PLUGIN_TENANTS      64                         /* whose data a process keeps */
#define PLUGIN_DATA_MAX     ((size_t)32 * 1024 * 1024) /* of one tenant, by host->alloc */
#define PLUGIN_CALL_SECONDS 2
#define PLUGIN_PAGE_SECONDS 2
#define PLUGIN_JOB_SECONDS  45 /* within the lease of a job */

/* A declared statement as it was checked. */
struct plugin_sql {
    const struct deskd_sql *declared;
    struct db_sql sql;
    uint64_t tenant_marks; /* which "?" are the tenant */
};

struct plugin {
    const struct shelf_plugin *shelf;
    const char *id;
    const struct deskd_plugin *d;
    const struct deskd_hooks *hooks; /* never NULL */
    const char *domain;              /* of its words */
    const char *view_prefix;         /* "plugins/ID/" */
    struct plugin_sql *sql;
    size_t sql_n;
    size_t kept; /* bytes that its calls have left behind in this process */
    bool is_refused;
};

struct plugins {
    struct arena *arena;
    struct child_env *env;
    struct plugin *list;
    size_t n;
    struct plugin_tenant *places[PLUGIN_TENANTS];
    struct plugin_scene *scene; /* the one that is being worked on, for the rights of people */
    bool must_leave;
};

/* A plugin that is switched on for a tenant. */
struct plugin_on {
    const struct plugin *plugin;
    void *data;            /* of tenant_open */
    bool is_open;          /* tenant_open has been called */
    const char **settings; /* by the manifest's order */
    bool is_resting, is_parked;
};
struct plugin_tenant {
    int64_t tenant_id, revision;
    struct arena *arena;
    struct plugin_on *list;
    size_t n;
    uint64_t ledger_n; /* the ledger as it was looked at, */
    int64_t look_us;   /* and until when that holds; 0: for ever */
    /* One that shapes rights should be on, and is not: parked, or without what it requires. */
    bool lacks_shaper;
};

enum call_kind { CALL_DECIDE, CALL_RECORD, CALL_JOB, CALL_PAGE, CALL_TENANT };

struct deskd_call {
    struct plugins *all;
    const struct plugin *plugin;
    struct plugin_on *on;
    struct plugin_scene *scene;
    struct arena *arena; /* of the scene; of the tenant while it opens */
    struct err *err;
    enum call_kind kind;
    int64_t now;
};

/* --- call.c --- */

typedef int plugin_fn(struct deskd_call *call, void *data);
/* Calls fn, which calls the plugin, under guard: with a time limit; what the plugin must leave as
 * it was is checked afterwards and put right. where: for the ledger and the log. */
int plugin_call(struct deskd_call *call, const char *where, int seconds, plugin_fn *fn, void *data);
void guard_start(struct plugins *p, plugin_last_words_fn *last_words);
/* Nobody is inside a plugin: whatever was left by a jump is forgotten. */
void guard_reset(void);

/* --- load.c --- */

const struct plugin *plugin_find(const struct plugins *p, const char *id);

/* --- permission.c --- */

int plugin_permissions_add(struct plugins *all, const struct plugin *p, struct err *err);
/* Of the plugin that a permission's full name begins with; NULL: ours. */
const char *plugin_domain_of(const struct plugins *all, const char *permission);
bool plugin_permits(const struct plugin *p, const struct viewer *v, const char *permission);

/* --- tenant.c --- */

/* The state of the scene's tenant at revision; -1 with err set. */
int plugin_tenant_get(struct plugin_scene *s, int64_t revision, struct plugin_tenant **out,
                      struct err *err);
/* Looks at the ledger where it has changed. */
void plugin_tenant_refresh(const struct plugins *p, struct plugin_tenant *t);
struct plugin_on *plugin_on_of(const struct plugin_scene *s, const struct plugin *p);
/* The value of a setting of the manifest; "" for one that is none. */
const char *plugin_setting_of(const struct plugin_on *on, const char *name);

/* --- hooks.c --- */

struct deskd_call plugin_call_of(struct plugin_scene *s, struct plugin_on *on, enum call_kind kind,
                                 struct err *err);

struct ticket_change;
/* A change as plugins see it, whose parts are before and after. */
void plugins_show_change(const struct ticket_change *c, struct deskd_ticket *before,
                         struct deskd_ticket *after, struct deskd_change *out);
/* Neither resting nor parked. */
bool plugin_works(const struct plugin_on *on);
void plugins_shape_rights(struct plugins *p);

/* --- rules.c --- */

/* Whether a condition or action can be called that: rules keep it as "ID:NAME". */
bool plugin_rule_name_fits(const char *name);

/* --- log.c --- */

/* A line of the plugin's log for its tenant, and of ours; never fails. */
void plugin_log_write(struct db *db, struct arena *a, const char *plugin, int64_t now,
                      const char *event, const char *detail);
void plugin_log_add(struct plugin_scene *s, const struct plugin *p, const char *event,
                    const char *detail);

/* --- host*.c --- */

extern const struct deskd_host plugin_host;
int host_failed(struct deskd_call *call, enum err_code code, const char *text);

/* The members of plugin_host, by file. */
int host_query(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
               size_t n, struct deskd_rows *out);
int64_t host_exec(struct deskd_call *call, const struct deskd_sql *sql,
                  const struct deskd_arg *args, size_t n);
int host_transact(struct deskd_call *call, int (*work)(struct deskd_call *call, void *data),
                  void *data);

int host_viewer(struct deskd_call *call, struct deskd_person *out);
int host_permission(struct deskd_call *call, const char *name);
const char *host_permission_name(struct deskd_call *call, int number, const char **label,
                                 const char **group);
int host_may(struct deskd_call *call, const char *permission, int64_t department_id);
int host_rights_of(struct deskd_call *call, int64_t user_id, struct deskd_rights *out);
int host_people(struct deskd_call *call, const struct deskd_person **out, size_t *n);
int host_departments(struct deskd_call *call, const struct deskd_department **out, size_t *n);
int host_works_in(struct deskd_call *call, int64_t user_id, int64_t department_id);
int host_audit(struct deskd_call *call, const char *action, int64_t object_id, const char *detail);

int host_query_kept(struct deskd_call *call, const struct deskd_sql *sql,
                    const struct deskd_arg *args, size_t n, struct deskd_rows *out);
int host_sees(struct deskd_call *call, int64_t department_id, int64_t agent_id);
int host_takes_from(struct deskd_call *call, int64_t user_id, const int64_t **departments,
                    size_t *n);
int host_takers(struct deskd_call *call, int64_t department_id, const int64_t **people, size_t *n);
int host_tickets_waiting(struct deskd_call *call, int64_t activity_at, int64_t id,
                         const struct deskd_ticket *const **out, size_t *n);
int host_ticket_urgency(struct deskd_call *call, const struct deskd_ticket *ticket,
                        struct deskd_urgency *out);
int host_urgency_changed(struct deskd_call *call, int64_t ticket_id);
int host_calendars(struct deskd_call *call, const struct deskd_calendar *const **out, size_t *n);
int host_calendar_between(struct deskd_call *call, int64_t id, int64_t version, int64_t from,
                          int64_t to, int64_t *out);
int host_calendar_add(struct deskd_call *call, int64_t id, int64_t version, int64_t from,
                      int64_t open_ms, int64_t *out);
int host_calendar_next_open(struct deskd_call *call, int64_t id, int64_t version, int64_t at,
                            int64_t *out);

struct act host_act(struct deskd_call *call);
int host_ticket(struct deskd_call *call, int64_t id, struct deskd_ticket *out);
int host_ticket_by_number(struct deskd_call *call, int64_t number, struct deskd_ticket *out);
int host_ticket_assign(struct deskd_call *call, int64_t id, int64_t version, int64_t department_id,
                       int64_t agent_id, const char *reason);
int host_ticket_event(struct deskd_call *call, int64_t ticket_id, const char *text,
                      const char *old_value, const char *new_value, const char *reason);

int host_tickets_held(struct deskd_call *call, int64_t user_id, const struct deskd_held **out,
                      size_t *n);
int64_t host_tickets_release(struct deskd_call *call, int64_t user_id, int64_t department_id,
                             const char *reason);

int host_job_put(struct deskd_call *call, const char *kind, int64_t object_id, int64_t due_at);
int host_job_drop(struct deskd_call *call, const char *kind, int64_t object_id);
int host_mail(struct deskd_call *call, int64_t user_id, const char *template_name,
              const struct deskd_view *v);
int host_notify(struct deskd_call *call, int64_t user_id, const char *text, const char *path);

const char *host_path_text(struct deskd_call *call, const char *name);
int64_t host_path_i64(struct deskd_call *call, const char *name);
const char *host_form_text(struct deskd_call *call, const char *name);
int64_t host_form_i64(struct deskd_call *call, const char *name, int64_t fallback);
int host_form_bool(struct deskd_call *call, const char *name);
const int64_t *host_form_i64s(struct deskd_call *call, const char *name, size_t *n);
const char *host_form_typed(struct deskd_call *call, const char *name);
const char *host_form_error(struct deskd_call *call, const char *name);
void host_form_refuse(struct deskd_call *call, const char *name, const char *why);
struct deskd_view *host_view(struct deskd_call *call);
void host_view_text(struct deskd_view *v, const char *name, const char *text);
void host_view_i64(struct deskd_view *v, const char *name, int64_t i);
void host_view_bool(struct deskd_view *v, const char *name, int b);
void host_view_time(struct deskd_view *v, const char *name, int64_t at);
struct deskd_view *host_view_child(struct deskd_view *v, const char *name);
struct deskd_list *host_view_list(struct deskd_view *v, const char *name);
struct deskd_view *host_view_row(struct deskd_list *list);
int host_render(struct deskd_call *call, int status, const char *template_name,
                struct deskd_view *v);
int host_redirect(struct deskd_call *call, const char *path, const char *notice);
int host_text(struct deskd_call *call, int status, const char *type, const char *body, size_t n);
#endif
