#include "fcgi/watchdog.h"

#include "fcgi/frame.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* All that the handler needs is ready before the alarm is set; it only writes and leaves. The
 * master finds what the child was doing on the scoreboard and logs it. */
static struct {
    volatile sig_atomic_t fd;
    volatile sig_atomic_t is_answering;
    size_t n;
    unsigned char records[1024];
} alarm_state = { -1, 0, 0, { 0 } };

static void on_alarm(int number)
{
    (void)number;
    if (alarm_state.fd >= 0 && !alarm_state.is_answering) {
        if (write(alarm_state.fd, alarm_state.records, alarm_state.n) < 0)
            _exit(WATCHDOG_EXIT);
        (void)shutdown(alarm_state.fd, SHUT_WR);
    }
    _exit(WATCHDOG_EXIT);
}

void watchdog_init(void)
{
    struct sigaction action = { .sa_handler = on_alarm };
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGALRM, &action, NULL);
}

static void prepare(unsigned request_id, const char *name)
{
    char text[768];
    int n = snprintf(text, sizeof(text),
                     "Status: 503 Service Unavailable\r\n"
                     "Content-Type: text/plain; charset=utf-8\r\n"
                     "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"
                     "X-Content-Type-Options: nosniff\r\n"
                     "Cache-Control: no-store\r\n"
                     "Retry-After: 5\r\n"
                     "X-Request-Id: %.40s\r\n\r\n"
                     "This took too long. Please try again in a moment. %.40s\n",
                     name, name);
    alarm_state.n = frame_answer(alarm_state.records, sizeof(alarm_state.records), request_id, text,
                                 (size_t)n);
}

void watchdog_start(int fd, unsigned request_id, const char *request_name, int64_t seconds)
{
    struct itimerval limit = { .it_value = { .tv_sec = seconds } };
    prepare(request_id, request_name);
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
