#ifndef DESKD_BASE_ARENA_H /* modules/base/arena.h - memory that lives exactly as long as one      \
                              piece of work */
#define DESKD_BASE_ARENA_H
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

/*
 * An arena belongs to one request, one mail, one job. Nothing taken from it is freed alone;
 * arena_reset frees all of it at once, after running the registered cleanups, newest first.
 *
 * An arena never returns NULL. When the system has no memory, or the arena has reached its hard
 * limit, it leaves through its boundary: the caller that owns the piece of work does
 *
 *     if (setjmp(*arena_boundary(a)) != 0)
 *         return err_set(err, ERR_NO_MEMORY, "out of memory");
 *
 * before it starts. Without a boundary the process ends with status 71. Code between the boundary
 * and the allocation may own only what the arena cleans up.
 */
struct arena;

/* Makes an arena that refuses to grow past hard_limit bytes (0: no limit). NULL without memory. */
struct arena *arena_new(size_t hard_limit);
/* Runs the cleanups and gives all memory back; clears *a. */
void arena_free(struct arena **a);
/* Runs the cleanups, newest first, poisons what was handed out and starts over. Returns a. */
struct arena *arena_reset(struct arena *a);
/* Where the arena jumps to when memory runs out; see above. */
jmp_buf *arena_boundary(struct arena *a);
/* Forgets the boundary (its stack frame is about to end). */
void arena_no_boundary(struct arena *a);
/* The boundary as it is, to put it back: for what has one of its own in between. */
struct arena_exit {
    jmp_buf to;
    int is_set;
};
void arena_keep_exit(const struct arena *a, struct arena_exit *kept);
void arena_put_exit(struct arena *a, const struct arena_exit *kept);
/* While a has no boundary of its own it leaves through that of leader, which lives longer. */
void arena_follow(struct arena *a, struct arena *leader);

/* Memory aligned for any type; uninitialised / zeroed / an array of n items (overflow is checked).
 */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc));
void *arena_zalloc(struct arena *a, size_t size) __attribute__((returns_nonnull, malloc));
void *arena_array(struct arena *a, size_t n, size_t size) __attribute__((returns_nonnull, malloc));
/* Copies: NUL-terminated, of s / of the first n bytes of s / of n bytes of any kind. */
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_strndup(struct arena *a, const char *s, size_t n) __attribute__((returns_nonnull));
void *arena_memdup(struct arena *a, const void *p, size_t n) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
char *arena_vprintf(struct arena *a, const char *format, va_list args)
    __attribute__((returns_nonnull, format(printf, 2, 0)));

/* Has fn(data) called when the arena is reset or freed. */
void arena_cleanup(struct arena *a, void (*fn)(void *data), void *data);
/* Leaves through the boundary, as if there were no memory. */
_Noreturn void arena_leave(struct arena *a);
/* Bytes taken from the system. */
size_t arena_held(const struct arena *a);
/* Bytes handed out since the last reset. */
size_t arena_used(const struct arena *a);
#endif
