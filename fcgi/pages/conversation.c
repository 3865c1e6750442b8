#include "fcgi/pages/conversation.h"

#include "automation/engine.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "html/view.h"
#include "html/words.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define EXPANDED_AT_LEAST 1
#define SHOWN_MAX         40 /* messages, unless all are asked for */
#define PREVIEW_POINTS    120
#define TEXT_MAX          ((size_t)200 * 1024)

int conversation_read(struct conversation *c, const struct roster *names, struct err *err)
{
    struct db_later *later = arena_array(c->act.arena, 2, sizeof(*later));
    message_ask(&c->act, c->ticket, &later[0]);
    dossier_ask(&c->act, c->ticket, &later[1]);
    if (message_answer(&c->act, &later[0], &c->messages, &c->messages_n, err) < 0)
        return -1;
    return dossier_answer(&c->act, &later[1], names, &c->around, err);
}

void conversation_files(struct view *row, const struct conversation *c, int64_t message_id,
                        const char *prefix)
{
    struct view_list *list = view_list(row, "attachments");
    bool has = false;
    for (size_t i = 0; i < c->around.files_n; i++) {
        if (c->around.files[i].message_id != message_id || c->around.files[i].is_inline)
            continue;
        show_attachment(view_row(list), &c->around.files[i], prefix);
        has = true;
    }
    view_bool(row, "has_attachments", has);
}

void conversation_origin(struct view *row, const struct conversation *c, const struct message *m)
{
    const struct dossier_merged *from = dossier_merged_of(&c->around, m->ticket_id);
    view_text(row, "origin_number",
              from == NULL ? NULL : arena_printf(view_arena(row), "%" PRId64, from->number));
}

/* Where the text ends and its quoted end begins, without the blank lines between them. */
static size_t text_end(const struct message *m, size_t end)
{
    while (end > 0 && strchr(" \t\r\n", m->body[end - 1]))
        end--;
    return end;
}

void conversation_text(struct view *row, const struct message *m, size_t max)
{
    struct arena *a = view_arena(row);
    size_t n = strlen(m->body),
           end = m->quote_at >= 0 && (size_t)m->quote_at < n ? (size_t)m->quote_at : n;
    bool is_cut = n > max;
    if (end > max)
        end = max;
    view_html(row, "text_html", html_from_text(a, m->body, text_end(m, end)));
    view_bool(row, "is_cut", is_cut);
    if (end < n && !is_cut)
        view_html(row, "quoted_html", html_from_text(a, m->body + end, n - end));
    else
        view_text(row, "quoted_html", NULL);
}

static void show_delivery(struct view *row, const struct message *m)
{
    view_bool(row, "is_queued", m->delivery == DELIVERY_QUEUED || m->delivery == DELIVERY_SENDING);
    view_bool(row, "is_sending_deferred", m->delivery == DELIVERY_DEFERRED);
    view_bool(row, "is_sent", m->delivery == DELIVERY_SENT);
    view_bool(row, "is_failed", m->delivery == DELIVERY_FAILED);
    view_text(row, "smtp_text", str_is_empty(m->delivery_text) ? NULL : m->delivery_text);
    if (m->delivery == DELIVERY_SENT)
        show_time(row, "delivered_iso", "delivered_text", m->delivered_at);
    if (m->delivery == DELIVERY_DEFERRED)
        show_time(row, "retry_iso", "retry_text", m->delivered_at);
}

static void show_who(struct view *row, const struct message *m)
{
    struct arena *a = view_arena(row);
    const char *name = str_or(m->from_name, m->from_email);
    view_text(row, "from_name", str_or(name, "?"));
    view_text(row, "from_address", str_is_empty(m->from_email) ? NULL : m->from_email);
    view_text(row, "from_initials", initials(a, name));
    view_i64(row, "from_color",
             m->user_id != 0 ? color_of(m->user_id) : color_of_text(m->from_email));
    view_text(row, "to_text", str_is_empty(m->recipients) ? NULL : m->recipients);
    view_text(row, "cc_text", str_is_empty(m->cc) ? NULL : m->cc);
    show_time(row, "at_iso", "at_text", m->created_at);
}

