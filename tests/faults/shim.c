/* tests/faults/shim.c - preloaded into deskd: ends the process at, or fails, the N-th call of one
 * operation, as a control file in shared memory says. shim.mjs is the other side of that file. */
#undef _FILE_OFFSET_BITS /* open and open64 are two names here */
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <hiredis.h>
#include <malloc.h>
#include <mysql.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

enum state { OFF, ARMED, RUNNING, DONE };
enum mode { COUNT, KILL, FAIL, FAIL_ON, INTERRUPT, SHORTEN };
enum kind { MEMORY = 1, FILES = 2, SOCKETS = 4, DB = 8, REDIS = 16, FCGI_MEMORY = 32 };
enum trigger { ON_ACCEPT = 1, ON_OPEN, ON_STATEMENT, ON_START };
enum ending { AT_WAIT = 1, AT_CLOSE, AT_EXIT };

/* The layout is shim.mjs's too. */
struct control {
    _Atomic uint32_t state;
    uint32_t mode, kinds;
    _Atomic uint32_t pid; /* who runs the operation */
    int64_t n, count, hits;
    int64_t live; /* blocks of memory that the process held when the operation ended */
    uint32_t trigger, ending;
    char text[72]; /* of the trigger: part of a path or of a statement */
    char name[32]; /* the call that was struck last */
    char where[848];
};

#define STATEMENTS 1024

static struct control *control;
static _Atomic int64_t live;
static _Thread_local int inside; /* a hook's own calls are not struck */
static int accepted = -1;
static struct {
    MYSQL_STMT *stmt;
    char text[120];
} statements[STATEMENTS];

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *p, size_t n);
void *__libc_memalign(size_t alignment, size_t n);
void __libc_free(void *p);

#define REAL(name) ((__typeof__(name) *)real(#name))

/* By name, remembered by its address: the program's literals do not move. */
static void *real(const char *name)
{
    static struct {
        const char *name;
        void *fn;
    } known[128];
    size_t i = 0;
    while (i < 128 && known[i].name != NULL && known[i].name != name)
        i++;
    if (i < 128 && known[i].name == name)
        return known[i].fn;
    inside++;
    void *fn = dlsym(RTLD_NEXT, name);
    inside--;
    if (fn == NULL)
        abort();
    if (i < 128) {
        known[i].fn = fn;
        known[i].name = name;
    }
    return fn;
}

static bool is_ours(void)
{
    return control != NULL && control->state == RUNNING && inside == 0 &&
           control->pid == (uint32_t)getpid();
}

static void note(const char *name)
{
    void *frames[24];
    size_t at = 0;
    Dl_info own;
    inside++;
    (void)dladdr(&control, &own);
    (void)snprintf(control->name, sizeof(control->name), "%s", name);
    int n = backtrace(frames, 24);
    for (int i = 0; i < n && at < sizeof(control->where) - 64; i++) {
        Dl_info info;
        if (dladdr(frames[i], &info) == 0 || info.dli_fbase == own.dli_fbase)
            continue;
        const char *slash = strrchr(info.dli_fname, '/');
        int put = snprintf(control->where + at, sizeof(control->where) - at, "%.24s+%lx ",
                           slash == NULL ? info.dli_fname : slash + 1,
                           (unsigned long)((char *)frames[i] - (char *)info.dli_fbase));
        at += put > 0 ? (size_t)put : 0;
    }
    inside--;
}

/* True where this call is the one; does not return where the process is to end there. */
static bool strikes(enum kind kind, const char *name)
{
    if (!is_ours() || (control->kinds & kind) == 0)
        return false;
    int64_t n = ++control->count;
    if (control->mode == COUNT || (control->mode == FAIL_ON ? n < control->n : n != control->n))
        return false;
    if (control->hits++ == 0)
        note(name);
    if (control->mode == KILL)
        (void)kill(getpid(), SIGKILL);
    return true;
}

static bool fails(enum kind kind, const char *name, int number)
{
    if (control == NULL || control->mode == INTERRUPT || control->mode == SHORTEN ||
        !strikes(kind, name))
        return false;
    errno = number;
    return true;
}

static void begin(int fd)
{
    uint32_t armed = ARMED;
    if (!atomic_compare_exchange_strong(&control->state, &armed, DONE))
        return;
    control->pid = (uint32_t)getpid();
    accepted = fd;
    control->state = RUNNING;
}

static bool is_awaited(enum trigger t)
{
    return control != NULL && control->state == ARMED && control->trigger == t;
}

static void end(enum ending e)
{
    if (control == NULL || control->state != RUNNING || control->ending != e ||
        control->pid != (uint32_t)getpid())
        return;
    control->live = live;
    control->state = DONE;
}

