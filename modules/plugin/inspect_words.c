#include "plugin/inspect.h" /* a plugin's catalogues against the words of its manifest */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <string.h>

#define CATALOGUES_MAX 64
#define CATALOGUE_MAX  ((size_t)1024 * 1024)

/* A catalogue, or what is to be in it. */
struct words {
    struct arena *arena;
    const char **list;
    size_t n, cap;
};

static void add(struct words *w, const char *word)
{
    if (w->n == w->cap) {
        const char **old = w->list;
        w->cap = w->cap == 0 ? 64 : w->cap * 2;
        w->list = arena_array(w->arena, w->cap, sizeof(*w->list));
        if (w->n > 0)
            memcpy(w->list, old, w->n * sizeof(*old));
    }
    w->list[w->n++] = word;
}

static bool has(const struct words *w, const char *word)
{
    for (size_t i = 0; i < w->n; i++)
        if (str_is(w->list[i], word))
            return true;
    return false;
}

/* "..." of a line, its escapes undone. */
static void add_quoted(struct buf *b, const char *line)
{
    const char *p = strchr(line, '"');
    for (p = p == NULL ? "" : p + 1; *p != '\0' && *p != '"'; p++) {
        if (*p == '\\' && p[1] != '\0')
            buf_addc(b, *++p == 'n' ? '\n' : *p == 't' ? '\t' : *p);
        else
            buf_addc(b, *p);
    }
}

/* The msgids that have a translation. An entry's parts come in order: id, plural, strings. */
static void read_catalogue(struct words *out, char *text)
{
    struct buf id = buf_make(out->arena, 64), translation = buf_make(out->arena, 64), *now = NULL;
    for (char *line = text, *end; line != NULL; line = end) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (str_starts(line, "msgid ")) {
            if (id.len > 0 && translation.len > 0)
                add(out, arena_strdup(out->arena, buf_str(&id)));
            buf_truncate(&id, 0);
            buf_truncate(&translation, 0);
            now = &id;
        } else if (str_starts(line, "msgid_plural")) {
            now = NULL;
        } else if (str_starts(line, "msgstr")) {
            now = &translation;
        } else if (*line != '"') {
            continue;
        }
        if (now != NULL)
            add_quoted(now, line);
    }
    if (id.len > 0 && translation.len > 0)
        add(out, arena_strdup(out->arena, buf_str(&id)));
}

static void want_word(void *data, const char *msgid)
{
    struct words *w = data;
    if (!has(w, msgid))
        add(w, arena_strdup(w->arena, msgid));
}

/* What people see of a manifest. */
static void words_of_manifest(struct words *w, const struct plugin_manifest *m)
{
    want_word(w, m->name);
    want_word(w, m->description);
    for (size_t i = 0; i < m->permissions_n; i++) {
        want_word(w, m->permissions[i].label);
        want_word(w, m->permissions[i].group);
    }
    for (size_t i = 0; i < m->settings_n; i++) {
        want_word(w, m->settings[i].label);
        if (*m->settings[i].help != '\0')
            want_word(w, m->settings[i].help);
        for (size_t k = 0; k < m->settings[i].choices_n; k++)
            want_word(w, m->settings[i].choices[k].label);
    }
    for (size_t i = 0; i < m->menus_n; i++)
        want_word(w, m->menus[i].label);
}

static void compare(struct inspection *i, const char *name, const struct words *wanted)
{
    char *text;
    size_t n;
    struct err err = ERR_INIT;
    struct words found = { .arena = i->arena };
    if (file_read(i->arena, arena_printf(i->arena, "%s/locale/%s", i->dir, name), CATALOGUE_MAX,
                  &text, &n, &err) < 0) {
        inspect_problem(i, "locale/%s: %s", name, err.msg);
        return;
    }
    read_catalogue(&found, text);
    for (size_t k = 0; k < wanted->n; k++)
        if (!has(&found, wanted->list[k]))
            inspect_problem(i, "locale/%s has no translation of \"%s\"", name, wanted->list[k]);
}

void inspect_words(struct inspection *i)
{
    char **names;
    size_t n;
    struct err err = ERR_INIT;
    struct words wanted = { .arena = i->arena };
    words_of_manifest(&wanted, &i->manifest);
    inspect_templates(i, want_word, &wanted);
    if (file_list(i->arena, arena_printf(i->arena, "%s/locale", i->dir), CATALOGUES_MAX, &names, &n,
                  &err) < 0)
        return;
    for (size_t k = 0; k < n; k++)
        if (str_ends(names[k], ".po"))
            compare(i, names[k], &wanted);
}
