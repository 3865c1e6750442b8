#ifndef DESKD_CLI_SERVER_H /* cli/server.h - the running server, as deskctl reaches it */
#define DESKD_CLI_SERVER_H
struct cli;
struct err;

/* Has the running server read its configuration and plugins anew, and waits until it has: 1, 0
 * where none is running, -1 where it keeps the old ones. */
int server_reload(struct cli *cli, struct err *err);
#endif
