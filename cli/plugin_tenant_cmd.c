#include "cli/cli.h" /* deskctl plugin offer, enable, disable: a tenant's plugins */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "plugin/choice.h"
#include "plugin/shelf.h"
#include "tenant/tenant.h"
#include "user/audit.h"

struct switching {
    const char *plugin, *version;
    enum plugin_state state;
};

static int switch_in_transaction(struct db *db, void *data, struct err *err)
{
    const struct switching *s = data;
    return choice_set(db, NULL, s->plugin, s->version, s->state, err);
}

static int switch_to(struct cli *cli, enum plugin_state state, struct err *err)
{
    struct tenant t;
    struct db db;
    struct shelf shelf;
    if (cli_tenant_named(cli, cli->args[0], &t, &db, err) < 0 ||
        shelf_read(cli->arena, cli->conf.plugin_dir, NULL, NULL, &shelf, err) < 0)
        return -1;
    const struct shelf_plugin *p = shelf_find(&shelf, cli->args[1]);
    if (p == NULL)
        return err_set(err, ERR_NOT_FOUND, "there is no plugin \"%.60s\"", cli->args[1]);
    struct switching s = { p->manifest.id, p->manifest.version, state };
    return db_transact(&db, switch_in_transaction, &s, err) < 0 ? -1 : CLI_OK;
}

static int enable(struct cli *cli, struct err *err)
{
    return switch_to(cli, PLUGIN_ON, err);
}

static int disable(struct cli *cli, struct err *err)
{
    return switch_to(cli, PLUGIN_OFF, err);
}

/* What is not offered any more is off. */
static int end_others(struct cli *cli, struct db *db, const char *offered, struct err *err)
{
    struct plugin_choice_row *all;
    size_t n;
    if (choice_all(db, cli->arena, &all, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct switching s = { all[i].plugin, "", PLUGIN_OFF };
        if (all[i].state == PLUGIN_OFF || choice_is_offered(offered, all[i].plugin))
            continue;
        if (db_transact(db, switch_in_transaction, &s, err) < 0)
            return -1;
    }
    return 0;
}

static int offer(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db, global = db_global(cli->conn);
    const char *offered = cli_option(cli, "only");
    if (cli_tenant_named(cli, cli->args[0], &t, &db, err) < 0)
        return -1;
    if (offered == NULL && !cli_has(cli, "all")) {
        if (choice_offered(&global, cli->arena, t.id, &offered, err) < 0)
            return -1;
        (void)fprintf(cli->out, "%s\n", offered == NULL ? "all that are installed" : offered);
        return CLI_OK;
    }
    if (choice_offer(&global, t.id, offered, err) < 0 ||
        audit_add(&db, NULL, "plugin.offer", 0, str_or(offered, "all"), err) < 0)
        return -1;
    return end_others(cli, &db, offered, err) < 0 ? -1 : CLI_OK;
}

const struct cli_command plugin_tenant_commands[] = {
    { "plugin offer", "TENANT [--only ID,ID,...|--all]",
      "which plugins a tenant may switch on; others are switched off; without an option: tell",
      "only= all", 1, 1, CLI_SERVICES, offer },
    { "plugin enable", "TENANT ID", "switch a plugin on for a tenant", "", 2, 2, CLI_SERVICES,
      enable },
    { "plugin disable", "TENANT ID", "switch it off; its data stays", "", 2, 2, CLI_SERVICES,
      disable },
    CLI_END,
};
