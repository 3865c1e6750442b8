#include "cli/cli.h" /* deskctl plugin install, list, rollback, remove, check */

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/package.h"
#include "cli/server.h"
#include "db/db.h"
#include "db/migrate.h"
#include "plugin/choice.h"
#include "plugin/inspect.h"
#include "plugin/install.h"
#include "plugin/minisign.h"
#include "plugin/shelf.h"
#include "plugin/usage.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEYS_MAX      ((size_t)64 * 1024)
#define SIGNATURE_MAX ((size_t)4096)

static void print_problem(void *data, const char *problem)
{
    const struct cli *cli = data;
    (void)fprintf(cli->out, "%s\n", problem);
}

static int read_shelf(struct cli *cli, struct shelf *out, struct err *err)
{
    return shelf_read(cli->arena, cli->conf.plugin_dir, NULL, NULL, out, err);
}

/* --- install ---------------------------------------------------------------------------------- */

static int check_signature(struct cli *cli, const char *path, const void *data, size_t n,
                           struct err *err)
{
    char *keys, *signature;
    const char *comment;
    size_t size;
    if (cli_has(cli, "unsigned"))
        return 0;
    if (*cli->conf.plugin_keys == '\0')
        return err_set(err, ERR_REFUSED,
                       "nobody's packages are trusted: set plugin_keys, or give --unsigned");
    if (file_read(cli->arena, cli->conf.plugin_keys, KEYS_MAX, &keys, &size, err) < 0)
        return -1;
    const char *beside = arena_printf(cli->arena, "%s.minisig", path);
    if (file_read(cli->arena, beside, SIGNATURE_MAX, &signature, &size, err) < 0)
        return err->code == ERR_NOT_FOUND
                   ? err_set(err, ERR_REFUSED, "it is not signed: there is no %s", beside)
                   : -1;
    if (minisign_verify(cli->arena, keys, signature, data, n, &comment, err) < 0)
        return -1;
    (void)fprintf(cli->out, "signed: %s\n", comment);
    return 0;
}

/* A folder is the provider's own work; only packages come from elsewhere. */
static int stage(struct cli *cli, const struct install *in, const char *path, struct err *err)
{
    struct stat st;
    char *data;
    size_t n;
    if (stat(path, &st) < 0)
        return err_errno(err, ERR_NOT_FOUND, "%s", path);
    if (S_ISDIR(st.st_mode))
        return package_copy(cli->arena, path, in->staged, err);
    if (file_read(cli->arena, path, PACKAGE_MAX, &data, &n, err) < 0 ||
        check_signature(cli, path, data, n, err) < 0)
        return -1;
    return package_unpack(cli->arena, data, n, in->staged, err);
}

static bool has_table(const struct plugin_manifest *m, const char *table)
{
    for (const char *const *t = m->tables; *t != NULL; t++)
        if (str_is(*t, table))
            return true;
    return false;
}

/* Against what is installed already. */
static void check_beside(struct inspection *i, const struct shelf *shelf)
{
    const struct plugin_manifest *m = &i->manifest;
    for (const char *const *id = m->requires_plugins; *id != NULL; id++)
        if (shelf_find(shelf, *id) == NULL)
            inspect_problem(i, "it requires %s, which is not installed", *id);
    for (size_t k = 0; k < shelf->n; k++) {
        const struct plugin_manifest *other = &shelf->plugins[k].manifest;
        for (const char *const *t = m->tables; *t != NULL; t++)
            if (!str_is(other->id, m->id) && has_table(other, *t))
                inspect_problem(i, "table %s belongs to the plugin %s", *t, other->id);
    }
}

static int refuse(const char *path, struct err *err)
{
    return err_set(err, ERR_REFUSED, "%s is not installed", path);
}

/* Tables come before the code that uses them; the code that still runs does not mind new ones. */
static int migrate(struct cli *cli, struct inspection *i, struct err *err)
{
    struct migrate_result result;
    if (migrate_plugin(cli->arena, &cli->conf, i->manifest.id,
                       arena_printf(cli->arena, "%s/sql", i->dir), &result, err) < 0)
        return -1;
    if (result.statements > 0)
        (void)fprintf(cli->out, "%zu statements of its migrations have run\n", result.statements);
    return 0;
}

