#include "ticket/find.h"

#include "base/arena.h"
#include "base/err.h"
#include "search/query.h"
#include "ticket/find_private.h"

/* So much is looked at for one page: tickets that others may see, or in another state; and texts
 * of tickets that have the words, but perhaps not beside each other. */
#define LOOKED_AT_MAX 5000
#define READ_MAX      150
#define FIRST_NUMBERS 50

struct find {
    struct act *act;
    const struct query *query;
    struct list_filter filter;
    struct lookup *lookup;
    struct find_page *page;
    size_t looked_at, read;
    bool is_over; /* enough found, or enough looked at */
};

static bool is_full(const struct find *f)
{
    return f->page->n == FIND_PAGE;
}

static bool is_sure(const struct lookup_hit *hits, size_t n, int64_t number)
{
    for (size_t i = 0; i < n; i++)
        if (hits[i].number == number)
            return hits[i].is_sure;
    return false;
}

static void end_at(struct find *f, int64_t number)
{
    f->is_over = true;
    f->page->older = number;
}

/* Some rows with their texts: those that are meant onto the page. */
static int take_rows(struct find *f, const struct list_row *rows, size_t n,
                     const struct lookup_hit *hits, size_t hits_n, struct err *err)
{
    struct find_text *texts;
    size_t texts_n;
    if (find_read_texts(f->act, rows, n, &texts, &texts_n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool sure = is_sure(hits, hits_n, rows[i].number);
        if (is_full(f) || f->read == READ_MAX) {
            end_at(f, rows[i].number + 1);
            return 0;
        }
        f->read += !sure;
        if (sure || find_is_meant(f->query, &rows[i], texts, texts_n))
            find_show(f->act, f->query, &rows[i], texts, texts_n, &f->page->hits[f->page->n++]);
    }
    return 0;
}

static int take_hits(struct find *f, const struct lookup_hit *hits, size_t n, struct err *err)
{
    int64_t *numbers = arena_array(f->act->arena, n, sizeof(*numbers));
    struct list_page list;
    for (size_t i = 0; i < n; i++)
        numbers[i] = hits[i].number;
    if (list_numbered(f->act, &f->filter, numbers, n, &list, err) < 0)
        return -1;
    for (size_t i = 0; i < list.n && !f->is_over; i += FIND_TEXTS) {
        size_t rest = list.n - i;
        if (is_full(f)) {
            end_at(f, list.rows[i].number + 1);
            return 0;
        }
        if (take_rows(f, list.rows + i, rest < FIND_TEXTS ? rest : FIND_TEXTS, hits, n, err) < 0)
            return -1;
    }
    return 0;
}

static int walk(struct find *f, struct err *err)
{
    struct lookup_hit hits[LIST_NUMBERS];
    size_t n, max = FIRST_NUMBERS;
    do {
        if (lookup_next(f->lookup, hits, max, &n, err) < 0 || take_hits(f, hits, n, err) < 0)
            return -1;
        f->looked_at += n;
        if (!f->is_over && n == max && f->looked_at >= LOOKED_AT_MAX)
            end_at(f, hits[n - 1].number);
        if (n < max)
            break;
        max = LIST_NUMBERS;
    } while (!f->is_over);
    return 0;
}

int find_tickets(struct act *act, const struct roster *names, const struct query *q, int64_t below,
                 struct find_page *out, struct err *err)
{
    struct find f = { .act = act, .query = q, .page = out };
    struct lookup_scope scope = { .below = below };
    *out = (struct find_page) { .hits = arena_array(act->arena, FIND_PAGE, sizeof(*out->hits)) };
    if (find_filter(act, names, q, &f.filter, &scope, &out->problem, err) < 0)
        return -1;
    if (out->problem != FIND_FINE)
        return 0;
    f.lookup = lookup_open(act->db, act->arena, q, &scope, err);
    if (f.lookup == NULL || walk(&f, err) < 0)
        return err_wrap(err, "find tickets");
    out->is_growing = lookup_indexed_from(f.lookup) > 1;
    return 0;
}
