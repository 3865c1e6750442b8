#include "search/lookup_private.h" /* what a lookup reads: waiting terms, ranges of words, blocks */

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

#include <string.h>

#define RANGE_ROWS 8000 /* of one prefix; more is a question for the texts */
#define RANGES     4

#define FOUR(x) x ", " x ", " x ", " x
#define MANY    32
#define TERMS   FOUR(FOUR("?")) ", " FOUR(FOUR("?"))

/* What is known of the tenant, what waits, newest first, and the blocks that end with the newest
 * ticket, or below a number. */
enum { STATE = 1, WAITING, BLOCK, RANGE };
#define FIRST_SQL                                                                                  \
    "(SELECT 1, s.last, COALESCE(x.indexed_from, 1), '' AS term, '' AS tickets "                   \
    "FROM ticket_sequence s LEFT JOIN search_state x ON x.tenant_id = s.tenant_id "                \
    "WHERE s.tenant_id = ?) UNION ALL "                                                            \
    "(SELECT 2, w.id, w.ticket_number, '', w.terms FROM search_waiting w WHERE w.tenant_id = ? "   \
    "ORDER BY w.id DESC LIMIT 1000) UNION ALL "                                                    \
    "(SELECT 3, b.block, 0, b.term, b.tickets FROM ticket_sequence s JOIN search_block b "         \
    "ON b.tenant_id = s.tenant_id AND b.term IN (" TERMS ") AND b.block BETWEEN "                  \
    "GREATEST(LEAST(s.last, ?) DIV 1024 - ?, ?) AND LEAST(s.last, ?) DIV 1024 "                    \
    "WHERE s.tenant_id = ?)"
#define RANGE_SQL                                                                                  \
    " UNION ALL (SELECT 4, r.block, ?, '', r.tickets FROM search_block r WHERE r.tenant_id = ? "   \
    "AND r.term >= ? AND r.term < ? LIMIT 8001)"
DB_SQL(read_first, 5100, FIRST_SQL);
DB_SQL(read_first_with_range, 13200, FIRST_SQL RANGE_SQL);
DB_SQL(read_first_with_ranges, 37200, FIRST_SQL RANGE_SQL RANGE_SQL RANGE_SQL RANGE_SQL);
DB_SQL(read_terms, 4200,
       "SELECT term, block, tickets FROM search_block WHERE tenant_id = ? AND term IN (" TERMS
       ") AND block BETWEEN ? AND ?");

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

static void put_terms(struct db_arg *args, struct leaf *const *leaves, size_t n)
{
    for (size_t i = 0; i < MANY; i++)
        args[i] = n == 0 ? DB_NULL
                         : DB_BLOB(leaves[i < n ? i : 0]->term.p, leaves[i < n ? i : 0]->term.n);
}

static void take_block(struct lookup *l, const struct db_row *r, unsigned term_at,
                       unsigned block_at, unsigned tickets_at)
{
    size_t size, bytes;
    const char *term = db_blob(r, term_at, &size);
    const void *tickets = db_blob(r, tickets_at, &bytes);
    int64_t block = db_i64(r, block_at);
    if (block >= l->low && block <= l->high)
        give(l, term, size, (size_t)(block - l->low), tickets, bytes);
}

static int read_some(struct lookup *l, struct leaf *const *leaves, size_t n, struct err *err)
{
    struct db_arg args[1 + MANY + 2] = { DB_TENANT };
    struct db_rows rows;
    put_terms(args + 1, leaves, n);
    args[1 + MANY] = DB_I64(l->low);
    args[2 + MANY] = DB_I64(l->high);
    if (db_all_(l->db, l->arena, &rows, err, &read_terms, args, 1 + MANY + 2) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++)
        take_block(l, &rows.rows[i], 0, 1, 2);
    return 0;
}

/* The next leaves behind *at that are terms of their own, at most MANY. */
static size_t choose_terms(struct lookup *l, struct leaf **some, size_t *at)
{
    size_t n = 0;
    for (; *at < l->leaves_n && n < MANY; ++*at)
        if (!l->leaves[*at].is_range)
            some[n++] = &l->leaves[*at];
    return n;
}

