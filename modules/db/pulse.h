#ifndef DESKD_DB_PULSE_H /* modules/db/pulse.h - whether anything of a tenant was written since */
#define DESKD_DB_PULSE_H
#include <stdbool.h>
#include <stdint.h>
struct err;

/* Shared by all processes of this host through a file of run_dir, which the server makes; once,
 * before the first connection. Without it nobody hears of what others write, and so nothing may be
 * kept. */
int pulse_share(const char *run_dir, bool is_server, struct err *err);
bool pulse_is_shared(void);
/* Grows with each write of a tenant (tenants may share a pulse), read before what it vouches for.
 */
uint64_t pulse_of(int64_t tenant_id);
/* Something was written; 0: of any tenant. After the commit, before anybody is told. */
void pulse_beat(int64_t tenant_id);
#endif
