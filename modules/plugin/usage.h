#ifndef DESKD_PLUGIN_USAGE_H /* modules/plugin/usage.h - a plugin over all tenants: the provider's \
                                view, on the global handle */
#define DESKD_PLUGIN_USAGE_H
#include <stdint.h>
struct arena;
struct db;
struct err;

/* How many tenants have it on. */
int usage_count(struct db *global, struct arena *a, const char *plugin, int64_t *out,
                struct err *err);
/* Switches it off for each of them, with a line in their audits. */
int usage_end(struct db *global, struct arena *a, const char *plugin, struct err *err);
/* A line in the audit of each tenant that has it on or parked: another version of it runs. */
int usage_updated(struct db *global, struct arena *a, const char *plugin, const char *version,
                  const char *was, struct err *err);
/* Its settings, logs, jobs and states, of all tenants. Its tables are migrate_plugin_drop's. */
int usage_forget(struct db *global, const char *plugin, struct err *err);
#endif
