/* tests/live/migrate_plugin_test.c - a plugin's tables: made once, resumed, its tenants' rows
 * erased
 */
#include "live.h"

#include "base/file.h"
#include "db/erase.h"
#include "db/migrate.h"

#include <stdlib.h>
#include <string.h>

static const char *const tables[] = { "p_mptest_parent", "p_mptest_child", NULL };

struct desk {
    struct live *live;
    const char *dir;
};

static void clean(void *data)
{
    struct desk *d = data;
    struct err err = ERR_INIT;
    (void)migrate_plugin_drop(test_arena, &d->live->conf, "mptest", tables, &err);
    (void)file_remove_tree(d->dir, &err);
}

static struct desk *desk_new(void)
{
    struct desk *d = arena_zalloc(test_arena, sizeof(*d));
    d->live = live_start();
    char *dir = arena_strdup(test_arena, "/tmp/deskd-plugin-sql-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    d->dir = dir;
    clean(d);
    live_is(d->live, file_make_dirs(dir, 0700, &d->live->err), 0);
    arena_cleanup(test_arena, clean, d);
    return d;
}

static void script(struct desk *d, const char *text)
{
    const char *path = arena_printf(test_arena, "%s/0001_create_things.sql", d->dir);
    const char *tmp = arena_printf(test_arena, "%s.tmp", path);
    live_is(d->live, file_write_durable(tmp, path, text, strlen(text), &d->live->err), 0);
}

static int64_t apply(struct desk *d)
{
    struct migrate_result r = { 0 };
    d->live->err = (struct err)ERR_INIT;
    if (migrate_plugin(test_arena, &d->live->conf, "mptest", d->dir, &r, &d->live->err) < 0)
        return -1;
    return (int64_t)r.statements;
}

#define PARENT                                                                                     \
    "CREATE TABLE IF NOT EXISTS p_mptest_parent (tenant_id BIGINT, id INT, PRIMARY KEY "           \
    "(tenant_id, id));\n"
#define CHILD                                                                                      \
    "CREATE TABLE IF NOT EXISTS p_mptest_child (tenant_id BIGINT, id INT, PRIMARY KEY "            \
    "(tenant_id, id), FOREIGN KEY (tenant_id, id) REFERENCES p_mptest_parent (tenant_id, id));\n"

START_TEST(each_statement_runs_once)
{
    struct desk *d = desk_new();
    ck_assert_int_eq(apply(d), 0);
    script(d, PARENT "ALTER TABLE p_mptest_nowhere ADD COLUMN x INT;");
    ck_assert_int_eq(apply(d), -1);
    ck_assert_ptr_nonnull(strstr(d->live->err.msg, "statement 2"));
    script(d, PARENT CHILD);
    ck_assert_int_eq(apply(d), 1);
    ck_assert_int_eq(apply(d), 0);
    script(d, CHILD PARENT);
    ck_assert_int_eq(apply(d), -1);
    ck_assert_int_eq(d->live->err.code, ERR_CONFLICT);
    ck_assert_int_eq(live_number(d->live, "SELECT COUNT(*) FROM plugin_migration WHERE plugin = "
                                          "'mptest' AND applied_at IS NOT NULL"),
                     1);
    live_is(d->live, migrate_is_done(test_arena, &d->live->conf, &d->live->err), 1);
}
END_TEST

static const char *const *found(struct live *l)
{
    const char *const *all;
    live_is(l, erase_find_tables(&l->global, test_arena, &all, &l->err), 0);
    return all;
}

/* In whatever order they stand, and nobody else's rows. */
START_TEST(a_tenants_rows_are_erased)
{
    struct desk *d = desk_new();
    struct live *l = d->live;
    struct db one = db_tenant(l->conn, 1);
    script(d, PARENT CHILD);
    ck_assert_int_eq(apply(d), 2);
    live_run(l, "INSERT INTO p_mptest_parent SELECT 1, seq FROM seq_1_to_2500");
    live_run(l, "INSERT INTO p_mptest_parent VALUES (2, 1)");
    live_run(l, "INSERT INTO p_mptest_child SELECT tenant_id, id FROM p_mptest_parent");
    ck_assert_ptr_nonnull(found(l)[0]);
    live_is(l, erase_tables(&one, tables, &l->err), 0);
    ck_assert_int_eq(live_number(l, "SELECT COUNT(*) FROM p_mptest_parent"), 1);
    ck_assert_int_eq(live_number(l, "SELECT COUNT(*) FROM p_mptest_child"), 1);
}
END_TEST

START_TEST(only_plugins_tables_are_erased)
{
    static const char *const wrong[][2] = { { "user", NULL },
                                            { "p_x WHERE 1 OR tenant_id", NULL } };
    struct live *l = live_start();
    struct db one = db_tenant(l->conn, 1);
    for (size_t i = 0; i < 2; i++)
        live_fails(l, erase_tables(&one, wrong[i], &l->err), ERR_INTERNAL);
}
END_TEST

SUITE(migrate_plugin)
{
    tcase_add_test(tc, each_statement_runs_once);
    tcase_add_test(tc, a_tenants_rows_are_erased);
    tcase_add_test(tc, only_plugins_tables_are_erased);
}
