#ifndef DESKD_TICKET_INDEXING_H /* modules/ticket/indexing.h - what of a ticket is found by        \
                                   searching */
#define DESKD_TICKET_INDEXING_H
#include "ticket/act.h"

#include <stdbool.h>
#include <stddef.h>
struct db;
struct err;
struct message_new;
struct ticket;

/* Inside the transaction of a message: its words, its people, the names of its files. */
int indexing_message(struct act *act, const struct ticket *t, const struct message_new *n,
                     int64_t id, struct err *err);
/* Inside the transaction of a transfer: the ticket is found in its new department too. */
int indexing_department(struct act *act, const struct ticket *t, struct err *err);

/* Inside the transaction that brings messages of ticket id (and of what is shown on its page) to t:
 * the newest of them are found with t too. */
int indexing_messages(struct act *act, int64_t id, const struct ticket *t, struct err *err);

/* Tickets that were there before the index: some of them, newest first, each step a transaction.
 * *left: numbers below it are still to be done; 0: all are. Memory is a's, and needs a reset now
 * and then. */
int indexing_step(struct db *db, struct arena *a, int64_t *left, struct err *err);
/* All tickets are to be indexed anew, unless that was begun and is not finished. What is there
 * already stays. */
int indexing_begin(struct db *db, struct arena *a, struct err *err);
#endif
