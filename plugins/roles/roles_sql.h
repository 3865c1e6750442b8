#ifndef ROLES_SQL_H /* roles_sql.h - the statements of the plugin */
#define ROLES_SQL_H
#include <deskd_plugin.h>

extern const struct deskd_sql load_roles, load_permissions, load_people, load_places, lock_role,
    find_name, count_roles, insert_role, update_role, delete_role, delete_permissions,
    insert_permission, delete_permission, choose_for_new, lock_person, put_person, know_person,
    move_people, move_places, drop_places_of_role, delete_places, insert_place;
/* All of them; ends with NULL. */
extern const struct deskd_sql *const roles_sql[];
#endif
