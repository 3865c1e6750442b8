#include "fcgi/pages/places.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <stdlib.h>
#include <string.h>

#define TABLE      "/usr/share/zoneinfo/zone1970.tab"
#define TABLE_MAX  ((size_t)1024 * 1024)
#define PLACES_MAX 1000

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Countries, coordinates, place, remark: separated by tabs. */
static const char *place_of(struct arena *a, const char *line)
{
    for (int i = 0; i < 2; i++) {
        line = strchr(line, '\t');
        if (line == NULL)
            return NULL;
        line++;
    }
    return arena_strndup(a, line, strcspn(line, "\t\n"));
}

static size_t read_table(struct arena *a, const char **places)
{
    char *data;
    size_t length, n = 0;
    struct err ignored = ERR_INIT;
    if (file_read(a, TABLE, TABLE_MAX, &data, &length, &ignored) < 0)
        return 0;
    for (const char *line = data; line != NULL && *line != '\0';) {
        const char *place = *line == '#' ? NULL : place_of(a, line);
        if (place != NULL && n < PLACES_MAX)
            places[n++] = place;
        line = strchr(line, '\n');
        line = line == NULL ? NULL : line + 1;
    }
    qsort(places, n, sizeof(*places), compare);
    return n;
}

static bool has(const char *const *places, size_t n, const char *place)
{
    for (size_t i = 0; i < n; i++)
        if (str_is(places[i], place))
            return true;
    return false;
}

const char *const *places_all(struct arena *a, const char *chosen)
{
    const char **places = arena_array(a, PLACES_MAX + 3, sizeof(*places));
    places[0] = "UTC";
    size_t n = 1 + read_table(a, places + 1);
    if (!str_is_empty(chosen) && !has(places, n, chosen))
        places[n++] = chosen;
    places[n] = NULL;
    return places;
}
