/* modules/mail/parse.c - from the MIME tree to what a help desk shows: a text, its HTML, files */
#include "mail/mail.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/word.h"
#include "html/safe_html.h"
#include "mail/mail_private.h"

#include <string.h>

#define SUBJECT_MAX 2000
#define NAME_POINTS 200
#define CIDS_MAX    20000
#define SMALL_PAGE  4096

/* One place in the mail where text is shown; an alternative has both forms of it. */
struct piece {
    const char *text, *html;
    struct piece *next;
};

struct collector {
    struct arena *a;
    struct mail *m;
    struct mail_limits *limits;
    struct piece *pieces, **tail;
    struct piece *alternative; /* the one being filled, or NULL */
    bool is_beside; /* behind the root of a multipart/related: nothing there is shown by itself */
    size_t parts_cap, text_bytes, html_bytes;
};

static struct piece *piece_new(struct collector *c)
{
    struct piece *p = arena_zalloc(c->a, sizeof(*p));
    *c->tail = p;
    c->tail = &p->next;
    return p;
}

static const char *extension_of(const char *type)
{
    static const char *const known[][2] = {
        { "image/jpeg", ".jpg" },
        { "image/png", ".png" },
        { "image/gif", ".gif" },
        { "image/svg+xml", ".svg" },
        { "application/pdf", ".pdf" },
        { "text/plain", ".txt" },
        { "text/html", ".html" },
        { "text/calendar", ".ics" },
        { "text/csv", ".csv" },
        { "text/vcard", ".vcf" },
        { "text/x-vcard", ".vcf" },
        { "text/rfc822-headers", ".txt" },
        { "message/rfc822", ".eml" },
        { "message/global", ".eml" },
        { "message/delivery-status", ".txt" },
        { "application/pgp-signature", ".asc" },
        { "application/pgp-encrypted", ".asc" },
        { "application/pkcs7-signature", ".p7s" },
        { "application/x-pkcs7-signature", ".p7s" },
        { "application/pkcs7-mime", ".p7m" },
        { "application/x-pkcs7-mime", ".p7m" },
        { "application/ms-tnef", ".dat" },
        { "application/zip", ".zip" },
        { "application/json", ".json" },
        { "application/xml", ".xml" },
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (str_is(known[i][0], type))
            return known[i][1];
    return str_starts(type, "image/") ? ".img" : ".bin";
}

static const char *base_name(const char *name)
{
    for (const char *p = name; *p != '\0'; p++)
        if ((*p == '/' || *p == '\\') && p[1] != '\0')
            name = p + 1;
    return name;
}

/* A forwarded mail is called by its subject, other nameless parts by what they are and a number. */
static const char *part_name(struct collector *c, const struct mail_node *node, struct str data)
{
    struct arena *a = c->a;
    const char *name = node->name == NULL ? "" : base_name(node->name);
    const char *extension = extension_of(node->type);
    if (*name != '\0')
        return str_cut(a, name, NAME_POINTS);
    if (mail_node_is_message(node)) {
        const char *subject = mail_header(a, data.p, data.n, "Subject");
        subject = base_name(str_line(a, str_or(subject, ""), NAME_POINTS));
        if (*subject != '\0')
            return arena_printf(a, "%s.eml", subject);
    }
    const char *kind = str_starts(node->type, "image/")                ? "image"
                       : mail_node_is_message(node)                    ? "message"
                       : str_starts(node->type, "text/")               ? "text"
                       : strstr(node->type, "signature")               ? "signature"
                       : str_is(node->type, "message/delivery-status") ? "delivery-status"
                                                                       : "attachment";
    return arena_printf(a, "%s-%zu%s", kind, c->m->parts_n + 1, extension);
}

static void part_add(struct collector *c, struct mail_part part)
{
    struct mail *m = c->m;
    if (m->parts_n == c->parts_cap) {
        c->parts_cap = c->parts_cap == 0 ? 8 : c->parts_cap * 2;
        struct mail_part *parts = arena_alloc(c->a, c->parts_cap * sizeof(*parts));
        if (m->parts_n > 0)
            memcpy(parts, m->parts, m->parts_n * sizeof(*parts));
        m->parts = parts;
    }
    m->parts[m->parts_n++] = part;
}

static void attach(struct collector *c, const struct mail_node *node)
{
    struct str data = mail_node_bytes(c->a, node);
    part_add(c, (struct mail_part) { .name = part_name(c, node, data),
                                     .type = node->type,
                                     .content_id = node->content_id,
                                     .is_inline = str_is(node->disposition, "inline"),
                                     .data = data.p,
                                     .size = data.n });
}

/* A text that is longer than people read is cut, and goes along whole as a file. */
static const char *bounded(struct collector *c, const struct mail_node *node, const char *text,
                           size_t *used)
{
    size_t n = strlen(text), left = MAIL_MAX_TEXT_BYTES - *used;
    if (n <= left) {
        *used += n;
        return text;
    }
    if (c->limits->damage == NULL)
        c->limits->damage = WORDS("a text too long to show");
    struct mail_part part = { .name = str_is(node->type, "text/html") ? "message.html"
                                                                      : "message.txt",
                              .type = node->type,
                              .data = text,
                              .size = n };
    part_add(c, part);
    while (left > 0 && (text[left] & 0xC0) == 0x80)
        left--;
    *used += left;
    return arena_strndup(c->a, text, left);
}

/* format=flowed (RFC 3676): a blank at the end means that the paragraph goes on. */
static char *unflow(struct arena *a, const char *text, bool deletes_space)
{
    struct buf b = buf_make(a, strlen(text));
    struct str all = str_of(text), line;
    size_t depth = 0;
    bool flows = false;
    for (size_t at = 0; mail_line(all, &at, &line);) {
        size_t quotes = 0;
        while (quotes < line.n && line.p[quotes] == '>')
            quotes++;
        struct str rest = { line.p + quotes, line.n - quotes };
        if (rest.n > 0 && rest.p[0] == ' ') { /* stuffed */
            rest.p++;
            rest.n--;
        }
        bool is_signature = rest.n == 3 && memcmp(rest.p, "-- ", 3) == 0;
        bool joins = flows && quotes == depth && !is_signature;
        if (flows && !joins)
            buf_addc(&b, '\n');
        if (!joins && quotes > 0) {
            buf_add(&b, line.p, quotes);
            buf_adds(&b, " ");
        }
        flows = !is_signature && rest.n > 0 && rest.p[rest.n - 1] == ' ';
        depth = quotes;
        buf_add(&b, rest.p, rest.n - (flows && deletes_space));
        if (!flows)
            buf_addc(&b, '\n');
    }
    return b.data;
}

static char *plain_text(struct arena *a, const struct mail_node *node)
{
    char *text = mail_node_text(a, node);
    const char *format = mail_value_param(&node->content_type, "format");
    const char *delsp = mail_value_param(&node->content_type, "delsp");
    return str_is_nocase(format, "flowed") ? unflow(a, text, str_is_nocase(delsp, "yes")) : text;
}

static const char *join(struct arena *a, const char *first, const char *second)
{
    if (first == NULL)
        return second;
    return arena_printf(a, "%s%s%s", first, str_ends(first, "\n") ? "" : "\n", second);
}

static void add_text(struct collector *c, const struct mail_node *node)
{
    struct piece *p = c->alternative != NULL ? c->alternative : piece_new(c);
    if (str_is(node->type, "text/html"))
        p->html = join(c->a, p->html, bounded(c, node, mail_node_text(c->a, node), &c->html_bytes));
    else
        p->text = join(c->a, p->text, bounded(c, node, plain_text(c->a, node), &c->text_bytes));
}

/* Text that mail clients show in place. A named text behind the first one is a file. */
static bool is_shown(const struct collector *c, const struct mail_node *node)
{
    if (!str_is(node->type, "text/plain") && !str_is(node->type, "text/html"))
        return false;
    if (str_is(node->disposition, "attachment") || (c->is_beside && c->pieces != NULL))
        return false;
    return node->name == NULL || c->pieces == NULL;
}

static void walk(struct collector *c, const struct mail_node *node)
{
    struct piece *outer = c->alternative;
    bool was_beside = c->is_beside;
    if (node->children == NULL) {
        if (is_shown(c, node))
            add_text(c, node);
        else
            attach(c, node);
        return;
    }
    if (str_is(node->type, "multipart/alternative") && outer == NULL)
        c->alternative = piece_new(c);
    for (const struct mail_node *child = node->children; child != NULL; child = child->next) {
        walk(c, child);
        c->is_beside = was_beside || str_is(node->type, "multipart/related");
    }
    c->is_beside = was_beside;
    c->alternative = outer;
}

static bool is_visible(const char *s)
{
    return s != NULL && s[strspn(s, " \t\n\r")] != '\0';
}

/* Some programs put an empty page beside a text that says all. */
static bool shows_something(struct arena *a, const struct piece *p)
{
    if (!is_visible(p->html))
        return false;
    size_t n = strlen(p->html);
    return n > SMALL_PAGE || !is_visible(p->text) || strcasestr(p->html, "<img") != NULL ||
           is_visible(html_to_text(a, p->html, n));
}

static const char *piece_text(struct arena *a, const struct piece *p)
{
    if (is_visible(p->text) || p->html == NULL)
        return str_or(p->text, "");
    return html_to_text(a, p->html, strlen(p->html));
}

static void add_paragraph(struct buf *b, const char *s)
{
    if (b->len > 0 && b->data[b->len - 1] != '\n')
        buf_addc(b, '\n');
    buf_adds(b, s);
}

static void take_texts(struct collector *c)
{
    struct buf text = buf_make(c->a, c->text_bytes), html = buf_make(c->a, c->html_bytes);
    bool has_html = false;
    for (struct piece *p = c->pieces; p != NULL; p = p->next) {
        add_paragraph(&text, piece_text(c->a, p));
        if (!shows_something(c->a, p))
            p->html = NULL;
        has_html = has_html || p->html != NULL;
    }
    for (const struct piece *p = c->pieces; p != NULL && has_html; p = p->next) {
        if (p->html != NULL) {
            add_paragraph(&html, p->html);
        } else if (p->text != NULL) {
            struct safe_html safe = html_from_text(c->a, p->text, strlen(p->text));
            buf_adds(&html, "<div>");
            buf_add(&html, safe.p, safe.n);
            buf_adds(&html, "</div>");
        }
    }
    c->m->text = str_utf8(c->a, text.data, text.len);
    c->m->html = has_html ? str_utf8(c->a, html.data, html.len) : NULL;
}

/* Images that the HTML shows are inline, whatever their disposition says. */
static void flag_inline(struct collector *c)
{
    const char *cid = c->m->html;
    size_t left = c->m->parts_n == 0 ? 0 : CIDS_MAX;
    while (left-- > 0 && cid != NULL && (cid = strcasestr(cid, "cid:")) != NULL) {
        cid += strlen("cid:");
        for (size_t i = 0; i < c->m->parts_n; i++) {
            struct mail_part *p = &c->m->parts[i];
            if (!str_is_empty(p->content_id) && str_starts(cid, p->content_id))
                p->is_inline = true;
        }
    }
}

static struct mail_addresses addresses(struct arena *a, const struct mail_head *head,
                                       const char *name, const char *charset)
{
    size_t at = 0;
    const struct mail_field *f;
    struct buf all = buf_make(a, 0);
    while ((f = mail_field_next(head, name, &at)) != NULL) {
        if (all.len > 0)
            buf_addc(&all, ',');
        buf_adds(&all, mail_unfold(a, f->value));
    }
    return mail_addresses_read(a, all.data, charset);
}

static const char **references(struct arena *a, const struct mail_head *head)
{
    size_t n, more;
    const char **ids = mail_ids(a, mail_field_raw(a, head, "References"), SIZE_MAX, &n);
    const char **last = mail_ids(a, mail_field_raw(a, head, "In-Reply-To"), SIZE_MAX, &more);
    const char **all = arena_array(a, n + more + 1, sizeof(*all));
    memcpy(all, ids, n * sizeof(*all));
    for (size_t i = 0; i < more; i++) {
        bool is_there = false;
        for (size_t k = 0; k < n && !is_there; k++)
            is_there = str_is(all[k], last[i]);
        if (!is_there)
            all[n++] = last[i];
    }
    return all;
}

static const char *all_values(struct arena *a, const struct mail_head *head, const char *name)
{
    size_t at = 0;
    const struct mail_field *f;
    struct buf b = buf_make(a, 0);
    while ((f = mail_field_next(head, name, &at)) != NULL) {
        const char *value = mail_unfold(a, f->value);
        buf_adds(&b, str_utf8(a, value, strlen(value)));
        buf_addc(&b, '\n');
    }
    return b.len > 0 ? b.data : NULL;
}

static const char *message_id(struct arena *a, const struct mail_head *head)
{
    const char *value = mail_field_raw(a, head, "Message-ID");
    size_t n;
    const char **ids = mail_ids(a, value, 1, &n);
    if (n > 0)
        return ids[0];
    return str_is_empty(value) ? NULL
                               : str_line(a, mail_to_utf8(a, NULL, value, strlen(value)), 250);
}

/* The charset that the mail's own text declares: bare 8-bit headers are likely to be in it. */
static const char *first_charset(const struct mail_node *node)
{
    for (; node != NULL; node = node->next) {
        const char *below = first_charset(node->children);
        if (node->charset != NULL)
            return node->charset;
        if (below != NULL)
            return below;
    }
    return NULL;
}

/* Western charsets are declared by mailers that know nothing of the others: a guess is better. */
static const char *header_charset(const struct mail_node *root)
{
    const char *charset = first_charset(root);
    bool is_western = charset != NULL &&
                      (mail_has_nocase(charset, "8859-1") || mail_has_nocase(charset, "1252"));
    return is_western ? NULL : charset;
}

static void take_headers(struct arena *a, const struct mail_node *root, struct mail *m)
{
    const struct mail_head *head = &root->head;
    const char *charset = header_charset(root);
    m->from = addresses(a, head, "From", charset);
    if (m->from.n == 0)
        m->from = addresses(a, head, "Sender", charset);
    if (m->from.n == 0)
        m->from = addresses(a, head, "Reply-To", charset);
    m->reply_to = addresses(a, head, "Reply-To", charset);
    m->to = addresses(a, head, "To", charset);
    m->cc = addresses(a, head, "Cc", charset);
    const char *subject = mail_field_text(a, head, "Subject", charset);
    m->subject = str_line(a, str_or(subject, ""), SUBJECT_MAX);
    m->message_id = message_id(a, head);
    m->references = references(a, head);
    m->date_ms = mail_date_parse(mail_field_raw(a, head, "Date"));
    m->loop = mail_field_text(a, head, "X-Deskd-Loop", NULL);
    m->auth_results = all_values(a, head, "Authentication-Results");
}

/* Mails of old Macs end their lines with CR alone. */
static struct str with_newlines(struct arena *a, const char *raw, size_t n)
{
    if (n == 0 || memchr(raw, '\n', n) != NULL || memchr(raw, '\r', n) == NULL)
        return (struct str) { raw, n };
    char *copy = arena_memdup(a, raw, n);
    for (size_t i = 0; i < n; i++)
        if (copy[i] == '\r')
            copy[i] = '\n';
    return (struct str) { copy, n };
}

int mail_parse(struct arena *a, const char *raw, size_t n, struct mail *out, struct err *err)
{
    struct mail_limits limits = mail_limits();
    struct collector c = { .a = a, .m = out, .limits = &limits, .tail = &c.pieces };
    struct str bytes = with_newlines(a, raw, n);
    (void)err;
    *out = (struct mail) { .text = "", .subject = "" };
    struct mail_node *root = mail_tree(a, bytes.p, bytes.n, &limits);
    take_headers(a, root, out);
    walk(&c, root);
    take_texts(&c);
    flag_inline(&c);
    mail_nature_judge(a, root, out);
    out->damage = limits.damage;
    out->is_damaged = limits.damage != NULL;
    return 0;
}
