#include "base/keep.h"

#include "base/err.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHAINS   1024
#define SHARE    8  /* of all that one thing may take */
#define OVERHEAD 16 /* of the allocator */

struct thing {
    struct thing *next;          /* of the same chain */
    struct thing *newer, *older; /* by use */
    size_t chain, size, key_n;
    max_align_t data[]; /* and the key behind it */
};

struct keep {
    struct thing *chains[CHAINS];
    struct thing *newest, *oldest;
    size_t most, held;
};

int keep_new(struct keep **out, size_t most, struct err *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory to keep things in");
    (*out)->most = most;
    return 0;
}

static size_t chain_of(const unsigned char *key, size_t n)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < n; i++)
        hash = (hash ^ key[i]) * 16777619U;
    return (hash ^ hash >> 16) % CHAINS;
}

static unsigned char *key_of(struct thing *t)
{
    return (unsigned char *)t->data + t->size;
}

static size_t bytes_of(const struct thing *t)
{
    return sizeof(*t) + t->size + t->key_n + OVERHEAD;
}

static void unlink_use(struct keep *k, struct thing *t)
{
    *(t->newer != NULL ? &t->newer->older : &k->newest) = t->older;
    *(t->older != NULL ? &t->older->newer : &k->oldest) = t->newer;
}

static void link_newest(struct keep *k, struct thing *t)
{
    t->newer = NULL;
    t->older = k->newest;
    *(k->newest != NULL ? &k->newest->newer : &k->oldest) = t;
    k->newest = t;
}

/* There may be keys in it. */
static void drop(struct keep *k, struct thing *t)
{
    struct thing **place = &k->chains[t->chain];
    while (*place != t)
        place = &(*place)->next;
    *place = t->next;
    unlink_use(k, t);
    k->held -= bytes_of(t);
    explicit_bzero(t, sizeof(*t) + t->size + t->key_n);
    free(t);
}

void keep_free(struct keep **k)
{
    if (*k == NULL)
        return;
    while ((*k)->oldest != NULL)
        drop(*k, (*k)->oldest);
    free(*k);
    *k = NULL;
}

static struct thing *find(struct keep *k, const void *key, size_t n)
{
    struct thing *t = k->chains[chain_of(key, n)];
    while (t != NULL && (t->key_n != n || memcmp(key_of(t), key, n) != 0))
        t = t->next;
    return t;
}

void *keep_find(struct keep *k, const void *key, size_t key_n)
{
    struct thing *t = find(k, key, key_n);
    if (t == NULL)
        return NULL;
    unlink_use(k, t);
    link_newest(k, t);
    return t->data;
}

static void add(struct keep *k, struct thing *t)
{
    t->next = k->chains[t->chain];
    k->chains[t->chain] = t;
    link_newest(k, t);
    k->held += bytes_of(t);
}

void *keep_put(struct keep *k, const void *key, size_t key_n, size_t n)
{
    struct thing *old = find(k, key, key_n);
    struct thing *t = n > k->most / SHARE || key_n > k->most / SHARE
                          ? NULL
                          : calloc(1, sizeof(*t) + n + key_n);
    if (t != NULL) {
        t->chain = chain_of(key, key_n);
        t->size = n;
        t->key_n = key_n;
        memcpy(key_of(t), key, key_n);
    }
    if (old != NULL)
        drop(k, old);
    if (t == NULL)
        return NULL;
    while (k->oldest != NULL && k->held + bytes_of(t) > k->most)
        drop(k, k->oldest);
    add(k, t);
    return t->data;
}
