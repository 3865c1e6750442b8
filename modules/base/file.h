#ifndef DESKD_BASE_FILE_H /* modules/base/file.h - whole files, written so that a crash leaves the \
                             old or the new */
#define DESKD_BASE_FILE_H
#include <stddef.h>
#include <sys/types.h>
struct arena;
struct err;

/* Reads all of path (NUL behind it); more than max bytes is ERR_TOO_LARGE, absent ERR_NOT_FOUND. */
int file_read(struct arena *a, const char *path, size_t max, char **data, size_t *n,
              struct err *err);
/* Writes tmp_path, fsync, rename to path, fsync of path's folder. Durable on return. ENOSPC,
 * EDQUOT, EROFS and EIO are ERR_UNAVAILABLE. */
int file_write_durable(const char *tmp_path, const char *path, const void *data, size_t n,
                       struct err *err);
/* mkdir -p; 0 also when it was there. */
int file_make_dirs(const char *path, mode_t mode, struct err *err);
/* Writes all n bytes to fd, whatever signals say. */
int file_write_all(int fd, const void *data, size_t n, struct err *err);
/* Makes a rename in this folder durable. */
int file_sync_dir(const char *path, struct err *err);
/* rm -r, not following links; 0 also when it was not there. */
int file_remove_tree(const char *path, struct err *err);
#endif
