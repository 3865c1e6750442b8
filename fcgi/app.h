#ifndef DESKD_FCGI_APP_H /* fcgi/app.h - what a web worker holds for all of its requests */
#define DESKD_FCGI_APP_H
#include "base/crypto.h"
struct cache;
struct conf;
struct db_conn;
struct keep;
struct plugins;
struct router;
struct scoreboard_slot;
struct template_set;

struct app {
    const struct conf *conf;
    struct db_conn *conn; /* of the process; handlers use rq->db */
    struct cache *cache;
    const struct template_set *templates;
    struct crypto_key master_key;
    const char *const *locales; /* the program's languages, the first is "en", ends with NULL */
    struct scoreboard_slot *slot;
    const struct router *router;
    struct keep *directory;  /* host names seen lately */
    struct plugins *plugins; /* NULL: none */
    struct keep *rosters;    /* departments and people of tenants seen lately */
};
#endif
