#ifndef DESKD_TICKET_WATCH_H /* modules/ticket/watch.h - somebody who is told what happens to      \
                                tickets, and asked before */
#define DESKD_TICKET_WATCH_H
#include "db/db.h"
#include "ticket/ticket.h"

#include <stdbool.h>

/* What happened, or-ed; numbers of plugin/deskd_plugin.h. */
enum ticket_what {
    WHAT_CREATED = 1,
    WHAT_CHANGED = 2, /* status, department, agent or times */
    WHAT_MESSAGE = 4,
    WHAT_ANSWERED = 8, /* a person's public answer, or marked as answered */
    WHAT_REOPENED = 16,
    WHAT_RELATED = 32, /* merged into another, taken out again, split: both are told */
    WHAT_URGENCY = 64
};
/* What somebody wants to do; the same. */
enum ticket_action {
    ACTION_OPEN = 1,
    ACTION_ANSWER,
    ACTION_NOTE,
    ACTION_ASSIGN,
    ACTION_TRANSFER,
    ACTION_STATUS,
    ACTION_DELETE,
    ACTION_MERGE /* merge, take apart again, split */
};

/* One ticket's change by one transaction: all that was done to it, as it is about to be committed.
 */
struct ticket_change {
    struct ticket before; /* not with WHAT_CREATED */
    struct ticket after;
    unsigned what;
    enum actor actor;
    int64_t user_id; /* of ACTOR_PERSON */
    int64_t at;
    int message_kind; /* 0: none */
    int64_t message_id;
    const char *reason;
    bool is_saved; /* else it is only announced: the row follows */
    struct ticket_change *next;
};

/* One who watches. Told in the order in which they were added. */
struct ticket_watcher {
    void *data;
    /* A transaction begins, or begins again. NULL: does not matter. */
    void (*begin)(void *data);
    /* Inside of it, once: there will be changes to tell. What must be asked for may be sent now.
     * NULL: does not matter. */
    void (*expect)(void *data);
    /* Inside of it; changes that it makes come after those that wait. */
    int (*changed)(void *data, const struct ticket_change *c, struct err *err);
    /* 1 it may, 0 not, -1. NULL: it may. Asked of persons only. */
    int (*may)(void *data, const struct ticket *t, enum ticket_action action, struct err *err);
    struct ticket_watcher *next;
};

/* One for each piece of work: the handle's db.watch and act.watch point here. */
struct ticket_watch {
    struct db_watch db;
    struct arena *arena;
    struct ticket_watcher *watchers;
    struct ticket_change *first, *last; /* that nobody was told of yet */
    unsigned told;                      /* of this transaction */
    bool is_expected;                   /* in this transaction, that something will be told */
};

void ticket_watch_init(struct ticket_watch *w, struct arena *a);
/* The watcher must live as long as w. */
void ticket_watch_add(struct ticket_watch *w, struct ticket_watcher *watcher);
/* Whether the ticket has changed again since the change that is being told. */
bool ticket_watch_is_outdated(const struct ticket_watch *w, int64_t ticket_id);

/* --- for modules/ticket: w may be NULL --- */

/* ERR_FORBIDDEN where somebody objects. */
int ticket_watch_may(struct act *act, const struct ticket *t, enum ticket_action action,
                     struct err *err);
/* A part of a change, whose row is saved afterwards. before NULL: it is created. */
void ticket_watch_note(struct act *act, const struct ticket *t, unsigned what, int message_kind,
                       int64_t message_id);
/* The same where no row follows. */
void ticket_watch_announce(struct act *act, const struct ticket *t, unsigned what);
/* The row was saved. */
void ticket_watch_saved(struct act *act, const struct ticket *before, const struct ticket *after);
#endif
