/* modules/mail/tree.c - multiparts split at their boundaries, from the outside in */
#include "mail/tree.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/word.h"
#include "mail/mail_private.h"

#include <string.h>

#define FIELDS_MAX 20000

struct mail_limits mail_limits(void)
{
    return (struct mail_limits) { MAIL_MAX_PARTS, FIELDS_MAX, MAIL_MAX_HEADER_BYTES, NULL };
}

static void damage(struct mail_limits *limits, const char *words)
{
    if (limits->damage == NULL)
        limits->damage = words;
}

static char *field_token(struct arena *a, const struct mail_head *head, const char *name)
{
    const char *value = str_or(mail_field_raw(a, head, name), "");
    value += strspn(value, "\"' \t");
    return str_lower(a, arena_strndup(a, value, strcspn(value, "; \t\"'(")));
}

static const char *content_id(struct arena *a, const struct mail_head *head)
{
    const char *id = mail_field_raw(a, head, "Content-ID");
    if (str_is_empty(id))
        return NULL;
    id += strspn(id, "< \t");
    return str_utf8(a, id, strcspn(id, "> \t"));
}

/* A type without its half, or one that is no type, is what the RFC says of an absent one. */
static const char *type_of(const struct mail_value *v, const char *fallback)
{
    const char *slash = strchr(v->token, '/');
    if (str_is(v->token, "text"))
        return "text/plain";
    if (slash == NULL || slash == v->token || slash[1] == '\0')
        return fallback;
    return v->token;
}

static void describe(struct arena *a, struct mail_node *node, const char *fallback)
{
    const struct mail_head *head = &node->head;
    char *type = mail_field_raw(a, head, "Content-Type");
    node->content_type = mail_value_parse(a, type, NULL);
    node->type = type_of(&node->content_type, fallback);
    node->has_type = type != NULL;
    node->charset = mail_value_param(&node->content_type, "charset");
    char *value = mail_field_raw(a, head, "Content-Disposition");
    struct mail_value disposition = mail_value_parse(a, value, node->charset);
    node->disposition = disposition.token;
    node->encoding = field_token(a, head, "Content-Transfer-Encoding");
    node->content_id = content_id(a, head);
    const char *name = mail_value_param(&disposition, "filename");
    if (str_is_empty(name))
        name = mail_value_param(&disposition, "name");
    if (str_is_empty(name))
        name = mail_value_param(&node->content_type, "name");
    if (str_is_empty(name))
        name = mail_value_param(&node->content_type, "filename");
    node->name = str_is_empty(name) ? NULL : str_line(a, name, 255);
}

struct boundary {
    const char *s;
    size_t n;
};

/* 0 no boundary line, 1 a part begins, 2 the multipart ends. */
static int boundary_line(const struct boundary *b, struct str line)
{
    if (line.n < b->n + 2 || line.p[0] != '-' || line.p[1] != '-' ||
        memcmp(line.p + 2, b->s, b->n) != 0)
        return 0;
    size_t i = b->n + 2;
    bool closes = line.n >= i + 2 && line.p[i] == '-' && line.p[i + 1] == '-';
    if (closes)
        i += 2;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return i != line.n ? 0 : closes ? 2 : 1;
}

/* The line end before a boundary belongs to the boundary. */
static struct str slice(const char *from, const char *to)
{
    if (to > from && to[-1] == '\n')
        to--;
    if (to > from && to[-1] == '\r')
        to--;
    return (struct str) { from, (size_t)(to - from) };
}

static struct mail_node *node_parse(struct arena *a, struct str raw, const char *fallback,
                                    size_t depth, struct mail_limits *limits);

struct splitter {
    struct arena *a;
    struct mail_limits *limits;
    struct mail_node **tail;
    const char *fallback;
    size_t depth;
};

static bool add_child(struct splitter *s, struct str raw)
{
    if (s->limits->parts == 0) {
        damage(s->limits, WORDS("too many parts"));
        return false;
    }
    *s->tail = node_parse(s->a, raw, s->fallback, s->depth + 1, s->limits);
    s->tail = &(*s->tail)->next;
    return true;
}

static void split(struct splitter *s, struct str body, const struct boundary *b)
{
    const char *start = NULL;
    struct str line;
    for (size_t at = 0; mail_line(body, &at, &line);) {
        int kind = boundary_line(b, line);
        if (kind == 0)
            continue;
        if (start != NULL && !add_child(s, slice(start, line.p)))
            return;
        start = kind == 1 ? body.p + at : NULL;
    }
    if (start != NULL) {
        damage(s->limits, WORDS("a multipart without end"));
        add_child(s, (struct str) { start, (size_t)(body.p + body.n - start) });
    }
}

