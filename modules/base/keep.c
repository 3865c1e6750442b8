#include "base/keep.h"

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define CHAINS   1024
#define SHARE    8  /* of all that one thing may take */
#define OVERHEAD 16 /* of the allocator */

/* By use: a ring through struct keep. */
struct use {
    struct use *newer, *older;
};

struct thing {
    struct use use;
    struct thing *next; /* of the same chain */
    size_t chain, size, key_n;
    max_align_t data[]; /* and the key behind it */
};

struct keep {
    struct thing *chains[CHAINS];
    struct use ring; /* older: the newest, newer: the oldest */
    size_t most, held;
};

int keep_new(struct keep **out, size_t most, struct err *err)
{
    *out = calloc(1, sizeof(**out));
    if (*out == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory to keep things in");
    (*out)->most = most;
    (*out)->ring = (struct use) { &(*out)->ring, &(*out)->ring };
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

static void leave_ring(struct thing *t)
{
    t->use.newer->older = t->use.older;
    t->use.older->newer = t->use.newer;
}

static void be_newest(struct keep *k, struct thing *t)
{
    t->use = (struct use) { .newer = &k->ring, .older = k->ring.older };
    t->use.older->newer = &t->use;
    k->ring.older = &t->use;
}

/* There may be keys in it. */
static void drop(struct keep *k, struct thing *t)
{
    struct thing **place = &k->chains[t->chain];
    while (*place != t)
        place = &(*place)->next;
    *place = t->next;
    leave_ring(t);
    k->held -= bytes_of(t);
    explicit_bzero(t, sizeof(*t) + t->size + t->key_n);
    free(t);
}

/* What was used longest ago goes, until no more than so many bytes are held. */
static void trim(struct keep *k, size_t most)
{
    struct use *u = k->ring.newer;
    while (u != &k->ring && k->held > most) {
        struct thing *t = (struct thing *)u;
        u = u->newer;
        drop(k, t);
    }
}

void keep_free(struct keep **k)
{
    if (*k == NULL)
        return;
    trim(*k, 0);
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
    leave_ring(t);
    be_newest(k, t);
    return t->data;
}

static void add(struct keep *k, struct thing *t)
{
    t->next = k->chains[t->chain];
    k->chains[t->chain] = t;
    be_newest(k, t);
    k->held += bytes_of(t);
}

void *keep_put(struct keep *k, const void *key, size_t key_n, size_t n)
{
    struct thing *old = find(k, key, key_n);
    bool is_large = n > k->most / SHARE || key_n > k->most / SHARE;
    struct thing *t = is_large ? NULL : calloc(1, sizeof(*t) + n + key_n);
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
    trim(k, k->most - bytes_of(t));
    add(k, t);
    return t->data;
}
