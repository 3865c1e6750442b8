#ifndef DESKD_TESTS_LIVE_FILL_H /* tests/live/fill.h - a tenant with so many rows that a scan      \
                                   shows */
#define DESKD_TESTS_LIVE_FILL_H
#include <stdint.h>
struct live;

#define FILL_TICKETS 6000
/* Rows in every table of ours; ids are small numbers. */
void fill_tenant(struct live *l, int64_t tenant);
#endif
