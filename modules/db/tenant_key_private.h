#ifndef DESKD_DB_TENANT_KEY_PRIVATE_H /* modules/db/tenant_key_private.h - a statement             \
                                                 taken apart */
#define DESKD_DB_TENANT_KEY_PRIVATE_H
#include "db/tenant_key.h"

#define TOKENS_MAX 4000
#define SCOPES_MAX 100
#define REFS_MAX   100

enum token_type { TOKEN_WORD, TOKEN_MARK, TOKEN_LITERAL, TOKEN_SIGN };

struct token {
    enum token_type type;
    const char *p;
    size_t n;
    int scope; /* which SELECT (or the statement itself) */
    int depth; /* of parentheses within it that are no scope of their own */
};

/* A table that is named, and what it is called there. */
struct ref {
    int token, alias;
    int scope;
    bool is_tenant, is_insert, is_outer, is_bound;
};

struct parse {
    struct arena *arena;
    const char *sql;
    const char *const *tables;
    struct token tokens[TOKENS_MAX];
    int n;
    int parents[SCOPES_MAX];
    int scopes;
    struct ref refs[REFS_MAX];
    int refs_n;
};

/* False where the statement is too large for the limits above. */
bool parse_tokens(struct parse *s);
void parse_refs(struct parse *s);
bool token_is(const struct parse *s, int i, const char *word);
bool token_same(const struct parse *s, int a, int b);
bool token_is_table(const struct parse *s, int i);
#endif
