/* modules/mail/compose.c - one outgoing mail, from its fields to its last boundary */
#include "mail/compose.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"
#include "mail/compose_private.h"
#include "mail/mail_private.h"

#include <string.h>

#define ATTACHMENT_MAX ((size_t)100 * 1024 * 1024)
#define REFERENCES_MAX 30 /* the first and the newest ones are kept */
#define ID_MAX         900

struct composer {
    struct arena *a;
    const struct compose *c;
    struct buf *out;
    const char *mark; /* random: no text of ours contains it */
};

/* An address that would break its header is left out. Quoted local parts go as they are. */
static bool is_sendable(const char *email)
{
    if (str_is_empty(email) || strlen(email) > 320 || strchr(email, '@') == NULL)
        return false;
    for (const char *p = email; *p != '\0'; p++)
        if ((unsigned char)*p <= ' ' || *p == 127 || strchr("<>,;()[]\\\"", *p) != NULL)
            return false;
    return str_is_utf8(email, strlen(email));
}

static void add_mailbox(struct buf *out, const struct mail_address *m)
{
    if (str_is_empty(m->name)) {
        buf_adds(out, m->email);
        return;
    }
    compose_phrase(out, m->name);
    buf_printf(out, "\r\n <%s>", m->email);
}

static void address_field(struct buf *out, const char *name, const struct mail_address *items,
                          size_t n)
{
    bool has_any = false;
    for (size_t i = 0; i < n; i++) {
        if (!is_sendable(items[i].email))
            continue;
        buf_adds(out, has_any ? ",\r\n " : name);
        buf_adds(out, has_any ? "" : ": ");
        add_mailbox(out, &items[i]);
        has_any = true;
    }
    if (has_any)
        buf_adds(out, "\r\n");
}

/* An id as it may stand between < and >, or NULL. */
static const char *clean_id(struct arena *a, const char *id)
{
    if (str_is_empty(id) || strlen(id) > ID_MAX)
        return NULL;
    struct buf b = buf_make(a, strlen(id));
    for (; *id != '\0'; id++)
        if ((unsigned char)*id > ' ' && (unsigned char)*id < 127 && *id != '<' && *id != '>')
            buf_addc(&b, *id);
    return b.len > 0 ? b.data : NULL;
}

static void id_field(struct composer *x, const char *name, const char *id)
{
    const char *clean = clean_id(x->a, id);
    if (clean != NULL)
        buf_printf(x->out, "%s:%s<%s>\r\n", name, strlen(clean) > 60 ? "\r\n " : " ", clean);
}

static void references_field(struct composer *x)
{
    const char **ids = x->c->references;
    size_t n = 0;
    while (ids != NULL && ids[n] != NULL)
        n++;
    bool has_any = false;
    for (size_t i = 0; i < n; i++) {
        const char *id = clean_id(x->a, ids[i]);
        if (id == NULL || (i > 0 && n > REFERENCES_MAX && i <= n - REFERENCES_MAX))
            continue;
        buf_printf(x->out, has_any ? "\r\n <%s>" : "References: <%s>", id);
        has_any = true;
    }
    if (has_any)
        buf_adds(x->out, "\r\n");
}

static void automatic_fields(struct composer *x)
{
    if (x->c->is_generated)
        buf_adds(x->out, "Auto-Submitted: auto-generated\r\n");
    else if (x->c->is_automatic)
        buf_adds(x->out, "Auto-Submitted: auto-replied\r\n"
                         "X-Auto-Response-Suppress: All\r\n"
                         "Precedence: bulk\r\n");
    if (!str_is_empty(x->c->loop))
        compose_text_field(x->out, "X-Deskd-Loop", x->c->loop);
}

static void head(struct composer *x)
{
    const struct compose *c = x->c;
    buf_printf(x->out, "Date: %s\r\n", clock_rfc5322(x->a, c->date_ms));
    address_field(x->out, "From", &c->from, 1);
    address_field(x->out, "Reply-To", &c->reply_to, !str_is_empty(c->reply_to.email));
    address_field(x->out, "To", c->to.items, c->to.n);
    address_field(x->out, "Cc", c->cc.items, c->cc.n);
    compose_text_field(x->out, "Subject", c->subject);
    id_field(x, "Message-ID", c->message_id);
    id_field(x, "In-Reply-To", c->in_reply_to);
    references_field(x);
    automatic_fields(x);
    buf_adds(x->out, "MIME-Version: 1.0\r\n");
}

/* Base64 where most letters are not ASCII: shorter, and no program reads it wrong. */
static void text_part(struct composer *x, const char *type, const char *text)
{
    char *clean = str_utf8(x->a, text, strlen(text));
    size_t n = strlen(clean), high = 0;
    for (size_t i = 0; i < n; i++)
        high += (unsigned char)clean[i] >= 0x80;
    bool is_base64 = high > n / 4;
    buf_printf(x->out, "Content-Type: %s; charset=utf-8\r\nContent-Transfer-Encoding: %s\r\n\r\n",
               type, is_base64 ? "base64" : "quoted-printable");
    if (!is_base64) {
        compose_quoted_printable(x->out, clean);
        return;
    }
    struct buf crlf = buf_make(x->a, n + n / 16);
    for (const char *p = clean; *p != '\0'; p++) {
        if (*p == '\n')
            buf_addc(&crlf, '\r');
        buf_addc(&crlf, *p);
    }
    compose_base64(x->out, crlf.data, crlf.len);
}

