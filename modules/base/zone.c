#include "base/zone.h"

#include "base/arena.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 63
#define DATABASE        "/usr/share/zoneinfo/"

static bool is_name(const char *name)
{
    size_t n = strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-");
    return n > 0 && n <= NAME_MAX_LENGTH && name[n] == '\0' && name[0] != '/';
}

bool zone_exists(const char *name)
{
    char path[sizeof(DATABASE) + NAME_MAX_LENGTH];
    if (!is_name(name))
        return false;
    (void)snprintf(path, sizeof(path), DATABASE "%s", name);
    return access(path, R_OK) == 0;
}

char *zone_path(struct arena *a, const char *name)
{
    return arena_printf(a, DATABASE "%s", name);
}

static int64_t today_ms; /* the minute that today is of; 0: none */
static struct tm today;

bool zone_use(const char *name)
{
    static char current[NAME_MAX_LENGTH + 1];
    if (strcmp(name, current) == 0)
        return true;
    today_ms = 0;
    bool exists = zone_exists(name);
    if (setenv("TZ", exists ? name : "UTC", 1) != 0)
        return false;
    tzset();
    (void)snprintf(current, sizeof(current), "%s", exists ? name : "");
    return exists;
}

struct tm zone_local(int64_t ms)
{
    time_t s = (time_t)(ms >= 0 ? ms / 1000 : -((-ms + 999) / 1000));
    struct tm tm;
    memset(&tm, 0, sizeof(tm));
    (void)localtime_r(&s, &tm);
    return tm;
}

struct tm zone_today(int64_t now_ms)
{
    int64_t minute = now_ms - now_ms % 60000;
    if (minute != today_ms || today_ms == 0) {
        today = zone_local(minute);
        today_ms = minute;
    }
    return today;
}

int64_t zone_instant(struct tm local)
{
    local.tm_isdst = -1;
    return (int64_t)mktime(&local) * 1000;
}

bool zone_parse(const char *text, int64_t *ms)
{
    struct tm tm;
    memset(&tm, 0, sizeof(tm));
    const char *end = strptime(text, "%Y-%m-%dT%H:%M", &tm);
    if (end == NULL || (*end != '\0' && *end != ':'))
        return false;
    *ms = zone_instant(tm);
    return true;
}
