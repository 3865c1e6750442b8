#ifndef DESKD_BASE_BUF_H /* modules/base/buf.h - a growing byte string in an arena */
#define DESKD_BASE_BUF_H
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
struct arena;

/* data[len] is always a NUL, so data is a C string where the content has no NUL of its own. */
struct buf {
    struct arena *arena;
    char *data;
    size_t len, cap;
};

struct buf *buf_new(struct arena *a);
struct buf buf_make(struct arena *a, size_t expected);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, const char *s);
void buf_addc(struct buf *b, char c);
void buf_addi(struct buf *b, int64_t i);
/* Appends the code point as UTF-8; what is no code point becomes U+FFFD. */
void buf_add_utf8(struct buf *b, uint32_t code_point);
void buf_printf(struct buf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Makes room for n more bytes and returns where they go; buf_grew tells how many came. */
char *buf_room(struct buf *b, size_t n);
void buf_grew(struct buf *b, size_t n);
void buf_truncate(struct buf *b, size_t len);
/* The content as a C string; valid until the next change. */
const char *buf_str(const struct buf *b);
#endif
