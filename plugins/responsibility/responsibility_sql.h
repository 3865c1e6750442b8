#ifndef RESPONSIBILITY_SQL_H /* responsibility_sql.h - the statements of the plugin */
#define RESPONSIBILITY_SQL_H
#include <deskd_plugin.h>

extern const struct deskd_sql load_walks, load_departments, lock_row, insert_row, update_row,
    delete_row, add_count, set_count, lock_counts, count_rows, first_move, rows_to_move, rows_from,
    read_row, put_last, read_last, free_count, peek, claim, mark_leased, unmark_leased, put_lease,
    lock_lease, renew_lease, delete_lease, delete_lease_of_ticket, lease_of_ticket, expired_leases,
    expired_holds, drop_hold, holds_of, put_skip, delete_skips, old_skips, bar, read_person,
    lock_person, all_people, see_person, put_state, put_limits, delete_person, all_leases,
    all_loads, all_cells, load_of, lock_department, turn_department, put_department, first_free,
    rows_of_absent, add_decision, decisions_of, last_decision, old_decisions, lock_walk, begin_walk,
    move_walk;
/* All of them; ends with NULL. */
extern const struct deskd_sql *const responsibility_sql[];
#endif
