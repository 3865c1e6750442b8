#include "search/index.h" /* terms of tickets into blocks: read, add, write, many to a statement */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "search/bits.h"
#include "search/terms.h"

#include <stdlib.h>
#include <string.h>

#define FOUR(x)  x ", " x ", " x ", " x
#define MANY     32
#define SLOTS(x) FOUR(FOUR(x)) ", " FOUR(FOUR(x))

DB_SQL(read_blocks, MANY,
       "SELECT term, tickets FROM search_block WHERE tenant_id = ? AND term IN (" SLOTS("?") //
       ") AND block = ? ORDER BY term");
#define WRITE_BLOCKS(rows)                                                                         \
    "INSERT INTO search_block (tenant_id, term, block, tickets) VALUES " rows                      \
    " ON DUPLICATE KEY UPDATE tickets = VALUES(tickets)"
DB_SQL(write_blocks, MANY, WRITE_BLOCKS(SLOTS("(?, ?, ?, ?)")));
DB_SQL(write_few_blocks, 4, WRITE_BLOCKS(FOUR("(?, ?, ?, ?)")));

struct posting {
    int64_t block;
    struct str term;
    unsigned at;
};

/* A term's tickets in the block that is being written. */
struct entry {
    struct str term;
    struct bits old, bits;
};

static int compare_terms(struct str a, struct str b)
{
    int order = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);
    return order != 0 ? order : (a.n > b.n) - (a.n < b.n);
}

static int compare(const void *a, const void *b)
{
    const struct posting *x = a, *y = b;
    if (x->block != y->block)
        return x->block < y->block ? -1 : 1;
    return compare_terms(x->term, y->term);
}

static size_t count_lines(const struct search_doc *docs, size_t n)
{
    size_t lines = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < docs[i].n; k++)
            lines += docs[i].terms[k] == '\n';
    return lines;
}

/* Words are also found by their first letters. */
static bool add_head(struct arena *a, const struct posting *p, struct posting *out)
{
    size_t n = (unsigned char)p->term.p[0] > TERM_ANY
                   ? word_head(p->term.p, p->term.n, HEAD_LETTERS)
                   : 0;
    if (n == 0)
        return false;
    char *head = arena_alloc(a, n + 1);
    head[0] = TERM_HEAD;
    memcpy(head + 1, p->term.p, n);
    *out = (struct posting) { p->block, { head, n + 1 }, p->at };
    return true;
}

static size_t add_doc(struct arena *a, const struct search_doc *doc, struct posting *out)
{
    size_t n = 0;
    const char *p = doc->terms, *end = doc->terms + doc->n, *line;
    for (; (line = memchr(p, '\n', (size_t)(end - p))) != NULL; p = line + 1) {
        if (line == p || (size_t)(line - p) > TERM_BYTES)
            continue;
        struct posting posting = { doc->number / BLOCK_TICKETS,
                                   { p, (size_t)(line - p) },
                                   (unsigned)(doc->number % BLOCK_TICKETS) };
        out[n++] = posting;
        n += add_head(a, &posting, &out[n]);
    }
    return n;
}

static int read_entries(struct db *db, struct arena *a, int64_t block, struct entry *e, size_t n,
                        struct err *err)
{
    struct db_arg args[1 + MANY + 1] = { DB_TENANT };
    struct db_rows rows;
    for (size_t i = 0; i < MANY; i++)
        args[1 + i] = DB_BLOB(e[i < n ? i : 0].term.p, e[i < n ? i : 0].term.n);
    args[1 + MANY] = DB_I64(block);
    if (db_all_(db, a, &rows, err, &read_blocks, args, 1 + MANY + 1) < 0)
        return -1;
    for (size_t i = 0, k = 0; i < rows.n; i++) {
        struct str term;
        size_t size;
        term.p = db_blob(&rows.rows[i], 0, &term.n);
        while (k < n && compare_terms(e[k].term, term) < 0)
            k++;
        const void *tickets = db_blob(&rows.rows[i], 1, &size);
        if (k < n && compare_terms(e[k].term, term) == 0)
            bits_read(&e[k].old, tickets, size);
    }
    return 0;
}

static void put_row(struct arena *a, struct db_arg *args, int64_t block, const struct entry *e)
{
    unsigned char *room = arena_alloc(a, BITS_BYTES);
    args[0] = DB_TENANT;
    args[1] = DB_BLOB(e->term.p, e->term.n);
    args[2] = DB_I64(block);
    args[3] = DB_BLOB(room, bits_write(&e->bits, room));
}

/* What changed, in statements of many rows; the rest in fours, the last one repeated. */
static int write_entries(struct db *db, struct arena *a, int64_t block, const struct entry *e,
                         size_t n, struct err *err)
{
    enum { COLUMNS = 4, FEW = 4 };
    struct db_arg *args = arena_array(a, MANY * COLUMNS, sizeof(*args));
    size_t rows = 0;
    for (size_t i = 0; i < n; i++)
        if (memcmp(&e[i].old, &e[i].bits, sizeof(e[i].bits)) != 0)
            put_row(a, args + COLUMNS * rows++, block, &e[i]);
    if (rows == MANY)
        return db_put_(db, err, &write_blocks, args, MANY * COLUMNS);
    for (; rows % FEW != 0; rows++)
        memcpy(args + COLUMNS * rows, args + COLUMNS * (rows - 1), COLUMNS * sizeof(*args));
    for (size_t i = 0; i < rows; i += FEW)
        if (db_put_(db, err, &write_few_blocks, args + COLUMNS * i, FEW * COLUMNS) < 0)
            return -1;
    return 0;
}

static int put_entries(struct db *db, struct arena *a, int64_t block, struct entry *e, size_t n,
                       struct err *err)
{
    if (read_entries(db, a, block, e, n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        bits_or(&e[i].bits, &e[i].old);
    return write_entries(db, a, block, e, n, err);
}

/* Postings of one block, by term. */
static int put_block(struct db *db, struct arena *a, const struct posting *p, size_t n,
                     struct err *err)
{
    struct entry entries[MANY];
    size_t filled = 0;
    for (size_t i = 0; i < n; i++) {
        bool is_new = i == 0 || compare_terms(p[i].term, p[i - 1].term) != 0;
        if (is_new && filled == MANY) {
            if (put_entries(db, a, p->block, entries, filled, err) < 0)
                return -1;
            filled = 0;
        }
        if (is_new)
            entries[filled++] = (struct entry) { .term = p[i].term };
        bits_set(&entries[filled - 1].bits, p[i].at);
    }
    return filled > 0 ? put_entries(db, a, p->block, entries, filled, err) : 0;
}

int search_put(struct db *db, struct arena *a, const struct search_doc *docs, size_t n,
               struct err *err)
{
    size_t count = 0;
    struct posting *all = arena_array(a, count_lines(docs, n) * 2, sizeof(*all));
    for (size_t i = 0; i < n; i++)
        count += add_doc(a, &docs[i], all + count);
    qsort(all, count, sizeof(*all), compare);
    for (size_t i = 0, end; i < count; i = end) {
        for (end = i + 1; end < count && all[end].block == all[i].block;)
            end++;
        if (put_block(db, a, all + i, end - i, err) < 0)
            return err_wrap(err, "write the index");
    }
    return 0;
}
