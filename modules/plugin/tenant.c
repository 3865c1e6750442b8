#include "plugin/plugin_private.h" /* what a process keeps of tenants: their plugins, settings, data */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "plugin/choice.h"
#include "plugin/setting.h"
#include "tenant/tenant.h"

#include <string.h>

/* what, plugin, name, state, value, sealed */
enum { ROW_OFFER = 1, ROW_ON, ROW_SETTING };
DB_SQL(read_plugins_of_tenant, 400,
       "(SELECT 1, '', '', 0, t.plugins_offered, NULL FROM tenant t WHERE t.id = ?) "
       "UNION ALL (SELECT 2, p.plugin, '', p.state, '', NULL FROM plugin_tenant p "
       "WHERE p.tenant_id = ? AND p.state IN (1, 3)) UNION ALL "
       "(SELECT 3, s.plugin, s.name, 0, s.value, s.sealed FROM plugin_setting s "
       "WHERE s.tenant_id = ?) ORDER BY 1");

static struct plugin_tenant **place_of(struct plugins *p, int64_t tenant_id)
{
    return &p->places[((uint64_t)tenant_id * UINT64_C(0x9E3779B97F4A7C15)) >> 58];
}

static struct plugin_on *find(struct plugin_tenant *t, const char *id)
{
    for (size_t i = 0; i < t->n; i++)
        if (str_is(t->list[i].plugin->id, id))
            return &t->list[i];
    return NULL;
}

static enum plugin_state state_of(const struct db_rows *rows, const char *id)
{
    for (size_t i = 0; i < rows->n; i++)
        if (db_i64(&rows->rows[i], 0) == ROW_ON && str_is(db_str(&rows->rows[i], 1), id))
            return (enum plugin_state)db_i64(&rows->rows[i], 3);
    return PLUGIN_OFF;
}

static const char *const *needs_of(const struct plugin *p)
{
    static const char *const none[] = { NULL };
    return p->shelf->manifest.requires_plugins == NULL ? none : p->shelf->manifest.requires_plugins;
}

/* One that requires another which is not on here stays out. */
static bool has_what_it_needs(struct plugin_tenant *t, const struct plugin *p)
{
    for (const char *const *needs = needs_of(p); *needs != NULL; needs++)
        if (find(t, *needs) == NULL)
            return false;
    return true;
}

static void add(struct plugin_tenant *t, const struct plugin *p)
{
    const struct plugin_manifest *m = &p->shelf->manifest;
    struct plugin_on *on = &t->list[t->n++];
    *on = (struct plugin_on) { .plugin = p };
    on->settings = arena_array(t->arena, m->settings_n, sizeof(*on->settings));
    for (size_t i = 0; i < m->settings_n; i++)
        on->settings[i] = m->settings[i].fallback;
}

static void set(const struct plugin_scene *s, struct plugin_tenant *t, const struct db_row *row)
{
    size_t n;
    struct plugin_on *on = find(t, db_str(row, 1));
    const void *sealed = db_blob(row, 5, &n);
    const struct plugin_manifest *m = on == NULL ? NULL : &on->plugin->shelf->manifest;
    for (size_t i = 0; m != NULL && i < m->settings_n; i++) {
        if (!str_is(m->settings[i].name, db_str(row, 2)))
            continue;
        const char *value = sealed == NULL
                                ? arena_strdup(t->arena, db_str(row, 4))
                                : plugin_setting_open(t->arena, s->tenant, on->plugin->id,
                                                      m->settings[i].name, sealed, n);
        if (value != NULL)
            on->settings[i] = value;
    }
}

static void take_rows(const struct plugin_scene *s, struct plugin_tenant *t,
                      const struct db_rows *rows)
{
    const char *offered = NULL;
    for (size_t i = 0; i < rows->n; i++)
        if (db_i64(&rows->rows[i], 0) == ROW_OFFER)
            offered = db_text(&rows->rows[i], 4);
    t->list = arena_array(t->arena, s->plugins->n, sizeof(*t->list));
    for (size_t i = 0; i < s->plugins->n; i++) {
        const struct plugin *p = &s->plugins->list[i];
        enum plugin_state state = state_of(rows, p->id);
        if (state == PLUGIN_OFF || !choice_is_offered(offered, p->id))
            continue;
        if (state == PLUGIN_ON && !p->is_refused && has_what_it_needs(t, p))
            add(t, p);
        else
            t->lacks_shaper |= p->hooks->rights != NULL;
    }
    for (size_t i = 0; i < rows->n; i++)
        if (db_i64(&rows->rows[i], 0) == ROW_SETTING)
            set(s, t, &rows->rows[i]);
}

/* ---- tenant_open, tenant_close ---- */

static int run_open(struct deskd_call *call, void *data)
{
    return call->plugin->hooks->tenant_open(call, data);
}

static int run_close(struct deskd_call *call, void *data)
{
    call->plugin->hooks->tenant_close(data);
    (void)call;
    return 0;
}

/* Where the database is away the work fails as it would have anyway; else it is the plugin's
 * failure. */
static int open_failed(struct plugin_scene *s, struct plugin_on *on, const struct err *own,
                       struct err *err)
{
    struct ledger *l = s->plugins->env->ledger;
    bool is_passing = own->code == ERR_UNAVAILABLE || own->code == ERR_DEADLOCK;
    if (own->code == ERR_NO_MEMORY)
        db_conn_settle(s->db->conn); /* which may have been reading */
    if (!is_passing) {
        ledger_note(l, on->plugin->id, s->tenant->id, "tenant_open", FAILED_OPEN, 0);
        plugin_log_add(s, on->plugin, "failed", own->msg);
    }
    *err = *own;
    return err_wrap(err, "plugin %s", on->plugin->id);
}

