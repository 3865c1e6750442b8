/* tests/unit/fcgi/parse_test.c - cookies, multipart bodies, escapes, headers: the corners */
#include "../suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "fcgi/locale.h"
#include "fcgi/pairs.h"
#include "fcgi/params.h"
#include "fcgi/percent.h"

#include <string.h>

#define CASES(list) (int)(sizeof(list) / sizeof((list)[0]))

/* "name=value|name=value" */
static const char *joined(const struct pairs *p)
{
    const char *all = "";
    for (size_t i = 0; i < p->n; i++)
        all = arena_printf(test_arena, "%s%s%s=%.*s", all, i == 0 ? "" : "|", p->items[i].name,
                           (int)p->items[i].size, p->items[i].value);
    return all;
}

static const struct {
    const char *header, *want;
} cookies[] = {
    { "", "" },
    { "a=b", "a=b" },
    { "a=b; c=d", "a=b|c=d" },
    { "a=b;c=d;", "a=b|c=d" },
    { " ; ;a=b\t; ", "a=b" },
    { "a=", "a=" },
    { "=b", "" },
    { "a", "" },
    { "a b=c; d=e", "d=e" },
    { "a=b c; d=e", "d=e" },
    { "a=\"b\"; d=e", "d=e" },
    { "a=b,c; d=e", "d=e" },
    { "a=b=c", "a=b=c" },
    { "\xC3\xBC=1; d=\xC3\xBC; e=f", "e=f" },
};

START_TEST(cookies_are_read)
{
    struct pairs p = { 0 };
    cookie_read(test_arena, cookies[_i].header, &p);
    ck_assert_str_eq(joined(&p), cookies[_i].want);
}
END_TEST

static const struct {
    const char *body, *want; /* NULL: refused */
} urlencoded[] = {
    { "", "" },
    { "&&", "" },
    { "a", "a=" },
    { "a=b&c", "a=b|c=" },
    { "a+b=c+d", "a b=c d" },
    { "a=%2B%26%3d", "a=+&=" },
    { "=x", "=x" },
    { "a=b=c", "a=b=c" },
    { "a=%C3%BC", "a=\xC3\xBC" },
    { "a=%C3", NULL },
    { "a=\xC3", NULL },
    { "a=%ED%A0%80", NULL },
    { "a=%", NULL },
    { "a=%4", NULL },
    { "a=%4g", NULL },
    { "a=%00", NULL },
    { "%00=a", NULL },
};

