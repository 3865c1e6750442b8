#include "fcgi/scoreboard.h"

#include "base/clock.h"
#include "base/err.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PATH_SIZE 4096

static int path_of(char *out, const char *run_dir, const char *suffix, struct err *err)
{
    int n = snprintf(out, PATH_SIZE, "%s/scoreboard%s", run_dir, suffix);
    return n < PATH_SIZE ? 0 : err_set(err, ERR_INVALID, "run_dir is too long");
}

static int map(struct scoreboard **out, int fd, struct err *err)
{
    if (ftruncate(fd, sizeof(**out)) < 0)
        return err_errno(err, ERR_INTERNAL, "scoreboard");
    void *p = mmap(NULL, sizeof(**out), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return err_errno(err, ERR_INTERNAL, "map scoreboard");
    *out = p;
    (*out)->magic = SCOREBOARD_MAGIC;
    (*out)->master_pid = getpid();
    (*out)->started_ms = clock_now_ms();
    return 0;
}

int scoreboard_create(struct scoreboard **out, const char *run_dir, struct err *err)
{
    char path[PATH_SIZE], fresh[PATH_SIZE];
    if (path_of(path, run_dir, "", err) < 0 || path_of(fresh, run_dir, ".new", err) < 0)
        return -1;
    int fd = open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return err_errno(err, ERR_INTERNAL, "create %s", fresh);
    int rc = map(out, fd, err);
    (void)close(fd);
    if (rc == 0 && rename(fresh, path) < 0)
        rc = err_errno(err, ERR_INTERNAL, "rename %s", fresh);
    return rc;
}

static int read_whole(int fd, void *out, size_t n)
{
    char *p = out;
    while (n > 0) {
        ssize_t got = read(fd, p, n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        p += got;
        n -= (size_t)got;
    }
    return 0;
}

int scoreboard_read(struct scoreboard *out, const char *run_dir, struct err *err)
{
    char path[PATH_SIZE];
    if (path_of(path, run_dir, "", err) < 0)
        return -1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(err, ERR_INTERNAL, "open %s", path);
    int rc = read_whole(fd, out, sizeof(*out));
    (void)close(fd);
    if (rc < 0 || out->magic != SCOREBOARD_MAGIC)
        return err_set(err, ERR_INTERNAL, "%s is not of this version", path);
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++) {
        out->slots[i].request[sizeof(out->slots[i].request) - 1] = '\0';
        out->slots[i].what[sizeof(out->slots[i].what) - 1] = '\0';
        out->slots[i].plugin[sizeof(out->slots[i].plugin) - 1] = '\0';
        out->slots[i].where[sizeof(out->slots[i].where) - 1] = '\0';
    }
    return 1;
}

const char *scoreboard_role(int32_t role)
{
    static const char *const names[] = { "web", "jobs", "lmtp", "push" };
    return role >= 0 && role < CHILD_ROLES ? names[role] : "?";
}

const char *scoreboard_state(int32_t state)
{
    static const char *const names[] = { "free", "starting", "idle", "busy", "draining" };
    return state >= CHILD_NONE && state <= CHILD_DRAINING ? names[state] : "?";
}