static int open_one(struct plugin_scene *s, struct plugin_tenant *t, struct plugin_on *on,
                    struct err *err)
{
    struct err own = ERR_INIT;
    struct deskd_call call = plugin_call_of(s, on, CALL_TENANT, &own);
    on->is_open = true;
    if (on->plugin->hooks->tenant_open == NULL || on->is_resting || on->is_parked)
        return 0;
    call.arena = t->arena;
    if (plugin_call(&call, "tenant_open", PLUGIN_CALL_SECONDS, run_open, &on->data) < 0)
        return open_failed(s, on, &own, err);
    return 0;
}

static void close_one(struct plugins *p, struct plugin_on *on)
{
    struct err ignored = ERR_INIT;
    struct deskd_call call = { .all = p,
                               .plugin = on->plugin,
                               .on = on,
                               .arena = p->arena,
                               .err = &ignored,
                               .kind = CALL_TENANT,
                               .now = clock_now_ms() };
    bool is_wanted = on->plugin->hooks->tenant_close != NULL && on->is_open && on->data != NULL;
    if (is_wanted)
        (void)plugin_call(&call, "tenant_close", PLUGIN_CALL_SECONDS, run_close, on->data);
    on->data = NULL;
    on->is_open = false;
}

static void forget(struct plugins *p, struct plugin_tenant **place)
{
    struct plugin_tenant *t = *place;
    *place = NULL;
    if (t == NULL)
        return;
    for (size_t i = t->n; i-- > 0;)
        close_one(p, &t->list[i]);
    struct arena *a = t->arena; /* t lies in it */
    arena_free(&a);
}

static int make(struct plugin_scene *s, int64_t revision, struct plugin_tenant **out,
                struct err *err)
{
    struct db_rows rows;
    if (db_all(s->db, s->arena, &rows, err, read_plugins_of_tenant, DB_TENANT, DB_TENANT,
               DB_TENANT) < 0)
        return err_wrap(err, "read what plugins are on");
    struct arena *a = arena_new(PLUGIN_DATA_MAX);
    if (a == NULL || setjmp(*arena_boundary(a)) != 0) {
        arena_free(&a);
        return err_set(err, ERR_NO_MEMORY, "no memory for a tenant's plugins");
    }
    struct plugin_tenant *t = arena_zalloc(a, sizeof(*t));
    *t = (struct plugin_tenant) {
        .tenant_id = s->tenant->id, .revision = revision, .arena = a, .ledger_n = UINT64_MAX
    };
    take_rows(s, t, &rows);
    arena_no_boundary(a);
    *out = t;
    return 0;
}

static int open_all(struct plugin_scene *s, struct plugin_tenant *t, struct err *err)
{
    for (size_t i = 0; i < t->n; i++)
        if (!t->list[i].is_open && open_one(s, t, &t->list[i], err) < 0) {
            t->list[i].is_open = false;
            return -1;
        }
    return 0;
}

int plugin_tenant_get(struct plugin_scene *s, int64_t revision, struct plugin_tenant **out,
                      struct err *err)
{
    struct plugin_tenant **place = place_of(s->plugins, s->tenant->id);
    if (*place == NULL || (*place)->tenant_id != s->tenant->id || (*place)->revision != revision) {
        struct plugin_tenant *fresh;
        if (make(s, revision, &fresh, err) < 0)
            return -1;
        forget(s->plugins, place);
        *place = fresh;
    }
    plugin_tenant_refresh(s->plugins, *place);
    s->on = *out = *place;
    return open_all(s, *place, err);
}

void plugin_tenant_refresh(const struct plugins *p, struct plugin_tenant *t)
{
    const struct ledger *l = p->env->ledger;
    uint64_t n = l == NULL ? 0 : __atomic_load_n(&l->n, __ATOMIC_ACQUIRE);
    if (t->ledger_n == n && (t->look_us == 0 || clock_ticks_us() < t->look_us))
        return;
    t->ledger_n = n;
    t->look_us = 0;
    for (size_t i = 0; i < t->n; i++) {
        struct plugin_on *on = &t->list[i];
        struct ledger_verdict v = ledger_look(l, on->plugin->id, t->tenant_id);
        if ((on->is_resting || on->is_parked) && !v.is_resting && !v.is_parked && on->data == NULL)
            on->is_open = false; /* it was not asked to prepare itself meanwhile */
        on->is_resting = v.is_resting;
        on->is_parked = v.is_parked;
        if (v.is_parked) /* old failures count less and less */
            t->look_us = clock_ticks_us() + LEDGER_REST_US;
        if (v.is_resting && (t->look_us == 0 || v.until_us < t->look_us))
            t->look_us = v.until_us;
    }
}

struct plugin_on *plugin_on_of(const struct plugin_scene *s, const struct plugin *p)
{
    for (size_t i = 0; s->on != NULL && i < s->on->n; i++)
        if (s->on->list[i].plugin == p)
            return &s->on->list[i];
    return NULL;
}

const char *plugin_setting_of(const struct plugin_on *on, const char *name)
{
    const struct plugin_manifest *m = &on->plugin->shelf->manifest;
    for (size_t i = 0; i < m->settings_n; i++)
        if (str_is(m->settings[i].name, name))
            return str_or(on->settings[i], "");
    return "";
}
