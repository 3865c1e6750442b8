#ifndef DESKD_PLUGIN_CHOICE_H /* modules/plugin/choice.h - which plugins a tenant has switched on, \
                                 how it has set them */
#define DESKD_PLUGIN_CHOICE_H
#include "plugin/manifest.h"

struct arena;
struct db;
struct tenant;
struct viewer;

enum plugin_state { PLUGIN_ON = 1, PLUGIN_OFF = 2, PLUGIN_PARKED = 3 };
struct plugin_choice_row {
    const char *plugin;
    enum plugin_state state;
    const char *version; /* that was switched on */
    const char *reason;  /* why it is parked */
    int64_t changed_at;
};
/* Those that the tenant has ever switched on, by id. */
int choice_all(struct db *db, struct arena *a, struct plugin_choice_row **out, size_t *n,
               struct err *err);
/* NULL where the tenant has never had it. */
const struct plugin_choice_row *choice_find(const struct plugin_choice_row *all, size_t n,
                                            const char *plugin);
/* Inside a transaction: on or off, the tenant's revision, a line of its audit. by NULL: the
 * provider. */
int choice_set(struct db *db, const struct viewer *by, const char *plugin, const char *version,
               enum plugin_state state, struct err *err);

/* Whether the provider lets a tenant have it. offered: tenant.plugins_offered, NULL: all. */
bool choice_is_offered(const char *offered, const char *plugin);
/* The tenant's offer, NULL: all; on the global handle. */
int choice_offered(struct db *global, struct arena *a, int64_t tenant_id, const char **out,
                   struct err *err);
int choice_offer(struct db *global, int64_t tenant_id, const char *offered, struct err *err);

/* Settings: text by the manifest's order. Of a secret only whether there is one ("" or not). Where
 * the tenant has set nothing, the manifest's fallback. */
int setting_all(struct db *db, struct arena *a, const struct plugin_manifest *m,
                const char ***values, struct err *err);
/* Inside a transaction, all at once; a value NULL stays as it is. Secrets are sealed with the
 * tenant's key. Values must have been judged by setting_complaint. */
int setting_put(struct db *db, struct arena *a, const struct viewer *by, const struct tenant *t,
                const struct plugin_manifest *m, const char *const *values, struct err *err);
struct plugin_log_line {
    int64_t id, at;
    const char *event, *detail;
};
/* The newest lines of its log, at most 50, newest first. */
int choice_log(struct db *db, struct arena *a, const char *plugin, struct plugin_log_line **out,
               size_t *n, struct err *err);
/* Everything that it keeps of the tenant: rows of its tables, settings, log. It must be off. */
int choice_erase(struct db *db, const struct viewer *by, const struct plugin_manifest *m,
                 struct err *err);
#endif
