#include "tenant/tenant_private.h" /* from a host name to a tenant, and the host names of one */

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HOST_MAX  253
#define LABEL_MAX 63

#define COLUMNS                                                                                    \
    "SELECT t.id, t.name, t.title, t.locale, t.timezone, t.status, t.sealed_key, t.created_at, "   \
    "(SELECT p.host FROM tenant_domain p WHERE p.tenant_id = t.id ORDER BY p.is_primary DESC "     \
    "LIMIT 1) FROM tenant t "
DB_SQL_GLOBAL(tenant_of_host, 3,
              COLUMNS "JOIN tenant_domain d ON d.tenant_id = t.id WHERE d.host = ?");
DB_SQL_GLOBAL(tenant_of_name, 3, COLUMNS "WHERE t.name = ?");
DB_SQL_GLOBAL(tenant_of_id, 3, COLUMNS "WHERE t.id = ?");
DB_SQL_GLOBAL(all_tenants, 10000, COLUMNS "ORDER BY t.name");
DB_SQL_GLOBAL(add_domain, 2,
              "INSERT INTO tenant_domain (host, tenant_id, is_primary) "
              "SELECT ?, t.id, 0 FROM tenant t WHERE t.id = ?");
DB_SQL_GLOBAL(remove_domain, 1,
              "DELETE FROM tenant_domain WHERE host = ? AND tenant_id = ? AND is_primary = 0");
DB_SQL(domains, 50,
       "SELECT host FROM tenant_domain WHERE tenant_id = ? ORDER BY is_primary DESC, host");
DB_SQL(addresses_of_host, 200,
       "SELECT COUNT(*) FROM department_address WHERE tenant_id = ? "
       "AND SUBSTRING_INDEX(address, '@', -1) = ?");

static bool is_label(const char *p, size_t n)
{
    if (n == 0 || n > LABEL_MAX || p[0] == '-' || p[n - 1] == '-')
        return false;
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)p[i]) && !isdigit((unsigned char)p[i]) && p[i] != '-')
            return false;
    return true;
}

const char *host_normal(struct arena *a, const char *host)
{
    char *h = str_lower(a, str_trim(a, host));
    char *colon = strrchr(h, ':');
    int64_t port;
    if (colon != NULL && str_i64(colon + 1, 0, 65535, &port))
        *colon = '\0';
    size_t n = strlen(h);
    if (n > 1 && h[n - 1] == '.')
        h[--n] = '\0';
    if (n == 0 || n > HOST_MAX)
        return NULL;
    for (const char *label = h; label != NULL;) {
        const char *dot = strchr(label, '.');
        if (!is_label(label, dot == NULL ? strlen(label) : (size_t)(dot - label)))
            return NULL;
        label = dot == NULL ? NULL : dot + 1;
    }
    return h;
}

static int take(struct arena *a, const struct crypto_key *master, const struct db_row *row,
                struct tenant *out, struct err *err)
{
    size_t n;
    const void *sealed = db_blob(row, 6, &n);
    *out = (struct tenant) { .id = db_i64(row, 0),
                             .name = db_str(row, 1),
                             .title = db_str(row, 2),
                             .host = db_str(row, 8),
                             .locale = db_str(row, 3),
                             .timezone = db_str(row, 4),
                             .status = (enum tenant_status)db_i64(row, 5),
                             .created_at = db_i64(row, 7) };
    return tenant_open_key(a, master, out->id, sealed, n, &out->key, err) < 0 ? -1 : 1;
}

int tenant_by_host(struct db *global, struct arena *a, const struct crypto_key *master,
                   const char *host, struct tenant *out, struct err *err)
{
    struct db_row row;
    const char *normal = host_normal(a, host);
    if (normal == NULL)
        return 0;
    int rc = db_one_recent(global, a, &row, err, tenant_of_host, DB_STR(normal));
    return rc > 0 ? take(a, master, &row, out, err) : rc;
}

int tenant_by_name(struct db *global, struct arena *a, const struct crypto_key *master,
                   const char *name, struct tenant *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(global, a, &row, err, tenant_of_name, DB_STR(name));
    return rc > 0 ? take(a, master, &row, out, err) : rc;
}