static void show_message(struct request *rq, struct view *row, const struct conversation *c,
                         const struct message *m, bool is_expanded)
{
    struct arena *a = rq->arena;
    size_t end = m->quote_at >= 0 ? (size_t)m->quote_at : strlen(m->body);
    view_bool(row, "is_message", true);
    view_bool(row, "is_event", false);
    view_i64(row, "id", m->id);
    view_bool(row, "is_customer", m->kind == MESSAGE_CUSTOMER);
    view_bool(row, "is_agent", m->kind == MESSAGE_ANSWER);
    view_bool(row, "is_note", m->kind == MESSAGE_NOTE);
    view_bool(row, "is_machine", m->kind == MESSAGE_MACHINE || m->kind == MESSAGE_RECEIPT);
    view_bool(row, "is_expanded", is_expanded);
    show_who(row, m);
    conversation_origin(row, c, m);
    view_text(row, "preview", str_line(a, arena_strndup(a, m->body, end), PREVIEW_POINTS));
    view_bool(row, "is_html", m->has_html);
    if (m->has_html)
        view_bool(row, "is_cut", false);
    else
        conversation_text(row, m, TEXT_MAX);
    view_bool(row, "has_remote_images", m->has_remote_images);
    view_bool(row, "shows_images", form_i64(rq, "images", 0) == m->id);
    conversation_files(row, c, m->id, "/files/");
    view_bool(row, "has_raw",
              m->mail_in_id != 0 &&
                  viewer_may_in(rq->viewer, CAP_TICKET_RAW, c->ticket->department_id));
    view_text(row, "message_id", m->mail_id);
    view_text(row, "thread_reason",
              str_is_empty(m->thread_reason) ? NULL : words_get_reason(a, m->thread_reason));
    show_delivery(row, m);
}

/* --- events --- */

/* Exactly one on_... is true; a line that says nothing new is not shown. */
static const char *status_line(const struct event *e)
{
    char from = e->old_value[0], to = e->new_value[0];
    if (str_is(e->reason, "answer") && to != STATUS_RESOLVED)
        return NULL;
    if (str_is(e->reason, "message") && from != STATUS_RESOLVED && from != STATUS_POSTPONED)
        return NULL;
    switch (to) {
    case STATUS_RESOLVED:
        return from == STATUS_DELETED ? "on_restored"
               : from == STATUS_SPAM  ? "on_notspam"
                                      : "on_resolved";
    case STATUS_POSTPONED:
        return from == STATUS_DELETED ? "on_restored"
               : from == STATUS_SPAM  ? "on_notspam"
                                      : "on_postponed";
    case STATUS_ANSWERED:
        return from == STATUS_DELETED ? "on_restored"
               : from == STATUS_SPAM  ? "on_notspam"
                                      : "on_marked_answered";
    case STATUS_CLOSED:
        return from == STATUS_DELETED ? "on_restored" : "on_closed";
    case STATUS_SPAM:
        return from == STATUS_DELETED ? "on_restored" : "on_spam";
    case STATUS_DELETED:
        return "on_deleted";
    default:
        return from == STATUS_DELETED                                 ? "on_restored"
               : from == STATUS_SPAM                                  ? "on_notspam"
               : from == STATUS_POSTPONED && e->actor == ACTOR_SYSTEM ? "on_woken"
                                                                      : "on_reopened";
    }
}

