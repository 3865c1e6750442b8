#ifndef DESKD_FCGI_WATCHDOG_H /* fcgi/watchdog.h - the end of a request that takes too long */
#define DESKD_FCGI_WATCHDOG_H
#include <stdbool.h>
#include <stdint.h>

/* The status a child ends with when its request took too long. */
#define WATCHDOG_EXIT 75

/* Installs the handler; once per process. */
void watchdog_init(void);
/* From now on: after seconds the connection fd gets a 503 for its request_id, and the process ends.
 */
void watchdog_start(int fd, unsigned request_id, const char *request_name, int64_t seconds);
/* In a signal handler, before the process ends: whoever waits gets a 500, or a 503 where it was too
 * slow. */
void watchdog_last_words(bool was_too_slow);
/* An answer of our own is on its way: none may be mixed into it. */
void watchdog_answering(void);
void watchdog_stop(void);
#endif
