#include "ticket/find.h"

#include "base/arena.h"
#include "base/err.h"
#include "search/query.h"
#include "ticket/find_private.h"

#define PLAIN  50  /* hits that nearly always make a page */
#define UNSURE 500 /* where some of them have the words, but perhaps not beside each other */

struct find {
    struct act *act;
    const struct query *query;
    struct list_filter filter;
    struct lookup_scope scope;
    struct lookup *lookup;
    struct find_page *page;
    struct lookup_hit hits[LIST_NUMBERS];
    size_t n;
    bool has_more; /* hits */
    bool is_unsure;
};

static int look_up(struct find *f, size_t max, struct err *err)
{
    size_t n;
    if (lookup_next(f->lookup, f->hits + f->n, max - f->n, &n, err) < 0)
        return -1;
    f->n += n;
    f->has_more = f->n == max;
    for (size_t i = f->n - n; i < f->n; i++)
        f->is_unsure = f->is_unsure || !f->hits[i].is_sure;
    return 0;
}

/* As many as a page may need: every step is one statement, and there is only one of each. */
static int choose_hits(struct find *f, struct err *err)
{
    if (look_up(f, f->scope.is_sparse ? LIST_NUMBERS : PLAIN, err) < 0)
        return -1;
    return f->is_unsure && f->n == PLAIN ? look_up(f, UNSURE, err) : 0;
}

/* What the index says of one that messages have left may be true no more. */
static bool is_sure(const struct find *f, const struct list_row *row)
{
    for (size_t i = 0; i < f->n; i++)
        if (f->hits[i].number == row->number)
            return f->hits[i].is_sure && !row->has_lost_words;
    return false;
}

/* How many of the rows have to be looked at for a page. */
static size_t rows_needed(const struct find *f, const struct list_page *list)
{
    size_t sure = 0, n = 0;
    for (; n < list->n && n < FIND_TEXTS && sure < FIND_PAGE; n++)
        sure += is_sure(f, &list->rows[n]);
    return n;
}

/* Those rows that are meant. Returns how many were looked at. */
static size_t take_rows(struct find *f, const struct list_page *list, size_t n,
                        const struct find_text *texts, size_t texts_n)
{
    size_t i = 0;
    for (; i < n && f->page->n < FIND_PAGE; i++) {
        const struct list_row *row = &list->rows[i];
        if (is_sure(f, row) || find_is_meant(f->query, row, texts, texts_n))
            find_show(f->act, f->query, row, texts, texts_n, &f->page->hits[f->page->n++]);
    }
    return i;
}

static int64_t older_than(const struct find *f, const struct list_page *list, size_t taken)
{
    if (taken < list->n)
        return list->rows[taken].number + 1;
    if (f->has_more)
        return f->hits[f->n - 1].number;
    return lookup_ended_at(f->lookup);
}

static int fill_page(struct find *f, struct err *err)
{
    struct list_page list;
    struct find_text *texts;
    size_t texts_n;
    if (choose_hits(f, err) < 0)
        return -1;
    int64_t *numbers = arena_array(f->act->arena, f->n, sizeof(*numbers));
    for (size_t i = 0; i < f->n; i++)
        numbers[i] = f->hits[i].number;
    const struct list_numbers of = { numbers, f->n, (f->is_unsure ? FIND_TEXTS : FIND_PAGE) + 1 };
    if (list_numbered(f->act, &f->filter, &of, &list, err) < 0)
        return -1;
    size_t n = rows_needed(f, &list);
    if (n > 0 && find_read_texts(f->act, list.rows, n, &texts, &texts_n, err) < 0)
        return -1;
    size_t taken = n > 0 ? take_rows(f, &list, n, texts, texts_n) : 0;
    f->page->older = older_than(f, &list, taken);
    return 0;
}

int find_tickets(struct act *act, const struct roster *names, const struct query *q, int64_t below,
                 struct find_page *out, struct err *err)
{
    struct find *f = arena_zalloc(act->arena, sizeof(*f));
    f->act = act;
    f->query = q;
    f->page = out;
    f->scope.below = below;
    *out = (struct find_page) { .hits = arena_array(act->arena, FIND_PAGE, sizeof(*out->hits)) };
    if (find_filter(act, names, q, &f->filter, &f->scope, &out->problem, err) < 0)
        return -1;
    if (out->problem != FIND_FINE)
        return 0;
    f->lookup = lookup_open(act->db, act->arena, q, &f->scope, err);
    if (f->lookup == NULL || fill_page(f, err) < 0)
        return err_wrap(err, "find tickets");
    out->is_growing = lookup_indexed_from(f->lookup) > 1;
    return 0;
}
