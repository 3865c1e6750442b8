/* tests/unit/fcgi/request_test.c - what must hold before a handler runs, seen from the browser's
 * side */
#include "loopback.h"

#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/view.h"
#include "user/capability.h"

#include <string.h>

static const char *const colours[] = { "red", "green", NULL };
static const struct field all_fields[] = {
    FIELD_TEXT("text", OPTIONAL, 10),
    FIELD_TEXT("must", REQUIRED, 100),
    FIELD_I64("number", OPTIONAL, 1, 100),
    FIELD_BOOL("tick"),
    FIELD_EMAIL("email", OPTIONAL),
    FIELD_CHOICE("colour", OPTIONAL, colours),
    FIELD_I64_LIST("ids", 3),
    FIELD_FILES("files", 2),
    FIELD_END,
};
static const struct field query_fields[] = { FIELD_TEXT("q", OPTIONAL, 20),
                                             FIELD_I64("page", OPTIONAL, 1, 9), FIELD_END };

static int say(struct request *rq, const char *text, struct err *err)
{
    return response_text(rq, 200, "text/plain", text, strlen(text), err);
}

static int show(struct request *rq, struct err *err)
{
    return say(rq,
               arena_printf(rq->arena, "q=%s page=%d number=%d name=%s",
                            str_or(form_text(rq, "q"), "-"), (int)form_i64(rq, "page", -1),
                            (int)path_i64(rq, "number"), path_text(rq, "name")),
               err);
}

static int take_form(struct request *rq, struct err *err)
{
    size_t ids, files;
    struct buf *b = buf_new(rq->arena);
    const int64_t *list = form_i64s(rq, "ids", &ids);
    const struct upload *uploads = form_uploads(rq, "files", &files);
    buf_printf(b, "text=%s must=%s number=%d tick=%d email=%s colour=%s ids=%zu files=%zu",
               str_or(form_text(rq, "text"), "-"), str_or(form_text(rq, "must"), "-"),
               (int)form_i64(rq, "number", -1), form_bool(rq, "tick"),
               str_or(form_text(rq, "email"), "-"), str_or(form_text(rq, "colour"), "-"), ids,
               files);
    if (ids > 0)
        buf_printf(b, " last=%d", (int)list[ids - 1]);
    if (files > 0)
        buf_printf(b, " file=%s:%s:%zu", uploads[0].name, uploads[0].type, uploads[0].size);
    if (form_error(rq, "text") != NULL)
        buf_printf(b, " error=%s typed=%s", form_error(rq, "text"), form_typed(rq, "text"));
    return say(rq, buf_str(b), err);
}

static int change(struct request *rq, struct err *err)
{
    rq->db->once_is_used = true; /* as db_transact does */
    return response_redirect(rq, "/tickets/7?a=1", "Saved \xC3\xBC", err);
}

static int change_again(struct request *rq, struct err *err)
{
    (void)rq;
    return err_set(err, ERR_DUPLICATE, "once");
}

static int page(struct request *rq, struct err *err)
{
    struct view *v = view_new(rq->arena);
    view_text(v, "word", "a<b");
    return response_render(rq, 200, "page", v, err);
}

static int eat_memory(struct request *rq, struct err *err)
{
    for (;;)
        memset(arena_alloc(rq->arena, 1 << 20), 1, 1 << 20);
    return say(rq, "never", err);
}

static int split_headers(struct request *rq, struct err *err)
{
    response_header(rq, "X-Fine", "yes");
    response_header(rq, "X-Bad", "a\r\nSet-Cookie: x=y");
    response_cookie(rq, "deskd_x", "a; Domain=evil", 0);
    response_cookie(rq, "deskd_y", "fine", 60);
    return response_redirect(rq, "//evil.example/", NULL, err);
}

static int send_file(struct request *rq, struct err *err)
{
    return response_file(rq, "tenant/7/ab\"c", "J\xC3\xBC\"rgen.html", "text/html", 1, err);
}

