#include "responsibility_sql.h"

const struct deskd_sql load_walks = {
    "load_walks",
    "SELECT kind, is_done, place_order FROM p_responsibility_walk WHERE tenant_id = ?",
    2,
};
const struct deskd_sql load_departments = {
    "load_departments",
    "SELECT department_id, mode, release_minutes, version FROM p_responsibility_department "
    "WHERE tenant_id = ? ORDER BY department_id LIMIT 1000",
    200,
};
const struct deskd_sql lock_row = {
    "lock_row",
    "SELECT department_id, holder_id, lease_user_id, place, held_until, acted_at, band, "
    "moves_at FROM p_responsibility_queue WHERE tenant_id = ? AND ticket_id = ? FOR UPDATE",
    1,
};
const struct deskd_sql insert_row = {
    "insert_row",
    "INSERT INTO p_responsibility_queue (tenant_id, ticket_id, number, department_id, "
    "holder_id, place, band, priority, due_at, warns_at, waiting_since, moves_at, "
    "held_until, acted_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    1,
};
const struct deskd_sql update_row = {
    "update_row",
    "UPDATE p_responsibility_queue SET department_id = ?, holder_id = ?, lease_user_id = "
    "?, place = ?, band = ?, priority = ?, due_at = ?, warns_at = ?, waiting_since = ?, "
    "moves_at = ?, held_until = ?, acted_at = ? WHERE tenant_id = ? AND ticket_id = ?",
    1,
};
const struct deskd_sql delete_row = {
    "delete_row",
    "DELETE FROM p_responsibility_queue WHERE tenant_id = ? AND ticket_id = ?",
    1,
};
const struct deskd_sql add_count = {
    "add_count",
    "INSERT INTO p_responsibility_count (tenant_id, agent_id, department_id, tickets) "
    "VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE tickets = tickets + VALUES(tickets)",
    2,
};
const struct deskd_sql set_count = {
    "set_count",
    "INSERT INTO p_responsibility_count (tenant_id, agent_id, department_id, tickets) "
    "VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE tickets = VALUES(tickets)",
    2,
};
const struct deskd_sql lock_counts = {
    "lock_counts",
    "SELECT agent_id, department_id, tickets FROM p_responsibility_count WHERE tenant_id = "
    "? ORDER BY agent_id, department_id FOR UPDATE",
    20000,
};
const struct deskd_sql count_rows = {
    "count_rows",
    "SELECT GREATEST(holder_id, 0), department_id, COUNT(*) FROM p_responsibility_queue "
    "WHERE tenant_id = ? GROUP BY GREATEST(holder_id, 0), department_id ORDER BY 1, 2",
    2000000,
};
const struct deskd_sql first_move = {
    "first_move",
    "SELECT moves_at FROM p_responsibility_queue WHERE tenant_id = ? AND moves_at IS NOT "
    "NULL ORDER BY moves_at LIMIT 1",
    1,
};
const struct deskd_sql rows_to_move = {
    "rows_to_move",
    "SELECT ticket_id FROM p_responsibility_queue WHERE tenant_id = ? AND moves_at <= ? "
    "ORDER BY moves_at LIMIT 100",
    200,
};
const struct deskd_sql rows_from = {
    "rows_from",
    "SELECT ticket_id FROM p_responsibility_queue WHERE tenant_id = ? AND ticket_id > ? "
    "ORDER BY ticket_id LIMIT 200",
    200,
};
const struct deskd_sql read_row = {
    "read_row",
    "SELECT band, priority, due_at, waiting_since, department_id, holder_id, "
    "lease_user_id, held_until FROM p_responsibility_queue WHERE tenant_id = ? AND "
    "ticket_id = ?",
    1,
};
const struct deskd_sql put_last = {
    "put_last",
    "INSERT INTO p_responsibility_last (tenant_id, ticket_id, user_id, at) VALUES (?, ?, "
    "?, ?) ON DUPLICATE KEY UPDATE user_id = VALUES(user_id), at = VALUES(at)",
    2,
};
const struct deskd_sql read_last = {
    "read_last",
    "SELECT user_id FROM p_responsibility_last WHERE tenant_id = ? AND ticket_id = ?",
    1,
};
const struct deskd_sql free_count = {
    "free_count",
    "SELECT agent_id, department_id, tickets FROM p_responsibility_count WHERE tenant_id = "
    "? AND agent_id IN (0, ?) AND tickets > 0",
    100,
};
const struct deskd_sql peek = {
    "peek",
    "SELECT q.ticket_id, q.place FROM p_responsibility_queue q WHERE q.tenant_id = ? AND "
    "q.department_id = ? AND q.holder_id = ? AND q.lease_user_id = 0 AND NOT EXISTS "
    "(SELECT 1 FROM p_responsibility_skip s WHERE s.tenant_id = q.tenant_id AND s.user_id "
    "= ? AND s.ticket_id = q.ticket_id AND s.until > ?) ORDER BY q.place LIMIT 1",
    64,
};
const struct deskd_sql claim = {
    "claim",
    "SELECT q.ticket_id, q.number, q.band, q.priority, q.due_at, q.waiting_since FROM "
    "p_responsibility_queue q WHERE q.tenant_id = ? AND q.department_id = ? AND "
    "q.holder_id = ? AND q.lease_user_id = 0 AND NOT EXISTS (SELECT 1 FROM "
    "p_responsibility_skip s WHERE s.tenant_id = q.tenant_id AND s.user_id = ? AND "
    "s.ticket_id = q.ticket_id AND s.until > ?) ORDER BY q.place LIMIT 1 FOR UPDATE SKIP "
    "LOCKED",
    64,
};
const struct deskd_sql mark_leased = {
    "mark_leased",
    "UPDATE p_responsibility_queue SET lease_user_id = ? WHERE tenant_id = ? AND ticket_id "
    "= ? AND lease_user_id = 0",
    1,
};
const struct deskd_sql unmark_leased = {
    "unmark_leased",
    "UPDATE p_responsibility_queue SET lease_user_id = 0 WHERE tenant_id = ? AND ticket_id "
    "= ? AND lease_user_id = ?",
    1,
};
const struct deskd_sql put_lease = {
    "put_lease",
    "REPLACE INTO p_responsibility_lease (tenant_id, user_id, ticket_id, number, since, "
    "until) VALUES (?, ?, ?, ?, ?, ?)",
    2,
};
const struct deskd_sql lock_lease = {
    "lock_lease",
    "SELECT ticket_id, number, until FROM p_responsibility_lease WHERE tenant_id = ? AND "
    "user_id = ? FOR UPDATE",
    1,
};
const struct deskd_sql renew_lease = {
    "renew_lease",
    "UPDATE p_responsibility_lease SET until = ? WHERE tenant_id = ? AND user_id = ? AND "
    "until > ?",
    1,
};
const struct deskd_sql delete_lease = {
    "delete_lease",
    "DELETE FROM p_responsibility_lease WHERE tenant_id = ? AND user_id = ?",
    1,
};
const struct deskd_sql delete_lease_of_ticket = {
    "delete_lease_of_ticket",
    "DELETE FROM p_responsibility_lease WHERE tenant_id = ? AND ticket_id = ?",
    1,
};
const struct deskd_sql lease_of_ticket = {
    "lease_of_ticket",
    "SELECT user_id, until FROM p_responsibility_lease WHERE tenant_id = ? AND ticket_id = "
    "?",
    1,
};
const struct deskd_sql expired_leases = {
    "expired_leases",
    "SELECT user_id, ticket_id FROM p_responsibility_lease WHERE tenant_id = ? AND until "
    "<= ? ORDER BY until LIMIT 20 FOR UPDATE SKIP LOCKED",
    40,
};
const struct deskd_sql expired_holds = {
    "expired_holds",
    "SELECT ticket_id FROM p_responsibility_queue WHERE tenant_id = ? AND held_until <= ? "
    "ORDER BY held_until LIMIT 20 FOR UPDATE SKIP LOCKED",
    40,
};
const struct deskd_sql drop_hold = {
    "drop_hold",
    "UPDATE p_responsibility_queue SET holder_id = 0, held_until = NULL WHERE tenant_id = "
    "? AND ticket_id = ? AND holder_id < 0",
    1,
};
const struct deskd_sql holds_of = {
    "holds_of",
    "SELECT ticket_id FROM p_responsibility_queue WHERE tenant_id = ? AND department_id = "
    "? AND holder_id = ? LIMIT 500 FOR UPDATE SKIP LOCKED",
    2000,
};
const struct deskd_sql put_skip = {
    "put_skip",
    "REPLACE INTO p_responsibility_skip (tenant_id, user_id, ticket_id, until) VALUES (?, "
    "?, ?, ?)",
    2,
};
const struct deskd_sql delete_skips = {
    "delete_skips",
    "DELETE FROM p_responsibility_skip WHERE tenant_id = ? AND ticket_id = ?",
    500,
};
const struct deskd_sql old_skips = {
    "old_skips",
    "DELETE FROM p_responsibility_skip WHERE tenant_id = ? AND until <= ?",
    2000,
};
const struct deskd_sql bar = {
    "bar",
    "(SELECT 1, c.agent_id, c.department_id, c.tickets, 0 FROM p_responsibility_count c "
    "WHERE c.tenant_id = ? AND c.agent_id IN (0, ?) AND c.tickets > 0) UNION ALL (SELECT "
    "2, p.state, p.since, p.seen_at, p.by_user_id FROM p_responsibility_person p WHERE "
    "p.tenant_id = ? AND p.user_id = ?) UNION ALL (SELECT 3, l.ticket_id, l.number, "
    "l.until, 0 FROM p_responsibility_lease l WHERE l.tenant_id = ? AND l.user_id = ?)",
    110,
};
const struct deskd_sql read_person = {
    "read_person",
    "SELECT state, since, seen_at, capacity, only_to_solve, version, by_user_id FROM "
    "p_responsibility_person WHERE tenant_id = ? AND user_id = ?",
    1,
};
const struct deskd_sql lock_person = {
    "lock_person",
    "SELECT state, since, seen_at, capacity, only_to_solve, version, by_user_id FROM "
    "p_responsibility_person WHERE tenant_id = ? AND user_id = ? FOR UPDATE",
    1,
};
const struct deskd_sql all_people = {
    "all_people",
    "SELECT user_id, state, since, seen_at, capacity, only_to_solve, version, by_user_id "
    "FROM p_responsibility_person WHERE tenant_id = ? LIMIT 1000",
    1000,
};
const struct deskd_sql see_person = {
    "see_person",
    "INSERT INTO p_responsibility_person (tenant_id, user_id, since, seen_at) VALUES (?, "
    "?, ?, ?) ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at)",
    2,
};
const struct deskd_sql put_state = {
    "put_state",
    "INSERT INTO p_responsibility_person (tenant_id, user_id, state, since, by_user_id, "
    "seen_at) VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE state = VALUES(state), "
    "since = VALUES(since), by_user_id = VALUES(by_user_id)",
    2,
};
const struct deskd_sql put_limits = {
    "put_limits",
    "INSERT INTO p_responsibility_person (tenant_id, user_id, capacity, only_to_solve) "
    "VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE capacity = VALUES(capacity), "
    "only_to_solve = VALUES(only_to_solve), version = version + 1",
    2,
};
const struct deskd_sql delete_person = {
    "delete_person",
    "DELETE FROM p_responsibility_person WHERE tenant_id = ? AND user_id = ?",
    1,
};
const struct deskd_sql all_leases = {
    "all_leases",
    "SELECT user_id, ticket_id, number, since, until FROM p_responsibility_lease WHERE "
    "tenant_id = ? LIMIT 1000",
    1000,
};
const struct deskd_sql all_loads = {
    "all_loads",
    "SELECT agent_id, CAST(SUM(tickets) AS SIGNED) FROM p_responsibility_count WHERE "
    "tenant_id = ? GROUP BY agent_id ORDER BY agent_id",
    20000,
};
const struct deskd_sql all_cells = {
    "all_cells",
    "SELECT agent_id, department_id, tickets FROM p_responsibility_count WHERE tenant_id = "
    "? AND tickets > 0 ORDER BY agent_id, department_id",
    20000,
};
const struct deskd_sql load_of = {
    "load_of",
    "SELECT CAST(COALESCE(SUM(tickets), 0) AS SIGNED) FROM p_responsibility_count WHERE "
    "tenant_id = ? AND agent_id = ? LOCK IN SHARE MODE",
    200,
};
const struct deskd_sql lock_department = {
    "lock_department",
    "SELECT mode, last_user_id FROM p_responsibility_department WHERE tenant_id = ? AND "
    "department_id = ? FOR UPDATE",
    1,
};
const struct deskd_sql turn_department = {
    "turn_department",
    "UPDATE p_responsibility_department SET last_user_id = ? WHERE tenant_id = ? AND "
    "department_id = ?",
    1,
};
const struct deskd_sql put_department = {
    "put_department",
    "INSERT INTO p_responsibility_department (tenant_id, department_id, mode, "
    "release_minutes) VALUES (?, ?, ?, ?) ON DUPLICATE KEY UPDATE mode = VALUES(mode), "
    "release_minutes = VALUES(release_minutes), version = version + 1",
    2,
};
const struct deskd_sql first_free = {
    "first_free",
    "SELECT ticket_id FROM p_responsibility_queue WHERE tenant_id = ? AND department_id = "
    "? AND holder_id = 0 AND lease_user_id = 0 ORDER BY place LIMIT 1",
    1,
};
const struct deskd_sql rows_of_absent = {
    "rows_of_absent",
    "SELECT ticket_id, acted_at FROM p_responsibility_queue WHERE tenant_id = ? AND "
    "department_id = ? AND holder_id = ? AND lease_user_id = 0 AND acted_at <= ? LIMIT 100",
    400,
};
const struct deskd_sql add_decision = {
    "add_decision",
    "INSERT INTO p_responsibility_decision (tenant_id, id, ticket_id, at, kind, user_id, "
    "mode, band, priority, due_at, waiting_since, waiting, until, reason, detail) VALUES "
    "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    1,
};
const struct deskd_sql decisions_of = {
    "decisions_of",
    "SELECT at, kind, user_id, mode, band, priority, due_at, waiting_since, waiting, "
    "until, reason, detail FROM p_responsibility_decision WHERE tenant_id = ? AND "
    "ticket_id = ? ORDER BY id DESC LIMIT 200",
    200,
};
const struct deskd_sql last_decision = {
    "last_decision",
    "SELECT id, kind, detail FROM p_responsibility_decision WHERE tenant_id = ? AND "
    "ticket_id = ? ORDER BY id DESC LIMIT 1",
    1,
};
const struct deskd_sql old_decisions = {
    "old_decisions",
    "DELETE FROM p_responsibility_decision WHERE tenant_id = ? AND at < ? LIMIT 1000",
    2000,
};
const struct deskd_sql lock_walk = {
    "lock_walk",
    "SELECT is_done, place_order, activity_at, ticket_id, repaired FROM "
    "p_responsibility_walk WHERE tenant_id = ? AND kind = ? FOR UPDATE",
    1,
};
const struct deskd_sql begin_walk = {
    "begin_walk",
    "REPLACE INTO p_responsibility_walk (tenant_id, kind, place_order) VALUES (?, ?, ?)",
    2,
};
const struct deskd_sql move_walk = {
    "move_walk",
    "UPDATE p_responsibility_walk SET is_done = ?, activity_at = ?, ticket_id = ?, "
    "repaired = ? WHERE tenant_id = ? AND kind = ?",
    1,
};

const struct deskd_sql *const responsibility_sql[] = {
    &load_walks,
    &load_departments,
    &lock_row,
    &insert_row,
    &update_row,
    &delete_row,
    &add_count,
    &set_count,
    &lock_counts,
    &count_rows,
    &first_move,
    &rows_to_move,
    &rows_from,
    &read_row,
    &put_last,
    &read_last,
    &free_count,
    &peek,
    &claim,
    &mark_leased,
    &unmark_leased,
    &put_lease,
    &lock_lease,
    &renew_lease,
    &delete_lease,
    &delete_lease_of_ticket,
    &lease_of_ticket,
    &expired_leases,
    &expired_holds,
    &drop_hold,
    &holds_of,
    &put_skip,
    &delete_skips,
    &old_skips,
    &bar,
    &read_person,
    &lock_person,
    &all_people,
    &see_person,
    &put_state,
    &put_limits,
    &delete_person,
    &all_leases,
    &all_loads,
    &all_cells,
    &load_of,
    &lock_department,
    &turn_department,
    &put_department,
    &first_free,
    &rows_of_absent,
    &add_decision,
    &decisions_of,
    &last_decision,
    &old_decisions,
    &lock_walk,
    &begin_walk,
    &move_walk,
    NULL,
};
