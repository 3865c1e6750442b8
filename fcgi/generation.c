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
#include <unistd.h>

/* The pages that this program was built with, by file name. */
#ifndef DESKD_TEMPLATES
#define DESKD_TEMPLATES ""
#endif

static int load(struct generation *g, const char *conf_path, struct err *err)
{
    if (conf_load(g->arena, conf_path, &g->conf, err) < 0 ||
        words_init(g->conf.locale_dir, err) < 0)
        return -1;
    g->locales = locale_list(g->arena, g->conf.locale_dir);
    if (template_set_load(&g->templates, g->conf.template_dir, g->conf.static_dir, g->locales,
                          err) < 0)
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
