#include "delivery/letter.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/json.h"
#include "base/str.h"
#include "db/db.h"
#include "html/template.h"
#include "mail/compose.h"
#include "notice/notice.h"
#include "ticket/attachment.h"
#include "ticket/mail_id.h"
#include "ticket/message.h"
#include "ticket/ticket.h"
#include "user/access_link.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#define QUOTE_MAX ((size_t)20000)

/* What is asked in one trip, before anything of it is known. */
struct asked {
    struct db_later ticket, person, message, before, references;
};

/* A letter while it is being written. */
struct draft {
    const struct letter *l;
    struct act act;
    struct view *view;
    struct compose mail;
    const char *locale;   /* the reader's */
    struct ticket ticket; /* id 0: none */
    struct department department;
    struct user person; /* id 0: none */
    struct asked asked;
};

static const char *const names[] = { "",
                                     "mail/answer",
                                     "mail/receipt",
                                     "mail/invitation",
                                     "mail/reset",
                                     "mail/failure",
                                     "mail/released",
                                     "",
                                     "mail/plugin_parked",
                                     "mail/digest" };

static const char *payload_text(const struct letter *l, const char *name)
{
    json_t *payload = json_read(l->arena, l->row->payload, strlen(l->row->payload));
    const char *text = json_string_value(json_object_get(payload, name));
    return text == NULL ? NULL : arena_strdup(l->arena, text);
}

/* A plugin's mail names its template itself. */
static const char *name_of(const struct letter *l)
{
    if (l->row->kind != OUTBOX_PLUGIN)
        return names[l->row->kind];
    return str_or(payload_text(l, "plugin_template"), "");
}

static void show_link(struct draft *d, const char *seed)
{
    const struct letter *l = d->l;
    const char *token = access_link_token(l->arena, &l->tenant->key, l->row->user_id, seed);
    view_text(d->view, "password_url",
              tenant_url(l->arena, l->conf, l->tenant, access_link_path(l->arena, token)));
}

static void show_payload(struct draft *d)
{
    struct arena *a = d->l->arena;
    json_t *payload = json_read(a, d->l->row->payload, strlen(d->l->row->payload)), *value;
    const char *key;
    json_object_foreach(payload, key, value)
    {
        const char *name = arena_strdup(a, key);
        if (json_is_string(value))
            view_text(d->view, name, arena_strdup(a, json_string_value(value)));
        else if (json_is_integer(value))
            view_i64(d->view, name, json_integer_value(value));
        else if (json_is_boolean(value))
            view_bool(d->view, name, json_is_true(value));
    }
    json_t *seed = json_object_get(payload, "link_seed");
    if (json_is_string(seed))
        show_link(d, json_string_value(seed));
    json_t *reply_to = json_object_get(payload, "in_reply_to");
    if (json_is_string(reply_to))
        d->mail.in_reply_to = arena_strdup(a, json_string_value(reply_to));
}

static void ask(struct draft *d)
{
    const struct outbox_row *row = d->l->row;
    struct asked *q = &d->asked;
    if (row->ticket_id != 0)
        ticket_ask(&d->act, row->ticket_id, &q->ticket);
    if (row->user_id != 0)
        user_ask(d->l->db, d->l->arena, row->user_id, &q->person);
    if (row->kind != OUTBOX_ANSWER)
        return;
    message_ask_one(&d->act, row->ticket_id, row->message_id, &q->message);
    message_ask_before(&d->act, row->ticket_id, row->message_id, &q->before);
    message_references_ask(&d->act, row->ticket_id, row->message_id, &q->references);
}

