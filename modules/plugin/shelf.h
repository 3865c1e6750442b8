#ifndef DESKD_PLUGIN_SHELF_H /* modules/plugin/shelf.h - the plugins that the provider has         \
                                installed: folders below plugin_dir */
#define DESKD_PLUGIN_SHELF_H
#include "plugin/manifest.h"

/*
 * plugin_dir/ID/VERSION/ holds an installed version as it came; plugin_dir/ID/current is a link to
 * the one that is used, plugin_dir/ID/previous to the one before it. A version's folder is never
 * changed: another one takes its place by renaming the link.
 */
struct shelf_plugin {
    struct plugin_manifest manifest;
    const char *dir;    /* with the links resolved: stays when current moves on */
    const char *object; /* dir/ID.so */
};
struct shelf {
    struct shelf_plugin *plugins; /* by id; what one requires stands before it */
    size_t n;
};
/* A folder that is refused (owner, mode, a bad manifest, an ABI that we do not have, something
 * missing that it requires) is told to report (may be NULL) and left out: one bad plugin stops
 * nobody. Checks files only, loads nothing. No plugin_dir is an empty shelf. */
typedef void shelf_report_fn(void *data, const char *id, const char *reason);
int shelf_read(struct arena *a, const char *plugin_dir, shelf_report_fn *report, void *data,
               struct shelf *out, struct err *err);
/* NULL: not there. */
const struct shelf_plugin *shelf_find(const struct shelf *s, const char *id);
/* The version that a link of a plugin names ("current", "previous"), which is a folder beside it:
 * 1, 0 with "" where there is no link, -1. */
int shelf_version(struct arena *a, const char *plugin_dir, const char *id, const char *link,
                  const char **out, struct err *err);
/* Whether the folder and its files may be trusted: regular files and folders only, owned by us or
 * root, writable by nobody else, of sane sizes. */
int shelf_check_files(struct arena *a, const char *dir, struct err *err);
/* The same for one file or folder, which is told by name. */
struct stat;
int shelf_check_owner(const char *name, const struct stat *st, struct err *err);
#endif
