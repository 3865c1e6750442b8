#include "cli/package.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/shelf.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MAX 2000
#define DEPTH_MAX 8
#define NAME_MAX_ 100
#define BYTES_MAX ((size_t)64 * 1024 * 1024)
#define LETTERS   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* A folder being filled. */
struct filling {
    struct arena *arena;
    const char *to;
    size_t files, bytes;
};

/* On top of a plugin; what ends with a slash is a folder. */
static bool is_part(const char *name, bool is_folder)
{
    static const char *const folders[] = { "sql", "templates", "static", "locale" };
    if (!is_folder)
        return str_is(name, "plugin.xml") || str_ends(name, ".so") || str_is(name, "README.md") ||
               str_is(name, "LICENSE");
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (str_is(name, folders[i]))
            return true;
    return false;
}

static bool is_name(const char *p, size_t n)
{
    return n > 0 && n <= NAME_MAX_ && *p != '.' && strspn(p, LETTERS "0123456789_.-+@") >= n;
}

/* "sql/0001_x.sql": each part a name, not too many of them. */
static int check_path(const char *path, struct err *err)
{
    int depth = 0;
    if (*path == '/')
        return err_set(err, ERR_REFUSED, "%.80s is an absolute path", path);
    for (const char *p = path;; depth++) {
        size_t n = strcspn(p, "/");
        if (n <= 2 && strspn(p, ".") >= n && n > 0)
            return err_set(err, ERR_REFUSED, "%.80s leads elsewhere", path);
        if (!is_name(p, n))
            return err_set(err, ERR_REFUSED, "%.80s has a name that is not allowed", path);
        if (p[n] == '\0')
            break;
        p += n + 1;
    }
    return depth < DEPTH_MAX
               ? 0
               : err_set(err, ERR_REFUSED, "its folders are more than %d deep", DEPTH_MAX);
}

static int count(struct filling *f, size_t bytes, struct err *err)
{
    f->files++;
    f->bytes += bytes;
    if (f->files > FILES_MAX)
        return err_set(err, ERR_TOO_LARGE, "it has more than %d files", FILES_MAX);
    if (f->bytes > BYTES_MAX)
        return err_set(err, ERR_TOO_LARGE, "its files have more than %zu MB", BYTES_MAX >> 20);
    return 0;
}

static int make_folder(struct filling *f, const char *path, struct err *err)
{
    const char *full = arena_printf(f->arena, "%s/%s", f->to, path);
    if (mkdir(full, 0755) < 0 && errno != EEXIST)
        return err_errno(err, file_err_code(errno), "%s", path);
    return chmod(full, 0755) < 0 ? err_errno(err, file_err_code(errno), "%s", path) : 0;
}

/* The folders above a file, which an archive need not name. */
static int make_above(struct filling *f, const char *path, struct err *err)
{
    for (const char *slash = strchr(path, '/'); slash != NULL; slash = strchr(slash + 1, '/'))
        if (make_folder(f, arena_strndup(f->arena, path, (size_t)(slash - path)), err) < 0)
            return -1;
    return 0;
}

static int write_file(struct filling *f, const char *path, const void *data, size_t n,
                      struct err *err)
{
    const char *full = arena_printf(f->arena, "%s/%s", f->to, path);
    if (make_above(f, path, err) < 0)
        return -1;
    if (file_create_durable(full, data, n, err) < 0)
        return errno == EEXIST ? err_set(err, ERR_REFUSED, "%.80s is there twice", path) : -1;
    return chmod(full, 0644) < 0 ? err_errno(err, file_err_code(errno), "%s", path) : 0;
}

/* Folders last: what was written into them is known to them now. */
static int sync_folders(struct filling *f, const char *dir, struct err *err)
{
    char **names;
    size_t n;
    struct stat st;
    if (file_list(f->arena, dir, FILES_MAX, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        const char *path = arena_printf(f->arena, "%s/%s", dir, names[i]);
        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && sync_folders(f, path, err) < 0)
            return -1;
    }
    return file_sync_dir(dir, err);
}

/* --- from a folder ---------------------------------------------------------------------------- */

static int copy_all(struct filling *f, const char *from, const char *below, struct err *err);

static int copy_file(struct filling *f, const char *full, const char *path, struct err *err)
{
    char *data;
    size_t n;
    if (file_read(f->arena, full, BYTES_MAX, &data, &n, err) < 0 || count(f, n, err) < 0)
        return -1;
    return write_file(f, path, data, n, err);
}

