#include "user/email.h"

#include "base/arena.h"
#include "base/str.h"

#include <string.h>

#define ADDRESS_MAX 254
#define LOCAL_MAX   64

static bool is_word(const char *p, size_t n)
{
    if (n == 0 || p[0] == '.' || p[n - 1] == '.')
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] <= ' ' || p[i] == 0x7F || strchr("\"(),:;<>@[\\]", p[i]) != NULL)
            return false;
    return true;
}

const char *email_normal(struct arena *a, const char *address)
{
    if (address == NULL)
        return NULL;
    char *s = str_lower(a, str_trim(a, address));
    size_t n = strlen(s);
    const char *at = strchr(s, '@');
    if (at == NULL || n > ADDRESS_MAX || !str_is_utf8(s, n))
        return NULL;
    size_t local = (size_t)(at - s);
    bool is_fine = local <= LOCAL_MAX && is_word(s, local) && is_word(at + 1, n - local - 1);
    return is_fine ? s : NULL;
}

const char *email_without_plus(struct arena *a, const char *normal)
{
    const char *plus = strchr(normal, '+'), *at = strchr(normal, '@');
    if (plus == NULL || at == NULL || plus > at || plus == normal)
        return normal;
    return arena_printf(a, "%.*s%s", (int)(plus - normal), normal, at);
}

const char *email_domain(const char *normal)
{
    const char *at = strrchr(normal, '@');
    return at == NULL ? "" : at + 1;
}
