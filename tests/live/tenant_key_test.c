/* tests/live/tenant_key_test.c - the watchman of the registry test knows good statements from bad
 */
#include "../unit/suite.h"
#include "db/tenant_key.h"

static const char *const tables[] = { "ticket", "user", "contact", "session", NULL };

static const char *const good[] = {
    "SELECT id FROM ticket WHERE tenant_id = ? AND id = ?",
    "SELECT 1",
    "SELECT t.id FROM ticket t WHERE t.tenant_id = ? AND (t.id < ? OR t.id > ?)",
    "SELECT t.id FROM ticket t JOIN user u ON u.tenant_id = t.tenant_id AND u.id = t.agent_id "
    "WHERE t.tenant_id = ?",
    "SELECT t.id FROM ticket t LEFT JOIN user u ON u.tenant_id = t.tenant_id AND u.id = t.agent_id "
    "WHERE t.tenant_id = ?",
    "SELECT u.id FROM user u WHERE u.tenant_id = ? AND EXISTS (SELECT 1 FROM ticket t WHERE "
    "t.tenant_id = u.tenant_id AND t.agent_id = u.id)",
    "(SELECT id FROM ticket WHERE tenant_id = ?) UNION ALL (SELECT id FROM user WHERE tenant_id = "
    "?)",
    "SELECT t.id FROM (SELECT id FROM ticket WHERE tenant_id = ?) k JOIN ticket t ON "
    "t.tenant_id = ? AND t.id = k.id",
    "INSERT INTO user (tenant_id, id) VALUES (?, ?) ON DUPLICATE KEY UPDATE id = VALUES(id)",
    "INSERT INTO session (tenant_id, user_id) SELECT u.tenant_id, u.id FROM user u WHERE "
    "u.tenant_id = ? AND u.id = ?",
    "UPDATE ticket SET status = ? WHERE tenant_id = ? AND id = ?",
    "DELETE FROM session WHERE tenant_id = ? LIMIT 1000",
    "SELECT id FROM user WHERE tenant_id = ? FOR UPDATE",
};

static const char *const bad[] = {
    "SELECT id FROM ticket WHERE id = ?",
    "SELECT id FROM ticket WHERE id = ? OR tenant_id = ?",
    "SELECT id FROM ticket WHERE tenant_id = ? OR id = ?",
    "SELECT id FROM ticket WHERE (tenant_id = ? OR id = ?)",
    "SELECT id FROM ticket WHERE NOT tenant_id = ?",
    "SELECT id FROM ticket WHERE tenant_id > ?",
    "SELECT id FROM ticket WHERE tenant_id = 7",
    "SELECT tenant_id = ? FROM ticket",
    "SELECT t.id FROM ticket t JOIN user u ON u.id = t.agent_id WHERE t.tenant_id = ?",
    "SELECT t.id FROM ticket t, user u WHERE t.tenant_id = ? AND u.id = t.agent_id",
    "SELECT t.id FROM ticket t LEFT JOIN user u ON u.tenant_id = ? AND t.tenant_id = u.tenant_id",
    "SELECT t.id FROM ticket t LEFT JOIN user u ON u.tenant_id = ? AND t.tenant_id = ?",
    "SELECT u.id FROM user u WHERE EXISTS (SELECT 1 FROM ticket t WHERE t.tenant_id = ? AND "
    "u.tenant_id = ?)",
    "SELECT u.id FROM user u WHERE u.tenant_id = ? AND EXISTS (SELECT 1 FROM ticket t WHERE "
    "t.agent_id = u.id)",
    "SELECT id FROM ticket WHERE tenant_id = ? UNION SELECT id FROM user",
    "SELECT t.id FROM (SELECT id FROM ticket) k JOIN ticket t ON t.tenant_id = ? AND t.id = k.id",
    "SELECT a.id FROM ticket a JOIN ticket b ON a.tenant_id = b.tenant_id",
    "INSERT INTO user (id, tenant_id) VALUES (?, ?)",
    "INSERT INTO user (tenant_id, id) VALUES (7, ?)",
    "INSERT INTO user (tenant_id, id) VALUES (?, ?), (7, ?)",
    "INSERT INTO session (tenant_id, user_id) SELECT u.tenant_id, u.id FROM user u WHERE u.id = ?",
    "UPDATE ticket SET status = ? WHERE id = ?",
    "UPDATE ticket SET tenant_id = ? WHERE tenant_id = ?",
    "UPDATE ticket SET tenant_id = ?",
    "INSERT INTO user (tenant_id, id) VALUES (?, ?) ON DUPLICATE KEY UPDATE tenant_id = ?",
    "DELETE FROM session",
    "TRUNCATE session",
};

