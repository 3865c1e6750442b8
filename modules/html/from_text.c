#include "html/safe_html.h" /* html_from_text: escaped, line ends kept, addresses linked */

#include "base/buf.h"
#include "base/str.h"
#include "html/escape.h"

#include <string.h>
#include <strings.h>

#define LOCAL_MAX      64 /* of a mail address, RFC 5321 */
#define DOMAIN_MAX     253
#define LINKS_MAX      5000 /* further addresses stay text */
#define LINK_ENDS      "\" dir=\"ltr\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">"
#define NO_BREAK_SPACE "\xC2\xA0"

struct writer {
    struct buf out;
    const char *s;
    size_t n, done; /* text before done is written */
    unsigned links;
};

struct link {
    size_t begin, end;
    const char *scheme; /* what the text lacks */
};

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_high(char c)
{
    return (unsigned char)c >= 0x80;
}

/* One space stands for itself; more of them, and those at a line's start, would be lost. */
static size_t add_spaces(struct writer *w, size_t i, size_t end)
{
    bool at_start = i == 0 || w->s[i - 1] == '\n';
    size_t n = 0, wide = 0;
    for (; i + n < end && (w->s[i + n] == ' ' || w->s[i + n] == '\t'); n++)
        wide += w->s[i + n] == '\t' ? 4 : 1;
    for (size_t k = at_start ? 0 : 1; k < wide; k++)
        buf_adds(&w->out, NO_BREAK_SPACE);
    if (!at_start)
        buf_addc(&w->out, ' ');
    return i + n;
}

static bool is_kept_white(char c)
{
    return c == ' ' || c == '\t' || c == '\n';
}

static void add_text(struct writer *w, size_t end)
{
    for (size_t i = w->done; i < end;) {
        size_t n = 0;
        while (i + n < end && !is_kept_white(w->s[i + n]))
            n++;
        escape_html(&w->out, w->s + i, n);
        i += n;
        if (i < end && w->s[i] == '\n') {
            buf_adds(&w->out, "<br>");
            i++;
        } else if (i < end) {
            i = add_spaces(w, i, end);
        }
    }
    w->done = end;
}

static void add_link(struct writer *w, const struct link *l)
{
    add_text(w, l->begin);
    w->links++;
    buf_adds(&w->out, "<a href=\"");
    buf_adds(&w->out, l->scheme);
    escape_html(&w->out, w->s + l->begin, l->end - l->begin);
    buf_adds(&w->out, LINK_ENDS);
    escape_html(&w->out, w->s + l->begin, l->end - l->begin);
    buf_adds(&w->out, "</a>");
    w->done = l->end;
}

static uint32_t code_point(const char *p, size_t *n)
{
    const unsigned char *u = (const unsigned char *)p;
    *n = u[0] < 0x80 ? 1 : u[0] < 0xE0 ? 2 : u[0] < 0xF0 ? 3 : 4;
    if (*n == 1)
        return u[0];
    uint32_t c = u[0] & (0xFFU >> (*n + 1));
    for (size_t i = 1; i < *n; i++)
        c = c << 6 | (u[i] & 0x3FU);
    return c;
}

/* What an address does not go on over: spaces, quotes, brackets and punctuation of other scripts,
 * and all that is invisible or turns the direction of text (a link must read as what it is). */
static bool ends_address(uint32_t c)
{
    static const uint32_t ranges[][2] = {
        { 0, 0x20 },           { '"', '"' },       { '<', '<' },       { '>', '>' },
        { '\\', '\\' },        { '^', '^' },       { '`', '`' },       { 0x7F, 0xA0 },
        { 0xAB, 0xAB },        { 0xAD, 0xAD },     { 0xBB, 0xBB },     { 0x34F, 0x34F },
        { 0x61C, 0x61C },      { 0x115F, 0x1160 }, { 0x1680, 0x1680 }, { 0x17B4, 0x17B5 },
        { 0x180B, 0x180F },    { 0x2000, 0x206F }, { 0x2800, 0x2800 }, { 0x3000, 0x3004 },
        { 0x3008, 0x3020 },    { 0x3164, 0x3164 }, { 0xE000, 0xF8FF }, { 0xFD3E, 0xFD3F },
        { 0xFE00, 0xFE0F },    { 0xFEFF, 0xFEFF }, { 0xFF01, 0xFF0F }, { 0xFF1A, 0xFF20 },
        { 0xFF3B, 0xFF40 },    { 0xFF5B, 0xFF65 }, { 0xFFA0, 0xFFA0 }, { 0xFFF0, 0xFFFF },
        { 0xE0000, 0x10FFFF },
    };
    for (size_t i = 0; i < sizeof(ranges) / sizeof(ranges[0]) && c >= ranges[i][0]; i++)
        if (c <= ranges[i][1])
            return true;
    return false;
}

