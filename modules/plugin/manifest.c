#include "plugin/manifest_private.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "plugin/deskd_plugin.h"

#include <stdio.h>
#include <string.h>

#define LIST_MAX        32
#define PERMISSIONS_MAX 64
#define NAME_MAX_POINTS 60
#define TEXT_MAX        500
#define LINE_MAX_POINTS 100
#define USUAL_ICON      "puzzle"

/* Digits and dots; how many of the parts are numbers that fit is counted. */
static bool is_version(const char *s, int parts)
{
    for (int i = 0; i < parts; i++) {
        size_t n = strspn(s, "0123456789");
        if (n == 0 || n > 6 || s[n] != (i + 1 < parts ? '.' : '\0'))
            return false;
        s += n + 1;
    }
    return true;
}

static int read_abi(struct reading *r, xmlNode *root)
{
    struct plugin_manifest *m = r->out;
    const char *abi;
    if (read_attribute(r, root, "abi", SPELT_VERSION, NULL, &abi) < 0)
        return -1;
    if (!is_version(abi, 2) || sscanf(abi, "%5u.%5u", &m->abi_major, &m->abi_minor) != 2)
        return complain_at(r, root, "abi=\"%s\" must be two numbers: %d.%d", abi, DESKD_ABI_MAJOR,
                           DESKD_ABI_MINOR);
    if (m->abi_major != DESKD_ABI_MAJOR || m->abi_minor > DESKD_ABI_MINOR)
        return complain_at(r, root, "it is made for the plugin interface %s; this deskd has %d.%d",
                           abi, DESKD_ABI_MAJOR, DESKD_ABI_MINOR);
    return 0;
}

/* A text in an element of its own; fallback NULL: it must be there. */
static int read_part(struct reading *r, xmlNode *root, const char *name, size_t max,
                     const char *fallback, const char **out)
{
    xmlNode *node = child_named(root, name);
    *out = fallback;
    if (node != NULL)
        return read_text(r, node, max, out);
    return fallback != NULL ? 0 : complain_at(r, root, "<plugin> needs a <%s>", name);
}

static int read_head(struct reading *r, xmlNode *root)
{
    struct plugin_manifest *m = r->out;
    if (read_attribute(r, root, "id", SPELT_ID, NULL, &m->id) < 0 ||
        read_attribute(r, root, "version", SPELT_VERSION, NULL, &m->version) < 0)
        return -1;
    if (!is_version(m->version, 3))
        return complain_at(r, root, "version=\"%s\" must be three numbers, as 1.0.0", m->version);
    if (read_abi(r, root) < 0 || read_part(r, root, "name", NAME_MAX_POINTS, NULL, &m->name) < 0 ||
        read_part(r, root, "description", TEXT_MAX, NULL, &m->description) < 0 ||
        read_part(r, root, "author", LINE_MAX_POINTS, "", &m->author) < 0)
        return -1;
    return read_part(r, root, "license", LINE_MAX_POINTS, "", &m->license);
}

static bool has_name(const char *const *list, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(list[i], name))
            return true;
    return false;
}

/* <tag attribute="..."/>, each once; the list ends with NULL. */
static int read_names(struct reading *r, xmlNode *parent, const char *tag, const char *attribute,
                      enum spelling spelling, const char *const **out)
{
    size_t n, i = 0;
    if (count_children(r, parent, tag, LIST_MAX, &n) < 0)
        return -1;
    const char **all = arena_array(r->arena, n + 1, sizeof(*all));
    *out = all;
    xmlNode *node = parent == NULL ? NULL : child_named(parent, tag);
    for (; node != NULL; node = element_from(node->next, tag), i++) {
        if (read_attribute(r, node, attribute, spelling, NULL, &all[i]) < 0)
            return -1;
        if (has_name(all, i, all[i]))
            return complain_at(r, node, "\"%s\" is there twice", all[i]);
    }
    all[i] = NULL;
    return 0;
}

static int read_requires(struct reading *r, xmlNode *root)
{
    struct plugin_manifest *m = r->out;
    if (read_names(r, root, "requires", "plugin", SPELT_ID, &m->requires_plugins) < 0)
        return -1;
    for (const char *const *id = m->requires_plugins; *id != NULL; id++)
        if (str_is(*id, m->id))
            return complain_at(r, root, "the plugin requires itself");
    return 0;
}

