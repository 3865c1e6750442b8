/* fcgi/pages/plugins_pages.c - Configuration > Plugins */
#include "fcgi/pages/pages.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/people.h"
#include "fcgi/pages/plugins_form.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/safe.h"
#include "html/view.h"
#include "html/words.h"
#include "plugin/choice.h"
#include "plugin/plugins.h"
#include "plugin/shelf.h"
#include "tenant/tenant.h"
#include "user/viewer.h"

#define LIST_PATH     "/config/plugins"
#define UNPROCESSABLE 422

/* What there is for this tenant: installed, and offered to it. */
struct offer {
    struct shelf shelf;
    const char *offered;
    struct plugin_choice_row *choices;
    size_t choices_n;
};

static int read_offer(struct request *rq, struct offer *o, struct err *err)
{
    struct db global = db_global(rq->app->conn);
    if (shelf_read(rq->arena, rq->app->conf->plugin_dir, NULL, NULL, &o->shelf, err) < 0 ||
        choice_offered(&global, rq->arena, rq->tenant->id, &o->offered, err) < 0)
        return -1;
    return choice_all(rq->db, rq->arena, &o->choices, &o->choices_n, err);
}

static enum plugin_state state_of(const struct offer *o, const char *id)
{
    const struct plugin_choice_row *c = choice_find(o->choices, o->choices_n, id);
    return c == NULL ? PLUGIN_OFF : c->state;
}

/* A text of its manifest in the reader's language. */
static const char *told(const struct view *v, const struct plugin_manifest *m, const char *text)
{
    return words_get_of(arena_printf(view_arena(v), "deskd-%s", m->id), text);
}

static void show_plugin(struct view *v, const struct offer *o, const struct plugin_manifest *m)
{
    const struct plugin_choice_row *c = choice_find(o->choices, o->choices_n, m->id);
    enum plugin_state state = state_of(o, m->id);
    view_text(v, "id", m->id);
    view_text(v, "name", told(v, m, m->name));
    view_text(v, "description", told(v, m, m->description));
    view_text(v, "version", m->version);
    view_text(v, "author", *m->author == '\0' ? NULL : m->author);
    view_text(v, "license", *m->license == '\0' ? NULL : m->license);
    view_bool(v, "is_on", state == PLUGIN_ON);
    view_bool(v, "is_off", state == PLUGIN_OFF);
    view_bool(v, "is_parked", state == PLUGIN_PARKED);
    view_text(v, "reason",
              c == NULL || *c->reason == '\0' ? NULL : words_get_reason(view_arena(v), c->reason));
    view_bool(v, "has_settings", m->settings_n > 0);
}

static int list_get(struct request *rq, struct err *err)
{
    struct offer o;
    struct view *v = view_new(rq->arena);
    if (read_offer(rq, &o, err) < 0)
        return -1;
    struct view_list *rows = view_list(v, "plugins");
    for (size_t i = 0; i < o.shelf.n; i++)
        if (choice_is_offered(o.offered, o.shelf.plugins[i].manifest.id))
            show_plugin(view_row(rows), &o, &o.shelf.plugins[i].manifest);
    view_bool(v, "may_leave_out", o.shelf.n > 0 && rq->viewer->role == ROLE_OWNER);
    return response_render(rq, 200, "config/plugins/list", v, err);
}

/* The plugin of the address, as it is there for this tenant. */
static int load(struct request *rq, struct offer *o, const struct plugin_manifest **out,
                struct err *err)
{
    const char *id = path_text(rq, "plugin");
    if (read_offer(rq, o, err) < 0)
        return -1;
    const struct shelf_plugin *p = shelf_find(&o->shelf, id);
    if (p == NULL || !choice_is_offered(o->offered, id))
        return err_set(err, ERR_NOT_FOUND, "no such plugin");
    *out = &p->manifest;
    return 0;
}

static const char *name_of(const struct offer *o, const char *id)
{
    const struct shelf_plugin *p = shelf_find(&o->shelf, id);
    return p == NULL ? id : p->manifest.name;
}

/* Those it requires, and whether they are on. */
static void show_needs(struct view *v, const struct offer *o, const struct plugin_manifest *m)
{
    struct view_list *list = view_list(v, "needs");
    for (const char *const *id = m->requires_plugins; *id != NULL; id++) {
        struct view *row = view_row(list);
        view_text(row, "id", *id);
        view_text(row, "name", name_of(o, *id));
        view_bool(row, "is_on", state_of(o, *id) == PLUGIN_ON);
    }
}

