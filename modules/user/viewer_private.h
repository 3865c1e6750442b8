#ifndef DESKD_USER_VIEWER_PRIVATE_H /* modules/user/viewer_private.h - how a viewer is read */
#define DESKD_USER_VIEWER_PRIVATE_H
struct arena;
struct db_row;
struct viewer;

/* Of user u: what viewer_take expects in columns 0 to 8; the last are the departments. */
#define VIEWER_FACTS "u.id, u.name, u.email, u.role, u.locale, u.timezone, u.theme, u.signature"
#define VIEWER_COLUMNS                                                                             \
    VIEWER_FACTS                                                                                   \
    ", (SELECT GROUP_CONCAT(m.department_id ORDER BY m.department_id) FROM department_member m "   \
    "WHERE m.tenant_id = u.tenant_id AND m.user_id = u.id)"
#define VIEWER_COLUMNS_N 9

void viewer_take(struct arena *a, const struct db_row *row, struct viewer *out);
#endif
