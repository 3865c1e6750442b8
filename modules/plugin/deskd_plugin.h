#ifndef DESKD_PLUGIN_H /* modules/plugin/deskd_plugin.h - all that a plugin sees of deskd */
#define DESKD_PLUGIN_H
#include <stddef.h>
#include <stdint.h>

/*
 * A plugin is a folder with plugin.xml (what it is and what it may: see plugin.rng), NAME.so (what
 * it does: this header), sql/ (its tables), templates/, static/ and locale/. The provider installs
 * it, the admin of a tenant switches it on.
 *
 * NAME.so exports one thing: const struct deskd_plugin deskd_plugin_v1. The symbol's name is the
 * major version of this interface, DESKD_ABI_MINOR counts what was appended since. Every struct
 * that crosses the border begins with its size; members are only ever added at the end, so a plugin
 * built with an older minor version keeps working. One that wants a newer minor is refused.
 *
 * Callbacks run in single-threaded processes, one at a time, for one tenant at a time: struct
 * deskd_call says whose. There are three kinds:
 *   decide  before something happens. DESKD_NO (and an error) forbids it.
 *   record  inside the transaction that changes something. Only rows; an error rolls all of it
 *           back.
 *   job     later, in a process of its own. The only place that may wait for others.
 * A page's handler may do what a decide callback may, and open transactions.
 *
 * What a callback gets lives until it returns; what it allocates (deskd_host.alloc) until the end
 * of the request. In tenant_open everything (host->alloc, rows of queries) lives until that
 * tenant's tenant_close; what a plugin takes from malloc for a tenant it gives back there. Where
 * memory runs out in a host function, it does not return: the callback is left, and the process
 * ends soon after. A callback must leave locale, umask, signals, descriptors and the working
 * directory as they were. One that crashes, hangs or exits costs its request; the third time within
 * ten minutes switches the plugin off for that tenant.
 *
 * Times are milliseconds since 1970, UTC. Texts are UTF-8, never NULL unless said so. Ids are
 * positive; 0 means none.
 */
#define DESKD_ABI_MAJOR 1
#define DESKD_ABI_MINOR 1

/* What callbacks and host functions return. */
enum deskd_result {
    DESKD_FAILED = -1, /* an error that host->fail described, or passed on from a host function */
    DESKD_OK = 0,      /* done; nothing found; nothing to show */
    DESKD_NO = 0,      /* decide: no */
    DESKD_YES = 1      /* found; show it; decide: yes */
};

/* What went wrong, for host->fail: decides the status of the page. */
enum deskd_error {
    DESKD_ERR_INTERNAL = 1, /* 500 */
    DESKD_ERR_INVALID,      /* 400, or shown beside the form */
    DESKD_ERR_FORBIDDEN,    /* 403 */
    DESKD_ERR_NOT_FOUND,    /* 404 */
    DESKD_ERR_CONFLICT,     /* 409: somebody was faster */
    DESKD_ERR_REFUSED,      /* 409: the state of things does not allow it */
    DESKD_ERR_LATER         /* 503; a job is tried again */
};

struct deskd_call; /* who asks, for which tenant: opaque, given to every host function */
struct deskd_view; /* what a template shows */
struct deskd_list; /* rows of a view */

/* --- the database ----------------------------------------------------------------------------- */

/* A declared statement. Tables are the plugin's own (p_ID_...), each access bound by tenant_id = ?.
 * DESKD_TENANT is the only way to name the tenant. budget: rows that one execution may examine. */
struct deskd_sql {
    const char *name;
    const char *text;
    int budget;
};

struct deskd_arg {
    enum { DESKD_ARG_TENANT, DESKD_ARG_NULL, DESKD_ARG_I64, DESKD_ARG_TEXT, DESKD_ARG_BYTES } type;
    int64_t i64;
    const void *p;
    size_t n;
};
#define DESKD_TENANT      ((struct deskd_arg) { .type = DESKD_ARG_TENANT })
#define DESKD_NULL        ((struct deskd_arg) { .type = DESKD_ARG_NULL })
#define DESKD_I64(v)      ((struct deskd_arg) { .type = DESKD_ARG_I64, .i64 = (v) })
#define DESKD_TEXT(s)     ((struct deskd_arg) { .type = DESKD_ARG_TEXT, .p = (s) }) /* NULL: NULL */
#define DESKD_BYTES(v, k) ((struct deskd_arg) { .type = DESKD_ARG_BYTES, .p = (v), .n = (k) })
#define DESKD_ARGS(...)                                                                            \
    (const struct deskd_arg[]) { __VA_ARGS__ },                                                    \
        sizeof((const struct deskd_arg[]) { __VA_ARGS__ }) / sizeof(struct deskd_arg)

