#ifndef DESKD_BASE_FILE_H /* modules/base/file.h - whole files, written so that a crash leaves the \
                             old or the new */
#define DESKD_BASE_FILE_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
struct arena;
struct stat;

/* Reads all of path (NUL behind it); more than max bytes is ERR_TOO_LARGE, absent ERR_NOT_FOUND. */
int file_read(struct arena *a, const char *path, size_t max, char **data, size_t *n,
              struct err *err);
/* What kind of trouble an errno of the file system is: a full disk is ERR_NO_SPACE, one that is
 * read-only or broken, and too many open files, are ERR_UNAVAILABLE. */
enum err_code file_err_code(int number);
/* Writes a file that is not there yet, fsync; nothing of it is left where that fails. */
int file_create_durable(const char *path, const void *data, size_t n, struct err *err);
/* Writes tmp_path, fsync, rename to path, fsync of path's folder. Durable on return. */
int file_write_durable(const char *tmp_path, const char *path, const void *data, size_t n,
                       struct err *err);
/* mkdir -p, each new folder durable in the one above; 0 also when it was there. */
int file_make_dirs(const char *path, mode_t mode, struct err *err);
/* Writes all n bytes to fd, whatever signals say. */
int file_write_all(int fd, const void *data, size_t n, struct err *err);
/* Makes a rename in this folder durable. */
int file_sync_dir(const char *path, struct err *err);
/* Names in a folder, at most max, without those that begin with a dot; none where it is not there.
 */
int file_list(struct arena *a, const char *path, size_t max, char ***names, size_t *n,
              struct err *err);
/* True for what nobody has written to for a day: left behind by a process that was killed. */
bool file_is_old(const struct stat *st);
/* rm -r, not following links; 0 also when it was not there. */
int file_remove_tree(const char *path, struct err *err);
#endif
