#include "fcgi/plugin_static.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "fcgi/app.h"
#include "fcgi/plugin_pages.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "html/template.h"
#include "plugin/plugins.h"

#include <string.h>

#define FILE_BYTES ((size_t)1024 * 1024)

static const char *type_of(const char *name)
{
    static const char *const types[][2] = {
        { ".css", "text/css" },          { ".js", "text/javascript" }, { ".svg", "image/svg+xml" },
        { ".png", "image/png" },         { ".webp", "image/webp" },    { ".woff2", "font/woff2" },
        { ".json", "application/json" }, { ".txt", "text/plain" },
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_ends(name, types[i][0]))
            return types[i][1];
    return "application/octet-stream";
}

/* Only what templates may name is there: the address tells which file. */
int plugin_static_file(struct request *rq, struct err *err)
{
    const struct plugin *p = plugin_of_route(rq->route);
    const char *prefix = arena_printf(rq->arena, "plugins/%s/", plugin_id(p));
    const char *name = template_asset_at(rq->app->templates, rq->path);
    char *data;
    size_t n;
    if (name == NULL || !str_starts(name, prefix))
        return err_set(err, ERR_NOT_FOUND, "no such file");
    const char *path = arena_printf(rq->arena, "%s/static/%s", plugin_dir(p),
                                    name + strlen(prefix));
    if (file_read(rq->arena, path, FILE_BYTES, &data, &n, err) < 0)
        return -1;
    return response_asset(rq, type_of(name), data, n);
}
