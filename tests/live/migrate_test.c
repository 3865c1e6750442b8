/* tests/live/migrate_test.c - migrations: once, resumed, refused, one at a time */
#include "live.h"

#include "base/file.h"
#include "db/migrate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NUMBER "9901"

struct desk {
    struct live *live;
    struct conf conf; /* the same database, scripts of our own */
};

static void clean(void *data)
{
    struct desk *d = data;
    struct err err = ERR_INIT;
    (void)mysql_query(d->live->raw, "DROP TABLE IF EXISTS migrate_probe");
    (void)mysql_query(d->live->raw, "DELETE FROM schema_migration WHERE number = " NUMBER);
    (void)file_remove_tree(d->conf.sql_dir, &err);
}

static struct desk *desk_new(void)
{
    struct desk *d = arena_zalloc(test_arena, sizeof(*d));
    d->live = live_start();
    d->conf = d->live->conf;
    char *dir = arena_strdup(test_arena, "/tmp/deskd-migrate-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    d->conf.sql_dir = dir;
    clean(d);
    live_is(d->live, file_make_dirs(dir, 0700, &d->live->err), 0);
    arena_cleanup(test_arena, clean, d);
    return d;
}

static void write_script(struct desk *d, const char *text)
{
    const char *path = arena_printf(test_arena, "%s/" NUMBER "_probe_things.sql", d->conf.sql_dir);
    live_is(d->live,
            file_write_durable(arena_printf(test_arena, "%s.tmp", path), path, text, strlen(text),
                               &d->live->err),
            0);
}

static int64_t apply(struct desk *d)
{
    struct migrate_result r = { 0 };
    d->live->err = (struct err)ERR_INIT;
    if (migrate_run(test_arena, &d->conf, NULL, NULL, &r, &d->live->err) < 0)
        return -1;
    return (int64_t)r.statements;
}

#define CREATE "CREATE TABLE IF NOT EXISTS migrate_probe (tenant_id INT, id INT PRIMARY KEY);\n"
#define FIRST  "INSERT INTO migrate_probe VALUES (1, 1);\n"
#define SECOND "INSERT INTO migrate_probe VALUES (1, 2);\n"

START_TEST(each_statement_runs_once)
{
    struct desk *d = desk_new();
    write_script(d, CREATE FIRST SECOND);
    live_is(d->live, migrate_is_done(test_arena, &d->conf, &d->live->err), 0);
    ck_assert_int_eq(apply(d), 3);
    ck_assert_int_eq(apply(d), 0);
    live_is(d->live, migrate_is_done(test_arena, &d->conf, &d->live->err), 1);
    write_script(d, "-- a comment may change\n" CREATE FIRST SECOND);
    ck_assert_int_eq(apply(d), 0);
}
END_TEST

START_TEST(goes_on_behind_what_ran)
{
    struct desk *d = desk_new();
    write_script(d, CREATE FIRST "INSERT INTO nowhere VALUES (1);\n" SECOND);
    ck_assert_int_eq(apply(d), -1);
    ck_assert_ptr_nonnull(strstr(d->live->err.msg, "statement 3"));
    write_script(d, CREATE FIRST SECOND); /* the part that failed may be mended */
    ck_assert_int_eq(apply(d), 1);
    ck_assert_int_eq(live_number(d->live, "SELECT COUNT(*) FROM migrate_probe"), 2);
}
END_TEST

static const char *const changed[] = {
    CREATE SECOND FIRST,
    CREATE FIRST,
    CREATE FIRST SECOND "INSERT INTO migrate_probe VALUES (1, 3);\n",
    "CREATE TABLE IF NOT EXISTS migrate_probe (id BIGINT PRIMARY KEY);\n" FIRST SECOND,
};

START_TEST(refuses_a_changed_past)
{
    struct desk *d = desk_new();
    write_script(d, CREATE FIRST SECOND);
    ck_assert_int_eq(apply(d), 3);
    write_script(d, changed[_i]);
    ck_assert_int_eq(apply(d), -1);
    ck_assert_int_eq(d->live->err.code, ERR_CONFLICT);
    ck_assert_int_eq(live_number(d->live, "SELECT COUNT(*) FROM migrate_probe"), 2);
}
END_TEST

START_TEST(waits_for_its_turn)
{
    struct desk *d = desk_new();
    write_script(d, CREATE FIRST);
    live_run(d->live, "START TRANSACTION");
    live_run(d->live, "SELECT number FROM schema_migration WHERE number = 0 FOR UPDATE");
    ck_assert_int_eq(apply(d), -1);
    ck_assert_int_eq(d->live->err.code, ERR_UNAVAILABLE);
    ck_assert_ptr_nonnull(strstr(d->live->err.msg, "another migration is running"));
    live_run(d->live, "ROLLBACK");
    ck_assert_int_eq(apply(d), 2);
}
END_TEST

START_TEST(refuses_an_unfinished_script)
{
    struct desk *d = desk_new();
    write_script(d, CREATE "INSERT INTO migrate_probe VALUES (1, 1)");
    ck_assert_int_eq(apply(d), -1);
    ck_assert_int_eq(d->live->err.code, ERR_INVALID);
    ck_assert_int_eq(live_number(d->live, "SELECT COUNT(*) FROM information_schema.tables WHERE "
                                          "table_schema = DATABASE() AND table_name = "
                                          "'migrate_probe'"),
                     0);
}
END_TEST

SUITE(migrate)
{
    tcase_add_test(tc, each_statement_runs_once);
    tcase_add_test(tc, goes_on_behind_what_ran);
    tcase_add_loop_test(tc, refuses_a_changed_past, 0, sizeof(changed) / sizeof(changed[0]));
    tcase_add_test(tc, waits_for_its_turn);
    tcase_add_test(tc, refuses_an_unfinished_script);
}
