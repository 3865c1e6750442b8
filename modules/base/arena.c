#include "base/arena.h" /* bump allocation in blocks, cleanups in a list */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK_SIZE     ((size_t)32 * 1024)
#define ALIGNMENT      _Alignof(max_align_t)
#define POISON         0xDB
#define EXIT_NO_MEMORY 71

struct block {
    struct block *next;
    size_t size;
    size_t used;
    max_align_t data[];
};

struct cleanup {
    struct cleanup *next;
    void (*fn)(void *data);
    void *data;
};

struct arena {
    struct block *blocks; /* newest first; the first one ever made stays over a reset */
    struct cleanup *cleanups;
    size_t used;
    size_t held;
    size_t hard_limit;
    struct arena *leader; /* see arena_follow */
    int has_boundary;
    jmp_buf boundary;
};

static struct block *block_new(size_t size)
{
    struct block *b = malloc(sizeof(*b) + size);
    if (b != NULL)
        *b = (struct block) { .size = size };
    return b;
}

struct arena *arena_new(size_t hard_limit)
{
    struct arena *a = calloc(1, sizeof(*a));
    if (a == NULL)
        return NULL;
    a->blocks = block_new(BLOCK_SIZE);
    if (a->blocks == NULL) {
        free(a);
        return NULL;
    }
    a->held = BLOCK_SIZE;
    a->hard_limit = hard_limit;
    return a;
}

static void run_cleanups(struct arena *a)
{
    while (a->cleanups != NULL) {
        struct cleanup *c = a->cleanups;
        a->cleanups = c->next;
        c->fn(c->data);
    }
}

struct arena *arena_reset(struct arena *a)
{
    run_cleanups(a);
    while (a->blocks->next != NULL) {
        struct block *b = a->blocks;
        a->blocks = b->next;
        a->held -= b->size;
        free(b);
    }
    memset(a->blocks->data, POISON, a->blocks->used);
    a->blocks->used = 0;
    a->used = 0;
    a->has_boundary = 0;
    return a;
}

void arena_free(struct arena **a)
{
    if (*a == NULL)
        return;
    arena_reset(*a);
    free((*a)->blocks);
    free(*a);
    *a = NULL;
}

jmp_buf *arena_boundary(struct arena *a)
{
    a->has_boundary = 1;
    return &a->boundary;
}

void arena_no_boundary(struct arena *a)
{
    a->has_boundary = 0;
}

void arena_keep_exit(const struct arena *a, struct arena_exit *kept)
{
    kept->is_set = a->has_boundary;
    memcpy(&kept->to, &a->boundary, sizeof(kept->to));
}

void arena_put_exit(struct arena *a, const struct arena_exit *kept)
{
    a->has_boundary = kept->is_set;
    memcpy(&a->boundary, &kept->to, sizeof(kept->to));
}

void arena_follow(struct arena *a, struct arena *leader)
{
    a->leader = leader;
}

_Noreturn static void out_of_memory(struct arena *a)
{
    static const char text[] = "deskd: out of memory\n";
    while (!a->has_boundary && a->leader != NULL)
        a = a->leader;
    if (a->has_boundary)
        longjmp(a->boundary, 1);
    if (write(STDERR_FILENO, text, sizeof(text) - 1) < 0)
        _exit(EXIT_NO_MEMORY);
    _exit(EXIT_NO_MEMORY);
}

void arena_leave(struct arena *a)
{
    out_of_memory(a);
}

static void grow(struct arena *a, size_t size)
{
    size_t want = size > BLOCK_SIZE ? size : BLOCK_SIZE;
    if (a->hard_limit != 0 && (want > a->hard_limit || a->held > a->hard_limit - want))
        out_of_memory(a);
    struct block *b = block_new(want);
    if (b == NULL)
        out_of_memory(a);
    b->next = a->blocks;
    a->blocks = b;
    a->held += want;
}

void *arena_alloc(struct arena *a, size_t size)
{
    if (size > SIZE_MAX - sizeof(struct block) - ALIGNMENT)
        out_of_memory(a);
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    if (size > a->blocks->size - a->blocks->used)
        grow(a, size);
    void *p = (char *)a->blocks->data + a->blocks->used;
    a->blocks->used += size;
    a->used += size;
    return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    if (size != 0 && n > SIZE_MAX / size)
        out_of_memory(a);
    return arena_zalloc(a, n * size);
}

void *arena_memdup(struct arena *a, const void *p, size_t n)
{
    void *copy = arena_alloc(a, n);
    if (n != 0)
        memcpy(copy, p, n);
    return copy;
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    n = strnlen(s, n);
    char *copy = arena_alloc(a, n + 1);
    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return arena_strndup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *format, va_list args)
{
    va_list again;
    char few[256]; /* most texts are short, and so are made once */
    va_copy(again, args);
    int n = vsnprintf(few, sizeof(few), format, again);
    va_end(again);
    if (n < 0)
        out_of_memory(a);
    char *s = arena_alloc(a, (size_t)n + 1);
    if ((size_t)n < sizeof(few))
        memcpy(s, few, (size_t)n + 1);
    else
        (void)vsnprintf(s, (size_t)n + 1, format, args);
    return s;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *s = arena_vprintf(a, format, args);
    va_end(args);
    return s;
}

void arena_cleanup(struct arena *a, void (*fn)(void *data), void *data)
{
    struct cleanup *c = arena_alloc(a, sizeof(*c));
    *c = (struct cleanup) { a->cleanups, fn, data };
    a->cleanups = c;
}

size_t arena_held(const struct arena *a)
{
    return a->held;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
