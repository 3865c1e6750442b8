#include "intake/spool.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * A spool file is one line of JSON, the envelope, and then the mail as it came. Attempts are
 * counted in the file's execute bits (owner: one, owner and group: two): a change of mode is one
 * system call that a crash cannot tear, and needs no second name for the file.
 */
#define MAIL_MAX ((size_t)256 * 1024 * 1024)

static const mode_t attempt_bits[] = { 0, 0100, 0110 };
#define ATTEMPTS_MAX 2
#define ATTEMPT_MASK ((mode_t)0110)
#define PLAIN_MODE   ((mode_t)0640)

static char *spool_path(struct arena *a, const char *data_dir, const char *box, int64_t id)
{
    return arena_printf(a, "%s/spool/%s/%016" PRIx64, data_dir, box, (uint64_t)id);
}

int spool_prepare(struct arena *a, const char *data_dir, struct err *err)
{
    return file_make_dirs(arena_printf(a, "%s/spool/tmp", data_dir), 0750, err) < 0 ||
                   file_make_dirs(arena_printf(a, "%s/spool/new", data_dir), 0750, err) < 0
               ? -1
               : 0;
}

static void write_envelope(struct buf *b, const struct envelope *e)
{
    struct json_writer w = json_writer(b);
    jw_object(&w, NULL);
    jw_i64(&w, "id", e->id);
    jw_i64(&w, "tenant", e->tenant_id);
    jw_i64(&w, "received_at", e->received_at);
    jw_str(&w, "from", e->from);
    jw_str(&w, "to", e->to);
    jw_end_object(&w);
    buf_addc(b, '\n');
}

static struct buf file_of(struct arena *a, const struct envelope *e, const char *raw, size_t n)
{
    struct envelope clean = *e;
    clean.from = str_utf8(a, e->from, strlen(e->from));
    clean.to = str_utf8(a, e->to, strlen(e->to));
    struct buf b = buf_make(a, n + 512);
    write_envelope(&b, &clean);
    buf_add(&b, raw, n);
    return b;
}

int spool_accept(struct arena *a, const char *data_dir, const struct envelope *e, const char *raw,
                 size_t n, struct err *err)
{
    struct buf b = file_of(a, e, raw, n);
    return file_write_durable(spool_path(a, data_dir, "tmp", e->id),
                              spool_path(a, data_dir, "new", e->id), b.data, b.len, err) < 0
               ? err_wrap(err, "spool")
               : 0;
}

