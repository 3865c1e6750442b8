#ifndef DESKD_CLI_SEARCH_H /* cli/search.h - a help desk's search index, made while one waits */
#define DESKD_CLI_SEARCH_H
#include <stdbool.h>
struct cli;
struct db;
struct err;

/* Indexes all tickets anew, or goes on where that was interrupted; shows: says on cli->out how many
 * are left. */
int search_reindex(struct cli *cli, struct db *db, bool shows, struct err *err);
#endif