struct deskd_value {
    int is_null;
    int64_t i64;
    const char *p; /* NUL behind it; "" for NULL */
    size_t n;
};
struct deskd_row {
    const struct deskd_value *values;
    size_t n;
};
struct deskd_rows {
    const struct deskd_row *rows;
    size_t n;
};

/* --- people and tickets ----------------------------------------------------------------------- */

enum deskd_role { DESKD_ROLE_AGENT = 1, DESKD_ROLE_ADMIN = 2, DESKD_ROLE_OWNER = 3 };

struct deskd_person {
    size_t size;
    int64_t id;
    const char *name, *email;
    int role; /* enum deskd_role */
    int is_active;
    const int64_t *departments; /* own, ascending */
    size_t departments_n;
};

struct deskd_department {
    size_t size;
    int64_t id;
    const char *name;
    int is_default;
};

/* Which tickets a person sees. */
enum deskd_scope {
    DESKD_SCOPE_NONE,
    DESKD_SCOPE_ASSIGNED, /* those assigned to them */
    DESKD_SCOPE_ALL
};

/* What a person may do in one department (id 0: in every one that is not named, and what belongs
 * to no department). may: bits of permissions, numbered by host->permission. */
#define DESKD_PERMISSION_WORDS 4
struct deskd_grant {
    int64_t department_id;
    int scope; /* enum deskd_scope */
    uint64_t may[DESKD_PERMISSION_WORDS];
};
/* A person's rights, as core would have them; a rights callback changes them in place. grants[0]
 * is the one for department 0; the others ascend by department. cap: room in grants. */
struct deskd_rights {
    size_t size;
    int64_t user_id;
    int role;
    struct deskd_grant *grants;
    size_t n, cap;
};

/* Statuses are the letters of the ticket API: N C A W R L B X. */
struct deskd_ticket {
    size_t size;
    int64_t id, number;
    int64_t department_id, agent_id, contact_id;
    int status;
    const char *subject;
    int64_t created_at, activity_at;
    int64_t waiting_since, answered_at, resolved_at, wake_at; /* 0: not */
    int64_t version;
    const char *contact_name, *contact_email;
    int64_t merged_into_id; /* since 1.1: the ticket on whose page it is shown now; 0: its own */
    int source;             /* since 1.1: enum deskd_source */
};

/* Since 1.1. How a ticket began. */
enum deskd_source { DESKD_SOURCE_MAIL = 1, DESKD_SOURCE_FORM = 2, DESKD_SOURCE_AGENT = 3 };

/* Since 1.1. Hours in which a help desk works: each change makes a new version, the old ones stay.
 */
struct deskd_calendar {
    size_t size;
    int64_t id, version;
    const char *name;
    int is_default;
};

/* Since 1.1. Tickets of a department that somebody is responsible for. */
struct deskd_held {
    int64_t department_id;
    int64_t tickets;
};

/* Since 1.1. How much a ticket hurries, as far as plugins know: what puts those that wait in order.
 * The usual: priority 0, due a week after the customer's oldest unanswered message, no warning. */
struct deskd_urgency {
    size_t size;
    int64_t priority; /* the higher, the sooner; -1000 to 1000 */
    int64_t due_at;   /* when somebody must have answered */
    int64_t warns_at; /* from when on it is about to be late; 0: never */
};

enum deskd_actor {
    DESKD_ACTOR_PERSON = 1,
    DESKD_ACTOR_CUSTOMER = 2,
    DESKD_ACTOR_SYSTEM = 3,
    DESKD_ACTOR_PLUGIN = 4
};

