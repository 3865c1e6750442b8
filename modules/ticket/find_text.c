#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "search/query.h"
#include "ticket/find_private.h" /* what was said: judged, and shown with what was looked for marked */

#include <string.h>

#define SNIPPET_BEFORE 60 /* bytes */
#define SNIPPET_BYTES  240
#define MARKS_MAX      24
#define SUBJECT_BYTES  1000

#define FIVE(x)   x ", " x ", " x ", " x ", " x
#define FEW       FIVE(FIVE("?"))
#define FEW_SLOTS 25
#define MANY      FEW ", " FIVE(FEW)
/* Of each ticket, and of those that are shown on its page. */
#define TEXTS(slots, most)                                                                         \
    "(SELECT ticket_id, from_name, from_email, subject, LEFT(body, 16384) FROM message WHERE "     \
    "tenant_id = ? AND ticket_id IN (" slots ") ORDER BY ticket_id DESC, id DESC LIMIT " most ") " \
    "UNION ALL (SELECT g.root_id, m.from_name, m.from_email, m.subject, LEFT(m.body, 16384) FROM " \
    "ticket_merge g STRAIGHT_JOIN message m ON m.tenant_id = g.tenant_id AND m.ticket_id = "       \
    "g.ticket_id WHERE g.tenant_id = ? AND g.root_id IN (" slots ") LIMIT " most ")"
DB_SQL(read_few_texts, 1000, TEXTS(FEW, "500"));
DB_SQL(read_many_texts, 2000, TEXTS(MANY, "1000"));

int find_read_texts(struct act *act, const struct list_row *rows, size_t n, struct find_text **out,
                    size_t *texts_n, struct err *err)
{
    struct db_arg args[2 * (1 + FIND_TEXTS)];
    struct db_rows found;
    size_t slots = n <= FEW_SLOTS ? FEW_SLOTS : FIND_TEXTS;
    args[0] = args[1 + slots] = DB_TENANT;
    for (size_t i = 0; i < slots; i++)
        args[1 + i] = args[2 + slots + i] = DB_I64(rows[i < n ? i : 0].id);
    if (db_all_(act->db, act->arena, &found, err,
                n <= FEW_SLOTS ? &read_few_texts : &read_many_texts, args, 2 * (1 + slots)) < 0)
        return err_wrap(err, "read what was said");
    *out = arena_array(act->arena, found.n, sizeof(**out));
    *texts_n = found.n;
    for (size_t i = 0; i < found.n; i++) {
        const struct db_row *r = &found.rows[i];
        (*out)[i] = (struct find_text) { db_i64(r, 0), db_str(r, 1), db_str(r, 2), db_str(r, 3),
                                         db_str(r, 4) };
    }
    return 0;
}

static bool says(const struct atom *atom, const char *text)
{
    size_t at = 0, end = 0;
    return atom_find(atom, text, strlen(text), &at, &end);
}

static bool message_says(const struct atom *atom, const struct find_text *t)
{
    if (atom->field != TERM_SUBJECT && (says(atom, t->from_name) || says(atom, t->from_email)))
        return true;
    if (atom->field != TERM_SENDER && says(atom, t->subject))
        return true;
    return atom->field == TERM_WORD && says(atom, t->body);
}

static bool ticket_says(const struct atom *atom, const struct list_row *row,
                        const struct find_text *texts, size_t n)
{
    if (atom->field != TERM_SENDER && says(atom, row->subject))
        return true;
    for (size_t i = 0; i < n; i++)
        if (texts[i].ticket_id == row->id && message_says(atom, &texts[i]))
            return true;
    return false;
}

/* Single words are the index's business: they may stand where these texts do not reach. */
static bool needs_text(const struct atom *atom)
{
    return atom->kind != ATOM_WORD && !atom->is_exact;
}

bool find_is_meant(const struct query *q, const struct list_row *row, const struct find_text *texts,
                   size_t n)
{
    for (size_t i = 0; i < q->n; i++)
        if ((needs_text(&q->atoms[i]) || (row->has_lost_words && !q->atoms[i].is_not)) &&
            ticket_says(&q->atoms[i], row, texts, n) == q->atoms[i].is_not)
            return false;
    return true;
}

/* --- marks --- */

struct mark {
    size_t at, end;
};
struct marks {
    struct mark items[MARKS_MAX];
    size_t n;
};

/* Keeps them in order and apart. */
static void add_mark(struct marks *m, size_t at, size_t end)
{
    size_t i = m->n;
    for (size_t k = 0; k < m->n; k++)
        if (at < m->items[k].end && m->items[k].at < end)
            return;
    if (m->n == MARKS_MAX)
        return;
    for (; i > 0 && m->items[i - 1].at > at; i--)
        m->items[i] = m->items[i - 1];
    m->items[i] = (struct mark) { at, end };
    m->n++;
}