__attribute__((constructor)) static void start(void)
{
    void *frame;
    const char *path = getenv("DESKD_FAULTS");
    if (path == NULL)
        return;
    int fd = REAL(open)(path, O_RDWR | O_CLOEXEC);
    void *p = fd < 0 ? MAP_FAILED
                     : mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        abort();
    (void)REAL(close)(fd);
    (void)backtrace(&frame, 1); /* loads what it needs now */
    control = p;
    if (is_awaited(ON_START) && getenv("DESKD_FAULTS_START") != NULL)
        begin(-1);
}

__attribute__((destructor)) static void stop(void)
{
    end(AT_EXIT);
}

/* Memory */

/* libfcgi ends the process where it gets no memory, so what it asks for is a kind of its own. */
static enum kind memory_of(void *caller)
{
    Dl_info info;
    if (!is_ours() || dladdr(caller, &info) == 0)
        return MEMORY;
    return strstr(info.dli_fname, "libfcgi") != NULL ? FCGI_MEMORY : MEMORY;
}
#define CALLERS_MEMORY memory_of(__builtin_return_address(0))

static void *counted(void *p)
{
    live += p != NULL;
    return p;
}

void *malloc(size_t n)
{
    return fails(CALLERS_MEMORY, "malloc", ENOMEM) ? NULL : counted(__libc_malloc(n));
}

void *calloc(size_t n, size_t size)
{
    return fails(CALLERS_MEMORY, "calloc", ENOMEM) ? NULL : counted(__libc_calloc(n, size));
}

void *realloc(void *old, size_t n)
{
    if (fails(CALLERS_MEMORY, "realloc", ENOMEM))
        return NULL;
    void *p = __libc_realloc(old, n);
    live += (p != NULL) - (old != NULL && (p != NULL || n == 0));
    return p;
}

void *memalign(size_t alignment, size_t n)
{
    return fails(CALLERS_MEMORY, "memalign", ENOMEM) ? NULL
                                                     : counted(__libc_memalign(alignment, n));
}

void *aligned_alloc(size_t alignment, size_t n)
{
    return memalign(alignment, n);
}

int posix_memalign(void **out, size_t alignment, size_t n)
{
    void *p = memalign(alignment, n);
    if (p == NULL)
        return ENOMEM;
    *out = p;
    return 0;
}

void free(void *p)
{
    live -= p != NULL;
    __libc_free(p);
}

/* What libsodium takes to hash a password. */
void *mmap(void *at, size_t n, int protection, int flags, int fd, off_t offset)
{
    if ((flags & MAP_ANONYMOUS) != 0 && fails(MEMORY, "mmap", ENOMEM))
        return MAP_FAILED;
    return REAL(mmap)(at, n, protection, flags, fd, offset);
}

/* Files and sockets: one kind or the other by what the descriptor is */

static enum kind kind_of(int fd)
{
    struct stat st;
    return is_ours() && fstat(fd, &st) == 0 && S_ISSOCK(st.st_mode) ? SOCKETS : FILES;
}

/* A broken connection stays broken. */
static bool breaks(int fd, const char *name)
{
    if (!fails(SOCKETS, name, ECONNRESET))
        return false;
    (void)REAL(shutdown)(fd, SHUT_RDWR);
    errno = ECONNRESET;
    return true;
}

static bool interrupts(enum kind kind, const char *name)
{
    if (control == NULL || control->mode != INTERRUPT || !strikes(kind, name))
        return false;
    errno = EINTR;
    return true;
}

static size_t shortened(enum kind kind, const char *name, size_t n)
{
    return control != NULL && control->mode == SHORTEN && n > 1 && strikes(kind, name) ? n / 2 : n;
}

/* How much may be transferred: -1 none of it, errno is set. */
static ssize_t transfer(int fd, const char *name, size_t n, int number)
{
    enum kind kind = kind_of(fd);
    if (interrupts(kind, name) || (kind == SOCKETS ? breaks(fd, name) : fails(FILES, name, number)))
        return -1;
    return (ssize_t)shortened(kind, name, n);
}

ssize_t read(int fd, void *p, size_t n)
{
    ssize_t some = transfer(fd, "read", n, EIO);
    return some < 0 ? -1 : REAL(read)(fd, p, (size_t)some);
}

ssize_t write(int fd, const void *p, size_t n)
{
    ssize_t some = transfer(fd, "write", n, ENOSPC);
    return some < 0 ? -1 : REAL(write)(fd, p, (size_t)some);
}

