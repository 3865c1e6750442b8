#include "html/escape.h"

#include "base/arena.h"
#include "base/buf.h"
#include "html/safe_html.h"

#include <string.h>
#include <strings.h>

#define CHUNK   ((size_t)512) /* bytes escaped at once, so that the room is known beforehand */
#define LONGEST ((size_t)6)   /* "&quot;" */

static const struct reference {
    char text[7];
    unsigned char n;
} references[256] = {
    ['&'] = { "&amp;", 5 },  ['<'] = { "&lt;", 4 },   ['>'] = { "&gt;", 4 },
    ['"'] = { "&quot;", 6 }, ['\''] = { "&#39;", 5 },
};

static char *escape_chunk(char *to, const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct reference *r = &references[(unsigned char)p[i]];
        if (r->n == 0) {
            *to++ = p[i];
        } else {
            memcpy(to, r->text, r->n);
            to += r->n;
        }
    }
    return to;
}

void escape_html(struct buf *out, const char *p, size_t n)
{
    while (n > 0) {
        size_t now = n < CHUNK ? n : CHUNK;
        char *room = buf_room(out, now * LONGEST);
        buf_grew(out, (size_t)(escape_chunk(room, p, now) - room));
        p += now;
        n -= now;
    }
}

char *html_escape(struct arena *a, const char *s)
{
    size_t n = strlen(s);
    struct buf out = buf_make(a, n + n / 8);
    escape_html(&out, s, n);
    return out.data;
}

bool escape_url_is_allowed(const char *p, size_t n)
{
    static const char *const schemes[] = { "http", "https", "mailto" };
    size_t i = 0;
    while (i < n && strchr(":/?#", p[i]) == NULL)
        i++;
    if (i == n || p[i] != ':')
        return memchr(p, '\0', i) == NULL;
    for (size_t k = 0; k < sizeof(schemes) / sizeof(schemes[0]); k++) {
        if (strlen(schemes[k]) == i && strncasecmp(p, schemes[k], i) == 0)
            return true;
    }
    return false;
}

static void add_percent(struct buf *out, unsigned char c)
{
    static const char hex[] = "0123456789ABCDEF";
    const char code[3] = { '%', hex[c >> 4], hex[c & 15U] };
    buf_add(out, code, sizeof(code));
}

void escape_url(struct buf *out, const char *p, size_t n)
{
    if (!escape_url_is_allowed(p, n)) {
        buf_addc(out, '#');
        return;
    }
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (c <= ' ' || c == 0x7F || strchr("\"<>`\\^{}|", p[i]) != NULL)
            add_percent(out, c);
        else
            escape_html(out, p + i, 1);
    }
}

static bool is_unreserved(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void escape_url_part(struct buf *out, const char *p, size_t n, bool is_mailto)
{
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)p[i];
        if (is_unreserved(c) || (is_mailto && c == '@'))
            buf_addc(out, p[i]);
        else
            add_percent(out, c);
    }
}
