#include "base/log.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LINE_SIZE 4096
#define VALUE_MAX 1024

static uint64_t own_dropped;
static struct {
    int fd;
    enum log_level least;
    uint64_t *dropped;
} sink = { STDERR_FILENO, LOG_INFO, &own_dropped };

struct line {
    size_t len;
    char text[LINE_SIZE];
};

void log_open(int fd, enum log_level least)
{
    sink.fd = fd;
    sink.least = least;
}

int log_fd(void)
{
    return sink.fd;
}

void log_count_in(uint64_t *dropped)
{
    *dropped += *sink.dropped;
    sink.dropped = dropped;
}

uint64_t log_dropped(void)
{
    return __atomic_load_n(sink.dropped, __ATOMIC_RELAXED);
}

static void add(struct line *l, const char *s, size_t n)
{
    if (n > LINE_SIZE - 8 - l->len) /* room stays for the closing brace */
        return;
    memcpy(l->text + l->len, s, n);
    l->len += n;
}

/* JSON string content: ASCII only, so that no terminal and no log reader is ever surprised. */
static void add_quoted(struct line *l, const char *s)
{
    static const char hex[] = "0123456789abcdef";
    add(l, "\"", 1);
    for (size_t i = 0; s[i] != '\0' && i < VALUE_MAX; i++) {
        unsigned char c = (unsigned char)s[i];
        if (c == '"' || c == '\\') {
            add(l, (char[]) { '\\', (char)c }, 2);
        } else if (c >= ' ' && c < 0x7F) {
            add(l, s + i, 1);
        } else {
            add(l, (char[]) { '\\', 'u', '0', '0', hex[c >> 4], hex[c & 15] }, 6);
        }
    }
    add(l, "\"", 1);
}

static void add_key(struct line *l, const char *key)
{
    add(l, l->len > 1 ? ",\"" : "\"", l->len > 1 ? 2 : 1);
    add(l, key, strlen(key));
    add(l, "\":", 2);
}

static void add_text(struct line *l, const char *key, const char *value)
{
    if (value == NULL)
        return;
    add_key(l, key);
    add_quoted(l, value);
}

static void add_number(struct line *l, const struct log_field *f)
{
    char digits[48];
    int n = f->type == LOG_FIELD_I64 ? snprintf(digits, sizeof(digits), "%" PRId64, f->i64)
                                     : snprintf(digits, sizeof(digits), "%.3f", f->f64);
    add_key(l, f->key);
    add(l, digits, (size_t)n);
}

static void add_time(struct line *l)
{
    struct timespec now;
    struct tm tm;
    char text[64];
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    size_t n = strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
    (void)snprintf(text + n, sizeof(text) - n, ".%03ldZ", now.tv_nsec / 1000000);
    add_text(l, "time", text);
}

void log_event(const struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, size_t n)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    if (level < sink.least)
        return;
    struct line l;
    l.len = 0;
    add(&l, "{", 1);
    add_time(&l);
    add_text(&l, "level", names[level]);
    add_text(&l, "event", event);
    if (log != NULL) {
        add_text(&l, "role", log->role);
        add_text(&l, "request", log->request);
        if (log->tenant != 0)
            add_number(&l, &LOG_I64("tenant", log->tenant));
        add_text(&l, "route", log->route);
    }
    for (size_t i = 0; i < n; i++) {
        if (fields[i].key == NULL)
            continue;
        if (fields[i].type == LOG_FIELD_STR)
            add_text(&l, fields[i].key, fields[i].str);
        else
            add_number(&l, &fields[i]);
    }
    l.text[l.len++] = '}';
    l.text[l.len++] = '\n';
    if (write(sink.fd, l.text, l.len) != (ssize_t)l.len)
        (void)__atomic_add_fetch(sink.dropped, 1, __ATOMIC_RELAXED);
}