enum deskd_what {
    DESKD_CREATED = 1,  /* before is NULL */
    DESKD_CHANGED = 2,  /* status, department, agent or times */
    DESKD_MESSAGE = 4,  /* message says which */
    DESKD_ANSWERED = 8, /* a person's public answer, or marked answered */
    DESKD_REOPENED = 16,
    DESKD_RELATED = 32, /* since 1.1: merged into another, taken out again, split; both are told */
    DESKD_URGENCY = 64  /* since 1.1: host->urgency_changed was called */
};
enum deskd_message_kind {
    DESKD_MESSAGE_CUSTOMER = 1,
    DESKD_MESSAGE_ANSWER = 2,
    DESKD_MESSAGE_NOTE = 3,
    DESKD_MESSAGE_MACHINE = 4,
    DESKD_MESSAGE_RECEIPT = 5
};
/* One change of a ticket, as it is about to be committed. */
struct deskd_change {
    size_t size;
    unsigned what; /* of enum deskd_what, or-ed */
    const struct deskd_ticket *before, *after;
    int actor;       /* enum deskd_actor */
    int64_t user_id; /* DESKD_ACTOR_PERSON */
    int64_t at;
    int message_kind; /* 0: none */
    int64_t message_id;
    const char *reason;
};

/* What somebody wants to do to a ticket: for may_act. */
enum deskd_action {
    DESKD_ACT_OPEN = 1,
    DESKD_ACT_ANSWER,
    DESKD_ACT_NOTE,
    DESKD_ACT_ASSIGN,
    DESKD_ACT_TRANSFER,
    DESKD_ACT_STATUS,
    DESKD_ACT_DELETE,
    DESKD_ACT_MERGE /* since 1.1: merge, take apart again, split */
};

/* --- pages ------------------------------------------------------------------------------------ */

enum deskd_method { DESKD_GET, DESKD_POST };
enum deskd_field_type {
    DESKD_FIELD_TEXT,
    DESKD_FIELD_I64,
    DESKD_FIELD_BOOL,
    DESKD_FIELD_EMAIL,
    DESKD_FIELD_CHOICE,
    DESKD_FIELD_I64_LIST
};
/* A form or query field. What is not declared does not arrive. */
struct deskd_field {
    const char *name; /* NULL ends the list */
    int type;         /* enum deskd_field_type */
    int is_required;
    int64_t min, max;           /* text: bytes; number: value; list: how many */
    const char *const *choices; /* DESKD_FIELD_CHOICE, ends with NULL */
};
/* path: below /plugins/ID, "" for its front page; {name} stands for one segment. permission: the
 * full name of a core permission ("config.agents") or of one of one's own (without the "ID."); ""
 * for every person of the tenant; "public" for everybody. Core checks it, the method, the form and
 * the one-time token before the handler runs. A POST makes its change in one host->transact and
 * ends with host->redirect. */
struct deskd_route {
    int method;       /* enum deskd_method */
    const char *path; /* NULL ends the list */
    const char *permission;
    const struct deskd_field *form; /* NULL: none */
    int shows_form_errors;          /* else an invalid field is 400 */
    int (*handler)(struct deskd_call *call);
};

/* What a slot is about. */
struct deskd_place {
    size_t size;
    const struct deskd_ticket *ticket; /* ticket.side, ticket.head; else NULL */
    const int64_t *tickets;            /* list.column: the rows' ids */
    size_t tickets_n;
    int64_t user_id; /* profile.section, agent.section: whose */
    /* Since 1.1: */
    const int64_t *users; /* agents.column: the rows' people */
    size_t users_n;
};
/* A place in core's pages: "ticket.side", "ticket.head", "list.column", "profile.section",
 * "agent.section", "config.section", "top" (above each page), since 1.1 "bar" (in the
 * bar on top of each page: a button or two), "agents.column". fill puts values for
 * template (below the plugin's templates/) into v: DESKD_YES shows it, DESKD_OK shows nothing. For
 * list.column and agents.column, v has the text "title" of its heading and a list "cells" with a
 * row per ticket or person, in their order; template shows one cell. "config.section" stands on the
 * plugin's own page of Configuration > Plugins. A template of a slot has form_token, this_path and
 * locale besides; a form in it may have any action of the plugin's. */
struct deskd_slot {
    const char *place; /* NULL ends the list */
    const char *template_name;
    int (*fill)(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v);
};

/* --- work that is done later ------------------------------------------------------------------ */

struct deskd_job {
    size_t size;
    const char *kind;
    int64_t object_id;
    int64_t due_at, now;
};
/* Run at least once; put again by itself where it repeats. */
struct deskd_job_kind {
    const char *kind; /* NULL ends the list */
    int (*run)(struct deskd_call *call, const struct deskd_job *job);
};

/* --- automation ------------------------------------------------------------------------------- */

