#ifndef DESKD_TESTS_SUITE_H /* tests/unit/suite.h - a test file adds its cases with SUITE(name)    \
                               and is run */
#define DESKD_TESTS_SUITE_H
#include <check.h>
struct arena;

/* A fresh arena for each test, made and freed around it by SUITE's checked fixture. */
extern struct arena *test_arena;

void suite_add(const char *name, void (*fill)(TCase *tc));

/* SUITE(buf) { tcase_add_test(tc, grows); } at the end of a test file. */
#define SUITE(name)                                                                                \
    static void fill_##name(TCase *tc);                                                            \
    __attribute__((constructor)) static void add_##name(void)                                      \
    {                                                                                              \
        suite_add(#name, fill_##name);                                                             \
    }                                                                                              \
    static void fill_##name(TCase *tc)

/* A file of the source tree / of the corpora beside it (NULL where those are absent). */
const char *test_source(const char *path);
const char *test_corpus(const char *path);
#endif
