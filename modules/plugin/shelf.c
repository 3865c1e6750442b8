#include "plugin/shelf.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PLUGINS_MAX 256
#define FILES_MAX   2000
#define DEPTH_MAX   8
#define BYTES_MAX   ((off_t)64 * 1024 * 1024)

/* A folder being looked at. */
struct walk {
    struct arena *arena;
    size_t root_n; /* bytes of the path that are not told */
    size_t files;
    off_t bytes;
};

int shelf_check_owner(const char *name, const struct stat *st, struct err *err)
{
    if (st->st_uid != 0 && st->st_uid != geteuid())
        return err_set(err, ERR_REFUSED, "%s belongs neither to root nor to us", name);
    if ((st->st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return err_set(err, ERR_REFUSED, "others may write to %s (chmod go-w)", name);
    if ((st->st_mode & (S_ISUID | S_ISGID)) != 0)
        return err_set(err, ERR_REFUSED, "%s has a set-id bit", name);
    return 0;
}

static int check_folder(struct walk *w, const char *path, int depth, struct err *err);

static int check_file(struct walk *w, const char *path, int depth, struct err *err)
{
    struct stat st;
    const char *name = path + w->root_n;
    if (lstat(path, &st) < 0)
        return err_errno(err, file_err_code(errno), "%s", name);
    if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
        return err_set(err, ERR_REFUSED, "%s is neither a file nor a folder", name);
    if (shelf_check_owner(name, &st, err) < 0)
        return -1;
    if (S_ISDIR(st.st_mode))
        return check_folder(w, path, depth + 1, err);
    w->bytes += st.st_size;
    if (w->bytes > BYTES_MAX)
        return err_set(err, ERR_TOO_LARGE, "its files have more than %d MB",
                       (int)(BYTES_MAX >> 20));
    return 0;
}

static int check_folder(struct walk *w, const char *path, int depth, struct err *err)
{
    char **names;
    size_t n;
    if (depth > DEPTH_MAX)
        return err_set(err, ERR_REFUSED, "its folders are more than %d deep", DEPTH_MAX);
    if (file_list(w->arena, path, FILES_MAX + 1, &names, &n, err) < 0)
        return -1;
    w->files += n;
    if (w->files > FILES_MAX)
        return err_set(err, ERR_TOO_LARGE, "it has more than %d files", FILES_MAX);
    for (size_t i = 0; i < n; i++)
        if (check_file(w, arena_printf(w->arena, "%s/%s", path, names[i]), depth, err) < 0)
            return -1;
    return 0;
}

int shelf_check_files(struct arena *a, const char *dir, struct err *err)
{
    struct walk w = { .arena = a, .root_n = strlen(dir) + 1 };
    struct stat st;
    if (lstat(dir, &st) < 0)
        return err_errno(err, file_err_code(errno), "%s", dir);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_REFUSED, "%s is not a folder", dir);
    if (shelf_check_owner("its folder", &st, err) < 0)
        return -1;
    return check_folder(&w, dir, 1, err);
}

int shelf_version(struct arena *a, const char *plugin_dir, const char *id, const char *link,
                  const char **out, struct err *err)
{
    char target[64];
    ssize_t n = readlink(arena_printf(a, "%s/%s/%s", plugin_dir, id, link), target,
                         sizeof(target) - 1);
    *out = "";
    if (n < 0 && errno == ENOENT)
        return 0;
    if (n < 0)
        return err_errno(err, file_err_code(errno), "its link %s", link);
    target[n] = '\0';
    if (n == 0 || strspn(target, "0123456789.") != (size_t)n || strstr(target, "..") != NULL ||
        target[0] == '.')
        return err_set(err, ERR_REFUSED, "its link %s does not name a version beside it", link);
    *out = arena_strdup(a, target);
    return 1;
}

static int check_object(const struct shelf_plugin *p, struct err *err)
{
    struct stat st;
    if (lstat(p->object, &st) < 0 || !S_ISREG(st.st_mode) || st.st_size == 0)
        return err_set(err, ERR_NOT_FOUND, "%s.so is missing", p->manifest.id);
    return 0;
}

static int read_one(struct arena *a, const char *plugin_dir, const char *id,
                    struct shelf_plugin *out, struct err *err)
{
    struct stat st;
    const char *version, *folder = arena_printf(a, "%s/%s", plugin_dir, id);
    if (lstat(folder, &st) < 0 || !S_ISDIR(st.st_mode))
        return err_set(err, ERR_REFUSED, "it is not a folder");
    if (shelf_check_owner("its folder", &st, err) < 0)
        return -1;
    int rc = shelf_version(a, plugin_dir, id, "current", &version, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "its link current is missing");
    out->dir = arena_printf(a, "%s/%s", folder, version);
    out->object = arena_printf(a, "%s/%s.so", out->dir, id);
    if (shelf_check_files(a, out->dir, err) < 0 ||
        manifest_read(a, out->dir, &out->manifest, err) < 0)
        return -1;
    if (!str_is(out->manifest.id, id) || !str_is(out->manifest.version, version))
        return err_set(err, ERR_REFUSED, "its plugin.xml says that it is %s %s", out->manifest.id,
                       out->manifest.version);
    return check_object(out, err);
}

const struct shelf_plugin *shelf_find(const struct shelf *s, const char *id)
{
    for (size_t i = 0; i < s->n; i++)
        if (str_is(s->plugins[i].manifest.id, id))
            return &s->plugins[i];
    return NULL;
}

/* The first plugin that it requires and that is not on the shelf yet; NULL: none. */
static const char *missing(const struct shelf *s, const struct plugin_manifest *m)
{
    for (const char *const *id = m->requires_plugins; *id != NULL; id++)
        if (shelf_find(s, *id) == NULL)
            return *id;
    return NULL;
}

static void tell(shelf_report_fn *report, void *data, const char *id, const char *reason)
{
    if (report != NULL)
        report(data, id, reason);
}

/* What one requires comes first; what is left when nothing more fits never will. */
static void put_in_order(struct shelf_plugin *all, size_t n, shelf_report_fn *report, void *data,
                         struct shelf *out)
{
    struct err err;
    for (bool goes_on = true; goes_on;) {
        goes_on = false;
        for (size_t i = 0; i < n; i++) {
            if (all[i].dir == NULL || missing(out, &all[i].manifest) != NULL)
                continue;
            out->plugins[out->n++] = all[i];
            all[i].dir = NULL;
            goes_on = true;
        }
    }
    for (size_t i = 0; i < n; i++) {
        if (all[i].dir == NULL)
            continue;
        (void)err_set(&err, ERR_REFUSED, "it requires %s, which is not there",
                      missing(out, &all[i].manifest));
        tell(report, data, all[i].manifest.id, err.msg);
    }
}

static int by_id(const void *left, const void *right)
{
    const struct shelf_plugin *a = left, *b = right;
    return strcmp(a->manifest.id, b->manifest.id);
}

static int check_shelf(const char *plugin_dir, struct err *err)
{
    struct stat st;
    if (*plugin_dir == '\0')
        return 0;
    if (stat(plugin_dir, &st) < 0)
        return errno == ENOENT ? 0 : err_errno(err, file_err_code(errno), "%s", plugin_dir);
    if (!S_ISDIR(st.st_mode))
        return err_set(err, ERR_INVALID, "%s is not a folder", plugin_dir);
    return shelf_check_owner(plugin_dir, &st, err) < 0 ? -1 : 1;
}

int shelf_read(struct arena *a, const char *plugin_dir, shelf_report_fn *report, void *data,
               struct shelf *out, struct err *err)
{
    char **names;
    size_t n, found = 0;
    *out = (struct shelf) { NULL, 0 };
    int rc = check_shelf(plugin_dir, err);
    if (rc <= 0)
        return rc;
    if (file_list(a, plugin_dir, PLUGINS_MAX, &names, &n, err) < 0)
        return -1;
    struct shelf_plugin *all = arena_array(a, n + 1, sizeof(*all));
    out->plugins = arena_array(a, n + 1, sizeof(*all));
    for (size_t i = 0; i < n; i++) {
        struct err reason = ERR_INIT;
        if (read_one(a, plugin_dir, names[i], &all[found], &reason) < 0)
            tell(report, data, names[i], reason.msg);
        else
            found++;
    }
    qsort(all, found, sizeof(*all), by_id);
    put_in_order(all, found, report, data, out);
    return 0;
}