static int read_tables(struct reading *r, xmlNode *root)
{
    struct plugin_manifest *m = r->out;
    xmlNode *tables = child_named(root, "tables");
    const char *prefix = arena_printf(r->arena, "p_%s_", m->id);
    if (read_names(r, tables, "table", "name", SPELT_TABLE, &m->tables) < 0)
        return -1;
    for (const char *const *t = m->tables; *t != NULL; t++)
        if (!str_starts(*t, prefix) || str_is(*t, prefix))
            return complain_at(
                r, tables, "table \"%s\" is not its own: its name must begin with %s", *t, prefix);
    return 0;
}

static bool has_permission(const struct plugin_manifest *m, const char *name)
{
    for (size_t i = 0; i < m->permissions_n; i++)
        if (str_is(m->permissions[i].name, name))
            return true;
    return false;
}

static int read_permissions(struct reading *r, xmlNode *parent)
{
    struct plugin_manifest *m = r->out;
    size_t n;
    if (count_children(r, parent, "permission", PERMISSIONS_MAX, &n) < 0)
        return -1;
    struct plugin_permission *all = arena_array(r->arena, n + 1, sizeof(*all));
    m->permissions = all;
    xmlNode *node = parent == NULL ? NULL : child_named(parent, "permission");
    for (; node != NULL; node = element_from(node->next, "permission")) {
        struct plugin_permission *p = &all[m->permissions_n];
        if (read_attribute(r, node, "name", SPELT_WORD, NULL, &p->name) < 0 ||
            read_attribute(r, node, "group", SPELT_LINE, NULL, &p->group) < 0 ||
            read_text(r, node, LINE_MAX_POINTS, &p->label) < 0)
            return -1;
        if (has_permission(m, p->name) || str_is(p->name, "public"))
            return complain_at(r, node, "the permission \"%s\" is there already", p->name);
        m->permissions_n++;
    }
    return 0;
}

static int read_entry(struct reading *r, xmlNode *node, struct plugin_menu *e)
{
    const char *place;
    if (read_attribute(r, node, "place", SPELT_WORD, NULL, &place) < 0 ||
        read_attribute(r, node, "path", SPELT_PATH, NULL, &e->path) < 0 ||
        read_attribute(r, node, "permission", SPELT_PERMISSION, NULL, &e->permission) < 0 ||
        read_attribute(r, node, "icon", SPELT_ICON, USUAL_ICON, &e->icon) < 0 ||
        read_text(r, node, NAME_MAX_POINTS, &e->label) < 0)
        return -1;
    if (!str_is(place, "main") && !str_is(place, "config"))
        return complain_at(r, node, "place=\"%s\" must be main or config", place);
    e->place = str_is(place, "main") ? MENU_MAIN : MENU_CONFIG;
    bool is_own = *e->permission != '\0' && strchr(e->permission, '.') == NULL;
    if (is_own && !str_is(e->permission, "public") && !has_permission(r->out, e->permission))
        return complain_at(r, node, "permission=\"%s\" is not one of the plugin's permissions",
                           e->permission);
    return 0;
}

static int read_menu(struct reading *r, xmlNode *menu)
{
    size_t n;
    if (count_children(r, menu, "entry", LIST_MAX, &n) < 0)
        return -1;
    struct plugin_menu *all = arena_array(r->arena, n + 1, sizeof(*all));
    r->out->menus = all;
    xmlNode *node = menu == NULL ? NULL : child_named(menu, "entry");
    for (; node != NULL; node = element_from(node->next, "entry"))
        if (read_entry(r, node, &all[r->out->menus_n++]) < 0)
            return -1;
    return 0;
}

static int read_all(struct reading *r, xmlNode *root)
{
    if (root == NULL || !is_named(root, "plugin"))
        return err_set(r->err, ERR_INVALID, "plugin.xml must begin with <plugin>");
    if (read_head(r, root) < 0 || read_requires(r, root) < 0 ||
        read_permissions(r, child_named(root, "permissions")) < 0 ||
        read_settings(r, child_named(root, "settings")) < 0 || read_tables(r, root) < 0)
        return -1;
    return read_menu(r, child_named(root, "menu"));
}

/* The grammar decides; what reads the values finds better words for most of what it refuses. */
int manifest_read(struct arena *a, const char *dir, struct plugin_manifest *out, struct err *err)
{
    xmlDoc *doc;
    const char *grammar;
    struct reading r = { a, out, err };
    memset(out, 0, sizeof(*out));
    if (manifest_tree(a, dir, &doc, &grammar, err) < 0)
        return -1;
    if (read_all(&r, xmlDocGetRootElement(doc)) < 0)
        return -1;
    return *grammar == '\0' ? 0 : err_set(err, ERR_INVALID, "plugin.xml, %s", grammar);
}
