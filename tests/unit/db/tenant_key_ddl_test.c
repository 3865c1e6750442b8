/* tests/unit/db/tenant_key_ddl_test.c - which statements a plugin's migrations may hold */
#include "../suite.h"

#include "db/tenant_key.h"

static const char *const tables[] = { "p_x_one", "p_x_two", NULL };

#define KEY "tenant_id BIGINT, PRIMARY KEY (tenant_id)"

static const char *const good[] = {
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ")",
    "create table if not exists `p_x_one` (tenant_id BIGINT NOT NULL, id INT DEFAULT 3, PRIMARY "
    "KEY "
    "(tenant_id, id), UNIQUE KEY name (tenant_id, id), KEY other (id)) ENGINE=InnoDB",
    "CREATE TABLE IF NOT EXISTS p_x_two (" KEY ", FOREIGN KEY (tenant_id) REFERENCES p_x_one "
    "(tenant_id) ON DELETE CASCADE) ENGINE InnoDB COMMENT 'drop table user'",
    "ALTER TABLE p_x_one ADD COLUMN IF NOT EXISTS seen DECIMAL(4,2) DEFAULT 1.5",
    "ALTER TABLE p_x_one DROP PRIMARY KEY, ADD PRIMARY KEY (tenant_id, id)",
    "DROP TABLE IF EXISTS p_x_two",
};

static const char *const bad[] = {
    "CREATE TABLE p_x_one (" KEY ")",
    "CREATE TABLE IF NOT EXISTS user (" KEY ")",
    "CREATE TABLE IF NOT EXISTS p_x_three (" KEY ")",
    "CREATE TABLE IF NOT EXISTS mysql.p_x_one (" KEY ")",
    "CREATE TABLE IF NOT EXISTS p_x_one (id INT PRIMARY KEY)",
    "CREATE TABLE IF NOT EXISTS p_x_one (id INT)",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ", UNIQUE KEY (id))",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ", id INT UNIQUE)",
    "CREATE TABLE IF NOT EXISTS p_x_one (id INT, tenant_id INT, PRIMARY KEY (id, tenant_id))",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ") SELECT * FROM user",
    "CREATE TABLE IF NOT EXISTS p_x_one LIKE user",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ") ENGINE=MyISAM",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ") DATA DIRECTORY='/tmp'",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ") UNION=(user)",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ", FOREIGN KEY (tenant_id) REFERENCES tenant (id))",
    "CREATE OR REPLACE TABLE p_x_one (" KEY ")",
    "CREATE TEMPORARY TABLE IF NOT EXISTS p_x_one (" KEY ")",
    "CREATE TRIGGER t BEFORE INSERT ON p_x_one FOR EACH ROW SET @a = 1",
    "ALTER TABLE user ADD COLUMN x INT",
    "ALTER TABLE p_x_one RENAME TO user",
    "ALTER TABLE p_x_one ADD UNIQUE (id)",
    "ALTER TABLE p_x_one DROP PRIMARY KEY, ADD PRIMARY KEY (id)",
    "ALTER TABLE p_x_one EXCHANGE PARTITION p WITH TABLE user",
    "DROP TABLE IF EXISTS p_x_one, user",
    "DROP TABLE p_x_one",
    "DROP TABLE IF EXISTS user",
    "INSERT INTO p_x_one VALUES (1)",
    "UPDATE p_x_one SET tenant_id = 1",
    "GRANT ALL ON *.* TO deskd",
    "SET GLOBAL x = 1",
    "CREATE TABLE IF NOT EXISTS p_x_one /*!99999 x */ (" KEY ")",
    "CREATE TABLE IF NOT EXISTS p_x_one (" KEY ") COMMENT \"x\"",
    "",
};

START_TEST(lets_good_ones_pass)
{
    const char *problem = tenant_key_check_ddl(test_arena, good[_i], tables);
    ck_assert_msg(problem == NULL, "%s: %s", good[_i], problem);
}
END_TEST

START_TEST(catches_bad_ones)
{
    ck_assert_msg(tenant_key_check_ddl(test_arena, bad[_i], tables) != NULL, "%s", bad[_i]);
}
END_TEST

SUITE(tenant_key_ddl)
{
    tcase_add_loop_test(tc, lets_good_ones_pass, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, catches_bad_ones, 0, sizeof(bad) / sizeof(bad[0]));
}
