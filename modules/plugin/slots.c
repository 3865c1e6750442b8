#include "plugin/plugin_private.h" /* what plugins show in our pages */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "html/view_private.h"
#include "html/words.h"

#include <string.h>

struct filling {
    const struct deskd_slot *slot;
    const struct deskd_place *where;
    struct view *view;
};

static int run_fill(struct deskd_call *call, void *data)
{
    const struct filling *f = data;
    return f->slot->fill(call, f->where, (struct deskd_view *)f->view);
}

static void slot_failed(struct plugin_scene *s, const struct plugin_on *on, const char *place,
                        const struct err *err)
{
    plugin_log_add(s, on->plugin, "failed", arena_printf(s->arena, "%s: %s", place, err->msg));
}

static void fill_slot(struct plugin_scene *s, struct plugin_on *on, const struct deskd_slot *slot,
                      const struct deskd_place *where, struct buf *out)
{
    struct err err = ERR_INIT;
    struct deskd_call call = plugin_call_of(s, on, CALL_DECIDE, &err);
    struct filling f = { slot, where, view_new(s->arena) };
    const char *html;
    size_t n;
    int rc = plugin_call(&call, slot->place, PLUGIN_CALL_SECONDS, run_fill, &f);
    if (rc > 0)
        rc = s->page->fragment(
                 s->page_data,
                 arena_printf(s->arena, "%s%s", on->plugin->view_prefix, slot->template_name),
                 f.view, &html, &n, &err) < 0
                 ? -1
                 : 1;
    if (rc > 0)
        buf_add(out, html, n);
    else if (rc < 0)
        slot_failed(s, on, slot->place, &err);
}

/* The plugin's next slot at place; now NULL: the first. */
static const struct deskd_slot *next_slot(const struct plugin_on *on, const struct deskd_slot *now,
                                          const char *place)
{
    const struct deskd_slot *slot = now == NULL ? on->plugin->d->slots : now + 1;
    while (slot != NULL && slot->place != NULL && !str_is(slot->place, place))
        slot++;
    return slot == NULL || slot->place == NULL ? NULL : slot;
}

struct safe_html plugins_slot(struct plugin_scene *s, const char *place, const char *only,
                              const struct deskd_place *where)
{
    struct deskd_place nothing = { .size = sizeof(nothing) };
    struct buf *out = NULL;
    for (size_t i = 0; s != NULL && s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        bool is_wanted = plugin_works(on) && (only == NULL || str_is(only, on->plugin->id));
        const struct deskd_slot *slot = is_wanted ? next_slot(on, NULL, place) : NULL;
        for (; slot != NULL; slot = next_slot(on, slot, place)) {
            if (out == NULL)
                out = buf_new(s->arena);
            fill_slot(s, on, slot, where != NULL ? where : &nothing, out);
        }
    }
    return out == NULL ? (struct safe_html) { "", 0 } : (struct safe_html) { out->data, out->len };
}

/* ---- columns of the list ---- */

static const struct value *value_of(const struct view *v, const char *name)
{
    uint8_t hint = 0;
    return view_find(v, name, view_hash(name, strlen(name)), &hint);
}

static const char *title_of(const struct view *v)
{
    const struct value *title = value_of(v, "title");
    return title != NULL && title->kind == VALUE_TEXT ? title->u.text.p : "";
}

/* A cell of each row, by the slot's template; a row that is missing has an empty one. */
static int add_cells(struct plugin_scene *s, const struct plugin_on *on,
                     const struct deskd_slot *slot, const struct view *v, struct buf **rows,
                     size_t n, struct err *err)
{
    const struct value *cells = value_of(v, "cells");
    const char *label = html_escape(s->arena, title_of(v));
    struct view *row = cells == NULL || cells->kind != VALUE_LIST ? NULL : cells->u.list->first;
    struct safe_html *made = arena_array(s->arena, n, sizeof(*made));
    for (size_t i = 0; i < n; i++) {
        struct view *next = row == NULL ? NULL : row->next_row;
        if (row != NULL && s->page->fragment(s->page_data,
                                             arena_printf(s->arena, "%s%s", on->plugin->view_prefix,
                                                          slot->template_name),
                                             row, &made[i].p, &made[i].n, err) < 0)
            return -1;
        row = next;
    }
    for (size_t i = 0; i < n; i++) {
        buf_printf(rows[i], "<td class=\"c-plugin\" data-label=\"%s\">", label);
        buf_add(rows[i], made[i].p == NULL ? "" : made[i].p, made[i].n);
        buf_adds(rows[i], "</td>");
    }
    return 0;
}

