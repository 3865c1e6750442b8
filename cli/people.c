#include "cli/people.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "user/access_link.h"
#include "user/department.h"
#include "user/password.h"

#include <string.h>

int password_argument(struct cli *cli, const char *given, const char **out, struct err *err)
{
    char line[PASSWORD_MOST + 2];
    *out = given;
    if (!str_is(given, "-"))
        return 0;
    if (fgets(line, sizeof(line), stdin) == NULL)
        return err_set(err, ERR_INVALID, "no password on standard input");
    *out = arena_strndup(cli->arena, line, strcspn(line, "\r\n"));
    return 0;
}

/* Agents without a department would see nothing: the default one where none was named. */
static int find_department(struct cli *cli, struct db *db, const char *name, struct department *out,
                           struct err *err)
{
    struct department *all;
    size_t n;
    if (name == NULL)
        return department_default(db, cli->arena, out, err);
    int rc = department_by_address(db, cli->arena, name, out, err);
    if (rc != 0)
        return rc;
    if (department_all(db, cli->arena, &all, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++) {
        if (!str_is(all[i].name, name))
            continue;
        *out = all[i];
        return 1;
    }
    return err_set(err, ERR_NOT_FOUND, "there is no department \"%.100s\"", name);
}

int person_write(struct cli *cli, const struct tenant *t, const struct person *p,
                 const char **token, struct err *err)
{
    struct arena *a = cli->arena;
    struct db db = db_tenant(cli->conn, t->id);
    struct department d;
    int64_t id;
    *token = NULL;
    int rc = find_department(cli, &db, p->department, &d, err);
    if (rc < 0)
        return -1;
    const struct user_fields fields = { .name = p->name,
                                        .email = p->email,
                                        .role = p->role,
                                        .gender = str_or(p->gender, ""),
                                        .departments = &d.id,
                                        .departments_n = rc > 0 ? 1 : 0,
                                        .is_active = true };
    if (user_create(&db, a, NULL, &fields, &id, err) < 0)
        return -1;
    if (p->password != NULL)
        return password_set(&db, a, id, p->password, err);
    struct access_link link = { .user_id = id, .purpose = ACCESS_INVITATION };
    if (access_link_create(&db, a, &t->key, &link, err) < 0)
        return -1;
    *token = link.token;
    return 0;
}

void person_tell(struct cli *cli, const struct tenant *t, const struct person *p, const char *token)
{
    if (token == NULL)
        (void)fprintf(cli->out, "%s logs in at %s\n", p->email,
                      tenant_url(cli->arena, &cli->conf, t, "/login"));
    else
        (void)fprintf(cli->out, "invitation for %s, good for 72 hours: %s\n", p->email,
                      tenant_url(cli->arena, &cli->conf, t, access_link_path(cli->arena, token)));
}

struct addition {
    struct cli *cli;
    const struct tenant *tenant;
    const struct person *person;
    const char *token;
};

static int add(struct db *db, void *data, struct err *err)
{
    struct addition *x = data;
    (void)db;
    return person_write(x->cli, x->tenant, x->person, &x->token, err);
}

int person_add(struct cli *cli, const struct tenant *t, const struct person *p, struct err *err)
{
    struct db db = db_tenant(cli->conn, t->id);
    struct person whole = *p;
    struct addition x = { .cli = cli, .tenant = t, .person = &whole };
    if (password_argument(cli, p->password, &whole.password, err) < 0 ||
        db_transact(&db, add, &x, err) < 0)
        return -1;
    person_tell(cli, t, &whole, x.token);
    return 0;
}
