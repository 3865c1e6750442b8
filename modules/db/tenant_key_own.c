/* modules/db/tenant_key_own.c - a statement that may touch some tables only: plugins' */
#include "db/tenant_key_private.h"

#include "base/arena.h"

#include <string.h>

static const char *complain(const struct parse *s, const char *what, int i)
{
    const struct token *t = &s->tokens[i];
    return arena_printf(s->arena, "%s: %.*s", what, (int)t->n, t->p);
}

static bool is_odd(const char *sql)
{
    return strpbrk(sql, "\"\\#;") != NULL || strstr(sql, "--") != NULL || strstr(sql, "/*") != NULL;
}

static const char *check_verb(const struct parse *s)
{
    static const char *const verbs[] = { "SELECT", "INSERT", "UPDATE", "DELETE", "REPLACE" };
    int first = 0;
    while (token_is(s, first, "("))
        first++;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (token_is(s, first, verbs[i]))
            return NULL;
    return "it is no SELECT, INSERT, UPDATE, DELETE or REPLACE";
}

/* A table that no INTO announces would not be seen as one. */
static const char *check_into(const struct parse *s)
{
    for (int i = 0; i < s->n; i++) {
        bool is_word = token_is(s, i, "INSERT") || token_is(s, i, "REPLACE");
        if (is_word && !token_is(s, i + 1, "(") && !token_is(s, i + 1, "INTO") &&
            !(token_is(s, i + 1, "IGNORE") && token_is(s, i + 2, "INTO")))
            return complain(s, "INTO is missing after", i);
    }
    return NULL;
}

/* An alias of a derived table is named after it, not by FROM: what FROM, JOIN, INTO and UPDATE name
 * are tables. */
static const char *check_tables(const struct parse *s)
{
    for (int r = 0; r < s->refs_n; r++) {
        const struct ref *ref = &s->refs[r];
        if (!ref->is_tenant && !token_is(s, ref->token, "SELECT"))
            return complain(s, "this table is not the plugin's own", ref->token);
    }
    return s->refs_n == 0 ? "it names no table" : NULL;
}

static unsigned marks_before(const struct parse *s, const char *p)
{
    unsigned n = 0;
    for (int i = 0; i < s->n && s->tokens[i].p < p; i++)
        n += s->tokens[i].type == TOKEN_MARK;
    return n;
}

static void add_mark(uint64_t *marks, unsigned i)
{
    if (i < 64)
        *marks |= UINT64_C(1) << i;
}

/* The "?" of "tenant_id = ?", and the first of each row of an INSERT. */
static uint64_t find_marks(const struct parse *s, const struct key_places *places)
{
    uint64_t found = 0;
    for (size_t i = 0; i < places->n; i++) {
        const char *end = s->sql + places->items[i].at + places->items[i].n;
        if (end[-1] == '?')
            add_mark(&found, marks_before(s, end - 1));
    }
    for (int i = 0; i + 2 < s->n; i++) {
        bool begins_row = token_is(s, i + 1, "(") && s->tokens[i + 2].type == TOKEN_MARK &&
                          s->tokens[i + 1].depth == 0 &&
                          (token_is(s, i, "VALUES") || token_is(s, i, ","));
        if (begins_row && (token_is(s, 0, "INSERT") || token_is(s, 0, "REPLACE")))
            add_mark(&found, marks_before(s, s->tokens[i + 2].p));
    }
    return found;
}

const char *tenant_key_check_own(struct arena *a, const char *sql, const char *const *tables,
                                 unsigned *marks, uint64_t *tenant_marks)
{
    struct parse *s = arena_zalloc(a, sizeof(*s));
    struct key_places *places = arena_zalloc(a, sizeof(*places));
    *s = (struct parse) { .arena = a, .sql = sql, .tables = tables };
    if (is_odd(sql))
        return "it has a comment, a double quote, a backslash or a semicolon";
    if (!parse_tokens(s))
        return "it is too large to be checked";
    parse_refs(s);
    const char *problem = check_verb(s);
    if (problem == NULL)
        problem = check_into(s);
    if (problem == NULL)
        problem = check_tables(s);
    if (problem == NULL)
        problem = tenant_key_check(a, sql, tables, places);
    *marks = marks_before(s, sql + strlen(sql));
    *tenant_marks = find_marks(s, places);
    return problem;
}
