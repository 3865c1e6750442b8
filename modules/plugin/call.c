#include "plugin/plugin_private.h" /* into a plugin and back: the guard */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/log.h"

#include <dlfcn.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#define EXIT_BY_PLUGIN 76
#define EXIT_TOO_SLOW  75 /* as the watchdog's */
#define STACK_BYTES    ((size_t)64 * 1024)
#define KEPT_MAX       ((size_t)8 * 1024 * 1024)  /* by all calls of one plugin, until we leave */
#define GROWTH_MAX     ((size_t)64 * 1024 * 1024) /* by one call */
#define FDS_MAX        8

static const int deadly[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
#define DEADLY (sizeof(deadly) / sizeof(deadly[0]))

/* Signal handlers know nothing but this. */
static struct {
    struct plugins *all;
    struct scoreboard_slot *slot;
    struct ledger *ledger;
    plugin_last_words_fn *last_words;
    size_t (*allocated)(void);   /* the sanitizers', where they have taken malloc's place */
    volatile sig_atomic_t depth; /* of calls into plugins */
    struct sigaction before[DEADLY];
    mode_t umask;
    sigset_t mask;
    char locale[256];
    dev_t cwd_dev;
    ino_t cwd_ino;
    int fds[FDS_MAX];
    size_t fds_n;
    int served; /* the connection that is being served, or -1 */
    /* Who has been called since all was found well last; NULL: nobody. */
    const struct plugin *unchecked;
    char where[sizeof(((struct scoreboard_slot *)0)->where)];
    int db_fd; /* of the connection at that call, or -1 */
    unsigned db_serial;
    _Alignas(16) char stack[STACK_BYTES];
} guard = { .served = -1 };

_Noreturn static void end_process(enum failure_how how, int detail, bool was_too_slow)
{
    ledger_note_slot(guard.ledger, guard.slot, how, detail);
    if (guard.last_words != NULL)
        guard.last_words(was_too_slow);
    _exit(was_too_slow ? EXIT_TOO_SLOW : EXIT_BY_PLUGIN);
}

/* Outside of plugins a crash is ours: whoever was here before us deals with it. */
static void pass_on(int number)
{
    for (size_t i = 0; i < DEADLY; i++)
        if (deadly[i] == number)
            (void)sigaction(number, &guard.before[i], NULL);
    (void)raise(number);
}

static void on_crash(int number, siginfo_t *info, void *context)
{
    (void)info;
    (void)context;
    if (guard.depth > 0)
        end_process(FAILED_SIGNAL, number, false);
    pass_on(number);
}

static void on_alarm(int number)
{
    (void)number;
    end_process(FAILED_TIME, 0, true);
}

/* exit() in a plugin. Our own children leave by _exit(). */
static void on_exit_call(void)
{
    if (guard.depth > 0)
        end_process(FAILED_EXIT, 0, false);
}

static void catch_crashes(void)
{
    const stack_t stack = { .ss_sp = guard.stack, .ss_size = sizeof(guard.stack) };
    struct sigaction action = { .sa_sigaction = on_crash,
                                .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER };
    sigemptyset(&action.sa_mask);
    (void)sigaltstack(&stack, NULL);
    for (size_t i = 0; i < DEADLY; i++)
        (void)sigaction(deadly[i], &action, &guard.before[i]);
    (void)atexit(on_exit_call);
}

/* Web workers have an alarm of their own, which calls plugins_alarm. */
static void catch_alarm(void)
{
    struct sigaction action = { .sa_handler = on_alarm }, now;
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGALRM, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
        (void)sigaction(SIGALRM, &action, NULL);
}

static void look_around(void)
{
    struct stat st;
    guard.umask = umask(077);
    (void)umask(guard.umask);
    memset(&guard.mask, 0, sizeof(guard.mask)); /* sigemptyset() leaves a part of it alone */
    (void)sigprocmask(SIG_SETMASK, NULL, &guard.mask);
    (void)snprintf(guard.locale, sizeof(guard.locale), "%s", setlocale(LC_ALL, NULL));
    if (stat(".", &st) == 0) {
        guard.cwd_dev = st.st_dev;
        guard.cwd_ino = st.st_ino;
    }
}

void guard_start(struct plugins *p, plugin_last_words_fn *last_words)
{
    static struct scoreboard_slot nobody;
    guard.all = p;
    guard.slot = p->env->slot != NULL ? p->env->slot : &nobody;
    guard.ledger = p->env->ledger;
    guard.last_words = last_words;
    *(void **)&guard.allocated = dlsym(RTLD_DEFAULT, "__sanitizer_get_current_allocated_bytes");
    look_around();
    catch_crashes();
    catch_alarm();
    if (p->env->listen_fd >= 0)
        guard.fds[guard.fds_n++] = p->env->listen_fd;
}

void plugins_guard_fd(struct plugins *p, int fd)
{
    if (p != NULL)
        guard.served = fd;
}

/* Until the master has seen the end of a process its slot tells, then the ledger does. */
static bool has_ended_one(const struct child_env *env, const char *outer)
{
    for (size_t i = 0; env->slots != NULL && i < env->slots_n; i++) {
        const struct scoreboard_slot *slot = &env->slots[i];
        if (slot != env->slot && slot->plugin[0] != '\0' &&
            strncmp(slot->outer, outer, sizeof(slot->outer)) == 0)
            return true;
    }
    return ledger_has_request(env->ledger, outer);
}

bool plugins_first_try(const struct plugins *p, const char *outer)
{
    if (p == NULL || p->env->slot == NULL)
        return true;
    (void)snprintf(p->env->slot->outer, sizeof(p->env->slot->outer), "%s", outer);
    return *outer == '\0' || !has_ended_one(p->env, outer);
}

void plugins_alarm(void)
{
    if (guard.depth > 0)
        ledger_note_slot(guard.ledger, guard.slot, FAILED_TIME, 0);
}

/* ---- what a call is compared with ---- */

struct before {
    char plugin[sizeof(((struct scoreboard_slot *)0)->plugin)];
    char where[sizeof(((struct scoreboard_slot *)0)->where)];
    struct itimerval timer;
    int64_t start_us;
    size_t in_use;
};

/* Bytes of the heap, without what the arena of this work holds: that is given back at its end. Its
 * end, not what of it is in use: to ask for that takes longer than most calls. */
static size_t in_use(const struct deskd_call *call)
{
    size_t n;
    if (guard.allocated != NULL)
        n = guard.allocated();
    else
        n = (size_t)(uintptr_t)sbrk(0);
    size_t held = arena_held(call->arena);
    return n > held ? n - held : 0;
}

static void set_timer(struct before *b, int seconds)
{
    struct itimerval limit = { .it_value = { .tv_sec = seconds } };
    (void)setitimer(ITIMER_REAL, &limit, &b->timer);
    bool is_sooner = (b->timer.it_value.tv_sec != 0 || b->timer.it_value.tv_usec != 0) &&
                     b->timer.it_value.tv_sec < seconds;
    if (is_sooner)
        (void)setitimer(ITIMER_REAL, &b->timer, NULL);
}

/* What was left of the limit around this one, less what we have used. */
static void reset_timer(const struct before *b)
{
    struct itimerval left = b->timer;
    int64_t us = left.it_value.tv_sec * INT64_C(1000000) + left.it_value.tv_usec;
    if (us > 0) {
        us -= clock_ticks_us() - b->start_us;
        us = us > 1000 ? us : 1000;
        left.it_value = (struct timeval) { us / 1000000, us % 1000000 };
    }
    (void)setitimer(ITIMER_REAL, &left, NULL);
}

static void enter(const struct deskd_call *call, const char *where, int seconds, struct before *b)
{
    struct scoreboard_slot *slot = guard.slot;
    memcpy(b->plugin, slot->plugin, sizeof(b->plugin));
    memcpy(b->where, slot->where, sizeof(b->where));
    b->start_us = clock_ticks_us();
    b->in_use = in_use(call);
    (void)snprintf(slot->where, sizeof(slot->where), "%s", where);
    (void)snprintf(slot->plugin, sizeof(slot->plugin), "%s", call->plugin->id);
    set_timer(b, seconds);
    guard.depth++;
}

static void leave(const struct before *b)
{
    guard.depth--;
    reset_timer(b);
}

/* ---- afterwards ---- */

static void disturbed(const struct plugin *p, const char *where, enum failure_how how)
{
    char text[128];
    guard.all->must_leave = true;
    ledger_note(guard.ledger, p->id, guard.slot->tenant, where, how, 0);
    log_error((&(const struct log) { .role = "plugin", .tenant = guard.slot->tenant }),
              "plugin.disturbed", LOG_STR("plugin", p->id),
              LOG_STR("how", failure_text(text, sizeof(text), how, 0, where)));
}

static bool is_socket(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode);
}