/* A condition that rules may use: value is what the admin typed. DESKD_YES, DESKD_NO. saw: the
 * value that decided, for the record of the run (borrowed; may stay NULL). */
struct deskd_condition {
    const char *name, *label; /* name NULL ends the list; label in English */
    int (*holds)(struct deskd_call *call, const struct deskd_change *change, const char *value,
                 const char **saw);
};
/* An action that rules may take, inside the rule's transaction. */
struct deskd_rule_action {
    const char *name, *label;
    int (*run)(struct deskd_call *call, const struct deskd_change *change, const char *value);
};

/* --- what the plugin is asked ----------------------------------------------------------------- */

/* Every member may be NULL. */
struct deskd_hooks {
    size_t size;
    /* The tenant's data is wanted: *data is given to every later call as call's tenant data.
     * Called again, after tenant_close, when host->tenant_changed or a setting said so. */
    int (*tenant_open)(struct deskd_call *call, void **data);
    void (*tenant_close)(void *data);
    /* Just switched on (in the transaction) or off for the tenant. */
    int (*enabled)(struct deskd_call *call);
    int (*disabled)(struct deskd_call *call);
    /* decide: may this client address go on? */
    int (*request_begin)(struct deskd_call *call, const char *remote);
    /* decide: what a person may. Called for every request of theirs: no statements, only tenant
     * data. */
    int (*rights)(struct deskd_call *call, struct deskd_rights *rights);
    /* decide: may this person do that to the ticket? Scope and permissions were checked. */
    int (*may_act)(struct deskd_call *call, const struct deskd_ticket *ticket, int action);
    /* decide: who gets a new or newly unassigned ticket: DESKD_YES with *agent_id and *reason.
     * Asked inside the transaction: it may write rows of its own. */
    int (*choose_agent)(struct deskd_call *call, const struct deskd_ticket *ticket,
                        int64_t *agent_id, const char **reason);
    /* record */
    int (*ticket_changed)(struct deskd_call *call, const struct deskd_change *change);
    int (*person_changed)(struct deskd_call *call, int64_t user_id);
    /* Since 1.1. decide: how urgent is this ticket? DESKD_YES with *out changed from the usual.
     * Asked inside transactions that change the ticket, by other plugins' host->ticket_urgency. */
    int (*urgency)(struct deskd_call *call, const struct deskd_ticket *ticket,
                   struct deskd_urgency *out);
    /* Since 1.1. record: a calendar has a new version, or is gone. */
    int (*calendar_changed)(struct deskd_call *call, int64_t calendar_id);
};

/* --- what the plugin may ask ------------------------------------------------------------------ */

struct deskd_host {
    size_t size;
    unsigned abi_minor;