/* The boundary is missing or wrong: the first line that looks like one is taken for it. */
static bool guess_boundary(struct str body, struct boundary *b)
{
    struct str line;
    for (size_t at = 0; mail_line(body, &at, &line);) {
        struct str next;
        size_t after = at;
        if (line.n < 6 || line.p[0] != '-' || line.p[1] != '-' || line.p[line.n - 1] == ' ')
            continue;
        if (!mail_line(body, &after, &next) || next.n < 8 ||
            strncasecmp(next.p, "content-", 8) != 0)
            continue;
        *b = (struct boundary) { line.p + 2, line.n - 2 };
        return true;
    }
    return false;
}

static void split_multipart(struct splitter *s, struct mail_node *node)
{
    const char *value = mail_value_param(&node->content_type, "boundary");
    struct boundary b = { value, value == NULL ? 0 : strlen(value) };
    while (b.n > 0 && (b.s[b.n - 1] == ' ' || b.s[b.n - 1] == '\t'))
        b.n--;
    s->tail = &node->children;
    if (b.n > 0)
        split(s, node->body, &b);
    if (node->children == NULL && guess_boundary(node->body, &b)) {
        damage(s->limits, WORDS("a multipart with a wrong boundary"));
        split(s, node->body, &b);
    }
}

static bool is_empty(struct str body)
{
    for (size_t i = 0; i < body.n; i++)
        if (strchr(" \t\r\n", body.p[i]) == NULL)
            return false;
    return true;
}

static struct mail_node *node_parse(struct arena *a, struct str raw, const char *fallback,
                                    size_t depth, struct mail_limits *limits)
{
    struct mail_node *node = arena_zalloc(a, sizeof(*node));
    limits->parts -= limits->parts > 0;
    node->head = mail_head_split(a, raw, &node->body, limits);
    describe(a, node, fallback);
    if (!str_starts(node->type, "multipart/"))
        return node;
    bool is_digest = str_is(node->type, "multipart/digest");
    struct splitter s = { .a = a,
                          .limits = limits,
                          .fallback = is_digest ? "message/rfc822" : "text/plain",
                          .depth = depth };
    if (depth >= MAIL_MAX_DEPTH)
        damage(limits, WORDS("parts nested too deeply"));
    else
        split_multipart(&s, node);
    if (node->children == NULL) { /* its text is all there is */
        if (!is_empty(node->body))
            damage(limits, WORDS("a multipart without parts"));
        node->type = depth >= MAIL_MAX_DEPTH ? "application/octet-stream" : "text/plain";
    }
    return node;
}

struct mail_node *mail_tree(struct arena *a, const char *raw, size_t n, struct mail_limits *limits)
{
    return node_parse(a, (struct str) { raw, n }, "text/plain", 0, limits);
}

/* Without a copy where the body is not encoded: then it lives as long as raw. */
struct str mail_node_peek(struct arena *a, const struct mail_node *node)
{
    const char *encoding = node->encoding;
    if (str_is(encoding, "base64"))
        return mail_base64_decode(a, node->body);
    if (str_is(encoding, "quoted-printable"))
        return mail_qp_decode(a, node->body);
    if (mail_has_nocase(encoding, "uue") || str_is(encoding, "x-uu"))
        return mail_uu_decode(a, node->body);
    return node->body;
}

struct str mail_node_bytes(struct arena *a, const struct mail_node *node)
{
    struct str bytes = mail_node_peek(a, node);
    if (bytes.p != node->body.p)
        return bytes;
    return (struct str) { arena_memdup(a, bytes.p, bytes.n), bytes.n };
}

static char *unix_lines(char *s)
{
    char *to = s;
    for (const char *p = s; *p != '\0'; p++) {
        if (*p == '\r' && p[1] == '\n')
            continue;
        *to++ = *p == '\r' ? '\n' : *p;
    }
    *to = '\0';
    return s;
}

char *mail_node_text(struct arena *a, const struct mail_node *node)
{
    struct str bytes = mail_node_peek(a, node);
    const char *charset = node->charset;
    if (!mail_charset_is_known(charset) && str_is(node->type, "text/html"))
        charset = mail_charset_of_html(a, bytes.p, bytes.n);
    return unix_lines(mail_to_utf8(a, charset, bytes.p, bytes.n));
}

bool mail_node_is_message(const struct mail_node *node)
{
    return str_is(node->type, "message/rfc822") || str_is(node->type, "message/global") ||
           str_is(node->type, "message/news");
}
