#include "cli/cli.h" /* deskctl outbox list */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/print.h"
#include "db/db.h"
#include "outbox/outbox.h"
#include "tenant/tenant.h"

#include <inttypes.h>

#define PAGE 500

static void line_json(struct print_array *array, struct arena *a, const struct outbox_line *l)
{
    struct json_writer w = print_array_object(array);
    bool waits = l->state != OUTBOX_SENT && l->state != OUTBOX_FAILED;
    print_id(&w, a, "id", l->id);
    jw_str(&w, "kind", outbox_kind_name(l->kind));
    jw_str(&w, "state", outbox_state_name(l->state));
    jw_str(&w, "recipient", l->recipient);
    jw_i64(&w, "attempts", l->attempts);
    jw_str(&w, "reply", l->reply);
    print_number(&w, "ticket", l->ticket_number);
    print_time(&w, a, "created_at", l->created_at);
    print_time(&w, a, "next_at", waits ? l->next_at : 0);
    print_time(&w, a, "done_at", l->done_at);
    jw_end_object(&w);
    print_array_next(array);
}

static void line_text(struct cli *cli, struct arena *a, const struct outbox_line *l)
{
    (void)fprintf(cli->out, "%s\t%s\t%s\t%s\t#%" PRId64 "\t%s\n", clock_iso(a, l->created_at),
                  outbox_state_name(l->state), outbox_kind_name(l->kind), l->recipient,
                  l->ticket_number, l->reply);
}

static int list_pages(struct cli *cli, struct db *db, struct arena *page, struct print_array *array,
                      struct err *err)
{
    struct outbox_line *lines;
    size_t n;
    int64_t since = 0;
    do {
        if (outbox_list(db, arena_reset(page), since, PAGE, &lines, &n, err) < 0)
            return -1;
        for (size_t i = 0; i < n; i++) {
            if (array != NULL)
                line_json(array, page, &lines[i]);
            else
                line_text(cli, page, &lines[i]);
            since = lines[i].id;
        }
    } while (n == PAGE);
    return 0;
}

static int list(struct cli *cli, struct err *err)
{
    struct tenant t;
    struct db db;
    struct print_array array = print_array(cli, cli->arena);
    bool is_json = cli_has(cli, "json");
    if (cli_tenant(cli, &t, &db, err) < 0)
        return -1;
    struct arena *page = arena_new(0);
    if (page == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    int rc = list_pages(cli, &db, page, is_json ? &array : NULL, err);
    arena_free(&page);
    if (rc == 0 && is_json)
        print_array_end(&array);
    return rc < 0 ? -1 : CLI_OK;
}

const struct cli_command outbox_commands[] = {
    { "outbox list", "--tenant T [--json]", "outgoing mails and their state, oldest first",
      "tenant= json", 0, 0, CLI_SERVICES, list },
    CLI_END,
};
