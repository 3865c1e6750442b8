#include "cli/cli.h" /* deskctl tenant ... */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/people.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "user/audit.h"

#include <inttypes.h>
#include <unistd.h>

static const char *status_name(enum tenant_status status)
{
    switch (status) {
    case TENANT_ACTIVE:
        return "active";
    case TENANT_SUSPENDED:
        return "suspended";
    case TENANT_DELETING:
    default:
        return "being deleted";
    }
}

/* The provider's line in the tenant's audit. */
static int note(struct cli *cli, int64_t id, const char *action, const char *detail,
                struct err *err)
{
    struct db db = db_tenant(cli->conn, id);
    return audit_add(&db, NULL, action, 0, detail, err);
}

static int named(struct cli *cli, struct tenant *out, struct err *err)
{
    struct db db;
    return cli_tenant_named(cli, cli->args[0], out, &db, err);
}

/* All of it or nothing: a tenant whose owner is missing could not be created again. */
struct creation {
    struct cli *cli;
    struct tenant_new from;
    struct person owner; /* email NULL: none */
    struct tenant tenant;
    const char *token; /* of the owner's invitation */
};

static int create_in_transaction(struct db *global, void *data, struct err *err)
{
    struct creation *c = data;
    struct cli *cli = c->cli;
    if (tenant_create(global, cli->arena, &cli->master, &c->from, &c->tenant, err) < 0 ||
        note(cli, c->tenant.id, "tenant.create", c->tenant.host, err) < 0)
        return -1;
    return c->owner.email == NULL ? 0 : person_write(cli, &c->tenant, &c->owner, &c->token, err);
}

static int create(struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn);
    const char *owner = cli_option(cli, "owner");
    struct creation c = {
        .cli = cli,
        .from = { .name = cli->args[0],
                  .title = cli_option(cli, "title"),
                  .host = cli_option(cli, "host"),
                  .locale = str_or(cli_option(cli, "locale"), cli->conf.default_locale),
                  .timezone = str_or(cli_option(cli, "timezone"), cli->conf.default_timezone) },
        .owner = { .name = str_or(cli_option(cli, "owner-name"), owner),
                   .email = owner,
                   .role = ROLE_OWNER },
    };
    if (c.from.title == NULL || c.from.host == NULL)
        return cli_usage_error(cli, err, "--title and --host are needed");
    if (owner == NULL && (cli_has(cli, "owner-name") || cli_has(cli, "password")))
        return cli_usage_error(cli, err, "--owner is missing");
    if (password_argument(cli, cli_option(cli, "password"), &c.owner.password, err) < 0 ||
        db_transact(&global, create_in_transaction, &c, err) < 0)
        return -1;
    (void)fprintf(cli->out, "created %s: %s\n", c.tenant.name,
                  tenant_url(cli->arena, &cli->conf, &c.tenant, "/"));
    if (owner != NULL)
        person_tell(cli, &c.tenant, &c.owner, c.token);
    return CLI_OK;
}

static int list(struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn);
    struct tenant *tenants;
    size_t n;
    if (tenant_all(&global, cli->arena, &cli->master, &tenants, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        (void)fprintf(cli->out, "%s\t%s\t%s\t%s\n", tenants[i].name, status_name(tenants[i].status),
                      tenants[i].host, tenants[i].title);
    return CLI_OK;
}

static int show(struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn);
    struct tenant t;
    const char **hosts;
    size_t n;
    if (named(cli, &t, err) < 0 || tenant_domains(&global, cli->arena, t.id, &hosts, &n, err) < 0)
        return -1;
    (void)fprintf(cli->out,
                  "name      %s\ntitle     %s\nid        %" PRId64 "\nstatus    %s\n"
                  "locale    %s\ntime zone %s\ncreated   %s\naddress   %s\n",
                  t.name, t.title, t.id, status_name(t.status), t.locale, t.timezone,
                  clock_iso(cli->arena, t.created_at), tenant_url(cli->arena, &cli->conf, &t, "/"));
    for (size_t i = 0; i < n; i++)
        (void)fprintf(cli->out, "domain    %s%s\n", hosts[i], i == 0 ? " (primary)" : "");
    return CLI_OK;
}

static int set_status(struct cli *cli, enum tenant_status status, const char *action,
                      struct err *err)
{
    struct db global = db_global(cli->conn);
    struct tenant t;
    if (named(cli, &t, err) < 0 || tenant_set_status(&global, t.id, status, err) < 0)
        return -1;
    return note(cli, t.id, action, "", err) < 0 ? -1 : CLI_OK;
}

static int suspend(struct cli *cli, struct err *err)
{
    return set_status(cli, TENANT_SUSPENDED, "tenant.suspend", err);
}

static int resume(struct cli *cli, struct err *err)
{
    return set_status(cli, TENANT_ACTIVE, "tenant.resume", err);
}

/* True where the tenant's name was typed. */
static bool is_confirmed(struct cli *cli, const struct tenant *t)
{
    char answer[128];
    if (cli_has(cli, "yes"))
        return true;
    if (!isatty(STDIN_FILENO))
        return false;
    (void)fprintf(stderr, "This removes %s (%s) for good. Type its name to go on: ", t->name,
                  t->title);
    return fgets(answer, sizeof(answer), stdin) != NULL &&
           str_is(str_trim(cli->arena, answer), t->name);
}

static int delete (struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn);
    struct tenant t;
    if (named(cli, &t, err) < 0)
        return -1;
    if (!is_confirmed(cli, &t))
        return err_set(err, ERR_INVALID, "not confirmed (see --yes); nothing was changed");
    return tenant_delete(&global, cli->arena, t.id, cli->conf.data_dir, err) < 0 ? -1 : CLI_OK;
}

static int domain_add(struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn);
    struct tenant t;
    if (named(cli, &t, err) < 0 || tenant_domain_add(&global, t.id, cli->args[1], err) < 0)
        return -1;
    return note(cli, t.id, "domain.add", cli->args[1], err) < 0 ? -1 : CLI_OK;
}

static int domain_remove(struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn);
    struct tenant t;
    if (named(cli, &t, err) < 0 || tenant_domain_remove(&global, t.id, cli->args[1], err) < 0)
        return -1;
    return note(cli, t.id, "domain.remove", cli->args[1], err) < 0 ? -1 : CLI_OK;
}

const struct cli_command tenant_commands[] = {
    { "tenant create",
      "NAME --title TITLE --host HOST [--locale L] [--timezone Z]\n"
      "      [--owner EMAIL [--owner-name NAME] [--password PASSWORD|-]]",
      "make a help desk; without a password its owner gets an invitation link, which is printed",
      "title= host= locale= timezone= owner= owner-name= password=", 1, 1, CLI_SERVICES, create },
    { "tenant list", "", "name, status, host and title of each", "", 0, 0, CLI_SERVICES, list },
    { "tenant show", "NAME", "all about one", "", 1, 1, CLI_SERVICES, show },
    { "tenant suspend", "NAME", "show a polite page, defer its mail", "", 1, 1, CLI_SERVICES,
      suspend },
    { "tenant resume", "NAME", "end the suspension", "", 1, 1, CLI_SERVICES, resume },
    { "tenant delete", "NAME [--yes]", "remove every row and file of it; may be run again", "yes",
      1, 1, CLI_SERVICES, delete },
    { "tenant domain add", "NAME HOST", "let it be reached by a further host name", "", 2, 2,
      CLI_SERVICES, domain_add },
    { "tenant domain remove", "NAME HOST", "take a further host name away", "", 2, 2, CLI_SERVICES,
      domain_remove },
    CLI_END,
};
