/* modules/db/tenant_key_parse.c - tokens, scopes and tables of a statement */
#include "db/tenant_key_private.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

bool token_is(const struct parse *s, int i, const char *word)
{
    return i >= 0 && i < s->n && s->tokens[i].n == strlen(word) &&
           strncasecmp(s->tokens[i].p, word, s->tokens[i].n) == 0;
}

bool token_same(const struct parse *s, int a, int b)
{
    return a >= 0 && b >= 0 && s->tokens[a].n == s->tokens[b].n &&
           strncasecmp(s->tokens[a].p, s->tokens[b].p, s->tokens[a].n) == 0;
}

bool token_is_table(const struct parse *s, int i)
{
    for (const char *const *t = s->tables; *t != NULL; t++)
        if (token_is(s, i, *t))
            return true;
    return false;
}

static size_t token_size(const char *p, enum token_type *type)
{
    size_t n = 1;
    if (*p == '\'') {
        *type = TOKEN_LITERAL;
        while (p[n] != '\0' && p[n] != '\'')
            n++;
        return p[n] == '\'' ? n + 1 : n;
    }
    *type = *p == '?' ? TOKEN_MARK : TOKEN_SIGN;
    if (isalnum((unsigned char)*p) || *p == '_' || *p == '@') {
        *type = isdigit((unsigned char)*p) ? TOKEN_LITERAL : TOKEN_WORD;
        while (isalnum((unsigned char)p[n]) || p[n] == '_' || p[n] == '@')
            n++;
    }
    return n;
}

static bool split(struct parse *s)
{
    for (const char *p = s->sql; *p != '\0';) {
        if (isspace((unsigned char)*p) || *p == '`') {
            p++;
            continue;
        }
        if (s->n == TOKENS_MAX)
            return false;
        struct token *t = &s->tokens[s->n++];
        t->p = p;
        t->n = token_size(p, &t->type);
        p += t->n;
    }
    return true;
}

static int new_scope(struct parse *s, int parent)
{
    s->parents[s->scopes] = parent;
    return s->scopes++;
}

bool parse_tokens(struct parse *s)
{
    struct level {
        int scope, depth;
    } stack[SCOPES_MAX] = { { 0, 0 } };
    int top = 0;
    if (!split(s))
        return false;
    (void)new_scope(s, -1);
    for (int i = 0; i < s->n; i++) {
        struct level *now = &stack[top];
        if (token_is(s, i, "UNION"))
            now->scope = new_scope(s, s->parents[now->scope]);
        if (token_is(s, i, ")") && top > 0)
            now = &stack[--top];
        s->tokens[i].scope = now->scope;
        s->tokens[i].depth = now->depth;
        if (!token_is(s, i, "("))
            continue;
        bool is_select = token_is(s, i + 1, "SELECT");
        stack[++top] = (struct level) { is_select ? new_scope(s, now->scope) : now->scope,
                                        is_select ? 0 : now->depth + 1 };
        if (top + 1 == SCOPES_MAX || s->scopes + 1 >= SCOPES_MAX)
            return false;
    }
    return true;
}

static bool ends_ref(const struct parse *s, int i)
{
    static const char *const words[] = {
        "ON",    "WHERE",  "JOIN",  "LEFT",  "RIGHT",  "INNER",         "CROSS",
        "SET",   "ORDER",  "LIMIT", "GROUP", "VALUES", "SELECT",        "FOR",
        "UNION", "HAVING", "FORCE", "USE",   "USING",  "STRAIGHT_JOIN",
    };
    if (i >= s->n || s->tokens[i].type != TOKEN_WORD)
        return true;
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
        if (token_is(s, i, words[k]))
            return true;
    return false;
}

/* The table named at token i; where the next one of the same list stands. */
static int add_ref(struct parse *s, int i, bool is_insert, bool is_outer)
{
    struct ref *r = &s->refs[s->refs_n++];
    *r = (struct ref) { .token = i,
                        .alias = i,
                        .scope = s->tokens[i].scope,
                        .is_tenant = token_is_table(s, i),
                        .is_insert = is_insert,
                        .is_outer = is_outer };
    int next = i + 1 + token_is(s, i + 1, "AS");
    if (!ends_ref(s, next))
        r->alias = next++;
    return next;
}

static bool begins_tables(const struct parse *s, int i)
{
    if (token_is(s, i, "UPDATE"))
        return !token_is(s, i - 1, "FOR") && !token_is(s, i - 1, "KEY");
    return token_is(s, i, "FROM") || token_is(s, i, "JOIN") || token_is(s, i, "INTO") ||
           token_is(s, i, "STRAIGHT_JOIN");
}

void parse_refs(struct parse *s)
{
    for (int i = 0; i < s->n; i++) {
        if (!begins_tables(s, i) || s->refs_n + 10 > REFS_MAX)
            continue;
        bool is_insert = token_is(s, i, "INTO");
        bool is_outer = token_is(s, i - 1, "LEFT") || token_is(s, i - 1, "OUTER");
        int next = i + 1;
        while (next < s->n && s->tokens[next].type == TOKEN_WORD) {
            next = add_ref(s, next, is_insert, is_outer);
            if (is_insert || !token_is(s, next, ","))
                break;
            next++;
        }
    }
}