int tenant_by_id(struct db *global, struct arena *a, const struct crypto_key *master, int64_t id,
                 struct tenant *out, struct err *err)
{
    struct db_row row;
    int rc = db_one_recent(global, a, &row, err, tenant_of_id, DB_I64(id));
    return rc > 0 ? take(a, master, &row, out, err) : rc;
}

int tenant_all(struct db *global, struct arena *a, const struct crypto_key *master,
               struct tenant **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    *n = 0;
    if (db_all_(global, a, &rows, err, &all_tenants, NULL, 0) < 0)
        return -1;
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    for (; *n < rows.n; (*n)++)
        if (take(a, master, &rows.rows[*n], &(*out)[*n], err) < 0)
            return -1;
    return 0;
}

/* host_normal for functions that are given no arena. */
static int with_host(const char *host, char normal[HOST_MAX + 1], struct err *err)
{
    struct arena *a = arena_new(0);
    if (a == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    const char *h = host_normal(a, host);
    if (h != NULL)
        memcpy(normal, h, strlen(h) + 1);
    arena_free(&a);
    return h != NULL ? 0 : err_set(err, ERR_INVALID, "\"%.100s\" is not a host name", host);
}

int tenant_domain_add(struct db *global, int64_t id, const char *host, struct err *err)
{
    char normal[HOST_MAX + 1];
    if (with_host(host, normal, err) < 0)
        return -1;
    int64_t n = db_exec(global, err, add_domain, DB_STR(normal), DB_I64(id));
    if (n < 0)
        return err->code == ERR_DUPLICATE ? err_set(err, ERR_DUPLICATE, "%s is taken", normal) : -1;
    return n > 0 ? 0 : err_set(err, ERR_NOT_FOUND, "no such tenant");
}

static int check_unused(struct db *db, const char *host, struct err *err)
{
    struct db_row row;
    struct arena *a = arena_new(0);
    if (a == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    int rc = db_one(db, a, &row, err, addresses_of_host, DB_TENANT, DB_STR(host));
    if (rc > 0 && db_i64(&row, 0) > 0)
        rc = err_set(err, ERR_REFUSED, "departments have %" PRId64 " addresses at %s",
                     db_i64(&row, 0), host);
    arena_free(&a);
    return rc < 0 ? -1 : 0;
}

struct removal {
    int64_t id;
    const char *host;
};

static int remove_unused(struct db *global, void *data, struct err *err)
{
    const struct removal *r = data;
    struct db db = db_tenant(global->conn, r->id);
    if (check_unused(&db, r->host, err) < 0)
        return -1;
    int64_t n = db_exec(global, err, remove_domain, DB_STR(r->host), DB_I64(r->id));
    if (n < 0)
        return -1;
    return n > 0 ? 0
                 : err_set(err, ERR_NOT_FOUND, "%s is not one of the tenant's further domains",
                           r->host);
}

int tenant_domain_remove(struct db *global, int64_t id, const char *host, struct err *err)
{
    char normal[HOST_MAX + 1];
    if (with_host(host, normal, err) < 0)
        return -1;
    return db_transact(global, remove_unused, &(struct removal) { id, normal }, err);
}

int tenant_domains(struct db *global, struct arena *a, int64_t id, const char ***hosts, size_t *n,
                   struct err *err)
{
    struct db db = db_tenant(global->conn, id);
    struct db_rows rows;
    *n = 0;
    if (db_all(&db, a, &rows, err, domains, DB_TENANT) < 0)
        return -1;
    *hosts = arena_array(a, rows.n + 1, sizeof(**hosts));
    for (; *n < rows.n; (*n)++)
        (*hosts)[*n] = db_str(&rows.rows[*n], 0);
    return 0;
}

char *tenant_url(struct arena *a, const struct conf *conf, const struct tenant *t, const char *path)
{
    int64_t usual = str_is(conf->url_scheme, "http") ? 80 : 443;
    if (conf->url_port == 0 || conf->url_port == usual)
        return arena_printf(a, "%s://%s%s", conf->url_scheme, t->host, path);
    return arena_printf(a, "%s://%s:%" PRId64 "%s", conf->url_scheme, t->host, conf->url_port,
                        path);
}
