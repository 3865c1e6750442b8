/* modules/db/tenant_key.c - which tables of a statement are bound to the tenant */
#include "db/tenant_key_private.h"

#include "base/arena.h"

#include <string.h>

/* "x.tenant_id = ?" or "x.tenant_id = y.tenant_id". */
struct binding {
    int left, right; /* refs; right -1: the tenant itself */
    int only;        /* ref that it may bind; -1: either side */
    int scope;
};
#define BINDINGS_MAX 200

struct checker {
    struct parse parse;
    struct binding bindings[BINDINGS_MAX];
    int n;
    struct key_places *places;
    const char *problem;
};

static void complain(struct checker *c, const char *what, int token)
{
    const struct token *t = &c->parse.tokens[token];
    if (c->problem == NULL)
        c->problem = arena_printf(c->parse.arena, "%s: %.*s", what, (int)t->n, t->p);
}

/* The ref that tenant_id at token i belongs to: by its alias in this scope or one around it, or the
 * only tenant table of the scope. -1: none. */
static int owner_of(const struct parse *s, int i)
{
    if (i < 0 || i >= s->n)
        return -1;
    if (token_is(s, i - 1, ".")) {
        for (int scope = s->tokens[i].scope; scope >= 0; scope = s->parents[scope])
            for (int r = 0; r < s->refs_n; r++)
                if (s->refs[r].scope == scope && token_same(s, s->refs[r].alias, i - 2))
                    return r;
        return -1;
    }
    int found = -1;
    for (int r = 0; r < s->refs_n; r++) {
        if (s->refs[r].scope != s->tokens[i].scope || s->refs[r].is_insert)
            continue;
        if (found >= 0)
            return -1;
        found = r;
    }
    return found;
}

static bool is_boundary(const struct parse *s, int i)
{
    static const char *const words[] = { "WHERE", "ON",    "HAVING", "SET",   "SELECT", "GROUP",
                                         "ORDER", "LIMIT", "JOIN",   "UNION", "FROM",   "VALUES" };
    for (size_t k = 0; k < sizeof(words) / sizeof(words[0]); k++)
        if (token_is(s, i, words[k]))
            return true;
    return false;
}

static bool is_level(const struct parse *s, int a, int b)
{
    return s->tokens[a].scope == s->tokens[b].scope && s->tokens[a].depth == s->tokens[b].depth;
}

/* The WHERE or ON of a condition that must hold whenever the clause does; -1 where it need not. */
static int clause_of(const struct parse *s, int i)
{
    int clause = -1;
    if (s->tokens[i].depth != 0)
        return -1;
    for (int k = i - 1; k >= 0 && clause < 0; k--) {
        if (!is_level(s, k, i))
            continue;
        if (token_is(s, k, "OR") || token_is(s, k, "XOR") || token_is(s, k, "|"))
            return -1;
        if (is_boundary(s, k))
            clause = k;
    }
    if (clause < 0 || (!token_is(s, clause, "WHERE") && !token_is(s, clause, "ON")))
        return -1;
    for (int k = i; k < s->n; k++) {
        if (!is_level(s, k, i))
            continue;
        if (is_boundary(s, k) || token_is(s, k, "LEFT"))
            break;
        if (token_is(s, k, "OR") || token_is(s, k, "XOR") || token_is(s, k, "|"))
            return -1;
    }
    return clause;
}

/* ON belongs to the table that was named last before it. */
static int joined_ref(const struct parse *s, int on)
{
    int found = -1;
    for (int r = 0; r < s->refs_n; r++)
        if (s->refs[r].token < on && s->refs[r].scope == s->tokens[on].scope)
            found = r;
    return found;
}

static void add_place(struct checker *c, int from, int to)
{
    const struct parse *s = &c->parse;
    if (c->places == NULL || c->places->n == KEY_PLACES_MAX)
        return;
    size_t at = (size_t)(s->tokens[from].p - s->sql);
    c->places->items[c->places->n++] = (struct key_place) { at, (size_t)(s->tokens[to].p - s->sql) +
                                                                    s->tokens[to].n - at };
}

static void read_condition(struct checker *c, int i)
{
    const struct parse *s = &c->parse;
    bool is_qualified = token_is(s, i - 1, ".");
    int first = is_qualified ? i - 2 : i, right = -1, last = i + 2;
    if (!token_is(s, i + 1, "=") || token_is(s, first - 1, "NOT") || token_is(s, first - 1, "="))
        return;
    if (token_is(s, i + 3, ".") && token_is(s, i + 4, "tenant_id")) {
        last = i + 4;
        right = owner_of(s, last);
        if (right < 0)
            return;
    } else if (s->tokens[i + 2].type != TOKEN_MARK) {
        return;
    }
    int clause = clause_of(s, i), left = owner_of(s, i);
    if (clause < 0 || left < 0 || c->n == BINDINGS_MAX)
        return;
    int joined = token_is(s, clause, "ON") ? joined_ref(s, clause) : -1;
    int only = joined >= 0 && s->refs[joined].is_outer ? joined : -1;
    c->bindings[c->n++] = (struct binding) { left, right, only, s->tokens[i].scope };
    add_place(c, first, last);
}

