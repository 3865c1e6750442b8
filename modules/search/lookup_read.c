#include "search/lookup_private.h" /* what a lookup reads: waiting terms, ranges of words, blocks */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

#include <string.h>

#define RANGE_ROWS 8000 /* of one prefix; more is a question for the texts */

#define FOUR(x) x ", " x ", " x ", " x
#define MANY    16

/* A row of what is known of the tenant, then what waits, newest first. */
DB_SQL(read_waiting, 1002,
       "SELECT s.last, COALESCE(x.indexed_from, 1), NULL AS terms FROM ticket_sequence s "
       "LEFT JOIN search_state x ON x.tenant_id = s.tenant_id WHERE s.tenant_id = ? UNION ALL "
       "(SELECT w.id, w.ticket_number, w.terms FROM search_waiting w WHERE w.tenant_id = ? "
       "ORDER BY w.id DESC LIMIT 1000)");
DB_SQL(read_range, 8001,
       "SELECT block, tickets FROM search_block WHERE tenant_id = ? AND term >= ? AND term < ? "
       "LIMIT 8001");
DB_SQL(read_terms, 4200,
       "SELECT term, block, tickets FROM search_block WHERE tenant_id = ? AND term IN "
       "(" FOUR(FOUR("?")) ") AND block BETWEEN ? AND ?");

static void add_number(struct lookup *l, struct leaf *leaf, int64_t number)
{
    if (leaf->waiting_n > 0 && leaf->waiting[leaf->waiting_n - 1] == number)
        return;
    if (leaf->waiting_n == leaf->waiting_cap) {
        leaf->waiting_cap = leaf->waiting_cap == 0 ? 32 : leaf->waiting_cap * 2;
        int64_t *grown = arena_array(l->arena, leaf->waiting_cap, sizeof(*grown));
        if (leaf->waiting_n > 0)
            memcpy(grown, leaf->waiting, leaf->waiting_n * sizeof(*grown));
        leaf->waiting = grown;
    }
    leaf->waiting[leaf->waiting_n++] = number;
}

/* What waits has no entries of first letters: its words are compared. */
static bool leaf_is(const struct leaf *leaf, const char *p, size_t n)
{
    struct str t = leaf->term;
    if (t.p[0] == TERM_HEAD)
        return n >= t.n - 1 && memcmp(p, t.p + 1, t.n - 1) == 0;
    return (leaf->is_range ? n >= t.n : n == t.n) && memcmp(p, t.p, t.n) == 0;
}

static void take_waiting(struct lookup *l, int64_t number, const char *terms, size_t n)
{
    const char *end = terms + n, *line;
    for (; (line = memchr(terms, '\n', (size_t)(end - terms))) != NULL; terms = line + 1)
        for (size_t i = 0; i < l->leaves_n; i++)
            if (leaf_is(&l->leaves[i], terms, (size_t)(line - terms)))
                add_number(l, &l->leaves[i], number);
}

int lookup_read_waiting(struct lookup *l, struct err *err)
{
    struct db_rows rows;
    l->indexed_from = 1;
    if (db_all(l->db, l->arena, &rows, err, read_waiting, DB_TENANT, DB_TENANT) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        size_t n;
        const char *terms = db_blob(r, 2, &n);
        if (terms != NULL) {
            take_waiting(l, db_i64(r, 1), terms, n);
        } else {
            l->last = db_i64(r, 0);
            l->indexed_from = db_i64(r, 1);
        }
    }
    return 0;
}

/* The first term behind all that begin like this one. */
static struct str range_end(struct arena *a, struct str term)
{
    char *end = arena_strndup(a, term.p, term.n);
    end[term.n - 1] = (char)((unsigned char)end[term.n - 1] + 1); /* UTF-8 has no byte 0xFF */
    return (struct str) { end, term.n };
}

/* Too many words begin like this: whoever has a word that begins with the first three letters. */
static void make_vague(struct lookup *l, struct leaf *leaf)
{
    size_t marked = (unsigned char)leaf->term.p[0] <= TERM_ANY;
    size_t head = word_head(leaf->term.p + marked, leaf->term.n - marked, HEAD_LETTERS);
    char *term = arena_alloc(l->arena, head + 1);
    term[0] = TERM_HEAD;
    memcpy(term + 1, leaf->term.p + marked, head);
    leaf->term = (struct str) { term, head + 1 };
    leaf->is_range = false;
    leaf->is_vague = true;
}