static const char *line_of(const struct event *e)
{
    if (str_is(e->kind, "created"))
        return "on_created";
    if (str_is(e->kind, "status"))
        return status_line(e);
    if (str_is(e->kind, "assigned"))
        return str_is_empty(e->new_value)           ? "on_released"
               : str_is(e->new_value, e->user_name) ? "on_taken"
                                                    : "on_assigned";
    if (str_is(e->kind, "transferred"))
        return "on_transferred";
    if (str_starts(e->kind, EVENT_OF_PLUGIN))
        return "on_plugin";
    static const char *const others[][2] = {
        { "delivery_failed", "on_failed" },
        { "delivery_delayed", "on_delayed" },
        { "receipt", "on_receipt" },
        { "receipt_limited", "on_limited" },
        { "no_receipt", "on_silent" },
        { "machine", "on_machine" },
        { "loop", "on_loop" },
        { "damaged", "on_damaged" },
        { "rules_cut", "on_cut" },
        { "linked", "on_linked" },
        { "merged", "on_merged" },
        { "merged_into", "on_merged_into" },
        { "unmerged", "on_unmerged" },
        { "unmerged_from", "on_unmerged_from" },
        { "split", "on_split" },
        { "split_from", "on_split_from" },
    };
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        if (str_is(e->kind, others[i][0]))
            return others[i][1];
    return NULL;
}

static const char *actor_name(const struct conversation *c, const struct event *e)
{
    if (e->actor == ACTOR_PERSON)
        return e->user_name;
    if (e->actor == ACTOR_CUSTOMER)
        return str_or(c->ticket->contact_name, c->ticket->contact_email);
    return "deskd";
}

static const char *domain_of(struct arena *a, const struct event *e)
{
    return arena_printf(a, "deskd-%s", e->kind + strlen(EVENT_OF_PLUGIN));
}

/* The text of a plugin's line, in the reader's language, with its values. */
static const char *plugin_text(struct arena *a, const struct event *e)
{
    const char *end = strstr(e->reason, EVENT_REASON);
    size_t n = end == NULL ? strlen(e->reason) : (size_t)(end - e->reason);
    struct buf out = buf_make(a, n + 64);
    const char *text = words_get_of(domain_of(a, e), arena_strndup(a, e->reason, n));
    while (*text != '\0') {
        bool is_old = str_starts(text, "{old}");
        if (!is_old && !str_starts(text, "{new}")) {
            buf_addc(&out, *text++);
            continue;
        }
        buf_adds(&out, is_old ? e->old_value : e->new_value);
        text += strlen("{old}");
    }
    return buf_str(&out);
}

static const char *plugin_reason(struct arena *a, const struct event *e)
{
    const char *reason = strstr(e->reason, EVENT_REASON);
    return reason == NULL ? NULL : words_get_of(domain_of(a, e), reason + strlen(EVENT_REASON));
}

/* Reasons are stored in English, as words that the catalogues know. */
static const char *reason_of(struct arena *a, const struct event *e)
{
    bool is_by_rule = str_starts(e->reason, RULE_REASON);
    if (str_starts(e->kind, EVENT_OF_PLUGIN))
        return plugin_reason(a, e);
    if (str_is_empty(e->reason) || (str_is(e->kind, "status") && !is_by_rule))
        return NULL;
    return words_get_reason(a, e->reason);
}

static bool names_ticket(const struct event *e)
{
    static const char *const kinds[] = { "linked",        "merged", "merged_into", "unmerged",
                                         "unmerged_from", "split",  "split_from" };
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_is(e->kind, kinds[i]))
            return true;
    return false;
}

static void show_values(struct view *row, const struct event *e)
{
    bool moves = str_is(e->kind, "transferred");
    view_text(row, "to_agent", moves || str_is_empty(e->new_value) ? NULL : e->new_value);
    view_text(row, "from_agent", moves || str_is_empty(e->old_value) ? NULL : e->old_value);
    view_text(row, "from_department", moves ? e->old_value : NULL);
    view_text(row, "to_department", moves ? e->new_value : NULL);
    view_text(row, "linked_number", names_ticket(e) ? e->new_value : NULL);
    view_text(row, "until_iso", NULL);
    view_text(row, "until_text", NULL);
    if (str_is(e->kind, "status") && e->new_value[0] == STATUS_POSTPONED &&
        !str_is_empty(e->reason)) {
        view_text(row, "until_iso", e->reason);
        view_text(row, "until_text", iso_text(view_arena(row), e->reason));
    }
}

