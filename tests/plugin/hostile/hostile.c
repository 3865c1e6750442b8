/* tests/plugin/hostile/hostile.c - a plugin that does what none may do: setting "trick" says what,
 * "where" says when */
#include "deskd_plugin.h"

#include <fcntl.h>
#include <locale.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MEGABYTE ((size_t)1024 * 1024)

static const struct deskd_host *host;
static volatile int zero;
static volatile unsigned long forever;

static void segfault(void)
{
    *(volatile int *)(uintptr_t)zero = 1;
}

static void divide(void)
{
    forever = 7UL / (unsigned long)zero;
}

static void end(void)
{
    exit(0);
}

static void end_at_once(void)
{
    _exit(0);
}

static void loop(void)
{
    for (;;)
        forever++;
}

static void loop_unheard(void)
{
    sigset_t all;
    sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, NULL);
    loop();
}

static void leak(void)
{
    volatile char *p = malloc(MEGABYTE);
    for (size_t i = 0; p != NULL && i < MEGABYTE; i += 4096)
        p[i] = 1;
}

static void gigabyte(void)
{
    volatile char *p = malloc(1024 * MEGABYTE);
    for (size_t i = 0; i < 1024 * MEGABYTE; i += 4096)
        p[i] = 1;
}

static void close_all(void)
{
    for (int fd = 0; fd < 1024; fd++)
        (void)close(fd);
}

/* Other files under our numbers: what is written to the database would go there. */
static void replace_all(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 3; fd < 64; fd++)
        (void)dup2(null, fd);
}

static void other_locale(void)
{
    (void)setlocale(LC_ALL, "C");
}

static void other_umask(void)
{
    (void)umask(0);
}

static void block_signals(void)
{
    sigset_t term;
    sigemptyset(&term);
    sigaddset(&term, SIGALRM);
    sigaddset(&term, SIGUSR2);
    (void)sigprocmask(SIG_BLOCK, &term, NULL);
}

static void other_folder(void)
{
    (void)!chdir("/usr");
}

static void talk(void)
{
    (void)printf("Status: 200 OK\r\nContent-Type: text/plain\r\n\r\nfrom printf\n");
    (void)fflush(stdout);
    (void)!write(STDOUT_FILENO, "from write\n", 11);
}

static int deep(int n)
{
    volatile char room[4096];
    room[0] = (char)n;
    return n == -1 ? 0 : deep(n + 1) + room[0];
}

static void overflow(void)
{
    (void)deep(0);
}

static void leave_thread(void)
{
    pthread_exit(NULL);
}

static void nothing(void)
{
}

static const struct trick {
    const char *name;
    void (*fn)(void);
} tricks[] = {
    { "segfault", segfault },    { "divide", divide },
    { "abort", abort },          { "exit", end },
    { "_exit", end_at_once },    { "loop", loop },
    { "unheard", loop_unheard }, { "leak", leak },
    { "gigabyte", gigabyte },    { "close", close_all },
    { "replace", replace_all },  { "locale", other_locale },
    { "umask", other_umask },    { "signals", block_signals },
    { "folder", other_folder },  { "stdout", talk },
    { "overflow", overflow },    { "thread", leave_thread },
    { "none", nothing },
};

/* Memory of the request without end: the way out leads past us. */
static void take_all(struct deskd_call *call)
{
    for (;;)
        (void)host->alloc(call, MEGABYTE);
}

static void play(struct deskd_call *call, const char *here)
{
    const char *trick = host->setting_text(call, "trick");
    if (strcmp(host->setting_text(call, "where"), here) != 0)
        return;
    if (strcmp(trick, "alloc") == 0)
        take_all(call);
    for (size_t i = 0; i < sizeof(tricks) / sizeof(tricks[0]); i++)
        if (strcmp(tricks[i].name, trick) == 0)
            tricks[i].fn();
}

static int request_begin(struct deskd_call *call, const char *remote)
{
    (void)remote;
    play(call, "request");
    return DESKD_YES;
}

static int tenant_open(struct deskd_call *call, void **data)
{
    (void)data;
    play(call, "open");
    return strcmp(host->setting_text(call, "trick"), "unready") == 0
               ? host->fail(call, DESKD_ERR_INTERNAL, "not today")
               : DESKD_OK;
}

static int ticket_changed(struct deskd_call *call, const struct deskd_change *change)
{
    (void)change;
    play(call, "change");
    if (strcmp(host->setting_text(call, "trick"), "refuse") == 0)
        return DESKD_FAILED;
    return strcmp(host->setting_text(call, "where"), "job") == 0
               ? host->job_put(call, "go", 1, host->now(call))
               : DESKD_OK;
}

static int job(struct deskd_call *call, const struct deskd_job *j)
{
    (void)j;
    play(call, "job");
    return DESKD_OK;
}

static int go(struct deskd_call *call)
{
    play(call, "page");
    return host->text(call, 200, "text/plain", "went on\n", 8);
}

static int calm(struct deskd_call *call)
{
    return host->text(call, 200, "text/plain", "calm\n", 5);
}

static int init(const struct deskd_host *h)
{
    host = h;
    return DESKD_OK;
}

static const struct deskd_route routes[] = {
    { DESKD_GET, "/go", "public", NULL, 0, go },
    { DESKD_GET, "/calm", "public", NULL, 0, calm },
    { DESKD_GET, NULL, NULL, NULL, 0, NULL },
};
static const struct deskd_job_kind jobs[] = { { "go", job }, { NULL, NULL } };
static const struct deskd_hooks hooks = {
    .size = sizeof(hooks),
    .tenant_open = tenant_open,
    .request_begin = request_begin,
    .ticket_changed = ticket_changed,
};

const struct deskd_plugin deskd_plugin_v1 = {
    .size = sizeof(deskd_plugin_v1),
    .abi_minor = DESKD_ABI_MINOR,
    .id = "hostile",
    .init = init,
    .hooks = &hooks,
    .routes = routes,
    .jobs = jobs,
};
