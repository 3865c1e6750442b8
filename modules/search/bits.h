#ifndef DESKD_SEARCH_BITS_H /* modules/search/bits.h - which of 1024 neighbouring tickets, and how \
                               that is kept */
#define DESKD_SEARCH_BITS_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_TICKETS 1024
#define BLOCK_WORDS   (BLOCK_TICKETS / 64)
#define BITS_BYTES    (BLOCK_TICKETS / 8)

struct bits {
    uint64_t w[BLOCK_WORDS];
};

void bits_set(struct bits *b, unsigned at);
bool bits_has(const struct bits *b, unsigned at);
bool bits_is_empty(const struct bits *b);
void bits_or(struct bits *to, const struct bits *b);
void bits_and(struct bits *to, const struct bits *b);
void bits_and_not(struct bits *to, const struct bits *b);

/* Few as a list of offsets of two bytes, others as a bitmap: bytes in room (BITS_BYTES of it). */
size_t bits_write(const struct bits *b, unsigned char *room);
/* Adds what was written; anything else is taken as far as it makes sense. */
void bits_read(struct bits *b, const void *p, size_t n);
#endif