static bool show_event(struct view_list *items, const struct conversation *c, const struct event *e)
{
    static const char *const lines[] = {
        "on_created",  "on_taken",     "on_assigned",    "on_released", "on_transferred",
        "on_resolved", "on_reopened",  "on_postponed",   "on_woken",    "on_marked_answered",
        "on_spam",     "on_notspam",   "on_deleted",     "on_restored", "on_closed",
        "on_failed",   "on_receipt",   "on_limited",     "on_machine",  "on_loop",
        "on_linked",   "on_delayed",   "on_silent",      "on_damaged",  "on_plugin",
        "on_cut",      "on_merged",    "on_merged_into", "on_unmerged", "on_unmerged_from",
        "on_split",    "on_split_from"
    };
    const char *line = line_of(e);
    if (line == NULL)
        return false;
    struct view *row = view_row(items);
    view_bool(row, "is_message", false);
    view_bool(row, "is_event", true);
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        view_bool(row, lines[i], strcmp(lines[i], line) == 0);
    view_text(row, "actor", actor_name(c, e));
    show_time(row, "at_iso", "at_text", e->at);
    show_values(row, e);
    view_text(row, "reason", reason_of(view_arena(row), e));
    view_text(row, "plugin_text",
              str_is(line, "on_plugin") ? plugin_text(view_arena(row), e) : NULL);
    return true;
}

/* The last customer message and all after it are open, and what the address asks for. */
static size_t first_expanded(const struct conversation *c)
{
    for (size_t i = c->messages_n; i-- > 0;)
        if (c->messages[i].kind == MESSAGE_CUSTOMER)
            return i;
    return c->messages_n > EXPANDED_AT_LEAST ? c->messages_n - EXPANDED_AT_LEAST : 0;
}

static size_t first_shown(struct request *rq, const struct conversation *c, struct view *v)
{
    bool shows_all = form_bool(rq, "all") || c->messages_n <= SHOWN_MAX;
    size_t first = shows_all ? 0 : c->messages_n - SHOWN_MAX;
    view_bool(v, "has_earlier", first > 0);
    view_i64(v, "earlier_n", (int64_t)first);
    return first;
}

/* Of the same instant, what led to a message stands before it, what followed from it behind it. */
static bool comes_before(const struct event *e, const struct message *m)
{
    if (e->at != m->created_at)
        return e->at < m->created_at;
    return str_is(e->kind, "created") || str_is(e->kind, "assigned");
}

void conversation_show(struct request *rq, struct view *v, const struct conversation *c)
{
    struct view_list *items = view_list(v, "items");
    size_t first = first_shown(rq, c, v), expanded = first_expanded(c), e = 0;
    for (size_t i = 0; i < c->messages_n; i++) {
        for (; e < c->around.events_n && comes_before(&c->around.events[e], &c->messages[i]); e++)
            if (i >= first)
                (void)show_event(items, c, &c->around.events[e]);
        if (i >= first)
            show_message(rq, view_row(items), c, &c->messages[i],
                         i >= expanded || form_i64(rq, "images", 0) == c->messages[i].id);
    }
    for (; e < c->around.events_n; e++)
        (void)show_event(items, c, &c->around.events[e]);
    for (e = 0; e < c->around.events_n; e++) {
        const struct event *event = &c->around.events[e];
        if (str_is(event->kind, "hint"))
            view_i64(v, "hint_number", strtoll(event->new_value, NULL, 10));
        if (str_is(event->kind, "created") && event->actor == ACTOR_PERSON)
            view_text(v, "creator_name", event->user_name);
    }
}
