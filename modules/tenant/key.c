#include "tenant/tenant_private.h" /* the provider's master key, and the tenants' keys sealed by it */

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *purpose(struct arena *a, int64_t id)
{
    return arena_printf(a, "tenant:%" PRId64 ":sealed_key", id);
}

void *tenant_seal_key(struct arena *a, const struct crypto_key *master, int64_t id,
                      const struct crypto_key *key, size_t *n)
{
    return crypto_seal(a, master, purpose(a, id), key->bytes, CRYPTO_KEY, n);
}

int tenant_open_key(struct arena *a, const struct crypto_key *master, int64_t id,
                    const void *sealed, size_t n, struct crypto_key *out, struct err *err)
{
    void *key;
    size_t key_n;
    if (crypto_open(a, master, purpose(a, id), sealed, n, &key, &key_n) < 0 || key_n != CRYPTO_KEY)
        return err_set(err, ERR_INTERNAL,
                       "the key of tenant %" PRId64 " was not sealed by this master key", id);
    memcpy(out->bytes, key, CRYPTO_KEY);
    return 0;
}

static int write_key(const char *path, struct err *err)
{
    struct crypto_key key;
    crypto_random(key.bytes, CRYPTO_KEY);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return err_errno(err, ERR_INTERNAL, "create %s", path);
    int rc = file_write_all(fd, key.bytes, CRYPTO_KEY, err);
    if (rc == 0 && fsync(fd) < 0)
        rc = err_errno(err, ERR_UNAVAILABLE, "fsync %s", path);
    (void)close(fd);
    return rc;
}

/* Of two processes that make one at the same time, link() lets one win; the other reads that one.
 */
static int make_key(struct arena *a, const char *data_dir, const char *path, struct err *err)
{
    const char *tmp = arena_printf(a, "%s.%ld", path, (long)getpid());
    if (file_make_dirs(data_dir, 0750, err) < 0)
        return -1;
    (void)unlink(tmp);
    int rc = write_key(tmp, err);
    if (rc == 0 && link(tmp, path) < 0 && errno != EEXIST)
        rc = err_errno(err, ERR_INTERNAL, "link %s", path);
    (void)unlink(tmp);
    return rc == 0 ? file_sync_dir(data_dir, err) : rc;
}

static int read_key(struct arena *a, const char *path, struct crypto_key *out, struct err *err)
{
    char *data;
    size_t n;
    struct stat st;
    if (file_read(a, path, CRYPTO_KEY, &data, &n, err) < 0)
        return -1;
    if (n != CRYPTO_KEY)
        return err_set(err, ERR_INVALID, "%s is not a key of %d bytes", path, CRYPTO_KEY);
    if (stat(path, &st) < 0 || (st.st_mode & (S_IRWXG | S_IRWXO)) != 0)
        return err_set(err, ERR_INVALID, "%s may be read by others (chmod 600)", path);
    memcpy(out->bytes, data, CRYPTO_KEY);
    return 0;
}

int tenant_master_key(struct arena *a, const char *data_dir, struct crypto_key *out,
                      struct err *err)
{
    const char *path = arena_printf(a, "%s/master.key", data_dir);
    struct stat st;
    if (stat(path, &st) < 0 && errno == ENOENT && make_key(a, data_dir, path, err) < 0)
        return -1;
    return read_key(a, path, out, err);
}
