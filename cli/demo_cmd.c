#include "cli/cli.h" /* deskctl demo load */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/demo.h"
#include "user/audit.h"

#include <inttypes.h>
#include <stdlib.h>

#define DEFAULT_PASSWORD "deskd-demo-2026" /* known to everybody */

static const char *const files[] = { "hostpol.json", "revenda.json", "vpsdom.json" };

/* Once, by hand, and only in a help desk that is a demo. */
DB_SQL(find_demo_mark, 100000,
       "SELECT 1 FROM audit WHERE tenant_id = ? AND action = 'demo.loaded' LIMIT 1");
DB_SQL(forget_throttles, 10000, "DELETE FROM throttle WHERE tenant_id = ?");

const char *demo_text(const json_t *object, const char *key)
{
    return str_or(json_string_value(json_object_get(object, key)), "");
}

const json_t *demo_list(const json_t *object, const char *key)
{
    return json_object_get(object, key);
}

static void free_json(void *data)
{
    json_decref(data);
}

static void free_arena(void *data)
{
    struct arena *a = data;
    arena_free(&a);
}

static int read_file(struct demo *d, const char *path, struct err *err)
{
    json_error_t where;
    json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
    if (file == NULL)
        return err_set(err, ERR_INVALID, "%s, line %d: %s", path, where.line, where.text);
    arena_cleanup(d->cli->arena, free_json, file);
    d->file = file;
    return 0;
}

/* All or nothing: what a crash interrupts was never there, and nobody sees half of it. */
static int load(struct db *db, void *data, struct err *err)
{
    struct demo *d = data;
    (void)db;
    d->tickets = d->steps = 0;
    if (demo_create_tenant(d, err) < 0 || demo_play(d, err) < 0 ||
        demo_describe_customers(d, err) < 0 || demo_settle_outbox(d, err) < 0 ||
        db_exec(&d->db, err, forget_throttles, DB_TENANT) < 0)
        return -1;
    return audit_add(&d->db, NULL, "demo.loaded", 0, "", err);
}

/* 1 it is there already, 0 it is not (any more), -1. */
static int find_loaded(struct demo *d, const char *name, struct err *err)
{
    struct arena *a = d->cli->arena;
    struct db global = db_global(d->cli->conn);
    struct tenant t;
    struct db_row row;
    int rc = tenant_by_name(&global, a, &d->cli->master, name, &t, err);
    if (rc <= 0)
        return rc;
    if (t.status == TENANT_DELETING)
        return tenant_delete(&global, a, t.id, d->cli->conf.data_dir, err);
    struct db db = db_tenant(d->cli->conn, t.id);
    rc = db_one(&db, a, &row, err, find_demo_mark, DB_TENANT);
    return rc != 0 ? rc : err_set(err, ERR_CONFLICT, "%s exists and is not a demo", name);
}

/* The files were written before the rows that name them. */
static void remove_files(struct demo *d)
{
    struct err ignored = ERR_INIT;
    if (d->tenant.id != 0)
        (void)file_remove_tree(
            arena_printf(d->cli->arena, "%s/tenants/%" PRId64, d->cli->conf.data_dir, d->tenant.id),
            &ignored);
}

static int load_one(struct demo *d, const char *path, struct err *err)
{
    struct db global = db_global(d->cli->conn);
    int64_t start = clock_ticks_us();
    if (read_file(d, path, err) < 0)
        return -1;
    const char *name = demo_text(json_object_get(d->file, "tenant"), "name");
    int rc = find_loaded(d, name, err);
    if (rc != 0) {
        if (rc > 0)
            (void)fprintf(d->cli->out, "%s is there already\n", name);
        return rc < 0 ? -1 : 0;
    }
    d->tenant.id = 0;
    if (db_transact(&global, load, d, err) < 0) {
        remove_files(d);
        return err_wrap(err, "%s", name);
    }
    (void)fprintf(d->cli->out, "%s: %zu tickets, %zu steps in %.1f s\n", d->tenant.host, d->tickets,
                  d->steps, (double)(clock_ticks_us() - start) / 1e6);
    (void)fflush(d->cli->out);
    return 0;
}

static int demo_load(struct cli *cli, struct err *err)
{
    struct demo d = { .cli = cli, .step = arena_new(0), .now = clock_now_ms() };
    const char *dir = cli_option(cli, "dir");
    if (d.step == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    arena_cleanup(cli->arena, free_arena, d.step);
    d.password = str_or(cli_option(cli, "password"), getenv("DESKD_PASSWORD"));
    d.password = str_or(d.password, DEFAULT_PASSWORD);
    if (dir == NULL) /* beside the migrations, in the sources and where they are installed */
        dir = arena_printf(cli->arena, "%s/../demo", cli->conf.sql_dir);
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        if (load_one(&d, arena_printf(cli->arena, "%s/%s", dir, files[i]), err) < 0)
            return -1;
    return CLI_OK;
}

const struct cli_command demo_commands[] = {
    { "demo load", "[--dir FOLDER] [--password PASSWORD]",
      "three help desks with months of traffic; those that are there already stay as they are",
      "dir= password=", 0, 0, CLI_SERVICES, demo_load },
    CLI_END,
};
