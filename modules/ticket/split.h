#ifndef DESKD_TICKET_SPLIT_H /* modules/ticket/split.h - messages of a ticket become one of their  \
                                own */
#define DESKD_TICKET_SPLIT_H
#include "ticket/act.h"

#include <stddef.h>
struct err;

struct split {
    int64_t ticket_id, version;
    const int64_t *messages; /* ids; files, mails that are on their way and what refers to them
                                go along */
    size_t n;
    const char *subject; /* empty: the first message's */
    int64_t agent_id;    /* 0: nobody (R14) */
};
/* The new ticket stays in the department; its customer is who wrote the first of the messages, it
 * waits since the first that was not answered. ERR_INVALID: a message is not there, nobody's words
 * are among them, or none would stay; ERR_CONFLICT, ERR_REFUSED, ERR_FORBIDDEN as ever. A
 * transaction. */
int ticket_split(struct act *act, const struct split *s, int64_t *number, struct err *err);
#endif
