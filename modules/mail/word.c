/* modules/mail/word.c - RFC 2047 encoded words, also those that break its rules */
#include "mail/mail_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

#define WORD_MAX    ((size_t)16 * 1024) /* longer ones are left as they stand */
#define CHARSET_MAX 60
#define RUNS_MAX    2000 /* in one header */

struct word {
    struct str charset, text;
    bool is_base64;
    const char *end; /* behind "?=" */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F');
}

/* The end of the encoded text: "?=", which within Q may also be a question mark before an encoded
 * byte. */
static const char *text_end(const char *s, bool is_base64)
{
    size_t n = strnlen(s, WORD_MAX);
    const char *end = memmem(s, n, "?=", 2);
    while (end != NULL && !is_base64 && is_hex(end[2]) && is_hex(end[3])) {
        const char *later = memmem(end + 2, n - (size_t)(end + 2 - s), "?=", 2);
        const char *start = memmem(end + 2, n - (size_t)(end + 2 - s), "=?", 2);
        if (later == NULL || (start != NULL && start < later))
            break;
        end = later;
    }
    return end;
}

static bool word_read(const char *s, struct word *w)
{
    if (s[0] != '=' || s[1] != '?')
        return false;
    const char *charset = s + 2;
    const char *encoding = memchr(charset, '?', strnlen(charset, CHARSET_MAX));
    if (encoding == NULL || encoding == charset || encoding[1] == '\0' || encoding[2] != '?' ||
        strchr("bBqQ", encoding[1]) == NULL)
        return false;
    w->is_base64 = (encoding[1] | 0x20) == 'b';
    const char *text = encoding + 3;
    const char *end = text_end(text, w->is_base64);
    if (end == NULL)
        return false;
    const char *star = memchr(charset, '*', (size_t)(encoding - charset));
    w->charset = (struct str) { charset, (size_t)((star != NULL ? star : encoding) - charset) };
    w->text = (struct str) { text, (size_t)(end - text) };
    w->end = end + 2;
    return memchr(charset, ' ', (size_t)(encoding - charset)) == NULL;
}

static struct str q_decode(struct arena *a, struct str in)
{
    struct buf b = buf_make(a, in.n);
    for (size_t i = 0; i < in.n; i++)
        buf_addc(&b, in.p[i] == '_' ? ' ' : in.p[i]);
    /* Blanks at the end are text here, so they must not look like padding. */
    size_t end = b.len;
    while (end > 0 && is_blank(b.data[end - 1]))
        end--;
    struct str head = mail_qp_decode(a, (struct str) { b.data, end });
    struct buf out = buf_make(a, head.n + b.len - end);
    buf_add(&out, head.p, head.n);
    for (; end < b.len; end++)
        buf_addc(&out, ' ');
    return (struct str) { out.data, out.len };
}

static bool is_same(const struct word *x, const struct word *y)
{
    return x->charset.n == y->charset.n && x->is_base64 == y->is_base64 &&
           strncasecmp(x->charset.p, y->charset.p, x->charset.n) == 0;
}

/* Words that stand side by side in one charset are one text: letters are cut between them. */
static const char *run_decode(struct arena *a, struct word w, struct buf *out)
{
    struct buf text = buf_make(a, w.text.n), bytes = buf_make(a, w.text.n);
    struct word next = w;
    char *charset = arena_strndup(a, w.charset.p, w.charset.n);
    for (;;) {
        w = next;
        buf_add(&text, w.text.p, w.text.n);
        const char *s = w.end;
        while (is_blank(*s))
            s++;
        bool goes_on = word_read(s, &next) && is_same(&w, &next);
        bool is_whole = !w.is_base64 || text.len % 4 == 0 || memchr(text.data, '=', text.len);
        if (goes_on && !is_whole)
            continue;
        struct str in = { text.data, text.len };
        struct str got = w.is_base64 ? mail_base64_decode(a, in) : q_decode(a, in);
        buf_add(&bytes, got.p, got.n);
        buf_truncate(&text, 0);
        if (!goes_on)
            break;
    }
    buf_adds(out, mail_to_utf8(a, charset, bytes.data, bytes.len));
    return w.end;
}

static const char *plain_end(const char *s)
{
    const char *end = strstr(s + 1, "=?");
    return end != NULL ? end : s + strlen(s);
}

/* An encoded line end is none: headers are one line. */
static char *one_line(char *s)
{
    for (char *p = s; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F)
            *p = ' ';
    return s;
}

char *mail_words_decode(struct arena *a, const char *s, const char *charset)
{
    struct buf out = buf_make(a, strlen(s));
    bool was_word = false;
    size_t runs = 0;
    while (*s != '\0') {
        struct word w;
        const char *start = s;
        while (was_word && is_blank(*s))
            s++;
        if (runs < RUNS_MAX && word_read(s, &w)) {
            runs++;
            s = run_decode(a, w, &out);
            was_word = true;
            continue;
        }
        const char *end = *s == '\0' ? s : plain_end(s);
        buf_adds(&out, mail_to_utf8(a, charset, start, (size_t)(end - start)));
        s = end;
        was_word = false;
    }
    return one_line(out.data);
}
