#ifndef DESKD_TICKET_REACH_H /* modules/ticket/reach.h - a person's scope as a condition of SQL */
#define DESKD_TICKET_REACH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db_arg;
struct viewer;

/* True of tickets t that the viewer sees: five arguments, reach_args. */
#define REACH                                                                                      \
    "((FIND_IN_SET(t.department_id, ?) > 0) <> ? OR (t.agent_id = ? AND "                          \
    "(FIND_IN_SET(t.department_id, ?) > 0) <> ?))"
#define REACH_ARGS 5

/* Departments: those of ids, or all but those. */
struct reach_set {
    const char *ids; /* "3,17" */
    bool is_but;
};
struct reach {
    const int64_t *all; /* ascending; named departments of which all tickets are seen */
    size_t all_n;
    bool all_others; /* ... and of every one that is not named */
    bool is_everything;
    bool has_own;               /* there are departments with only one's own tickets */
    struct reach_set seen, own; /* all of their tickets; only those assigned to the viewer */
};
/* Of those who need the capability to see the tickets at all: CAP_TICKET_READ, CAP_TICKET_DELETE
 * for deleted ones. v NULL: sees nothing. */
struct reach reach_of(struct arena *a, const struct viewer *v, int capability);
void reach_args(struct db_arg *args, const struct reach *r, const struct viewer *v);
#endif