static void open_multipart(struct composer *x, const char *kind, char level)
{
    buf_printf(x->out, "Content-Type: multipart/%s;\r\n boundary=\"=_%c%s\"\r\n\r\n", kind, level,
               x->mark);
}

static void next_part(struct composer *x, char level)
{
    buf_printf(x->out, "\r\n--=_%c%s\r\n", level, x->mark);
}

static void close_multipart(struct composer *x, char level)
{
    buf_printf(x->out, "\r\n--=_%c%s--\r\n", level, x->mark);
}

static bool is_type(const char *type)
{
    size_t n = str_is_empty(type) ? 0 : strlen(type);
    const char *allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+/";
    return n > 2 && n < 128 && strspn(type, allowed) == n && strchr(type, '/') != NULL &&
           strchr(type, '/') == strrchr(type, '/') && type[0] != '/' && type[n - 1] != '/' &&
           !str_starts_nocase(type, "multipart/") && !str_starts_nocase(type, "message/");
}

static int attachment(struct composer *x, const struct compose_attachment *f, struct err *err)
{
    char *data;
    size_t n;
    if (file_read(x->a, f->path, ATTACHMENT_MAX, &data, &n, err) < 0)
        return err_wrap(err, "attachment %s", str_or(f->name, "without name"));
    bool is_mail = str_starts_nocase(str_or(f->type, ""), "message/");
    buf_printf(x->out, "Content-Type: %s",
               is_type(f->type) ? f->type
               : is_mail        ? "text/plain"
                                : "application/octet-stream");
    compose_param(x->out, "name", str_or(f->name, "attachment"));
    buf_printf(x->out, "\r\nContent-Disposition: %s",
               f->content_id != NULL ? "inline" : "attachment");
    compose_param(x->out, "filename", str_or(f->name, "attachment"));
    buf_adds(x->out, "\r\nContent-Transfer-Encoding: base64\r\n");
    id_field(x, "Content-ID", f->content_id);
    buf_adds(x->out, "\r\n");
    compose_base64(x->out, data, n);
    return 0;
}

/* The files of one kind: those shown within the HTML, or the others. */
static int attachments(struct composer *x, bool is_inline, char level, struct err *err)
{
    for (size_t i = 0; i < x->c->attachments_n; i++) {
        const struct compose_attachment *f = &x->c->attachments[i];
        if ((f->content_id != NULL && x->c->html != NULL) != is_inline)
            continue;
        next_part(x, level);
        if (attachment(x, f, err) < 0)
            return -1;
    }
    return 0;
}

static size_t inline_count(const struct compose *c)
{
    size_t n = 0;
    for (size_t i = 0; i < c->attachments_n; i++)
        n += c->attachments[i].content_id != NULL && c->html != NULL;
    return n;
}

static int html_part(struct composer *x, struct err *err)
{
    if (inline_count(x->c) == 0) {
        text_part(x, "text/html", x->c->html);
        return 0;
    }
    open_multipart(x, "related", 'r');
    next_part(x, 'r');
    text_part(x, "text/html", x->c->html);
    if (attachments(x, true, 'r', err) < 0)
        return -1;
    close_multipart(x, 'r');
    return 0;
}

static int content(struct composer *x, struct err *err)
{
    const char *text = str_or(x->c->text, "");
    if (x->c->html == NULL) {
        text_part(x, "text/plain", text);
        return 0;
    }
    open_multipart(x, "alternative", 'a');
    next_part(x, 'a');
    text_part(x, "text/plain", text);
    next_part(x, 'a');
    if (html_part(x, err) < 0)
        return -1;
    close_multipart(x, 'a');
    return 0;
}

static int body(struct composer *x, struct err *err)
{
    if (x->c->attachments_n == inline_count(x->c))
        return content(x, err);
    open_multipart(x, "mixed", 'm');
    next_part(x, 'm');
    if (content(x, err) < 0 || attachments(x, false, 'm', err) < 0)
        return -1;
    close_multipart(x, 'm');
    return 0;
}

static const char *random_mark(struct arena *a)
{
    unsigned char bytes[15];
    crypto_random(bytes, sizeof(bytes));
    return crypto_hex(a, bytes, sizeof(bytes));
}

int compose_mail(struct arena *a, const struct compose *c, char **raw, size_t *n, struct err *err)
{
    struct composer x = { a, c, buf_new(a), random_mark(a) };
    if (!is_sendable(c->from.email))
        return err_set(err, ERR_INVALID, "no sender");
    head(&x);
    if (body(&x, err) < 0)
        return err_wrap(err, "compose mail");
    if (!str_ends(x.out->data, "\r\n"))
        buf_adds(x.out, "\r\n");
    *raw = x.out->data;
    *n = x.out->len;
    return 0;
}
