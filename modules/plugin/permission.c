#include "plugin/plugin_private.h" /* permissions: plugins' own among ours */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "user/capability.h"
#include "user/viewer.h"

#include <string.h>

int plugin_permissions_add(struct plugins *all, const struct plugin *p, struct err *err)
{
    const struct plugin_manifest *m = &p->shelf->manifest;
    for (size_t i = 0; i < m->permissions_n; i++) {
        const struct plugin_permission *from = &m->permissions[i];
        const struct capability_entry entry = {
            .name = arena_printf(all->arena, "%s.%s", p->id, from->name),
            .label = from->label,
            .group = from->group,
            .from = ROLE_ADMIN,
        };
        if (capability_register(&entry) < 0)
            return err_set(err, ERR_REFUSED, "there are too many permissions");
    }
    return 0;
}

int plugin_permission_number(const struct plugin *p, const char *name)
{
    char full[96];
    if (*name == '\0')
        return CAP_LOGIN;
    int number = capability_by_name(name);
    if (number >= 0 || strlen(p->id) + strlen(name) + 2 > sizeof(full))
        return number;
    memcpy(full, p->id, strlen(p->id));
    full[strlen(p->id)] = '.';
    memcpy(full + strlen(p->id) + 1, name, strlen(name) + 1);
    return capability_by_name(full);
}

const char *plugin_domain_of(const struct plugins *all, const char *permission)
{
    size_t n = strcspn(permission, ".");
    for (size_t i = 0; i < all->n; i++)
        if (strlen(all->list[i].id) == n && memcmp(all->list[i].id, permission, n) == 0)
            return all->list[i].domain;
    return NULL;
}

bool plugin_permits(const struct plugin *p, const struct viewer *v, const char *permission)
{
    int number = plugin_permission_number(p, permission);
    if (number == CAP_PUBLIC)
        return true;
    return number >= 0 && v != NULL && (number == CAP_LOGIN || viewer_may(v, number));
}
