#ifndef DESKD_DB_BREAKER_H /* modules/db/breaker.h - what did not answer in time is left alone for \
                              a while */
#define DESKD_DB_BREAKER_H
#include <stdbool.h>
#include <stddef.h>
struct err;

/* A statement that took all the time there is will do so again: one worker after the other would
 * wait for it, until none is left for anything else. So after such a failure it fails at once, in
 * all processes that share the breaker, until one of them may try it again. */

/* n switches that this process and those it will fork share; once, before the first connection.
 * Without it nothing is ever refused. */
int breaker_share(size_t n, struct err *err);
/* False: i has failed lately, and somebody else tries it, or it is too soon. */
bool breaker_allows(size_t i);
/* The outcome of what was allowed. */
void breaker_failed(size_t i);
void breaker_worked(size_t i);
#endif