static int say_nothing(struct request *rq, struct err *err)
{
    (void)rq;
    (void)err;
    return 0;
}

static int frame(struct request *rq, struct err *err)
{
    return response_frame(rq, "<p>mail</p>", 11, form_bool(rq, "images"), err);
}
static const struct field frame_fields[] = { FIELD_BOOL("images"), FIELD_END };

static const struct route routes[] = {
    { GET, "/", CAP_PUBLIC, query_fields, show, 0 },
    { GET, "/tickets/{number}", CAP_PUBLIC, query_fields, show, 0 },
    { GET, "/tickets/new", CAP_LOGIN, NULL, show, 0 },
    { POST, "/tickets/{number}/assign", CAP_PUBLIC, NULL, change, 0 },
    { POST, "/tickets/{number}/again", CAP_PUBLIC, NULL, change_again, 0 },
    { GET, "/people/{name}/{number}", CAP_PUBLIC, NULL, show, 0 },
    { POST, "/form", CAP_PUBLIC, all_fields, take_form, 0 },
    { POST, "/own-errors", CAP_PUBLIC, all_fields, take_form, ROUTE_FORM_ERRORS },
    { GET, "/page", CAP_PUBLIC, NULL, page, 0 },
    { GET, "/eat", CAP_PUBLIC, NULL, eat_memory, 0 },
    { GET, "/split", CAP_PUBLIC, NULL, split_headers, 0 },
    { GET, "/file", CAP_PUBLIC, NULL, send_file, 0 },
    { GET, "/nothing", CAP_PUBLIC, NULL, say_nothing, 0 },
    { GET, "/frame", CAP_PUBLIC, frame_fields, frame, 0 },
    { GET, "/everywhere", CAP_PUBLIC, NULL, show, ROUTE_HOSTLESS },
    ROUTE_END,
};

static const struct {
    const char *method, *uri, *header;
    int status;
} plain[] = {
    { "GET", "/", NULL, 200 },
    { "HEAD", "/", NULL, 200 },
    { "PUT", "/", NULL, 405 },
    { "get", "/", NULL, 405 },
    { "DELETE", "/form", NULL, 405 },
    { "GET", "/form", NULL, 405 },
    { "GET", "/unknown", NULL, 404 },
    { "GET", "/tickets/", NULL, 404 },
    { "GET", "/tickets/7/", NULL, 404 },
    { "GET", "/tickets/7", NULL, 200 },
    { "GET", "/tickets/7.json", NULL, 200 }, /* no number: the handler's 404 */
    { "GET", "/TICKETS/7", NULL, 404 },
    { "GET", "/%74ickets/7", NULL, 200 },
    { "GET", "/%2574ickets/7", NULL, 404 },
    { "GET", "//tickets/7", NULL, 404 },
    { "GET", "/a/../tickets/7", NULL, 404 },
    { "GET", "/./tickets/7", NULL, 404 },
    { "GET", "/tickets/7;x", NULL, 404 },
    { "GET", "/tickets%2f7", NULL, 404 },
    { "GET", "/tickets/7%00", NULL, 404 },
    { "GET", "/tickets/7%0d%0a", NULL, 404 },
    { "GET", "/tickets\\7", NULL, 404 },
    { "GET", "/tickets/%zz", NULL, 400 },
    { "GET", "/tickets/%ff", NULL, 400 },
    { "GET", "http://acme.example/", NULL, 400 },
    { "GET", "/?q=a&q=b", NULL, 400 },
    { "GET", "/?x=a&x=b", NULL, 200 }, /* not declared: does not exist */
    { "GET", "/?q=%00", NULL, 400 },
    { "GET", "/?q=%C3%28", NULL, 400 },
    { "GET", "/?page=0", NULL, 400 },
    { "GET", "/?page=1e0", NULL, 400 },
    { "GET", "/?page=99999999999999999999", NULL, 400 },
    { "GET", "/?page=", NULL, 200 },
    { "GET", "/", "HTTP_HOST=nowhere.invalid", 503 }, /* asks the database, which is not there */
    { "GET", "/", "HTTP_HOST=other.example", 421 },
    { "GET", "/", "HTTP_HOST=", 421 },
    { "GET", "/", "HTTP_HOST=a@b", 400 },
    { "GET", "/", "HTTP_HOST=acme.example:x", 400 },
    { "GET", "/", "HTTP_HOST=ACME.example.:8080", 200 },
    { "GET", "/", "HTTP_HOST=paused.example", 503 },
    { "POST", "/form", "HTTP_HOST=paused.example", 503 },
    { "GET", "/everywhere", "HTTP_HOST=other.example", 200 },
    { "GET", "/tickets/new", NULL, 303 },
    { "GET", "/", "CONTENT_LENGTH=5", 400 },
    { "GET", "/", "HTTP_X=a\nb", 400 },
    { "GET", "/", "REQUEST_URI=/other", 400 }, /* twice */
    { "GET", "/nothing", NULL, 500 },
    { "GET", "/eat", NULL, 503 },
    { "POST", "/form", NULL, 403 },
    { "POST", "/form", "HTTP_SEC_FETCH_SITE=cross-site", 403 },
};

