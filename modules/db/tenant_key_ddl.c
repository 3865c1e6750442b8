/* modules/db/tenant_key_ddl.c - a statement that makes or changes tables of a plugin */
#include "db/tenant_key_private.h"

#include "base/arena.h"

#include <string.h>

/* Words that would reach beyond the table: rows and names of others, files. */
static const char *const forbidden[] = { "SELECT",    "LIKE",   "UNION",    "INTO",
                                         "FROM",      "RENAME", "EXCHANGE", "DIRECTORY",
                                         "PARTITION", "IMPORT", "DISCARD",  "TABLESPACE" };

static const char *complain(const struct parse *s, const char *what, int i)
{
    const struct token *t = &s->tokens[i];
    return arena_printf(s->arena, "%s: %.*s", what, (int)t->n, t->p);
}

/* Steps over words in this order; -1 where one is another. */
static int skip(const struct parse *s, int i, const char *const *words)
{
    for (; *words != NULL; words++, i++)
        if (!token_is(s, i, *words))
            return -1;
    return i;
}

/* Where the name of the table stands; -1: it is no statement of these kinds. */
static int table_at(const struct parse *s)
{
    static const char *const create[] = { "CREATE", "TABLE", "IF", "NOT", "EXISTS", NULL };
    static const char *const drop[] = { "DROP", "TABLE", "IF", "EXISTS", NULL };
    static const char *const alter[] = { "ALTER", "TABLE", NULL };
    int i = skip(s, 0, create);
    if (i < 0)
        i = skip(s, 0, drop);
    return i >= 0 ? i : skip(s, 0, alter);
}

static const char *check_words(const struct parse *s)
{
    for (int i = 0; i < s->n; i++) {
        for (size_t k = 0; k < sizeof(forbidden) / sizeof(forbidden[0]); k++)
            if (token_is(s, i, forbidden[k]))
                return complain(s, "this word is not allowed in a migration", i);
        if (token_is(s, i, ".") && i > 0 && s->tokens[i - 1].type == TOKEN_WORD)
            return complain(s, "a name with a dot is not allowed", i - 1);
        if (token_is(s, i, "REFERENCES") && !token_is_table(s, i + 1))
            return complain(s, "a key refers to a table that is not the plugin's own", i + 1);
        int engine = token_is(s, i + 1, "=") ? i + 2 : i + 1;
        if (token_is(s, i, "ENGINE") && !token_is(s, engine, "InnoDB"))
            return complain(s, "only InnoDB tables are allowed", engine);
    }
    return NULL;
}

/* Each key by which rows are unique must begin with the tenant. */
static const char *check_keys(const struct parse *s, bool is_create)
{
    bool has_primary = false;
    for (int i = 0; i < s->n; i++) {
        bool is_primary = token_is(s, i, "PRIMARY"), is_unique = token_is(s, i, "UNIQUE");
        if ((!is_primary && !is_unique) || token_is(s, i - 1, "DROP"))
            continue;
        int k = i + 1;
        while (k < s->n && s->tokens[k].type == TOKEN_WORD)
            k++;
        if (!token_is(s, k, "(") || !token_is(s, k + 1, "tenant_id"))
            return complain(s, "this key must begin with tenant_id", i);
        has_primary = has_primary || is_primary;
    }
    return is_create && !has_primary ? "the table has no primary key that begins with tenant_id"
                                     : NULL;
}

const char *tenant_key_check_ddl(struct arena *a, const char *sql, const char *const *tables)
{
    struct parse *s = arena_zalloc(a, sizeof(*s));
    *s = (struct parse) { .arena = a, .sql = sql, .tables = tables };
    if (strpbrk(sql, "\"\\#") != NULL || strstr(sql, "--") != NULL || strstr(sql, "/*") != NULL)
        return "it has a comment within, a double quote or a backslash";
    if (!parse_tokens(s))
        return "it is too large to be checked";
    int table = table_at(s);
    if (table < 0)
        return "it is no CREATE TABLE IF NOT EXISTS, ALTER TABLE or DROP TABLE IF EXISTS";
    if (!token_is_table(s, table))
        return complain(s, "this table is not the plugin's own", table);
    bool is_drop = token_is(s, 0, "DROP");
    if (is_drop && s->n > table + 1)
        return "it drops more than one table";
    const char *problem = check_words(s);
    return problem != NULL ? problem : check_keys(s, token_is(s, 0, "CREATE"));
}
