/* test/@id@_test.c - loads the plugin as deskd does, with a host that only remembers what it was
 * asked */
#include <deskd_plugin.h>

#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char *shown, *ran, *went_to;
static int64_t shown_n;
static size_t tenants; /* how many statements named the tenant first */

static int query(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
                 size_t n, struct deskd_rows *out)
{
    static const struct deskd_value three = { .i64 = 3, .p = "3", .n = 1 };
    static const struct deskd_row row = { &three, 1 };
    (void)call;
    tenants += n > 0 && args[0].type == DESKD_ARG_TENANT;
    ran = sql->name;
    *out = (struct deskd_rows) { &row, 1 };
    return DESKD_OK;
}

static int64_t exec(struct deskd_call *call, const struct deskd_sql *sql,
                    const struct deskd_arg *args, size_t n)
{
    struct deskd_rows rows;
    (void)query(call, sql, args, n, &rows);
    return 1;
}

static int transact(struct deskd_call *call, int (*work)(struct deskd_call *call, void *data),
                    void *data)
{
    return work(call, data);
}

static int viewer(struct deskd_call *call, struct deskd_person *out)
{
    (void)call;
    out->id = 7;
    return DESKD_YES;
}

static const char *setting_text(struct deskd_call *call, const char *name)
{
    (void)call;
    return strcmp(name, "greeting") == 0 ? "Hello." : "";
}

static const char *word(struct deskd_call *call, const char *english)
{
    (void)call;
    return english;
}

static struct deskd_view *view(struct deskd_call *call)
{
    return (struct deskd_view *)call;
}

static void view_text(struct deskd_view *v, const char *name, const char *text)
{
    (void)v;
    (void)name;
    shown = text;
}

static void view_i64(struct deskd_view *v, const char *name, int64_t i)
{
    (void)v;
    (void)name;
    shown_n = i;
}

static int render(struct deskd_call *call, int status, const char *template_name,
                  struct deskd_view *v)
{
    (void)call;
    (void)v;
    return status == 200 && strcmp(template_name, "front") == 0 ? DESKD_OK : DESKD_FAILED;
}

static int redirect(struct deskd_call *call, const char *path, const char *notice)
{
    (void)call;
    (void)notice;
    went_to = path;
    return DESKD_OK;
}

static const struct deskd_host host = {
    .size = sizeof(host),
    .query = query,
    .exec = exec,
    .transact = transact,
    .viewer = viewer,
    .setting_text = setting_text,
    .word = word,
    .view = view,
    .view_text = view_text,
    .view_i64 = view_i64,
    .render = render,
    .redirect = redirect,
};

static const struct deskd_route *route(const struct deskd_plugin *p, int method, const char *path)
{
    for (const struct deskd_route *r = p->routes; r->path != NULL; r++)
        if (r->method == method && strcmp(r->path, path) == 0)
            return r;
    return NULL;
}

int main(int argc, char **argv)
{
    void *object = dlopen(argc > 1 ? argv[1] : "./@id@.so", RTLD_NOW | RTLD_LOCAL);
    const struct deskd_plugin *p = object == NULL ? NULL : dlsym(object, "deskd_plugin_v1");
    struct deskd_call *call = (struct deskd_call *)&host; /* only handed around */
    assert(p != NULL && strcmp(p->id, "@id@") == 0);
    assert(p->init(&host) == DESKD_OK);

    assert(route(p, DESKD_GET, "")->handler(call) == DESKD_OK);
    assert(strcmp(shown, "Hello.") == 0 && shown_n == 3);

    assert(route(p, DESKD_POST, "/press")->handler(call) == DESKD_OK);
    assert(strcmp(ran, "add_press") == 0 && strcmp(went_to, "/plugins/@id@") == 0);
    assert(tenants == 2);
    (void)puts("@id@: all is well");
    return 0;
}
