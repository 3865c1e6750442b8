#include "cli/print.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/str.h"
#include "cli/cli.h"

#include <inttypes.h>

void print_id(struct json_writer *w, struct arena *a, const char *key, int64_t id)
{
    jw_str(w, key, id != 0 ? arena_printf(a, "%" PRId64, id) : NULL);
}

void print_time(struct json_writer *w, struct arena *a, const char *key, int64_t ms)
{
    jw_str(w, key, ms != 0 ? clock_iso(a, ms) : NULL);
}

void print_number(struct json_writer *w, const char *key, int64_t i)
{
    if (i != 0)
        jw_i64(w, key, i);
    else
        jw_null(w, key);
}

const char *print_mailbox(struct arena *a, const char *name, const char *email)
{
    return str_is_empty(name)    ? str_or(email, "")
           : str_is_empty(email) ? name
                                 : arena_printf(a, "%s <%s>", name, email);
}

void print_line(struct cli *cli, struct buf *b)
{
    buf_addc(b, '\n');
    (void)fwrite(b->data, 1, b->len, cli->out);
    buf_truncate(b, 0);
}

struct print_array print_array(struct cli *cli, struct arena *a)
{
    return (struct print_array) { .cli = cli, .line = buf_make(a, 1024) };
}

struct json_writer print_array_object(struct print_array *p)
{
    buf_adds(&p->line, p->n++ == 0 ? "[\n" : ",\n");
    struct json_writer w = json_writer(&p->line);
    jw_object(&w, NULL);
    return w;
}

void print_array_next(struct print_array *p)
{
    (void)fwrite(p->line.data, 1, p->line.len, p->cli->out);
    buf_truncate(&p->line, 0);
}

void print_array_end(struct print_array *p)
{
    (void)fputs(p->n == 0 ? "[]\n" : "\n]\n", p->cli->out);
}
