#include "search/lookup.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "search/bits.h"
#include "search/lookup_private.h"
#include "search/query.h"

#include <inttypes.h>
#include <string.h>

#define FIRST_BLOCKS 32 /* enough for a page of most questions */

static struct leaf *add_leaf(struct lookup *l, enum term_mark mark, struct str word)
{
    char *term = arena_alloc(l->arena, word.n + 1);
    struct leaf leaf = { .term = { term, word.n + (mark != TERM_WORD) } };
    term[0] = (char)mark;
    memcpy(term + (mark != TERM_WORD), word.p, word.n);
    for (size_t i = 0; i < l->leaves_n; i++) {
        struct leaf *have = &l->leaves[i];
        if (!have->is_range && have->term.n == leaf.term.n &&
            memcmp(have->term.p, leaf.term.p, leaf.term.n) == 0)
            return have;
    }
    if (l->leaves_n == LEAVES_MAX)
        return NULL;
    l->leaves[l->leaves_n] = leaf;
    return &l->leaves[l->leaves_n++];
}

/* Three letters have an entry of their own; more are a range of the dictionary. */
static struct leaf *add_prefix(struct lookup *l, const struct atom *atom)
{
    struct str word = atom->words[0];
    size_t head = word_head(word.p, word.n, HEAD_LETTERS);
    if (atom->field == TERM_WORD && head == word.n)
        return add_leaf(l, TERM_HEAD, word);
    if (l->leaves_n == LEAVES_MAX)
        return NULL;
    struct leaf *range = &l->leaves[l->leaves_n++];
    char *term = arena_alloc(l->arena, word.n + 1);
    size_t marked = atom->field != TERM_WORD;
    term[0] = (char)atom->field;
    memcpy(term + marked, word.p, word.n);
    *range = (struct leaf) { .term = { term, word.n + marked }, .is_range = true };
    return range;
}

static bool add_atom(struct lookup *l, const struct atom *atom)
{
    struct node *node = &l->nodes[l->nodes_n];
    *node = (struct node) { .atom = atom };
    if (atom->whole != NULL) {
        node->whole = add_leaf(l, atom->field, str_of(atom->whole));
        if (node->whole == NULL)
            return false;
    }
    for (size_t i = 0; i < atom->n && !atom->is_exact; i++) {
        node->parts[i] = atom->kind == ATOM_PREFIX ? add_prefix(l, atom)
                                                   : add_leaf(l, atom->field, atom->words[i]);
        if (node->parts[i] == NULL)
            return false;
        node->parts_n++;
    }
    l->nodes_n++;
    l->has_positive = l->has_positive || !atom->is_not;
    return true;
}

static void add_scope(struct lookup *l)
{
    const struct lookup_scope *s = l->scope;
    l->is_scoped = s->departments != NULL && s->departments_n <= DEPARTMENTS_MAX;
    for (size_t i = 0; l->is_scoped && i < s->departments_n; i++) {
        const char *id = arena_printf(l->arena, "%" PRId64, s->departments[i]);
        l->departments[l->departments_n++] = add_leaf(l, TERM_DEPARTMENT, str_of(id));
    }
    if (!l->has_positive && !l->is_scoped)
        l->any = add_leaf(l, TERM_ANY, str_of(""));
}

/* Leaves move no more from here on; the words that find no room are not looked for. */
static void plan(struct lookup *l)
{
    for (size_t i = 0; i < l->query->n; i++)
        if (!add_atom(l, &l->query->atoms[i]))
            break;
    add_scope(l);
}

struct lookup *lookup_open(struct db *db, struct arena *a, const struct query *q,
                           const struct lookup_scope *scope, struct err *err)
{
    struct lookup *l = arena_zalloc(a, sizeof(*l));
    l->db = db;
    l->arena = a;
    l->query = q;
    l->scope = scope;
    plan(l);
    l->bottom = scope->at_least > 1 ? scope->at_least : 1;
    int64_t blocks = lookup_blocks(l);
    bool is_little = !scope->is_sparse && blocks > FIRST_BLOCKS;
    return lookup_read_first(l, is_little ? FIRST_BLOCKS : blocks, err) < 0 ? NULL : l;
}

