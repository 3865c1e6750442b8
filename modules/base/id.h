#ifndef DESKD_BASE_ID_H /* modules/base/id.h - 63-bit ids, ordered by time, made without asking    \
                           anybody */
#define DESKD_BASE_ID_H
#include <stdint.h>

/* Sets what tells this process from its neighbours (0..1023); the master gives each child its own.
 */
void id_process(unsigned slot);
/* A new id: 41 bits of milliseconds since 2020, 10 of the process, 12 of a counter. Never repeats
 * within a process, grows strictly. */
int64_t id_new(void);
/* Smaller than any id of this instant and later ones. */
int64_t id_before(int64_t ms);
/* The instant at which an id was made, in milliseconds since 1970. */
int64_t id_time(int64_t id);
/* An id for an instant of the past (imports, demo data); those of one millisecond keep their order.
 */
int64_t id_at(int64_t ms);
#endif