static int show_ticket(struct draft *d, struct err *err)
{
    const struct letter *l = d->l;
    struct arena *a = l->arena;
    if (l->row->ticket_id == 0)
        return department_default(l->db, a, &d->department, err) < 0 ? -1 : 0;
    int rc = ticket_answer(&d->act, &d->asked.ticket, &d->ticket, err);
    if (rc == 1)
        rc = department_by_id(l->db, a, d->ticket.department_id, &d->department, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "its ticket is gone");
    const char *key = ticket_key_make(a, l->tenant, d->ticket.id);
    view_i64(d->view, "number", d->ticket.number);
    view_text(d->view, "subject", d->ticket.subject);
    view_text(d->view, "follow_url",
              tenant_url(a, l->conf, l->tenant, arena_printf(a, "/t/%s", key)));
    view_text(
        d->view, "ticket_url",
        tenant_url(a, l->conf, l->tenant, arena_printf(a, "/tickets/%" PRId64, d->ticket.number)));
    return 0;
}

static int show_person(struct draft *d, struct err *err)
{
    if (d->l->row->user_id == 0)
        return 0;
    int rc = user_answer(&d->asked.person, &d->person, err);
    if (rc == 1)
        view_text(d->view, "name", d->person.name);
    return rc < 0 ? -1 : 0;
}

static void show_notice(struct draft *d, const struct notice *n, struct view *row)
{
    struct arena *a = d->l->arena;
    view_bool(row, "is_assigned", n->event == NOTICE_ASSIGNED);
    view_bool(row, "is_reply", n->event == NOTICE_REPLY);
    view_bool(row, "is_reopened", n->event == NOTICE_REOPENED);
    view_bool(row, "is_department_reopened", n->event == NOTICE_DEPARTMENT_REOPENED);
    view_bool(row, "is_new", n->event == NOTICE_NEW);
    view_i64(row, "number", n->number);
    view_text(row, "subject", n->subject);
    view_text(row, "department", n->department);
    view_text(
        row, "ticket_url",
        tenant_url(a, d->l->conf, d->l->tenant, arena_printf(a, "/tickets/%" PRId64, n->number)));
}

/* The last that happened to a ticket stands for what came before. */
static bool is_last_of_ticket(const struct notice *all, size_t n, size_t i)
{
    for (size_t k = i + 1; k < n; k++)
        if (all[k].ticket_id == all[i].ticket_id)
            return false;
    return true;
}

/* Whoever has lost the access since the mail was queued is not told. */
static int show_notices(struct draft *d, struct err *err)
{
    const struct letter *l = d->l;
    struct viewer reader;
    struct notice *all;
    size_t n;
    int64_t shown = 0;
    int rc = viewer_load(l->db, l->arena, l->row->user_id, &reader, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "its reader is gone");
    struct act act = d->act;
    act.actor = ACTOR_PERSON;
    act.viewer = &reader;
    if (notice_of(&act, str_or(payload_text(l, "notices"), "0"), &all, &n, err) < 0)
        return -1;
    d->locale = str_or(reader.locale, l->tenant->locale);
    view_text(d->view, "locale", d->locale);
    struct view_list *rows = view_list(d->view, "notices");
    for (size_t i = 0; i < n; i++)
        if (is_last_of_ticket(all, n, i)) {
            show_notice(d, &all[i], view_row(rows));
            shown++;
        }
    view_i64(d->view, "notices_n", shown);
    view_bool(d->view, "is_one", shown == 1);
    view_text(d->view, "profile_url", tenant_url(l->arena, l->conf, l->tenant, "/profile"));
    return shown > 0 ? 0 : err_set(err, ERR_NOT_FOUND, "its reader may see nothing of it any more");
}

static const char *quoted(struct arena *a, const char *text)
{
    struct buf b = buf_make(a, strlen(text) + 64);
    while (*text != '\0') {
        size_t n = strcspn(text, "\n");
        buf_adds(&b, n > 0 ? "> " : ">");
        buf_add(&b, text, n);
        text += n;
        if (*text == '\n')
            text++;
        if (*text != '\0')
            buf_addc(&b, '\n');
    }
    return buf_str(&b);
}

