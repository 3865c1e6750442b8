#include "html/template_private.h" /* static files, whose addresses carry a hash */

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PREFIX          "/static/"
#define HASH_BYTES      6
#define ASSET_MAX_BYTES ((size_t)64 * 1024 * 1024)
#define WALK_DEPTH_MAX  16

/* ---- names of files ---- */

struct walk {
    struct arena *arena;
    const char *const *endings;
    const char **names;
    size_t n, cap;
    struct err *err;
};

static bool is_wanted(const char *name, const char *const *endings)
{
    bool is_any = endings == NULL;
    for (size_t i = 0; !is_any && endings[i] != NULL; i++)
        is_any = str_ends(name, endings[i]);
    return is_any;
}

static void add_name(struct walk *w, const char *name)
{
    if (w->n == w->cap) {
        size_t cap = w->cap == 0 ? 64 : w->cap * 2;
        const char **names = arena_array(w->arena, cap, sizeof(names[0]));
        if (w->n != 0)
            memcpy(names, w->names, w->n * sizeof(names[0]));
        w->names = names;
        w->cap = cap;
    }
    w->names[w->n++] = name;
}

static void close_dir(void *slot)
{
    DIR **dir = slot;
    if (*dir != NULL)
        (void)closedir(*dir);
    *dir = NULL;
}

static int walk_dir(struct walk *w, const char *root, const char *below, unsigned depth);

static int walk_entry(struct walk *w, const char *root, const char *name, unsigned depth)
{
    struct stat st;
    const char *path = arena_printf(w->arena, "%s/%s", root, name);
    if (stat(path, &st) < 0)
        return err_errno(w->err, ERR_INTERNAL, "stat %s", path);
    if (S_ISDIR(st.st_mode))
        return walk_dir(w, root, name, depth + 1);
    if (S_ISREG(st.st_mode) && is_wanted(name, w->endings))
        add_name(w, name);
    return 0;
}