START_TEST(request_is_judged)
{
    struct loopback *l = loopback_new(routes);
    struct ask ask = { .method = plain[_i].method,
                       .uri = plain[_i].uri,
                       .headers = { plain[_i].header } };
    struct reply r = loopback_ask(l, &ask);
    ck_assert_msg(r.status == plain[_i].status, "%s %s %s: %d instead of %d\n%s", plain[_i].method,
                  plain[_i].uri, str_or(plain[_i].header, ""), r.status, plain[_i].status, r.text);
    ck_assert_ptr_nonnull(reply_header(&r, "Content-Security-Policy"));
    ck_assert_str_eq(reply_header(&r, "Cache-Control"), "no-store");
    ck_assert_str_eq(reply_header(&r, "X-Content-Type-Options"), "nosniff");
    ck_assert_ptr_nonnull(reply_header(&r, "X-Request-Id"));
    loopback_free(l);
}
END_TEST

static const struct {
    const char *form;
    int status;
    const char *body;
} forms[] = {
    { "must=x", 200, "text=- must=x number=-1 tick=0 email=- colour=- ids=0 files=0" },
    { "must=x&text=%C3%BC%0D%0Ab&number=7&tick=on&email=+a@b.example&colour=green&ids=1&ids=2", 200,
      "text=\xC3\xBC\nb must=x number=7 tick=1 email=a@b.example colour=green ids=2 files=0 "
      "last=2" },
    { "text=a", 400, NULL },
    { "must=+%0A", 400, NULL },
    { "must=x&text=12345678901", 400, NULL },
    { "must=x&text=1234567890", 200, NULL },
    { "must=x&must=y", 400, NULL },
    { "must=x&number=101", 400, NULL },
    { "must=x&number=-0", 400, NULL },
    { "must=x&number=NaN", 400, NULL },
    { "must=x&colour=blue", 400, NULL },
    { "must=x&email=a@@b", 400, NULL },
    { "must=x&tick=maybe", 400, NULL },
    { "must=x&ids=1&ids=2&ids=3&ids=4", 400, NULL },
    { "must=x&ids=a", 400, NULL },
    { "must=x&undeclared=1", 200, NULL },
    { "must=x&text=%", 400, NULL },
    { "must=x&text=%00", 400, NULL },
    { "must=x&token=second", 403, NULL },
};

START_TEST(form_is_judged)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_post(l, "/form", forms[_i].form);
    ck_assert_msg(r.status == forms[_i].status, "%s: %d\n%s", forms[_i].form, r.status, r.text);
    if (forms[_i].body != NULL)
        ck_assert_str_eq(r.body, forms[_i].body);
    loopback_free(l);
}
END_TEST

