#include "plugin/install.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/shelf.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define VERSIONS_MAX 1000
#define OBJECT_MAX   ((size_t)64 * 1024 * 1024)

/* These run when the caller's struct install may be gone: what they need is their own. */
static void close_lock(void *data)
{
    (void)close(*(const int *)data);
}

/* Where it has become a version, nothing is there any more. */
static void remove_staged(void *data)
{
    struct err err = ERR_INIT;
    (void)file_remove_tree(data, &err);
}

static const char *in_shelf(const struct install *in, const char *id, const char *name)
{
    return arena_printf(in->arena, "%s/%s/%s", in->plugin_dir, id, name);
}

/* The lock is of the folder itself, so that nothing is left lying about. */
static int take_lock(struct install *in, struct err *err)
{
    in->lock = open(in->plugin_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (in->lock < 0)
        return err_errno(err, file_err_code(errno), "%s", in->plugin_dir);
    arena_cleanup(in->arena, close_lock, arena_memdup(in->arena, &in->lock, sizeof(in->lock)));
    if (flock(in->lock, LOCK_EX | LOCK_NB) < 0)
        return err_set(err, ERR_CONFLICT, "another deskctl is at work on the plugins");
    return 0;
}

int install_begin(struct install *in, struct arena *a, const char *plugin_dir, struct err *err)
{
    struct stat st;
    *in = (struct install) { .arena = a, .plugin_dir = plugin_dir, .lock = -1 };
    if (*plugin_dir == '\0')
        return err_set(err, ERR_REFUSED, "plugin_dir is empty: there are no plugins here");
    if (file_make_dirs(plugin_dir, 0755, err) < 0)
        return -1;
    if (stat(plugin_dir, &st) < 0 || shelf_check_owner(plugin_dir, &st, err) < 0)
        return -1;
    if (take_lock(in, err) < 0)
        return -1;
    char *staged = arena_printf(a, "%s/.new-XXXXXX", plugin_dir);
    if (mkdtemp(staged) == NULL)
        return err_errno(err, file_err_code(errno), "%s", plugin_dir);
    in->staged = staged;
    arena_cleanup(a, remove_staged, staged);
    return chmod(staged, 0755) < 0 ? err_errno(err, ERR_INTERNAL, "%s", staged) : 0;
}

/* Of a link that may be there already: in one step. */
static int set_link(struct install *in, const char *id, const char *name, const char *version,
                    struct err *err)
{
    const char *fresh = in_shelf(in, id, arena_printf(in->arena, ".%s", name));
    (void)unlink(fresh);
    if (symlink(version, fresh) < 0)
        return err_errno(err, file_err_code(errno), "link %s of %s", name, id);
    if (rename(fresh, in_shelf(in, id, name)) < 0)
        return err_errno(err, file_err_code(errno), "link %s of %s", name, id);
    return file_sync_dir(arena_printf(in->arena, "%s/%s", in->plugin_dir, id), err);
}

static bool is_same_file(struct install *in, const char *one, const char *other)
{
    char *a, *b;
    size_t a_n, b_n;
    struct err err = ERR_INIT;
    return file_read(in->arena, one, OBJECT_MAX, &a, &a_n, &err) == 0 &&
           file_read(in->arena, other, OBJECT_MAX, &b, &b_n, &err) == 0 && a_n == b_n &&
           memcmp(a, b, a_n) == 0;
}

/* An installation that was interrupted before its link has left its folder: that one is taken. */
static int take_left(struct install *in, const struct plugin_manifest *m, const char *folder,
                     struct err *err)
{
    const char *object = arena_printf(in->arena, "%s.so", m->id);
    if (is_same_file(in, arena_printf(in->arena, "%s/plugin.xml", folder),
                     arena_printf(in->arena, "%s/plugin.xml", in->staged)) &&
        is_same_file(in, arena_printf(in->arena, "%s/%s", folder, object),
                     arena_printf(in->arena, "%s/%s", in->staged, object)))
        return 0;
    return err_set(err, ERR_DUPLICATE,
                   "there is another %s %s already; give the new one another version", m->id,
                   m->version);
}

static int move_staged(struct install *in, const struct plugin_manifest *m, struct err *err)
{
    const char *folder = in_shelf(in, m->id, m->version);
    struct stat st;
    if (lstat(folder, &st) == 0)
        return take_left(in, m, folder, err);
    if (file_make_dirs(arena_printf(in->arena, "%s/%s", in->plugin_dir, m->id), 0755, err) < 0)
        return -1;
    if (rename(in->staged, folder) < 0)
        return err_errno(err, file_err_code(errno), "%s", folder);
    in->staged = NULL;
    return file_sync_dir(arena_printf(in->arena, "%s/%s", in->plugin_dir, m->id), err);
}

int install_place(struct install *in, const struct plugin_manifest *m, const char **was,
                  struct err *err)
{
    int rc = shelf_version(in->arena, in->plugin_dir, m->id, "current", was, err);
    if (rc < 0)
        return -1;
    if (str_is(*was, m->version))
        return err_set(err, ERR_DUPLICATE, "%s %s is installed already", m->id, m->version);
    if (move_staged(in, m, err) < 0)
        return -1;
    if (rc > 0 && set_link(in, m->id, "previous", *was, err) < 0)
        return -1;
    return set_link(in, m->id, "current", m->version, err);
}

int install_rollback(struct install *in, const char *id, const char **now, struct err *err)
{
    const char *current;
    struct plugin_manifest m;
    int rc = shelf_version(in->arena, in->plugin_dir, id, "current", &current, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "there is no plugin \"%.60s\"", id);
    rc = shelf_version(in->arena, in->plugin_dir, id, "previous", now, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "%s has no previous version", id);
    const char *folder = in_shelf(in, id, *now);
    if (shelf_check_files(in->arena, folder, err) < 0 ||
        manifest_read(in->arena, folder, &m, err) < 0)
        return err_wrap(err, "%s %s", id, *now);
    if (set_link(in, id, "current", *now, err) < 0)
        return -1;
    return set_link(in, id, "previous", current, err);
}

int install_withdraw(struct install *in, const char *id, struct err *err)
{
    if (unlink(in_shelf(in, id, "current")) < 0 && errno != ENOENT)
        return err_errno(err, file_err_code(errno), "link current of %s", id);
    return file_sync_dir(arena_printf(in->arena, "%s/%s", in->plugin_dir, id), err);
}

int install_erase(struct install *in, const char *id, struct err *err)
{
    return file_remove_tree(arena_printf(in->arena, "%s/%s", in->plugin_dir, id), err);
}

int install_prune(struct install *in, const char *id, struct err *err)
{
    char **names;
    size_t n;
    const char *current, *previous;
    if (shelf_version(in->arena, in->plugin_dir, id, "current", &current, err) < 0 ||
        shelf_version(in->arena, in->plugin_dir, id, "previous", &previous, err) < 0 ||
        file_list(in->arena, arena_printf(in->arena, "%s/%s", in->plugin_dir, id), VERSIONS_MAX,
                  &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        bool is_link = str_is(names[i], "current") || str_is(names[i], "previous");
        if (is_link || str_is(names[i], current) || str_is(names[i], previous))
            continue;
        if (file_remove_tree(in_shelf(in, id, names[i]), err) < 0)
            return -1;
    }
    return 0;
}
