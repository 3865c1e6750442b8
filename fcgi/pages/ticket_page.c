#include "fcgi/pages/ticket_page.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/str.h"
#include "base/zone.h"
#include "fcgi/app.h"
#include "fcgi/pages/canned_show.h"
#include "fcgi/pages/conversation.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "html/words.h"
#include "notice/notice.h"
#include "plugin/plugins.h"
#include "ticket/desk.h"
#include "ticket/merge.h"
#include "user/department.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <string.h>

#define LONG_WAIT_MS     INT64_C(86400000)
#define CUSTOMER_TICKETS 8

int ticket_of_path(struct request *rq, struct act *act, struct ticket *t, struct err *err)
{
    *act = act_of(rq);
    int rc = ticket_by_number(act, path_i64(rq, "number"), t, err);
    if (rc == 1)
        rc = ticket_shown(act, t, err);
    if (rc == 1)
        return ticket_check_right(act, t, rq->route->needs, err);
    return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such ticket");
}

bool ticket_is_elsewhere(const struct request *rq, const struct ticket *t)
{
    return t->number != path_i64(rq, "number");
}

int ticket_go_there(struct request *rq, const struct ticket *t, const char *what, struct err *err)
{
    struct arena *a = rq->arena;
    const char *path = arena_printf(a, "/tickets/%" PRId64 "%s", t->number, what);
    const char *notice = arena_printf(a, "#%" PRId64 " %s", path_i64(rq, "number"),
                                      _("was merged into this ticket."));
    return response_redirect(rq, path, notice, err);
}

static void show_rights(struct view *v, const struct viewer *who, const struct ticket *t,
                        const struct ticket_page *p)
{
    enum folder f = status_folder(t->status);
    bool is_live = f >= FOLDER_OPEN && f <= FOLDER_POSTPONED;
    bool is_resolved = t->status == STATUS_RESOLVED, is_here = is_live || is_resolved;
    int64_t d = t->department_id;
    bool answers = viewer_may_in(who, CAP_TICKET_ANSWER, d);
    bool settles = viewer_may_in(who, CAP_TICKET_STATUS, d);
    bool assigns = viewer_may_in(who, CAP_TICKET_ASSIGN, d);
    bool spams = viewer_may_in(who, CAP_TICKET_SPAM, d);
    bool deletes = viewer_may_in(who, CAP_TICKET_DELETE, d);
    bool notes = viewer_may_in(who, CAP_TICKET_NOTE, d);
    bool merges = viewer_may_in(who, CAP_TICKET_MERGE, d);
    view_bool(v, "can_answer", answers && is_here);
    view_bool(v, "can_note", notes);
    view_bool(v, "shows_composer",
              notes || (answers && is_here) || p->error != NULL || p->conflict_name != NULL);
    view_bool(v, "can_take", assigns && is_live && t->agent_id != who->user_id);
    view_bool(v, "can_release", assigns && is_live && t->agent_id != 0);
    view_bool(v, "can_transfer",
              (assigns || viewer_may_in(who, CAP_TICKET_TRANSFER, d)) && is_here);
    view_bool(v, "can_settle", settles);
    view_bool(v, "can_resolve", settles && is_live);
    view_bool(v, "can_reopen",
              settles && (is_resolved || t->status == STATUS_ANSWERED || f == FOLDER_POSTPONED));
    view_bool(v, "can_postpone", settles && is_live);
    view_bool(v, "can_mark_answered", settles && f == FOLDER_OPEN);
    view_bool(v, "can_merge", merges && is_here);
    view_bool(v, "can_split", merges && is_here && t->messages > 1);
    view_bool(v, "can_spam", spams && is_here);
    view_bool(v, "can_notspam", spams && t->status == STATUS_SPAM);
    view_bool(v, "can_delete", deletes && t->status != STATUS_DELETED);
    view_bool(v, "can_restore", deletes && t->status == STATUS_DELETED);
}