ssize_t recv(int fd, void *p, size_t n, int flags)
{
    ssize_t some = transfer(fd, "recv", n, EIO);
    return some < 0 ? -1 : REAL(recv)(fd, p, (size_t)some, flags);
}

ssize_t send(int fd, const void *p, size_t n, int flags)
{
    ssize_t some = transfer(fd, "send", n, EIO);
    return some < 0 ? -1 : REAL(send)(fd, p, (size_t)some, flags);
}

ssize_t writev(int fd, const struct iovec *parts, int n)
{
    return transfer(fd, "writev", 1, ENOSPC) < 0 ? -1 : REAL(writev)(fd, parts, n);
}

ssize_t sendmsg(int fd, const struct msghdr *m, int flags)
{
    return transfer(fd, "sendmsg", 1, EIO) < 0 ? -1 : REAL(sendmsg)(fd, m, flags);
}

int connect(int fd, const struct sockaddr *to, socklen_t n)
{
    return fails(SOCKETS, "connect", ECONNREFUSED) ? -1 : REAL(connect)(fd, to, n);
}

int socket(int domain, int type, int protocol)
{
    return fails(SOCKETS, "socket", EMFILE) ? -1 : REAL(socket)(domain, type, protocol);
}

int accept4(int fd, struct sockaddr *from, socklen_t *from_n, int flags)
{
    struct sockaddr_un own = { .sun_family = AF_UNSPEC };
    socklen_t n = sizeof(own) - 1;
    int got = REAL(accept4)(fd, from, from_n, flags);
    if (got < 0 || !is_awaited(ON_ACCEPT) || getsockname(fd, (struct sockaddr *)&own, &n) < 0)
        return got;
    if (own.sun_family == AF_UNIX && strstr(own.sun_path, control->text) != NULL)
        begin(got);
    return got;
}

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *limit, const sigset_t *set)
{
    end(AT_WAIT);
    return REAL(ppoll)(fds, n, limit, set);
}

int epoll_pwait(int fd, struct epoll_event *events, int n, int ms, const sigset_t *set)
{
    end(AT_WAIT);
    return REAL(epoll_pwait)(fd, events, n, ms, set);
}

static int open_as(const char *name, const char *path, int flags, mode_t mode)
{
    if (is_awaited(ON_OPEN) && strstr(path, control->text) != NULL)
        begin(-1);
    if (interrupts(FILES, name) || fails(FILES, name, (flags & O_CREAT) != 0 ? ENOSPC : EMFILE))
        return -1;
    return REAL(open)(path, flags, mode);
}

