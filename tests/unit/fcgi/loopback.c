#include "loopback.h"

#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/keep.h"
#include "base/log.h"
#include "base/str.h"
#include "cache/cache.h"
#include "db/db.h"
#include "fcgi/app.h"
#include "fcgi/directory.h"
#include "fcgi/exchange.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/template.h"
#include "html/words.h"
#include "tenant/tenant.h"
#include "user/capability.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ENV_MAX 40

struct loopback {
    struct app app;
    struct conf conf;
    struct template_set *templates; /* what app only reads */
    struct router *router;
    struct arena *arena;
    char dir[64];
};

struct wire {
    const char *body;
    size_t left;
    struct buf *out;
};

static int token_page(struct request *rq, struct err *err)
{
    const char *token = request_form_token(rq);
    return response_text(rq, 200, "text/plain", token, strlen(token), err);
}

static const struct route own_routes[] = {
    { GET, "/-token", CAP_PUBLIC, NULL, token_page, 0 },
    ROUTE_END,
};

static void put_template(struct loopback *l, const char *name, const char *text)
{
    struct err err = ERR_INIT;
    int fd = open(arena_printf(test_arena, "%s/%s", l->dir, name), O_WRONLY | O_CREAT, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(file_write_all(fd, text, strlen(text), &err), 0);
    (void)close(fd);
}

static void add_templates(struct loopback *l)
{
    static const char *const locales[] = { "en", NULL };
    struct err err = ERR_INIT;
    (void)snprintf(l->dir, sizeof(l->dir), "/tmp/deskd-loopback-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(l->dir));
    put_template(l, "error.html", "<p>{{status}} {{title}}</p>\n<p>{{request_id}}</p>\n");
    put_template(l, "suspended.html", "<p>{{tenant_title}} is paused</p>\n");
    put_template(l, "page.html", "<p>{{word}}</p><p>{{notice}}</p>\n");
    ck_assert_msg(words_init(NULL, &err) == 0, "%s", err.msg);
    ck_assert_msg(template_set_load(&l->templates, l->dir, NULL, locales, &err) == 0, "%s",
                  err.msg);
    l->app.templates = l->templates;
    l->app.locales = locales;
}

static struct tenant acme(enum tenant_status status)
{
    struct tenant t = { .id = 7, .name = "acme", .title = "Acme", .host = "acme.example" };
    t.status = status;
    memset(t.key.bytes, 'k', CRYPTO_KEY);
    return t;
}

static void know_hosts(struct loopback *l)
{
    struct err err = ERR_INIT;
    struct tenant active = acme(TENANT_ACTIVE), paused = acme(TENANT_SUSPENDED);
    ck_assert_int_eq(directory_put(l->app.directory, "acme.example", &active, 1, &err), 0);
    ck_assert_int_eq(directory_put(l->app.directory, "paused.example", &paused, 1, &err), 0);
    ck_assert_int_eq(directory_put(l->app.directory, "other.example", &active, 0, &err), 0);
}

struct loopback *loopback_new(const struct route *routes)
{
    const struct route *const tables[] = { routes, own_routes, NULL };
    struct err err = ERR_INIT;
    struct loopback *l = arena_zalloc(test_arena, sizeof(*l));
    l->conf = (struct conf) { .request_body_bytes = 1 << 20,
                              .request_memory_bytes = 8 << 20,
                              .db_socket = "/nonexistent",
                              .db_host = "",
                              .db_name = "",
                              .db_user = "",
                              .db_password = "",
                              .redis_socket = "" };
    l->app.conf = &l->conf;
    add_templates(l);
    ck_assert_int_eq(db_conn_new(&l->app.conn, &l->conf, &err), 0);
    ck_assert_int_eq(cache_new(&l->app.cache, &l->conf, &err), 0);
    ck_assert_msg(router_new(&l->router, tables, &err) == 0, "%s", err.msg);
    ck_assert_int_eq(keep_new(&l->app.directory, DIRECTORY_BYTES, &err), 0);
    l->app.router = l->router;
    l->arena = arena_new((size_t)l->conf.request_memory_bytes);
    log_open(open("/dev/null", O_WRONLY | O_CLOEXEC), LOG_INFO);
    return l;
}

void loopback_free(struct loopback *l)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(file_remove_tree(l->dir, &err), 0);
    arena_free(&l->arena);
    router_free(&l->router);
    keep_free(&l->app.directory);
    template_set_free(&l->templates);
    cache_free(&l->app.cache);
    db_conn_free(&l->app.conn);
}

static long read_wire(void *data, char *p, size_t n)
{
    struct wire *w = data;
    size_t step = n < w->left ? n : w->left;
    step = step > 777 ? 777 : step; /* in odd pieces */
    memcpy(p, w->body, step);
    w->body += step;
    w->left -= step;
    return (long)step;
}

static int write_wire(void *data, const char *p, size_t n)
{
    struct wire *w = data;
    buf_add(w->out, p, n);
    return 0;
}

static bool is_given(const struct ask *ask, const char *name)
{
    for (size_t i = 0; ask->headers[i] != NULL; i++)
        if (str_starts(ask->headers[i], name))
            return true;
    return false;
}

static size_t fill_env(char **env, const struct ask *ask, size_t body_n)
{
    size_t n = 0;
    env[n++] = arena_printf(test_arena, "REQUEST_METHOD=%s", ask->method);
    env[n++] = arena_printf(test_arena, "REQUEST_URI=%s", ask->uri);
    env[n++] = arena_strdup(test_arena, "REMOTE_ADDR=192.0.2.1");
    if (!is_given(ask, "HTTP_HOST="))
        env[n++] = arena_strdup(test_arena, "HTTP_HOST=acme.example");
    if (ask->length != NULL)
        env[n++] = arena_printf(test_arena, "CONTENT_LENGTH=%s", ask->length);
    else if (body_n > 0)
        env[n++] = arena_printf(test_arena, "CONTENT_LENGTH=%zu", body_n);
    if (body_n > 0 && !is_given(ask, "CONTENT_TYPE="))
        env[n++] = arena_strdup(test_arena, "CONTENT_TYPE=application/x-www-form-urlencoded");
    for (size_t i = 0; ask->headers[i] != NULL; i++)
        env[n++] = arena_strdup(test_arena, ask->headers[i]);
    env[n] = NULL;
    return n;
}

struct reply loopback_ask(struct loopback *l, const struct ask *ask)
{
    char *env[ENV_MAX];
    const char *body = ask->body == NULL ? "" : ask->body;
    size_t n = ask->body_n > 0 ? ask->body_n : strlen(body);
    struct wire w = { body, ask->arrives > 0 ? ask->arrives : n, buf_new(test_arena) };
    struct exchange x = { env, read_wire, write_wire, &w, "" };
    exchange_name(&x);
    ck_assert_uint_lt(fill_env(env, ask, n), ENV_MAX);
    know_hosts(l);
    exchange_serve(&l->app, l->arena, &x);
    arena_reset(l->arena);
    struct reply r = { 0, buf_str(w.out), NULL, NULL };
    const char *blank = strstr(r.text, "\r\n\r\n");
    ck_assert_ptr_nonnull(blank);
    ck_assert_int_eq(sscanf(r.text, "Status: %d ", &r.status), 1);
    r.head = arena_strndup(test_arena, r.text, (size_t)(blank - r.text) + 2);
    r.body = blank + 4;
    return r;
}

struct reply loopback_get(struct loopback *l, const char *uri)
{
    return loopback_ask(l, &(struct ask) { .method = "GET", .uri = uri });
}

const char *reply_header(const struct reply *r, const char *name)
{
    const char *at = strstr(r->head, arena_printf(test_arena, "\r\n%s: ", name));
    if (at == NULL)
        return NULL;
    at += strlen(name) + 4;
    return arena_strndup(test_arena, at, strcspn(at, "\r"));
}

const char *loopback_token(struct loopback *l, const char **cookie)
{
    struct reply page = loopback_get(l, "/-token");
    const char *set = reply_header(&page, "Set-Cookie");
    ck_assert_int_eq(page.status, 200);
    ck_assert_ptr_nonnull(set);
    *cookie = arena_printf(test_arena, "HTTP_COOKIE=%.*s", (int)strcspn(set, ";"), set);
    return page.body;
}

struct reply loopback_post(struct loopback *l, const char *uri, const char *form)
{
    const char *cookie;
    const char *token = loopback_token(l, &cookie);
    struct ask ask = { .method = "POST",
                       .uri = uri,
                       .headers = { cookie },
                       .body = arena_printf(test_arena, "token=%s&%s", token, form) };
    return loopback_ask(l, &ask);
}