static void show_facts(struct view *v, const struct viewer *who, const struct ticket *t,
                       int64_t now)
{
    struct arena *a = view_arena(v);
    bool is_waiting = status_folder(t->status) == FOLDER_OPEN && t->waiting_since != 0;
    view_i64(v, "number", t->number);
    view_i64(v, "version", t->version);
    view_text(v, "subject", str_or(t->subject, _("(no subject)")));
    show_state(v, t->status);
    view_text(v, "department_name", t->department_name);
    view_bool(v, "has_agent", t->agent_id != 0);
    view_bool(v, "is_mine", t->agent_id == who->user_id);
    view_text(v, "agent_name", t->agent_id != 0 ? t->agent_name : NULL);
    view_text(v, "agent_initials", initials(a, t->agent_name));
    view_i64(v, "agent_color", color_of(t->agent_id));
    show_time(v, "created_iso", "created_text", t->created_at);
    view_bool(v, "source_is_mail", t->source == SOURCE_MAIL);
    view_bool(v, "source_is_form", t->source == SOURCE_FORM);
    view_bool(v, "source_is_agent", t->source == SOURCE_AGENT);
    view_bool(v, "is_waiting", is_waiting);
    view_bool(v, "is_waiting_long", is_waiting && now - t->waiting_since > LONG_WAIT_MS);
    if (is_waiting) {
        view_text(v, "waiting_iso", clock_iso(a, t->waiting_since));
        view_text(v, "waiting_text", age_text(a, t->waiting_since, now));
    }
    if (t->wake_at != 0)
        show_time(v, "wake_iso", "wake_text", t->wake_at);
    view_text(v, "customer_name", str_is_empty(t->contact_name) ? NULL : t->contact_name);
    view_text(v, "customer_email", t->contact_email);
    view_text(v, "customer_initials", initials(a, str_or(t->contact_name, t->contact_email)));
    view_i64(v, "customer_color", color_of_text(t->contact_email));
    view_text(v, "print_href", arena_printf(a, "/tickets/%" PRId64 "/print", t->number));
    view_text(v, "back_href", "/tickets");
}

static void show_customer(struct view *v, const struct dossier *d)
{
    view_i64(v, "customer_tickets_n", (int64_t)d->others_n);
    struct view_list *list = view_list(v, "customer_tickets");
    for (size_t i = 0; i < d->others_n && i < CUSTOMER_TICKETS; i++) {
        struct view *row = view_row(list);
        view_i64(row, "other_number", d->others[i].number);
        view_text(row, "other_subject", str_or(d->others[i].subject, _("(no subject)")));
        show_time(row, "other_iso", "other_text", d->others[i].created_at);
        show_state(row, d->others[i].status);
    }
    if (d->follows_number != 0) /* the closed ticket that this one continues */
        view_i64(v, "follows_number", d->follows_number);
}

static void show_merged(struct view *v, const struct viewer *who, const struct ticket *t,
                        const struct dossier *d)
{
    struct view_list *list = view_list(v, "merged");
    bool may_here = viewer_may_in(who, CAP_TICKET_MERGE, t->department_id);
    for (size_t i = 0; i < d->merged_n; i++) {
        const struct dossier_merged *m = &d->merged[i];
        struct view *row = view_row(list);
        view_i64(row, "merged_number", m->number);
        view_text(row, "merged_subject", str_or(m->subject, _("(no subject)")));
        view_text(row, "merged_customer", str_or(m->contact_name, m->contact_email));
        view_bool(row, "can_unmerge",
                  may_here && viewer_may_in(who, CAP_TICKET_MERGE, m->department_id));
    }
}

static void add_choice(struct view_list *list, const char *flag, struct tm when)
{
    static const char *const flags[] = { "is_later_today", "is_tomorrow", "is_next_week",
                                         "is_next_month" };
    struct view *row = view_row(list);
    int64_t ms = zone_instant(when);
    struct tm tm = zone_local(ms);
    for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
        view_bool(row, flags[i], strcmp(flags[i], flag) == 0);
    view_text(row, "until",
              arena_printf(view_arena(row), "%04d-%02d-%02dT%02d:%02d", tm.tm_year + 1900,
                           tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min));
    show_time(row, "until_iso", "until_text", ms);
}

