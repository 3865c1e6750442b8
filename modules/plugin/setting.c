#include "plugin/setting.h"

#include "base/arena.h"
#include "base/crypto.h"
#include "tenant/tenant.h"

#include <string.h>

static const char *place_of(struct arena *a, const char *plugin, const char *name)
{
    return arena_printf(a, "plugin_setting %s.%s", plugin, name);
}

void *plugin_setting_seal(struct arena *a, const struct tenant *t, const char *plugin,
                          const char *name, const char *value, size_t *sealed_n)
{
    struct crypto_key key = crypto_derive(&t->key, "plugin-setting");
    return crypto_seal(a, &key, place_of(a, plugin, name), value, strlen(value), sealed_n);
}

const char *plugin_setting_open(struct arena *a, const struct tenant *t, const char *plugin,
                                const char *name, const void *sealed, size_t n)
{
    struct crypto_key key = crypto_derive(&t->key, "plugin-setting");
    void *p;
    size_t opened;
    if (crypto_open(a, &key, place_of(a, plugin, name), sealed, n, &p, &opened) < 0)
        return NULL;
    return arena_strndup(a, p, opened);
}
