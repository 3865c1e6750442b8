#include "cli/demo.h" /* a customer's mail, written as mail programs write it, and taken in */

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/id.h"
#include "base/str.h"
#include "cli/cli.h"
#include "html/safe_html.h"
#include "intake/intake.h"
#include "mail/compose.h"
#include "ticket/attachment.h"
#include "ticket/mail_id.h"
#include "ticket/message.h"
#include "ticket/ticket.h"
#include "user/department.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define MAIL_DELAY_MS 4000 /* between Date: and the arrival */

/* What a mail continues. */
struct thread {
    struct ticket ticket;
    const char **ids; /* of the messages so far */
    const char *last_id;
    const struct message *answer; /* the last public one, or NULL */
};

static int read_thread(struct demo *d, const struct demo_step *s, struct thread *t, struct err *err)
{
    struct act act = demo_act(d, NULL, s->at);
    struct message *all;
    size_t n;
    if (ticket_by_id(&act, s->talk->ticket_id, &t->ticket, err) != 1)
        return err_wrap(err, "read the ticket");
    if (message_all(&act, t->ticket.id, false, &all, &n, err) < 0 ||
        message_references(&act, t->ticket.id, INT64_MAX, &t->ids, err) < 0)
        return -1;
    for (size_t i = 0; i < n; i++)
        if (all[i].kind == MESSAGE_ANSWER)
            t->answer = &all[i];
    for (size_t i = 0; t->ids[i] != NULL; i++)
        t->last_id = t->ids[i];
    return 0;
}

/* As mail programs of the tenant's country put it. */
static const char *quote_intro(struct demo *d, const struct message *m)
{
    static const struct {
        const char *locale, *on, *between, *wrote;
    } intros[] = { { "pl", "W dniu ", ".", "pisze:" },
                   { "pt-BR", "Em ", "/", "escreveu:" },
                   { "ru", "", ".", "пишет:" },
                   { NULL, "On ", "/", "wrote:" } };
    size_t i = 0;
    while (intros[i].locale != NULL && !str_is(intros[i].locale, d->tenant.locale))
        i++;
    struct tm tm;
    time_t seconds = (time_t)(m->created_at / 1000);
    (void)gmtime_r(&seconds, &tm);
    return arena_printf(d->step, "%s%02d%s%02d%s%d %02d:%02d, %s %s", intros[i].on, tm.tm_mday,
                        intros[i].between, tm.tm_mon + 1, intros[i].between, tm.tm_year + 1900,
                        tm.tm_hour, tm.tm_min, m->from_name, intros[i].wrote);
}

static const char *quoted_text(struct demo *d, const char *text, const struct message *m)
{
    struct buf b = buf_make(d->step, strlen(text) + strlen(m->body) * 2);
    buf_printf(&b, "%s\n\n%s\n", text, quote_intro(d, m));
    for (const char *line = m->body; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        buf_printf(&b, "%s%.*s\n", n > 0 ? "> " : ">", (int)n, line);
        line += n + (line[n] == '\n');
    }
    return buf_str(&b);
}

/* Inside the body where the markup has one. */
static const char *quoted_html(struct demo *d, const char *html, const struct message *m)
{
    struct safe_html body = html_from_text(d->step, m->body, strlen(m->body));
    const char *end = strcasestr(html, "</body>");
    if (end == NULL)
        end = html + strlen(html);
    return arena_printf(d->step, "%.*s<div>%s</div><blockquote type=\"cite\">%.*s</blockquote>%s",
                        (int)(end - html), html, html_escape(d->step, quote_intro(d, m)),
                        (int)body.n, body.p, end);
}

static void write_text(struct demo *d, const struct demo_step *s, const struct thread *t,
                       struct compose *c)
{
    bool quotes = json_is_true(json_object_get(s->json, "quote")) && t->answer != NULL;
    const char *html = json_string_value(json_object_get(s->json, "html"));
    c->text = demo_text(s->json, "text");
    c->html = html;
    if (quotes)
        c->text = quoted_text(d, c->text, t->answer);
    if (quotes && html != NULL)
        c->html = quoted_html(d, html, t->answer);
}

/* To the address that our answer asked for; before the first answer, to where the customer wrote
 * before. */
static const char *recipient(struct demo *d, const struct demo_step *s, const struct thread *t,
                             struct err *err)
{
    struct department now;
    if (t->answer == NULL)
        return s->talk->department->address;
    if (department_by_id(&d->db, d->step, t->ticket.department_id, &now, err) != 1)
        return NULL;
    return reply_address_make(d->step, &d->tenant, now.address, t->ticket.id);
}

