#include "db/recent.h"

#include "base/arena.h"
#include "base/clock.h"
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

#define PLACES    64
#define KEY_MAX   256
#define BYTES_MAX ((size_t)32 * 1024)
#define VALID_US  INT64_C(1000000) /* what others than this host's processes write is seen then */

struct key {
    size_t n;
    unsigned char bytes[KEY_MAX];
};

struct entry {
    struct key key;
    uint64_t pulse;
    int64_t until_us;
    size_t bytes; /* of the rows and all that they point to */
    struct db_rows rows;
};

/* A question has one place; who comes later to the same place takes it. */
struct recent {
    struct entry *places[PLACES];
};

struct recent *recent_new(void)
{
    return calloc(1, sizeof(struct recent));
}

void recent_free(struct recent **recent)
{
    if (*recent == NULL)
        return;
    for (size_t i = 0; i < PLACES; i++)
        free((*recent)->places[i]);
    free(*recent);
    *recent = NULL;
}

static bool add(struct key *k, const void *p, size_t n)
{
    if (n > KEY_MAX - k->n)
        return false;
    if (n > 0)
        memcpy(k->bytes + k->n, p, n);
    k->n += n;
    return true;
}

/* False where it is too long to be kept. */
static bool make_key(struct key *k, const struct recent_question *q)
{
    k->n = 0;
    bool fits = add(k, &q->db->tenant_id, sizeof(q->db->tenant_id)) &&
                add(k, &q->sql, sizeof(q->sql));
    for (size_t i = 0; i < q->n && fits; i++) {
        const struct db_arg *arg = &q->args[i];
        fits = add(k, &arg->type, sizeof(arg->type)) && add(k, &arg->i64, sizeof(arg->i64)) &&
               add(k, &arg->n, sizeof(arg->n)) && add(k, arg->p, arg->p == NULL ? 0 : arg->n);
    }
    return fits;
}

static size_t place_of(const struct key *k)
{
    uint32_t hash = 2166136261U; /* FNV-1a */
    for (size_t i = 0; i < k->n; i++)
        hash = (hash ^ k->bytes[i]) * 16777619U;
    return hash % PLACES;
}

static size_t bytes_of(const struct db_rows *rows)
{
    size_t n = rows->n * sizeof(struct db_row);
    for (size_t i = 0; i < rows->n; i++)
        for (unsigned k = 0; k < rows->rows[i].n; k++)
            n += sizeof(struct db_value) +
                 (rows->rows[i].values[k].p == NULL ? 0 : rows->rows[i].values[k].n + 1);
    return n;
}

/* Rows, then values, then texts, in one piece of bytes_of(from). */
static struct db_rows copy(void *memory, const struct db_rows *from)
{
    struct db_row *rows = memory;
    struct db_value *values = (void *)(rows + from->n);
    size_t all = 0;
    for (size_t i = 0; i < from->n; i++)
        all += from->rows[i].n;
    char *text = (void *)(values + all);
    for (size_t i = 0; i < from->n; i++) {
        rows[i] = (struct db_row) { values, from->rows[i].n };
        for (unsigned k = 0; k < rows[i].n; k++, values++) {
            *values = from->rows[i].values[k];
            if (values->p == NULL)
                continue;
            values->p = memcpy(text, values->p, values->n + 1);
            text += values->n + 1;
        }
    }
    return (struct db_rows) { rows, from->n };
}

bool recent_find(const struct recent *recent, const struct recent_question *q, uint64_t pulse,
                 struct arena *a, struct db_rows *out)
{
    struct key key;
    if (recent == NULL || !make_key(&key, q))
        return false;
    const struct entry *e = recent->places[place_of(&key)];
    if (e == NULL || e->pulse != pulse || e->key.n != key.n ||
        memcmp(e->key.bytes, key.bytes, key.n) != 0 || clock_ticks_us() > e->until_us)
        return false;
    *out = copy(arena_alloc(a, e->bytes), &e->rows);
    return true;
}

void recent_put(struct recent *recent, const struct recent_question *q, uint64_t pulse,
                const struct db_rows *rows)
{
    struct key key;
    size_t bytes = bytes_of(rows);
    if (recent == NULL || bytes > BYTES_MAX || !make_key(&key, q))
        return;
    struct entry *e = malloc(sizeof(*e) + bytes), **place = &recent->places[place_of(&key)];
    if (e == NULL)
        return;
    *e = (struct entry) {
        .key = key, .pulse = pulse, .until_us = clock_ticks_us() + VALID_US, .bytes = bytes
    };
    e->rows = copy(e + 1, rows);
    free(*place);
    *place = e;
}
