#ifndef DESKD_PLUGIN_MANIFEST_PRIVATE_H /* modules/plugin/manifest_private.h - plugin.xml as a     \
                                           tree, and how its values must be spelt */
#define DESKD_PLUGIN_MANIFEST_PRIVATE_H
#include "plugin/manifest.h"

#include <libxml/tree.h>

/* What is read, and the first mistake that was found. */
struct reading {
    struct arena *arena;
    struct plugin_manifest *out;
    struct err *err;
};

/* The tree of dir/plugin.xml, which lives as long as a. grammar: what plugin.rng has against it, or
 * "". */
int manifest_tree(struct arena *a, const char *dir, xmlDoc **out, const char **grammar,
                  struct err *err);

/* "line 7: ..."; returns -1. */
int complain_at(struct reading *r, const xmlNode *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

enum spelling {
    SPELT_ID,
    SPELT_VERSION,
    SPELT_WORD,
    SPELT_LINE, /* any text of one line */
    SPELT_ANY,
    SPELT_NUMBER,
    SPELT_YES_NO,
    SPELT_TABLE,
    SPELT_PATH,
    SPELT_PERMISSION,
    SPELT_ICON,
    SPELT_VALUE
};
/* An attribute. fallback NULL: it must be there. -1 where it is not, or is spelt wrongly. */
int read_attribute(struct reading *r, xmlNode *node, const char *name, enum spelling spelling,
                   const char *fallback, const char **out);
int read_number(struct reading *r, xmlNode *node, const char *name, int64_t fallback, int64_t *out);
/* The text of an element: one line of 1 to max characters. */
int read_text(struct reading *r, xmlNode *node, size_t max, const char **out);
/* The first child element of that name; NULL: there is none. */
xmlNode *child_named(xmlNode *node, const char *name);
/* The next element of that name from node on (NULL: of any). */
xmlNode *element_from(xmlNode *node, const char *name);
bool is_named(const xmlNode *node, const char *name);
/* Child elements of node, which may be NULL; more than max is a mistake. */
int count_children(struct reading *r, xmlNode *node, const char *name, size_t max, size_t *out);

int read_settings(struct reading *r, xmlNode *settings);
#endif
