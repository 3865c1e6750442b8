#include "cli/ticket_show.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "cli/print.h"
#include "ticket/attachment.h"
#include "ticket/event.h"
#include "ticket/message.h"
#include "ticket/ticket.h"

#include <glib.h>
#include <inttypes.h>

#define FILE_MAX ((size_t)1024 * 1024 * 1024)

static const char *kind_name(enum message_kind kind)
{
    static const char *const names[] = { "", "customer", "answer", "note", "machine", "receipt" };
    return (size_t)kind < sizeof(names) / sizeof(names[0]) ? names[kind] : "";
}

static const char *delivery_name(enum delivery d)
{
    static const char *const names[] = { NULL, "queued", "sending", "sent", "deferred", "failed" };
    return (size_t)d < sizeof(names) / sizeof(names[0]) ? names[d] : NULL;
}

static const char *actor_name(enum actor actor)
{
    return actor == ACTOR_PERSON ? "person" : actor == ACTOR_CUSTOMER ? "customer" : "system";
}

static const char *source_name(enum ticket_source source)
{
    return source == SOURCE_MAIL ? "mail" : source == SOURCE_FORM ? "form" : "agent";
}

/* MD5 is what other systems' exports name files by; computed from the file, it proves that the file
 * can be read. NULL where it cannot. */
static const char *md5_of(struct act *act, const struct attachment *f)
{
    struct err ignored = ERR_INIT;
    struct arena *a = arena_new(0);
    char *data;
    size_t n;
    const char *out = NULL;
    if (a == NULL)
        return NULL;
    if (file_read(a, attachment_full_path(act, f->file), FILE_MAX, &data, &n, &ignored) == 0) {
        gchar *sum = g_compute_checksum_for_data(G_CHECKSUM_MD5, (const guchar *)data, n);
        out = arena_strdup(act->arena, sum);
        g_free(sum);
    }
    arena_free(&a);
    return out;
}

static void write_attachment(struct json_writer *w, struct act *act, const struct attachment *f)
{
    struct arena *a = act->arena;
    jw_object(w, NULL);
    print_id(w, a, "id", f->id);
    jw_str(w, "name", f->name);
    jw_str(w, "type", f->type);
    jw_i64(w, "size", f->size);
    jw_bool(w, "inline", f->is_inline);
    jw_str(w, "content_id", f->content_id);
    jw_str(w, "sha256", crypto_hex(a, f->sha256, CRYPTO_HASH));
    jw_str(w, "md5", md5_of(act, f));
    jw_end_object(w);
}

static void write_message(struct json_writer *w, struct act *act, const struct message *m,
                          const struct attachment *files, size_t n)
{
    struct arena *a = act->arena;
    jw_object(w, NULL);
    print_id(w, a, "id", m->id);
    jw_str(w, "kind", kind_name(m->kind));
    jw_bool(w, "public", message_is_public(m->kind));
    jw_str(w, "subject", m->subject);
    jw_str(w, "from", print_mailbox(a, m->from_name, m->from_email));
    jw_str(w, "from_name", m->from_name);
    jw_str(w, "from_email", m->from_email);
    jw_str(w, "to", m->recipients);
    jw_str(w, "cc", m->cc);
    jw_str(w, "text", m->body);
    jw_str(w, "html", m->html);
    jw_i64(w, "quote_at", m->quote_at);
    jw_str(w, "message_id", m->mail_id);
    print_id(w, a, "mail_in", m->mail_in_id);
    print_time(w, a, "created_at", m->created_at);
    jw_str(w, "delivery", delivery_name(m->delivery));
    jw_str(w, "delivery_text", m->delivery_text);
    jw_array(w, "attachments");
    for (size_t i = 0; i < n; i++)
        if (files[i].message_id == m->id)
            write_attachment(w, act, &files[i]);
    jw_end_array(w);
    jw_end_object(w);
}

static int write_messages(struct json_writer *w, struct act *act, int64_t ticket_id,
                          struct err *err)
{
    struct message *messages;
    struct attachment *files;
    size_t n, files_n;
    if (message_all(act, ticket_id, true, &messages, &n, err) < 0 ||
        attachment_all(act, ticket_id, &files, &files_n, err) < 0)
        return -1;
    jw_array(w, "messages");
    for (size_t i = 0; i < n; i++)
        write_message(w, act, &messages[i], files, files_n);
    jw_end_array(w);
    return 0;
}