static int read_one_range(struct lookup *l, struct leaf *leaf, struct err *err)
{
    struct db_rows rows;
    struct str end = range_end(l->arena, leaf->term);
    int64_t blocks = l->last / BLOCK_TICKETS + 1;
    if (db_all(l->db, l->arena, &rows, err, read_range, DB_TENANT,
               DB_BLOB(leaf->term.p, leaf->term.n), DB_BLOB(end.p, end.n)) < 0)
        return -1;
    if (rows.n > RANGE_ROWS) {
        make_vague(l, leaf);
        return 0;
    }
    leaf->ranges = arena_zalloc(l->arena, (size_t)blocks * sizeof(*leaf->ranges));
    for (size_t i = 0; i < rows.n; i++) {
        int64_t block = db_i64(&rows.rows[i], 0);
        size_t n;
        const void *tickets = db_blob(&rows.rows[i], 1, &n);
        if (block >= 0 && block < blocks)
            bits_read(&leaf->ranges[block], tickets, n);
    }
    return 0;
}

int lookup_read_ranges(struct lookup *l, struct err *err)
{
    for (size_t i = 0; i < l->leaves_n; i++)
        if (l->leaves[i].is_range && read_one_range(l, &l->leaves[i], err) < 0)
            return -1;
    return 0;
}

/* Several leaves may want the same term: ranges that are too vague. */
static void give(struct lookup *l, const char *term, size_t size, size_t at, const void *tickets,
                 size_t n)
{
    for (size_t i = 0; i < l->leaves_n; i++) {
        struct leaf *leaf = &l->leaves[i];
        if (!leaf->is_range && leaf->term.n == size && memcmp(leaf->term.p, term, size) == 0)
            bits_read(&leaf->bits[at], tickets, n);
    }
}

static int read_some(struct lookup *l, struct leaf *const *leaves, size_t n, struct err *err)
{
    struct db_arg args[1 + MANY + 2] = { DB_TENANT };
    struct db_rows rows;
    for (size_t i = 0; i < MANY; i++)
        args[1 + i] = DB_BLOB(leaves[i < n ? i : 0]->term.p, leaves[i < n ? i : 0]->term.n);
    args[1 + MANY] = DB_I64(l->low);
    args[2 + MANY] = DB_I64(l->high);
    if (db_all_(l->db, l->arena, &rows, err, &read_terms, args, 1 + MANY + 2) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        size_t size, bytes;
        const char *term = db_blob(&rows.rows[i], 0, &size);
        const void *tickets = db_blob(&rows.rows[i], 2, &bytes);
        int64_t block = db_i64(&rows.rows[i], 1);
        if (block >= l->low && block <= l->high)
            give(l, term, size, (size_t)(block - l->low), tickets, bytes);
    }
    return 0;
}

static int read_exact(struct lookup *l, struct err *err)
{
    struct leaf *some[MANY];
    size_t n = 0;
    for (size_t i = 0; i < l->leaves_n; i++) {
        struct leaf *leaf = &l->leaves[i];
        if (!leaf->is_range)
            some[n++] = leaf;
        bool is_last = i + 1 == l->leaves_n;
        if (n > 0 && (n == MANY || is_last)) {
            if (read_some(l, some, n, err) < 0)
                return -1;
            n = 0;
        }
    }
    return 0;
}

static void add_waiting(struct lookup *l, struct leaf *leaf)
{
    for (size_t i = 0; i < leaf->waiting_n; i++) {
        int64_t block = leaf->waiting[i] / BLOCK_TICKETS;
        if (block >= l->low && block <= l->high)
            bits_set(&leaf->bits[block - l->low], (unsigned)(leaf->waiting[i] % BLOCK_TICKETS));
    }
}

int lookup_read_blocks(struct lookup *l, int64_t low, int64_t high, struct err *err)
{
    size_t n = (size_t)(high - low + 1);
    l->low = low;
    l->high = high;
    for (size_t i = 0; i < l->leaves_n; i++) {
        struct leaf *leaf = &l->leaves[i];
        leaf->bits = arena_zalloc(l->arena, n * sizeof(*leaf->bits));
        if (leaf->ranges != NULL)
            memcpy(leaf->bits, leaf->ranges + low, n * sizeof(*leaf->bits));
    }
    if (read_exact(l, err) < 0)
        return -1;
    for (size_t i = 0; i < l->leaves_n; i++)
        add_waiting(l, &l->leaves[i]);
    return 0;
}
