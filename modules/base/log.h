#ifndef DESKD_BASE_LOG_H /* modules/base/log.h - one JSON object a line: what happened, to whom,   \
                            how long */
#define DESKD_BASE_LOG_H
#include <stddef.h>
#include <stdint.h>

/* Who and where; every line of this log object carries them. Strings are borrowed; NULL leaves out.
 */
struct log {
    const char *role;    /* "web", "jobs", "lmtp", "master", "cli" */
    const char *request; /* request id */
    int64_t tenant;      /* 0: none yet */
    const char *route;
};

struct log_field {
    const char *key;
    enum { LOG_FIELD_STR, LOG_FIELD_I64, LOG_FIELD_F64 } type;
    const char *str;
    int64_t i64;
    double f64;
};
#define LOG_STR(k, v) ((struct log_field) { .key = (k), .type = LOG_FIELD_STR, .str = (v) })
#define LOG_I64(k, v) ((struct log_field) { .key = (k), .type = LOG_FIELD_I64, .i64 = (v) })
#define LOG_F64(k, v) ((struct log_field) { .key = (k), .type = LOG_FIELD_F64, .f64 = (v) })

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

/* Where lines go (2 at the start) and the least level that is written. A line that cannot be
 * written is counted, never waited for. */
void log_open(int fd, enum log_level least);
int log_fd(void);
/* Where that is counted, over all processes that share the memory. */
void log_count_in(uint64_t *dropped);
uint64_t log_dropped(void);

/* One event: a name of dotted words, then fields. One write(2) a line. */
void log_event(const struct log *log, enum log_level level, const char *event,
               const struct log_field *fields, size_t n);
#define log_at(log, level, event, ...)                                                             \
    log_event((log), (level), "" event, (struct log_field[]) { { .key = NULL }, __VA_ARGS__ },     \
              sizeof((struct log_field[]) { { .key = NULL }, __VA_ARGS__ }) /                      \
                  sizeof(struct log_field))
#define log_debug(log, ...) log_at((log), LOG_DEBUG, __VA_ARGS__)
#define log_info(log, ...)  log_at((log), LOG_INFO, __VA_ARGS__)
#define log_warn(log, ...)  log_at((log), LOG_WARN, __VA_ARGS__)
#define log_error(log, ...) log_at((log), LOG_ERROR, __VA_ARGS__)
#endif