/* Without these nothing can be finished, and what is written might go anywhere. */
static bool are_descriptors_ours(void)
{
    unsigned serial = 0;
    struct stat st;
    const struct db_conn *conn = guard.all->env->conn;
    int now = conn == NULL ? -1 : db_conn_fd(conn, &serial);
    bool is_same_db = guard.db_fd >= 0 && now == guard.db_fd && serial == guard.db_serial;
    if (is_same_db && !is_socket(now))
        return false;
    for (size_t i = 0; i < guard.fds_n; i++)
        if (!is_socket(guard.fds[i]))
            return false;
    if (guard.served >= 0 && !is_socket(guard.served))
        return false;
    return fstat(log_fd(), &st) == 0;
}

static void check_locale(const struct plugin *p, const char *where)
{
    const char *now = setlocale(LC_ALL, NULL);
    bool is_thread = uselocale((locale_t)0) != LC_GLOBAL_LOCALE;
    if (!is_thread && now != NULL && strcmp(now, guard.locale) == 0)
        return;
    (void)uselocale(LC_GLOBAL_LOCALE);
    (void)setlocale(LC_ALL, guard.locale);
    disturbed(p, where, FAILED_LOCALE);
}

static void check_settings(const struct plugin *p, const char *where)
{
    struct stat st;
    sigset_t mask;
    if (umask(guard.umask) != guard.umask)
        disturbed(p, where, FAILED_UMASK);
    memset(&mask, 0, sizeof(mask));
    (void)sigprocmask(SIG_SETMASK, &guard.mask, &mask);
    if (memcmp(&mask, &guard.mask, sizeof(mask)) != 0)
        disturbed(p, where, FAILED_SIGNALS);
    if (stat(".", &st) < 0 || st.st_dev != guard.cwd_dev || st.st_ino != guard.cwd_ino)
        disturbed(p, where, FAILED_FOLDER);
    check_locale(p, where);
}