/* How many of the query's atoms the text has; where they stand, from the first of each. */
static size_t mark_text(const struct query *q, enum term_mark place, const char *text, size_t n,
                        struct marks *m)
{
    size_t score = 0;
    for (size_t i = 0; i < q->n; i++) {
        const struct atom *atom = &q->atoms[i];
        size_t at = 0, end = 0, found = 0;
        if (atom->is_not || (atom->field != TERM_WORD && atom->field != place))
            continue;
        while (found < MARKS_MAX / 4 && atom_find(atom, text, n, &at, &end)) {
            add_mark(m, at, end);
            found++;
        }
        score += found > 0;
    }
    return score;
}

/* Runs of white space become one space: a snippet is a line. */
static const char *line(struct arena *a, const char *p, size_t n)
{
    struct buf b = buf_make(a, n);
    bool was_space = false;
    for (size_t i = 0; i < n; i++) {
        bool is_space = (unsigned char)p[i] <= ' ' || p[i] == '\x7F';
        if (!is_space)
            buf_addc(&b, p[i]);
        else if (!was_space)
            buf_addc(&b, ' ');
        was_space = is_space;
    }
    return buf_str(&b);
}

static void add_piece(struct arena *a, struct find_pieces *out, const char *p, size_t n,
                      bool is_hit)
{
    if (n > 0)
        out->items[out->n++] = (struct find_piece) { line(a, p, n), is_hit };
}

static void cut_pieces(struct arena *a, const char *text, size_t from, size_t to,
                       const struct marks *m, struct find_pieces *out)
{
    out->items = arena_array(a, MARKS_MAX * 2 + 3, sizeof(*out->items));
    for (size_t i = 0; i < m->n; i++) {
        if (m->items[i].at < from || m->items[i].end > to)
            continue;
        add_piece(a, out, text + from, m->items[i].at - from, false);
        add_piece(a, out, text + m->items[i].at, m->items[i].end - m->items[i].at, true);
        from = m->items[i].end;
    }
    add_piece(a, out, text + from, to - from, false);
}

static bool at_break(const char *text, size_t at)
{
    return at == 0 || (unsigned char)text[at - 1] <= ' ';
}

/* From a word's beginning, shortly before the first hit, to a word's end. */
static void cut_snippet(struct arena *a, const char *text, const struct marks *m,
                        struct find_pieces *out)
{
    size_t n = strlen(text), first = m->items[0].at;
    size_t from = first > SNIPPET_BEFORE ? first - SNIPPET_BEFORE : 0;
    while (from < first && !at_break(text, from))
        from++;
    size_t to = from + SNIPPET_BYTES < n ? from + SNIPPET_BYTES : n;
    if (to < m->items[0].end)
        to = m->items[0].end;
    while (to < n && to > m->items[0].end && !at_break(text, to))
        to--;
    if (to < n && ((unsigned char)text[to] & 0xC0) == 0x80) /* one word, longer than a snippet */
        to = m->items[0].end;
    struct find_pieces inner = { .n = 0 };
    cut_pieces(a, text, from, to, m, &inner);
    out->items = arena_array(a, inner.n + 2, sizeof(*out->items));
    out->n = 0;
    if (from > 0)
        out->items[out->n++] = (struct find_piece) { "… ", false };
    memcpy(out->items + out->n, inner.items, inner.n * sizeof(*inner.items));
    out->n += inner.n;
    if (to < n)
        out->items[out->n++] = (struct find_piece) { "…", false };
}

void find_show(struct act *act, const struct query *q, const struct list_row *row,
               const struct find_text *texts, size_t n, struct find_hit *out)
{
    struct marks subject = { .n = 0 }, best_marks = { .n = 0 };
    const char *best = NULL;
    size_t best_score = 0;
    *out = (struct find_hit) { .row = *row };
    size_t size = strnlen(row->subject, SUBJECT_BYTES);
    (void)mark_text(q, TERM_SUBJECT, row->subject, size, &subject);
    cut_pieces(act->arena, row->subject, 0, strlen(row->subject), &subject, &out->subject);
    for (size_t i = 0; i < n; i++) {
        struct marks marks = { .n = 0 };
        if (texts[i].ticket_id != row->id)
            continue;
        size_t score = mark_text(q, TERM_WORD, texts[i].body, strlen(texts[i].body), &marks);
        if (score <= best_score)
            continue;
        best = texts[i].body;
        best_score = score;
        best_marks = marks;
    }
    if (best != NULL)
        cut_snippet(act->arena, best, &best_marks, &out->snippet);
}
