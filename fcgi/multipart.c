/* fcgi/multipart.c - multipart/form-data: one pass, every part with its limits */
#include "fcgi/pairs.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define BOUNDARY_MAX     70
#define PART_HEADERS_MAX 8192

/* What is left to read. */
struct scan {
    const char *p, *end;
    const char *mark; /* "\r\n--boundary" */
    size_t mark_n;
};

static int bad(struct err *err, const char *why)
{
    return err_set(err, ERR_INVALID, "multipart: %s", why);
}

/* The value of a parameter in "type; name=value; name="value"", unquoted; NULL: none. Browsers
 * escape a quote as %22 and leave a backslash alone, so a quoted value ends at the next quote. */
static char *parameter(struct arena *a, const char *header, const char *name)
{
    size_t name_n = strlen(name);
    for (const char *p = strchr(header, ';'); p != NULL && *p == ';';) {
        p += 1 + strspn(p + 1, " \t");
        bool is_it = strncasecmp(p, name, name_n) == 0 && p[name_n] == '=';
        p += strcspn(p, "=;");
        if (*p != '=')
            continue;
        p++;
        bool is_quoted = *p == '"';
        p += is_quoted;
        size_t n = strcspn(p, is_quoted ? "\"" : "; \t");
        if (is_quoted && p[n] != '"')
            return NULL;
        if (is_it)
            return arena_strndup(a, p, n);
        p += n + is_quoted;
        p += strspn(p, " \t");
    }
    return NULL;
}

static int set_mark(struct arena *a, struct scan *s, const char *content_type, struct err *err)
{
    const char *boundary = parameter(a, content_type, "boundary");
    size_t n = boundary == NULL ? 0 : strlen(boundary);
    if (n == 0 || n > BOUNDARY_MAX)
        return bad(err, "no usable boundary");
    s->mark = arena_printf(a, "\r\n--%s", boundary);
    s->mark_n = n + 4;
    return 0;
}

/* Behind a boundary: 1 another part follows, 0 that was the last one. */
static int after_mark(struct scan *s, struct err *err)
{
    size_t left = (size_t)(s->end - s->p);
    if (left >= 2 && memcmp(s->p, "--", 2) == 0)
        return 0;
    while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))
        s->p++;
    if (s->end - s->p < 2 || memcmp(s->p, "\r\n", 2) != 0)
        return bad(err, "no line end after a boundary");
    s->p += 2;
    return 1;
}

/* The header called name within the part's header lines; NULL: none. */
static char *header_value(struct arena *a, const char *head, size_t n, const char *name)
{
    size_t name_n = strlen(name);
    const char *end = head + n;
    while (head < end) {
        const char *stop = memmem(head, (size_t)(end - head), "\r\n", 2);
        size_t len = stop == NULL ? (size_t)(end - head) : (size_t)(stop - head);
        if (len > name_n && strncasecmp(head, name, name_n) == 0 && head[name_n] == ':')
            return str_trim(a, arena_strndup(a, head + name_n + 1, len - name_n - 1));
        head += len + 2;
    }
    return NULL;
}

static int describe(struct arena *a, const char *head, size_t n, struct pair *out, struct err *err)
{
    if (n > PART_HEADERS_MAX || memchr(head, '\0', n) != NULL || !str_is_utf8(head, n))
        return bad(err, "malformed part headers");
    const char *disposition = header_value(a, head, n, "Content-Disposition");
    if (disposition == NULL || !str_starts_nocase(disposition, "form-data"))
        return bad(err, "a part without Content-Disposition: form-data");
    out->name = parameter(a, disposition, "name");
    if (out->name == NULL)
        return bad(err, "a part without a name");
    out->file_name = parameter(a, disposition, "filename");
    const char *type = header_value(a, head, n, "Content-Type");
    out->type = type == NULL ? "" : type;
    return 0;
}

static int take_text(struct arena *a, struct pair *pair, struct err *err)
{
    if (memchr(pair->value, '\0', pair->size) != NULL || !str_is_utf8(pair->value, pair->size))
        return bad(err, "NUL or invalid UTF-8 in a field");
    pair->value = arena_strndup(a, pair->value, pair->size);
    return 0;
}

static int read_part(struct arena *a, struct scan *s, struct pairs *out, struct err *err)
{
    struct pair pair = { NULL, NULL, 0, NULL, "" };
    size_t left = (size_t)(s->end - s->p);
    size_t window = left < PART_HEADERS_MAX + 4 ? left : PART_HEADERS_MAX + 4;
    const char *blank = memmem(s->p, window, "\r\n\r\n", 4);
    if (blank == NULL)
        return bad(err, "part headers do not end");
    if (describe(a, s->p, (size_t)(blank - s->p), &pair, err) < 0)
        return -1;
    s->p = blank + 2; /* an empty part's boundary begins with the line end of the blank line */
    const char *stop = memmem(s->p, (size_t)(s->end - s->p), s->mark, s->mark_n);
    if (stop == NULL)
        return bad(err, "a part does not end");
    pair.value = stop < blank + 4 ? stop : blank + 4;
    pair.size = (size_t)(stop - pair.value);
    s->p = stop + s->mark_n;
    if (pair.file_name == NULL && take_text(a, &pair, err) < 0)
        return -1;
    return pairs_add(out, a, pair, err);
}

int multipart_read(struct arena *a, const char *content_type, const char *p, size_t n,
                   struct pairs *out, struct err *err)
{
    int rc;
    struct scan s = { p, p + n, NULL, 0 };
    if (set_mark(a, &s, content_type, err) < 0)
        return -1;
    size_t first = s.mark_n - 2; /* the first boundary may stand at the very beginning */
    if (n < first || memcmp(p, s.mark + 2, first) != 0)
        return bad(err, "does not begin with its boundary");
    s.p += first;
    while ((rc = after_mark(&s, err)) == 1)
        if (read_part(a, &s, out, err) < 0)
            return -1;
    return rc;
}