static void show_quote(struct draft *d, const struct message *m)
{
    struct arena *a = d->l->arena;
    size_t n = m->quote_at >= 0 ? (size_t)m->quote_at : strlen(m->body);
    const char *text = str_trim(a, arena_strndup(a, m->body, n < QUOTE_MAX ? n : QUOTE_MAX));
    if (*text == '\0')
        return;
    view_bool(d->view, "has_quote", true);
    view_text(d->view, "quote_from", str_or(m->from_name, m->from_email));
    view_text(d->view, "quote_text_time", clock_rfc5322(a, m->created_at));
    view_text(d->view, "quote_text", quoted(a, text));
    view_html(d->view, "quote_html", html_from_text(a, text, strlen(text)));
}

/* What the answer answers: the customer's last message before it. Where several customers' tickets
 * are one now, only what one of its recipients wrote. */
static int read_previous(struct draft *d, const struct message *answer, struct message **out,
                         size_t *n, struct err *err)
{
    struct message *all;
    if (d->ticket.merged_n == 0)
        return message_answer(&d->act, &d->asked.before, out, n, err);
    if (message_all(&d->act, d->ticket.id, false, &all, n, err) < 0)
        return -1;
    for (size_t i = *n; i-- > 0;) {
        if (all[i].id >= answer->id || all[i].kind != MESSAGE_CUSTOMER ||
            !message_is_to(d->l->arena, answer, all[i].from_email))
            continue;
        *out = &all[i];
        *n = 1;
        return 0;
    }
    *n = 0;
    return 0;
}

static int show_previous(struct draft *d, const struct message *answer, struct err *err)
{
    struct message *last;
    size_t n;
    if (read_previous(d, answer, &last, &n, err) < 0)
        return -1;
    if (n > 0) {
        show_quote(d, last);
        d->mail.in_reply_to = last->mail_id;
    }
    return message_references_answer(&d->act, &d->asked.references, &d->mail.references, err);
}

static int attach(struct draft *d, int64_t message_id, struct err *err)
{
    struct arena *a = d->l->arena;
    struct attachment *all;
    size_t n;
    if (attachment_all(&d->act, d->ticket.id, &all, &n, err) < 0)
        return -1;
    struct compose_attachment *out = arena_array(a, n, sizeof(*out));
    for (size_t i = 0; i < n; i++)
        if (all[i].message_id == message_id)
            out[d->mail.attachments_n++] = (struct compose_attachment) {
                all[i].name, all[i].type, attachment_full_path(&d->act, all[i].file),
                all[i].is_inline ? all[i].content_id : NULL
            };
    d->mail.attachments = out;
    return 0;
}

static const char *signature_of(struct draft *d, const struct message *m, struct err *err)
{
    struct user u = d->person;
    const char *own = "";
    if (m->user_id != 0 &&
        (u.id == m->user_id || user_by_id(d->l->db, d->l->arena, m->user_id, &u, err) == 1))
        own = u.signature;
    if (str_is_empty(own) || str_is_empty(d->department.signature))
        return str_is_empty(own) ? d->department.signature : own;
    return arena_printf(d->l->arena, "%s\n%s", own, d->department.signature);
}

static const char *subject_of(struct draft *d)
{
    const char *tag = arena_printf(d->l->arena, "[#%" PRId64 "]", d->ticket.number);
    const char *subject = d->ticket.subject;
    bool is_first = d->ticket.source == SOURCE_AGENT && d->mail.in_reply_to == NULL;
    const char *re = is_first || str_starts_nocase(subject, "re:") ? "" : "Re: ";
    return strstr(subject, tag) != NULL ? arena_printf(d->l->arena, "%s%s", re, subject)
                                        : arena_printf(d->l->arena, "%s%s %s", re, subject, tag);
}

