/* tests/unit/base/base_test.c - arena, buf, str, id, json: what everything stands on */
#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "base/str.h"

#include <limits.h>
#include <stdint.h>
#include <string.h>

static int cleaned[4], cleaned_n;

static void clean(void *data)
{
    cleaned[cleaned_n++] = *(int *)data;
}

START_TEST(cleanups_run_newest_first)
{
    static int one = 1, two = 2;
    cleaned_n = 0;
    arena_cleanup(test_arena, clean, &one);
    arena_cleanup(test_arena, clean, &two);
    arena_reset(test_arena);
    ck_assert_int_eq(cleaned_n, 2);
    ck_assert(cleaned[0] == 2 && cleaned[1] == 1);
    arena_reset(test_arena);
    ck_assert_int_eq(cleaned_n, 2);
}
END_TEST

START_TEST(limit_leaves_through_the_boundary)
{
    struct arena *a = arena_new((size_t)1024 * 1024);
    volatile int taken = 0;
    if (setjmp(*arena_boundary(a)) == 0) {
        for (; taken < 10000; taken++)
            memset(arena_alloc(a, 10000), 1, 10000);
        ck_abort_msg("no limit");
    }
    ck_assert_int_gt(taken, 50);
    ck_assert_int_lt(taken, 110);
    ck_assert_ptr_nonnull(arena_strdup(arena_reset(a), "again"));
    if (setjmp(*arena_boundary(a)) == 0) {
        (void)arena_array(a, SIZE_MAX / 2, 4);
        ck_abort_msg("overflow");
    }
    arena_free(&a);
    ck_assert_ptr_null(a);
}
END_TEST

START_TEST(buf_grows_and_ends_with_nul)
{
    struct buf b = buf_make(test_arena, 0);
    for (int i = 0; i < 5000; i++)
        buf_printf(&b, "%d,", i % 10);
    ck_assert_uint_eq(b.len, 10000);
    ck_assert_uint_eq(strlen(buf_str(&b)), 10000);
    buf_truncate(&b, 2);
    ck_assert_str_eq(buf_str(&b), "0,");
    buf_add_utf8(&b, 0x17C);
    buf_add_utf8(&b, 0x20AC);
    buf_add_utf8(&b, 0x1F600);
    buf_add_utf8(&b, 0xD800);
    ck_assert_str_eq(buf_str(&b), "0,\xC5\xBC\xE2\x82\xAC\xF0\x9F\x98\x80\xEF\xBF\xBD");
}
END_TEST

START_TEST(utf8_is_made_valid)
{
    static const struct {
        const char *in;
        size_t n;
        const char *want;
    } cases[] = {
        { "a\r\nb\rc\n", 7, "a\nb\nc\n" },
        { "\xC5\xBC", 2, "\xC5\xBC" },
        { "\xC5", 1, "\xEF\xBF\xBD" },
        { "\xC0\x80", 2, "\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "\xED\xA0\x80", 3, "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD" },
        { "a\0b", 3,
          "a\xEF\xBF\xBD"
          "b" },
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *out = str_utf8(test_arena, cases[i].in, cases[i].n);
        ck_assert_str_eq(out, cases[i].want);
        ck_assert(str_is_utf8(out, strlen(out)));
    }
}
END_TEST

START_TEST(lines_are_cut_between_code_points)
{
    ck_assert_str_eq(str_line(test_arena, "  a \t\r\n b\x01 c ", 100), "a b c");
    ck_assert_str_eq(str_cut(test_arena, "\xC5\xBC\xC5\xBC\xC5\xBC\xC5\xBC", 3),
                     "\xC5\xBC\xC5\xBC\xE2\x80\xA6");
    ck_assert_str_eq(str_cut(test_arena, "short", 5), "short");
    ck_assert_str_eq(str_cut(test_arena, "several words here", 12), "several\xE2\x80\xA6");
}
END_TEST

START_TEST(numbers_are_read_whole)
{
    int64_t i;
    ck_assert(str_i64("-5", -10, 10, &i) && i == -5);
    ck_assert(str_i64("9223372036854775807", 0, INT64_MAX, &i) && i == INT64_MAX);
    static const char *const bad[] = { "",    " 1",  "1 ", "0x10", "+1", "9223372036854775808",
                                       "1e3", "--1", "11" };
    for (size_t n = 0; n < sizeof(bad) / sizeof(bad[0]); n++)
        ck_assert_msg(!str_i64(bad[n], -10, 10, &i), "taken: %s", bad[n]);
    ck_assert(!str_i64(NULL, 0, 1, &i));
}
END_TEST

START_TEST(ids_grow_and_remember_their_time)
{
    int64_t last = 0;
    for (int i = 0; i < 20000; i++) {
        int64_t id = id_new();
        ck_assert(id > last);
        last = id;
    }
    int64_t then = INT64_C(1700000000123), first = id_at(then), second = id_at(then);
    ck_assert(id_time(first) == then && second > first);
    ck_assert(id_at(then + 1) > second);
}
END_TEST

START_TEST(json_is_quoted)
{
    struct buf b = buf_make(test_arena, 0);
    struct json_writer w = json_writer(&b);
    jw_object(&w, NULL);
    jw_str(&w, "a\"b", "x\\\n\x7F\xC5\xBC");
    jw_array(&w, "list");
    jw_i64(&w, NULL, INT64_MIN);
    jw_bool(&w, NULL, true);
    jw_str(&w, NULL, NULL);
    jw_end_array(&w);
    jw_object(&w, "empty");
    jw_end_object(&w);
    jw_end_object(&w);
    ck_assert_str_eq(buf_str(&b), "{\"a\\\"b\":\"x\\\\\\u000a\\u007f\xC5\xBC\","
                                  "\"list\":[-9223372036854775808,true,null],\"empty\":{}}");
}
END_TEST

/* A token has one spelling. */
START_TEST(base64_is_read_strictly)
{
    static const char *const wrong[] = { "AAE\xFF", "AAE=", "AA E", "AAF", "AA+/", "A" };
    unsigned char bytes[8];
    ck_assert_int_eq(crypto_unbase64url(bytes, sizeof(bytes), "AAH_"), 3);
    ck_assert_str_eq(crypto_base64url(test_arena, bytes, 3), "AAH_");
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        ck_assert_msg(crypto_unbase64url(bytes, sizeof(bytes), wrong[i]) < 0, "%s", wrong[i]);
}
END_TEST

SUITE(base)
{
    tcase_add_test(tc, cleanups_run_newest_first);
    tcase_add_test(tc, limit_leaves_through_the_boundary);
    tcase_add_test(tc, buf_grows_and_ends_with_nul);
    tcase_add_test(tc, utf8_is_made_valid);
    tcase_add_test(tc, lines_are_cut_between_code_points);
    tcase_add_test(tc, numbers_are_read_whole);
    tcase_add_test(tc, ids_grow_and_remember_their_time);
    tcase_add_test(tc, json_is_quoted);
    tcase_add_test(tc, base64_is_read_strictly);
}