static int walk_dir(struct walk *w, const char *root, const char *below, unsigned depth)
{
    if (depth > WALK_DEPTH_MAX)
        return err_set(w->err, ERR_INVALID, "%s/%s: folders too deep", root, below);
    const char *path = *below == '\0' ? root : arena_printf(w->arena, "%s/%s", root, below);
    DIR **slot = arena_zalloc(w->arena, sizeof(DIR *));
    arena_cleanup(w->arena, close_dir, slot);
    *slot = opendir(path);
    if (*slot == NULL)
        return err_errno(w->err, ERR_NOT_FOUND, "open folder %s", path);
    const struct dirent *entry;
    int rc = 0;
    while (rc == 0 && (entry = readdir(*slot)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        rc = walk_entry(
            w, root,
            arena_printf(w->arena, "%s%s%s", below, *below == '\0' ? "" : "/", entry->d_name),
            depth);
    }
    close_dir(slot);
    return rc;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

int template_walk(struct arena *a, const char *dir, const char *const *endings, const char ***names,
                  size_t *n, struct err *err)
{
    struct walk w = { .arena = a, .endings = endings, .err = err };
    if (walk_dir(&w, dir, "", 0) < 0)
        return -1;
    if (w.n > 0)
        qsort(w.names, w.n, sizeof(w.names[0]), by_name);
    *names = w.names;
    *n = w.n;
    return 0;
}

/* ---- assets ---- */

/* "app.css" becomes "PREFIX/app-0123456789ab.css". */
static const char *address_of(struct arena *a, const char *prefix, const char *name,
                              const void *data, size_t n)
{
    unsigned char hash[CRYPTO_HASH];
    crypto_sha256(hash, data, n);
    const char *base = strrchr(name, '/');
    base = base == NULL ? name : base + 1;
    const char *dot = strrchr(base, '.');
    if (dot == NULL)
        dot = name + strlen(name);
    return arena_printf(a, "%s/%.*s-%s%s", prefix, (int)(dot - name), name,
                        crypto_hex(a, hash, HASH_BYTES), dot);
}

static int add_asset(struct template_set *set, const struct template_root *root, const char *name,
                     struct err *err)
{
    char *data;
    size_t n;
    const char *path = arena_printf(set->arena, "%s/%s", root->static_dir, name);
    struct arena *scratch = arena_new(0);
    if (scratch == NULL)
        return err_set(err, ERR_NO_MEMORY, "out of memory");
    int rc = file_read(scratch, path, ASSET_MAX_BYTES, &data, &n, err);
    if (rc == 0)
        set->assets[set->assets_n++] = (struct asset) {
            *root->prefix == '\0' ? name : arena_printf(set->arena, "%s/%s", root->prefix, name),
            address_of(set->arena, root->address, name, data, n)
        };
    arena_free(&scratch);
    return rc;
}

static int add_assets(struct template_set *set, const struct template_root *root, struct err *err)
{
    const char **names;
    size_t n;
    if (template_walk(set->arena, root->static_dir, NULL, &names, &n, err) < 0)
        return -1;
    struct asset *all = arena_array(set->arena, set->assets_n + n, sizeof(all[0]));
    if (set->assets_n > 0)
        memcpy(all, set->assets, set->assets_n * sizeof(all[0]));
    set->assets = all;
    for (size_t i = 0; i < n; i++)
        if (add_asset(set, root, names[i], err) < 0)
            return -1;
    return 0;
}

static int by_asset_name(const void *a, const void *b)
{
    return strcmp(((const struct asset *)a)->name, ((const struct asset *)b)->name);
}

int template_assets_load(struct template_set *set, const char *static_dir,
                         const struct template_root *roots, struct err *err)
{
    const struct template_root own = { "", NULL, NULL, static_dir, "/static" };
    if (static_dir == NULL)
        return 0;
    set->has_assets = true;
    if (add_assets(set, &own, err) < 0)
        return -1;
    for (const struct template_root *r = roots; r != NULL && *r->prefix != '\0'; r++)
        if (r->static_dir != NULL && add_assets(set, r, err) < 0)
            return -1;
    if (set->assets_n > 0)
        qsort(set->assets, set->assets_n, sizeof(set->assets[0]), by_asset_name);
    return 0;
}

static int compare_asset(const void *name, const void *asset)
{
    return strcmp(name, ((const struct asset *)asset)->name);
}

static const char *find_asset(const struct template_set *set, const char *name)
{
    if (set->assets_n == 0)
        return NULL;
    const struct asset *found = bsearch(name, set->assets, set->assets_n, sizeof(set->assets[0]),
                                        compare_asset);
    return found == NULL ? NULL : found->address;
}

static const char *plain_address(struct arena *a, const char *name)
{
    return arena_printf(a, PREFIX "%s", name);
}

const char *template_asset(const struct template_set *set, const char *name)
{
    if (set == NULL)
        return NULL;
    const char *address = find_asset(set, name);
    return address != NULL ? address : plain_address(set->arena, name);
}

const char *template_asset_at(const struct template_set *set, const char *address)
{
    for (size_t i = 0; i < set->assets_n; i++)
        if (str_is(set->assets[i].address, address))
            return set->assets[i].name;
    return NULL;
}

int asset_parse(struct compiler *c, struct place at, struct str content, struct str *address)
{
    const char *open = memchr(content.p, '"', content.n);
    const char *end = content.p + content.n - 1;
    if (open == NULL || end <= open + 1 || *end != '"')
        return compile_error(c, at, "an asset is {{asset \"file\"}}");
    struct str name = { open + 1, (size_t)(end - open - 1) };
    for (size_t i = 0; i < name.n; i++) {
        if (strchr("\"<>&'\\ ?#%", name.p[i]) != NULL)
            return compile_error(c, at, "a character of \"%.*s\" has no place in a file's name",
                                 SHOWN(name));
    }
    const char *copy = arena_strndup(c->arena, name.p, name.n);
    const char *found = c->set == NULL ? NULL : find_asset(c->set, copy);
    if (found == NULL && c->set != NULL && c->set->has_assets)
        return compile_error(c, at, "there is no static file \"%.*s\"", SHOWN(name));
    *address = str_of(found != NULL ? found : plain_address(c->arena, copy));
    return 0;
}
