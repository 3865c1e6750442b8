#include "sla_sql.h"

const struct deskd_sql load_levels = {
    "load_levels",
    "SELECT id, name, is_default, grace_minutes, version FROM p_sla_level WHERE tenant_id "
    "= ? ORDER BY name, id LIMIT 100",
    200,
};
const struct deskd_sql load_targets = {
    "load_targets",
    "SELECT v.level_id, v.kind, v.target_minutes, v.calendar_id, v.pauses, v.warns FROM "
    "p_sla_level l JOIN p_sla_level_version v ON v.tenant_id = l.tenant_id AND v.level_id "
    "= l.id AND v.version = l.version WHERE l.tenant_id = ? LIMIT 500",
    1000,
};
const struct deskd_sql load_rules = {
    "load_rules",
    "SELECT id, level_id, department_id, source, address, subject, on_transfer FROM "
    "p_sla_rule WHERE tenant_id = ? ORDER BY place, id LIMIT 200",
    400,
};
const struct deskd_sql count_levels = {
    "count_levels",
    "SELECT COUNT(*) FROM p_sla_level WHERE tenant_id = ? FOR UPDATE",
    100,
};
const struct deskd_sql lock_level = {
    "lock_level",
    "SELECT version, name FROM p_sla_level WHERE tenant_id = ? AND id = ? FOR UPDATE",
    1,
};
const struct deskd_sql insert_level = {
    "insert_level",
    "INSERT INTO p_sla_level (tenant_id, id, name, grace_minutes, is_default) VALUES (?, "
    "?, ?, ?, ?)",
    1,
};
const struct deskd_sql update_level = {
    "update_level",
    "UPDATE p_sla_level SET name = ?, grace_minutes = ?, is_default = ?, version = "
    "version + 1 WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql only_default = {
    "only_default",
    "UPDATE p_sla_level SET is_default = 0 WHERE tenant_id = ? AND id <> ?",
    100,
};
const struct deskd_sql delete_level = {
    "delete_level",
    "DELETE FROM p_sla_level WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql insert_target = {
    "insert_target",
    "INSERT INTO p_sla_level_version (tenant_id, level_id, version, kind, target_minutes, "
    "calendar_id, pauses, warns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    1,
};
const struct deskd_sql drop_rules_of_level = {
    "drop_rules_of_level",
    "DELETE FROM p_sla_rule WHERE tenant_id = ? AND level_id = ?",
    200,
};
const struct deskd_sql count_rules = {
    "count_rules",
    "SELECT COUNT(*), CAST(COALESCE(MAX(place), 0) AS SIGNED) FROM p_sla_rule WHERE "
    "tenant_id = ? FOR UPDATE",
    200,
};
const struct deskd_sql insert_rule = {
    "insert_rule",
    "INSERT INTO p_sla_rule (tenant_id, id, place, level_id, department_id, source, "
    "address, subject, on_transfer) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    1,
};
const struct deskd_sql delete_rule = {
    "delete_rule",
    "DELETE FROM p_sla_rule WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql lock_places = {
    "lock_places",
    "SELECT id, place FROM p_sla_rule WHERE tenant_id = ? ORDER BY place, id FOR UPDATE",
    200,
};
const struct deskd_sql move_rule = {
    "move_rule",
    "UPDATE p_sla_rule SET place = ? WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql lock_ticket = {
    "lock_ticket",
    "SELECT level_id, due_at, warns_at FROM p_sla_ticket WHERE tenant_id = ? AND "
    "ticket_id = ? FOR UPDATE",
    1,
};
const struct deskd_sql read_ticket = {
    "read_ticket",
    "SELECT level_id, due_at, warns_at FROM p_sla_ticket WHERE tenant_id = ? AND "
    "ticket_id = ?",
    1,
};
#define TEN "?, ?, ?, ?, ?, ?, ?, ?, ?, ?"
const struct deskd_sql read_tickets = {
    "read_tickets",
    "SELECT ticket_id, due_at, warns_at FROM p_sla_ticket WHERE tenant_id = ? AND "
    "ticket_id IN (" TEN ", " TEN ", " TEN ", " TEN ", " TEN ")",
    TICKETS_AT_ONCE,
};
const struct deskd_sql put_ticket = {
    "put_ticket",
    "INSERT INTO p_sla_ticket (tenant_id, ticket_id, level_id, due_at, warns_at) VALUES "
    "(?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE level_id = VALUES(level_id), due_at = "
    "VALUES(due_at), warns_at = VALUES(warns_at)",
    2,
};
const struct deskd_sql load_clocks = {
    "load_clocks",
    "SELECT id, kind, level_id, level_version, target_ms, calendar_id, calendar_version, "
    "pauses, warns, anchor, consumed, merged, extra, state, was, why, tags, warned, "
    "resumed_at, due_at, warn_at, breached_at, ended_at FROM p_sla_clock WHERE tenant_id "
    "= ? AND ticket_id = ? AND is_kept = 1 ORDER BY id LIMIT 24",
    24,
};
const struct deskd_sql all_clocks = {
    "all_clocks",
    "SELECT id, kind, level_id, level_version, target_ms, calendar_id, calendar_version, "
    "pauses, warns, anchor, consumed, merged, extra, state, was, why, tags, warned, "
    "resumed_at, due_at, warn_at, breached_at, ended_at FROM p_sla_clock WHERE tenant_id "
    "= ? AND ticket_id = ? ORDER BY id DESC LIMIT 100",
    1000,
};
const struct deskd_sql insert_clock = {
    "insert_clock",
    "INSERT INTO p_sla_clock (tenant_id, id, kind, level_id, level_version, target_ms, "
    "calendar_id, calendar_version, pauses, warns, anchor, consumed, merged, extra, "
    "state, was, why, tags, warned, resumed_at, due_at, warn_at, breached_at, ended_at, "
    "ticket_id, number, department_id, agent_id, is_kept) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    1,
};
const struct deskd_sql update_clock = {
    "update_clock",
    "UPDATE p_sla_clock SET level_id = ?, level_version = ?, target_ms = ?, calendar_id = "
    "?, calendar_version = ?, pauses = ?, warns = ?, consumed = ?, merged = ?, extra = ?, "
    "state = ?, was = ?, why = ?, tags = ?, warned = ?, resumed_at = ?, due_at = ?, "
    "warn_at = ?, breached_at = ?, ended_at = ?, department_id = ?, agent_id = ?, is_kept "
    "= ? WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql cancel_level = {
    "cancel_level",
    "UPDATE p_sla_clock SET was = state, state = 5, why = 2, ended_at = ?, is_kept = 0, "
    "due_at = 0, warn_at = 0 WHERE tenant_id = ? AND level_id = ? AND is_kept = 1",
    100000,
};
const struct deskd_sql free_tickets = {
    "free_tickets",
    "UPDATE p_sla_ticket SET level_id = 0, due_at = 0, warns_at = 0 WHERE tenant_id = ? "
    "AND level_id = ?",
    200000,
};
const struct deskd_sql clocks_by_calendar = {
    "clocks_by_calendar",
    "SELECT DISTINCT ticket_id FROM p_sla_clock WHERE tenant_id = ? AND calendar_id = ? "
    "AND is_kept = 1 AND state IN (1, 2) AND calendar_version <> ? LIMIT 100",
    20000,
};
const struct deskd_sql insert_log = {
    "insert_log",
    "INSERT INTO p_sla_log (tenant_id, id, at, logged_at, ticket_id, number, kind, event, "
    "why, level_id, department_id, agent_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    1,
};

const struct deskd_sql *const sla_sql[] = {
    &load_levels,         &load_targets,       &load_rules,   &count_levels, &lock_level,
    &insert_level,        &update_level,       &only_default, &delete_level, &insert_target,
    &drop_rules_of_level, &count_rules,        &insert_rule,  &delete_rule,  &lock_places,
    &move_rule,           &lock_ticket,        &read_ticket,  &read_tickets, &put_ticket,
    &load_clocks,         &all_clocks,         &insert_clock, &update_clock, &cancel_level,
    &free_tickets,        &clocks_by_calendar, &insert_log,   NULL,
};
