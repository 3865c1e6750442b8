#include "plugin/plugin_private.h" /* a process loads its plugins, once */

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "db/tenant_key.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <string.h>

#define SYMBOL   "deskd_plugin_v1"
#define KIND_MAX 31 /* bytes of job.kind */

/* Descriptors made by an older minor version end earlier; what is behind sql was there from 1.0. */
#define DESCRIPTOR_MIN offsetof(struct deskd_plugin, conditions)
#define HOOKS_MIN      offsetof(struct deskd_hooks, ticket_changed)

static void leave_out(const struct child_env *env, const char *id, const char *reason)
{
    const struct log log = { .role = env->slot != NULL ? "plugin" : "cli" };
    log_error(&log, "plugin.left_out", LOG_STR("plugin", id), LOG_STR("reason", reason));
}

static int check_descriptor(const struct plugin *p, const struct deskd_plugin *d, struct err *err)
{
    if (d->size < DESCRIPTOR_MIN)
        return err_set(err, ERR_INVALID, "its descriptor has only %zu bytes", d->size);
    if (d->abi_minor > DESKD_ABI_MINOR || d->abi_minor > p->shelf->manifest.abi_minor)
        return err_set(err, ERR_INVALID,
                       "it wants interface %d.%u, plugin.xml says %d.%u, we have %d.%d",
                       DESKD_ABI_MAJOR, d->abi_minor, DESKD_ABI_MAJOR, p->shelf->manifest.abi_minor,
                       DESKD_ABI_MAJOR, DESKD_ABI_MINOR);
    if (d->id == NULL || !str_is(d->id, p->id))
        return err_set(err, ERR_INVALID, "its object calls itself %.30s",
                       d->id == NULL ? "" : d->id);
    if (d->hooks != NULL && d->hooks->size < HOOKS_MIN)
        return err_set(err, ERR_INVALID, "its hooks have only %zu bytes", d->hooks->size);
    return 0;
}

/* What the plugin was built without is NULL. */
static void copy_known(struct plugins *all, struct plugin *p, const struct deskd_plugin *from)
{
    struct deskd_plugin *d = arena_zalloc(all->arena, sizeof(*d));
    struct deskd_hooks *hooks = arena_zalloc(all->arena, sizeof(*hooks));
    memcpy(d, from, from->size < sizeof(*d) ? from->size : sizeof(*d));
    if (d->hooks != NULL)
        memcpy(hooks, d->hooks, d->hooks->size < sizeof(*hooks) ? d->hooks->size : sizeof(*hooks));
    p->d = d;
    p->hooks = hooks;
}

static int check_jobs(const struct plugin *p, struct err *err)
{
    for (const struct deskd_job_kind *k = p->d->jobs; k != NULL && k->kind != NULL; k++) {
        size_t n = strlen(p->id) + 1 + strlen(k->kind);
        if (k->run == NULL || *k->kind == '\0' || n > KIND_MAX)
            return err_set(err, ERR_INVALID, "job %.30s has no function, or too long a name",
                           k->kind);
    }
    return 0;
}

static bool is_rule_part(const char *name, const char *label, bool has_function)
{
    return has_function && !str_is_empty(label) && plugin_rule_name_fits(name);
}

static int check_rule_parts(const struct plugin *p, struct err *err)
{
    static const char text[] =
        "condition or action %.30s has no function or label, or a name with other letters than "
        "a-z 0-9 _, or too long a name";
    for (const struct deskd_condition *c = p->d->conditions; c != NULL && c->name != NULL; c++)
        if (!is_rule_part(c->name, c->label, c->holds != NULL))
            return err_set(err, ERR_INVALID, text, c->name);
    for (const struct deskd_rule_action *x = p->d->actions; x != NULL && x->name != NULL; x++)
        if (!is_rule_part(x->name, x->label, x->run != NULL))
            return err_set(err, ERR_INVALID, text, x->name);
    return 0;
}

static int take_statement(struct plugins *all, struct plugin *p, const struct deskd_sql *declared,
                          struct err *err)
{
    unsigned marks;
    struct plugin_sql *s = &p->sql[p->sql_n];
    *s = (struct plugin_sql) { .declared = declared,
                               .sql = {
                                   .name = arena_printf(all->arena, "%s.%s", p->id, declared->name),
                                   .text = declared->text,
                                   .file = p->shelf->object,
                                   .budget = declared->budget } };
    const char *problem = tenant_key_check_own(all->arena, declared->text,
                                               p->shelf->manifest.tables, &marks, &s->tenant_marks);
    if (problem != NULL)
        return err_set(err, ERR_INVALID, "statement %s: %s", declared->name, problem);
    if (marks > 64)
        return err_set(err, ERR_INVALID, "statement %s has more than 64 values", declared->name);
    if (!db_sql_add(&s->sql))
        return err_set(err, ERR_REFUSED, "all plugins together have more than %d statements",
                       DB_SQL_MORE);
    p->sql_n++;
    return 0;
}

