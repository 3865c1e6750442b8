#include "fcgi/listener.h"

#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

static int listen_at(int fd, const char *path, struct err *err)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    int n = snprintf(at.sun_path, sizeof(at.sun_path), "%s.new", path);
    if (n >= (int)sizeof(at.sun_path))
        return err_set(err, ERR_INVALID, "path of a socket is too long: %s", path);
    (void)unlink(at.sun_path);
    if (bind(fd, (const struct sockaddr *)&at, sizeof(at)) < 0 || chmod(at.sun_path, 0660) < 0 ||
        listen(fd, BACKLOG) < 0)
        return err_errno(err, ERR_INTERNAL, "listen at %s", path);
    if (rename(at.sun_path, path) < 0)
        return err_errno(err, ERR_INTERNAL, "rename %s", at.sun_path);
    return 0;
}

int listener_open(int *fd, const char *path, struct err *err)
{
    *fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return err_errno(err, ERR_INTERNAL, "socket");
    if (listen_at(*fd, path, err) == 0)
        return 0;
    (void)close(*fd);
    *fd = -1;
    return -1;
}

static int lock_path(char *out, size_t size, const char *run_dir, struct err *err)
{
    int n = snprintf(out, size, "%s/deskd.pid", run_dir);
    return n < (int)size ? 0 : err_set(err, ERR_INVALID, "run_dir is too long");
}

static int take_lock(int fd, const char *path, struct err *err)
{
    struct flock whole = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
    char pid[24];
    if (fcntl(fd, F_SETLK, &whole) < 0)
        return errno == EAGAIN || errno == EACCES
                   ? err_set(err, ERR_CONFLICT, "another deskd runs here (%s)", path)
                   : err_errno(err, ERR_INTERNAL, "lock %s", path);
    int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, pid, (size_t)n, 0) != n)
        return err_errno(err, ERR_INTERNAL, "write %s", path);
    return 0;
}

int listener_lock(int *fd, const char *run_dir, struct err *err)
{
    char path[4096];
    if (lock_path(path, sizeof(path), run_dir, err) < 0)
        return -1;
    *fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (*fd < 0)
        return err_errno(err, ERR_INTERNAL, "open %s", path);
    if (take_lock(*fd, path, err) == 0)
        return 0;
    (void)close(*fd);
    *fd = -1;
    return -1;
}

void listener_unlock(int *fd, const char *run_dir)
{
    char path[4096];
    struct err ignored = ERR_INIT;
    if (lock_path(path, sizeof(path), run_dir, &ignored) == 0)
        (void)unlink(path);
    (void)close(*fd);
    *fd = -1;
}
