#include "tenant/tenant_private.h" /* making a tenant, changing its state */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/zone.h"
#include "db/db.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

#define NAME_MAX_BYTES 63
#define TITLE_MAX      190

DB_SQL_GLOBAL(insert_tenant, 1,
              "INSERT INTO tenant (id, name, title, status, locale, timezone, sealed_key, "
              "created_at) VALUES (?, ?, ?, 1, ?, ?, ?, " DB_NOW ")");
DB_SQL_GLOBAL(insert_primary, 1,
              "INSERT INTO tenant_domain (host, tenant_id, is_primary) VALUES (?, ?, 1)");
DB_SQL_GLOBAL(set_status, 1, "UPDATE tenant SET status = ? WHERE id = ? AND status <> 3");
DB_SQL(insert_sequence, 1, "INSERT INTO ticket_sequence (tenant_id, last) VALUES (?, 0)");
DB_SQL(insert_first_department, 1,
       "INSERT INTO department (tenant_id, id, name, is_default, created_at) "
       "VALUES (?, ?, ?, 1, " DB_NOW ")");
DB_SQL(insert_first_address, 1,
       "INSERT INTO department_address (tenant_id, address, department_id, is_primary) "
       "VALUES (?, ?, ?, 1)");

/* The languages of the program, and what the first department is called in them. */
static const struct language {
    const char *locale, *department;
} languages[] = {
    { "en", "Support" },
    { "pl", "Wsparcie" },
    { "pt-BR", "Suporte" },
    { "ru", "Поддержка" },
};

static const struct language *language_of(const char *locale)
{
    for (size_t i = 0; i < sizeof(languages) / sizeof(languages[0]); i++)
        if (str_is(languages[i].locale, locale))
            return &languages[i];
    return NULL;
}

static bool is_name(const char *name)
{
    size_t n = strlen(name);
    if (n == 0 || n > NAME_MAX_BYTES || *name == '-' || name[n - 1] == '-')
        return false;
    for (const char *p = name; *p != '\0'; p++)
        if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '-')
            return false;
    return true;
}

/* What the transaction writes. */
struct creation {
    struct arena *arena;
    struct tenant *tenant;
    const struct language *language;
    const void *sealed;
    size_t sealed_n;
};

static int prepare(struct creation *c, const struct tenant_new *from, struct err *err)
{
    struct tenant *t = c->tenant;
    *t = (struct tenant) { .id = id_new(),
                           .name = arena_strdup(c->arena, from->name),
                           .title = str_line(c->arena, from->title, TITLE_MAX),
                           .host = host_normal(c->arena, from->host),
                           .locale = arena_strdup(c->arena, str_or(from->locale, "en")),
                           .timezone = arena_strdup(c->arena, str_or(from->timezone, "UTC")),
                           .status = TENANT_ACTIVE };
    c->language = language_of(t->locale);
    if (!is_name(t->name))
        return err_set(err, ERR_INVALID, "the name must be 1 to %d letters a-z, digits and hyphens",
                       NAME_MAX_BYTES);
    if (*t->title == '\0' || !str_is_utf8(t->title, strlen(t->title)))
        return err_set(err, ERR_INVALID, "the title is empty or not UTF-8");
    if (t->host == NULL)
        return err_set(err, ERR_INVALID, "\"%.100s\" is not a host name", from->host);
    if (c->language == NULL)
        return err_set(err, ERR_INVALID, "unknown locale \"%.20s\"", t->locale);
    if (!zone_exists(t->timezone))
        return err_set(err, ERR_INVALID, "unknown time zone \"%.60s\"", t->timezone);
    return 0;
}

static int insert_directory(struct db *global, const struct creation *c, struct err *err)
{
    const struct tenant *t = c->tenant;
    if (db_exec(global, err, insert_tenant, DB_I64(t->id), DB_STR(t->name), DB_STR(t->title),
                DB_STR(t->locale), DB_STR(t->timezone), DB_BLOB(c->sealed, c->sealed_n)) < 0)
        return err->code == ERR_DUPLICATE
                   ? err_set(err, ERR_DUPLICATE, "there is a tenant %s already", t->name)
                   : -1;
    if (db_exec(global, err, insert_primary, DB_STR(t->host), DB_I64(t->id)) < 0)
        return err->code == ERR_DUPLICATE
                   ? err_set(err, ERR_DUPLICATE, "the host name %s is taken", t->host)
                   : -1;
    return 0;
}

static int insert(struct db *global, void *data, struct err *err)
{
    const struct creation *c = data;
    struct db db = db_tenant(global->conn, c->tenant->id);
    int64_t department = id_new();
    const char *address = arena_printf(c->arena, "support@%s", c->tenant->host);
    if (insert_directory(global, c, err) < 0)
        return -1;
    return db_exec(&db, err, insert_sequence, DB_TENANT) < 0 ||
                   db_exec(&db, err, insert_first_department, DB_TENANT, DB_I64(department),
                           DB_STR(c->language->department)) < 0 ||
                   db_exec(&db, err, insert_first_address, DB_TENANT, DB_STR(address),
                           DB_I64(department)) < 0
               ? -1
               : 0;
}

int tenant_create(struct db *global, struct arena *a, const struct crypto_key *master,
                  const struct tenant_new *new_tenant, struct tenant *out, struct err *err)
{
    struct creation c = { .arena = a, .tenant = out };
    if (prepare(&c, new_tenant, err) < 0)
        return -1;
    crypto_random(out->key.bytes, CRYPTO_KEY);
    c.sealed = tenant_seal_key(a, master, out->id, &out->key, &c.sealed_n);
    if (db_transact(global, insert, &c, err) < 0)
        return -1;
    return tenant_by_id(global, a, master, out->id, out, err) < 0 ? -1 : 0;
}

/* A tenant that is being deleted stays so. */
int tenant_set_status(struct db *global, int64_t id, enum tenant_status status, struct err *err)
{
    int64_t n = db_exec(global, err, set_status, DB_I64(status), DB_I64(id));
    if (n < 0)
        return -1;
    return n > 0 || status == TENANT_DELETING
               ? 0
               : err_set(err, ERR_NOT_FOUND, "no such tenant, or it is being deleted");
}