static int by_value(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

int spool_waiting(struct arena *a, const char *data_dir, size_t max, int64_t **ids, size_t *n,
                  struct err *err)
{
    const char *path = arena_printf(a, "%s/spool/new", data_dir);
    DIR *dir = opendir(path);
    if (dir == NULL)
        return err_errno(err, ERR_UNAVAILABLE, "open %s", path);
    struct buf found = buf_make(a, 0);
    *n = 0;
    for (struct dirent *entry = readdir(dir); entry != NULL && *n < max * 16;
         entry = readdir(dir)) {
        char *end;
        int64_t id = strtoll(entry->d_name, &end, 16);
        if (entry->d_name[0] == '.' || *end != '\0')
            continue;
        buf_add(&found, &id, sizeof(id));
        (*n)++;
    }
    (void)closedir(dir);
    *ids = arena_memdup(a, found.data, found.len);
    qsort(*ids, *n, sizeof(**ids), by_value);
    *n = *n < max ? *n : max;
    return 0;
}

static int read_envelope(struct arena *a, const char *data, size_t n, struct envelope *e,
                         const char **raw, size_t *raw_n, struct err *err)
{
    const char *line_end = memchr(data, '\n', n);
    json_t *j = line_end == NULL ? NULL : json_loadb(data, (size_t)(line_end - data), 0, NULL);
    const char *from, *to;
    json_int_t id, tenant, received;
    if (j == NULL || json_unpack(j, "{s:I,s:I,s:I,s:s,s:s}", "id", &id, "tenant", &tenant,
                                 "received_at", &received, "from", &from, "to", &to) != 0) {
        json_decref(j);
        return err_set(err, ERR_INVALID, "a spool file without envelope");
    }
    *e = (struct envelope) { id, tenant, arena_strdup(a, from), arena_strdup(a, to), received };
    json_decref(j);
    *raw = line_end + 1;
    *raw_n = n - (size_t)(line_end + 1 - data);
    return 0;
}

static unsigned attempts_of(mode_t mode)
{
    return (mode & ATTEMPT_MASK) == 0                 ? 0
           : (mode & ATTEMPT_MASK) == attempt_bits[1] ? 1
                                                      : ATTEMPTS_MAX;
}

static int set_attempts(const struct spooled *s, unsigned n)
{
    return fchmod(s->fd, PLAIN_MODE | attempt_bits[n < ATTEMPTS_MAX ? n : ATTEMPTS_MAX]);
}

/* The file may have been finished by another process between open and lock: then its name is gone.
 */
static bool is_still_there(int fd, const char *path, struct stat *st)
{
    struct stat named;
    return fstat(fd, st) == 0 && stat(path, &named) == 0 && named.st_ino == st->st_ino;
}

int spool_claim(struct arena *a, const char *data_dir, int64_t id, struct spooled *out,
                struct err *err)
{
    struct stat st;
    *out = (struct spooled) { .path = spool_path(a, data_dir, "new", id), .fd = -1 };
    int fd = open(out->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? 0 : err_errno(err, ERR_UNAVAILABLE, "open %s", out->path);
    if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_still_there(fd, out->path, &st)) {
        (void)close(fd);
        return 0;
    }
    out->fd = fd;
    out->attempts = attempts_of(st.st_mode);
    char *data;
    size_t n;
    if (file_read(a, out->path, MAIL_MAX, &data, &n, err) < 0 ||
        read_envelope(a, data, n, &out->envelope, &out->raw, &out->size, err) < 0) {
        spool_release(out, false);
        return -1;
    }
    return 1;
}

int spool_begin(struct spooled *s, struct err *err)
{
    return set_attempts(s, s->attempts + 1) < 0
               ? err_errno(err, ERR_UNAVAILABLE, "mark %s", s->path)
               : 0;
}

void spool_release(struct spooled *s, bool forgive)
{
    if (s->fd < 0)
        return;
    if (forgive)
        (void)set_attempts(s, s->attempts);
    (void)close(s->fd);
    s->fd = -1;
}

char *raw_path(struct arena *a, int64_t tenant_id, int64_t id)
{
    int64_t day = id_time(id) / 86400000;
    return arena_printf(a, "tenants/%" PRId64 "/raw/%" PRId64 "/%016" PRIx64, tenant_id, day,
                        (uint64_t)id);
}

int spool_finish(struct arena *a, const char *data_dir, struct spooled *s, struct err *err)
{
    const char *path = arena_printf(a, "%s/%s", data_dir,
                                    raw_path(a, s->envelope.tenant_id, s->envelope.id));
    const char *dir = arena_strndup(a, path, (size_t)(strrchr(path, '/') - path));
    if (file_make_dirs(dir, 0750, err) < 0)
        return err_wrap(err, "keep mail");
    (void)set_attempts(s, 0);
    if (rename(s->path, path) < 0)
        return err_errno(err, ERR_UNAVAILABLE, "keep %s", s->path);
    spool_release(s, false);
    return file_sync_dir(dir, err);
}

int spool_keep(struct arena *a, const char *data_dir, const struct envelope *e, const char *raw,
               size_t n, struct err *err)
{
    struct buf b = file_of(a, e, raw, n);
    const char *path = arena_printf(a, "%s/%s", data_dir, raw_path(a, e->tenant_id, e->id));
    const char *dir = arena_strndup(a, path, (size_t)(strrchr(path, '/') - path));
    if (file_make_dirs(dir, 0750, err) < 0 ||
        file_write_durable(arena_printf(a, "%s.new", path), path, b.data, b.len, err) < 0)
        return err_wrap(err, "keep mail");
    return 0;
}

int spool_restore(struct arena *a, const char *data_dir, int64_t tenant_id, int64_t id,
                  struct err *err)
{
    const char *kept = arena_printf(a, "%s/%s", data_dir, raw_path(a, tenant_id, id));
    if (rename(kept, spool_path(a, data_dir, "new", id)) < 0 && errno != ENOENT)
        return err_errno(err, ERR_UNAVAILABLE, "restore %s", kept);
    return 0;
}

int raw_read(struct arena *a, const char *data_dir, int64_t tenant_id, int64_t id,
             struct envelope *e, const char **raw, size_t *n, struct err *err)
{
    char *data;
    size_t size;
    const char *path = arena_printf(a, "%s/%s", data_dir, raw_path(a, tenant_id, id));
    if (file_read(a, path, MAIL_MAX, &data, &size, err) < 0)
        return err->code == ERR_NOT_FOUND ? 0 : -1;
    return read_envelope(a, data, size, e, raw, n, err) < 0 ? -1 : 1;
}
