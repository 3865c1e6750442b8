#include "plugin/inspect.h" /* a plugin's templates, compiled beside those of core that they use */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "html/template.h"

#include <string.h>
#include <sys/stat.h>

struct looking {
    struct inspection *i;
    const char *prefix; /* of the names of its templates, with a slash */
    inspect_word_fn *word;
    void *data;
};

static void hear(void *data, const char *message)
{
    const struct looking *l = data;
    bool is_own = str_starts(message, l->prefix);
    inspect_problem(l->i, "templates/%s", is_own ? message + strlen(l->prefix) : message);
}

static void take_word(void *data, const char *file, unsigned line, const char *msgid,
                      const char *plural)
{
    const struct looking *l = data;
    (void)line;
    (void)plural;
    if (str_starts(file, l->prefix))
        l->word(l->data, msgid);
}

static void free_set(void *data)
{
    struct template_set *set = data;
    template_set_free(&set);
}

static const char *folder_of(struct inspection *i, const char *name)
{
    struct stat st;
    const char *path = arena_printf(i->arena, "%s/%s", i->dir, name);
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? path : NULL;
}

void inspect_templates(struct inspection *i, inspect_word_fn *word, void *data)
{
    static const char *const english[] = { "en", NULL };
    struct err err = ERR_INIT;
    struct template_set *set;
    const char *id = i->manifest.id;
    struct looking l = { i, arena_printf(i->arena, "plugins/%s/", id), word, data };
    const struct template_root roots[] = {
        { .prefix = arena_printf(i->arena, "plugins/%s", id),
          .dir = folder_of(i, "templates"),
          .static_dir = folder_of(i, "static"),
          .address = arena_printf(i->arena, "/plugins/%s/static", id) },
        { .prefix = "" },
    };
    if (i->template_dir == NULL || roots[0].dir == NULL)
        return;
    if (template_set_load_all(&set, i->template_dir, NULL, roots, english, hear, &l, &err) < 0) {
        inspect_problem(i, "the templates of deskd cannot be read: %s", err.msg);
        return;
    }
    arena_cleanup(i->arena, free_set, set);
    template_words(set, take_word, &l);
}
