/* tests/live/tenant_key_test.c - the watchman of the registry test knows good statements from bad
 */
#include "../unit/suite.h"
#include "tenant_key.h"

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

SUITE(tenant_key)
{
    tcase_add_loop_test(tc, lets_good_ones_pass, 0, sizeof(good) / sizeof(good[0]));
    tcase_add_loop_test(tc, catches_bad_ones, 0, sizeof(bad) / sizeof(bad[0]));
}
