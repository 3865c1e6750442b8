#include "ticket/attachment.h" /* files whose transaction never came to its end */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "db/db.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH       1000
#define NAME_DIGITS 64

DB_SQL(find_file_row, 1, "SELECT 1 FROM attachment WHERE tenant_id = ? AND file = ? LIMIT 1");

/* "7-<name of the file>-<id>" */
static bool read_name(struct arena *a, const char *name, int64_t *tenant_id, const char **file)
{
    char *end;
    *tenant_id = strtoll(name, &end, 10);
    if (*tenant_id <= 0 || *end != '-' || strlen(end) < NAME_DIGITS + 2)
        return false;
    *file = arena_strndup(a, end + 1, NAME_DIGITS);
    return true;
}

/* Nobody refers to it and nobody has used it for a day, so no transaction under way will. Who uses
 * it at this very moment has changed its time, which the second name still tells. */
static int delete_file(const char *pending, const char *path, const struct stat *st,
                       struct err *err)
{
    struct stat now;
    if (st->st_nlink > 1) {
        (void)unlink(path);
        if (stat(pending, &now) == 0 && !file_is_old(&now))
            return link(pending, path) == 0 || errno == EEXIST
                       ? 0
                       : err_errno(err, file_err_code(errno), "put back %s", path);
    }
    (void)unlink(pending);
    return 0;
}

static int tidy_one(struct db_conn *conn, struct arena *a, const char *data_dir, const char *name,
                    struct err *err)
{
    struct stat st;
    struct db_row row;
    int64_t tenant_id;
    const char *file, *pending = arena_printf(a, "%s/pending/%s", data_dir, name);
    if (!read_name(a, name, &tenant_id, &file) || stat(pending, &st) < 0 || !file_is_old(&st))
        return 0;
    struct db db = db_tenant(conn, tenant_id);
    int rc = db_one(&db, a, &row, err, find_file_row, DB_TENANT, DB_STR(file));
    if (rc == 1)
        (void)unlink(pending);
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    const char *path = arena_printf(a, "%s/tenants/%" PRId64 "/files/%.2s/%s", data_dir, tenant_id,
                                    file, file);
    return delete_file(pending, path, &st, err);
}

int attachment_tidy(struct db_conn *conn, struct arena *a, const char *data_dir, struct err *err)
{
    char **names;
    size_t n;
    if (file_list(a, arena_printf(a, "%s/pending", data_dir), BATCH, &names, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (tidy_one(conn, a, data_dir, names[i], err) < 0)
            return -1;
    return 0;
}
