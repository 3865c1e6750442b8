#include "html/template_private.h" /* a folder of templates, compiled */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "html/words.h"

#include <stdlib.h>
#include <string.h>

#define HTML ".html"
#define TXT  ".txt"

/* Of a set's own templates: far above what any page does, so that a mistake ends. */
static const struct render_limits file_limits = { 20000000, (size_t)512 * 1024 * 1024 };
static const struct render_limits text_limits = { 100000, (size_t)1024 * 1024 };

int compile_failed(struct compiler *c)
{
    c->template->is_broken = true;
    if (c->checker == NULL)
        return -1;
    c->checker->report(c->checker->data, c->err->msg);
    c->checker->failed++;
    return 0;
}

static int compare_template(const void *name, const void *t)
{
    return strcmp(name, (*(struct template *const *)t)->name);
}

static int by_name(const void *a, const void *b)
{
    return strcmp((*(struct template *const *)a)->name, (*(struct template *const *)b)->name);
}

static struct template *find(const struct template_set *set, const char *name)
{
    if (set->n == 0)
        return NULL;
    struct template **found = bsearch(name, set->templates, set->n, sizeof(set->templates[0]),
                                      compare_template);
    return found == NULL ? NULL : *found;
}

struct template *template_find(const struct template_set *set, struct str name, bool is_html)
{
    char copy[256];
    if (name.n == 0 || name.n + sizeof(TXT) > sizeof(copy) || memchr(name.p, '\0', name.n) != NULL)
        return NULL;
    memcpy(copy, name.p, name.n);
    memcpy(copy + name.n, TXT, sizeof(TXT));
    struct template *found = is_html ? NULL : find(set, copy);
    copy[name.n] = '\0';
    return found != NULL ? found : find(set, copy);
}

static int add_template(struct template_set *set, const struct template_root *root,
                        const char *name, struct err *err)
{
    char *data;
    size_t n;
    struct template *t = arena_zalloc(set->arena, sizeof(*t));
    const char *file = *root->prefix == '\0'
                           ? name
                           : arena_printf(set->arena, "%s/%s", root->prefix, name);
    if (file_read(set->arena, arena_printf(set->arena, "%s/%s", root->dir, name),
                  TEMPLATE_MAX_BYTES, &data, &n, err) < 0)
        return -1;
    t->file = file;
    t->is_foreign = *root->prefix != '\0';
    t->domain = root->domain;
    t->is_html = str_ends(file, HTML);
    t->name = t->is_html ? arena_strndup(set->arena, file, strlen(file) - strlen(HTML)) : file;
    t->source = (struct str) { data, n };
    set->templates[set->n++] = t;
    return 0;
}

/* What did not compile shows nothing. */
static void make_empty(struct template_set *set, struct template *t)
{
    t->ops = arena_zalloc(set->arena, sizeof(t->ops[0]));
    t->ops[0].code = OP_RETURN;
    t->n = 1;
    t->state = TEMPLATE_LINKING;
}

/* Ours come first: what is wrong with one of them must not be taken for a stranger's mistake. */
static int compile_some(struct compiler *c, struct template_set *set, bool are_foreign)
{
    for (size_t i = 0; i < set->n; i++) {
        c->template = set->templates[i];
        if (c->template->is_foreign != are_foreign || template_parse(c) == 0)
            continue;
        if (compile_failed(c) < 0)
            return -1;
        make_empty(set, c->template);
    }
    for (size_t i = 0; i < set->n; i++) {
        c->template = set->templates[i];
        if (c->template->is_foreign == are_foreign && template_link(c) < 0 && compile_failed(c) < 0)
            return -1;
        if (are_foreign && c->template->is_broken)
            make_empty(set, c->template);
    }
    return 0;
}

/* What compiles is ours and theirs; strict says whose first error ends it. */
static int compile_all(struct compiler *c, struct template_set *set, bool is_strict)
{
    struct checker *checker = c->checker;
    c->checker = is_strict ? NULL : checker;
    if (compile_some(c, set, false) < 0)
        return -1;
    c->checker = checker;
    return compile_some(c, set, true);
}

static void copy_locales(struct template_set *set, const char *const *locales)
{
    static const char *const only_english[] = { "en", NULL };
    if (locales == NULL || locales[0] == NULL)
        locales = only_english;
    set->locales_n = 0;
    while (locales[set->locales_n] != NULL)
        set->locales_n++;
    set->locales = arena_array(set->arena, set->locales_n, sizeof(set->locales[0]));
    for (size_t i = 0; i < set->locales_n; i++)
        set->locales[i] = arena_strdup(set->arena, locales[i]);
}

static int add_templates(struct template_set *set, const struct template_root *root,
                         struct err *err)
{
    static const char *const endings[] = { HTML, TXT, NULL };
    const char **names;
    size_t n;
    if (template_walk(set->arena, root->dir, endings, &names, &n, err) < 0)
        return -1;
    struct template **all = arena_array(set->arena, set->n + n, sizeof(all[0]));
    if (set->n > 0)
        memcpy(all, set->templates, set->n * sizeof(all[0]));
    set->templates = all;
    for (size_t i = 0; i < n; i++)
        if (add_template(set, root, names[i], err) < 0)
            return -1;
    return 0;
}

/* What a set is made of. */
struct sources {
    const char *dir, *static_dir;
    const struct template_root *roots;
    const char *const *locales;
    struct checker *checker;
    bool is_strict; /* the first error in ours ends it */
};

