/* fcgi/pages/ticket_file_page.c - attachments, mail bodies in their frame, raw messages */
#include "base/arena.h"
#include "base/clock.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/pages/pages.h"
#include "fcgi/pages/show.h"
#include "fcgi/pages/ticket_page.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/safe_html.h"
#include "html/view.h"
#include "intake/spool.h"
#include "mail/mail.h"
#include "tenant/tenant.h"
#include "ticket/attachment.h"
#include "ticket/merge.h"
#include "ticket/message.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <string.h>

#define RAW_SHOWN ((size_t)256 * 1024)

static int file_of(struct request *rq, struct act *act, struct attachment *f, struct err *err)
{
    struct ticket t;
    int64_t ticket_id = 0;
    *act = act_of(rq);
    int rc = attachment_ticket(act, path_i64(rq, "id"), &ticket_id, err);
    if (rc == 1)
        rc = ticket_showing(act, ticket_id, &t, err);
    if (rc == 1)
        rc = attachment_by_id(act, t.id, path_i64(rq, "id"), f, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such file");
}

static int file_get(struct request *rq, struct err *err)
{
    struct act act;
    struct attachment f;
    if (file_of(rq, &act, &f, err) < 0)
        return -1;
    return response_file(rq, attachment_path(&act, f.file), f.name, f.type, f.is_inline, err);
}

static int message_of_path(struct request *rq, struct act *act, struct ticket *t, struct message *m,
                           struct err *err)
{
    if (ticket_of_path(rq, act, t, err) < 0)
        return -1;
    int rc = message_by_id(act, t->id, path_i64(rq, "id"), m, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such message");
}

static int with_images(struct act *act, const struct message *m, struct safe_html *html,
                       struct err *err)
{
    struct inline_files in = { .prefix = "/files/" };
    struct sanitise_options options = { .cid = inline_file_address,
                                        .cid_data = &in,
                                        .allow_remote_images = 1 };
    if (attachment_all(act, m->ticket_id, &in.files, &in.n, err) < 0)
        return -1;
    *html = html_sanitise(act->arena, m->html, strlen(m->html), &options, NULL);
    return 0;
}

static int frame(struct request *rq, struct err *err)
{
    struct act act;
    struct ticket t;
    struct message m;
    int images = form_bool(rq, "images");
    if (message_of_path(rq, &act, &t, &m, err) < 0)
        return -1;
    if (m.html == NULL)
        return err_set(err, ERR_NOT_FOUND, "this message has no HTML");
    struct safe_html html = { m.html, strlen(m.html) };
    if (images && m.has_remote_images && with_images(&act, &m, &html, err) < 0)
        return -1;
    return show_frame(rq, str_or(m.from_name, m.from_email), html.p, html.n, images, err);
}

/* The raw mail that a message came in: 0, ERR_NOT_FOUND. */
static int raw_of_path(struct request *rq, struct ticket *t, struct message *m, const char **raw,
                       size_t *n, struct err *err)
{
    struct act act;
    struct envelope e;
    if (message_of_path(rq, &act, t, m, err) < 0)
        return -1;
    if (m->mail_in_id == 0)
        return err_set(err, ERR_NOT_FOUND, "this message did not come by mail");
    int rc = raw_read(rq->arena, act.data_dir, rq->tenant->id, m->mail_in_id, &e, raw, n, err);
    return rc == 1 ? 0 : rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "the raw message is gone");
}

/* Headers as rows, unfolded and decoded. */
static void show_headers(struct view *v, const char *raw, size_t n)
{
    struct arena *a = view_arena(v);
    struct view_list *list = view_list(v, "headers");
    struct mail_header_row *rows;
    size_t count = mail_headers(a, raw, n, &rows);
    for (size_t i = 0; i < count; i++) {
        struct view *row = view_row(list);
        view_text(row, "name", rows[i].name);
        view_text(row, "value", rows[i].value);
    }
}

static int raw_page(struct request *rq, struct err *err)
{
    struct ticket t;
    struct message m;
    const char *raw;
    size_t n;
    if (raw_of_path(rq, &t, &m, &raw, &n, err) < 0)
        return -1;
    struct view *v = view_new(rq->arena);
    use_zone(rq);
    view_i64(v, "number", t.number);
    view_text(v, "subject", t.subject);
    view_text(v, "message_id", m.mail_id);
    view_text(v, "from_name", str_or(m.from_name, m.from_email));
    show_time(v, "at_iso", "at_text", m.created_at);
    view_text(v, "size_text", size_text(rq->arena, (int64_t)n));
    show_headers(v, raw, n);
    view_text(v, "raw_text", str_utf8(rq->arena, raw, n < RAW_SHOWN ? n : RAW_SHOWN));
    view_bool(v, "is_cut", n > RAW_SHOWN);
    view_text(
        v, "download_href",
        arena_printf(rq->arena, "/tickets/%" PRId64 "/messages/%" PRId64 "/eml", t.number, m.id));
    return response_render(rq, 200, "tickets/raw", v, err);
}

static int raw_download(struct request *rq, struct err *err)
{
    struct ticket t;
    struct message m;
    const char *raw;
    size_t n;
    if (raw_of_path(rq, &t, &m, &raw, &n, err) < 0)
        return -1;
    response_header(
        rq, "Content-Disposition",
        arena_printf(rq->arena, "attachment; filename=\"ticket-%" PRId64 ".eml\"", t.number));
    return response_text(rq, 200, "application/octet-stream", raw, n, err);
}

static const struct field frame_form[] = { FIELD_BOOL("images"), FIELD_END };

const struct route ticket_file_routes[] = {
    { GET, "/files/{id}", CAP_TICKET_READ, NULL, file_get, 0 },
    { GET, "/tickets/{number}/messages/{id}/frame", CAP_TICKET_READ, frame_form, frame, 0 },
    { GET, "/tickets/{number}/messages/{id}/raw", CAP_TICKET_RAW, NULL, raw_page, 0 },
    { GET, "/tickets/{number}/messages/{id}/eml", CAP_TICKET_RAW, NULL, raw_download, 0 },
    ROUTE_END,
};