static int write_answer(struct draft *d, struct err *err)
{
    const struct letter *l = d->l;
    struct message *found;
    size_t n;
    if (message_answer(&d->act, &d->asked.message, &found, &n, err) < 0)
        return -1;
    if (n == 0)
        return err_set(err, ERR_NOT_FOUND, "its message is gone");
    const struct message m = *found;
    if (show_previous(d, &m, err) < 0 || attach(d, m.id, err) < 0)
        return -1;
    const char *signature = signature_of(d, &m, err);
    view_text(d->view, "text", m.body);
    view_html(d->view, "text_html", html_from_text(l->arena, m.body, strlen(m.body)));
    if (!str_is_empty(signature)) {
        view_text(d->view, "signature", signature);
        view_html(d->view, "signature_html",
                  html_from_text(l->arena, signature, strlen(signature)));
    }
    d->mail.from = (struct mail_address) { m.from_name,
                                           str_or(d->department.address, l->row->sender) };
    d->mail.to = mail_addresses_parse(l->arena, m.recipients);
    d->mail.cc = mail_addresses_parse(l->arena, m.cc);
    d->mail.subject = subject_of(d);
    d->mail.message_id = m.mail_id;
    d->mail.date_ms = m.created_at;
    return 0;
}

static const char *render(struct draft *d, const char *name, struct err *err)
{
    struct buf out = buf_make(d->l->arena, 4096);
    if (template_render(d->l->templates, name, d->locale, d->view, &out, err) < 0)
        return NULL;
    return buf_str(&out);
}

static int write_automatic(struct draft *d, struct err *err)
{
    const struct letter *l = d->l;
    struct arena *a = l->arena;
    const char *subject = render(d, arena_printf(a, "%s_subject.txt", name_of(l)), err);
    if (subject == NULL)
        return -1;
    struct mail_address *to = arena_zalloc(a, sizeof(*to));
    *to = (struct mail_address) { "", l->row->recipient };
    d->mail.from = (struct mail_address) { l->tenant->title, d->department.address };
    d->mail.to = (struct mail_addresses) { to, 1 };
    d->mail.subject = str_line(a, subject, 200);
    d->mail.message_id = mail_id_make(a, l->tenant, d->ticket.id, l->row->id);
    d->mail.date_ms = l->row->created_at;
    d->mail.is_automatic = true;
    d->mail.is_generated = l->row->kind != OUTBOX_RECEIPT;
    return 0;
}

static int write_body(struct draft *d, struct err *err)
{
    const char *name = name_of(d->l);
    d->mail.text = render(d, arena_printf(d->l->arena, "%s.txt", name), err);
    if (d->mail.text != NULL)
        d->mail.html = render(d, name, err);
    return d->mail.html == NULL ? -1 : 0;
}

int letter_write(const struct letter *l, char **raw, size_t *n, struct err *err)
{
    struct arena *a = l->arena;
    struct draft *d = arena_zalloc(a, sizeof(*d));
    d->l = l;
    d->view = view_new(a);
    d->locale = l->tenant->locale;
    d->act = (struct act) { .db = l->db,
                            .arena = a,
                            .tenant = l->tenant,
                            .data_dir = l->conf->data_dir,
                            .actor = ACTOR_SYSTEM,
                            .now = clock_now_ms() };
    view_text(d->view, "tenant_title", l->tenant->title);
    view_text(d->view, "locale", l->tenant->locale);
    view_text(d->view, "dir", "ltr");
    view_text(d->view, "login_url", tenant_url(a, l->conf, l->tenant, "/login"));
    view_text(d->view, "plugins_url", tenant_url(a, l->conf, l->tenant, "/config/plugins"));
    view_text(d->view, "unassigned_url",
              tenant_url(a, l->conf, l->tenant, "/tickets?view=unassigned"));
    ask(d);
    show_payload(d);
    if (show_ticket(d, err) < 0 || show_person(d, err) < 0)
        return -1;
    if (l->row->kind == OUTBOX_DIGEST && show_notices(d, err) < 0)
        return -1;
    if ((l->row->kind == OUTBOX_ANSWER ? write_answer(d, err) : write_automatic(d, err)) < 0)
        return -1;
    d->mail.reply_to.email = d->ticket.id != 0 && l->row->kind != OUTBOX_NOTICE
                                 ? reply_address_make(a, l->tenant, d->department.address,
                                                      d->ticket.id)
                                 : "";
    d->mail.reply_to.name = "";
    d->mail.loop = loop_mark_make(a, l->tenant);
    if (write_body(d, err) < 0)
        return err_wrap(err, "write a mail");
    return compose_mail(a, &d->mail, raw, n, err);
}
