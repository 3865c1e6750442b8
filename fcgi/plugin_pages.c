#include "fcgi/plugin_pages.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/pages/show.h"
#include "fcgi/plugin_static.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/template.h"
#include "html/view.h"
#include "plugin/plugins.h"
#include "user/capability.h"

#include <string.h>

#define TABLES_MAX 256
#define ROUTES_MAX 400 /* of one plugin */

/* One plugin's routes, as ours are. Made once in a process. */
struct table {
    const struct plugin *plugin;
    struct route *routes; /* those of the plugin first, in its order */
    size_t n;
};
static struct table tables[TABLES_MAX];
static size_t tables_n;

static const struct table *table_of(const struct route *r)
{
    for (size_t i = 0; i < tables_n; i++)
        if (r >= tables[i].routes && r < tables[i].routes + tables[i].n)
            return &tables[i];
    return NULL;
}

const struct plugin *plugin_of_route(const struct route *r)
{
    const struct table *t = table_of(r);
    return t == NULL ? NULL : t->plugin;
}

/* ---- what a page of a plugin may do ---- */

static const char *page_path_text(void *page, const char *name)
{
    return path_text(page, name);
}

static int64_t page_path_i64(void *page, const char *name)
{
    return path_i64(page, name);
}

static const char *page_form_text(void *page, const char *name)
{
    return form_text(page, name);
}

static int64_t page_form_i64(void *page, const char *name, int64_t fallback)
{
    return form_i64(page, name, fallback);
}

static const int64_t *page_form_i64s(void *page, const char *name, size_t *n)
{
    return form_i64s(page, name, n);
}

static const char *page_form_typed(void *page, const char *name)
{
    return form_typed(page, name);
}

static const char *page_form_error(void *page, const char *name)
{
    return form_error(page, name);
}

static void page_form_refuse(void *page, const char *name, const char *why)
{
    form_set_error(page, name, why);
}

static int page_render(void *page, int status, const char *template_name, struct view *v,
                       struct err *err)
{
    return response_render(page, status, template_name, v, err);
}

static int page_redirect(void *page, const char *path, const char *notice, struct err *err)
{
    return response_redirect(page, path, notice, err);
}

static int page_text(void *page, int status, const char *type, const char *body, size_t n,
                     struct err *err)
{
    return response_text(page, status, type, body, n, err);
}

static int page_fragment(void *page, const char *template_name, struct view *v, const char **html,
                         size_t *n, struct err *err)
{
    struct request *rq = page;
    struct buf *out = buf_new(rq->arena);
    view_text(v, "form_token", request_form_token(rq));
    view_text(v, "this_path", rq->path);
    view_text(v, "locale", rq->locale);
    if (template_render(rq->app->templates, template_name, rq->locale, v, out, err) < 0)
        return -1;
    *html = out->data;
    *n = out->len;
    return 0;
}

static const struct plugin_page_ops page_ops = {
    .path_text = page_path_text,
    .path_i64 = page_path_i64,
    .form_text = page_form_text,
    .form_i64 = page_form_i64,
    .form_i64s = page_form_i64s,
    .form_typed = page_form_typed,
    .form_error = page_form_error,
    .form_refuse = page_form_refuse,
    .render = page_render,
    .redirect = page_redirect,
    .text = page_text,
    .fragment = page_fragment,
};

static void show_instant(struct view *v, const char *name, int64_t at)
{
    struct arena *a = view_arena(v);
    show_time(v, arena_printf(a, "%s_iso", name), arena_printf(a, "%s_text", name), at);
}

void plugin_scene_begin(struct request *rq)
{
    if (rq->app->plugins == NULL)
        return;
    rq->plugins = arena_zalloc(rq->arena, sizeof(*rq->plugins));
    *rq->plugins = (struct plugin_scene) { .plugins = rq->app->plugins,
                                           .arena = rq->arena,
                                           .db = rq->db,
                                           .tenant = rq->tenant,
                                           .page = &page_ops,
                                           .page_data = rq,
                                           .watch = rq->watch,
                                           .now = clock_now_ms() };
    plugins_show_time(show_instant);
    plugins_begin(rq->plugins);
    rq->guest = plugins_in_rules(rq->plugins);
}

static int handle(struct request *rq, struct err *err)
{
    const struct table *t = table_of(rq->route);
    const struct deskd_route *from = plugin_descriptor(t->plugin)->routes + (rq->route - t->routes);
    return plugins_handle(rq->plugins, t->plugin, from, err);
}

/* ---- their routes as ours ---- */

static size_t count(const struct deskd_route *routes)
{
    size_t n = 0;
    while (routes != NULL && routes[n].path != NULL)
        n++;
    return n;
}

