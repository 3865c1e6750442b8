#include "fcgi/directory.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "tenant/tenant.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PLACES   512
#define VALID_US INT64_C(1000000)

/* A host has one place; who comes later to the same place takes it. So no flood of names can fill
 * memory. */
struct place {
    struct arena *arena; /* host and the tenant's strings */
    const char *host;
    struct tenant tenant;
    int found;
    int64_t until_us;
};

struct directory {
    struct place places[PLACES];
};

int directory_new(struct directory **out, struct err *err)
{
    *out = calloc(1, sizeof(**out));
    return *out == NULL ? err_set(err, ERR_NO_MEMORY, "no memory for the directory") : 0;
}

void directory_free(struct directory **directory)
{
    if (*directory == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        arena_free(&(*directory)->places[i].arena);
    free(*directory);
    *directory = NULL;
}

static struct place *place_of(struct directory *d, const char *host)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (const unsigned char *p = (const unsigned char *)host; *p != '\0'; p++)
        hash = (hash ^ *p) * 16777619U;
    return &d->places[hash % PLACES];
}

static int remember(struct place *p, const char *host, const struct tenant *t, int found,
                    struct err *err)
{
    if (p->arena == NULL)
        p->arena = arena_new(0);
    if (p->arena == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the directory");
    p->host = NULL;
    arena_reset(p->arena);
    p->tenant = *t;
    if (found) {
        p->tenant.name = arena_strdup(p->arena, t->name);
        p->tenant.title = arena_strdup(p->arena, t->title);
        p->tenant.host = arena_strdup(p->arena, t->host);
        p->tenant.locale = arena_strdup(p->arena, str_or(t->locale, ""));
        p->tenant.timezone = arena_strdup(p->arena, str_or(t->timezone, ""));
    }
    p->host = arena_strdup(p->arena, host);
    p->found = found;
    p->until_us = clock_ticks_us() + VALID_US;
    return 0;
}

int directory_put(struct directory *d, const char *host, const struct tenant *t, int found,
                  struct err *err)
{
    return remember(place_of(d, host), host, t, found, err);
}

int64_t directory_peek(const struct directory *d, const char *host)
{
    const struct place *p = place_of((struct directory *)(uintptr_t)d, host);
    return p->host != NULL && str_is(p->host, host) && p->found ? p->tenant.id : 0;
}

int directory_find(const struct app *app, struct arena *a, const char *host, struct tenant *out,
                   struct err *err)
{
    struct place *p = place_of(app->directory, host);
    if (p->host == NULL || !str_is(p->host, host) || clock_ticks_us() > p->until_us) {
        struct tenant t = { 0 };
        struct db global = db_global(app->conn);
        int found = tenant_by_host(&global, a, &app->master_key, host, &t, err);
        if (found < 0 || remember(p, host, &t, found, err) < 0)
            return -1;
    }
    *out = p->tenant;
    return p->found;
}
