#include "tenant/tenant_private.h" /* removing every row and file of a tenant */

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "db/db.h"
#include "db/erase.h"
#include "tenant/erase.h"

#include <inttypes.h>

#define CHUNK      1000 /* rows a statement deletes: short locks, small transactions */
#define CHUNK_TEXT "1000"
#define PASSES     5 /* work that was under way when the tenant was closed may still add rows */

/* Every table with a tenant's rows, children first (who changes search_block holds search_state).
 * A test holds this list against the schema. */
#define TENANT_TABLES(X)                                                                           \
    X(attachment)                                                                                  \
    X(notice_event)                                                                                \
    X(rule_run)                                                                                    \
    X(event)                                                                                       \
    X(participant)                                                                                 \
    X(follower)                                                                                    \
    X(ticket_merge)                                                                                \
    X(ticket_alone)                                                                                \
    X(search_waiting)                                                                              \
    X(search_state)                                                                                \
    X(search_block)                                                                                \
    X(mail_reference)                                                                              \
    X(message)                                                                                     \
    X(ticket_counter)                                                                              \
    X(ticket)                                                                                      \
    X(ticket_sequence)                                                                             \
    X(contact)                                                                                     \
    X(mail_in)                                                                                     \
    X(outbox)                                                                                      \
    X(job)                                                                                         \
    X(notice)                                                                                      \
    X(notice_choice)                                                                               \
    X(notice_count)                                                                                \
    X(access_link)                                                                                 \
    X(session)                                                                                     \
    X(post_token)                                                                                  \
    X(throttle)                                                                                    \
    X(plugin_log)                                                                                  \
    X(plugin_setting)                                                                              \
    X(plugin_tenant)                                                                               \
    X(canned)                                                                                      \
    X(calendar_version)                                                                            \
    X(calendar)                                                                                    \
    X(rule)                                                                                        \
    X(audit)                                                                                       \
    X(department_member)                                                                           \
    X(department_address)                                                                          \
    X(department)                                                                                  \
    X(user)                                                                                        \
    X(roster)                                                                                      \
    X(tenant_domain)

#define DECLARE(table)                                                                             \
    DB_SQL(erase_##table, CHUNK, "DELETE FROM " #table " WHERE tenant_id = ? LIMIT " CHUNK_TEXT);
TENANT_TABLES(DECLARE)
DB_SQL_GLOBAL(erase_tenant, 1, "DELETE FROM tenant WHERE id = ? AND status = 3");

#define ENTRY(table) { #table, &erase_##table },
static const struct {
    const char *table;
    const struct db_sql *sql;
} tables[] = { TENANT_TABLES(ENTRY) };
#define TABLES (sizeof(tables) / sizeof(tables[0]))

const char *tenant_table(size_t i)
{
    return i < TABLES ? tables[i].table : NULL;
}

static int erase_rows(struct db *db, struct err *err)
{
    for (size_t i = 0; i < TABLES; i++) {
        const struct db_arg args[] = { DB_TENANT };
        int64_t n;
        do {
            n = db_exec_(db, err, tables[i].sql, args, 1);
        } while (n == CHUNK);
        if (n < 0)
            return err_wrap(err, "erase %s", tables[i].table);
    }
    return 0;
}

/* The tenant's own row goes last, and only when nothing refers to it any more. */
static int erase_all(struct db *global, struct arena *a, int64_t id, struct err *err)
{
    struct db db = db_tenant(global->conn, id);
    const char *const *plugins;
    if (erase_find_tables(global, a, &plugins, err) < 0)
        return -1;
    for (int pass = 1;; pass++) {
        if (erase_tables(&db, plugins, err) == 0 && erase_rows(&db, err) == 0 &&
            db_exec(global, err, erase_tenant, DB_I64(id)) >= 0)
            return 0;
        if (pass == PASSES || err->code == ERR_UNAVAILABLE)
            return -1;
    }
}

int tenant_delete(struct db *global, struct arena *a, int64_t id, const char *data_dir,
                  struct err *err)
{
    const char *files = arena_printf(a, "%s/tenants/%" PRId64, data_dir, id);
    if (tenant_set_status(global, id, TENANT_DELETING, err) < 0)
        return -1;
    if (file_remove_tree(files, err) < 0)
        return -1;
    if (erase_all(global, a, id, err) < 0)
        return -1;
    return file_remove_tree(files, err); /* what was under way may have written */
}
