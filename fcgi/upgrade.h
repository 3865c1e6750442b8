#ifndef DESKD_FCGI_UPGRADE_H /* fcgi/upgrade.h - a running master becomes another program version  \
                              */
#define DESKD_FCGI_UPGRADE_H
#include <stdbool.h>
struct children;
struct err;

/* What a master hands to the program that takes its place: the process stays the same, so its lock,
 * its sockets and its children do too. */

/* Remembers how this program was started; before anything else. argv must live as long as the
 * process. */
int upgrade_prepare(char **argv, struct err *err);
/* Runs the program that lies where this one was started from: first as a check of conf_path, and if
 * that is well in our place, with c's sockets, lock and children. Comes back with -1 only: all goes
 * on as it was. */
int upgrade_run(const struct children *c, const char *conf_path, struct err *err);
/* True where we have taken a master's place: its descriptors and children are in *c. The children
 * are of generation 0 and work on until they are dismissed. */
bool upgrade_inherit(struct children *c);
#endif