static int show_log(struct request *rq, struct view *v, const char *id, struct err *err)
{
    struct plugin_log_line *lines;
    size_t n;
    if (choice_log(rq->db, rq->arena, id, &lines, &n, err) < 0)
        return -1;
    use_zone(rq);
    struct view_list *list = view_list(v, "log");
    for (size_t i = 0; i < n; i++) {
        struct view *row = view_row(list);
        show_time(row, "at_iso", "at_text", lines[i].at);
        view_text(row, "event", lines[i].event);
        view_text(row, "detail", *lines[i].detail == '\0' ? NULL : lines[i].detail);
    }
    return 0;
}

/* problem: what was in the way of what somebody wanted; form: show what they typed. */
static int show_item(struct request *rq, int status, const char *problem, bool again,
                     struct err *err)
{
    struct offer o;
    const struct plugin_manifest *m;
    struct view *v = view_new(rq->arena);
    if (load(rq, &o, &m, err) < 0)
        return -1;
    show_plugin(v, &o, m);
    show_needs(v, &o, m);
    view_text(v, "error", problem);
    view_bool(v, "limits", plugins_shapes_rights(rq->app->plugins, m->id));
    view_bool(v, "can_erase",
              state_of(&o, m->id) != PLUGIN_ON &&
                  choice_find(o.choices, o.choices_n, m->id) != NULL);
    if (again)
        plugins_form_show_again(rq, v, m);
    else if (plugins_form_show(rq, v, m, err) < 0)
        return -1;
    struct safe_html own = plugins_slot(rq->plugins, "config.section", m->id, NULL);
    if (own.n > 0)
        view_html(v, "plugin_section", own);
    return show_log(rq, v, m->id, err) < 0
               ? -1
               : response_render(rq, status, "config/plugins/show", v, err);
}

static int item_get(struct request *rq, struct err *err)
{
    return show_item(rq, 200, NULL, false, err);
}

/* --- on and off ------------------------------------------------------------------------------- */

struct switching {
    struct request *rq;
    const struct plugin_manifest *manifest;
    enum plugin_state state;
};

/* The plugin is told, except by somebody who uses the help desk without plugins, as one that fails
 * when it is told must go off all the same. */
static int switch_in_transaction(struct db *db, void *data, struct err *err)
{
    const struct switching *s = data;
    struct plugin_scene *scene = safe_mode_is_on(s->rq) ? NULL : s->rq->plugins;
    if (choice_set(db, s->rq->viewer, s->manifest->id, s->manifest->version, s->state, err) < 0)
        return -1;
    return scene == NULL ? 0 : plugins_switched(scene, s->manifest->id, s->state == PLUGIN_ON, err);
}

/* The first that stands in the way: one that it requires and is off, or one that requires it and is
 * on. */
static const char *in_the_way(const struct offer *o, const struct plugin_manifest *m, bool turns_on)
{
    for (const char *const *id = m->requires_plugins; turns_on && *id != NULL; id++)
        if (state_of(o, *id) != PLUGIN_ON)
            return name_of(o, *id);
    for (size_t i = 0; !turns_on && i < o->shelf.n; i++) {
        const struct plugin_manifest *other = &o->shelf.plugins[i].manifest;
        for (const char *const *id = other->requires_plugins; *id != NULL; id++)
            if (str_is(*id, m->id) && state_of(o, other->id) == PLUGIN_ON)
                return other->name;
    }
    return NULL;
}

static int change(struct request *rq, enum plugin_state state, struct err *err)
{
    struct offer o;
    struct switching s = { .rq = rq, .state = state };
    if (load(rq, &o, &s.manifest, err) < 0)
        return -1;
    const char *other = in_the_way(&o, s.manifest, state == PLUGIN_ON);
    if (other != NULL) {
        const char *text = state == PLUGIN_ON ? _("Switch this one on first")
                                              : _("Switch this one off first");
        return show_item(rq, UNPROCESSABLE, arena_printf(rq->arena, "%s: %s", text, other), false,
                         err);
    }
    if (db_transact(rq->db, switch_in_transaction, &s, err) < 0)
        return -1;
    const char *path = arena_printf(rq->arena, LIST_PATH "/%s", s.manifest->id);
    return response_redirect(rq, path, state == PLUGIN_ON ? _("Switched on.") : _("Switched off."),
                             err);
}

static int enable_post(struct request *rq, struct err *err)
{
    return change(rq, PLUGIN_ON, err);
}

static int disable_post(struct request *rq, struct err *err)
{
    return change(rq, PLUGIN_OFF, err);
}

/* --- settings --------------------------------------------------------------------------------- */

