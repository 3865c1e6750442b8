/* tests/fuzz/manifest_fuzz.c - any bytes as plugin.xml: refused with a reason, or a manifest whose
 * parts keep the promises of manifest.h */
#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/manifest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char dir[64];

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void remove_dir(void)
{
    struct err err = ERR_INIT;
    (void)file_remove_tree(dir, &err);
}

static void write_it(const uint8_t *data, size_t size)
{
    char path[80];
    if (*dir == '\0') {
        (void)snprintf(dir, sizeof(dir), "/tmp/deskd-fuzz-XXXXXX");
        must(mkdtemp(dir) != NULL);
        (void)atexit(remove_dir);
    }
    (void)snprintf(path, sizeof(path), "%s/plugin.xml", dir);
    FILE *f = fopen(path, "w");
    must(f != NULL);
    must(fwrite(data, 1, size, f) == size);
    must(fclose(f) == 0);
}

static void check_setting(const struct plugin_setting *s)
{
    must(*s->name != '\0' && *s->label != '\0' && s->help != NULL && s->min <= s->max);
    must(*s->fallback == '\0' || setting_complaint(s, s->fallback) == NULL);
    must(s->type != SETTING_CHOICE || s->choices_n > 0);
}

static void check(struct arena *a, const struct plugin_manifest *m)
{
    const char *prefix = arena_printf(a, "p_%s_", m->id);
    must(strlen(m->id) <= PLUGIN_ID_MAX && strchr(m->id, '/') == NULL);
    must(strlen(m->version) <= 31 && strspn(m->version, "0123456789.") == strlen(m->version));
    must(*m->name != '\0' && *m->description != '\0' && m->author != NULL && m->license != NULL);
    for (const char *const *t = m->tables; *t != NULL; t++)
        must(str_starts(*t, prefix) && strlen(*t) <= 64);
    for (size_t i = 0; i < m->settings_n; i++)
        check_setting(&m->settings[i]);
    for (size_t i = 0; i < m->permissions_n; i++)
        must(*m->permissions[i].name != '\0' && *m->permissions[i].label != '\0');
    for (size_t i = 0; i < m->menus_n; i++)
        must(*m->menus[i].path == '\0' || *m->menus[i].path == '/');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new(0);
    struct plugin_manifest m;
    struct err err = ERR_INIT;
    write_it(data, size);
    if (manifest_read(a, dir, &m, &err) == 0)
        check(a, &m);
    else
        must(err.code != ERR_NONE && *err.msg != '\0');
    arena_free(&a);
    return 0;
}
