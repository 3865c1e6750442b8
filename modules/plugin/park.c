#include "plugin/park.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/json.h"
#include "base/log.h"
#include "outbox/outbox.h"
#include "plugin/plugin_private.h"
#include "user/audit.h"
#include "user/roster.h"
#include "user/user.h"

DB_SQL(park_plugin, 1,
       "UPDATE plugin_tenant SET state = 3, changed_at = ?, reason = ? "
       "WHERE tenant_id = ? AND plugin = ? AND state = 1");

struct parking {
    struct arena *arena;
    const struct ledger_entry *entry;
    const char *why;
    bool is_parked, shapes_rights;
};

static const char *payload(struct arena *a, const struct parking *p)
{
    struct buf out = buf_make(a, 512);
    struct json_writer w = json_writer(&out);
    jw_object(&w, NULL);
    jw_str(&w, "plugin", p->entry->plugin);
    jw_str(&w, "why", p->why);
    jw_bool(&w, "limits", p->shapes_rights);
    jw_end_object(&w);
    return buf_str(&out);
}

static int tell_admins(struct db *db, const struct parking *p, struct err *err)
{
    struct user *all;
    size_t n;
    if (user_all(db, p->arena, &all, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool is_wanted = all[i].status == USER_ACTIVE &&
                         (all[i].role == ROLE_ADMIN || all[i].role == ROLE_OWNER);
        struct outbox_mail mail = { .kind = OUTBOX_PARKED,
                                    .user_id = all[i].id,
                                    .sender = "",
                                    .recipient = all[i].email,
                                    .payload = payload(p->arena, p),
                                    .now = clock_now_ms() };
        if (is_wanted && outbox_add(db, p->arena, &mail, err) < 0)
            return -1;
    }
    return 0;
}

static int park(struct db *db, void *data, struct err *err)
{
    struct parking *p = data;
    int64_t n = db_exec(db, err, park_plugin, DB_I64(clock_now_ms()), DB_STR(p->why), DB_TENANT,
                        DB_STR(p->entry->plugin));
    p->is_parked = n > 0;
    if (n <= 0) /* somebody else was faster, or it is off */
        return (int)n;
    if (roster_plugins_changed(db, err) < 0 ||
        audit_add(db, NULL, "plugin.parked", 0,
                  arena_printf(p->arena, "%s: %s", p->entry->plugin, p->why), err) < 0)
        return -1;
    plugin_log_write(db, p->arena, p->entry->plugin, clock_now_ms(), "parked", p->why);
    return tell_admins(db, p, err);
}

static int take(struct child_env *env, struct arena *a, const struct ledger_entry *e,
                struct err *err)
{
    char text[128];
    struct db db = db_tenant(env->conn, e->tenant);
    struct parking p = { a, e, NULL, false, plugins_shapes_rights(env->plugins, e->plugin) };
    if (e->tenant == 0) /* while the process started: the log of the provider has it */
        return 0;
    (void)failure_text(text, sizeof(text), (enum failure_how)e->how, e->detail, e->where);
    p.why = arena_strdup(a, text);
    plugin_log_write(&db, a, e->plugin, e->at_ms, "failed", p.why);
    if (ledger_count(env->ledger, e->plugin, e->tenant) < LEDGER_FAILURES)
        return 0;
    if (db_transact(&db, park, &p, err) < 0)
        return err_wrap(err, "park plugin %s", e->plugin);
    ledger_spend(env->ledger, e->plugin, e->tenant);
    if (p.is_parked)
        log_error((&(const struct log) { .role = "jobs", .tenant = e->tenant }), "plugin.parked",
                  LOG_STR("plugin", e->plugin), LOG_STR("reason", p.why));
    return 0;
}

int park_sweep(struct child_env *env, struct arena *a, struct err *err)
{
    static uint64_t seen;
    struct ledger_entry e;
    uint64_t n = env->ledger == NULL ? 0 : __atomic_load_n(&env->ledger->n, __ATOMIC_ACQUIRE);
    if (n == seen)
        return 0;
    seen = n;
    while (ledger_take(env->ledger, &e))
        if (take(env, a, &e, err) < 0) {
            seen = 0; /* what is left is looked at again */
            return -1;
        }
    return 0;
}
