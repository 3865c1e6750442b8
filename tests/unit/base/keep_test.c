#include "base/keep.h"

#include "../suite.h"

#include "base/err.h"

#include <stdio.h>
#include <string.h>

#define MOST ((size_t)64 * 1024)

static struct keep *k;

static void set_up(void)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(keep_new(&k, MOST, &err), 0);
}

static void tear_down(void)
{
    keep_free(&k);
    ck_assert_ptr_null(k);
}

static void put(const char *key, const char *text, size_t n)
{
    char *room = keep_put(k, key, strlen(key), n);
    ck_assert_ptr_nonnull(room);
    ck_assert_mem_eq(room, memset((char[8]) { 1 }, 0, 8), n < 8 ? n : 8);
    (void)snprintf(room, n, "%s", text);
}

static const char *get(const char *key)
{
    return keep_find(k, key, strlen(key));
}

START_TEST(is_found_by_its_whole_key)
{
    put("acme", "one", 10);
    put("acme.example", "two", 10);
    ck_assert_str_eq(get("acme"), "one");
    ck_assert_str_eq(get("acme.example"), "two");
    ck_assert_ptr_null(get("acm"));
    ck_assert_ptr_null(get(""));
}
END_TEST

START_TEST(a_second_one_takes_the_place_of_the_first)
{
    put("acme", "one", 10);
    put("acme", "longer than the first", 40);
    ck_assert_str_eq(get("acme"), "longer than the first");
}
END_TEST

START_TEST(what_was_used_longest_ago_goes)
{
    char key[16];
    for (int i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        put(key, key, 1000);
        ck_assert_ptr_nonnull(get("k0"));
    }
    ck_assert_str_eq(get("k0"), "k0");
    ck_assert_str_eq(get("k999"), "k999");
    ck_assert_str_eq(get("k960"), "k960");
    ck_assert_ptr_null(get("k1"));
    ck_assert_ptr_null(get("k900"));
}
END_TEST

START_TEST(what_is_too_large_is_not_kept)
{
    put("acme", "one", 10);
    ck_assert_ptr_null(keep_put(k, "acme", 4, MOST / 8 + 1));
    ck_assert_ptr_null(get("acme"));
    put("other", "two", MOST / 8);
    ck_assert_str_eq(get("other"), "two");
}
END_TEST

SUITE(keep)
{
    tcase_add_checked_fixture(tc, set_up, tear_down);
    tcase_add_test(tc, is_found_by_its_whole_key);
    tcase_add_test(tc, a_second_one_takes_the_place_of_the_first);
    tcase_add_test(tc, what_was_used_longest_ago_goes);
    tcase_add_test(tc, what_is_too_large_is_not_kept);
}