static mode_t mode_of(int flags, va_list args)
{
    return (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return open_as("open", path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = mode_of(flags, args);
    va_end(args);
    return open_as("open", path, flags, mode);
}

/* The descriptor is gone even where close fails. */
int close(int fd)
{
    enum kind kind = kind_of(fd);
    bool is_last = is_ours() && fd == accepted, failed = fails(kind, "close", EIO);
    int rc = REAL(close)(fd);
    if (is_last)
        end(AT_CLOSE);
    if (failed)
        errno = EIO;
    return failed ? -1 : rc;
}

int fsync(int fd)
{
    return fails(FILES, "fsync", EIO) ? -1 : REAL(fsync)(fd);
}

int rename(const char *from, const char *to)
{
    return fails(FILES, "rename", ENOSPC) ? -1 : REAL(rename)(from, to);
}

int link(const char *from, const char *to)
{
    return fails(FILES, "link", ENOSPC) ? -1 : REAL(link)(from, to);
}

int unlink(const char *path)
{
    return fails(FILES, "unlink", EIO) ? -1 : REAL(unlink)(path);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(FILES, "mkdir", ENOSPC) ? -1 : REAL(mkdir)(path, mode);
}

int fchmod(int fd, mode_t mode)
{
    return fails(FILES, "fchmod", EIO) ? -1 : REAL(fchmod)(fd, mode);
}

int utimensat(int dir, const char *path, const struct timespec times[2], int flags)
{
    return fails(FILES, "utimensat", EIO) ? -1 : REAL(utimensat)(dir, path, times, flags);
}

int flock(int fd, int operation)
{
    return fails(FILES, "flock", ENOLCK) ? -1 : REAL(flock)(fd, operation);
}

/* The database: the connection breaks right before a call, or the library has no memory for it */

static void remember(MYSQL_STMT *stmt, const char *text, unsigned long n)
{
    size_t i = 0;
    while (i < STATEMENTS && statements[i].stmt != NULL && statements[i].stmt != stmt)
        i++;
    if (i == STATEMENTS)
        return;
    statements[i].stmt = stmt;
    (void)snprintf(statements[i].text, sizeof(statements[i].text), "%.*s", (int)n, text);
}

static bool is_statement(const MYSQL_STMT *stmt)
{
    for (size_t i = 0; i < STATEMENTS && statements[i].stmt != NULL; i++)
        if (statements[i].stmt == stmt)
            return strstr(statements[i].text, control->text) != NULL;
    return false;
}

static void lose(MYSQL *mysql, const char *name)
{
    if (fails(DB, name, EIO) && mysql != NULL)
        (void)REAL(shutdown)(mysql_get_socket(mysql), SHUT_RDWR);
}

MYSQL *STDCALL mysql_init(MYSQL *mysql)
{
    return fails(DB, "mysql_init", ENOMEM) ? NULL : REAL(mysql_init)(mysql);
}

MYSQL_STMT *STDCALL mysql_stmt_init(MYSQL *mysql)
{
    return fails(DB, "mysql_stmt_init", ENOMEM) ? NULL : REAL(mysql_stmt_init)(mysql);
}

int STDCALL mysql_stmt_prepare(MYSQL_STMT *stmt, const char *text, unsigned long n)
{
    lose(stmt->mysql, "mysql_stmt_prepare");
    remember(stmt, text, n);
    return REAL(mysql_stmt_prepare)(stmt, text, n);
}

MYSQL_RES *STDCALL mysql_stmt_result_metadata(MYSQL_STMT *stmt)
{
    return fails(DB, "mysql_stmt_result_metadata", ENOMEM) ? NULL
                                                           : REAL(mysql_stmt_result_metadata)(stmt);
}

my_bool STDCALL mysql_stmt_bind_param(MYSQL_STMT *stmt, MYSQL_BIND *bind)
{
    return fails(DB, "mysql_stmt_bind_param", ENOMEM) ? 1 : REAL(mysql_stmt_bind_param)(stmt, bind);
}

my_bool STDCALL mysql_stmt_bind_result(MYSQL_STMT *stmt, MYSQL_BIND *bind)
{
    return fails(DB, "mysql_stmt_bind_result", ENOMEM) ? 1
                                                       : REAL(mysql_stmt_bind_result)(stmt, bind);
}

int STDCALL mysql_stmt_execute(MYSQL_STMT *stmt)
{
    if (is_awaited(ON_STATEMENT) && is_statement(stmt))
        begin(-1);
    lose(stmt->mysql, "mysql_stmt_execute");
    return REAL(mysql_stmt_execute)(stmt);
}

int STDCALL mysql_stmt_fetch(MYSQL_STMT *stmt)
{
    lose(stmt->mysql, "mysql_stmt_fetch");
    return REAL(mysql_stmt_fetch)(stmt);
}

int STDCALL mysql_stmt_fetch_column(MYSQL_STMT *stmt, MYSQL_BIND *bind, unsigned column,
                                    unsigned long offset)
{
    return fails(DB, "mysql_stmt_fetch_column", ENOMEM)
               ? 1
               : REAL(mysql_stmt_fetch_column)(stmt, bind, column, offset);
}

my_bool STDCALL mysql_stmt_free_result(MYSQL_STMT *stmt)
{
    lose(stmt->mysql, "mysql_stmt_free_result");
    return REAL(mysql_stmt_free_result)(stmt);
}

my_bool STDCALL mysql_commit(MYSQL *mysql)
{
    lose(mysql, "mysql_commit");
    return REAL(mysql_commit)(mysql);
}

my_bool STDCALL mysql_rollback(MYSQL *mysql)
{
    lose(mysql, "mysql_rollback");
    return REAL(mysql_rollback)(mysql);
}

/* Redis */

static void lose_redis(redisContext *c, const char *name)
{
    if (fails(REDIS, name, EIO) && c != NULL)
        (void)REAL(shutdown)(c->fd, SHUT_RDWR);
}

redisContext *redisConnectUnixWithTimeout(const char *path, const struct timeval limit)
{
    return fails(REDIS, "redisConnect", ENOMEM) ? NULL
                                                : REAL(redisConnectUnixWithTimeout)(path, limit);
}

void *redisCommandArgv(redisContext *c, int n, const char **words, const size_t *lengths)
{
    lose_redis(c, "redisCommandArgv");
    return REAL(redisCommandArgv)(c, n, words, lengths);
}

int redisAppendCommandArgv(redisContext *c, int n, const char **words, const size_t *lengths)
{
    lose_redis(c, "redisAppendCommandArgv");
    return REAL(redisAppendCommandArgv)(c, n, words, lengths);
}
