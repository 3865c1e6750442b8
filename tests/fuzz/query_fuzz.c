/* tests/fuzz/query_fuzz.c - any text is a query: within its limits, of words that stand in the
 * text, and each of its atoms that a text is made of is found in that text */
#include "base/arena.h"
#include "base/buf.h"
#include "search/query.h"
#include "search/terms.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_atom(const struct atom *atom)
{
    if (atom->n == 0 || atom->n > PHRASE_WORDS || (atom->kind != ATOM_PHRASE && atom->n != 1))
        abort();
    for (size_t i = 0; i < atom->n; i++) {
        const struct str *w = &atom->words[i];
        if (w->n == 0 || w->n > WORD_BYTES || strlen(w->p) != w->n || !str_is_utf8(w->p, w->n) ||
            (unsigned char)w->p[0] < ' ')
            abort();
    }
    if (atom->whole != NULL && strlen(atom->whole) > WORD_BYTES)
        abort();
}

/* The words of an atom, beside each other, are a text that has the atom. */
static void check_found(struct arena *a, const struct atom *atom)
{
    struct buf text = buf_make(a, 64);
    size_t at = 0, end = 0;
    for (size_t i = 0; i < atom->n; i++)
        buf_printf(&text, "%s ", atom->words[i].p);
    if (!atom_find(atom, text.data, text.len, &at, &end) || at != 0 || end > text.len)
        abort();
}

static void check_terms(struct arena *a, const char *text, size_t size)
{
    struct terms terms = terms_new(a);
    terms_add(&terms, TERM_SUBJECT, text);
    size_t lines = 0, line = 0;
    for (size_t i = 0; i < terms.out.len; i++, line++) {
        if (terms.out.data[i] != '\n')
            continue;
        if (line == 0 || line > TERM_BYTES)
            abort();
        line = (size_t)-1;
        lines++;
    }
    if (lines != terms.n || terms.n > TERMS_MAX || (size == 0 && terms.n > 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct query q;
    if (a == NULL)
        return 0;
    const char *text = arena_strndup(a, (const char *)data, size);
    query_parse(a, text, &q);
    if (q.n > QUERY_ATOMS)
        abort();
    for (size_t i = 0; i < q.n; i++) {
        check_atom(&q.atoms[i]);
        check_found(a, &q.atoms[i]);
    }
    check_terms(a, text, strlen(text));
    arena_free(&a);
    return 0;
}