static int take_statements(struct plugins *all, struct plugin *p, struct err *err)
{
    size_t n = 0;
    while (p->d->sql != NULL && p->d->sql[n] != NULL)
        n++;
    p->sql = arena_array(all->arena, n, sizeof(*p->sql));
    for (size_t i = 0; i < n; i++)
        if (take_statement(all, p, p->d->sql[i], err) < 0)
            return -1;
    return 0;
}

/* RTLD_NOW: what is missing shows here and not in the middle of a request. RTLD_LOCAL: plugins do
 * not see each other. Never closed: its code may be in use anywhere; the process is replaced. */
static int open_object(struct plugins *all, struct plugin *p, struct err *err)
{
    void *handle = dlopen(p->shelf->object, RTLD_NOW | RTLD_LOCAL);
    if (handle == NULL)
        return err_set(err, ERR_INVALID, "%s", dlerror());
    const struct deskd_plugin *d = dlsym(handle, SYMBOL);
    if (d == NULL)
        return err_set(err, ERR_INVALID, "it exports no " SYMBOL);
    if (check_descriptor(p, d, err) < 0)
        return -1;
    copy_known(all, p, d);
    return 0;
}

static int run_init(struct deskd_call *call, void *data)
{
    (void)data;
    return call->plugin->d->init(&plugin_host);
}

static int init(struct plugins *all, struct plugin *p, struct err *err)
{
    struct deskd_call call = { .all = all, .plugin = p, .arena = all->arena, .err = err };
    if (p->d->init == NULL)
        return 0;
    return plugin_call(&call, "init", PLUGIN_CALL_SECONDS, run_init, NULL) < 0 ? -1 : 0;
}

static int load_one(struct plugins *all, struct plugin *p, struct err *err)
{
    if (open_object(all, p, err) < 0 || check_jobs(p, err) < 0 || check_rule_parts(p, err) < 0 ||
        take_statements(all, p, err) < 0 || plugin_permissions_add(all, p, err) < 0)
        return -1;
    return init(all, p, err);
}

static void fill(struct plugins *all, struct plugin *p, const struct shelf_plugin *from)
{
    *p = (struct plugin) { .shelf = from,
                           .id = from->manifest.id,
                           .domain = arena_printf(all->arena, "deskd-%s", from->manifest.id),
                           .view_prefix = arena_printf(all->arena, "plugins/%s/",
                                                       from->manifest.id) };
}

/* What requires one that was left out is left out, too: it stands behind it. */
static const char *missing(const struct plugins *all, const struct plugin *p)
{
    const char *const *needs = p->shelf->manifest.requires_plugins;
    for (; needs != NULL && *needs != NULL; needs++)
        if (plugin_find(all, *needs) == NULL)
            return *needs;
    return NULL;
}

static void load_all(struct plugins *all, const struct shelf *shelf)
{
    for (size_t i = 0; i < shelf->n; i++) {
        struct err err = ERR_INIT;
        struct plugin *p = &all->list[all->n];
        fill(all, p, &shelf->plugins[i]);
        const char *lacks = missing(all, p);
        if (lacks != NULL)
            (void)err_set(&err, ERR_INVALID, "it requires %s", lacks);
        if (lacks != NULL || load_one(all, p, &err) < 0)
            leave_out(all->env, p->id, err.msg);
        else
            all->n++;
    }
}

int plugins_load(struct child_env *env, plugin_last_words_fn *last_words, struct err *err)
{
    env->plugins = NULL;
    if (env->shelf == NULL || env->shelf->n == 0)
        return 0;
    struct arena *a = arena_new(0);
    if (a == NULL || setjmp(*arena_boundary(a)) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for plugins");
    struct plugins *all = arena_zalloc(a, sizeof(*all));
    all->arena = a;
    all->env = env;
    all->list = arena_array(a, env->shelf->n, sizeof(*all->list));
    guard_start(all, last_words);
    load_all(all, env->shelf);
    arena_no_boundary(a);
    plugins_shape_rights(all);
    env->plugins = all;
    return 0;
}

const struct plugin *plugin_find(const struct plugins *p, const char *id)
{
    for (size_t i = 0; p != NULL && i < p->n; i++)
        if (!p->list[i].is_refused && str_is(p->list[i].id, id))
            return &p->list[i];
    return NULL;
}

bool plugins_shapes_rights(const struct plugins *p, const char *id)
{
    const struct plugin *found = plugin_find(p, id);
    return found != NULL && found->hooks->rights != NULL;
}

size_t plugins_count(const struct plugins *p)
{
    return p == NULL ? 0 : p->n;
}

const struct plugin *plugins_at(const struct plugins *p, size_t i)
{
    return &p->list[i];
}

const char *plugin_id(const struct plugin *p)
{
    return p->id;
}

const char *plugin_dir(const struct plugin *p)
{
    return p->shelf->dir;
}

const struct deskd_plugin *plugin_descriptor(const struct plugin *p)
{
    return p->d;
}

void plugin_refuse(struct plugins *all, const struct plugin *p, const char *reason)
{
    all->list[p - all->list].is_refused = true;
    leave_out(all->env, p->id, reason);
}

bool plugins_must_leave(const struct plugins *p)
{
    return p != NULL && p->must_leave;
}
