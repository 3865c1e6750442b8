#ifndef DESKD_TICKET_COUNTER_H /* modules/ticket/counter.h - how many tickets stand where, kept,   \
                                  never counted */
#define DESKD_TICKET_COUNTER_H
#include "ticket/status.h"

#include <stddef.h>
struct arena;
struct db;
struct err;

/* Inside a transaction: adds n to one cell. agent_id 0: nobody. */
int counter_add(struct db *db, int64_t department_id, int64_t agent_id, enum folder folder,
                int64_t n, struct err *err);

/* The cells added up, as desk_read does (ticket/desk.h). */
struct counts {
    int64_t folders[FOLDER_COUNT]; /* within the viewer's departments */
    int64_t mine, unassigned;      /* of the open ones */
    struct counts_department {
        int64_t id;
        const char *name;
        int64_t open, unassigned, mine; /* of the open ones */
        int64_t folders[FOLDER_COUNT];
        bool is_default;
    } * departments; /* those the viewer sees, by name */
    size_t departments_n;
};
/* Compares with the truth and repairs; *drift is how many cells were wrong. For the nightly check.
 */
int counter_repair(struct db *db, struct arena *a, int64_t *drift, struct err *err);
#endif
