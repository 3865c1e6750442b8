#ifndef DESKD_FCGI_GENERATION_H /* fcgi/generation.h - what children are born with */
#define DESKD_FCGI_GENERATION_H
#include "base/conf.h"
#include "plugin/shelf.h"
struct err;
struct template_set;

/* Configuration, languages and templates as they were read at one instant. Children get it by fork.
 */
struct generation {
    struct arena *arena;
    struct conf conf;
    const char *const *locales;
    struct template_set *templates;
    struct shelf shelf; /* plugins as they are installed now */
};

/* Reads all of it, or fails and leaves nothing. */
int generation_load(struct generation **out, const char *conf_path, struct err *err);
void generation_free(struct generation **g);
/* Opens conf's log and has lines go there. */
int generation_open_log(const struct conf *conf, struct err *err);
#endif
