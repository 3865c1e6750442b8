#include "intake/spool.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

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
#define MAIL_MAX   ((size_t)256 * 1024 * 1024)
#define TIDY_BATCH 1000

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
    char **names;
    size_t found;
    *n = 0;
    if (file_list(a, arena_printf(a, "%s/spool/new", data_dir), max * 16, &names, &found, err) < 0)
        return -1;
    *ids = arena_array(a, found, sizeof(**ids));
    for (size_t i = 0; i < found; i++) {
        char *end;
        int64_t id = strtoll(names[i], &end, 16);
        if (*end == '\0')
            (*ids)[(*n)++] = id;
    }
    qsort(*ids, *n, sizeof(**ids), by_value);
    *n = *n < max ? *n : max;
    return 0;
}

int spool_tidy(struct arena *a, const char *data_dir, struct err *err)
{
    char **names;
    size_t n;
    const char *dir = arena_printf(a, "%s/spool/tmp", data_dir);
    if (file_list(a, dir, TIDY_BATCH, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct stat st;
        const char *path = arena_printf(a, "%s/%s", dir, names[i]);
        if (stat(path, &st) == 0 && file_is_old(&st))
            (void)unlink(path);
    }
    return 0;
}

static int read_envelope(struct arena *a, const char *data, size_t n, struct envelope *e,
                         const char **raw, size_t *raw_n, struct err *err)
{
    const char *line_end = memchr(data, '\n', n);
    json_t *j = line_end == NULL ? NULL : json_read(a, data, (size_t)(line_end - data));
    const char *from, *to;
    json_int_t id, tenant, received;
    if (j == NULL || json_unpack(j, "{s:I,s:I,s:I,s:s,s:s}", "id", &id, "tenant", &tenant,
                                 "received_at", &received, "from", &from, "to", &to) != 0)
        return err_set(err, ERR_INVALID, "a spool file without envelope");
    *e = (struct envelope) { id, tenant, from, to, received };
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
    return fchmod(*s->fd, PLAIN_MODE | attempt_bits[n < ATTEMPTS_MAX ? n : ATTEMPTS_MAX]);
}

/* The file may have been finished by another process between open and lock: then its name is gone.
 */
static bool is_still_there(int fd, const char *path, struct stat *st)
{
    struct stat named;
    return fstat(fd, st) == 0 && stat(path, &named) == 0 && named.st_ino == st->st_ino;
}

static void close_claim(void *data)
{
    int *fd = data;
    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
}

/* 1 opened and locked, 0 not ours, -1. */
static int lock_file(const char *path, int *fd, struct stat *st, struct err *err)
{
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (*fd < 0)
        return errno == ENOENT ? 0 : err_errno(err, ERR_UNAVAILABLE, "open %s", path);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0 && is_still_there(*fd, path, st))
        return 1;
    close_claim(fd);
    return 0;
}

int spool_claim(struct arena *a, const char *data_dir, int64_t id, struct spooled *out,
                struct err *err)
{
    struct stat st;
    char *data;
    size_t n;
    *out = (struct spooled) { .path = spool_path(a, data_dir, "new", id),
                              .fd = arena_alloc(a, sizeof(*out->fd)) };
    *out->fd = -1;
    arena_cleanup(a, close_claim, out->fd);
    int rc = lock_file(out->path, out->fd, &st, err);
    if (rc <= 0)
        return rc;
    out->attempts = attempts_of(st.st_mode);
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
    if (forgive && *s->fd >= 0)
        (void)set_attempts(s, s->attempts);
    close_claim(s->fd);
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
    /* Not made durable: a crash that takes the new name back leaves the old one, and the import
     * that follows finds its line. */
    spool_release(s, false);
    return 0;
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
