#include "user/capability.h"

#include "base/str.h"

#include <stddef.h>

#define BIT(c) (UINT64_C(1) << (c))

#define AGENT                                                                                      \
    (BIT(CAP_PUBLIC) | BIT(CAP_LOGIN) | BIT(CAP_TICKET_READ) | BIT(CAP_TICKET_ANSWER) |            \
     BIT(CAP_TICKET_ASSIGN))
#define ADMIN                                                                                      \
    (AGENT | BIT(CAP_TICKET_DELETE) | BIT(CAP_TICKET_RAW) | BIT(CAP_MAIL_LOG) | BIT(CAP_AGENTS) |  \
     BIT(CAP_DEPARTMENTS))
#define OWNER (ADMIN | BIT(CAP_OWNER))

static const struct {
    enum role role;
    const char *name;
    uint64_t capabilities;
} roles[] = {
    { ROLE_AGENT, "agent", AGENT },
    { ROLE_ADMIN, "admin", ADMIN },
    { ROLE_OWNER, "owner", OWNER },
};
#define ROLES (sizeof(roles) / sizeof(roles[0]))

uint64_t role_capabilities(enum role role)
{
    for (size_t i = 0; i < ROLES; i++)
        if (roles[i].role == role)
            return roles[i].capabilities;
    return 0;
}

bool role_is_unrestricted(enum role role)
{
    return role == ROLE_ADMIN || role == ROLE_OWNER;
}

bool role_may_change(enum role actor, enum role target, enum role wanted)
{
    if (target == ROLE_OWNER || wanted == ROLE_OWNER)
        return actor == ROLE_OWNER;
    return (role_capabilities(actor) & BIT(CAP_AGENTS)) != 0;
}

const char *role_name(enum role role)
{
    for (size_t i = 0; i < ROLES; i++)
        if (roles[i].role == role)
            return roles[i].name;
    return "";
}

bool role_by_name(const char *name, enum role *out)
{
    for (size_t i = 0; i < ROLES; i++) {
        if (!str_is(roles[i].name, name))
            continue;
        *out = roles[i].role;
        return true;
    }
    return false;
}