START_TEST(handler_can_show_errors)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_post(l, "/own-errors", "must=x&text=12345678901");
    ck_assert_int_eq(r.status, 200);
    ck_assert_ptr_nonnull(strstr(r.body, "text=- must=x"));
    ck_assert_ptr_nonnull(strstr(r.body, "error=This is too long. typed=12345678901"));
    loopback_free(l);
}
END_TEST

START_TEST(token_is_bound)
{
    static const struct {
        const char *origin;
        int keeps_cookie, spoils;
        int status;
    } cases[] = {
        { NULL, 1, 0, 303 },
        { "HTTP_ORIGIN=https://acme.example", 1, 0, 303 },
        { "HTTP_ORIGIN=https://acme.example.evil", 1, 0, 403 },
        { "HTTP_ORIGIN=null", 1, 0, 403 },
        { "HTTP_SEC_FETCH_SITE=same-site", 1, 0, 403 },
        { "HTTP_SEC_FETCH_SITE=same-origin", 1, 0, 303 },
        { NULL, 0, 0, 403 },
        { NULL, 1, 1, 403 },
    };
    const char *cookie;
    struct loopback *l = loopback_new(routes);
    char *token = arena_strdup(test_arena, loopback_token(l, &cookie));
    if (cases[_i].spoils)
        token[20] = token[20] == 'A' ? 'B' : 'A';
    struct ask ask = { .method = "POST",
                       .uri = "/tickets/7/assign",
                       .body = arena_printf(test_arena, "token=%s", token) };
    size_t n = 0;
    if (cases[_i].keeps_cookie)
        ask.headers[n++] = cookie;
    if (cases[_i].origin != NULL)
        ask.headers[n++] = cases[_i].origin;
    ck_assert_int_eq(loopback_ask(l, &ask).status, cases[_i].status);
    loopback_free(l);
}
END_TEST

START_TEST(notice_is_shown_once)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_post(l, "/tickets/7/assign", "");
    ck_assert_int_eq(r.status, 303);
    ck_assert_str_eq(reply_header(&r, "Location"), "/tickets/7?a=1");
    const char *set = reply_header(&r, "Set-Cookie");
    ck_assert_msg(str_starts(set, "__Host-deskd_notice="), "%s", set);
    ck_assert_ptr_nonnull(strstr(set, "; Path=/; Secure; HttpOnly; SameSite=Lax"));
    struct ask ask = { .method = "GET", .uri = "/page" };
    ask.headers[0] = arena_printf(test_arena, "HTTP_COOKIE=%.*s", (int)strcspn(set, ";"), set);
    r = loopback_ask(l, &ask);
    ck_assert_str_eq(r.body, "<p>a&lt;b</p><p>Saved \xC3\xBC</p>\n");
    ck_assert_ptr_nonnull(strstr(r.head, "__Host-deskd_notice=; Path=/"));
    ask.headers[0] = "HTTP_COOKIE=__Host-deskd_notice=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    ck_assert_str_eq(loopback_ask(l, &ask).body, "<p>a&lt;b</p><p></p>\n");
    loopback_free(l);
}
END_TEST

START_TEST(second_try_goes_up)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_post(l, "/tickets/7/again", "");
    ck_assert_int_eq(r.status, 303);
    ck_assert_str_eq(reply_header(&r, "Location"), "/tickets/7");
    loopback_free(l);
}
END_TEST

START_TEST(login_leads_back)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_get(l, "/tickets/new?a=b&c=%20");
    ck_assert_str_eq(reply_header(&r, "Location"), "/login?next=/tickets/new%3Fa%3Db%26c%3D%2520");
    loopback_free(l);
}
END_TEST

START_TEST(headers_cannot_be_split)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_get(l, "/split");
    ck_assert_str_eq(reply_header(&r, "Location"), "/");
    ck_assert_str_eq(reply_header(&r, "X-Fine"), "yes");
    ck_assert_ptr_null(reply_header(&r, "X-Bad"));
    ck_assert_ptr_null(strstr(r.head, "evil"));
    ck_assert_ptr_null(strstr(r.head, "x=y"));
    ck_assert_ptr_nonnull(strstr(r.head, "__Host-deskd_y=fine; Path=/; Secure; HttpOnly; "
                                         "SameSite=Lax; Max-Age=60\r\n"));
    loopback_free(l);
}
END_TEST