struct saving {
    struct request *rq;
    const struct plugin_manifest *manifest;
    const char **values;
};

static int save_in_transaction(struct db *db, void *data, struct err *err)
{
    const struct saving *s = data;
    return setting_put(db, s->rq->arena, s->rq->viewer, s->rq->tenant, s->manifest, s->values, err);
}

static int settings_post(struct request *rq, struct err *err)
{
    struct offer o;
    struct saving s = { .rq = rq };
    if (load(rq, &o, &s.manifest, err) < 0)
        return -1;
    if (!str_is(form_text(rq, "version"), s.manifest->version))
        return show_item(rq, UNPROCESSABLE,
                         _("The plugin was updated meanwhile. Look at its settings again."), false,
                         err);
    if (!plugins_form_read(rq, s.manifest, &s.values))
        return show_item(rq, UNPROCESSABLE, NULL, true, err);
    if (db_transact(rq->db, save_in_transaction, &s, err) < 0)
        return -1;
    return response_redirect(rq, arena_printf(rq->arena, LIST_PATH "/%s", s.manifest->id),
                             _("Saved."), err);
}

/* --- its data --------------------------------------------------------------------------------- */

static int show_erase(struct request *rq, int status, const char *problem, struct err *err)
{
    struct offer o;
    const struct plugin_manifest *m;
    struct view *v = view_new(rq->arena);
    if (load(rq, &o, &m, err) < 0)
        return -1;
    show_plugin(v, &o, m);
    view_text(v, "error", problem);
    view_text(v, "typed", form_typed(rq, "name"));
    return response_render(rq, status, "config/plugins/erase", v, err);
}

static int erase_get(struct request *rq, struct err *err)
{
    return show_erase(rq, 200, NULL, err);
}

static int erase_in_transaction(struct db *db, void *data, struct err *err)
{
    const struct switching *s = data;
    return choice_erase(db, s->rq->viewer, s->manifest, err);
}

static int erase_post(struct request *rq, struct err *err)
{
    struct offer o;
    struct switching s = { .rq = rq };
    if (load(rq, &o, &s.manifest, err) < 0)
        return -1;
    if (state_of(&o, s.manifest->id) == PLUGIN_ON)
        return show_erase(rq, UNPROCESSABLE, _("Switch the plugin off first."), err);
    if (!str_is_nocase(form_text(rq, "name"), s.manifest->name) &&
        !str_is(form_text(rq, "name"), s.manifest->id))
        return show_erase(rq, UNPROCESSABLE, _("This is not the name of the plugin."), err);
    if (db_transact(rq->db, erase_in_transaction, &s, err) < 0)
        return -1;
    return response_redirect(rq, LIST_PATH, _("The data of the plugin is deleted."), err);
}

/* --- safe mode -------------------------------------------------------------------------------- */

static int safe_get(struct request *rq, struct err *err)
{
    if (rq->viewer->role != ROLE_OWNER)
        return err_set(err, ERR_FORBIDDEN, "only owners leave plugins out");
    safe_mode_set(rq, true);
    return response_redirect(rq, LIST_PATH, NULL, err);
}

static int safe_end_get(struct request *rq, struct err *err)
{
    safe_mode_set(rq, false);
    return response_redirect(rq, LIST_PATH, NULL, err);
}

static const struct field erase_form[] = {
    FIELD_TEXT("name", OPTIONAL, 200),
    FIELD_END,
};

const struct route plugins_routes[] = {
    { GET, LIST_PATH, CAP_PLUGINS, NULL, list_get, 0 },
    { GET, LIST_PATH "/{plugin}", CAP_PLUGINS, NULL, item_get, 0 },
    { POST, LIST_PATH "/{plugin}/enable", CAP_PLUGINS, NULL, enable_post, 0 },
    { POST, LIST_PATH "/{plugin}/disable", CAP_PLUGINS, NULL, disable_post, 0 },
    { POST, LIST_PATH "/{plugin}/settings", CAP_PLUGINS, plugins_form, settings_post,
      ROUTE_FORM_ERRORS },
    { GET, LIST_PATH "/{plugin}/erase", CAP_PLUGINS, NULL, erase_get, 0 },
    { POST, LIST_PATH "/{plugin}/erase", CAP_PLUGINS, erase_form, erase_post, ROUTE_FORM_ERRORS },
    { GET, "/safe", CAP_LOGIN, NULL, safe_get, ROUTE_SAFE },
    { GET, "/safe/end", CAP_LOGIN, NULL, safe_end_get, ROUTE_SAFE },
    ROUTE_END,
};
