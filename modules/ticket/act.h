#ifndef DESKD_TICKET_ACT_H /* modules/ticket/act.h - who does something, where and when */
#define DESKD_TICKET_ACT_H
#include <stdint.h>
struct arena;
struct db;
struct tenant;
struct ticket_watch;
struct viewer;

enum actor { ACTOR_PERSON = 1, ACTOR_CUSTOMER = 2, ACTOR_SYSTEM = 3, ACTOR_PLUGIN = 4 };

/* Every change of a ticket is made through one of these. Times are given, not taken, so that a mail
 * counts from its receipt and a history can be replayed. */
struct act {
    struct db *db;
    struct arena *arena;
    const struct tenant *tenant;
    const char *data_dir;
    enum actor actor;
    const struct viewer *viewer; /* ACTOR_PERSON; its scope is what may be touched */
    int64_t now;
    struct ticket_watch *watch; /* who is told, see ticket/watch.h; or NULL */
    const char *reason;         /* of the change under way, for the watch; or NULL */
};

/* An id for what act makes: of now, or of the past instant that act stands for. */
int64_t act_id(const struct act *act);
#endif
