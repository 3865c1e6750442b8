#include "search/terms.h"

#include "base/arena.h"

#include <inttypes.h>
#include <string.h>

#define SLOTS 2048 /* a power of two, twice TERMS_MAX */

struct terms terms_new(struct arena *a)
{
    struct terms t = { .arena = a, .out = buf_make(a, 1024) };
    t.slots = arena_zalloc(a, SLOTS * sizeof(*t.slots));
    return t;
}

static uint32_t hash_of(const char *p, size_t n)
{
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 16777619U;
    return h;
}

static void add_term(struct terms *t, const char *p, size_t n)
{
    uint32_t at = hash_of(p, n) & (SLOTS - 1);
    for (; t->slots[at].p != NULL; at = (at + 1) & (SLOTS - 1))
        if (t->slots[at].n == n && memcmp(t->slots[at].p, p, n) == 0)
            return;
    if (t->n == TERMS_MAX)
        return;
    t->slots[at] = (struct str) { arena_memdup(t->arena, p, n), n };
    t->n++;
    buf_add(&t->out, p, n);
    buf_addc(&t->out, '\n');
}

static void add_marked(struct terms *t, enum term_mark mark, const char *p, size_t n)
{
    char marked[TERM_BYTES];
    add_term(t, p, n);
    if (mark == TERM_WORD)
        return;
    marked[0] = (char)mark;
    memcpy(marked + 1, p, n);
    add_term(t, marked, n + 1);
}

/* --- compounds --- */

static bool has_digit(const struct word *w)
{
    return strpbrk(w->text, "0123456789") != NULL;
}

/* Signs within addresses, host names and numbers; others separate several of them (a URL's parts).
 */
static bool is_inner(char joint)
{
    return joint != '\0' && strchr(".-_@+", joint) != NULL;
}

static bool is_joining(char joint)
{
    return is_inner(joint) || (joint != '\0' && strchr("/:#&=", joint) != NULL);
}

bool compound_is_whole(const struct word *words, size_t n)
{
    bool is_name = false, is_number = false, has_outer = false;
    for (size_t i = 0; i < n; i++) {
        is_number = is_number || has_digit(&words[i]);
        if (i == 0)
            continue;
        if (!is_joining(words[i].joint))
            return false;
        has_outer = has_outer || !is_inner(words[i].joint);
        is_name = is_name || words[i].joint == '.' || words[i].joint == '@';
    }
    return n > 1 && (is_number || (is_name && !has_outer));
}

/* Their text in room: bytes, 0 where it does not fit. */
static size_t join(const struct word *words, size_t n, char *room)
{
    size_t at = 0;
    for (size_t i = 0; i < n; i++) {
        if (at + (i > 0) + words[i].n > WORD_BYTES)
            return 0;
        if (i > 0)
            room[at++] = words[i].joint;
        memcpy(room + at, words[i].text, words[i].n);
        at += words[i].n;
    }
    return at;
}

const char *compound_text(struct arena *a, const struct word *words, size_t n)
{
    char room[WORD_BYTES];
    size_t size = join(words, n, room);
    return size > 0 ? arena_strndup(a, room, size) : NULL;
}

static void add_whole(struct terms *t, enum term_mark mark, const struct word *words, size_t n)
{
    char room[WORD_BYTES];
    size_t size = compound_is_whole(words, n) ? join(words, n, room) : 0;
    if (size > 0)
        add_marked(t, mark, room, size);
}

/* An address, its host, and the domains that the host is in: each is asked for. */
static void add_name(struct terms *t, enum term_mark mark, const struct word *words, size_t n)
{
    add_whole(t, mark, words, n);
    for (size_t i = 1; i + 1 < n; i++)
        if (words[i].joint == '@' || words[i].joint == '.')
            add_whole(t, mark, words + i, n - i);
}

static void add_compound(struct terms *t, enum term_mark mark, const struct word *words, size_t n)
{
    size_t from = 0;
    for (size_t i = 1; i <= n; i++) {
        if (i < n && is_inner(words[i].joint))
            continue;
        add_name(t, mark, words + from, i - from);
        from = i;
    }
    add_whole(t, mark, words, n);
}

void terms_add(struct terms *t, enum term_mark mark, const char *text)
{
    struct word words[COMPOUND_WORDS];
    size_t n = 0, size = strnlen(text, TERM_TEXT_MAX);
    struct word_reader r = word_reader(text, size);
    struct word next;
    while (t->n < TERMS_MAX && word_next(&r, &next)) {
        add_marked(t, mark, next.text, next.n);
        if (n == COMPOUND_WORDS || (n > 0 && !is_joining(next.joint))) {
            add_compound(t, mark, words, n);
            n = 0;
        }
        words[n++] = next;
    }
    add_compound(t, mark, words, n);
}

void terms_add_id(struct terms *t, enum term_mark mark, int64_t id)
{
    struct buf b = buf_make(t->arena, 32);
    buf_addc(&b, (char)mark);
    buf_addi(&b, id);
    add_term(t, b.data, b.len);
}

void terms_add_mark(struct terms *t, enum term_mark mark)
{
    const char term = (char)mark;
    add_term(t, &term, 1);
}
