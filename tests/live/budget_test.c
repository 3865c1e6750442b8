/* tests/live/budget_test.c - every statement examines no more rows than it declares */
#include "db/tenant_key_private.h"
#include "fill.h"
#include "live.h"

#include "base/buf.h"
#include "base/str.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The server counts looks into indexes too: one past the end of each range, one for each join. */
#define ALLOWED(budget) ((budget) + (budget) / 2 + 12)

struct budget {
    struct live *live;
    int64_t tenant;
    struct parse parse;
};

static const char *text_of(const struct parse *s, int i)
{
    return arena_strndup(test_arena, s->tokens[i].p, s->tokens[i].n);
}

/* The table that a column belongs to: by its alias, or the first of the scope. */
static const char *table_of(const struct parse *s, int column)
{
    bool is_qualified = token_is(s, column - 1, ".");
    for (int r = 0; r < s->refs_n; r++) {
        if (is_qualified ? token_same(s, s->refs[r].alias, column - 2)
                         : s->refs[r].scope == s->tokens[column].scope)
            return text_of(s, s->refs[r].token);
    }
    return NULL;
}

static bool has_column(struct live *l, const char *table, const char *column)
{
    return live_number(l,
                       "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = "
                       "DATABASE() AND table_name = '%s' AND column_name = '%s'",
                       table, column) > 0;
}

/* The column's value in a row from the middle of the tenant's table, as an SQL literal. */
static const char *sample(struct budget *b, const char *table, const char *column)
{
    struct live *l = b->live;
    bool of_tenant = has_column(l, table, "tenant_id");
    const char **order = live_column(
        l,
        "SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM "
        "information_schema.statistics WHERE table_schema = DATABASE() AND "
        "table_name = '%s' AND index_name = 'PRIMARY'",
        table);
    const char *where = of_tenant
                            ? arena_printf(test_arena, "WHERE tenant_id = %" PRId64, b->tenant)
                            : "";
    int64_t n = live_number(l, "SELECT COUNT(*) FROM %s %s", table, where);
    const char **value = live_column(
        l, "SELECT QUOTE(%s) FROM %s %s ORDER BY %s LIMIT 1 OFFSET %" PRId64, column, table, where,
        order[0], n / 2);
    return value[0] == NULL || str_is(value[0], "NULL") ? "1" : value[0];
}

/* What is in front of the parenthesis of "column IN (?, ?": its last token; else i - 1. */
static int before_list(const struct parse *s, int i)
{
    int k = i - 1;
    while (token_is(s, k, ",") || (k >= 0 && s->tokens[k].type == TOKEN_MARK))
        k--;
    return token_is(s, k, "(") && token_is(s, k - 1, "IN") ? k - 2 : i - 1;
}

/* What stands for the ? at token i. */
static const char *value_for(struct budget *b, int i)
{
    const struct parse *s = &b->parse;
    int k = before_list(s, i);
    if (token_is(s, k, "LIMIT"))
        return "50";
    while (token_is(s, k, "=") || token_is(s, k, "<") || token_is(s, k, ">"))
        k--;
    if (k == i - 1 || s->tokens[k].type != TOKEN_WORD)
        return "1";
    const char *column = text_of(s, k), *table = table_of(s, k);
    if (str_is(column, "tenant_id"))
        return arena_printf(test_arena, "%" PRId64, b->tenant);
    if (table == NULL || !has_column(b->live, table, column))
        return "1";
    return sample(b, table, column);
}

static const char *with_values(struct budget *b)
{
    const struct parse *s = &b->parse;
    struct buf out = buf_make(test_arena, 1024);
    const char *from = s->sql;
    for (int i = 0; i < s->n; i++) {
        if (s->tokens[i].type != TOKEN_MARK)
            continue;
        buf_add(&out, from, (size_t)(s->tokens[i].p - from));
        buf_adds(&out, value_for(b, i));
        from = s->tokens[i].p + 1;
    }
    buf_adds(&out, from);
    return buf_str(&out);
}

static int64_t examined(struct live *l)
{
    return live_number(l, "SELECT SUM(variable_value) FROM information_schema.session_status WHERE "
                          "variable_name IN ('HANDLER_READ_FIRST', 'HANDLER_READ_KEY', "
                          "'HANDLER_READ_LAST', 'HANDLER_READ_NEXT', 'HANDLER_READ_PREV', "
                          "'HANDLER_READ_RND_NEXT')");
}

/* Rows that one execution examined, or -1 where it did not run. */
static int64_t run(struct live *l, const char *sql)
{
    live_run(l, "START TRANSACTION");
    int64_t before = examined(l), overhead = examined(l) - before;
    before = examined(l);
    bool ran = mysql_real_query(l->raw, sql, strlen(sql)) == 0;
    MYSQL_RES *result = ran ? mysql_store_result(l->raw) : NULL;
    if (result != NULL)
        mysql_free_result(result);
    int64_t n = examined(l) - before - overhead;
    live_run(l, "ROLLBACK");
    return ran ? n : -1;
}

static bool is_measured(const char *sql)
{
    return str_starts(sql, "SELECT") || str_starts(sql, "UPDATE") || str_starts(sql, "DELETE") ||
           str_starts(sql, "(SELECT") || (str_starts(sql, "INSERT") && strstr(sql, "SELECT"));
}

START_TEST(statements_keep_their_budgets)
{
    struct live *l = live_start();
    struct tenant first = live_tenant(l), second = live_tenant(l);
    static const char *const no_tables[] = { NULL };
    size_t n, measured = 0, failed = 0;
    const struct db_sql *all = db_sql_all(&n);
    struct budget *b = arena_zalloc(test_arena, sizeof(*b));
    fill_tenant(l, first.id);
    fill_tenant(l, second.id);
    for (size_t i = 0; i < n; i++) {
        if (!is_measured(all[i].text))
            continue;
        *b = (struct budget) { .live = l, .tenant = second.id };
        b->parse = (struct parse) { .arena = test_arena, .sql = all[i].text, .tables = no_tables };
        ck_assert(parse_tokens(&b->parse));
        parse_refs(&b->parse);
        const char *sql = with_values(b);
        int64_t rows = run(l, sql);
        measured += rows >= 0;
        if (rows <= ALLOWED(all[i].budget))
            continue;
        failed++;
        (void)fprintf(stderr, "%s:%d: %s examined %" PRId64 " rows, its budget is %d: %s\n",
                      all[i].file, all[i].line, all[i].name, rows, all[i].budget, sql);
    }
    (void)fprintf(stderr, "%zu of %zu statements measured\n", measured, n);
    live_drop(l, first.id); /* also where what follows fails: these are large */
    live_drop(l, second.id);
    ck_assert_msg(measured > 100, "only %zu statements were measured", measured);
    ck_assert_msg(failed == 0, "%zu statements examine too much", failed);
}
END_TEST

SUITE(budget)
{
    tcase_add_test(tc, statements_keep_their_budgets);
}
