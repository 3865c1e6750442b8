#include "fcgi/watchdog.h"

#include "fcgi/frame.h"
#include "plugin/plugins.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* All that the handler needs is ready before the alarm is set; it only writes and leaves. The
 * master finds what the child was doing on the scoreboard and logs it. */
struct words {
    size_t n;
    unsigned char records[1024];
};
static struct {
    volatile sig_atomic_t fd;
    volatile sig_atomic_t is_answering;
    struct words too_slow, crashed;
} alarm_state = { -1, 0, { 0, { 0 } }, { 0, { 0 } } };

void watchdog_last_words(bool was_too_slow)
{
    const struct words *w = was_too_slow ? &alarm_state.too_slow : &alarm_state.crashed;
    if (alarm_state.fd >= 0 && !alarm_state.is_answering &&
        write(alarm_state.fd, w->records, w->n) == (ssize_t)w->n)
        (void)shutdown(alarm_state.fd, SHUT_WR);
}

static void on_alarm(int number)
{
    (void)number;
    plugins_alarm();
    watchdog_last_words(true);
    _exit(WATCHDOG_EXIT);
}

void watchdog_init(void)
{
    struct sigaction action = { .sa_handler = on_alarm };
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL);
}

static void prepare(struct words *w, unsigned request_id, const char *status, const char *text,
                    const char *name)
{
    char answer[768];
    int n = snprintf(answer, sizeof(answer),
                     "Status: %s\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                     "X-Content-Type-Options: nosniff\r\n"
                     "Cache-Control: no-store\r\n"
                     "Retry-After: 5\r\n"
                     "X-Request-Id: %.40s\r\n\r\n"
                     "%s %.40s\n",
                     status, name, text, name);
    w->n = frame_answer(w->records, sizeof(w->records), request_id, answer, (size_t)n);
}

void watchdog_start(int fd, unsigned request_id, const char *request_name, int64_t seconds)
{
    struct itimerval limit = { .it_value = { .tv_sec = seconds } };
    prepare(&alarm_state.too_slow, request_id, "503 Service Unavailable",
            "This took too long. Please try again in a moment.", request_name);
    prepare(&alarm_state.crashed, request_id, "500 Internal Server Error",
            "Something went wrong. It has been recorded. Please try again.", request_name);
    alarm_state.is_answering = 0;
    alarm_state.fd = fd;
    (void)setitimer(ITIMER_REAL, &limit, NULL);
}

void watchdog_answering(void)
{
    alarm_state.is_answering = 1;
}

void watchdog_stop(void)
{
    struct itimerval none = { .it_value = { .tv_sec = 0 } };
    (void)setitimer(ITIMER_REAL, &none, NULL);
    alarm_state.fd = -1;
}
