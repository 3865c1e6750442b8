#include "fcgi/params.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <string.h>

/* Two different values of one of these would mean that nginx and we read different requests. */
static const char *const single[] = {
    "REQUEST_METHOD", "REQUEST_URI", "CONTENT_LENGTH",      "CONTENT_TYPE", "REMOTE_ADDR",
    "HTTP_HOST",      "HTTP_ORIGIN", "HTTP_SEC_FETCH_SITE", "REQUEST_ID",   NULL
};

static bool is_clean(const char *value)
{
    for (const unsigned char *p = (const unsigned char *)value; *p != '\0'; p++)
        if ((*p < ' ' && *p != '\t') || *p == 0x7F)
            return false;
    return true;
}

static int read_one(struct params *p, struct arena *a, const char *entry, struct err *err)
{
    const char *equals = strchr(entry, '=');
    if (equals == NULL || equals == entry)
        return err_set(err, ERR_INVALID, "malformed FastCGI parameter");
    if (p->n == PARAMS_MAX)
        return err_set(err, ERR_HEADERS, "more than %d parameters", PARAMS_MAX);
    if (!is_clean(equals + 1))
        return err_set(err, ERR_INVALID, "control character in a header");
    char *name = arena_strndup(a, entry, (size_t)(equals - entry));
    p->items[p->n++] = (struct param) { name, equals + 1 };
    return 0;
}

static size_t count_of(const struct params *p, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++)
        n += str_is(p->items[i].name, name);
    return n;
}

static int check_single(const struct params *p, struct err *err)
{
    for (const char *const *name = single; *name != NULL; name++)
        if (count_of(p, *name) > 1)
            return err_set(err, ERR_INVALID, "%s came twice", *name);
    return 0;
}

int params_read(struct arena *a, char *const *env, struct params *out, struct err *err)
{
    size_t all = 0, headers = 0;
    *out = (struct params) { arena_array(a, PARAMS_MAX, sizeof(*out->items)), 0 };
    for (; *env != NULL; env++) {
        size_t n = strlen(*env);
        all += n;
        if (str_starts(*env, "HTTP_"))
            headers += n;
        if (headers > HEADERS_MAX_BYTES || all > PARAMS_MAX_BYTES)
            return err_set(err, ERR_HEADERS, "headers of more than %zu bytes", HEADERS_MAX_BYTES);
        if (read_one(out, a, *env, err) < 0)
            return -1;
    }
    return check_single(out, err);
}

const char *params_get(const struct params *p, const char *name)
{
    for (size_t i = 0; i < p->n; i++)
        if (strcmp(p->items[i].name, name) == 0)
            return p->items[i].value;
    return NULL;
}

const char *params_text(const struct params *p, const char *name)
{
    const char *value = params_get(p, name);
    return value == NULL ? "" : value;
}