static void add_column(struct plugin_scene *s, struct plugin_on *on, const struct deskd_slot *slot,
                       const struct deskd_place *where, struct view_list *columns,
                       struct buf **rows)
{
    size_t n = where->tickets_n + where->users_n;
    struct err err = ERR_INIT;
    struct deskd_call call = plugin_call_of(s, on, CALL_DECIDE, &err);
    struct filling f = { slot, where, view_new(s->arena) };
    int rc = plugin_call(&call, slot->place, PLUGIN_CALL_SECONDS, run_fill, &f);
    if (rc > 0)
        rc = add_cells(s, on, slot, f.view, rows, n, &err) < 0 ? -1 : 1;
    if (rc < 0)
        slot_failed(s, on, slot->place, &err);
    if (rc <= 0)
        return;
    view_text(view_row(columns), "title", title_of(f.view));
}

const struct safe_html *plugins_columns(struct plugin_scene *s, struct view *v, const char *place,
                                        const struct deskd_place *where)
{
    size_t n = where->tickets_n + where->users_n;
    struct buf **rows = NULL;
    struct view_list *columns = NULL;
    for (size_t i = 0; n > 0 && s != NULL && s->on != NULL && i < s->on->n; i++) {
        struct plugin_on *on = &s->on->list[i];
        const struct deskd_slot *slot = plugin_works(on) ? next_slot(on, NULL, place) : NULL;
        for (; slot != NULL; slot = next_slot(on, slot, place)) {
            if (rows == NULL) {
                rows = arena_array(s->arena, n, sizeof(*rows));
                for (size_t k = 0; k < n; k++)
                    rows[k] = buf_new(s->arena);
                columns = view_list(v, "plugin_columns");
            }
            add_column(s, on, slot, where, columns, rows);
        }
    }
    struct safe_html *out = rows == NULL ? NULL : arena_array(s->arena, n, sizeof(*out));
    for (size_t k = 0; out != NULL && k < n; k++)
        out[k] = (struct safe_html) { rows[k]->data, rows[k]->len };
    return out;
}

/* ---- menus ---- */

static void add_entry(struct plugin_scene *s, struct view_list *list, const struct plugin_on *on,
                      const struct plugin_menu *m, const char *this_path)
{
    struct view *row = view_row(list);
    const char *path = arena_printf(s->arena, "/plugins/%s%s%s", on->plugin->id,
                                    *m->path == '\0' || *m->path == '/' ? "" : "/", m->path);
    size_t n = strlen(path);
    view_text(row, "path", path);
    view_text(row, "label", words_get_of(on->plugin->domain, m->label));
    view_text(row, "icon", str_or(m->icon, "puzzle"));
    view_bool(row, "is_active",
              strncmp(this_path, path, n) == 0 && (this_path[n] == '\0' || this_path[n] == '/'));
}

bool plugins_menu(struct plugin_scene *s, struct view *v, const char *this_path)
{
    struct view_list *main_list = NULL, *config_list = NULL;
    for (size_t i = 0; s != NULL && s->on != NULL && i < s->on->n; i++) {
        const struct plugin_on *on = &s->on->list[i];
        const struct plugin_manifest *m = &on->plugin->shelf->manifest;
        for (size_t k = 0; plugin_works(on) && k < m->menus_n; k++) {
            struct view_list **list = m->menus[k].place == MENU_MAIN ? &main_list : &config_list;
            if (!plugin_permits(on->plugin, s->viewer, m->menus[k].permission))
                continue;
            if (*list == NULL)
                *list = view_list(v, m->menus[k].place == MENU_MAIN ? "nav_plugins"
                                                                    : "nav_config_plugins");
            add_entry(s, *list, on, &m->menus[k], this_path);
        }
    }
    view_bool(v, "has_plugin_menu", main_list != NULL);
    return config_list != NULL;
}
