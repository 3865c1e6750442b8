#include "fcgi/directory.h"

#include "base/clock.h"
#include "base/err.h"
#include "base/keep.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "tenant/tenant.h"

#include <stdint.h>
#include <string.h>

#define VALID_US INT64_C(1000000)
#define TEXTS    5

/* The tenant's texts stand behind it. */
struct place {
    struct tenant tenant;
    int found;
    int64_t until_us;
    char texts[];
};

static struct place *place_of(struct keep *d, const char *host)
{
    return keep_find(d, host, strlen(host));
}

/* Copies the texts to the end of place; with place NULL only says how many bytes they are. */
static size_t take_texts(struct place *place, const struct tenant *t)
{
    const char *const from[TEXTS] = { t->name, t->title, t->host, str_or(t->locale, ""),
                                      str_or(t->timezone, "") };
    const char **to[TEXTS] = { NULL };
    size_t used = 0;
    if (place != NULL) {
        struct tenant *own = &place->tenant;
        const char **all[TEXTS] = { &own->name, &own->title, &own->host, &own->locale,
                                    &own->timezone };
        memcpy(to, all, sizeof(all));
    }
    for (size_t i = 0; i < TEXTS; i++) {
        size_t n = strlen(from[i]) + 1;
        if (place != NULL)
            *to[i] = memcpy(place->texts + used, from[i], n);
        used += n;
    }
    return used;
}

int directory_put(struct keep *d, const char *host, const struct tenant *t, int found,
                  struct err *err)
{
    size_t n = found ? take_texts(NULL, t) : 0;
    struct place *p = keep_put(d, host, strlen(host), sizeof(*p) + n);
    if (p == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for the directory");
    p->found = found;
    p->until_us = clock_ticks_us() + VALID_US;
    if (found) {
        p->tenant = *t;
        (void)take_texts(p, t);
    }
    return 0;
}

int64_t directory_peek(struct keep *d, const char *host)
{
    const struct place *p = place_of(d, host);
    return p != NULL && p->found ? p->tenant.id : 0;
}

int directory_find(const struct app *app, struct arena *a, const char *host, struct tenant *out,
                   struct err *err)
{
    struct place *p = place_of(app->directory, host);
    if (p == NULL || clock_ticks_us() > p->until_us) {
        struct tenant t = { 0 };
        struct db global = db_global(app->conn);
        int found = tenant_by_host(&global, a, &app->master_key, host, &t, err);
        if (found < 0 || directory_put(app->directory, host, &t, found, err) < 0)
            return -1;
        p = place_of(app->directory, host);
    }
    *out = p->tenant;
    return p->found;
}
