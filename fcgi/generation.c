#include "fcgi/generation.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/log.h"
#include "base/str.h"
#include "fcgi/locale.h"
#include "html/template.h"
#include "html/words.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The pages that this program was built with, by file name. */
#ifndef DESKD_TEMPLATES
#define DESKD_TEMPLATES ""
#endif

static const struct log log_here = { .role = "master" };

static void left_out(void *data, const char *id, const char *reason)
{
    (void)data;
    log_error(&log_here, "plugin.left_out", LOG_STR("plugin", id), LOG_STR("reason", reason));
}

/* "plugins/ID/file:line:column: what is wrong": that plugin stays out. */
static void template_broken(void *data, const char *message)
{
    struct shelf *shelf = data;
    for (size_t i = 0; i < shelf->n; i++) {
        const char *id = shelf->plugins[i].manifest.id;
        size_t n = strlen(id);
        if (!str_starts(message, "plugins/") || strncmp(message + 8, id, n) != 0 ||
            message[8 + n] != '/')
            continue;
        left_out(NULL, id, message);
        memmove(&shelf->plugins[i], &shelf->plugins[i + 1],
                (--shelf->n - i) * sizeof(shelf->plugins[0]));
        return;
    }
}

static const char *folder_of(struct arena *a, const char *dir, const char *name)
{
    struct stat st;
    const char *path = arena_printf(a, "%s/%s", dir, name);
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? path : NULL;
}

/* Their templates, static files and words. */
static int find_roots(struct generation *g, struct template_root **out, struct err *err)
{
    struct arena *a = g->arena;
    struct template_root *roots = arena_array(a, g->shelf.n + 1, sizeof(*roots));
    for (size_t i = 0; i < g->shelf.n; i++) {
        const struct shelf_plugin *p = &g->shelf.plugins[i];
        const char *id = p->manifest.id;
        const char *words = folder_of(a, p->dir, "locale");
        roots[i] = (struct template_root) {
            .prefix = arena_printf(a, "plugins/%s", id),
            .dir = folder_of(a, p->dir, "templates"),
            .domain = arena_printf(a, "deskd-%s", id),
            .static_dir = folder_of(a, p->dir, "static"),
            .address = arena_printf(a, "/plugins/%s/static", id),
        };
        if (words_add(roots[i].domain, words != NULL ? words : p->dir, err) < 0)
            return -1;
    }
    roots[g->shelf.n] = (struct template_root) { .prefix = "" };
    *out = roots;
    return 0;
}

static int load(struct generation *g, const char *conf_path, struct err *err)
{
    if (conf_load(g->arena, conf_path, &g->conf, err) < 0 ||
        words_init(g->conf.locale_dir, err) < 0)
        return -1;
    g->locales = locale_list(g->arena, g->conf.locale_dir);
    struct template_root *roots;
    if (shelf_read(g->arena, g->conf.plugin_dir, left_out, NULL, &g->shelf, err) < 0 ||
        find_roots(g, &roots, err) < 0)
        return -1;
    if (template_set_load_all(&g->templates, g->conf.template_dir, g->conf.static_dir, roots,
                              g->locales, template_broken, &g->shelf, err) < 0)
        return -1;
    return template_set_need(g->templates, DESKD_TEMPLATES, err);
}

int generation_load(struct generation **out, const char *conf_path, struct err *err)
{
    struct generation *g = calloc(1, sizeof(*g));
    if (g != NULL)
        g->arena = arena_new(0);
    if (g == NULL || g->arena == NULL) {
        free(g);
        return err_set(err, ERR_NO_MEMORY, "no memory for a configuration");
    }
    if (load(g, conf_path, err) < 0) {
        generation_free(&g);
        return -1;
    }
    *out = g;
    return 0;
}

void generation_free(struct generation **g)
{
    if (*g == NULL)
        return;
    if ((*g)->templates != NULL)
        template_set_free(&(*g)->templates);
    arena_free(&(*g)->arena);
    free(*g);
    *g = NULL;
}

static enum log_level level_of(const char *name)
{
    static const char *const names[] = { "debug", "info", "warn", "error" };
    for (unsigned i = 0; i < 4; i++)
        if (str_is(names[i], name))
            return (enum log_level)i;
    return LOG_INFO;
}

int generation_open_log(const struct conf *conf, struct err *err)
{
    static int current = STDERR_FILENO;
    int fd = STDERR_FILENO;
    if (!str_is(conf->log_file, "-"))
        fd = open(conf->log_file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return err_errno(err, ERR_INTERNAL, "open %s", conf->log_file);
    log_open(fd, level_of(conf->log_level));
    if (current != STDERR_FILENO)
        (void)close(current);
    current = fd;
    return 0;
}
