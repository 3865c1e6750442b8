#ifndef DESKD_TICKET_EVENT_H /* modules/ticket/event.h - the timeline of a ticket: who did what,   \
                                when and why */
#define DESKD_TICKET_EVENT_H
#include "ticket/act.h"

#include <stddef.h>
struct err;

/* kind: "created", "status", "assigned", "transferred", "follower", "delivery_failed",
 * "delivery_delayed", "receipt", "receipt_limited", "no_receipt", "machine", "loop", "damaged",
 * "hint", "linked", "merged", ... values: for status its codes; for assigned the agents' names; for
 * transferred the departments' names; for hint and linked the number of the other ticket. */
/* A plugin's line: kind "plugin.ID", reason the text that shows it (with {old} and {new}), and
 * behind EVENT_REASON the reason, where there is one. */
#define EVENT_OF_PLUGIN "plugin."
#define EVENT_REASON    "\xE2\x81\xA3" /* U+2063, invisible separator */
struct event {
    int64_t id, at;
    const char *kind;
    enum actor actor;
    const char *user_name; /* ACTOR_PERSON; "" otherwise */
    const char *old_value, *new_value, *reason;
};

/* Inside a transaction. For the linker it has a name of its own: libevent, which modules/push uses,
 * would call ours instead of its own. */
int event_add(struct act *act, int64_t ticket_id, const char *kind, const char *old_value,
              const char *new_value, const char *reason,
              struct err *err) __asm__("ticket_event_add");
/* All of a ticket, oldest first. */
int event_all(struct act *act, int64_t ticket_id, struct event **out, size_t *n, struct err *err);
#endif