/* What a tenant's data takes is not forgotten memory. */
static void check_memory(const struct deskd_call *call, const char *where, const struct before *b)
{
    size_t now = in_use(call);
    if (call->kind == CALL_TENANT || now <= b->in_use)
        return;
    struct plugin *p = &call->all->list[call->plugin - call->all->list];
    p->kept += now - b->in_use;
    if (now - b->in_use <= GROWTH_MAX && p->kept <= KEPT_MAX)
        return;
    p->kept = 0;
    disturbed(p, where, FAILED_MEMORY);
}

/* A dozen calls of the kernel: not after each decision, but before anybody else is called, and when
 * the work is over. */
static void check_all(void)
{
    const struct plugin *p = guard.unchecked;
    if (p == NULL)
        return;
    guard.unchecked = NULL;
    if (!are_descriptors_ours()) {
        (void)snprintf(guard.slot->plugin, sizeof(guard.slot->plugin), "%s", p->id);
        (void)snprintf(guard.slot->where, sizeof(guard.slot->where), "%s", guard.where);
        end_process(FAILED_DESCRIPTORS, 0, false);
    }
    check_settings(p, guard.where);
}

static void remember(const struct deskd_call *call, const char *where)
{
    const struct db_conn *conn = call->all->env->conn;
    if (guard.unchecked != call->plugin)
        check_all();
    guard.unchecked = call->plugin;
    (void)snprintf(guard.where, sizeof(guard.where), "%s", where);
    guard.db_fd = conn == NULL ? -1 : db_conn_fd(conn, &guard.db_serial);
}

void guard_reset(void)
{
    guard.depth = 0;
    check_all();
    guard.slot->plugin[0] = '\0';
}

static void check(const struct deskd_call *call, const char *where, const struct before *b)
{
    if (call->kind != CALL_DECIDE)
        check_all();
    check_memory(call, where, b);
    memcpy(guard.slot->plugin, b->plugin, sizeof(b->plugin));
    memcpy(guard.slot->where, b->where, sizeof(b->where));
}

static int judge(const struct deskd_call *call, const char *where, int rc)
{
    if (rc < 0 && call->err->code == ERR_NONE)
        return err_set(call->err, ERR_INTERNAL, "plugin %s failed in %s and did not say why",
                       call->plugin->id, where);
    return rc < 0 ? -1 : rc;
}

/* The arena's way out leads past the plugin: the guard must be left on that way, too. */
int plugin_call(struct deskd_call *call, const char *where, int seconds, plugin_fn *fn, void *data)
{
    struct before b;
    struct arena_exit outer;
    volatile int rc = -1;
    volatile bool has_jumped = false;
    remember(call, where);
    enter(call, where, seconds, &b);
    arena_keep_exit(call->arena, &outer);
    if (setjmp(*arena_boundary(call->arena)) == 0)
        rc = fn(call, data);
    else
        has_jumped = true;
    arena_put_exit(call->arena, &outer);
    leave(&b);
    check(call, where, &b);
    if (!has_jumped)
        return judge(call, where, rc);
    disturbed(call->plugin, where, FAILED_MEMORY);
    if (outer.is_set)
        arena_leave(call->arena);
    return err_set(call->err, ERR_NO_MEMORY, "out of memory in plugin %s", call->plugin->id);
}
