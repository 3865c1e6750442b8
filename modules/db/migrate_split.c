#include "db/migrate.h" /* a script into its statements */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <string.h>

struct splitter {
    struct arena *arena;
    const char *p;
    struct buf statement;
    const char **statements;
    size_t n, cap;
};

/* The end of a quoted piece that starts at p, or NULL. A doubled quote is two pieces in a row,
 * which comes to the same. */
static const char *quote_end(const char *p)
{
    char quote = *p++;
    for (; *p != '\0' && *p != quote; p++)
        if (*p == '\\' && quote != '`' && p[1] != '\0')
            p++;
    return *p == quote ? p + 1 : NULL;
}

static bool is_line_comment(const char *p)
{
    return p[0] == '-' && p[1] == '-' && (p[2] == ' ' || p[2] == '\n' || p[2] == '\0');
}

static void add_statement(struct splitter *s)
{
    char *trimmed = str_trim(s->arena, buf_str(&s->statement));
    buf_truncate(&s->statement, 0);
    if (*trimmed == '\0')
        return;
    if (s->n == s->cap) {
        s->cap = s->cap == 0 ? 32 : s->cap * 2;
        const char **grown = arena_array(s->arena, s->cap, sizeof(*grown));
        if (s->n > 0)
            memcpy(grown, s->statements, s->n * sizeof(*grown));
        s->statements = grown;
    }
    s->statements[s->n++] = trimmed;
}

/* Takes one piece: a quoted text, a comment, a semicolon, a byte. False where it does not end. */
static bool take(struct splitter *s)
{
    const char *start = s->p, *end = start + 1;
    if (*start == ';') {
        add_statement(s);
        s->p = end;
        return true;
    }
    if (is_line_comment(start)) {
        end = strchrnul(start, '\n');
        s->p = end;
        return true;
    }
    if (*start == '\'' || *start == '"' || *start == '`')
        end = quote_end(start);
    else if (start[0] == '/' && start[1] == '*' && (end = strstr(start + 2, "*/")) != NULL)
        end += 2;
    if (end == NULL)
        return false;
    buf_add(&s->statement, start, (size_t)(end - start));
    s->p = end;
    return true;
}

int migrate_split(struct arena *a, const char *text, const char ***statements, size_t *n,
                  struct err *err)
{
    struct splitter s = { .arena = a, .p = text, .statement = buf_make(a, 4096) };
    while (*s.p != '\0')
        if (!take(&s))
            return err_set(err, ERR_INVALID, "a quote or comment has no end: %.40s", s.p);
    if (*str_trim(a, buf_str(&s.statement)) != '\0')
        return err_set(err, ERR_INVALID, "the last statement has no semicolon");
    *statements = s.statements;
    *n = s.n;
    return 0;
}