static int load_inside(struct template_set *set, const struct sources *from, struct err *err)
{
    const struct template_root own = { "", from->dir, NULL, NULL, NULL };
    copy_locales(set, from->locales);
    set->words_end = &set->words;
    if (template_assets_load(set, from->static_dir, from->roots, err) < 0 ||
        add_templates(set, &own, err) < 0)
        return -1;
    for (const struct template_root *r = from->roots; r != NULL && *r->prefix != '\0'; r++)
        if (r->dir != NULL && add_templates(set, r, err) < 0)
            return -1;
    if (set->n > 0)
        qsort(set->templates, set->n, sizeof(set->templates[0]), by_name);
    struct compiler c = { .arena = set->arena,
                          .set = set,
                          .locales = set->locales,
                          .locales_n = set->locales_n,
                          .words_end = &set->words_end,
                          .checker = from->checker,
                          .err = err };
    return compile_all(&c, set, from->is_strict);
}

static struct template_set *set_new(void)
{
    struct arena *a = arena_new(0);
    if (a == NULL)
        return NULL;
    if (setjmp(*arena_boundary(a)) != 0) {
        arena_free(&a);
        return NULL;
    }
    struct template_set *set = arena_zalloc(a, sizeof(*set));
    set->arena = a;
    arena_no_boundary(a);
    return set;
}

static int load(struct template_set *set, const struct sources *from, struct err *err)
{
    if (set == NULL || setjmp(*arena_boundary(set->arena)) != 0)
        return err_set(err, ERR_NO_MEMORY, "out of memory");
    char *language = arena_strdup(set->arena, words_language());
    int rc = load_inside(set, from, err);
    words_use(language);
    arena_no_boundary(set->arena);
    return rc;
}

int template_set_load_all(struct template_set **out, const char *dir, const char *static_dir,
                          const struct template_root *roots, const char *const *locales,
                          template_report_fn *report, void *data, struct err *err)
{
    struct checker checker = { report, data, 0 };
    const struct sources from = { dir, static_dir, roots, locales, &checker, true };
    *out = set_new();
    int rc = load(*out, &from, err);
    if (rc < 0)
        template_set_free(out);
    return rc;
}

int template_set_load(struct template_set **out, const char *dir, const char *static_dir,
                      const char *const *locales, struct err *err)
{
    return template_set_load_all(out, dir, static_dir, NULL, locales, NULL, NULL, err);
}

static bool has_file(const struct template_set *set, struct str file)
{
    for (size_t i = 0; i < set->n; i++)
        if (strlen(set->templates[i]->file) == file.n &&
            memcmp(set->templates[i]->file, file.p, file.n) == 0)
            return true;
    return false;
}

int template_set_need(const struct template_set *set, const char *files, struct err *err)
{
    for (const char *p = files, *end; (end = strchr(p, ' ')) != NULL; p = end + 1)
        if (!has_file(set, (struct str) { p, (size_t)(end - p) }))
            return err_set(err, ERR_INVALID, "there is no template %.*s", (int)(end - p), p);
    return 0;
}

int template_set_check(const char *dir, const char *static_dir, template_report_fn *report,
                       void *data, struct err *err)
{
    struct checker checker = { report, data, 0 };
    const struct sources from = { dir, static_dir, NULL, NULL, &checker, false };
    struct template_set *set = set_new();
    int rc = load(set, &from, err);
    template_set_free(&set);
    return rc < 0 ? -1 : checker.failed;
}

void template_set_free(struct template_set **set)
{
    if (*set == NULL)
        return;
    struct arena *a = (*set)->arena; /* the set lives in it */
    arena_free(&a);
    *set = NULL;
}

void template_words(const struct template_set *set, template_word_fn *fn, void *data)
{
    for (const struct word *w = set->words; w != NULL; w = w->next)
        fn(data, w->file, w->line, w->msgid, w->plural);
}

static size_t locale_index(const struct template_set *set, const char *locale)
{
    for (size_t i = 0; locale != NULL && i < set->locales_n; i++) {
        if (str_is_nocase(set->locales[i], locale))
            return i;
    }
    return 0;
}

int template_render(const struct template_set *set, const char *name, const char *locale,
                    struct view *v, struct buf *out, struct err *err)
{
    const struct template *t = find(set, name);
    if (t == NULL)
        return err_set(err, ERR_INTERNAL, "there is no template \"%s\"", name);
    return template_run(set, t, locale_index(set, locale), v, out, &file_limits, err);
}

int template_render_text(const struct template_set *set, const char *text, size_t n, int is_html,
                         const char *locale, struct view *v, struct buf *out, struct err *err)
{
    if (n > TEMPLATE_TEXT_MAX_BYTES)
        return err_set(err, ERR_TOO_LARGE, "the template has more than %zu bytes",
                       TEMPLATE_TEXT_MAX_BYTES);
    size_t index = set == NULL ? 0 : locale_index(set, locale);
    const char *one[] = { set != NULL ? set->locales[index] : locale != NULL ? locale : "en" };
    struct arena *a = view_arena(v);
    struct template *t = arena_zalloc(a, sizeof(*t));
    t->name = t->file = "text";
    t->is_html = is_html != 0;
    t->source = (struct str) { text, n };
    struct compiler c = { .arena = a,
                          .set = set,
                          .template = t,
                          .locales = one,
                          .locales_n = 1,
                          .tags_max = TEMPLATE_TEXT_MAX_TAGS,
                          .err = err };
    char *language = arena_strdup(a, words_language());
    int rc = template_parse(&c);
    words_use(language);
    if (rc < 0 || template_link(&c) < 0)
        return -1;
    return template_run(set, t, index, v, out, &text_limits, err);
}