START_TEST(file_is_a_download)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_get(l, "/file");
    ck_assert_str_eq(reply_header(&r, "X-Accel-Redirect"), "/-/data/tenant/7/ab%22c");
    ck_assert_str_eq(reply_header(&r, "Content-Type"), "application/octet-stream");
    ck_assert_str_eq(reply_header(&r, "Content-Disposition"),
                     "attachment; filename=\"J___rgen.html\"; "
                     "filename*=UTF-8''J%C3%BC%22rgen.html");
    ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Security-Policy"), "sandbox"));
    loopback_free(l);
}
END_TEST

START_TEST(frame_has_its_policy)
{
    struct loopback *l = loopback_new(routes);
    struct reply r = loopback_get(l, "/frame");
    ck_assert_ptr_nonnull(
        strstr(reply_header(&r, "Content-Security-Policy"), "img-src 'self' data:;"));
    ck_assert_ptr_nonnull(strstr(reply_header(&r, "Content-Security-Policy"), "sandbox"));
    r = loopback_get(l, "/frame?images=1");
    ck_assert_ptr_nonnull(
        strstr(reply_header(&r, "Content-Security-Policy"), "data: https: http:;"));
    loopback_free(l);
}
END_TEST

START_TEST(head_has_no_body)
{
    struct loopback *l = loopback_new(routes);
    struct reply got = loopback_get(l, "/");
    struct reply r = loopback_ask(l, &(struct ask) { .method = "HEAD", .uri = "/" });
    ck_assert_str_eq(r.body, "");
    ck_assert_str_eq(reply_header(&r, "Content-Length"), reply_header(&got, "Content-Length"));
    loopback_free(l);
}
END_TEST

START_TEST(body_must_be_whole)
{
    static const struct {
        const char *body, *length, *type;
        size_t arrives;
        int status;
    } cases[] = {
        { "a=b", "3", NULL, 0, 403 },  /* no token, but read */
        { "a=b", "4", NULL, 0, 408 },  /* short */
        { "a=b", "3", NULL, 2, 408 },  /* broken off */
        { "a=bc", "3", NULL, 0, 400 }, /* excess */
        { "a=b", "x", NULL, 0, 400 },
        { "a=b", "-3", NULL, 0, 400 },
        { "a=b", "1048577", NULL, 0, 413 },
        { "{}", "2", "CONTENT_TYPE=application/json", 0, 400 },
        { "{}", "2", "CONTENT_TYPE=text/plain", 0, 400 },
        { "a=b", "3", "CONTENT_TYPE=application/x-www-form-urlencoded; charset=UTF-8", 0, 403 },
        { "a=b", "3", "CONTENT_TYPE=multipart/form-data", 0, 400 },
    };
    struct loopback *l = loopback_new(routes);
    struct ask ask = { .method = "POST",
                       .uri = "/form",
                       .headers = { cases[_i].type },
                       .body = cases[_i].body,
                       .length = cases[_i].length,
                       .arrives = cases[_i].arrives };
    ck_assert_int_eq(loopback_ask(l, &ask).status, cases[_i].status);
    loopback_free(l);
}
END_TEST

START_TEST(upload_arrives)
{
    const char *cookie;
    struct loopback *l = loopback_new(routes);
    const char *token = loopback_token(l, &cookie);
    struct ask ask = { .method = "POST", .uri = "/form" };
    ask.headers[0] = cookie;
    ask.headers[1] = "CONTENT_TYPE=multipart/form-data; boundary=\"b b\"";
    ask.body = arena_printf(
        test_arena,
        "--b b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\n%s\r\n"
        "--b b\r\nContent-Disposition: form-data; name=must\r\n\r\nx\r\n"
        "--b b\r\nContent-Disposition: form-data; name=\"files\"; filename=\"\"\r\n"
        "Content-Type: application/octet-stream\r\n\r\n\r\n"
        "--b b\r\ncontent-disposition: form-data; name=\"files\"; filename=\"C:\\dir\\a b.txt\"\r\n"
        "Content-Type: text/plain\r\n\r\n1\r\n--b\r\n2\r\n--b b--\r\n",
        token);
    struct reply r = loopback_ask(l, &ask);
    ck_assert_int_eq(r.status, 200);
    ck_assert_ptr_nonnull(strstr(r.body, "files=1 file=a b.txt:text/plain:9"));
    loopback_free(l);
}
END_TEST

