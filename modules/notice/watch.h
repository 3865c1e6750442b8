#ifndef DESKD_NOTICE_WATCH_H /* modules/notice/watch.h - notes, in the transaction that changes a  \
                                ticket, that somebody may want to know */
#define DESKD_NOTICE_WATCH_H
#include "ticket/watch.h"

/* One row and one job for each changed ticket, whoever is to be told: that is the job's to find out
 * (notice/tell.h). */
struct notice_watch {
    struct ticket_watcher watcher;
    struct db *db;
    bool has_noted; /* somebody should be woken once it is committed */
};
void notice_watch_add(struct notice_watch *n, struct db *db, struct ticket_watch *w);

/* The events of a change, as bits. */
unsigned notice_events(const struct ticket_change *c);
#endif
