#include "search/bits.h"

void bits_set(struct bits *b, unsigned at)
{
    b->w[at / 64 % BLOCK_WORDS] |= UINT64_C(1) << at % 64;
}

bool bits_has(const struct bits *b, unsigned at)
{
    return (b->w[at / 64 % BLOCK_WORDS] >> at % 64 & 1) != 0;
}

bool bits_is_empty(const struct bits *b)
{
    uint64_t all = 0;
    for (size_t i = 0; i < BLOCK_WORDS; i++)
        all |= b->w[i];
    return all == 0;
}

void bits_or(struct bits *to, const struct bits *b)
{
    for (size_t i = 0; i < BLOCK_WORDS; i++)
        to->w[i] |= b->w[i];
}

void bits_and(struct bits *to, const struct bits *b)
{
    for (size_t i = 0; i < BLOCK_WORDS; i++)
        to->w[i] &= b->w[i];
}

void bits_and_not(struct bits *to, const struct bits *b)
{
    for (size_t i = 0; i < BLOCK_WORDS; i++)
        to->w[i] &= ~b->w[i];
}

static size_t count(const struct bits *b)
{
    size_t n = 0;
    for (size_t i = 0; i < BLOCK_WORDS; i++)
        n += (size_t)__builtin_popcountll(b->w[i]);
    return n;
}

size_t bits_write(const struct bits *b, unsigned char *room)
{
    size_t n = 0;
    if (count(b) * 2 < BITS_BYTES) {
        for (unsigned at = 0; at < BLOCK_TICKETS; at++) {
            if (!bits_has(b, at))
                continue;
            room[n++] = (unsigned char)(at & 0xFF);
            room[n++] = (unsigned char)(at >> 8);
        }
        return n;
    }
    for (; n < BITS_BYTES; n++)
        room[n] = (unsigned char)(b->w[n / 8] >> n % 8 * 8);
    return n;
}

void bits_read(struct bits *b, const void *p, size_t n)
{
    const unsigned char *bytes = p;
    if (n == BITS_BYTES) {
        for (size_t i = 0; i < n; i++)
            b->w[i / 8] |= (uint64_t)bytes[i] << i % 8 * 8;
        return;
    }
    for (size_t i = 0; i + 1 < n && n < BITS_BYTES; i += 2)
        bits_set(b, (bytes[i] | (unsigned)bytes[i + 1] << 8) % BLOCK_TICKETS);
}
