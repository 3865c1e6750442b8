#include "base/clock.h"

#include "base/arena.h"

#include <time.h>

int64_t clock_now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t clock_ticks_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static struct tm utc(int64_t ms)
{
    time_t s = (time_t)(ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000));
    struct tm tm;
    gmtime_r(&s, &tm);
    return tm;
}

static char *put_digits(char *p, int number, int digits, char behind)
{
    for (int i = digits; i-- > 0; number /= 10)
        p[i] = (char)('0' + number % 10);
    p[digits] = behind;
    return p + digits + 1;
}

char *clock_iso(struct arena *a, int64_t ms)
{
    struct tm tm = utc(ms);
    if (tm.tm_year < -1900 || tm.tm_year > 9999 - 1900)
        return arena_strdup(a, "");
    char *s = arena_alloc(a, sizeof("2026-01-01T00:00:00Z")), *p = s;
    p = put_digits(p, tm.tm_year + 1900, 4, '-');
    p = put_digits(p, tm.tm_mon + 1, 2, '-');
    p = put_digits(p, tm.tm_mday, 2, 'T');
    p = put_digits(p, tm.tm_hour, 2, ':');
    p = put_digits(p, tm.tm_min, 2, ':');
    p = put_digits(p, tm.tm_sec, 2, 'Z');
    *p = '\0';
    return s;
}

char *clock_rfc5322(struct arena *a, int64_t ms)
{
    static const char days[][4] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
    static const char months[][4] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    struct tm tm = utc(ms);
    return arena_printf(a, "%s, %02d %s %04d %02d:%02d:%02d +0000", days[tm.tm_wday], tm.tm_mday,
                        months[tm.tm_mon], tm.tm_year + 1900, tm.tm_hour, tm.tm_min, tm.tm_sec);
}
