/* tests/unit/fcgi/frame_test.c - what a FastCGI connection may begin with; the way to a route */
#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "fcgi/frame.h"
#include "fcgi/params.h"
#include "fcgi/router.h"

#include <string.h>

static void record(struct buf *b, char type, const char *p, size_t n, char padding)
{
    const char head[8] = { 1, type, 0, 9, (char)(n >> 8), (char)n, padding, 0 };
    buf_add(b, head, sizeof(head));
    buf_add(b, p, n);
    for (char i = 0; i < padding; i++)
        buf_addc(b, 'x');
}

static struct buf *begin(void)
{
    struct buf *b = buf_new(test_arena);
    record(b, 1, "\0\1\0\0\0\0\0\0", 8, 0);
    return b;
}

static enum frame_state look(const struct buf *b, size_t n)
{
    unsigned id;
    return frame_look((const unsigned char *)b->data, n, &id);
}

START_TEST(request_is_seen_byte_by_byte)
{
    struct buf *b = begin();
    record(b, 4, "\3\2abc", 5, 3);
    record(b, 4, "12\200\0\0\1\1x", 8, 0);
    record(b, 4, "y", 1, 255 % 100);
    record(b, 4, "", 0, 0);
    for (size_t n = 0; n < b->len; n++)
        ck_assert_msg(look(b, n) == FRAME_MORE, "%zu", n);
    ck_assert_int_eq(look(b, b->len), FRAME_COMPLETE);
    buf_adds(b, "whatever follows");
    ck_assert_int_eq(look(b, b->len), FRAME_COMPLETE);
}
END_TEST

START_TEST(garbage_is_seen)
{
    struct buf *b = begin();
    ck_assert_int_eq(look(&(struct buf) { .data = (char[]) { 'G', 'E', 'T' } }, 3), FRAME_GARBAGE);
    record(b, 5, "stdin first", 11, 0);
    ck_assert_int_eq(look(b, b->len), FRAME_GARBAGE);
    b = begin();
    record(b, 4, "\3\2ab", 4, 0); /* ends within a value */
    record(b, 4, "", 0, 0);
    ck_assert_int_eq(look(b, b->len), FRAME_GARBAGE);
    b = begin();
    b->data[9] = 2; /* an authorizer */
    ck_assert_int_eq(look(b, b->len), FRAME_GARBAGE);
    b = begin();
    b->data[3] = 0; /* no request */
    ck_assert_int_eq(look(b, b->len), FRAME_GARBAGE);
}
END_TEST

START_TEST(two_gigabytes_are_too_many)
{
    struct buf *b = begin();
    record(b, 4, "\377\377\377\377\377\377\377\377", 8, 0);
    ck_assert_int_eq(look(b, b->len), FRAME_TOO_LARGE);
}
END_TEST

START_TEST(many_params_are_too_many)
{
    struct buf *b = begin();
    char *part = arena_zalloc(test_arena, 8192); /* pairs of empty names and values */
    for (int i = 0; i < 8; i++)
        record(b, 4, part, 8192, 0);
    ck_assert_int_eq(look(b, b->len), FRAME_MORE);
    record(b, 4, part, 2, 0);
    ck_assert_int_eq(look(b, b->len), FRAME_TOO_LARGE);
}
END_TEST

START_TEST(answer_has_its_records)
{
    unsigned char out[64];
    ck_assert_uint_eq(frame_answer(out, sizeof(out), 259, "abc", 3), 35);
    ck_assert_mem_eq(out, "\1\6\1\3\0\3\0\0abc\1\6\1\3\0\0\0\0\1\3\1\3\0\10\0\0\0\0\0\0\0\0\0\0",
                     35);
    ck_assert_uint_eq(frame_answer(out, 34, 259, "abc", 3), 0);
}
END_TEST

static int nothing(struct request *rq, struct err *err)
{
    (void)rq;
    (void)err;
    return 0;
}

static const struct route some[] = {
    { GET, "/a/{x}/c", 0, NULL, nothing, 0 },  { GET, "/a/b/{y}", 0, NULL, nothing, 0 },
    { POST, "/a/{z}/c", 0, NULL, nothing, 0 }, { GET, "/a/b/d/{y}", 0, NULL, nothing, 0 },
    { GET, "/", 0, NULL, nothing, 0 },         ROUTE_END,
};

START_TEST(routes_are_found)
{
    static const struct route *const tables[] = { some, NULL };
    struct router *r = NULL;
    struct route_match m;
    struct err err = ERR_INIT;
    ck_assert_msg(router_new(&r, tables, &err) == 0, "%s", err.msg);
    ck_assert(router_match(r, "/", &m) && m.get == &some[4] && m.n == 0);
    ck_assert(router_match(r, "/a/x/c", &m) && m.get == &some[0] && m.post == &some[2]);
    ck_assert_uint_eq(m.n, 1);
    ck_assert_mem_eq(m.values[0], "x", m.lengths[0]);
    ck_assert(router_match(r, "/a/b/c", &m) && m.get == &some[1] && m.post == NULL);
    ck_assert(router_match(r, "/a/b/d", &m) && m.get == &some[1]);
    ck_assert(router_match(r, "/a/b/d/e", &m) && m.get == &some[3]);
    ck_assert(!router_match(r, "/a/b", &m));
    ck_assert(!router_match(r, "/a/b/d/e/f", &m));
    ck_assert(!router_match(r, "/a//c", &m));
    ck_assert(!router_match(r, "/a/x/c/", &m));
    router_free(&r);
    ck_assert_ptr_null(r);
}
END_TEST

START_TEST(same_routes_are_refused)
{
    static const struct route twice[] = { { GET, "/a/{q}/c", 0, NULL, nothing, 0 }, ROUTE_END };
    static const struct route *const tables[] = { some, twice, NULL };
    struct router *r = NULL;
    struct err err = ERR_INIT;
    ck_assert_int_eq(router_new(&r, tables, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "/a/{q}/c"));
}
END_TEST

SUITE(frame)
{
    tcase_add_test(tc, request_is_seen_byte_by_byte);
    tcase_add_test(tc, garbage_is_seen);
    tcase_add_test(tc, two_gigabytes_are_too_many);
    tcase_add_test(tc, many_params_are_too_many);
    tcase_add_test(tc, answer_has_its_records);
    tcase_add_test(tc, routes_are_found);
    tcase_add_test(tc, same_routes_are_refused);
}
