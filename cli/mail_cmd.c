#include "cli/cli.h" /* deskctl mail ... */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "cache/cache.h"
#include "cli/print.h"
#include "db/db.h"
#include "intake/intake.h"
#include "mail/mail.h"
#include "tenant/tenant.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PAGE         500
#define READ_AT_ONCE ((size_t)65536)
#define POLL_MS      100
#define WAIT_SECONDS 60

static int read_stdin(struct arena *a, size_t max, char **data, size_t *n, struct err *err)
{
    struct buf b = buf_make(a, READ_AT_ONCE);
    *n = 0;
    *data = b.data;
    for (;;) {
        ssize_t got = read(STDIN_FILENO, buf_room(&b, READ_AT_ONCE), READ_AT_ONCE);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_errno(err, ERR_INTERNAL, "read standard input");
        if (got == 0)
            break;
        buf_grew(&b, (size_t)got);
        if (b.len > max)
            return err_set(err, ERR_TOO_LARGE, "the mail is larger than %zu bytes", max);
    }
    *data = b.data;
    *n = b.len;
    return 0;
}

static int read_mail(struct cli *cli, char **raw, size_t *n, struct err *err)
{
    const char *path = cli->args_n > 0 ? cli->args[0] : "-";
    size_t max = (size_t)cli->conf.message_bytes;
    int rc = str_is(path, "-") ? read_stdin(cli->arena, max, raw, n, err)
                               : file_read(cli->arena, path, max, raw, n, err);
    if (rc == 0 && *n == 0)
        return err_set(err, ERR_INVALID, "the mail is empty");
    return rc;
}

/* The envelope's sender where the caller does not know it: the author. */
static const char *sender(struct cli *cli, const char *raw, size_t n)
{
    const char *given = cli_option(cli, "from");
    const char *header = mail_header(cli->arena, raw, n, "From");
    if (given != NULL || header == NULL)
        return given != NULL ? given : "";
    struct mail_addresses from = mail_addresses_parse(cli->arena, header);
    return from.n > 0 ? from.items[0].email : "";
}

static void wake_jobs(struct cli *cli)
{
    struct cache *cache;
    struct err ignored = ERR_INIT;
    if (cache_new(&cache, &cli->conf, &ignored) < 0)
        return; /* it looks by itself every second */
    cache_push(cache, "deskd:jobs", "mail");
    cache_free(&cache);
}

static void write_line(struct json_writer *w, struct arena *a, const struct mail_in *m)
{
    print_id(w, a, "id", m->id);
    print_time(w, a, "received_at", m->received_at);
    jw_str(w, "message_id", m->mail_id);
    jw_str(w, "from", str_or(m->header_from, m->envelope_from));
    jw_str(w, "to", m->envelope_to);
    jw_str(w, "envelope_from", m->envelope_from);
    jw_str(w, "subject", m->subject);
    jw_i64(w, "size", m->size);
    jw_str(w, "outcome", outcome_name(m->outcome));
    print_number(w, "ticket", m->ticket_number);
    jw_str(w, "reason", m->reason);
}

static void print_one(struct cli *cli, const struct mail_in *m)
{
    struct buf b = buf_make(cli->arena, 1024);
    struct json_writer w = json_writer(&b);
    jw_object(&w, NULL);
    write_line(&w, cli->arena, m);
    jw_end_object(&w);
    print_line(cli, &b);
}

static int wait_for_import(struct cli *cli, int64_t tenant_id, int64_t id, struct err *err)
{
    struct db db = db_tenant(cli->conn, tenant_id);
    for (int i = 0; i < WAIT_SECONDS * 1000 / POLL_MS; i++) {
        struct mail_in line;
        int rc = mail_in_by_id(&db, cli->arena, id, &line, err);
        if (rc < 0)
            return -1;
        if (rc > 0) {
            print_one(cli, &line);
            return CLI_OK;
        }
        (void)nanosleep(&(struct timespec) { 0, POLL_MS * 1000000L }, NULL);
    }
    return err_set(err, ERR_TIMEOUT, "mail %" PRId64 " is kept, but not imported yet", id);
}

/* What an MTA that runs us must know is the exit code. */
static int refuse(const char *to, enum route_verdict verdict)
{
    bool is_suspended = verdict == ROUTE_SUSPENDED;
    (void)fprintf(stderr,
                  is_suspended ? "deskctl: the help desk of <%s> is suspended; try again later\n"
                               : "deskctl: there is no address <%s> here\n",
                  to);
    return is_suspended ? CLI_TEMPORARY : CLI_NO_USER;
}

