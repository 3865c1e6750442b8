#include "base/file.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/err.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DAY 86400 /* seconds */

enum err_code file_err_code(int number)
{
    switch (number) {
    case ENOENT:
    case ENOTDIR:
        return ERR_NOT_FOUND;
    case ENOSPC:
    case EDQUOT:
        return ERR_NO_SPACE;
    case EROFS:
    case EIO:
    case EMFILE:
    case ENFILE:
        return ERR_UNAVAILABLE;
    default:
        return ERR_INTERNAL;
    }
}

/* What is open while an arena is asked for memory belongs to the arena first. */
struct open_file {
    int fd;
    DIR *dir;
};

static void close_it(void *data)
{
    struct open_file *f = data;
    if (f->fd >= 0)
        (void)close(f->fd);
    if (f->dir != NULL)
        (void)closedir(f->dir);
    *f = (struct open_file) { -1, NULL };
}

static struct open_file *open_file_new(struct arena *a)
{
    struct open_file *f = arena_alloc(a, sizeof(*f));
    *f = (struct open_file) { -1, NULL };
    arena_cleanup(a, close_it, f);
    return f;
}

static int read_fd(struct arena *a, int fd, const char *path, size_t max, char **data, size_t *n,
                   struct err *err)
{
    struct stat st;
    if (fstat(fd, &st) < 0)
        return err_errno(err, file_err_code(errno), "stat %s", path);
    if (!S_ISREG(st.st_mode))
        return err_set(err, ERR_INVALID, "%s is not a plain file", path);
    if ((size_t)st.st_size > max)
        return err_set(err, ERR_TOO_LARGE, "%s has more than %zu bytes", path, max);
    *data = arena_alloc(a, (size_t)st.st_size + 1);
    *n = 0;
    while (*n < (size_t)st.st_size) {
        ssize_t got = read(fd, *data + *n, (size_t)st.st_size - *n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, file_err_code(errno), "read %s", path);
        if (got == 0)
            break;
        *n += (size_t)got;
    }
    (*data)[*n] = '\0';
    return 0;
}

int file_read(struct arena *a, const char *path, size_t max, char **data, size_t *n,
              struct err *err)
{
    struct open_file *f = open_file_new(a);
    f->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (f->fd < 0)
        return err_errno(err, file_err_code(errno), "open %s", path);
    int rc = read_fd(a, f->fd, path, max, data, n, err);
    close_it(f);
    return rc;
}

int file_list(struct arena *a, const char *path, size_t max, char ***names, size_t *n,
              struct err *err)
{
    struct open_file *f = open_file_new(a);
    struct buf found = buf_make(a, 0);
    *n = 0;
    *names = NULL;
    f->dir = opendir(path);
    if (f->dir == NULL)
        return errno == ENOENT ? 0 : err_errno(err, file_err_code(errno), "open %s", path);
    for (struct dirent *e = readdir(f->dir); e != NULL && *n < max; e = readdir(f->dir)) {
        if (e->d_name[0] == '.')
            continue;
        char *name = arena_strdup(a, e->d_name);
        buf_add(&found, &name, sizeof(name));
        (*n)++;
    }
    close_it(f);
    *names = arena_memdup(a, found.data, found.len);
    return 0;
}

bool file_is_old(const struct stat *st)
{
    return clock_now_ms() / 1000 - (int64_t)st->st_mtim.tv_sec > DAY;
}

int file_write_all(int fd, const void *data, size_t n, struct err *err)
{
    const char *p = data;
    while (n > 0) {
        ssize_t put = write(fd, p, n);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return err_errno(err, file_err_code(errno), "write");
        p += put;
        n -= (size_t)put;
    }
    return 0;
}

int file_sync_dir(const char *path, struct err *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, file_err_code(errno), "open %s", path);
    int rc = fsync(fd) < 0 ? err_errno(err, file_err_code(errno), "fsync %s", path) : 0;
    (void)close(fd);
    return rc;
}

static int sync_parent(const char *path, struct err *err)
{
    char dir[4096];
    const char *slash = strrchr(path, '/');
    size_t n = slash == NULL ? 0 : (size_t)(slash - path);
    if (n >= sizeof(dir))
        return err_set(err, ERR_INVALID, "path too long");
    memcpy(dir, path, n);
    dir[n] = '\0';
    return file_sync_dir(slash == NULL ? "." : n == 0 ? "/" : dir, err);
}

static int write_new(const char *path, int flags, const void *data, size_t n, struct err *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | flags, 0640);
    if (fd < 0)
        return err_errno(err, file_err_code(errno), "create %s", path);
    int rc = file_write_all(fd, data, n, err);
    if (rc == 0 && fsync(fd) < 0)
        rc = err_errno(err, file_err_code(errno), "fsync %s", path);
    if (close(fd) < 0 && rc == 0)
        rc = err_errno(err, file_err_code(errno), "close %s", path);
    if (rc < 0)
        (void)unlink(path);
    return rc;
}

int file_create_durable(const char *path, const void *data, size_t n, struct err *err)
{
    return write_new(path, O_EXCL, data, n, err);
}

int file_write_durable(const char *tmp_path, const char *path, const void *data, size_t n,
                       struct err *err)
{
    if (write_new(tmp_path, O_TRUNC, data, n, err) < 0)
        return -1;
    if (rename(tmp_path, path) < 0) {
        (void)err_errno(err, file_err_code(errno), "rename %s", path);
        (void)unlink(tmp_path);
        return -1;
    }
    return sync_parent(path, err);
}

int file_make_dirs(const char *path, mode_t mode, struct err *err)
{
    char part[4096];
    size_t n = strlen(path);
    if (n >= sizeof(part))
        return err_set(err, ERR_INVALID, "path too long");
    memcpy(part, path, n + 1);
    for (size_t i = 1; i <= n; i++) {
        if (part[i] != '/' && part[i] != '\0')
            continue;
        part[i] = '\0';
        int rc = mkdir(part, mode);
        if (rc < 0 && errno != EEXIST)
            return err_errno(err, file_err_code(errno), "mkdir %s", part);
        if (rc == 0 && sync_parent(part, err) < 0)
            return -1;
        part[i] = path[i];
    }
    return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *walk)
{
    (void)st;
    (void)type;
    (void)walk;
    return remove(path);
}

int file_remove_tree(const char *path, struct err *err)
{
    if (nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
        return err_errno(err, file_err_code(errno), "remove %s", path);
    return 0;
}
