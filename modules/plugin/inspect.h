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
    const char
        *template_dir; /* of core, whose layout its pages use; NULL: templates are left out */
    struct plugin_manifest manifest;
    inspect_report_fn *report;
    void *data;
    size_t problems;
};

/* Manifest, files, the head of the object, migrations, templates, catalogues: nothing of the plugin
 * runs. The rest of the inspection fills in i. Returns how many problems there are. A manifest that
 * cannot be read ends it. */
size_t inspect_files(struct inspection *i);
/* What the object declares, against the manifest and the templates: it is loaded, in a process of
 * its own that is ended where it takes too long. conf: statements are prepared against the
 * database, which must have the plugin's tables by then; NULL: not. */
size_t inspect_object(struct inspection *i, const struct conf *conf);

/* For the parts of it. */
void inspect_problem(struct inspection *i, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/* Compiles the templates and hands over their words; then the catalogues are held against them. */
typedef void inspect_word_fn(void *data, const char *msgid);
void inspect_templates(struct inspection *i, inspect_word_fn *word, void *data);
void inspect_words(struct inspection *i);
#endif