static const struct field *fields_of(struct arena *a, const struct deskd_field *from)
{
    static const enum field_type types[] = {
        [DESKD_FIELD_TEXT] = FIELD_TYPE_TEXT,     [DESKD_FIELD_I64] = FIELD_TYPE_I64,
        [DESKD_FIELD_BOOL] = FIELD_TYPE_BOOL,     [DESKD_FIELD_EMAIL] = FIELD_TYPE_EMAIL,
        [DESKD_FIELD_CHOICE] = FIELD_TYPE_CHOICE, [DESKD_FIELD_I64_LIST] = FIELD_TYPE_I64_LIST,
    };
    size_t n = 0;
    while (from != NULL && from[n].name != NULL)
        n++;
    struct field *out = arena_array(a, n + 1, sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        if (from[i].type < DESKD_FIELD_TEXT || from[i].type > DESKD_FIELD_I64_LIST ||
            (from[i].type == DESKD_FIELD_CHOICE && from[i].choices == NULL))
            return NULL;
        out[i] = (struct field) {
            from[i].name, types[from[i].type], from[i].is_required ? REQUIRED : OPTIONAL,
            from[i].min,  from[i].max,         from[i].choices
        };
    }
    return out;
}

/* What is wrong with it, or NULL. */
static const char *take(struct arena *a, const struct plugin *p, const struct deskd_route *from,
                        struct route *out)
{
    int needs = plugin_permission_number(p, str_or(from->permission, ""));
    bool is_path = *from->path == '\0' || *from->path == '/';
    *out = (struct route) {
        .method = from->method == DESKD_POST ? POST : GET,
        .path = arena_printf(a, "/plugins/%s%s", plugin_id(p), from->path),
        .needs = needs,
        .form = fields_of(a, from->form),
        .handler = handle,
        .flags = ROUTE_PLUGIN | (from->shows_form_errors ? (unsigned)ROUTE_FORM_ERRORS : 0U),
    };
    if (needs < 0)
        return arena_printf(a, "route %s wants a permission that there is not: %s", out->path,
                            from->permission);
    if (!is_path || from->handler == NULL || out->form == NULL)
        return arena_printf(a, "route %s has no handler, no \"/\" in front or a bad field",
                            out->path);
    return NULL;
}

static const char *make_table(struct arena *a, const struct plugin *p, struct table *out)
{
    const struct deskd_route *from = plugin_descriptor(p)->routes;
    size_t n = count(from);
    if (n > ROUTES_MAX)
        return "it has too many routes";
    *out = (struct table) { p, arena_array(a, n + 2, sizeof(*out->routes)), n + 1 };
    for (size_t i = 0; i < n; i++) {
        const char *problem = take(a, p, &from[i], &out->routes[i]);
        if (problem != NULL)
            return problem;
    }
    out->routes[n] = (struct route) {
        .method = GET,
        .path = arena_printf(a, "/plugins/%s/static/{file}", plugin_id(p)),
        .needs = CAP_PUBLIC,
        .handler = plugin_static_file,
        .flags = ROUTE_PLUGIN,
    };
    return NULL;
}

/* Whether a router can be made of these alone; others lie below other names. */
static const char *try_table(struct arena *a, const struct table *t)
{
    const struct route *const one[] = { t->routes, NULL };
    struct router *router = NULL;
    struct err err = ERR_INIT;
    int rc = router_new(&router, one, &err);
    router_free(&router);
    return rc < 0 ? arena_strdup(a, err.msg) : NULL;
}

static void make_tables(struct arena *a, struct plugins *plugins)
{
    tables_n = 0;
    for (size_t i = 0; i < plugins_count(plugins) && tables_n < TABLES_MAX; i++) {
        const struct plugin *p = plugins_at(plugins, i);
        const char *problem = make_table(a, p, &tables[tables_n]);
        if (problem == NULL)
            problem = try_table(a, &tables[tables_n]);
        if (problem != NULL)
            plugin_refuse(plugins, p, problem);
        else
            tables_n++;
    }
}

int plugin_routes_new(struct router **out, struct plugins *plugins, struct err *err)
{
    const struct route *all[TABLES_MAX + 64];
    size_t n = 0;
    for (; all_routes[n] != NULL; n++)
        all[n] = all_routes[n];
    if (plugins != NULL) {
        struct arena *a = arena_new(0); /* lives as long as the process */
        if (a == NULL || setjmp(*arena_boundary(a)) != 0)
            return err_set(err, ERR_NO_MEMORY, "no memory for routes");
        make_tables(a, plugins);
        arena_no_boundary(a);
        for (size_t i = 0; i < tables_n; i++)
            all[n++] = tables[i].routes;
    }
    all[n] = NULL;
    return router_new(out, all, err);
}
