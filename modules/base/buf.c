#include "base/buf.h"

#include "base/arena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define FIRST_SIZE  256
#define REPLACEMENT 0xFFFDU

struct buf buf_make(struct arena *a, size_t expected)
{
    size_t cap = expected < FIRST_SIZE ? FIRST_SIZE : expected + 1;
    struct buf b = { a, arena_alloc(a, cap), 0, cap };
    b.data[0] = '\0';
    return b;
}

struct buf *buf_new(struct arena *a)
{
    struct buf *b = arena_alloc(a, sizeof(*b));
    *b = buf_make(a, 0);
    return b;
}

char *buf_room(struct buf *b, size_t n)
{
    if (n < b->cap - b->len)
        return b->data + b->len;
    size_t cap = b->cap * 2;
    while (n >= cap - b->len && cap <= SIZE_MAX / 2)
        cap *= 2;
    if (n >= cap - b->len)
        cap = SIZE_MAX; /* the arena refuses it */
    char *data = arena_alloc(b->arena, cap);
    memcpy(data, b->data, b->len);
    data[b->len] = '\0';
    b->data = data;
    b->cap = cap;
    return b->data + b->len;
}

void buf_grew(struct buf *b, size_t n)
{
    b->len += n;
    b->data[b->len] = '\0';
}

void buf_add(struct buf *b, const void *p, size_t n)
{
    if (n == 0)
        return;
    memcpy(buf_room(b, n), p, n);
    buf_grew(b, n);
}

void buf_adds(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

void buf_addc(struct buf *b, char c)
{
    *buf_room(b, 1) = c;
    buf_grew(b, 1);
}

void buf_addi(struct buf *b, int64_t i)
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRId64, i);
    buf_add(b, digits, (size_t)n);
}

void buf_add_utf8(struct buf *b, uint32_t c)
{
    if (c > 0x10FFFFU || (c >= 0xD800U && c <= 0xDFFFU))
        c = REPLACEMENT;
    if (c < 0x80U) {
        buf_addc(b, (char)c);
        return;
    }
    if (c >= 0x10000U) {
        buf_addc(b, (char)(0xF0U | (c >> 18)));
        buf_addc(b, (char)(0x80U | ((c >> 12) & 0x3FU)));
    } else if (c >= 0x800U) {
        buf_addc(b, (char)(0xE0U | (c >> 12)));
    }
    if (c >= 0x800U)
        buf_addc(b, (char)(0x80U | ((c >> 6) & 0x3FU)));
    else
        buf_addc(b, (char)(0xC0U | (c >> 6)));
    buf_addc(b, (char)(0x80U | (c & 0x3FU)));
}

void buf_printf(struct buf *b, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    size_t room = b->cap - b->len;
    int n = vsnprintf(b->data + b->len, room, format, again);
    va_end(again);
    if (n > 0 && (size_t)n >= room) {
        b->data[b->len] = '\0';
        (void)vsnprintf(buf_room(b, (size_t)n + 1), (size_t)n + 1, format, args);
    }
    if (n > 0)
        buf_grew(b, (size_t)n);
    va_end(args);
}

void buf_truncate(struct buf *b, size_t len)
{
    if (len < b->len) {
        b->len = len;
        b->data[len] = '\0';
    }
}

const char *buf_str(const struct buf *b)
{
    return b->data;
}
