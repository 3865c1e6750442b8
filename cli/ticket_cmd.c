#include "cli/cli.h" /* deskctl ticket ..., deskctl counters check */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/print.h"
#include "cli/ticket_show.h"
#include "db/db.h"
#include "tenant/tenant.h"
#include "ticket/counter.h"
#include "ticket/desk.h"
#include "ticket/list.h"
#include "ticket/ticket.h"
#include "user/viewer.h"

#include <inttypes.h>

/* The provider sees all departments. */
static struct viewer provider(void)
{
    static struct grant all;
    all = (struct grant) { 0, SCOPE_ALL, role_capabilities(ROLE_OWNER) };
    return (struct viewer) { .name = "", .role = ROLE_OWNER, .rights = { &all, 1, 1 } };
}

static struct act act_of(struct cli *cli, const struct tenant *t, struct db *db,
                         const struct viewer *v)
{
    return (struct act) { .db = db,
                          .arena = cli->arena,
                          .tenant = t,
                          .data_dir = cli->conf.data_dir,
                          .actor = ACTOR_SYSTEM,
                          .viewer = v,
                          .now = clock_now_ms() };
}

static int show_one(struct cli *cli, struct act *act, int64_t number, struct err *err)
{
    struct ticket ticket;
    int rc = ticket_by_number(act, number, &ticket, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "there is no ticket %" PRId64, number);
    struct buf out = buf_make(cli->arena, 4096);
    if ((cli_has(cli, "json") ? ticket_show_json(act, &ticket, &out, err)
                              : ticket_show_text(act, &ticket, &out, err)) < 0)
        return -1;
    print_line(cli, &out);
    return 0;
}

static int show(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    const char *value;
    int64_t number;
    if (cli_tenant(cli, &t, &db, err) < 0)
        return -1;
    if (!cli_has(cli, "number"))
        return cli_usage_error(cli, err, "--number is missing");
    struct act act = act_of(cli, &t, &db, NULL);
    for (size_t i = 0; (value = cli_option_at(cli, "number", i)) != NULL; i++) {
        if (!str_i64(value, 1, INT64_MAX, &number))
            return cli_usage_error(cli, err, "--number must be the number of a ticket");
        if (show_one(cli, &act, number, err) < 0)
            return -1;
    }
    return CLI_OK;
}

static int view_argument(struct cli *cli, enum list_view *out, struct err *err)
{
    static const struct {
        const char *name;
        enum list_view view;
    } views[] = { { "all", LIST_ALL },
                  { "open", LIST_OPEN },
                  { "unassigned", LIST_UNASSIGNED },
                  { "answered", LIST_ANSWERED },
                  { "postponed", LIST_POSTPONED },
                  { "resolved", LIST_RESOLVED },
                  { "spam", LIST_SPAM },
                  { "deleted", LIST_DELETED } };
    const char *name = str_or(cli_option(cli, "view"), "all");
    for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
        if (!str_is(views[i].name, name))
            continue;
        *out = views[i].view;
        return 0;
    }
    return cli_usage_error(cli, err, "unknown view \"%.40s\"", name);
}

static void row_json(struct print_array *array, struct arena *a, const struct roster *names,
                     const struct list_row *r)
{
    struct json_writer w = print_array_object(array);
    jw_i64(&w, "number", r->number);
    jw_str(&w, "subject", r->subject);
    jw_str(&w, "status", status_name(r->status));
    jw_str(&w, "status_code", (char[]) { (char)r->status, '\0' });
    jw_str(&w, "department", roster_department_name(names, r->department_id));
    jw_str(&w, "agent", r->agent_id != 0 ? roster_person_name(names, r->agent_id) : NULL);
    jw_str(&w, "contact", print_mailbox(a, r->contact_name, r->contact_email));
    jw_i64(&w, "messages", r->messages);
    print_time(&w, a, "activity_at", r->activity_at);
    jw_end_object(&w);
    print_array_next(array);
}

static void row_text(struct cli *cli, const struct roster *names, const struct list_row *r)
{
    (void)fprintf(cli->out, "#%" PRId64 "\t%s\t%s\t%s\t%s\t%s\n", r->number, status_name(r->status),
                  roster_department_name(names, r->department_id),
                  str_or(roster_person_name(names, r->agent_id), "-"), r->contact_email,
                  r->subject);
}

static int list(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    struct list_page page;
    struct list_key last;
    struct desk desk;
    struct list_query q = { .max = LIST_MAX };
    const struct viewer v = provider();
    int64_t left;
    if (cli_tenant(cli, &t, &db, err) < 0 || view_argument(cli, &q.view, err) < 0 ||
        cli_option_i64(cli, "limit", 1, INT64_MAX, LIST_MAX, &left, err) < 0)
        return -1;
    if (desk_read(&db, cli->arena, NULL, &v, NULL, &desk, err) < 0)
        return -1;
    struct act act = act_of(cli, &t, &db, &v);
    struct print_array array = print_array(cli, cli->arena);
    do {
        if (list_tickets(&act, &q, &page, err) < 0)
            return -1;
        for (size_t i = 0; i < page.n && left > 0; i++, left--) {
            const struct list_row *r = &page.rows[i];
            if (cli_has(cli, "json"))
                row_json(&array, cli->arena, desk.roster, r);
            else
                row_text(cli, desk.roster, r);
            last = (struct list_key) { r->activity_at, r->id };
        }
        q.from = &last;
    } while (page.has_older && left > 0);
    if (cli_has(cli, "json"))
        print_array_end(&array);
    return CLI_OK;
}

static int check_one(struct cli *cli, const struct tenant *t, int64_t *wrong, struct err *err)
{
    struct db db = db_tenant(cli->conn, t->id);
    int64_t drift;
    if (counter_repair(&db, cli->arena, &drift, err) < 0)
        return err_wrap(err, "%s", t->name);
    *wrong += drift;
    if (drift > 0)
        (void)fprintf(cli->out, "%s\t%" PRId64 " repaired\n", t->name, drift);
    else
        (void)fprintf(cli->out, "%s\tright\n", t->name);
    return 0;
}

static int check_counters(struct cli *cli, struct err *err)
{
    struct db global = db_global(cli->conn), db;
    struct tenant one, *all = &one;
    size_t n = 1;
    int64_t wrong = 0;
    if ((cli_has(cli, "tenant") ? cli_tenant(cli, &one, &db, err)
                                : tenant_all(&global, cli->arena, &cli->master, &all, &n, err)) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (check_one(cli, &all[i], &wrong, err) < 0)
            return -1;
    return CLI_OK;
}

const struct cli_command ticket_commands[] = {
    { "ticket show", "--tenant T --number N [--number N ...] [--json]",
      "a ticket with its messages and timeline; of several, one behind the other",
      "tenant= number= json", 0, 0, CLI_SERVICES, show },
    { "ticket list",
      "--tenant T [--view all|open|unassigned|answered|postponed|resolved|spam|deleted]\n"
      "      [--limit N] [--json]",
      "tickets, newest activity first", "tenant= view= limit= json", 0, 0, CLI_SERVICES, list },
    { "counters check", "[--tenant T]", "compare the tickets' counters with the truth, repair them",
      "tenant=", 0, 0, CLI_SERVICES, check_counters },
    CLI_END,
};