/* A condition binds only tables of its own scope: a subquery does not filter what is around it. */
static bool bind(struct parse *s, const struct binding *b, int target)
{
    struct ref *r = &s->refs[target];
    if (r->is_bound || r->scope != b->scope || (b->only >= 0 && b->only != target))
        return false;
    r->is_bound = true;
    return true;
}

static void spread(struct checker *c)
{
    struct parse *s = &c->parse;
    for (bool changed = true; changed;) {
        changed = false;
        for (int i = 0; i < c->n; i++) {
            const struct binding *b = &c->bindings[i];
            if (b->right < 0 || s->refs[b->right].is_bound)
                changed = bind(s, b, b->left) || changed;
            if (b->right >= 0 && s->refs[b->left].is_bound)
                changed = bind(s, b, b->right) || changed;
        }
    }
}

static bool is_given_tenant(const struct parse *s, int i)
{
    if (s->tokens[i].type == TOKEN_MARK)
        return true;
    int column = token_is(s, i + 1, ".") ? i + 2 : i;
    int owner = token_is(s, column, "tenant_id") ? owner_of(s, column) : -1;
    return owner >= 0 && s->refs[owner].is_bound;
}

/* INSERT INTO t (tenant_id, ...) VALUES (?, ...) or SELECT x.tenant_id, ... */
static void check_insert(struct checker *c, struct ref *r)
{
    const struct parse *s = &c->parse;
    int i = r->token + 1;
    if (!token_is(s, i, "(") || !token_is(s, i + 1, "tenant_id")) {
        complain(c, "tenant_id is not the first column of an INSERT", r->token);
        return;
    }
    add_place(c, i + 1, i + 1);
    while (i < s->n && !token_is(s, i, "VALUES") && !token_is(s, i, "SELECT"))
        i++;
    bool is_select = token_is(s, i, "SELECT");
    r->is_bound = i + 2 < s->n && is_given_tenant(s, is_select ? i + 1 : i + 2);
    for (int k = i + 3; !is_select && k < s->n && !token_is(s, k, "ON"); k++)
        if (token_is(s, k, "(") && token_is(s, k - 1, ",") && s->tokens[k].depth == 0)
            r->is_bound = r->is_bound && s->tokens[k + 1].type == TOKEN_MARK;
}

/* tenant_id must not be what an UPDATE changes. */
static void check_set(struct checker *c, int i)
{
    const struct parse *s = &c->parse;
    if (!token_is(s, i + 1, "="))
        return;
    for (int k = i - 1; k >= 0; k--) {
        if (!is_level(s, k, i) || !(is_boundary(s, k) || token_is(s, k, "UPDATE")))
            continue;
        if (token_is(s, k, "SET") || token_is(s, k, "UPDATE"))
            complain(c, "tenant_id is changed", i);
        return;
    }
}

/* Whatever names a tenant table in a way that was not understood is refused. */
static void check_known(struct checker *c)
{
    const struct parse *s = &c->parse;
    for (int i = 0; i < s->n; i++) {
        bool is_known = token_is(s, i + 1, ".") || token_is(s, i - 1, ".");
        if (s->tokens[i].type != TOKEN_WORD || !token_is_table(s, i))
            continue;
        for (int r = 0; r < s->refs_n; r++)
            is_known = is_known || s->refs[r].token == i || s->refs[r].alias == i;
        if (!is_known)
            complain(c, "a tenant's table where none was expected", i);
    }
}

const char *tenant_key_check(struct arena *a, const char *sql, const char *const *tables,
                             struct key_places *places)
{
    struct checker *c = arena_zalloc(a, sizeof(*c));
    c->parse = (struct parse) { .arena = a, .sql = sql, .tables = tables };
    c->places = places;
    if (!parse_tokens(&c->parse))
        return "the statement is too large to be checked";
    parse_refs(&c->parse);
    for (int i = 0; i + 2 < c->parse.n; i++) {
        if (!token_is(&c->parse, i, "tenant_id"))
            continue;
        check_set(c, i);
        read_condition(c, i);
    }
    spread(c);
    for (int r = 0; r < c->parse.refs_n; r++)
        if (c->parse.refs[r].is_insert && c->parse.refs[r].is_tenant)
            check_insert(c, &c->parse.refs[r]);
    check_known(c);
    for (int r = 0; r < c->parse.refs_n; r++)
        if (c->parse.refs[r].is_tenant && !c->parse.refs[r].is_bound)
            complain(c, "not bound to the tenant", c->parse.refs[r].token);
    return c->problem;
}
