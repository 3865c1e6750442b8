#ifndef SLA_SQL_H /* sla_sql.h - the statements of the plugin */
#define SLA_SQL_H
#include <deskd_plugin.h>

#define TICKETS_AT_ONCE 50 /* that read_tickets takes; an id of 0 is nobody's */

extern const struct deskd_sql load_levels, load_targets, load_rules, count_levels, lock_level,
    insert_level, update_level, only_default, delete_level, insert_target, drop_rules_of_level,
    count_rules, insert_rule, delete_rule, lock_places, move_rule, lock_ticket, read_ticket,
    read_tickets, put_ticket, load_clocks, all_clocks, insert_clock, update_clock, cancel_level,
    free_tickets, clocks_by_calendar, insert_log;
/* All of them; ends with NULL. */
extern const struct deskd_sql *const sla_sql[];
#endif