/* Is the last character of an address rather the sentence's? Brackets are, without their partner.
 */
static bool is_trailing(char c, const size_t counts[256])
{
    if (c == ')')
        return counts[')'] > counts['('];
    if (c == ']')
        return counts[']'] > counts['['];
    if (c == '}')
        return counts['}'] > counts['{'];
    return strchr(".,;:!?'*_~|([{", c) != NULL;
}

static size_t address_end(const struct writer *w, size_t i)
{
    size_t counts[256] = { 0 }, n, begin = i;
    while (i < w->n && !ends_address(code_point(w->s + i, &n))) {
        counts[(unsigned char)w->s[i]]++;
        i += n;
    }
    while (i > begin && is_trailing(w->s[i - 1], counts))
        counts[(unsigned char)w->s[--i]]--;
    return i;
}

static bool starts(const struct writer *w, size_t i, const char *prefix)
{
    return strncasecmp(w->s + i, prefix, strlen(prefix)) == 0;
}

static bool is_host_start(const struct writer *w, size_t i)
{
    size_t n;
    if (i >= w->n)
        return false;
    return is_alnum(w->s[i]) || w->s[i] == '[' ||
           (is_high(w->s[i]) && !ends_address(code_point(w->s + i, &n)));
}

/* At a word's first letter: an address of the web? */
static bool find_web(const struct writer *w, size_t i, struct link *l)
{
    bool bare = starts(w, i, "www.");
    size_t host = i + (bare ? 4 : starts(w, i, "http://") ? 7 : starts(w, i, "https://") ? 8 : 0);
    if (host == i || !is_host_start(w, host))
        return false;
    *l = (struct link) { i, address_end(w, host), bare ? "http://" : "" };
    if (l->end <= host)
        return false;
    return !bare || memchr(w->s + host, '.', l->end - host) != NULL;
}

static bool is_local(char c)
{
    return is_alnum(c) || (c != '\0' && strchr("._%+-=&'", c) != NULL);
}

/* The length of a domain with at least one dot and a last label of two letters. */
static size_t domain_length(const struct writer *w, size_t i)
{
    size_t n = 0, size, label = 0, dots = 0, good = 0;
    while (i + n < w->n && n < DOMAIN_MAX) {
        char c = w->s[i + n];
        size = 1;
        if (c == '.' && label > 0) {
            dots++;
            label = 0;
        } else if (is_alnum(c) || (c == '-' && label > 0) ||
                   (is_high(c) && !ends_address(code_point(w->s + i + n, &size)))) {
            label += size;
        } else {
            break;
        }
        n += size;
        if (dots > 0 && label > 1 && c != '-')
            good = n;
    }
    return good;
}

/* At an @: a mail address around it, that begins behind what is written? */
static bool find_mail(const struct writer *w, size_t at, struct link *l)
{
    size_t begin = at;
    while (begin > w->done && at - begin < LOCAL_MAX && is_local(w->s[begin - 1]))
        begin--;
    while (begin < at && !is_alnum(w->s[begin]))
        begin++;
    size_t n = domain_length(w, at + 1);
    if (begin == at || w->s[at - 1] == '.' || n == 0)
        return false;
    *l = (struct link) { begin, at + 1 + n, "mailto:" };
    if (begin >= w->done + 7 && strncasecmp(w->s + begin - 7, "mailto:", 7) == 0)
        *l = (struct link) { begin - 7, at + 1 + n, "" };
    return true;
}

struct safe_html html_from_text(struct arena *a, const char *text, size_t n)
{
    char *s = str_utf8(a, text, n);
    struct writer w = { buf_make(a, n + n / 8), s, strlen(s), 0, 0 };
    for (size_t i = 0; i < w.n && w.links < LINKS_MAX;) {
        struct link l;
        char c = w.s[i];
        bool is_word_start = i == w.done || !is_alnum(w.s[i - 1]);
        bool may_be_web = is_word_start && (c == 'h' || c == 'H' || c == 'w' || c == 'W');
        if ((may_be_web && find_web(&w, i, &l)) || (c == '@' && find_mail(&w, i, &l))) {
            add_link(&w, &l);
            i = w.done;
        } else {
            i++;
        }
    }
    add_text(&w, w.n);
    return (struct safe_html) { w.out.data, w.out.len };
}
