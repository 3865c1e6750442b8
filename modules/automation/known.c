#include "automation/known.h"

#include "automation/pattern.h"
#include "automation/store.h"
#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

#define TENANTS   16
#define BYTES_MAX ((size_t)512 * 1024) /* of one tenant, what was compiled included */
#define READ_MAX  ((size_t)256 * 1024 * 1024)

struct known {
    struct arena *arena; /* NULL: free */
    int64_t tenant_id;   /* 0: only for this once */
    int64_t revision;
    uint64_t used;
    struct rule *rules;
    size_t n;
};

static struct known all[TENANTS];
static uint64_t uses;

static void drop(struct known *k)
{
    arena_free(&k->arena);
    *k = (struct known) { .arena = NULL };
}

void rules_forget(void)
{
    for (size_t i = 0; i < TENANTS; i++)
        drop(&all[i]);
}

/* Where the tenant's are, or are to be: the place that was used longest ago. */
static struct known *place_of(int64_t tenant_id)
{
    struct known *oldest = &all[0];
    for (size_t i = 0; i < TENANTS; i++) {
        if (all[i].tenant_id == tenant_id)
            return &all[i];
        if (all[i].used < oldest->used)
            oldest = &all[i];
    }
    return oldest;
}

/* What was too much to be kept, and what memory has run out of. */
static void drop_leftovers(void)
{
    for (size_t i = 0; i < TENANTS; i++)
        if (all[i].tenant_id == 0)
            drop(&all[i]);
}

static int read_anew(struct known *k, struct db *db, struct arena *a, int64_t revision,
                     struct err *err)
{
    drop(k);
    size_t compiled = patterns_bytes();
    k->arena = arena_new(READ_MAX);
    if (k->arena == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for rules");
    arena_follow(k->arena, a);
    if (rules_active(db, k->arena, &k->rules, &k->n, err) < 0)
        return -1;
    arena_follow(k->arena, NULL); /* which will not live as long */
    if (arena_used(k->arena) + patterns_bytes() - compiled > BYTES_MAX)
        return 0;
    k->tenant_id = db->tenant_id;
    k->revision = revision;
    return 0;
}

int rules_known(struct db *db, struct arena *a, int64_t revision, struct rule **out, size_t *n,
                struct err *err)
{
    drop_leftovers();
    struct known *k = place_of(db->tenant_id);
    bool is_known = k->tenant_id == db->tenant_id && k->revision == revision;
    if (!is_known && read_anew(k, db, a, revision, err) < 0)
        return -1;
    k->used = ++uses;
    *out = k->rules;
    *n = k->n;
    return 0;
}