static void show_postpone(struct view *v, int64_t now)
{
    struct view_list *list = view_list(v, "postpone_choices");
    struct tm local = zone_local(now), when = local;
    view_text(v, "postpone_min",
              arena_printf(view_arena(v), "%04d-%02d-%02dT%02d:%02d", local.tm_year + 1900,
                           local.tm_mon + 1, local.tm_mday, local.tm_hour, local.tm_min));
    when.tm_min = when.tm_sec = 0;
    when.tm_hour += 3;
    if (when.tm_hour < 22)
        add_choice(list, "is_later_today", when);
    when = local;
    when.tm_min = when.tm_sec = 0;
    when.tm_hour = 9;
    when.tm_mday++;
    add_choice(list, "is_tomorrow", when);
    when.tm_mday = local.tm_mday + (local.tm_wday == 0 ? 1 : 8 - local.tm_wday);
    add_choice(list, "is_next_week", when);
    when.tm_mday = 1;
    when.tm_mon++;
    add_choice(list, "is_next_month", when);
}

static const char *joined(struct arena *a, const char **list, const char *except)
{
    struct buf b = buf_make(a, 0);
    for (; *list != NULL; list++) {
        if (str_is_nocase(*list, except))
            continue;
        buf_printf(&b, "%s%s", b.len > 0 ? ", " : "", *list);
    }
    return buf_str(&b);
}

static void show_writing(struct request *rq, struct view *v, const struct ticket *t,
                         const char **others, const struct ticket_page *p)
{
    view_text(v, "reply_to",
              p->draft != NULL ? str_or(form_text(rq, "to"), t->contact_email) : t->contact_email);
    view_text(v, "reply_cc",
              p->draft != NULL ? form_text(rq, "cc") : joined(rq->arena, others, t->contact_email));
    view_text(v, "signature_text",
              str_is_empty(rq->viewer->signature) ? NULL : rq->viewer->signature);
    view_text(v, "draft_text", str_or(p->draft, p->canned));
    view_text(v, "note_text", p->note);
    view_bool(v, "is_note_tab", p->note != NULL);
    view_text(v, "error", p->error);
    view_text(v, "error_to", p->error_to);
    view_text(v, "error_cc", p->error_cc);
    show_upload_limit(v, rq);
}

static void show_conflict(struct view *v, const struct conversation *c, const struct ticket_page *p)
{
    const struct message *last = c->messages_n > 0 ? &c->messages[c->messages_n - 1] : NULL;
    const struct event *event = c->around.events_n > 0 ? &c->around.events[c->around.events_n - 1]
                                                       : NULL;
    if (p->conflict_name == NULL)
        return;
    bool is_message = last != NULL && (event == NULL || last->created_at >= event->at);
    view_bool(v, "has_conflict", true);
    view_text(v, "conflict_name",
              is_message ? str_or(last->from_name, last->from_email)
                         : str_or(p->conflict_name, "deskd"));
    view_bool(v, "conflict_is_answer", is_message);
    if (is_message)
        view_text(v, "conflict_text", str_line(view_arena(v), last->body, 200));
    show_time(v, "conflict_iso", "conflict_text_time",
              is_message      ? last->created_at
              : event != NULL ? event->at
                              : c->act.now);
}

static void show_plugins(struct request *rq, struct view *v, const struct ticket *t)
{
    struct deskd_ticket shown;
    if (rq->plugins == NULL)
        return;
    plugins_show_ticket(t, &shown);
    const struct deskd_place where = { .size = sizeof(where), .ticket = &shown };
    show_slot(rq, v, "plugin_side", "ticket.side", &where);
    show_slot(rq, v, "plugin_head", "ticket.head", &where);
}