static int read_exact(struct lookup *l, size_t at, struct err *err)
{
    struct leaf *some[MANY];
    for (size_t n; (n = choose_terms(l, some, &at)) > 0;)
        if (read_some(l, some, n, err) < 0)
            return -1;
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

/* Room for the blocks low to high of all leaves, with what is known of them already. */
static void make_room(struct lookup *l, int64_t low, int64_t high)
{
    size_t n = high < low ? 0 : (size_t)(high - low + 1);
    l->low = low;
    l->high = high;
    for (size_t i = 0; i < l->leaves_n; i++) {
        struct leaf *leaf = &l->leaves[i];
        leaf->bits = arena_zalloc(l->arena, n * sizeof(*leaf->bits));
        if (leaf->ranges != NULL && n > 0)
            memcpy(leaf->bits, leaf->ranges + low, n * sizeof(*leaf->bits));
    }
}

int64_t lookup_blocks(const struct lookup *l)
{
    int64_t terms = 1;
    for (size_t i = 0; i < l->leaves_n; i++)
        terms += !l->leaves[i].is_range;
    return LOOKUP_ROWS / terms;
}

int lookup_read_blocks(struct lookup *l, int64_t low, int64_t high, struct err *err)
{
    make_room(l, low, high);
    if (read_exact(l, 0, err) < 0)
        return -1;
    for (size_t i = 0; i < l->leaves_n; i++)
        add_waiting(l, &l->leaves[i]);
    return 0;
}

/* --- the first statement --- */

struct first {
    struct db_arg args[4 + MANY + 6 + 4 * RANGES];
    size_t n;
    size_t terms_end; /* leaves that it asks for */
    struct leaf *ranges[RANGES];
    size_t ranges_n;
};

static void ask_ranges(struct lookup *l, struct first *f)
{
    for (size_t i = 0; i < l->leaves_n; i++) {
        if (!l->leaves[i].is_range)
            continue;
        if (f->ranges_n == RANGES)
            make_vague(l, &l->leaves[i]);
        else
            f->ranges[f->ranges_n++] = &l->leaves[i];
    }
}

static void put_range(struct lookup *l, struct first *f, size_t i)
{
    const struct leaf *leaf = i < f->ranges_n ? f->ranges[i] : NULL;
    struct str end = leaf != NULL ? range_end(l->arena, leaf->term) : (struct str) { NULL, 0 };
    f->args[f->n++] = DB_I64((int64_t)i);
    f->args[f->n++] = DB_TENANT;
    f->args[f->n++] = leaf != NULL ? DB_BLOB(leaf->term.p, leaf->term.n) : DB_NULL;
    f->args[f->n++] = leaf != NULL ? DB_BLOB(end.p, end.n) : DB_NULL;
}

static const struct db_sql *put_first(struct lookup *l, struct first *f, int64_t blocks)
{
    struct leaf *some[MANY];
    int64_t top = l->scope->below > 0 ? l->scope->below - 1 : INT64_MAX;
    ask_ranges(l, f);
    f->args[f->n++] = DB_TENANT;
    f->args[f->n++] = DB_TENANT;
    put_terms(f->args + f->n, some, choose_terms(l, some, &f->terms_end));
    f->n += MANY;
    f->args[f->n++] = DB_I64(top);
    f->args[f->n++] = DB_I64(blocks - 1);
    f->args[f->n++] = DB_I64(l->bottom / BLOCK_TICKETS);
    f->args[f->n++] = DB_I64(top);
    f->args[f->n++] = DB_TENANT;
    size_t legs = f->ranges_n > 1 ? RANGES : f->ranges_n;
    for (size_t i = 0; i < legs; i++)
        put_range(l, f, i);
    return legs == 0 ? &read_first : legs == 1 ? &read_first_with_range : &read_first_with_ranges;
}

/* The rest of what is known follows from the newest ticket. */
static void take_state(struct lookup *l, const struct db_rows *rows, int64_t blocks)
{
    l->indexed_from = 1;
    for (size_t i = 0; i < rows->n; i++) {
        if (db_i64(&rows->rows[i], 0) != STATE)
            continue;
        l->last = db_i64(&rows->rows[i], 1);
        l->indexed_from = db_i64(&rows->rows[i], 2);
    }
    l->next = l->scope->below > 0 && l->scope->below - 1 < l->last ? l->scope->below - 1 : l->last;
    int64_t high = l->next / BLOCK_TICKETS, lowest = l->bottom / BLOCK_TICKETS;
    int64_t low = high - blocks + 1;
    make_room(l, low > lowest ? low : lowest, high);
}

static void take_range(struct lookup *l, struct leaf *leaf, const struct db_row *r)
{
    int64_t block = db_i64(r, 1), blocks = l->last / BLOCK_TICKETS + 1;
    size_t n;
    const void *tickets = db_blob(r, 4, &n);
    if (leaf->ranges == NULL)
        leaf->ranges = arena_zalloc(l->arena, (size_t)blocks * sizeof(*leaf->ranges));
    if (block < 0 || block >= blocks)
        return;
    bits_read(&leaf->ranges[block], tickets, n);
    if (block >= l->low && block <= l->high)
        bits_read(&leaf->bits[block - l->low], tickets, n);
}

static void take_first(struct lookup *l, const struct first *f, const struct db_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        const struct db_row *r = &rows->rows[i];
        int64_t what = db_i64(r, 0);
        size_t n;
        if (what == WAITING) {
            const char *terms = db_blob(r, 4, &n);
            take_waiting(l, db_i64(r, 2), terms, n);
        } else if (what == BLOCK) {
            take_block(l, r, 3, 1, 4);
        } else if (what == RANGE) {
            take_range(l, f->ranges[db_i64(r, 2)], r);
        }
    }
}

/* Whether a prefix has more words than are looked at; then it stands for what is known of its first
 * letters, which has not been read. */
static bool give_up_ranges(struct lookup *l, const struct first *f, const struct db_rows *rows)
{
    size_t of[RANGES] = { 0 };
    bool is_any = false;
    for (size_t i = 0; i < rows->n; i++)
        if (db_i64(&rows->rows[i], 0) == RANGE)
            of[db_i64(&rows->rows[i], 2)]++;
    for (size_t i = 0; i < f->ranges_n; i++) {
        if (of[i] <= RANGE_ROWS)
            continue;
        make_vague(l, f->ranges[i]);
        f->ranges[i]->ranges = NULL;
        is_any = true;
    }
    return is_any;
}

int lookup_read_first(struct lookup *l, int64_t blocks, struct err *err)
{
    struct first f = { .n = 0 };
    struct db_rows rows;
    const struct db_sql *sql = put_first(l, &f, blocks);
    if (db_all_(l->db, l->arena, &rows, err, sql, f.args, f.n) < 0)
        return -1;
    take_state(l, &rows, blocks);
    take_first(l, &f, &rows);
    if (give_up_ranges(l, &f, &rows)) {
        l->low = l->high + 1; /* nothing is known yet */
        return 0;
    }
    if (f.terms_end < l->leaves_n && read_exact(l, f.terms_end, err) < 0)
        return -1;
    for (size_t i = 0; i < l->leaves_n; i++)
        add_waiting(l, &l->leaves[i]);
    return 0;
}