static struct reply ask_with_url(struct loopback *l, size_t n)
{
    char *uri = arena_alloc(test_arena, n + 1);
    memset(uri, 'a', n);
    memcpy(uri, "/?", 2);
    uri[n] = '\0';
    return loopback_get(l, uri);
}

static struct reply ask_with_header(struct loopback *l, size_t n)
{
    /* HTTP_HOST=acme.example has 22 bytes */
    char *header = arena_alloc(test_arena, n + 1);
    memset(header, 'a', n);
    memcpy(header, "HTTP_X=", 7);
    header[n - 22] = '\0';
    struct ask ask = { .method = "GET", .uri = "/" };
    ask.headers[0] = header;
    return loopback_ask(l, &ask);
}

START_TEST(limits_are_exact)
{
    struct loopback *l = loopback_new(routes);
    ck_assert_int_eq(ask_with_url(l, 8191).status, 200);
    ck_assert_int_eq(ask_with_url(l, 8192).status, 200);
    ck_assert_int_eq(ask_with_url(l, 8193).status, 414);
    ck_assert_int_eq(ask_with_header(l, 16383).status, 200);
    ck_assert_int_eq(ask_with_header(l, 16384).status, 200);
    ck_assert_int_eq(ask_with_header(l, 16385).status, 431);
    struct buf *many = buf_new(test_arena);
    buf_adds(many, "/?a=1");
    for (int i = 1; i < 999; i++)
        buf_adds(many, "&a=1");
    ck_assert_int_eq(loopback_get(l, buf_str(many)).status, 200);
    buf_adds(many, "&a=1");
    ck_assert_int_eq(loopback_get(l, buf_str(many)).status, 200);
    buf_adds(many, "&a=1");
    ck_assert_int_eq(loopback_get(l, buf_str(many)).status, 400);
    loopback_free(l);
}
END_TEST

START_TEST(names_of_the_path)
{
    struct loopback *l = loopback_new(routes);
    ck_assert_str_eq(loopback_get(l, "/people/a%20b/12").body, "q=- page=-1 number=12 name=a b");
    ck_assert_str_eq(loopback_get(l, "/people/x/007").body, "q=- page=-1 number=0 name=x");
    ck_assert_str_eq(loopback_get(l, "/tickets/-3?q=y&page=2").body, "q=y page=2 number=0 name=");
    loopback_free(l);
}
END_TEST

#define CASES(list) (int)(sizeof(list) / sizeof((list)[0]))

SUITE(request)
{
    tcase_add_loop_test(tc, request_is_judged, 0, CASES(plain));
    tcase_add_loop_test(tc, form_is_judged, 0, CASES(forms));
    tcase_add_test(tc, handler_can_show_errors);
    tcase_add_loop_test(tc, token_is_bound, 0, 8);
    tcase_add_test(tc, notice_is_shown_once);
    tcase_add_test(tc, second_try_goes_up);
    tcase_add_test(tc, login_leads_back);
    tcase_add_test(tc, headers_cannot_be_split);
    tcase_add_test(tc, file_is_a_download);
    tcase_add_test(tc, frame_has_its_policy);
    tcase_add_test(tc, head_has_no_body);
    tcase_add_loop_test(tc, body_must_be_whole, 0, 11);
    tcase_add_test(tc, upload_arrives);
    tcase_add_test(tc, limits_are_exact);
    tcase_add_test(tc, names_of_the_path);
}
