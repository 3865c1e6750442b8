/* tests/unit/base/child_test.c - waiting for connections: one that arrives wakes one process */
#include "../suite.h"

#include "base/child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define WAITING 4

static volatile sig_atomic_t stop;

/* A name that needs no folder: Linux keeps those that begin with a NUL for themselves. */
static struct sockaddr_un address(void)
{
    struct sockaddr_un at = { .sun_family = AF_UNIX };
    (void)snprintf(at.sun_path + 1, sizeof(at.sun_path) - 1, "deskd-child-%ld", (long)getpid());
    return at;
}

static int listening(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (const struct sockaddr *)at, sizeof(*at)), 0);
    ck_assert_int_eq(listen(fd, 16), 0);
    return fd;
}

static int connected(const struct sockaddr_un *at)
{
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ck_assert_int_eq(connect(fd, (const struct sockaddr *)at, sizeof(*at)), 0);
    return fd;
}

/* Exits with 1 where it was told of an arrival. */
static pid_t waiting(int listen_fd)
{
    pid_t pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid > 0)
        return pid;
    struct child_env env = { .stop = &stop, .listen_fd = listen_fd };
    int arrivals = child_arrivals(&env);
    _exit(arrivals < 0 ? 9 : child_wait_arrival(&env, arrivals, 1000));
}

/* In a system call that is epoll_pwait: a child does nothing else that sleeps. */
static bool is_asleep(pid_t pid)
{
    char path[64], text[256] = "";
    (void)snprintf(path, sizeof(path), "/proc/%ld/syscall", (long)pid);
    FILE *f = fopen(path, "re");
    bool has_line = f != NULL && fgets(text, sizeof(text), f) != NULL;
    if (f != NULL)
        (void)fclose(f);
    return has_line && strncmp(text, "running", 7) != 0 && strncmp(text, "-1", 2) != 0;
}

static bool sleeps_soon(pid_t pid)
{
    for (int i = 0; i < 500; i++) {
        if (is_asleep(pid))
            return true;
        (void)usleep(2000);
    }
    return false;
}

START_TEST(an_arrival_wakes_one)
{
    struct sockaddr_un at = address();
    pid_t pids[WAITING];
    int fd = listening(&at), told = 0, status;
    for (int i = 0; i < WAITING; i++)
        pids[i] = waiting(fd);
    for (int i = 0; i < WAITING; i++)
        ck_assert(sleeps_soon(pids[i]));
    int client = connected(&at);
    for (int i = 0; i < WAITING; i++) {
        ck_assert_int_eq(waitpid(pids[i], &status, 0), pids[i]);
        ck_assert(WIFEXITED(status) && WEXITSTATUS(status) <= 1);
        told += WEXITSTATUS(status);
    }
    ck_assert_int_eq(told, 1);
    /* Whoever comes afterwards, as the one that replaces a killed process, finds it. */
    struct child_env env = { .stop = &stop, .listen_fd = fd };
    int arrivals = child_arrivals(&env);
    ck_assert_int_eq(child_wait_arrival(&env, arrivals, 1000), 1);
    (void)close(arrivals);
    (void)close(client);
    (void)close(fd);
}
END_TEST

START_TEST(a_broken_descriptor_is_told)
{
    struct child_env env = { .stop = &stop, .listen_fd = -1 };
    ck_assert_int_eq(child_arrivals(&env), -1);
    ck_assert_int_eq(child_wait_arrival(&env, -1, 0), -1);
}
END_TEST

SUITE(child)
{
    tcase_add_test(tc, an_arrival_wakes_one);
    tcase_add_test(tc, a_broken_descriptor_is_told);
}