static int write_timeline(struct json_writer *w, struct act *act, int64_t ticket_id,
                          struct err *err)
{
    struct event *events;
    size_t n;
    if (event_all(act, ticket_id, &events, &n, err) < 0)
        return -1;
    jw_array(w, "timeline");
    for (size_t i = 0; i < n; i++) {
        const struct event *e = &events[i];
        jw_object(w, NULL);
        print_time(w, act->arena, "at", e->at);
        jw_str(w, "kind", e->kind);
        jw_str(w, "actor", actor_name(e->actor));
        jw_str(w, "person", e->actor == ACTOR_PERSON ? e->user_name : NULL);
        jw_str(w, "old", e->old_value);
        jw_str(w, "new", e->new_value);
        jw_str(w, "reason", e->reason);
        jw_end_object(w);
    }
    jw_end_array(w);
    return 0;
}

static int write_participants(struct json_writer *w, struct act *act, int64_t ticket_id,
                              struct err *err)
{
    const char **all;
    if (participant_all(act, ticket_id, &all, err) < 0)
        return -1;
    jw_array(w, "participants");
    for (; *all != NULL; all++)
        jw_str(w, NULL, *all);
    jw_end_array(w);
    return 0;
}

static int write_follows(struct json_writer *w, struct act *act, const struct ticket *t,
                         struct err *err)
{
    struct ticket old = { .number = 0 };
    if (t->follows_id != 0 && ticket_by_id(act, t->follows_id, &old, err) < 0)
        return -1;
    print_number(w, "follows", old.number);
    return 0;
}

static void write_ticket(struct json_writer *w, struct arena *a, const struct ticket *t)
{
    print_id(w, a, "id", t->id);
    jw_i64(w, "number", t->number);
    jw_str(w, "subject", t->subject);
    jw_str(w, "status", status_name(t->status));
    jw_str(w, "status_code", (char[]) { (char)t->status, '\0' });
    jw_str(w, "source", source_name(t->source));
    jw_str(w, "department", t->department_name);
    jw_str(w, "agent", t->agent_id != 0 ? t->agent_name : NULL);
    jw_object(w, "contact");
    jw_str(w, "name", t->contact_name);
    jw_str(w, "email", t->contact_email);
    jw_end_object(w);
    print_time(w, a, "created_at", t->created_at);
    print_time(w, a, "activity_at", t->activity_at);
    print_time(w, a, "waiting_since", t->waiting_since);
    print_time(w, a, "answered_at", t->answered_at);
    print_time(w, a, "resolved_at", t->resolved_at);
    print_time(w, a, "wake_at", t->wake_at);
    jw_i64(w, "version", t->version);
}

int ticket_show_json(struct act *act, const struct ticket *t, struct buf *out, struct err *err)
{
    struct json_writer w = json_writer(out);
    jw_object(&w, NULL);
    write_ticket(&w, act->arena, t);
    if (write_follows(&w, act, t, err) < 0 || write_participants(&w, act, t->id, err) < 0 ||
        write_messages(&w, act, t->id, err) < 0 || write_timeline(&w, act, t->id, err) < 0)
        return -1;
    jw_end_object(&w);
    return 0;
}

int ticket_show_text(struct act *act, const struct ticket *t, struct buf *out, struct err *err)
{
    struct arena *a = act->arena;
    struct message *m;
    size_t n;
    if (message_all(act, t->id, false, &m, &n, err) < 0)
        return -1;
    buf_printf(out, "#%" PRId64 " %s\n%s, %s, %s\nfrom %s\n", t->number, t->subject,
               status_name(t->status), t->department_name, str_or(t->agent_name, "nobody"),
               print_mailbox(a, t->contact_name, t->contact_email));
    for (size_t i = 0; i < n; i++)
        buf_printf(out, "\n--- %s %s %s\n%s\n", clock_iso(a, m[i].created_at), kind_name(m[i].kind),
                   print_mailbox(a, m[i].from_name, m[i].from_email), m[i].body);
    return 0;
}
