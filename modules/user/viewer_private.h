#ifndef DESKD_USER_VIEWER_PRIVATE_H /* modules/user/viewer_private.h - how a viewer is read */
#define DESKD_USER_VIEWER_PRIVATE_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db_row;
struct db_rows;
struct viewer;

/* Of user u and roster r: what viewer_take expects in columns 0 to 10; with
 * VIEWER_UNREAD behind them. */
#define VIEWER_COLUMNS                                                                             \
    "u.id, u.name, u.email, u.role, u.locale, u.timezone, u.theme, u.signature, r.revision, "      \
    "r.plugin_revision, k.unread"
#define VIEWER_COLUMNS_N 11
#define VIEWER_UNREAD    "LEFT JOIN notice_count k ON k.tenant_id = u.tenant_id AND k.user_id = u.id "

/* Without departments and rights. */
void viewer_take(const struct db_row *row, struct viewer *out);
/* Of a column that has a department in each row; NULL is none. */
void viewer_take_departments(struct arena *a, const struct db_rows *rows, unsigned column,
                             struct viewer *out);
#endif
