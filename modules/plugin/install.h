#ifndef DESKD_PLUGIN_INSTALL_H /* modules/plugin/install.h - puts versions on the shelf, and takes \
                                  them away */
#define DESKD_PLUGIN_INSTALL_H
#include "plugin/manifest.h"

/* One process at a time works on a shelf. */
struct install {
    struct arena *arena;
    const char *plugin_dir;
    int lock;
    const char *staged; /* an empty folder below plugin_dir; removed with the arena */
};
/* Makes plugin_dir where it is not there. ERR_CONFLICT: another deskctl is at work. */
int install_begin(struct install *in, struct arena *a, const char *plugin_dir, struct err *err);

/*
 * The staged folder, which has been looked at, becomes the version that is used; the one that was
 * used becomes the previous one, older ones stay until install_prune. *was: its version, "" for
 * none. Interrupted anywhere, the old one or the new one is in use. ERR_DUPLICATE where another
 * folder has this version already.
 */
int install_place(struct install *in, const struct plugin_manifest *m, const char **was,
                  struct err *err);
/* The previous version is used again, and the other way round: *now is its version. */
int install_rollback(struct install *in, const char *id, const char **now, struct err *err);
/* Nothing of it is used from the next generation on; install_erase removes the files. */
int install_withdraw(struct install *in, const char *id, struct err *err);
int install_erase(struct install *in, const char *id, struct err *err);
/* Removes versions that are neither used nor the previous one. */
int install_prune(struct install *in, const char *id, struct err *err);
#endif
