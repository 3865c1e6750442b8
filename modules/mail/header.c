/* modules/mail/header.c - the head of a mail: which line belongs to which field */
#include "mail/mail_private.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/word.h"

#include <string.h>

#define IDS_MAX 500

bool mail_line(struct str text, size_t *at, struct str *line)
{
    if (*at >= text.n)
        return false;
    const char *start = text.p + *at;
    const char *end = memchr(start, '\n', text.n - *at);
    size_t n = end != NULL ? (size_t)(end - start) : text.n - *at;
    *at += n + (end != NULL);
    if (n > 0 && start[n - 1] == '\r')
        n--;
    *line = (struct str) { start, n };
    return true;
}

static bool is_blank(struct str line)
{
    for (size_t i = 0; i < line.n; i++)
        if (line.p[i] != ' ' && line.p[i] != '\t')
            return false;
    return true;
}

/* The length of the field name that line begins with, 0 where it is no header line. */
static size_t name_length(struct str line)
{
    size_t n = 0;
    while (n < line.n && line.p[n] > ' ' && line.p[n] < 127 && line.p[n] != ':')
        n++;
    size_t colon = n;
    while (colon < line.n && (line.p[colon] == ' ' || line.p[colon] == '\t'))
        colon++;
    return n > 0 && colon < line.n && line.p[colon] == ':' ? n : 0;
}

static bool is_folded(struct str line)
{
    return line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t');
}

/* A line of blanks ends the head too, unless the head visibly goes on behind it. */
static bool ends_head(struct str raw, size_t at, struct str line)
{
    struct str next;
    if (line.n == 0)
        return true;
    if (!is_blank(line) || !mail_line(raw, &at, &next))
        return false;
    return name_length(next) == 0 && !is_folded(next);
}

struct extent {
    size_t end, body; /* of the last header line; of what follows */
};

/* Where the head ends. Lines that are no headers are skipped between headers, but begin the body
 * where none follows. */
static struct extent head_extent(struct str raw)
{
    struct str line;
    struct extent e = { 0, 0 };
    bool is_in_field = false;
    for (size_t at = 0; mail_line(raw, &at, &line);) {
        if (ends_head(raw, at, line)) {
            if (e.body == 0 || is_in_field)
                e.body = at;
            return e;
        }
        if (is_blank(line) || (is_in_field && is_folded(line)) || name_length(line) > 0) {
            is_in_field = true;
            e.end = e.body = at;
        } else if (at == line.n + 1 && line.n > 5 && memcmp(line.p, "From ", 5) == 0) {
            e.end = e.body = at; /* the separator of an mbox */
        } else {
            is_in_field = false;
        }
    }
    return e;
}

static void field_add(struct mail_head *head, size_t *cap, struct arena *a, struct mail_field f)
{
    if (head->n == *cap) {
        size_t bigger = *cap == 0 ? 16 : *cap * 2;
        struct mail_field *fields = arena_alloc(a, bigger * sizeof(*fields));
        if (head->n > 0)
            memcpy(fields, head->fields, head->n * sizeof(*fields));
        head->fields = fields;
        *cap = bigger;
    }
    head->fields[head->n++] = f;
}

static struct mail_field field_start(struct str line)
{
    size_t n = name_length(line);
    const char *colon = memchr(line.p + n, ':', line.n - n);
    struct mail_field f = { { line.p, n }, { colon + 1, (size_t)(line.p + line.n - colon - 1) } };
    return f;
}

static bool may_cost(struct mail_limits *limits, size_t bytes)
{
    if (limits->fields == 0 || limits->header_bytes < bytes) {
        limits->damage = limits->damage != NULL ? limits->damage : WORDS("too many headers");
        return false;
    }
    limits->fields--;
    limits->header_bytes -= bytes;
    return true;
}

struct mail_head mail_head_split(struct arena *a, struct str raw, struct str *body,
                                 struct mail_limits *limits)
{
    struct mail_head head = { NULL, 0 };
    struct extent e = head_extent(raw);
    struct str line, lines = { raw.p, e.end };
    struct mail_field *open = NULL;
    size_t cap = 0;
    for (size_t at = 0; mail_line(lines, &at, &line);) {
        bool folds = is_folded(line);
        if (folds && open != NULL && may_cost(limits, line.n)) {
            limits->fields++;
            open->value.n = (size_t)(line.p + line.n - open->value.p);
        } else if (!folds && name_length(line) > 0 && may_cost(limits, line.n)) {
            field_add(&head, &cap, a, field_start(line));
            open = &head.fields[head.n - 1];
        } else if (!is_blank(line)) {
            open = NULL;
        }
    }
    *body = (struct str) { raw.p + e.body, raw.n - e.body };
    return head;
}

const struct mail_field *mail_field_next(const struct mail_head *head, const char *name, size_t *at)
{
    size_t n = strlen(name);
    while (*at < head->n) {
        const struct mail_field *f = &head->fields[(*at)++];
        if (f->name.n == n && strncasecmp(f->name.p, name, n) == 0)
            return f;
    }
    return NULL;
}

const struct mail_field *mail_field(const struct mail_head *head, const char *name)
{
    size_t at = 0;
    return mail_field_next(head, name, &at);
}

char *mail_unfold(struct arena *a, struct str value)
{
    struct buf b = buf_make(a, value.n);
    for (size_t i = 0; i < value.n; i++) {
        char c = value.p[i];
        if (c == '\r' || c == '\n' || c == '\0')
            continue;
        buf_addc(&b, c == '\t' ? ' ' : c);
    }
    return str_trim(a, b.data);
}

char *mail_field_raw(struct arena *a, const struct mail_head *head, const char *name)
{
    const struct mail_field *f = mail_field(head, name);
    return f == NULL ? NULL : mail_unfold(a, f->value);
}

char *mail_field_text(struct arena *a, const struct mail_head *head, const char *name,
                      const char *charset)
{
    char *raw = mail_field_raw(a, head, name);
    return raw == NULL ? NULL : mail_words_decode(a, raw, charset);
}

const char **mail_ids(struct arena *a, const char *value, size_t max, size_t *n)
{
    if (max > IDS_MAX)
        max = IDS_MAX;
    const char **ids = arena_array(a, max + 1, sizeof(*ids));
    *n = 0;
    while (value != NULL && *n < max) {
        const char *start = strchr(value, '<');
        const char *end = start == NULL ? NULL : strchr(start, '>');
        if (end == NULL)
            break;
        const char *again = memrchr(start, '<', (size_t)(end - start));
        char *id = str_trim(a, arena_strndup(a, again + 1, (size_t)(end - again - 1)));
        if (*id != '\0')
            ids[(*n)++] = str_utf8(a, id, strlen(id));
        value = end + 1;
    }
    return ids;
}

bool mail_has_nocase(const char *text, const char *word)
{
    return text != NULL && strcasestr(text, word) != NULL;
}

const char *mail_header(struct arena *a, const char *raw, size_t n, const char *name)
{
    struct mail_limits limits = mail_limits();
    struct str body;
    struct mail_head head = mail_head_split(a, (struct str) { raw, n }, &body, &limits);
    return mail_field_text(a, &head, name, NULL);
}
