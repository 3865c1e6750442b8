#include "plugin/plugin_private.h" /* requests, views, answers */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "html/view.h"
#include "html/words.h"

#include <stddef.h>

static void (*show_time)(struct view *v, const char *name, int64_t at);

void plugins_show_time(void (*fn)(struct view *v, const char *name, int64_t at))
{
    show_time = fn;
}

/* Slots ask for nothing that was typed: only a page of the plugin's own has a form. */
static const struct plugin_page_ops *page_of(const struct deskd_call *call)
{
    return call->kind == CALL_PAGE ? call->scene->page : NULL;
}

const char *host_path_text(struct deskd_call *call, const char *name)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? "" : page->path_text(call->scene->page_data, name);
}

int64_t host_path_i64(struct deskd_call *call, const char *name)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? 0 : page->path_i64(call->scene->page_data, name);
}

const char *host_form_text(struct deskd_call *call, const char *name)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? NULL : page->form_text(call->scene->page_data, name);
}

int64_t host_form_i64(struct deskd_call *call, const char *name, int64_t fallback)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? fallback : page->form_i64(call->scene->page_data, name, fallback);
}

int host_form_bool(struct deskd_call *call, const char *name)
{
    return host_form_i64(call, name, 0) == 1;
}

const int64_t *host_form_i64s(struct deskd_call *call, const char *name, size_t *n)
{
    const struct plugin_page_ops *page = page_of(call);
    *n = 0;
    return page == NULL ? NULL : page->form_i64s(call->scene->page_data, name, n);
}

const char *host_form_typed(struct deskd_call *call, const char *name)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? "" : page->form_typed(call->scene->page_data, name);
}

const char *host_form_error(struct deskd_call *call, const char *name)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? NULL : page->form_error(call->scene->page_data, name);
}

void host_form_refuse(struct deskd_call *call, const char *name, const char *why)
{
    const struct plugin_page_ops *page = page_of(call);
    if (page != NULL)
        page->form_refuse(call->scene->page_data, name, arena_strdup(call->arena, why));
}

/* ---- views: a plugin's strings are copied, for they may live shorter than the page ---- */

static struct view *own(struct deskd_view *v)
{
    return (struct view *)v;
}

struct deskd_view *host_view(struct deskd_call *call)
{
    return (struct deskd_view *)view_new(call->arena);
}

void host_view_text(struct deskd_view *v, const char *name, const char *text)
{
    view_text(own(v), name, text == NULL ? NULL : arena_strdup(view_arena(own(v)), text));
}

void host_view_i64(struct deskd_view *v, const char *name, int64_t i)
{
    view_i64(own(v), name, i);
}

void host_view_bool(struct deskd_view *v, const char *name, int b)
{
    view_bool(own(v), name, b != 0);
}

void host_view_time(struct deskd_view *v, const char *name, int64_t at)
{
    struct arena *a = view_arena(own(v));
    if (show_time != NULL) {
        show_time(own(v), name, at);
        return;
    }
    view_text(own(v), arena_printf(a, "%s_iso", name), clock_iso(a, at));
    view_text(own(v), arena_printf(a, "%s_text", name), clock_iso(a, at));
}

struct deskd_view *host_view_child(struct deskd_view *v, const char *name)
{
    return (struct deskd_view *)view_child(own(v), name);
}

struct deskd_list *host_view_list(struct deskd_view *v, const char *name)
{
    return (struct deskd_list *)view_list(own(v), name);
}

struct deskd_view *host_view_row(struct deskd_list *list)
{
    return (struct deskd_view *)view_row((struct view_list *)list);
}

/* ---- answers ---- */

static int no_page(struct deskd_call *call)
{
    return host_failed(call, ERR_INTERNAL, "there is no page to answer");
}

int host_render(struct deskd_call *call, int status, const char *template_name,
                struct deskd_view *v)
{
    const struct plugin_page_ops *page = page_of(call);
    if (page == NULL)
        return no_page(call);
    return page->render(call->scene->page_data, status,
                        arena_printf(call->arena, "%s%s", call->plugin->view_prefix, template_name),
                        own(v), call->err);
}

int host_redirect(struct deskd_call *call, const char *path, const char *notice)
{
    const struct plugin_page_ops *page = page_of(call);
    return page == NULL ? no_page(call)
                        : page->redirect(call->scene->page_data, path, notice, call->err);
}

int host_text(struct deskd_call *call, int status, const char *type, const char *body, size_t n)
{
    const struct plugin_page_ops *page = page_of(call);
    if (page == NULL)
        return no_page(call);
    return page->text(call->scene->page_data, status, arena_strdup(call->arena, type),
                      arena_memdup(call->arena, body, n), n, call->err);
}