START_TEST(lets_good_ones_pass)
{
    const char *problem = tenant_key_check(test_arena, good[_i], tables, NULL);
    ck_assert_msg(problem == NULL, "%s: %s", good[_i], problem);
}
END_TEST

START_TEST(catches_bad_ones)
{
    ck_assert_msg(tenant_key_check(test_arena, bad[_i], tables, NULL) != NULL, "%s", bad[_i]);
}
END_TEST

static const char *const own[] = { "p_x_role", "p_x_grant", NULL };

static const struct {
    const char *sql;
    unsigned marks;
    uint64_t tenant_marks;
} own_good[] = {
    { "SELECT id FROM p_x_role WHERE tenant_id = ? AND id = ?", 2, 1 },
    { "SELECT r.id FROM p_x_role r JOIN p_x_grant g ON g.tenant_id = r.tenant_id AND g.role = r.id "
      "WHERE r.id = ? AND r.tenant_id = ?",
      2, 2 },
    { "INSERT INTO p_x_role (tenant_id, id) VALUES (?, ?), (?, ?)", 4, 5 },
    { "INSERT IGNORE INTO p_x_role (tenant_id, id) VALUES (?, ?)", 2, 1 },
    { "UPDATE p_x_role SET name = ? WHERE tenant_id = ? AND id = ?", 3, 2 },
    { "DELETE FROM p_x_grant WHERE tenant_id = ? AND name <> 'a?b'", 1, 1 },
    { "SELECT k.id FROM (SELECT id FROM p_x_role WHERE tenant_id = ?) k", 1, 1 },
};

static const char *const own_bad[] = {
    "SELECT id FROM p_x_role WHERE id = ?",
    "SELECT id FROM ticket WHERE tenant_id = ?",
    "SELECT r.id FROM p_x_role r JOIN user u ON u.tenant_id = r.tenant_id WHERE r.tenant_id = ?",
    "SELECT id FROM p_x_role, user WHERE p_x_role.tenant_id = ?",
    "SELECT (SELECT MAX(id) FROM session) FROM p_x_role WHERE tenant_id = ?",
    "INSERT session (tenant_id) VALUES (?)",
    "REPLACE session (tenant_id) VALUES (?)",
    "UPDATE IGNORE session SET user_id = 1 WHERE tenant_id = ?",
    "DROP TABLE p_x_role",
    "SET autocommit = 1",
    "CALL something(?)",
    "TABLE session",
    "SELECT id FROM p_x_role WHERE id = ? -- AND tenant_id = ?",
    "SELECT id FROM p_x_role WHERE id = ? /* AND tenant_id = ? */",
    "SELECT id FROM p_x_role WHERE tenant_id = ? AND name = 'it\\'s' OR id = ?",
    "SELECT id FROM p_x_role WHERE tenant_id = ? INTO OUTFILE 'x'",
    "SELECT id FROM mysql.user",
    "SELECT 1",
};

START_TEST(lets_own_statements_pass)
{
    unsigned marks;
    uint64_t tenant_marks;
    const char *problem = tenant_key_check_own(test_arena, own_good[_i].sql, own, &marks,
                                               &tenant_marks);
    ck_assert_msg(problem == NULL, "%s: %s", own_good[_i].sql, problem);
    ck_assert_uint_eq(marks, own_good[_i].marks);
    ck_assert_uint_eq(tenant_marks, own_good[_i].tenant_marks);
}
END_TEST

START_TEST(catches_what_is_not_own)
{
    unsigned marks;
    uint64_t tenant_marks;
    ck_assert_msg(tenant_key_check_own(test_arena, own_bad[_i], own, &marks, &tenant_marks) != NULL,
                  "%s", own_bad[_i]);
}
END_TEST

SUITE(tenant_key)
{
    tcase_add_loop_test(tc, lets_own_statements_pass, 0, sizeof(own_good) / sizeof(own_good[0]));
    tcase_add_loop_test(tc, catches_what_is_not_own, 0, sizeof(own_bad) / sizeof(own_bad[0]));
    tcase_add_loop_test(tc, lets_good_ones_pass, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, catches_bad_ones, 0, sizeof(bad) / sizeof(bad[0]));
}