static int look_at(struct cli *cli, struct inspection *i, const char *path, struct err *err)
{
    struct shelf shelf;
    if (read_shelf(cli, &shelf, err) < 0)
        return -1;
    if (inspect_files(i) > 0)
        return refuse(path, err);
    check_beside(i, &shelf);
    if (i->problems > 0 || inspect_object(i, NULL) > 0)
        return refuse(path, err);
    if (migrate(cli, i, err) < 0)
        return -1;
    return inspect_object(i, &cli->conf) > 0 ? refuse(path, err) : 0;
}

static int tell_server(struct cli *cli, struct err *err)
{
    int rc = server_reload(cli, err);
    if (rc == 0)
        (void)fprintf(cli->out, "no server is running\n");
    return rc < 0 ? -1 : 0;
}

static int tell_tenants(struct cli *cli, const char *id, const char *version, const char *was,
                        struct err *err)
{
    struct db global = db_global(cli->conn);
    return usage_updated(&global, cli->arena, id, version, was, err);
}

static int install(struct cli *cli, struct err *err)
{
    struct install in;
    const char *was, *path = cli->args[0];
    if (install_begin(&in, cli->arena, cli->conf.plugin_dir, err) < 0)
        return -1;
    if (stage(cli, &in, path, err) < 0)
        return err_wrap(err, "%s", path);
    struct inspection i = {
        .arena = cli->arena, .dir = in.staged, .report = print_problem, .data = cli
    };
    i.template_dir = cli->conf.template_dir;
    if (look_at(cli, &i, path, err) < 0 || install_place(&in, &i.manifest, &was, err) < 0)
        return -1;
    (void)fprintf(cli->out, "installed %s %s%s%s\n", i.manifest.id, i.manifest.version,
                  *was == '\0' ? "" : " in place of ", was);
    if ((*was != '\0' && tell_tenants(cli, i.manifest.id, i.manifest.version, was, err) < 0) ||
        tell_server(cli, err) < 0)
        return -1;
    return install_prune(&in, i.manifest.id, err) < 0 ? -1 : CLI_OK;
}

static int rollback(struct cli *cli, struct err *err)
{
    struct install in;
    const char *now, *was, *id = cli->args[0];
    if (install_begin(&in, cli->arena, cli->conf.plugin_dir, err) < 0 ||
        shelf_version(cli->arena, cli->conf.plugin_dir, id, "current", &was, err) < 0 ||
        install_rollback(&in, id, &now, err) < 0 || tell_tenants(cli, id, now, was, err) < 0)
        return -1;
    (void)fprintf(cli->out, "%s is %s again\n", id, now);
    return tell_server(cli, err) < 0 ? -1 : CLI_OK;
}

/* --- list ------------------------------------------------------------------------------------- */

static void print_left_out(void *data, const char *id, const char *reason)
{
    const struct cli *cli = data;
    (void)fprintf(cli->out, "%s\tleft out: %s\n", id, reason);
}

static int list(struct cli *cli, struct err *err)
{
    struct shelf shelf;
    struct db global = db_global(cli->conn);
    if (shelf_read(cli->arena, cli->conf.plugin_dir, print_left_out, cli, &shelf, err) < 0)
        return -1;
    for (size_t i = 0; i < shelf.n; i++) {
        const struct plugin_manifest *m = &shelf.plugins[i].manifest;
        const char *previous;
        int64_t tenants;
        if (shelf_version(cli->arena, cli->conf.plugin_dir, m->id, "previous", &previous, err) <
                0 ||
            usage_count(&global, cli->arena, m->id, &tenants, err) < 0)
            return -1;
        (void)fprintf(cli->out, "%s\t%s\t%s\t%" PRId64 "\t%s\n", m->id, m->version,
                      *previous == '\0' ? "-" : previous, tenants, m->name);
    }
    return CLI_OK;
}

/* --- remove ----------------------------------------------------------------------------------- */

/* Whether its tables go, too: -1 where that was not said. */
static int wants_drop(struct cli *cli, const struct plugin_manifest *m, struct err *err)
{
    char answer[64];
    if (cli_has(cli, "drop-data") || cli_has(cli, "keep-data"))
        return cli_has(cli, "drop-data");
    if (*m->tables == NULL)
        return 0;
    if (!isatty(STDIN_FILENO))
        return err_set(err, ERR_INVALID,
                       "%s has tables: say --keep-data or --drop-data; nothing was changed", m->id);
    (void)fprintf(
        stderr,
        "Type %s to delete what it has stored for every tenant too; just Enter keeps it: ", m->id);
    return fgets(answer, sizeof(answer), stdin) != NULL &&
           str_is(str_trim(cli->arena, answer), m->id);
}

