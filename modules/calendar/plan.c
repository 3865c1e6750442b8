#include "calendar/plan.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "base/word.h"
#include "calendar/civil.h"
#include "calendar/hours.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* --- writing --- */

static void write_hours(struct json_writer *w, struct arena *a, const char *key,
                        const struct calendar_span *spans, size_t n)
{
    jw_str(w, key, hours_write(a, spans, n));
}

const char *plan_write(struct arena *a, const struct calendar_plan *plan)
{
    struct buf b = buf_make(a, 256 + plan->exceptions_n * 80);
    struct json_writer w = json_writer(&b);
    jw_object(&w, NULL);
    jw_array(&w, "week");
    for (int i = 0; i < 7; i++)
        write_hours(&w, a, NULL, plan->week[i].spans, plan->week[i].n);
    jw_end_array(&w);
    jw_array(&w, "days");
    for (size_t i = 0; i < plan->exceptions_n; i++) {
        const struct calendar_exception *e = &plan->exceptions[i];
        jw_object(&w, NULL);
        jw_str(&w, "on", civil_text(a, e->day));
        if (e->is_yearly)
            jw_bool(&w, "yearly", true);
        jw_str(&w, "name", str_or(e->name, ""));
        write_hours(&w, a, "hours", e->spans, e->spans_n);
        jw_end_object(&w);
    }
    jw_end_array(&w);
    jw_end_object(&w);
    return buf_str(&b);
}

/* --- reading --- */

static const char *text_of(const json_t *value)
{
    return str_or(json_string_value(value), "");
}

static int read_week(struct arena *a, const json_t *list, struct calendar_plan *out,
                     struct err *err)
{
    if (json_array_size(list) != 7)
        return err_set(err, ERR_INVALID, "a week has seven days");
    for (size_t i = 0; i < 7; i++)
        if (hours_read(a, text_of(json_array_get(list, i)), &out->week[i].spans, &out->week[i].n,
                       err) < 0)
            return -1;
    return 0;
}

static int read_days(struct arena *a, const json_t *list, struct calendar_plan *out,
                     struct err *err)
{
    size_t n = json_array_size(list);
    struct calendar_exception *days = arena_zalloc(a, (n + 1) * sizeof(*days));
    for (size_t i = 0; i < n; i++) {
        const json_t *o = json_array_get(list, i);
        if (!civil_parse(text_of(json_object_get(o, "on")), &days[i].day))
            return err_set(err, ERR_INVALID, "exception %zu has no date", i + 1);
        days[i].is_yearly = json_is_true(json_object_get(o, "yearly"));
        days[i].name = arena_strdup(a, text_of(json_object_get(o, "name")));
        if (hours_read(a, text_of(json_object_get(o, "hours")), &days[i].spans, &days[i].spans_n,
                       err) < 0)
            return -1;
    }
    out->exceptions = days;
    out->exceptions_n = n;
    return 0;
}

int plan_read(struct arena *a, const char *json, size_t n, struct calendar_plan *out,
              struct err *err)
{
    json_t *root = json_read(a, json, n);
    if (!json_is_object(root))
        return err_set(err, ERR_INVALID, "a calendar is an object with week and days");
    if (read_week(a, json_object_get(root, "week"), out, err) < 0)
        return -1;
    return read_days(a, json_object_get(root, "days"), out, err);
}

/* --- changing --- */

static bool is_same(const struct calendar_exception *e, int32_t day, bool is_yearly)
{
    if (e->is_yearly != is_yearly)
        return false;
    if (!is_yearly)
        return e->day == day;
    struct civil one = civil_date(e->day), other = civil_date(day);
    return one.month == other.month && one.day == other.day;
}

static int by_day(const void *a, const void *b)
{
    const struct calendar_exception *x = a, *y = b;
    int difference = (x->day > y->day) - (x->day < y->day);
    return difference != 0 ? difference : x->is_yearly - y->is_yearly;
}

static size_t place_of(const struct calendar_exception *all, size_t n, int32_t day, bool is_yearly)
{
    size_t i = 0;
    while (i < n && !is_same(&all[i], day, is_yearly))
        i++;
    return i;
}

int plan_add(struct arena *a, struct calendar_plan *plan, const struct calendar_exception *days,
             size_t n, struct err *err)
{
    size_t all_n = plan->exceptions_n;
    struct calendar_exception *all = arena_array(a, all_n + n + 1, sizeof(*all));
    if (all_n > 0)
        memcpy(all, plan->exceptions, all_n * sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        size_t at = place_of(all, all_n, days[i].day, days[i].is_yearly);
        all[at] = days[i];
        all_n += at == all_n;
    }
    if (all_n > CALENDAR_EXCEPTIONS)
        return err_set(err, ERR_INVALID, WORDS("a calendar has too many exceptions"));
    qsort(all, all_n, sizeof(*all), by_day);
    plan->exceptions = all;
    plan->exceptions_n = all_n;
    return 0;
}

bool plan_remove(struct arena *a, struct calendar_plan *plan, int32_t day, bool is_yearly)
{
    size_t n = plan->exceptions_n, at = place_of(plan->exceptions, n, day, is_yearly);
    if (at == n)
        return false;
    struct calendar_exception *all = arena_array(a, n, sizeof(*all));
    memcpy(all, plan->exceptions, at * sizeof(*all));
    memcpy(all + at, plan->exceptions + at + 1, (n - at - 1) * sizeof(*all));
    plan->exceptions = all;
    plan->exceptions_n = n - 1;
    return true;
}
