#ifndef DESKD_PLUGIN_SETTING_H /* modules/plugin/setting.h - secrets among the settings of plugins \
                                */
#define DESKD_PLUGIN_SETTING_H
#include <stddef.h>
struct arena;
struct tenant;

/* For plugin_setting.sealed: under the tenant's key, bound to plugin and setting. */
void *plugin_setting_seal(struct arena *a, const struct tenant *t, const char *plugin,
                          const char *name, const char *value, size_t *sealed_n);
/* NULL: it was not sealed so. */
const char *plugin_setting_open(struct arena *a, const struct tenant *t, const char *plugin,
                                const char *name, const void *sealed, size_t n);
#endif
