#include "cli/cli.h" /* deskctl user ... */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/people.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "user/access_link.h"
#include "user/audit.h"
#include "user/password.h"
#include "user/viewer.h"

#include <inttypes.h>

static const char *status_name(enum user_status status)
{
    switch (status) {
    case USER_ACTIVE:
        return "active";
    case USER_INVITED:
        return "invited";
    case USER_DEACTIVATED:
        return "deactivated";
    case USER_DELETED:
    default:
        return "deleted";
    }
}

static int list(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    struct user *users;
    size_t n;
    if (cli_tenant(cli, &t, &db, err) < 0 || user_all(&db, cli->arena, &users, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        (void)fprintf(cli->out, "%s\t%s\t%s\t%s\n", users[i].email, role_name(users[i].role),
                      status_name(users[i].status), users[i].name);
    return CLI_OK;
}

static int role_argument(struct cli *cli, const char *name, enum role *out, struct err *err)
{
    return role_by_name(name, out) ? 0
                                   : cli_usage_error(cli, err, "roles are agent, admin and owner");
}

static int create(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    struct person p = { .name = str_or(cli_option(cli, "name"), cli->args[0]),
                        .email = cli->args[0],
                        .gender = cli_option(cli, "gender"),
                        .password = cli_option(cli, "password"),
                        .department = cli_option(cli, "department") };
    if (cli_option(cli, "role") == NULL)
        return cli_usage_error(cli, err, "--role is missing");
    if (role_argument(cli, cli_option(cli, "role"), &p.role, err) < 0 ||
        cli_tenant(cli, &t, &db, err) < 0)
        return -1;
    return person_add(cli, &t, &p, err) < 0 ? -1 : CLI_OK;
}

static int load(struct cli *cli, struct tenant *t, struct db *db, struct user *out, struct err *err)
{
    if (cli_tenant(cli, t, db, err) < 0)
        return -1;
    int rc = user_by_email(db, cli->arena, cli->args[0], out, err);
    return rc == 0 ? err_set(err, ERR_NOT_FOUND, "there is no person \"%.100s\"", cli->args[0])
                   : rc;
}

struct new_password {
    struct cli *cli;
    const struct tenant *tenant;
    int64_t user_id;
    const char *password;
    struct access_link link;
};

static int set_password(struct db *db, void *data, struct err *err)
{
    struct new_password *x = data;
    struct arena *a = x->cli->arena;
    if (x->password == NULL)
        return access_link_create(db, a, &x->tenant->key, &x->link, err);
    return password_set(db, a, x->user_id, x->password, err) < 0 ||
                   session_end_all(db, x->user_id, err) < 0 ||
                   access_link_end_all(db, x->user_id, err) < 0
               ? -1
               : audit_add(db, NULL, "user.password", x->user_id, "", err);
}

static int password(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    struct user u;
    struct new_password x = { .cli = cli, .tenant = &t };
    if (load(cli, &t, &db, &u, err) < 0 ||
        password_argument(cli, cli_option(cli, "password"), &x.password, err) < 0)
        return -1;
    x.user_id = u.id;
    x.link = (struct access_link) { .user_id = u.id, .purpose = ACCESS_RESET };
    if (db_transact(&db, set_password, &x, err) < 0 ||
        login_unlock(&db, cli->arena, &t.key, u.email, err) < 0)
        return -1;
    if (x.link.token != NULL)
        (void)fprintf(
            cli->out, "good for one hour: %s\n",
            tenant_url(cli->arena, &cli->conf, &t, access_link_path(cli->arena, x.link.token)));
    return CLI_OK;
}

static int role(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    struct user u;
    struct membership *m;
    size_t n;
    if (load(cli, &t, &db, &u, err) < 0)
        return -1;
    struct user_fields fields = { .name = u.name, .email = u.email, .gender = u.gender };
    fields.is_active = u.status != USER_DEACTIVATED;
    if (role_argument(cli, cli->args[1], &fields.role, err) < 0 ||
        user_memberships(&db, cli->arena, u.id, &m, &n, err) < 0)
        return -1;
    int64_t *departments = arena_array(cli->arena, n + 1, sizeof(*departments));
    for (size_t i = 0; i < n; i++)
        departments[i] = m[i].department_id;
    fields.departments = departments;
    fields.departments_n = n;
    return user_update(&db, cli->arena, NULL, u.id, u.version, &fields, err) < 0 ? -1 : CLI_OK;
}

const struct cli_command user_commands[] = {
    { "user list", "--tenant T", "e-mail, role, status and name of each person", "tenant=", 0, 0,
      CLI_SERVICES, list },
    { "user create",
      "EMAIL --tenant T --role agent|admin|owner [--name NAME] [--gender f|m]\n"
      "      [--department NAME|ADDRESS] [--password PASSWORD|-]",
      "add a person; without a password an invitation link is printed",
      "tenant= role= name= gender= department= password=", 1, 1, CLI_SERVICES, create },
    { "user password", "EMAIL --tenant T [--password PASSWORD|-]",
      "set a password and end all sessions; without one a link to set it is printed",
      "tenant= password=", 1, 1, CLI_SERVICES, password },
    { "user role", "EMAIL agent|admin|owner --tenant T", "change somebody's role", "tenant=", 2, 2,
      CLI_SERVICES, role },
    CLI_END,
};