int ticket_page_render(struct request *rq, const struct ticket *t, const struct ticket_page *p,
                       struct err *err)
{
    struct view *v = view_new(rq->arena);
    struct conversation c = { .act = act_of(rq), .ticket = t };
    const struct desk *desk = pages_desk(rq, err);
    use_zone(rq);
    if (desk == NULL || conversation_read(&c, desk->roster, err) < 0)
        return -1;
    show_facts(v, rq->viewer, t, c.act.now);
    show_rights(v, rq->viewer, t, p);
    conversation_show(rq, v, &c);
    show_postpone(v, c.act.now);
    show_conflict(v, &c, p);
    show_customer(v, &c.around);
    show_merged(v, rq->viewer, t, &c.around);
    show_writing(rq, v, t, c.around.participants, p);
    show_plugins(rq, v, t);
    return response_render(rq, p->status, "tickets/show", v, err);
}

/* Who looks at the ticket knows. A page is shown all the same where that cannot be written. */
static void read_notices(struct request *rq, const struct ticket *t)
{
    struct err err = ERR_INIT;
    if (rq->viewer->unread == 0)
        return;
    int64_t n = notice_read_ticket(rq->db, rq->viewer->user_id, t->id, &err);
    if (n < 0)
        log_warn(&rq->log, "notices.not_read", LOG_STR("error", err.msg));
    if (n <= 0)
        return;
    struct viewer *reader = arena_memdup(rq->arena, rq->viewer, sizeof(*reader));
    reader->unread = n < reader->unread ? reader->unread - n : 0;
    rq->viewer = reader; /* the bell of this page knows too */
}

static int ticket_show(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket t;
    if (ticket_of_path(rq, &act, &t, err) < 0 || ticket_watch_may(&act, &t, ACTION_OPEN, err) < 0)
        return -1;
    if (ticket_is_elsewhere(rq, &t))
        return ticket_go_there(rq, &t, "", err);
    read_notices(rq, &t);
    struct ticket_page page = { .status = 200 };
    int64_t canned = form_i64(rq, "canned", 0);
    if (canned != 0 && canned_chosen(rq, &t, canned, &page.canned, err) < 0)
        return -1;
    return ticket_page_render(rq, &t, &page, err);
}

static int ticket_print(struct request *rq, struct err *err)
{
    struct conversation c = { .ticket = NULL };
    struct ticket t;
    struct view *v = view_new(rq->arena);
    if (ticket_of_path(rq, &c.act, &t, err) < 0)
        return -1;
    if (ticket_is_elsewhere(rq, &t))
        return ticket_go_there(rq, &t, "/print", err);
    c.ticket = &t;
    use_zone(rq);
    if (conversation_read(&c, NULL, err) < 0)
        return -1;
    show_facts(v, rq->viewer, &t, c.act.now);
    show_time(v, "printed_iso", "printed_text", c.act.now);
    struct view_list *list = view_list(v, "messages");
    for (size_t i = 0; i < c.messages_n; i++) {
        const struct message *m = &c.messages[i];
        struct view *row = view_row(list);
        view_bool(row, "is_note", m->kind == MESSAGE_NOTE);
        conversation_origin(row, &c, m);
        view_text(row, "from_name", str_or(m->from_name, m->from_email));
        show_time(row, "at_iso", "at_text", m->created_at);
        view_html(row, "text_html", html_from_text(rq->arena, m->body, strlen(m->body)));
        conversation_files(row, &c, m->id, "/files/");
    }
    return response_render(rq, 200, "tickets/print", v, err);
}

static const struct field show_form[] = { FIELD_I64("images", OPTIONAL, 1, INT64_MAX),
                                          FIELD_I64("canned", OPTIONAL, 1, INT64_MAX),
                                          FIELD_BOOL("all"), FIELD_END };

const struct route ticket_routes[] = {
    { GET, "/tickets/{number}", CAP_TICKET_READ, show_form, ticket_show, ROUTE_DESK },
    { GET, "/tickets/{number}/print", CAP_TICKET_READ, NULL, ticket_print, 0 },
    ROUTE_END,
};
