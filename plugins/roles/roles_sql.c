#include "roles_sql.h"

const struct deskd_sql load_roles = {
    "load_roles",
    "SELECT id, name, reach, is_read_only, is_for_new, version FROM p_roles_role "
    "WHERE tenant_id = ? ORDER BY name, id LIMIT 100",
    200,
};
const struct deskd_sql load_permissions = {
    "load_permissions",
    "SELECT role_id, name FROM p_roles_permission WHERE tenant_id = ? LIMIT 25600",
    25600,
};
const struct deskd_sql load_people = {
    "load_people",
    "SELECT user_id, role_id, version FROM p_roles_person WHERE tenant_id = ? ORDER BY user_id "
    "LIMIT 5000",
    5000,
};
const struct deskd_sql load_places = {
    "load_places",
    "SELECT user_id, department_id, role_id FROM p_roles_place WHERE tenant_id = ? "
    "ORDER BY user_id, department_id LIMIT 20000",
    20000,
};
const struct deskd_sql lock_role = {
    "lock_role",
    "SELECT version FROM p_roles_role WHERE tenant_id = ? AND id = ? FOR UPDATE",
    1,
};
const struct deskd_sql find_name = {
    "find_name",
    "SELECT id FROM p_roles_role WHERE tenant_id = ? AND name = ? FOR UPDATE",
    1,
};
const struct deskd_sql count_roles = {
    "count_roles",
    "SELECT COUNT(*) FROM p_roles_role WHERE tenant_id = ?",
    200,
};
const struct deskd_sql insert_role = {
    "insert_role",
    "INSERT INTO p_roles_role (tenant_id, id, name, reach, is_read_only) VALUES (?, ?, ?, ?, ?)",
    1,
};
const struct deskd_sql update_role = {
    "update_role",
    "UPDATE p_roles_role SET name = ?, reach = ?, is_read_only = ?, version = version + 1 "
    "WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql delete_role = {
    "delete_role",
    "DELETE FROM p_roles_role WHERE tenant_id = ? AND id = ?",
    1,
};
const struct deskd_sql delete_permissions = {
    "delete_permissions",
    "DELETE FROM p_roles_permission WHERE tenant_id = ? AND role_id = ?",
    300,
};
const struct deskd_sql insert_permission = {
    "insert_permission",
    "INSERT INTO p_roles_permission (tenant_id, role_id, name) VALUES (?, ?, ?)",
    1,
};
const struct deskd_sql delete_permission = {
    "delete_permission",
    "DELETE FROM p_roles_permission WHERE tenant_id = ? AND role_id = ? AND name = ?",
    1,
};
const struct deskd_sql choose_for_new = {
    "choose_for_new",
    "UPDATE p_roles_role SET is_for_new = (id = ?) WHERE tenant_id = ?",
    200,
};
const struct deskd_sql lock_person = {
    "lock_person",
    "SELECT version FROM p_roles_person WHERE tenant_id = ? AND user_id = ? FOR UPDATE",
    1,
};
const struct deskd_sql put_person = {
    "put_person",
    "INSERT INTO p_roles_person (tenant_id, user_id, role_id) VALUES (?, ?, ?) "
    "ON DUPLICATE KEY UPDATE role_id = VALUES(role_id), version = version + 1",
    2,
};
const struct deskd_sql know_person = {
    "know_person",
    "INSERT IGNORE INTO p_roles_person (tenant_id, user_id, role_id) VALUES (?, ?, ?)",
    1,
};
const struct deskd_sql move_people = {
    "move_people",
    "UPDATE p_roles_person SET role_id = ?, version = version + 1 WHERE tenant_id = ? "
    "AND role_id = ?",
    5000,
};
const struct deskd_sql move_places = {
    "move_places",
    "UPDATE p_roles_place SET role_id = ? WHERE tenant_id = ? AND role_id = ?",
    20000,
};
const struct deskd_sql drop_places_of_role = {
    "drop_places_of_role",
    "DELETE FROM p_roles_place WHERE tenant_id = ? AND role_id = ?",
    20000,
};
const struct deskd_sql delete_places = {
    "delete_places",
    "DELETE FROM p_roles_place WHERE tenant_id = ? AND user_id = ?",
    100,
};
const struct deskd_sql insert_place = {
    "insert_place",
    "INSERT INTO p_roles_place (tenant_id, user_id, department_id, role_id) VALUES (?, ?, ?, ?)",
    1,
};

const struct deskd_sql *const roles_sql[] = {
    &load_roles,
    &load_permissions,
    &load_people,
    &load_places,
    &lock_role,
    &find_name,
    &count_roles,
    &insert_role,
    &update_role,
    &delete_role,
    &delete_permissions,
    &insert_permission,
    &delete_permission,
    &choose_for_new,
    &lock_person,
    &put_person,
    &know_person,
    &move_people,
    &move_places,
    &drop_places_of_role,
    &delete_places,
    &insert_place,
    NULL,
};