static int copy_one(struct filling *f, const char *from, const char *path, struct err *err)
{
    struct stat st;
    const char *full = arena_printf(f->arena, "%s/%s", from, path);
    if (lstat(full, &st) < 0)
        return err_errno(err, file_err_code(errno), "%s", path);
    bool is_folder = S_ISDIR(st.st_mode);
    if (strchr(path, '/') == NULL && !is_part(path, is_folder) && !is_part(path, !is_folder))
        return 0;
    if (!S_ISREG(st.st_mode) && !is_folder)
        return err_set(err, ERR_REFUSED, "%s is neither a file nor a folder", path);
    if (check_path(path, err) < 0 || shelf_check_owner(path, &st, err) < 0)
        return -1;
    if (!is_folder)
        return copy_file(f, full, path, err);
    if (count(f, 0, err) < 0 || make_folder(f, path, err) < 0)
        return -1;
    return copy_all(f, from, arena_printf(f->arena, "%s/", path), err);
}

static int copy_all(struct filling *f, const char *from, const char *below, struct err *err)
{
    char **names;
    size_t n;
    if (file_list(f->arena, arena_printf(f->arena, "%s/%s", from, below), FILES_MAX + 1, &names, &n,
                  err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (copy_one(f, from, arena_printf(f->arena, "%s%s", below, names[i]), err) < 0)
            return -1;
    return 0;
}

int package_copy(struct arena *a, const char *from, const char *to, struct err *err)
{
    struct filling f = { .arena = a, .to = to };
    return copy_all(&f, from, "", err) < 0 ? -1 : sync_folders(&f, to, err);
}

/* --- from an archive -------------------------------------------------------------------------- */

static void free_archive(void *data)
{
    (void)archive_read_free(data);
}

static int trouble(struct archive *in, struct err *err)
{
    const char *why = archive_error_string(in);
    return err_set(err, ERR_INVALID, "it is no tar.zst that can be read: %.100s",
                   why == NULL ? "it ends too early" : why);
}

/* Without "./" before and "/" behind, which tar writes. */
static const char *entry_path(struct arena *a, const char *path)
{
    while (path[0] == '.' && path[1] == '/')
        path += 2;
    size_t n = strlen(path);
    while (n > 1 && path[n - 1] == '/')
        n--;
    return str_is(path, ".") ? "" : arena_strndup(a, path, n);
}

static int unpack_file(struct filling *f, struct archive *in, struct archive_entry *entry,
                       const char *path, struct err *err)
{
    int64_t size = archive_entry_size(entry);
    if (size < 0 || size > (int64_t)BYTES_MAX)
        return err_set(err, ERR_TOO_LARGE, "%.80s is too large", path);
    if (count(f, (size_t)size, err) < 0)
        return -1;
    char *data = arena_alloc(f->arena, (size_t)size + 1);
    for (int64_t n = 0; n < size;) {
        la_ssize_t got = archive_read_data(in, data + n, (size_t)(size - n));
        if (got <= 0)
            return trouble(in, err);
        n += got;
    }
    return write_file(f, path, data, (size_t)size, err);
}

static int unpack_one(struct filling *f, struct archive *in, struct archive_entry *entry,
                      struct err *err)
{
    const char *raw = archive_entry_pathname(entry);
    if (raw == NULL)
        return err_set(err, ERR_REFUSED, "it has a name that cannot be read");
    const char *path = entry_path(f->arena, raw);
    bool is_folder = archive_entry_filetype(entry) == AE_IFDIR;
    if (*path == '\0')
        return 0;
    if (archive_entry_hardlink(entry) != NULL || archive_entry_symlink(entry) != NULL)
        return err_set(err, ERR_REFUSED, "%.80s is a link", raw);
    if (archive_entry_filetype(entry) != AE_IFREG && !is_folder)
        return err_set(err, ERR_REFUSED, "%.80s is neither a file nor a folder", raw);
    if (check_path(path, err) < 0)
        return -1;
    bool is_below = strchr(path, '/') != NULL;
    const char *top = arena_strndup(f->arena, path, strcspn(path, "/"));
    if (!is_part(top, is_below || is_folder))
        return err_set(err, ERR_REFUSED, "%.80s does not belong into a plugin", raw);
    if (!is_folder)
        return unpack_file(f, in, entry, path, err);
    if (count(f, 0, err) < 0 || make_above(f, path, err) < 0)
        return -1;
    return make_folder(f, path, err);
}

int package_unpack(struct arena *a, const void *data, size_t n, const char *to, struct err *err)
{
    struct filling f = { .arena = a, .to = to };
    struct archive_entry *entry;
    struct archive *in = archive_read_new();
    if (in == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a package");
    arena_cleanup(a, free_archive, in);
    if (archive_read_support_filter_zstd(in) != ARCHIVE_OK ||
        archive_read_support_format_tar(in) != ARCHIVE_OK ||
        archive_read_open_memory(in, data, n) != ARCHIVE_OK)
        return trouble(in, err);
    for (;;) {
        int rc = archive_read_next_header(in, &entry);
        if (rc == ARCHIVE_EOF)
            break;
        if (rc != ARCHIVE_OK && rc != ARCHIVE_WARN)
            return trouble(in, err);
        if (unpack_one(&f, in, entry, err) < 0)
            return -1;
    }
    if (f.files == 0)
        return err_set(err, ERR_INVALID, "it is empty");
    return sync_folders(&f, to, err);
}