START_TEST(forms_are_read)
{
    struct err err = ERR_INIT;
    struct pairs p = { 0 };
    const char *body = urlencoded[_i].body;
    int rc = urlencoded_read(test_arena, body, strlen(body), &p, &err);
    ck_assert_msg((rc == 0) == (urlencoded[_i].want != NULL), "%s", body);
    if (rc == 0)
        ck_assert_str_eq(joined(&p), urlencoded[_i].want);
    else
        ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

#define HEAD(name) "Content-Disposition: form-data; name=\"" name "\"\r\n"
static const struct {
    const char *type, *body, *want;
} multipart[] = {
    { "x; boundary=b", "--b\r\n" HEAD("a") "\r\n1\r\n--b--", "a=1" },
    { "x; boundary=b", "--b\r\n" HEAD("a") "\r\n1\r\n--b--\r\nafter", "a=1" },
    { "x; boundary=b", "--b \t\r\n" HEAD("a") "\r\n1\r\n--b--", "a=1" },
    { "x; Boundary=\"b\"; c=d", "--b\r\n" HEAD("a") "\r\n\r\n--b--", "a=" },
    { "x; boundary=b", "--b\r\n" HEAD("a") "\r\n1\r\n--b\r\n" HEAD("c") "\r\n2\r\n--b--",
      "a=1|c=2" },
    { "x; boundary=b", "--b\r\n" HEAD("a") "\r\n\r\n--bc\r\n--b--", NULL }, /* no line end */
    { "x; boundary=b", "--b--", "" },
    { "x; boundary=b", "", NULL },
    { "x; boundary=b", "--b", NULL },
    { "x; boundary=b", "--b\r\n", NULL },
    { "x; boundary=b", "before\r\n--b\r\n" HEAD("a") "\r\n1\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\n" HEAD("a") "\r\n1", NULL },
    { "x; boundary=b", "--b\r\n" HEAD("a") "1\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\nContent-Type: text/plain\r\n\r\n1\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\nContent-Disposition: attachment; name=a\r\n\r\n1\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\n" HEAD("a") "\r\n\xFF\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\n" HEAD("\xFF") "\r\n1\r\n--b--", NULL },
    { "x; boundary=b", "--b\r\nContent-Disposition: form-data; name=\"a\r\n\r\n1\r\n--b--", NULL },
    { "x; boundary=", "--\r\n" HEAD("a") "\r\n1\r\n----", NULL },
    { "x", "--b--", NULL },
};

START_TEST(multipart_is_read)
{
    struct err err = ERR_INIT;
    struct pairs p = { 0 };
    const char *body = multipart[_i].body;
    int rc = multipart_read(test_arena, multipart[_i].type, body, strlen(body), &p, &err);
    ck_assert_msg((rc == 0) == (multipart[_i].want != NULL), "%s: %s", body, err.msg);
    if (rc == 0)
        ck_assert_str_eq(joined(&p), multipart[_i].want);
    else
        ck_assert_int_eq(err.code, ERR_INVALID);
}
END_TEST

START_TEST(files_keep_their_bytes)
{
    static const char body[] = "--b\r\n"
                               "Content-Disposition: form-data; filename=\"x\\\"; name=\"f\"\r\n"
                               "Content-Type: image/png\r\n\r\n\0\r\n-\xFF--b\r\n--b--";
    struct err err = ERR_INIT;
    struct pairs p = { 0 };
    ck_assert_msg(multipart_read(test_arena, "x; boundary=b", body, sizeof(body) - 1, &p, &err) ==
                      0,
                  "%s", err.msg);
    ck_assert_uint_eq(p.n, 1);
    ck_assert_str_eq(p.items[0].name, "f");
    ck_assert_str_eq(p.items[0].file_name, "x\\");
    ck_assert_str_eq(p.items[0].type, "image/png");
    ck_assert_uint_eq(p.items[0].size, 8);
    ck_assert_mem_eq(p.items[0].value, "\0\r\n-\xFF--b", 8);
}
END_TEST

static char *own(const char *s)
{
    return arena_strdup(test_arena, s);
}

START_TEST(params_are_bounded)
{
    char *fine[] = { own("A=1"), own("HTTP_X=\tz"), own("HTTP_X=second"), NULL };
    char *twice[] = { own("HTTP_HOST=a"), own("HTTP_HOST=b"), NULL };
    char *control[] = { own("HTTP_X=a\rb"), NULL };
    char *nameless[] = { own("=a"), NULL };
    struct params p;
    struct err err = ERR_INIT;
    ck_assert_int_eq(params_read(test_arena, fine, &p, &err), 0);
    ck_assert_str_eq(params_get(&p, "HTTP_X"), "\tz");
    ck_assert_ptr_null(params_get(&p, "HTTP"));
    ck_assert_str_eq(params_text(&p, "B"), "");
    ck_assert_int_eq(params_read(test_arena, twice, &p, &err), -1);
    ck_assert_int_eq(params_read(test_arena, control, &p, &err), -1);
    ck_assert_int_eq(params_read(test_arena, nameless, &p, &err), -1);
    char **many = arena_array(test_arena, PARAMS_MAX + 2, sizeof(*many));
    for (size_t i = 0; i <= PARAMS_MAX; i++)
        many[i] = own("A=1");
    ck_assert_int_eq(params_read(test_arena, many, &p, &err), -1);
    ck_assert_int_eq(err.code, ERR_HEADERS);
    many[PARAMS_MAX] = NULL;
    ck_assert_int_eq(params_read(test_arena, many, &p, &err), 0);
}
END_TEST

START_TEST(escaping_goes_back)
{
    struct err err = ERR_INIT;
    char *back, all[256];
    for (int i = 1; i < 128; i++)
        all[i - 1] = (char)i;
    memcpy(all + 127, "\xC3\xBC", 3);
    const char *escaped = percent_encode(test_arena, all, "");
    ck_assert_int_eq(percent_decode(test_arena, escaped, strlen(escaped), true, &back, &err), 0);
    ck_assert_str_eq(back, all);
    ck_assert_str_eq(percent_encode(test_arena, "a/b?\xC3\xBC", "/"), "a/b%3F%C3%BC");
}
END_TEST

START_TEST(languages_are_chosen)
{
    static const char *const have[] = { "en", "pl", "pt-BR", NULL };
    ck_assert_str_eq(locale_find(have, "pt_BR"), "pt-BR");
    ck_assert_str_eq(locale_find(have, "PL-pl"), "pl");
    ck_assert_ptr_null(locale_find(have, "pt"));
    ck_assert_ptr_null(locale_find(have, ""));
    ck_assert_str_eq(locale_accept(have, "de-DE, pl;q=0.8, en;q=0.5"), "pl");
    ck_assert_str_eq(locale_accept(have, "pl;q=0, en;q=0.5"), "en");
    ck_assert_str_eq(locale_accept(have, " , pt-br"), "pt-BR");
    ck_assert_ptr_null(locale_accept(have, "*"));
    ck_assert_ptr_null(locale_accept(have, ""));
}
END_TEST

SUITE(parse)
{
    tcase_add_loop_test(tc, cookies_are_read, 0, CASES(cookies));
    tcase_add_loop_test(tc, forms_are_read, 0, CASES(urlencoded));
    tcase_add_loop_test(tc, multipart_is_read, 0, CASES(multipart));
    tcase_add_test(tc, files_keep_their_bytes);
    tcase_add_test(tc, params_are_bounded);
    tcase_add_test(tc, escaping_goes_back);
    tcase_add_test(tc, languages_are_chosen);
}