static int inject(struct cli *cli, struct err *err)
{
    const struct intake in = { &cli->conf, cli->conn, cli->master, NULL };
    const char *to = cli_option(cli, "to");
    enum route_verdict verdict;
    struct tenant t;
    char *raw;
    size_t n;
    int64_t id;
    if (to == NULL)
        return cli_usage_error(cli, err, "--to is missing");
    if (intake_route(&in, cli->arena, to, &t, &verdict, err) < 0)
        return -1;
    if (verdict != ROUTE_ACCEPT)
        return refuse(to, verdict);
    if (read_mail(cli, &raw, &n, err) < 0 ||
        spool_prepare(cli->arena, cli->conf.data_dir, err) < 0 ||
        intake_accept(&in, cli->arena, t.id, sender(cli, raw, n), to, raw, n, &id, err) < 0)
        return -1;
    wake_jobs(cli);
    return cli_has(cli, "wait") ? wait_for_import(cli, t.id, id, err) : CLI_OK;
}

/* Pages of at most PAGE lines, each handed to show. */
static int each_page(struct cli *cli, struct db *db, int64_t since,
                     void (*show)(struct cli *cli, struct arena *a, void *data,
                                  const struct mail_in *m),
                     void *data, struct err *err)
{
    struct mail_in *lines;
    size_t n;
    int rc;
    struct arena *page = arena_new(0);
    if (page == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    do {
        rc = mail_in_since(db, arena_reset(page), since, PAGE, &lines, &n, err);
        for (size_t i = 0; rc == 0 && i < n; i++) {
            show(cli, page, data, &lines[i]);
            since = lines[i].id;
        }
    } while (rc == 0 && n == PAGE);
    arena_free(&page);
    return rc;
}

static void show_json(struct cli *cli, struct arena *a, void *data, const struct mail_in *m)
{
    struct print_array *array = data;
    struct json_writer w = print_array_object(array);
    (void)cli;
    write_line(&w, a, m);
    jw_end_object(&w);
    print_array_next(array);
}

static void show_text(struct cli *cli, struct arena *a, void *data, const struct mail_in *m)
{
    (void)data;
    (void)fprintf(cli->out, "%" PRId64 "\t%s\t%s\t#%" PRId64 "\t%s\t%s\t%s\n", m->id,
                  clock_iso(a, m->received_at), outcome_name(m->outcome), m->ticket_number,
                  str_or(m->header_from, m->envelope_from), m->envelope_to,
                  m->outcome == OUTCOME_TICKET || m->outcome == OUTCOME_REPLY ? m->subject
                                                                              : m->reason);
}

static int list(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    int64_t since;
    if (cli_tenant(cli, &t, &db, err) < 0 ||
        cli_option_i64(cli, "since", 0, INT64_MAX, 0, &since, err) < 0)
        return -1;
    if (!cli_has(cli, "json"))
        return each_page(cli, &db, since, show_text, NULL, err) < 0 ? -1 : CLI_OK;
    struct print_array array = print_array(cli, cli->arena);
    if (each_page(cli, &db, since, show_json, &array, err) < 0)
        return -1;
    print_array_end(&array);
    return CLI_OK;
}

static int retry(struct cli *cli, struct err *err)
{
    const struct intake in = { &cli->conf, cli->conn, cli->master, NULL };
    struct tenant t;
    struct db db;
    int64_t id;
    if (cli_tenant(cli, &t, &db, err) < 0 ||
        cli_option_i64(cli, "id", 1, INT64_MAX, 0, &id, err) < 0)
        return -1;
    if (id == 0)
        return cli_usage_error(cli, err, "--id is missing");
    int rc = intake_retry(&in, cli->arena, t.id, id, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such mail is parked");
    wake_jobs(cli);
    return cli_has(cli, "wait") ? wait_for_import(cli, t.id, id, err) : CLI_OK;
}

const struct cli_command mail_commands[] = {
    { "mail inject", "--to ADDRESS [--from ADDRESS] [--wait] [FILE|-]",
      "take a mail in, from a pipe of the MTA or by hand; exit code 67: no such address,\n"
      "      75: try again; --wait prints what became of it",
      "to= from= wait", 0, 1, CLI_SERVICES, inject },
    { "mail list", "--tenant T [--since ID] [--json]",
      "every accepted mail and what became of it, oldest first; those behind ID",
      "tenant= since= json", 0, 0, CLI_SERVICES, list },
    { "mail retry", "--tenant T --id ID [--wait]", "import a parked mail again", "tenant= id= wait",
      0, 0, CLI_SERVICES, retry },
    CLI_END,
};
