#include "search/query.h"

#include "base/arena.h"

#include <string.h>

#define NUMBER_MAX INT64_C(999999999999)

struct parser {
    struct arena *arena;
    const char *p; /* what is left */
    struct query *q;
};

/* A piece of what was typed: up to a space, or what stands in quotes. */
struct piece {
    struct str text;
    bool is_quoted;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

/* An ideographic or no-break space separates as well; others are no letters and need no care. */
static bool at_space(const char *p)
{
    return is_space(*p) || strncmp(p, "\xE3\x80\x80", 3) == 0 || strncmp(p, "\xC2\xA0", 2) == 0;
}

static struct piece take_piece(struct parser *s)
{
    struct piece piece = { .is_quoted = *s->p == '"' };
    const char *from = s->p + piece.is_quoted;
    const char *end = from;
    while (*end != '\0' && *end != '"' && (piece.is_quoted || !at_space(end)))
        end++;
    piece.text = (struct str) { from, (size_t)(end - from) };
    s->p = piece.is_quoted && *end == '"' ? end + 1 : end;
    return piece;
}

static void add_atom(struct parser *s, const struct atom *atom)
{
    if (s->q->n < QUERY_ATOMS)
        s->q->atoms[s->q->n++] = *atom;
    else
        s->q->is_cut = true;
}

static bool is_address(const struct word *words, size_t n)
{
    bool has_at = false, has_dot = false;
    for (size_t i = 1; i < n; i++) {
        has_dot = has_dot || (has_at && words[i].joint == '.');
        has_at = has_at || words[i].joint == '@';
    }
    return has_dot;
}

/* Words that belong together become one atom. */
static void add_words(struct parser *s, const struct atom *like, const struct word *words, size_t n)
{
    struct atom atom = *like;
    if (n == 0)
        return;
    atom.n = n;
    atom.kind = n > 1 ? ATOM_PHRASE : like->kind;
    for (size_t i = 0; i < n; i++)
        atom.words[i] = (struct str) { arena_strndup(s->arena, words[i].text, words[i].n),
                                       words[i].n };
    if (compound_is_whole(words, n)) {
        atom.whole = compound_text(s->arena, words, n);
        atom.is_exact = atom.whole != NULL && is_address(words, n);
    }
    add_atom(s, &atom);
}

static void add_text(struct parser *s, const struct piece *piece, const struct atom *like)
{
    struct word_reader r = word_reader(piece->text.p, piece->text.n);
    struct word words[PHRASE_WORDS], next;
    size_t n = 0;
    while (word_next(&r, &next)) {
        if (n == PHRASE_WORDS && piece->is_quoted) {
            s->q->is_cut = true;
            break;
        }
        if (n == PHRASE_WORDS || (n > 0 && next.joint == '\0' && !piece->is_quoted)) {
            add_words(s, like, words, n);
            n = 0;
        }
        words[n++] = next;
    }
    add_words(s, like, words, n);
}

/* "word*" with letters enough; else the star is nothing. */
static bool is_prefix(const struct piece *piece)
{
    struct word_reader r = word_reader(piece->text.p, piece->text.n);
    struct word word, second;
    if (piece->is_quoted || piece->text.n < 2 || piece->text.p[piece->text.n - 1] != '*')
        return false;
    return word_next(&r, &word) && !word_next(&r, &second) &&
           word_head(word.text, word.n, HEAD_LETTERS) > 0 && word.end + 1 == piece->text.n;
}

static bool is_day(const char *s)
{
    static const char form[] = "dddd-dd-dd";
    for (size_t i = 0; i < sizeof(form); i++)
        if (form[i] == 'd' ? s[i] < '0' || s[i] > '9' : s[i] != form[i])
            return false;
    return true;
}

static bool is_status(const char *s)
{
    static const char *const names[] = { "new",    "open", "answered", "postponed", "resolved",
                                         "closed", "spam", "deleted",  NULL };
    for (size_t i = 0; names[i] != NULL; i++)
        if (str_is_nocase(s, names[i]))
            return true;
    return false;
}

/* A field that is a filter: its value is kept as it is. False where the value makes no sense. */
static bool take_filter(struct parser *s, const char *name, const char *value)
{
    struct query *q = s->q;
    bool is_before = str_is(name, "before"), is_after = str_is(name, "after");
    if ((is_before || is_after) && is_day(value))
        *(is_before ? &q->before : &q->after) = value;
    else if (str_is(name, "status") && is_status(value))
        q->status = str_lower(s->arena, value);
    else if (str_is(name, "agent"))
        q->agent = value;
    else if (str_is(name, "department"))
        q->department = value;
    else
        return false;
    return true;
}

static const char *const fields[] = { "subject",    "from",   "status", "agent",
                                      "department", "before", "after",  NULL };

/* "name:" of a field at s->p, with something behind it. */
static const char *field_at(const char *p)
{
    for (size_t i = 0; fields[i] != NULL; i++) {
        size_t n = strlen(fields[i]);
        if (str_starts_nocase(p, fields[i]) && p[n] == ':' && p[n + 1] != '\0' &&
            !at_space(p + n + 1))
            return fields[i];
    }
    return NULL;
}

static void parse_piece(struct parser *s)
{
    struct atom like = { .is_not = s->p[0] == '-' && s->p[1] != '\0' && !at_space(s->p + 1) };
    s->p += like.is_not;
    const char *field = field_at(s->p), *from = s->p;
    if (field != NULL)
        s->p += strlen(field) + 1;
    struct piece piece = take_piece(s);
    const char *value = arena_strndup(s->arena, piece.text.p, piece.text.n);
    if (field != NULL && !like.is_not && take_filter(s, field, value))
        return;
    if (str_is(field, "subject"))
        like.field = TERM_SUBJECT;
    else if (str_is(field, "from"))
        like.field = TERM_SENDER;
    else if (field != NULL) { /* no such value: words like others */
        s->p = from;
        piece = take_piece(s);
    }
    like.kind = is_prefix(&piece) ? ATOM_PREFIX : ATOM_WORD;
    add_text(s, &piece, &like);
}

void query_parse(struct arena *a, const char *text, struct query *out)
{
    struct parser s = { .arena = a, .p = str_trim(a, text), .q = out };
    *out = (struct query) { .n = 0 };
    if (s.p[0] == '#' && str_i64(s.p + 1, 1, NUMBER_MAX, &out->number))
        return;
    while (*s.p != '\0') {
        if (at_space(s.p))
            s.p += is_space(*s.p) ? 1 : *s.p == '\xC2' ? 2 : 3;
        else
            parse_piece(&s);
    }
}

bool query_is_empty(const struct query *q)
{
    return q->n == 0 && q->number == 0 && q->status == NULL && q->agent == NULL &&
           q->department == NULL && q->before == NULL && q->after == NULL;
}

static bool is_word(const struct atom *atom, size_t i, const struct word *w)
{
    struct str want = atom->words[i];
    return (atom->kind == ATOM_PREFIX ? w->n >= want.n : w->n == want.n) &&
           memcmp(w->text, want.p, want.n) == 0;
}

bool atom_find(const struct atom *atom, const char *text, size_t n, size_t *at, size_t *end)
{
    struct word_reader r = word_reader(text, n);
    struct word w;
    r.at = *end;
    while (word_next(&r, &w)) {
        if (!is_word(atom, 0, &w))
            continue;
        struct word_reader rest = r;
        struct word next = w;
        size_t matched = 1;
        while (matched < atom->n && word_next(&rest, &next) && is_word(atom, matched, &next))
            matched++;
        if (matched < atom->n)
            continue;
        *at = w.at;
        *end = next.end;
        return true;
    }
    return false;
}
