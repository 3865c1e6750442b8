#ifndef DESKD_PLUGIN_INSPECT_H /* modules/plugin/inspect.h - what is wrong with a plugin, before   \
                                  anybody relies on it */
#define DESKD_PLUGIN_INSPECT_H
#include "plugin/manifest.h"

#include <stddef.h>
struct conf;

/* Told a sentence for each problem. */
typedef void inspect_report_fn(void *data, const char *problem);

struct inspection {
    struct arena *arena;
    const char *dir;
    struct plugin_manifest manifest;
    inspect_report_fn *report;
    void *data;
    size_t problems;
};

/* Manifest, files, the head of the object, migrations, catalogues: nothing of the plugin runs. The
 * rest of the inspection fills in i. Returns how many problems there are. A manifest that cannot be
 * read ends it. */
size_t inspect_files(struct inspection *i);
/* What the object declares, against the manifest and the templates: it is loaded, in a process of
 * its own that is ended where it takes too long. conf: statements are prepared against the
 * database, which must have the plugin's tables by then; NULL: not. */
size_t inspect_object(struct inspection *i, const struct conf *conf);

/* For the parts of it. */
void inspect_problem(struct inspection *i, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void inspect_words(struct inspection *i);
#endif
