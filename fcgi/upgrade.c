#include "fcgi/upgrade.h"

#include "base/clock.h"
#include "base/err.h"
#include "fcgi/children.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define VARIABLE      "DESKD_UPGRADE"
#define VARIABLE_PUSH "DESKD_UPGRADE_PUSH" /* what was added later stands by itself */
#define CHECK_US      INT64_C(10000000)
#define CHECK_TICK_NS 20000000
#define TEXT_SIZE     ((size_t)32 * (SCOREBOARD_SLOTS + 2))

extern char **environ;

static struct {
    char **argv;
    char program[PATH_MAX];
} self;

/* argv[0] goes first: it may be a link that an upgrade moves. */
int upgrade_prepare(char **argv, struct err *err)
{
    self.argv = argv;
    if (strchr(argv[0], '/') != NULL && realpath(argv[0], self.program) != NULL) {
        int n = snprintf(self.program, sizeof(self.program), "%s", argv[0]);
        return n < PATH_MAX ? 0 : err_set(err, ERR_INVALID, "the program's path is too long");
    }
    ssize_t n = readlink("/proc/self/exe", self.program, sizeof(self.program) - 1);
    if (n < 0)
        return err_errno(err, ERR_INTERNAL, "where this program lies");
    self.program[n] = '\0';
    return 0;
}

static int end_of(pid_t pid)
{
    const struct timespec tick = { 0, CHECK_TICK_NS };
    int64_t end = clock_ticks_us() + CHECK_US;
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (clock_ticks_us() > end)
            (void)kill(pid, SIGKILL);
        (void)nanosleep(&tick, NULL);
    }
    return status;
}

/* What it has to say goes where our standard error does. */
static int check(const char *conf_path, struct err *err)
{
    char *args[] = { self.program, (char *)(uintptr_t) "-t", (char *)(uintptr_t) "-c",
                     (char *)(uintptr_t)conf_path, NULL };
    posix_spawn_file_actions_t actions;
    pid_t pid;
    if (posix_spawn_file_actions_init(&actions) != 0 ||
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for a check");
    int rc = posix_spawn(&pid, self.program, &actions, NULL, args, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (rc != 0)
        return err_set(err, ERR_INTERNAL, "run %s: %s", self.program, strerror(rc));
    return end_of(pid) == 0
               ? 0
               : err_set(err, ERR_INVALID, "%s -t refuses %s", self.program, conf_path);
}

/* "PID fcgi lmtp lock slot:pid slot:pid ..." */
static void describe(const struct children *c, char *text)
{
    size_t n = (size_t)snprintf(text, TEXT_SIZE, "%ld %d %d %d", (long)getpid(),
                                c->listen_fds[CHILD_WEB], c->listen_fds[CHILD_LMTP], c->lock_fd);
    for (size_t i = 0; i < SCOREBOARD_SLOTS; i++)
        if (c->list[i].pid != 0)
            n += (size_t)snprintf(text + n, TEXT_SIZE - n, " %zu:%ld", i, (long)c->list[i].pid);
}

static void keep_over_exec(const struct children *c, int flags)
{
    (void)fcntl(c->listen_fds[CHILD_WEB], F_SETFD, flags);
    (void)fcntl(c->listen_fds[CHILD_LMTP], F_SETFD, flags);
    (void)fcntl(c->listen_fds[CHILD_PUSH], F_SETFD, flags);
    (void)fcntl(c->lock_fd, F_SETFD, flags);
}

int upgrade_run(const struct children *c, const char *conf_path, struct err *err)
{
    char text[TEXT_SIZE];
    if (check(conf_path, err) < 0)
        return -1;
    describe(c, text);
    char push[16];
    (void)snprintf(push, sizeof(push), "%d", c->listen_fds[CHILD_PUSH]);
    if (setenv(VARIABLE, text, 1) != 0 || setenv(VARIABLE_PUSH, push, 1) != 0)
        return err_set(err, ERR_NO_MEMORY, "no memory for an upgrade");
    keep_over_exec(c, 0);
    (void)execv(self.program, self.argv);
    (void)err_errno(err, ERR_INTERNAL, "exec %s", self.program);
    keep_over_exec(c, FD_CLOEXEC);
    (void)unsetenv(VARIABLE);
    (void)unsetenv(VARIABLE_PUSH);
    return -1;
}

static bool next(char **p, char *behind, long *out)
{
    char *end;
    errno = 0;
    *out = strtol(*p, &end, 10);
    if (end == *p || errno != 0 || *out < 0 || *out > INT_MAX)
        return false;
    *behind = *end;
    *p = *end == '\0' ? end : end + 1;
    return true;
}

static void take_children(struct children *c, char *p)
{
    long slot, pid;
    char behind;
    while (next(&p, &behind, &slot) && behind == ':' && next(&p, &behind, &pid))
        if (slot < SCOREBOARD_SLOTS)
            c->list[slot] = (struct child) { .pid = (pid_t)pid };
}

bool upgrade_inherit(struct children *c)
{
    long pid, web, lmtp, lock, push;
    char behind, *p = getenv(VARIABLE), *later = getenv(VARIABLE_PUSH);
    bool is_ours = p != NULL && next(&p, &behind, &pid) && pid == getpid() &&
                   next(&p, &behind, &web) && next(&p, &behind, &lmtp) && next(&p, &behind, &lock);
    if (is_ours) {
        c->listen_fds[CHILD_WEB] = (int)web;
        c->listen_fds[CHILD_JOBS] = -1;
        c->listen_fds[CHILD_LMTP] = (int)lmtp;
        c->listen_fds[CHILD_PUSH] = later != NULL && next(&later, &behind, &push) ? (int)push : -1;
        c->lock_fd = (int)lock;
        keep_over_exec(c, FD_CLOEXEC);
        take_children(c, p);
    }
    (void)unsetenv(VARIABLE);
    (void)unsetenv(VARIABLE_PUSH);
    return is_ours;
}