int64_t lookup_indexed_from(const struct lookup *l)
{
    return l->indexed_from;
}

int64_t lookup_ended_at(const struct lookup *l)
{
    return l->ended_at;
}

static const struct bits *of_leaf(const struct lookup *l, const struct leaf *leaf, int64_t block)
{
    return &leaf->bits[block - l->low];
}

/* Tickets that have the atom, and those of them that perhaps do not. */
static void of_node(const struct lookup *l, const struct node *node, int64_t block,
                    struct bits *all, struct bits *unsure)
{
    *all = *unsure = (struct bits) { .w = { 0 } };
    for (size_t i = 0; i < node->parts_n; i++) {
        if (i == 0)
            *all = *of_leaf(l, node->parts[i], block);
        else
            bits_and(all, of_leaf(l, node->parts[i], block));
    }
    if (node->parts_n > 1 || (node->parts_n == 1 && node->parts[0]->is_vague))
        *unsure = *all;
    if (node->whole != NULL) {
        bits_or(all, of_leaf(l, node->whole, block));
        bits_and_not(unsure, of_leaf(l, node->whole, block));
    }
}

static void begin_block(struct lookup *l, int64_t block)
{
    l->unsure = l->found = (struct bits) { .w = { 0 } };
    for (size_t i = 0; i < l->departments_n; i++)
        bits_or(&l->found, of_leaf(l, l->departments[i], block));
    if (l->any != NULL)
        l->found = *of_leaf(l, l->any, block);
    if (!l->is_scoped && l->any == NULL)
        memset(&l->found, 0xFF, sizeof(l->found));
}

static void evaluate(struct lookup *l, int64_t block)
{
    struct bits all, unsure;
    begin_block(l, block);
    for (size_t i = 0; i < l->nodes_n; i++) {
        const struct node *node = &l->nodes[i];
        of_node(l, node, block, &all, &unsure);
        if (node->atom->is_not) {
            bits_and_not(&all, &unsure); /* these are judged by their text */
            bits_and_not(&l->found, &all);
        } else {
            bits_and(&l->found, &all);
        }
        bits_or(&l->unsure, &unsure);
    }
}

static int read_on(struct lookup *l, int64_t block, struct err *err)
{
    int64_t lowest = l->bottom / BLOCK_TICKETS, low = block - lookup_blocks(l) + 1;
    l->was_read_on = true;
    return lookup_read_blocks(l, low > lowest ? low : lowest, block, err);
}

/* 1 where the block is known, 0 where that would be reading too much. */
static int need_block(struct lookup *l, int64_t block, struct err *err)
{
    if (block == l->block && l->is_evaluated)
        return 1;
    if (block < l->low && l->was_read_on) {
        l->ended_at = (block + 1) * BLOCK_TICKETS;
        return 0;
    }
    if (block < l->low && read_on(l, block, err) < 0)
        return err_wrap(err, "search");
    l->block = block;
    l->is_evaluated = true;
    evaluate(l, block);
    return 1;
}

/* The next number that may be a hit; 0: there is none. */
static int64_t candidate(struct lookup *l)
{
    const struct lookup_scope *s = l->scope;
    if (s->numbers == NULL)
        return l->next;
    while (l->numbers_at < s->numbers_n && s->numbers[l->numbers_at] > l->next)
        l->numbers_at++;
    l->next = l->numbers_at < s->numbers_n ? s->numbers[l->numbers_at] : 0;
    return l->next;
}

int lookup_next(struct lookup *l, struct lookup_hit *hits, size_t max, size_t *n, struct err *err)
{
    *n = 0;
    while (*n < max && l->ended_at == 0 && candidate(l) >= l->bottom) {
        int rc = need_block(l, l->next / BLOCK_TICKETS, err);
        if (rc <= 0)
            return rc;
        unsigned at = (unsigned)(l->next % BLOCK_TICKETS);
        if (l->found.w[at / 64] << (63 - at % 64) == 0) { /* none at or below, in these 64 */
            l->next -= at % 64 + 1;
            continue;
        }
        if (bits_has(&l->found, at))
            hits[(*n)++] = (struct lookup_hit) { l->next, !bits_has(&l->unsure, at) };
        l->next--;
    }
    return 0;
}
