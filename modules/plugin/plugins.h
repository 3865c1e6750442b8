#ifndef DESKD_PLUGIN_PLUGINS_H /* modules/plugin/plugins.h - the plugins of this process, and what \
                                  core asks of them */
#define DESKD_PLUGIN_PLUGINS_H
#include "html/safe_html.h"
#include "plugin/deskd_plugin.h"
#include "plugin/page.h"
#include "ticket/watch.h"

#include <stdbool.h>
struct arena;
struct child_env;
struct db;
struct err;
struct plugin;
struct plugin_tenant;
struct plugins;
struct rule_guest;
struct tenant;
struct view;
struct viewer;

/* Loads what env->shelf names into this process, for as long as it lives; env->plugins is set. A
 * plugin that cannot be loaded is logged and left out. last_words: called in a signal handler when
 * a plugin has brought the process down, before it ends; answers whoever waits. May be NULL. Where
 * nothing is installed env->plugins stays NULL, and everything below costs nothing. */
typedef void plugin_last_words_fn(bool was_too_slow);
int plugins_load(struct child_env *env, plugin_last_words_fn *last_words, struct err *err);
/* Something that is ours and that a plugin must leave alone: the connection being served. */
void plugins_guard_fd(struct plugins *p, int fd);
/* For a handler of SIGALRM: it may be a plugin that takes too long. */
void plugins_alarm(void);
/* How instants are shown: as name_iso and name_text. */
void plugins_show_time(void (*fn)(struct view *v, const char *name, int64_t at));
/* A request begins; outer: what the web server calls it, "" where it does not. False where a
 * process has ended in a plugin with the same one: the web server tries it again, and must not make
 * it fail (and count) once more. p may be NULL. */
bool plugins_first_try(const struct plugins *p, const char *outer);
/* True once a plugin has left the process in a state in which it should not go on for long: it ends
 * after this piece of work. p may be NULL. */
bool plugins_must_leave(const struct plugins *p);

/* Whether plugin id, loaded here, decides what people may. */
bool plugins_shapes_rights(const struct plugins *p, const char *id);
size_t plugins_count(const struct plugins *p);
const struct plugin *plugins_at(const struct plugins *p, size_t i);
const char *plugin_id(const struct plugin *p);
const char *plugin_dir(const struct plugin *p);
const struct deskd_plugin *plugin_descriptor(const struct plugin *p);
/* The number of a permission as routes name it: a capability of user/capability.h; -1: none. */
int plugin_permission_number(const struct plugin *p, const char *name);
/* For good: what could not be fitted in later (a route that is none). */
void plugin_refuse(struct plugins *all, const struct plugin *p, const char *reason);

/*
 * One piece of work (a request, a job, a mail) for one tenant. In arena; the members up to page are
 * the caller's to set, viewer whenever it becomes known.
 */
struct plugin_scene {
    struct plugins *plugins; /* NULL: none; everything below then does nothing */
    struct arena *arena;
    struct db *db;
    const struct tenant *tenant;
    const struct viewer *viewer;        /* NULL: nobody is logged in */
    const struct plugin_page_ops *page; /* NULL: no page is being made */
    void *page_data;
    int64_t now;
    struct ticket_watch *watch; /* the db handle's */
    /* The module's own: */
    struct plugin_tenant *on; /* NULL: not looked at yet */
    struct ticket_watcher watcher;
};

/* Its members up to page_data are set; from now on until plugins_end it is the one that is worked
 * on. */
void plugins_begin(struct plugin_scene *s);
/* The work is over, in whatever way. p may be NULL. */
void plugins_end(struct plugins *p);
/* Finds out what is switched on for the tenant and lets it prepare itself. revision: what a session
 * has read along, or -1: it is asked for. From then on s->db is watched. 0, or -1: the work cannot
 * be done. */
int plugins_enter(struct plugin_scene *s, int64_t revision, struct err *err);
/* Nothing is switched on, as far as this piece of work goes. */
void plugins_leave_out(struct plugin_scene *s);
/* Whether p is switched on for the tenant. */
bool plugins_is_on(const struct plugin_scene *s, const struct plugin *p);

/* decide: 1 go on, 0 this client may not, -1. */
int plugins_request_begin(struct plugin_scene *s, const char *remote, struct err *err);
/* Runs a route's handler, which ends by s->page's render, redirect or text. */
int plugins_handle(struct plugin_scene *s, const struct plugin *p, const struct deskd_route *route,
                   struct err *err);
/* What the plugins show at a place of ours, one after the other; n 0: nothing. only: of this plugin
 * alone; NULL: of all. Fills that fail show nothing and are logged. */
struct safe_html plugins_slot(struct plugin_scene *s, const char *place, const char *only,
                              const struct deskd_place *where);
/* Their columns of a list, place "list.column" or "agents.column": the headings as plugin_columns
 * (title) into v, and for each row (of the place's tickets or users) its cells; NULL where there
 * are none. */
const struct safe_html *plugins_columns(struct plugin_scene *s, struct view *v, const char *place,
                                        const struct deskd_place *where);
struct ticket;
void plugins_show_ticket(const struct ticket *t, struct deskd_ticket *out);
/* Menu entries for the person, of those that are on: nav_plugins and nav_config_plugins, rows with
 * path, label, icon, is_active. True where there are some for Configuration. */
bool plugins_menu(struct plugin_scene *s, struct view *v, const char *this_path);
/* Their conditions and actions, for the rules engine and forms of the scene's tenant; NULL where
 * nothing is installed. Lives as long as the scene. */
const struct rule_guest *plugins_in_rules(struct plugin_scene *s);
/* Runs a job of kind "ID:kind": 1 done; 0 it has to wait for the plugin, which rests, is parked or
 * is left out; -1. One that nobody will run (the plugin was switched off or removed, or does not
 * know the kind any more) is done, with a line in its log. */
int plugins_job(struct plugin_scene *s, const char *kind, int64_t object_id, int64_t due_at,
                struct err *err);
/* Inside the transaction that switches plugin id on or off for the tenant. One that is not loaded
 * here is not told. */
int plugins_switched(struct plugin_scene *s, const char *id, bool is_on, struct err *err);
/* Inside the transaction that changes a person. */
int plugins_person_changed(struct plugin_scene *s, int64_t user_id, struct err *err);
/* Inside the transaction that changes or removes a calendar. */
int plugins_calendar_changed(struct plugin_scene *s, int64_t calendar_id, struct err *err);
#endif
