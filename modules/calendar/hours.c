#include "calendar/hours.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/word.h"
#include "calendar/calendar.h"

#include <string.h>

#define HOUR 60

static const char *after_space(const char *p)
{
    return p + strspn(p, " \t");
}

static bool read_number(const char **p, int32_t most, int32_t *out)
{
    const char *from = *p;
    for (*out = 0; **p >= '0' && **p <= '9' && *p - from < 2; (*p)++)
        *out = *out * 10 + (**p - '0');
    return *p > from && *out <= most;
}

/* "9", "9:05", "24:00" */
static bool read_time(const char **p, int32_t *minutes)
{
    int32_t hour, minute = 0;
    *p = after_space(*p);
    if (!read_number(p, 24, &hour))
        return false;
    if (**p == ':' || **p == '.') {
        const char *from = ++*p;
        if (!read_number(p, 59, &minute) || *p - from != 2)
            return false;
    }
    *minutes = hour * HOUR + minute;
    return *minutes <= CALENDAR_DAY_MINUTES;
}

/* The hyphen and the dashes U+2013 and U+2014. */
static bool read_dash(const char **p)
{
    *p = after_space(*p);
    if (**p == '-') {
        (*p)++;
        return true;
    }
    if (strncmp(*p, "\xe2\x80\x93", 3) != 0 && strncmp(*p, "\xe2\x80\x94", 3) != 0)
        return false;
    *p += 3;
    return true;
}

static bool read_span(const char **p, struct calendar_span *out)
{
    if (!read_time(p, &out->from) || !read_dash(p) || !read_time(p, &out->to))
        return false;
    if (out->from == CALENDAR_DAY_MINUTES)
        out->from = 0;
    if (out->to <= out->from)
        out->to += CALENDAR_DAY_MINUTES;
    *p = after_space(*p);
    return true;
}

int hours_read(struct arena *a, const char *text, const struct calendar_span **out, size_t *n,
               struct err *err)
{
    struct calendar_span *spans = arena_array(a, CALENDAR_SPANS, sizeof(*spans));
    const char *p = after_space(text);
    *out = spans;
    for (*n = 0; *p != '\0';) {
        const char *from = p;
        if (*n == CALENDAR_SPANS)
            return err_set(err, ERR_INVALID, WORDS("a day has too many opening times"));
        if (!read_span(&p, &spans[*n]) || (*p != '\0' && *p != ',' && *p != ';'))
            return err_set(err, ERR_INVALID, WORDS("not an opening time like 9:00-17:00") ": %s",
                           str_cut(a, from, 30));
        (*n)++;
        p = after_space(p + (*p != '\0'));
    }
    return 0;
}

const char *hours_write(struct arena *a, const struct calendar_span *spans, size_t n)
{
    struct buf b = buf_make(a, 16 * n + 1);
    for (size_t i = 0; i < n; i++) {
        int32_t to = spans[i].to;
        if (to > CALENDAR_DAY_MINUTES)
            to -= CALENDAR_DAY_MINUTES;
        buf_printf(&b, "%s%02d:%02d\xe2\x80\x93%02d:%02d", i == 0 ? "" : ", ", spans[i].from / HOUR,
                   spans[i].from % HOUR, to / HOUR, to % HOUR);
    }
    return buf_str(&b);
}
