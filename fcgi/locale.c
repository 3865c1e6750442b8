#include "fcgi/locale.h"

#include "base/arena.h"
#include "base/str.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 32

static size_t name_length(const char *s)
{
    return strcspn(s, ",; \t");
}

static bool is_same(const char *locale, const char *s, size_t n)
{
    if (strlen(locale) != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        char a = locale[i] == '_' ? '-' : locale[i], b = s[i] == '_' ? '-' : s[i];
        if (strncasecmp(&a, &b, 1) != 0)
            return false;
    }
    return true;
}

static const char *find_n(const char *const *locales, const char *s, size_t n)
{
    for (const char *const *l = locales; *l != NULL; l++)
        if (is_same(*l, s, n))
            return *l;
    size_t primary = strcspn(s, "-_,; \t");
    for (const char *const *l = locales; *l != NULL; l++)
        if (primary < n && is_same(*l, s, primary))
            return *l;
    return NULL;
}

const char *locale_find(const char *const *locales, const char *wanted)
{
    return str_is_empty(wanted) ? NULL : find_n(locales, wanted, name_length(wanted));
}

const char *locale_accept(const char *const *locales, const char *header)
{
    while (*header != '\0') {
        header += strspn(header, ", \t");
        size_t n = name_length(header);
        const char *found = n > 0 && n < NAME_MAX_BYTES ? find_n(locales, header, n) : NULL;
        const char *next = header + strcspn(header, ",");
        bool is_refused = memmem(header, (size_t)(next - header), "q=0", 3) != NULL &&
                          memmem(header, (size_t)(next - header), "q=0.", 4) == NULL;
        if (found != NULL && !is_refused)
            return found;
        header = next;
    }
    return NULL;
}

const char *const *locale_list(struct arena *a, const char *dir)
{
    glob_t found = { 0 };
    size_t used = 0, prefix = strlen(dir) + 1;
    const char *pattern = arena_printf(a, "%s/*/LC_MESSAGES/deskd.mo", dir);
    size_t n = glob(pattern, 0, NULL, &found) == 0 ? found.gl_pathc : 0;
    const char **list = arena_array(a, n + 2, sizeof(*list));
    list[used++] = "en";
    for (size_t i = 0; i < n; i++) {
        const char *name = found.gl_pathv[i] + prefix;
        char *copy = arena_strndup(a, name, strcspn(name, "/"));
        for (char *p = copy; *p != '\0'; p++)
            *p = *p == '_' ? '-' : *p;
        if (!str_is(copy, "en"))
            list[used++] = copy;
    }
    globfree(&found);
    return list;
}