static void write_ids(struct demo *d, const struct demo_step *s, const struct thread *t,
                      struct compose *c)
{
    unsigned char bytes[12];
    const char *at = strrchr(s->talk->customer.email, '@');
    crypto_random(bytes, sizeof(bytes));
    c->message_id = arena_printf(d->step, "%s%s", crypto_hex(d->step, bytes, sizeof(bytes)), at);
    c->in_reply_to = t->last_id;
    c->references = t->ids;
    c->subject = s->talk->subject;
    if (t->answer != NULL)
        c->subject = arena_printf(d->step, "Re: %s [#%" PRId64 "]", c->subject, t->ticket.number);
    else if (t->last_id != NULL)
        c->subject = arena_printf(d->step, "Re: %s", c->subject);
}

static struct mail_addresses copies(struct demo *d, const struct demo_step *s)
{
    const json_t *list = demo_list(s->json, "cc");
    struct mail_addresses cc = { arena_array(d->step, json_array_size(list), sizeof(*cc.items)),
                                 json_array_size(list) };
    for (size_t i = 0; i < cc.n; i++)
        cc.items[i] = (struct mail_address) { "", str_or(json_string_value(json_array_get(list, i)),
                                                         "") };
    return cc;
}

static void remove_file(void *data)
{
    (void)unlink(data);
}

/* A mail is composed from files; these are gone when the step is. */
static int attach(struct demo *d, const struct demo_step *s, struct compose *c, struct err *err)
{
    struct attachment_new *files;
    size_t n;
    if (demo_attachments(d, s->json, &files, &n, err) < 0 ||
        spool_prepare(d->step, d->cli->conf.data_dir, err) < 0)
        return -1;
    struct compose_attachment *out = arena_array(d->step, n, sizeof(*out));
    for (size_t i = 0; i < n; i++) {
        char *path = arena_printf(d->step, "%s/spool/tmp/demo-%" PRIx64, d->cli->conf.data_dir,
                                  (uint64_t)id_new());
        arena_cleanup(d->step, remove_file, path);
        if (file_write_durable(arena_printf(d->step, "%s.new", path), path, files[i].data,
                               files[i].size, err) < 0)
            return -1;
        out[i] = (struct compose_attachment) { files[i].name, files[i].type, path, NULL };
    }
    c->attachments = out;
    c->attachments_n = n;
    return 0;
}

static int take_in(struct demo *d, struct demo_step *s, const char *to, const struct compose *c,
                   struct err *err)
{
    const struct intake in = { &d->cli->conf, d->cli->conn, d->cli->master, NULL };
    const struct act act = demo_act(d, NULL, s->at);
    const struct envelope e = { act_id(&act), d->tenant.id, s->talk->customer.email, to, s->at };
    struct mail_in line;
    char *raw;
    size_t n;
    if (compose_mail(d->step, c, &raw, &n, err) < 0)
        return -1;
    if (intake_import_raw(&in, d->step, &e, raw, n, &line, err) < 0)
        return -1;
    bool is_first = s->talk->ticket_id == 0;
    if (is_first ? line.outcome != OUTCOME_TICKET
                 : line.outcome != OUTCOME_REPLY || line.ticket_id != s->talk->ticket_id)
        return err_set(err, ERR_INTERNAL, "a mail became %s %" PRId64 " (%s)",
                       outcome_name(line.outcome), line.ticket_number, line.reason);
    s->talk->ticket_id = line.ticket_id;
    return 0;
}

int demo_mail(struct demo *d, struct demo_step *s, struct err *err)
{
    struct thread t = { .ids = NULL };
    if (s->talk->ticket_id != 0 && read_thread(d, s, &t, err) < 0)
        return -1;
    const char *to = recipient(d, s, &t, err);
    if (to == NULL)
        return -1;
    struct mail_address to_item = { "", to };
    struct compose c = { .from = s->talk->customer,
                         .reply_to = { "", "" },
                         .to = { &to_item, 1 },
                         .cc = copies(d, s),
                         .date_ms = s->at - MAIL_DELAY_MS };
    write_ids(d, s, &t, &c);
    write_text(d, s, &t, &c);
    return attach(d, s, &c, err) < 0 ? -1 : take_in(d, s, to, &c, err);
}
