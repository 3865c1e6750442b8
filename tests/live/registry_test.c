/* tests/live/registry_test.c - every declared statement: prepared, bound to the tenant, caught when
 * mutated; and the schema's own walls */
#include "db/tenant_key.h"
#include "live.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "tenant/erase.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Tables that belong to no tenant, and those whose key is not the tenant's. */
static const char *const without_tenant[] = { "tenant", "schema_migration", "plugin_migration",
                                              NULL };
static const char *const directory[] = { "tenant_domain", NULL };

static bool is_in(const char *const *list, const char *name)
{
    for (; *list != NULL; list++)
        if (str_is(*list, name))
            return true;
    return false;
}

static const char **tenant_tables(struct live *l)
{
    const char **tables = live_column(
        l, "SELECT table_name FROM information_schema.columns WHERE table_schema = "
           "DATABASE() AND column_name = 'tenant_id' ORDER BY table_name");
    ck_assert_msg(tables[0] != NULL && tables[1] != NULL, "the schema is empty");
    return tables;
}

/* db/ reads whole numbers and texts; a SUM without CAST would come as a decimal, and be 0. */
static bool has_odd_type(MYSQL_STMT *stmt)
{
    bool is_odd = false;
    MYSQL_RES *meta = mysql_stmt_result_metadata(stmt);
    for (unsigned i = 0; meta != NULL && i < mysql_num_fields(meta); i++) {
        enum enum_field_types type = mysql_fetch_field_direct(meta, i)->type;
        is_odd = is_odd || type == MYSQL_TYPE_NEWDECIMAL || type == MYSQL_TYPE_DECIMAL ||
                 type == MYSQL_TYPE_DOUBLE || type == MYSQL_TYPE_FLOAT ||
                 type == MYSQL_TYPE_DATETIME || type == MYSQL_TYPE_TIMESTAMP;
    }
    if (meta != NULL)
        mysql_free_result(meta);
    return is_odd;
}

START_TEST(statements_prepare)
{
    struct live *l = live_start();
    size_t n, failed = 0;
    const struct db_sql *all = db_sql_all(&n);
    for (size_t i = 0; i < n; i++) {
        MYSQL_STMT *stmt = mysql_stmt_init(l->raw);
        if (mysql_stmt_prepare(stmt, all[i].text, strlen(all[i].text)) != 0) {
            failed++;
            (void)fprintf(stderr, "%s:%d: %s: %s\n", all[i].file, all[i].line, all[i].name,
                          mysql_stmt_error(stmt));
        }
        if (has_odd_type(stmt)) {
            failed++;
            (void)fprintf(stderr, "%s: a column is neither whole number nor text\n", all[i].name);
        }
        (void)mysql_stmt_close(stmt);
    }
    ck_assert_msg(n > 100, "only %zu statements are linked in", n);
    ck_assert_msg(failed == 0, "%zu statements do not prepare", failed);
}
END_TEST

START_TEST(statements_carry_the_tenant)
{
    struct live *l = live_start();
    size_t n, failed = 0;
    const struct db_sql *all = db_sql_all(&n);
    const char **tables = tenant_tables(l);
    for (size_t i = 0; i < n; i++) {
        const char *problem = all[i].is_global
                                  ? NULL
                                  : tenant_key_check(test_arena, all[i].text, tables, NULL);
        if (problem == NULL)
            continue;
        failed++;
        (void)fprintf(stderr, "%s:%d: %s: %s\n", all[i].file, all[i].line, all[i].name, problem);
    }
    ck_assert_msg(failed == 0, "%zu statements may leave their tenant", failed);
}
END_TEST

/* The statement with one of its places made harmless: "1 = 1", or a column that is not the key. */
static const char *mutate(const char *text, const struct key_place *place)
{
    char *copy = arena_strdup(test_arena, text);
    bool is_column = place->n == strlen("tenant_id");
    memset(copy + place->at, ' ', place->n);
    memcpy(copy + place->at, is_column ? "nobody_id" : "1 = 1", is_column ? 9 : 5);
    return copy;
}

START_TEST(missing_keys_are_caught)
{
    struct live *l = live_start();
    size_t n, mutants = 0, survivors = 0;
    const struct db_sql *all = db_sql_all(&n);
    const char **tables = tenant_tables(l);
    for (size_t i = 0; i < n; i++) {
        struct key_places places = { .n = 0 };
        if (all[i].is_global)
            continue;
        (void)tenant_key_check(test_arena, all[i].text, tables, &places);
        for (size_t k = 0; k < places.n; k++) {
            const char *mutant = mutate(all[i].text, &places.items[k]);
            mutants++;
            if (tenant_key_check(test_arena, mutant, tables, NULL) != NULL)
                continue;
            survivors++;
            (void)fprintf(stderr, "%s: not missed: %s\n", all[i].name, mutant);
        }
    }
    ck_assert_msg(mutants > 100, "only %zu mutants", mutants);
    ck_assert_msg(survivors == 0, "%zu of %zu mutants survive", survivors, mutants);
}
END_TEST

static bool writes_roster(const char *sql)
{
    static const char *const writes[] = { "INSERT INTO user ",
                                          "INSERT INTO department ",
                                          "INSERT INTO department_member ",
                                          "UPDATE user ",
                                          "UPDATE department ",
                                          "DELETE FROM user ",
                                          "DELETE FROM department ",
                                          "DELETE FROM department_member ",
                                          "UPDATE department_member ",
                                          NULL };
    for (const char *const *w = writes; *w != NULL; w++)
        if (str_starts(sql, *w))
            return true;
    return false;
}