static int check_unused(struct cli *cli, const struct shelf *shelf, const char *id, struct err *err)
{
    struct db global = db_global(cli->conn);
    int64_t tenants;
    for (size_t i = 0; i < shelf->n; i++) {
        const char *const *needs = shelf->plugins[i].manifest.requires_plugins;
        for (; *needs != NULL; needs++)
            if (str_is(*needs, id))
                return err_set(err, ERR_REFUSED, "%s requires it", shelf->plugins[i].manifest.id);
    }
    if (usage_count(&global, cli->arena, id, &tenants, err) < 0)
        return -1;
    if (tenants > 0 && !cli_has(cli, "force"))
        return err_set(err, ERR_REFUSED,
                       "%" PRId64 " tenants have it on; --force switches it off for them", tenants);
    return 0;
}

static int drop(struct cli *cli, const struct plugin_manifest *m, struct err *err)
{
    struct db global = db_global(cli->conn);
    if (migrate_plugin_drop(cli->arena, &cli->conf, m->id, m->tables, err) < 0 ||
        usage_forget(&global, m->id, err) < 0)
        return -1;
    (void)fprintf(cli->out, "its tables, settings and logs are deleted\n");
    return 0;
}

static int remove_it(struct cli *cli, struct err *err)
{
    struct install in;
    struct shelf shelf;
    const char *id = cli->args[0];
    struct db global = db_global(cli->conn);
    if (install_begin(&in, cli->arena, cli->conf.plugin_dir, err) < 0 ||
        read_shelf(cli, &shelf, err) < 0)
        return -1;
    const struct shelf_plugin *p = shelf_find(&shelf, id);
    if (p == NULL)
        return err_set(err, ERR_NOT_FOUND, "there is no plugin \"%.60s\"", id);
    int drops = wants_drop(cli, &p->manifest, err);
    if (drops < 0 || check_unused(cli, &shelf, id, err) < 0 ||
        usage_end(&global, cli->arena, id, err) < 0 || install_withdraw(&in, id, err) < 0 ||
        tell_server(cli, err) < 0)
        return -1;
    if (drops && drop(cli, &p->manifest, err) < 0)
        return -1;
    if (install_erase(&in, id, err) < 0)
        return -1;
    (void)fprintf(cli->out, "removed %s\n", id);
    return CLI_OK;
}

/* --- check ------------------------------------------------------------------------------------ */

static int check(struct cli *cli, struct err *err)
{
    struct inspection i = {
        .arena = cli->arena, .dir = cli->args[0], .report = print_problem, .data = cli
    };
    (void)err;
    i.template_dir = cli_option(cli, "templates");
    if (inspect_files(&i) == 0)
        (void)inspect_object(&i, NULL);
    if (i.problems == 0)
        (void)fprintf(cli->out,
                      "%s %s: nothing is wrong (statements were read, not prepared: that takes "
                      "the database, and plugin install does it)\n",
                      i.manifest.id, i.manifest.version);
    return i.problems == 0 ? CLI_OK : CLI_FAILED;
}

const struct cli_command plugin_commands[] = {
    { "plugin install", "FOLDER|PACKAGE [--unsigned]",
      "look at a plugin (a folder, or a signed tar.zst), put it on the shelf and let the server "
      "use "
      "it",
      "unsigned", 1, 1, CLI_SERVICES, install },
    { "plugin list", "", "id, version, previous version, tenants that have it on, name", "", 0, 0,
      CLI_SERVICES, list },
    { "plugin rollback", "ID", "use the previous version again", "", 1, 1, CLI_SERVICES, rollback },
    { "plugin remove", "ID [--force] [--keep-data|--drop-data]",
      "take it off the shelf; --force: also where tenants have it on", "force keep-data drop-data",
      1, 1, CLI_SERVICES, remove_it },
    { "plugin check", "FOLDER [--templates FOLDER]",
      "say what is wrong with a plugin, a line each (exit code 1); its templates take those of "
      "deskd",
      "templates=", 1, 1, CLI_NOTHING, check },
    CLI_END,
};