    /* Memory of this request; never NULL. */
    void *(*alloc)(struct deskd_call *call, size_t n);
    char *(*format)(struct deskd_call *call, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
    /* Describes what went wrong (for the log and, where a page shows it, for the person): returns
     * DESKD_FAILED. */
    int (*fail)(struct deskd_call *call, int error, const char *format, ...)
        __attribute__((format(printf, 3, 4)));
    /* A line in the plugin's log of this tenant. event is a word, detail one line. */
    void (*log)(struct deskd_call *call, const char *event, const char *detail);
    int64_t (*now)(struct deskd_call *call);
    int64_t (*new_id)(struct deskd_call *call);
    void *(*tenant_data)(struct deskd_call *call);
    /* In every process, from the next request on: tenant_open again. Inside a transaction. */
    int (*tenant_changed)(struct deskd_call *call);
    /* A text of the plugin's catalogue in the reader's language. */
    const char *(*word)(struct deskd_call *call, const char *english);

    /* Rows: DESKD_OK. exec: rows affected, or DESKD_FAILED. */
    int (*query)(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
                 size_t n, struct deskd_rows *out);
    int64_t (*exec)(struct deskd_call *call, const struct deskd_sql *sql,
                    const struct deskd_arg *args, size_t n);
    /* All or nothing; may run work again after a deadlock. Inside a record callback: joins. */
    int (*transact)(struct deskd_call *call, int (*work)(struct deskd_call *call, void *data),
                    void *data);

    /* Settings of plugin.xml, as this tenant has them. Secrets are opened. */
    const char *(*setting_text)(struct deskd_call *call, const char *name);
    int64_t (*setting_i64)(struct deskd_call *call, const char *name);

    /* Who asks: DESKD_YES, or DESKD_NO where nobody is logged in (jobs, mail, customers). */
    int (*viewer)(struct deskd_call *call, struct deskd_person *out);
    /* Number of a permission ("ticket.answer", "roles.manage"); -1: there is none. */
    int (*permission)(struct deskd_call *call, const char *name);
    /* Names of all, by number; NULL past the last. label and group in the reader's language. */
    const char *(*permission_name)(struct deskd_call *call, int number, const char **label,
                                   const char **group);
    /* Whether the viewer may, in a department (0: anywhere). */
    int (*may)(struct deskd_call *call, const char *permission, int64_t department_id);
    /* What somebody may, as of now, after all plugins. */
    int (*rights_of)(struct deskd_call *call, int64_t user_id, struct deskd_rights *out);
    /* Everybody who is not deleted, by name; all departments, by name. */
    int (*people)(struct deskd_call *call, const struct deskd_person **out, size_t *n);
    int (*departments)(struct deskd_call *call, const struct deskd_department **out, size_t *n);
    /* Whether an active person may work tickets of a department. */
    int (*works_in)(struct deskd_call *call, int64_t user_id, int64_t department_id);
    /* A line of the tenant's audit log. Inside a transaction. */
    int (*audit)(struct deskd_call *call, const char *action, int64_t object_id,
                 const char *detail);

    /* DESKD_YES where it is there and the viewer may see it. */
    int (*ticket)(struct deskd_call *call, int64_t id, struct deskd_ticket *out);
    int (*ticket_by_number)(struct deskd_call *call, int64_t number, struct deskd_ticket *out);
    /* department 0: as it is. agent 0: nobody. reason in English, from the catalogue. version 0:
     * whatever it is. */
    int (*ticket_assign)(struct deskd_call *call, int64_t id, int64_t version,
                         int64_t department_id, int64_t agent_id, const char *reason);
    /* A line in the ticket's timeline. text in English with {old} and {new}, from the catalogue.
     * Inside a transaction. */
    int (*ticket_event)(struct deskd_call *call, int64_t ticket_id, const char *text,
                        const char *old_value, const char *new_value, const char *reason);

    /* Inside a transaction. One job per kind and object: putting it again moves it. */
    int (*job_put)(struct deskd_call *call, const char *kind, int64_t object_id, int64_t due_at);
    int (*job_drop)(struct deskd_call *call, const char *kind, int64_t object_id);
    /* A mail to a person of the tenant, from a template mail/NAME of the plugin (subject, text and
     * html): v's texts and numbers are kept until it is sent. Inside a transaction. */
    int (*mail)(struct deskd_call *call, int64_t user_id, const char *template_name,
                const struct deskd_view *v);
    /* A short message for the person's open pages. */
    int (*notify)(struct deskd_call *call, int64_t user_id, const char *text, const char *path);

    /* Values of the route's {name}, of declared fields that arrived valid. */
    const char *(*path_text)(struct deskd_call *call, const char *name);
    int64_t (*path_i64)(struct deskd_call *call, const char *name);
    const char *(*form_text)(struct deskd_call *call, const char *name); /* NULL: not there */
    int64_t (*form_i64)(struct deskd_call *call, const char *name, int64_t fallback);
    int (*form_bool)(struct deskd_call *call, const char *name);
    const int64_t *(*form_i64s)(struct deskd_call *call, const char *name, size_t *n);
    const char *(*form_typed)(struct deskd_call *call, const char *name);
    const char *(*form_error)(struct deskd_call *call, const char *name); /* NULL: it was fine */
    void (*form_refuse)(struct deskd_call *call, const char *name, const char *why);

    struct deskd_view *(*view)(struct deskd_call *call);
    void (*view_text)(struct deskd_view *v, const char *name, const char *text);
    void (*view_i64)(struct deskd_view *v, const char *name, int64_t i);
    void (*view_bool)(struct deskd_view *v, const char *name, int b);
    /* NAME_iso and NAME_text, as core's pages show instants. */
    void (*view_time)(struct deskd_view *v, const char *name, int64_t at);
    struct deskd_view *(*view_child)(struct deskd_view *v, const char *name);
    struct deskd_list *(*view_list)(struct deskd_view *v, const char *name);
    struct deskd_view *(*view_row)(struct deskd_list *list);

    /* Each ends a handler. template_name: below the plugin's templates/. The frame of pages is
     * added by {{<layout}}. path: of this host, whole ("/plugins/roles/7"). */
    int (*render)(struct deskd_call *call, int status, const char *template_name,
                  struct deskd_view *v);
    int (*redirect)(struct deskd_call *call, const char *path, const char *notice);
    int (*text)(struct deskd_call *call, int status, const char *type, const char *body, size_t n);

    /* --- since 1.1 --- */

    /* What somebody is responsible for and is not done, by department; those with none are left
     * out. */
    int (*tickets_held)(struct deskd_call *call, int64_t user_id, const struct deskd_held **out,
                        size_t *n);
    /* Takes the person off these tickets of a department (0: of all), an event with the reason (in
     * English, from the catalogue) each, and tells the department's people. For who takes their
     * rights away, inside the same transaction. Their number, or DESKD_FAILED. */
    int64_t (*tickets_release)(struct deskd_call *call, int64_t user_id, int64_t department_id,
                               const char *reason);
    /* Whether the viewer sees tickets of this department and agent (0: of nobody). */
    int (*sees)(struct deskd_call *call, int64_t department_id, int64_t agent_id);
    /* As query, but the answer may be as old as a second, if nobody on this host has written to the
     * tenant since: for what stands on every page. Never where it would be written back. */
    int (*query_kept)(struct deskd_call *call, const struct deskd_sql *sql,
                      const struct deskd_arg *args, size_t n, struct deskd_rows *out);
    /* Departments, ascending, of which a person gets tickets: a member who has them switched on.
     * The answer may be as old as that of query_kept, unless inside a transaction. */
    int (*takes_from)(struct deskd_call *call, int64_t user_id, const int64_t **departments,
                      size_t *n);
    /* Active people, ascending, who get tickets of a department. */
    int (*takers)(struct deskd_call *call, int64_t department_id, const int64_t **people,
                  size_t *n);
    /* For jobs that go over all tickets that wait for us (N and C), inside a transaction: at most
     * 200 that nobody else changes until its end, those with the oldest activity first, behind the
     * one with this activity_at and id (0, 0: from the beginning). One that becomes active
     * meanwhile comes again. */
    int (*tickets_waiting)(struct deskd_call *call, int64_t activity_at, int64_t id,
                           const struct deskd_ticket *const **out, size_t *n);
    /* How urgent a ticket is, after all other plugins that are on. */
    int (*ticket_urgency)(struct deskd_call *call, const struct deskd_ticket *ticket,
                          struct deskd_urgency *out);
    /* What this plugin says of a ticket's urgency is another now: everybody's ticket_changed is
     * called with DESKD_URGENCY. Inside a transaction. */
    int (*urgency_changed)(struct deskd_call *call, int64_t ticket_id);
    /* The help desk's calendars, by name. */
    int (*calendars)(struct deskd_call *call, const struct deskd_calendar *const **out, size_t *n);
    /* Open time by a version of a calendar (id 0: every minute is open, with any version):
     * DESKD_YES with *out; DESKD_NO: there is no such version. Milliseconds from one instant to a
     * later one; the first instant by which so much has passed since from; the first instant from
     * at on that is open. INT64_MAX: not in this century. What a calendar was is read once in each
     * process. */
    int (*calendar_between)(struct deskd_call *call, int64_t id, int64_t version, int64_t from,
                            int64_t to, int64_t *out);
    int (*calendar_add)(struct deskd_call *call, int64_t id, int64_t version, int64_t from,
                        int64_t open_ms, int64_t *out);
    int (*calendar_next_open)(struct deskd_call *call, int64_t id, int64_t version, int64_t at,
                              int64_t *out);
};

/* The descriptor. Lists end as their elements say; NULL: none. */
struct deskd_plugin {
    size_t size;
    unsigned abi_minor; /* DESKD_ABI_MINOR */
    const char *id;     /* as in plugin.xml: [a-z][a-z0-9_]{1,23} */
    /* Once per process, before anything else. DESKD_FAILED: the plugin stays out. */
    int (*init)(const struct deskd_host *host);
    const struct deskd_hooks *hooks;
    const struct deskd_sql *const *sql; /* ends with NULL */
    const struct deskd_route *routes;
    const struct deskd_slot *slots;
    const struct deskd_job_kind *jobs;
    const struct deskd_condition *conditions;
    const struct deskd_rule_action *actions;
};

extern __attribute__((visibility("default"))) const struct deskd_plugin deskd_plugin_v1;
#endif
