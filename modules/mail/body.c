/* modules/mail/body.c - transfer encodings, read so that no text is lost to a wrong byte */
#include "mail/mail_private.h"

#include "base/arena.h"
#include "base/buf.h"

#include <string.h>

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
}

struct quantum {
    uint32_t bits;
    int n; /* digits so far */
};

static void quantum_flush(struct quantum *q, struct buf *out)
{
    if (q->n >= 2)
        buf_addc(out, (char)(q->bits >> (q->n * 6 - 8)));
    if (q->n >= 3)
        buf_addc(out, (char)(q->bits >> (q->n * 6 - 16)));
    if (q->n >= 4)
        buf_addc(out, (char)q->bits);
    *q = (struct quantum) { 0, 0 };
}

/* A list's footer, put in plain behind the encoded text. */
static bool is_base64_line(struct str in, size_t at)
{
    for (; at < in.n && in.p[at] != '\n'; at++)
        if (in.p[at] == ' ' || in.p[at] == '-' || in.p[at] == '_' || in.p[at] == '.' ||
            in.p[at] == ':')
            return false;
    return true;
}

/* Says base64, but is written in words. */
static bool is_prose(struct str in)
{
    size_t digits = 0, others = 0;
    for (size_t i = 0; i < in.n; i++) {
        if (base64_digit(in.p[i]) >= 0)
            digits++;
        else if (strchr("=\r\n", in.p[i]) == NULL)
            others++;
    }
    return others > 4 && others * 8 > digits;
}

/* '=' ends a group, not the body: encoded pieces are found one behind the other. */
struct str mail_base64_decode(struct arena *a, struct str in)
{
    struct buf out = buf_make(a, in.n / 4 * 3 + 4);
    struct quantum q = { 0, 0 };
    bool was_padded = false;
    if (is_prose(in))
        return (struct str) { arena_memdup(a, in.p, in.n), in.n };
    for (size_t i = 0; i < in.n; i++) {
        char c = in.p[i];
        int digit = base64_digit(c);
        if (digit >= 0) {
            q.bits = q.bits << 6 | (uint32_t)digit;
            if (++q.n == 4)
                quantum_flush(&q, &out);
        } else if (c == '=') {
            quantum_flush(&q, &out);
            was_padded = true;
        } else if (c == '\n' && was_padded && !is_base64_line(in, i + 1)) {
            break;
        }
    }
    quantum_flush(&q, &out);
    return (struct str) { out.data, out.len };
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Spaces and tabs at p up to a line end (its CR may be doubled): how many bytes with that end, 0
 * where text follows. */
static size_t blank_tail(struct str in, size_t at)
{
    size_t i = at;
    while (i < in.n && (in.p[i] == ' ' || in.p[i] == '\t'))
        i++;
    if (i == in.n)
        return i - at;
    while (in.p[i] == '\r' && i + 1 < in.n && (in.p[i + 1] == '\n' || in.p[i + 1] == '\r'))
        i++;
    return in.p[i] == '\n' ? i + 1 - at : 0;
}

/* One "=..." at in.p[i]; returns how many bytes it took. */
static size_t qp_escape(struct str in, size_t i, struct buf *out)
{
    size_t soft = blank_tail(in, i + 1);
    if (soft > 0 || i + 1 == in.n)
        return 1 + soft;
    int high = hex_digit(in.p[i + 1]);
    int low = i + 2 < in.n ? hex_digit(in.p[i + 2]) : -1;
    if (high < 0 || low < 0) {
        buf_addc(out, '=');
        return 1;
    }
    buf_addc(out, (char)(high * 16 + low));
    return 3;
}

struct str mail_qp_decode(struct arena *a, struct str in)
{
    struct buf out = buf_make(a, in.n);
    size_t kept = 0; /* blanks before this offset are known to stay */
    for (size_t i = 0; i < in.n;) {
        char c = in.p[i];
        if (c == '=') {
            i += qp_escape(in, i, &out);
            continue;
        }
        if ((c == ' ' || c == '\t') && i >= kept) {
            size_t run = i;
            while (run < in.n && (in.p[run] == ' ' || in.p[run] == '\t'))
                run++;
            kept = run;
            if (blank_tail(in, run) > 0 || run == in.n) {
                i = run; /* RFC 2045, 6.7 (3): padding added on the way */
                continue;
            }
        }
        buf_addc(&out, c);
        i++;
    }
    return (struct str) { out.data, out.len };
}

static void uu_line(struct str line, struct buf *out)
{
    size_t want = line.n == 0 ? 0 : (size_t)((line.p[0] - ' ') & 0x3F);
    for (size_t i = 1; want > 0 && i < line.n; i += 4) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 4; k++)
            bits = bits << 6 | (i + k < line.n ? (uint32_t)(line.p[i + k] - ' ') & 0x3FU : 0U);
        for (int shift = 16; shift >= 0 && want > 0; shift -= 8, want--)
            buf_addc(out, (char)(bits >> shift));
    }
}

struct str mail_uu_decode(struct arena *a, struct str in)
{
    struct buf out = buf_make(a, in.n / 4 * 3 + 4);
    struct str line;
    bool is_inside = false;
    for (size_t at = 0; mail_line(in, &at, &line);) {
        if (!is_inside)
            is_inside = line.n > 6 && memcmp(line.p, "begin ", 6) == 0;
        else if (line.n >= 3 && memcmp(line.p, "end", 3) == 0)
            break;
        else
            uu_line(line, &out);
    }
    return out.len > 0 ? (struct str) { out.data, out.len } : in;
}