/* What processes keep of departments and people is outdated by a change only if it says so. */
START_TEST(changes_of_people_raise_the_roster)
{
    static const char *const others[] = { "modules/tenant/tenant.c", "modules/tenant/erase.c",
                                          "modules/user/membership.c", /* its callers do */
                                          "modules/user/session.c",    /* seen_at only */
                                          NULL };
    size_t n, found = 0;
    const struct db_sql *all = db_sql_all(&n);
    for (size_t i = 0; i < n; i++) {
        const char *modules = strstr(all[i].file, "modules/");
        if (modules == NULL || !writes_roster(all[i].text) || is_in(others, modules))
            continue;
        char *source;
        size_t size;
        struct err err = ERR_INIT;
        const char *path = arena_printf(test_arena, "%s/%s", getenv("DESKD_SOURCE"), modules);
        ck_assert_msg(file_read(test_arena, path, 1 << 20, &source, &size, &err) == 0, "%s",
                      err.msg);
        ck_assert_msg(strstr(source, "roster_changed(") != NULL, "%s in %s", all[i].name, modules);
        found++;
    }
    ck_assert_uint_gt(found, 5);
}
END_TEST

START_TEST(declarations_are_whole)
{
    size_t n;
    const struct db_sql *all = db_sql_all(&n);
    for (size_t i = 0; i < n; i++) {
        ck_assert_msg(all[i].name != NULL && all[i].text != NULL, "entry %zu is empty", i);
        ck_assert_msg(strchr(all[i].text, ';') == NULL, "%s has a semicolon", all[i].name);
        ck_assert_msg(all[i].budget >= 0, "%s has no budget", all[i].name);
    }
}
END_TEST

START_TEST(tables_belong_to_tenants)
{
    struct live *l = live_start();
    const char **tables = tenant_tables(l);
    const char **all = live_column(l, "SELECT table_name FROM information_schema.tables WHERE "
                                      "table_schema = DATABASE() AND table_type = 'BASE TABLE'");
    for (; *all != NULL; all++)
        ck_assert_msg(is_in(tables, *all) || is_in(without_tenant, *all),
                      "%s has no tenant_id and is not known to need none", *all);
}
END_TEST

START_TEST(keys_begin_with_the_tenant)
{
    struct live *l = live_start();
    for (const char **t = tenant_tables(l); *t != NULL; t++) {
        const char **keys = live_column(
            l,
            "SELECT index_name FROM information_schema.statistics WHERE table_schema = "
            "DATABASE() AND table_name = '%s' AND non_unique = 0 AND seq_in_index = 1 AND "
            "column_name <> 'tenant_id'",
            *t);
        ck_assert_msg(is_in(directory, *t) || keys[0] == NULL,
                      "unique key %s of %s does not begin with tenant_id", keys[0], *t);
        ck_assert_msg(live_number(l,
                                  "SELECT COUNT(*) FROM information_schema.statistics WHERE "
                                  "table_schema = DATABASE() AND table_name = '%s' AND "
                                  "index_name = 'PRIMARY'",
                                  *t) > 0,
                      "%s has no primary key", *t);
    }
}
END_TEST

START_TEST(foreign_keys_carry_the_tenant)
{
    struct live *l = live_start();
    const char **open = live_column(
        l, "SELECT CONCAT(k.table_name, '.', k.constraint_name) FROM "
           "information_schema.key_column_usage k WHERE k.table_schema = DATABASE() AND "
           "k.referenced_table_name IS NOT NULL GROUP BY k.table_name, k.constraint_name HAVING "
           "SUM(k.column_name = 'tenant_id' AND k.referenced_column_name IN ('tenant_id', 'id')) "
           "= 0");
    ck_assert_msg(open[0] == NULL, "%s has no tenant_id", open[0]);
    ck_assert_int_gt(live_number(l, "SELECT COUNT(*) FROM "
                                    "information_schema.referential_constraints WHERE "
                                    "constraint_schema = DATABASE()"),
                     10);
}
END_TEST

START_TEST(deleting_knows_every_table)
{
    struct live *l = live_start();
    size_t known = 0, n = 0;
    for (const char **t = tenant_tables(l); *t != NULL; t++) {
        bool is_listed = false;
        if (str_starts(*t, "p_")) /* a plugin's: found in the schema */
            continue;
        n++;
        for (size_t i = 0; tenant_table(i) != NULL; i++)
            is_listed = is_listed || str_is(tenant_table(i), *t);
        ck_assert_msg(is_listed, "tenant_delete forgets %s", *t);
    }
    while (tenant_table(known) != NULL)
        known++;
    ck_assert_uint_eq(known, n);
}
END_TEST

SUITE(registry)
{
    tcase_add_test(tc, statements_prepare);
    tcase_add_test(tc, statements_carry_the_tenant);
    tcase_add_test(tc, missing_keys_are_caught);
    tcase_add_test(tc, changes_of_people_raise_the_roster);
    tcase_add_test(tc, declarations_are_whole);
    tcase_add_test(tc, tables_belong_to_tenants);
    tcase_add_test(tc, keys_begin_with_the_tenant);
    tcase_add_test(tc, foreign_keys_carry_the_tenant);
    tcase_add_test(tc, deleting_knows_every_table);
}
