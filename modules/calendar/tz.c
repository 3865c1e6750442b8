#include "calendar/tz.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/zone.h"
#include "calendar/tz_private.h"

#include <string.h>

#define FILE_MAX    ((size_t)256 * 1024)
#define HEADER      44
#define TYPE        6 /* bytes of a kind of local time */
#define OFFSET_MOST (26 * 3600)
#define NEIGHBOURS  3 /* shifts that an offset can be away from */

/* RFC 9636, 3.1: the six counts, and how long a time is in this block. */
struct block {
    const unsigned char *p; /* behind the header */
    size_t utc_n, standard_n, leap_n, shift_n, type_n, name_n;
    size_t time;
};

static uint32_t read32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static int64_t read_time(const unsigned char *p, size_t size)
{
    if (size == 4)
        return (int32_t)read32(p);
    return (int64_t)((uint64_t)read32(p) << 32 | read32(p + 4));
}

static size_t block_bytes(const struct block *b)
{
    return b->shift_n * (b->time + 1) + b->type_n * TYPE + b->name_n + b->leap_n * (b->time + 4) +
           b->standard_n + b->utc_n;
}

/* The block that begins at p; false where it does not fit into n bytes. */
static bool read_header(const unsigned char *p, size_t n, size_t time, struct block *b)
{
    if (n < HEADER || memcmp(p, "TZif", 4) != 0)
        return false;
    *b = (struct block) { p + HEADER,     read32(p + 20), read32(p + 24), read32(p + 28),
                          read32(p + 32), read32(p + 36), read32(p + 40), time };
    size_t most = b->utc_n | b->standard_n | b->leap_n | b->shift_n | b->type_n | b->name_n;
    return most < FILE_MAX && b->type_n > 0 && block_bytes(b) <= n - HEADER;
}

bool tz_table_add(struct tz_table *t, int64_t at, int32_t offset)
{
    if (t->n == t->cap || offset > OFFSET_MOST || offset < -OFFSET_MOST ||
        (t->n > 0 && at <= t->shifts[t->n - 1].at))
        return false;
    if (t->n == 0 || t->shifts[t->n - 1].offset != offset)
        t->shifts[t->n++] = (struct tz_shift) { at, offset };
    return true;
}

static bool add_shifts(const struct block *b, struct tz_table *t)
{
    const unsigned char *times = b->p, *kinds = times + b->shift_n * b->time;
    const unsigned char *types = kinds + b->shift_n;
    if (!tz_table_add(t, INT64_MIN, (int32_t)read32(types)))
        return false;
    for (size_t i = 0; i < b->shift_n; i++) {
        int64_t at = read_time(times + i * b->time, b->time);
        if (kinds[i] >= b->type_n)
            return false;
        if (at == INT64_MIN)
            continue;
        if (!tz_table_add(t, at, (int32_t)read32(types + (size_t)kinds[i] * TYPE)))
            return false;
    }
    return true;
}

/* "\n" rule "\n" behind the second block; an empty rule says nothing. */
static bool add_rule(struct arena *a, const unsigned char *p, size_t n, struct tz_table *t)
{
    const unsigned char *end = n > 1 && *p == '\n' ? memchr(p + 1, '\n', n - 1) : NULL;
    if (end == NULL)
        return false;
    size_t length = (size_t)(end - p) - 1;
    return length == 0 || tz_rule_apply(arena_strndup(a, (const char *)p + 1, length), t);
}

static bool read_blocks(struct arena *a, const unsigned char *p, size_t n, struct tz_table *t)
{
    struct block b;
    if (!read_header(p, n, 4, &b))
        return false;
    bool has_second = p[4] >= '2';
    if (has_second) {
        size_t skip = HEADER + block_bytes(&b);
        p += skip;
        n -= skip;
        if (!read_header(p, n, 8, &b))
            return false;
    }
    t->cap = b.shift_n + 1 + TZ_RULE_SHIFTS;
    t->shifts = arena_array(a, t->cap, sizeof(*t->shifts));
    size_t used = HEADER + block_bytes(&b);
    return add_shifts(&b, t) && (!has_second || add_rule(a, p + used, n - used, t));
}

int tz_read(struct arena *a, const unsigned char *p, size_t n, struct tz *out, struct err *err)
{
    struct tz_table t = { NULL, 0, 0 };
    if (!read_blocks(a, p, n, &t))
        return err_set(err, ERR_INVALID, "damaged time zone file");
    *out = (struct tz) { t.shifts, t.n };
    return 0;
}

int tz_load(struct arena *a, const char *name, struct tz *out, struct err *err)
{
    char *data;
    size_t n;
    if (!zone_exists(name))
        return err_set(err, ERR_INVALID, "no such time zone: %.63s", name);
    if (file_read(a, zone_path(a, name), FILE_MAX, &data, &n, err) < 0)
        return -1;
    return tz_read(a, (const unsigned char *)data, n, out, err) < 0
               ? err_wrap(err, "time zone %.63s", name)
               : 0;
}

/* The last shift that is not after at. */
static size_t shift_at(const struct tz *tz, int64_t at)
{
    size_t low = 0, high = tz->n;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (tz->shifts[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return low;
}

int32_t tz_offset(const struct tz *tz, int64_t at)
{
    return tz->shifts[shift_at(tz, at)].offset;
}

/* Whether the clocks of stretch i show wall at some time, which is then *at. */
static bool shows(const struct tz *tz, size_t i, int64_t wall, int64_t *at)
{
    *at = wall - tz->shifts[i].offset;
    return *at >= tz->shifts[i].at && (i + 1 == tz->n || *at < tz->shifts[i + 1].at);
}

/* The stretches in which wall can be, by the fact that offsets are less than two days. */
static void stretches(const struct tz *tz, int64_t wall, size_t *from, size_t *to)
{
    size_t near = shift_at(tz, wall);
    *from = near > NEIGHBOURS ? near - NEIGHBOURS : 0;
    *to = near + NEIGHBOURS < tz->n ? near + NEIGHBOURS : tz->n - 1;
}

/* The shift that jumps over wall. */
static int64_t jump_over(const struct tz *tz, int64_t wall, size_t from, size_t to)
{
    for (size_t i = from + 1; i <= to; i++)
        if (wall >= tz->shifts[i].at + tz->shifts[i - 1].offset &&
            wall < tz->shifts[i].at + tz->shifts[i].offset)
            return tz->shifts[i].at;
    return wall - tz->shifts[from].offset;
}

int64_t tz_first(const struct tz *tz, int64_t wall)
{
    size_t from, to;
    int64_t at;
    stretches(tz, wall, &from, &to);
    for (size_t i = from; i <= to; i++)
        if (shows(tz, i, wall, &at))
            return at;
    return jump_over(tz, wall, from, to);
}

int64_t tz_last(const struct tz *tz, int64_t wall)
{
    size_t from, to;
    int64_t at;
    stretches(tz, wall, &from, &to);
    for (size_t i = to + 1; i > from; i--)
        if (shows(tz, i - 1, wall, &at))
            return at;
    return jump_over(tz, wall, from, to);
}
