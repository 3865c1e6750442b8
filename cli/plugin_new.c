#include "cli/cli.h" /* deskctl plugin new */

#include "base/arena.h"
#include "base/buf.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/manifest.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Where the files are is known to the build only. */
#ifdef DESKD_PLUGIN_NEW
EMBED(new_xml, DESKD_PLUGIN_NEW "/plugin.xml");
EMBED(new_source, DESKD_PLUGIN_NEW "/plugin.c");
EMBED(new_page, DESKD_PLUGIN_NEW "/front.html");
EMBED(new_tables, DESKD_PLUGIN_NEW "/tables.sql");
EMBED(new_makefile, DESKD_PLUGIN_NEW "/plugin.mk");
EMBED(new_test, DESKD_PLUGIN_NEW "/test.c");
EMBED(new_readme, DESKD_PLUGIN_NEW "/README.md");
#else
static const char new_xml[1], new_source[1], new_page[1], new_tables[1], new_makefile[1],
    new_test[1], new_readme[1];
#endif

static const struct {
    const char *path, *text; /* @id@ and @name@ in both */
} files[] = {
    { "plugin.xml", new_xml },
    { "@id@_plugin.c", new_source },
    { "templates/front.html", new_page },
    { "sql/0001_create_presses.sql", new_tables },
    { "Makefile", new_makefile },
    { "test/@id@_test.c", new_test },
    { "README.md", new_readme },
};
static const char *const folders[] = { "templates", "sql", "test" };

static bool is_id(const char *s)
{
    size_t n = strlen(s);
    return n >= 2 && n <= PLUGIN_ID_MAX && islower((unsigned char)s[0]) &&
           strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_") == n;
}

/* "ban_ip": "Ban ip". */
static const char *title_of(struct arena *a, const char *id)
{
    char *title = arena_strdup(a, id);
    title[0] = (char)toupper((unsigned char)title[0]);
    for (char *p = title; *p != '\0'; p++)
        if (*p == '_')
            *p = ' ';
    return title;
}

static const char *filled_in(struct arena *a, const char *text, const char *id)
{
    struct buf b = buf_make(a, strlen(text) + 256);
    for (const char *p = text; *p != '\0';) {
        if (str_starts(p, "@id@")) {
            buf_adds(&b, id);
            p += strlen("@id@");
        } else if (str_starts(p, "@name@")) {
            buf_adds(&b, title_of(a, id));
            p += strlen("@name@");
        } else {
            buf_addc(&b, *p++);
        }
    }
    return buf_str(&b);
}

static int write_files(struct cli *cli, const char *id, struct err *err)
{
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
        if (file_make_dirs(arena_printf(cli->arena, "%s/%s", id, folders[i]), 0755, err) < 0)
            return -1;
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        const char *text = filled_in(cli->arena, files[i].text, id);
        const char *path = arena_printf(cli->arena, "%s/%s", id,
                                        filled_in(cli->arena, files[i].path, id));
        if (file_create_durable(path, text, strlen(text), err) < 0 || chmod(path, 0644) < 0)
            return -1;
    }
    return 0;
}

static int new_plugin(struct cli *cli, struct err *err)
{
    const char *id = cli->args[0];
    if (!is_id(id))
        return cli_usage_error(cli, err,
                               "NAME is 2 to 24 small letters, digits and _, beginning with a "
                               "letter");
    if (mkdir(id, 0755) < 0)
        return err_errno(err, errno == EEXIST ? ERR_DUPLICATE : ERR_INTERNAL, "%s", id);
    if (write_files(cli, id, err) < 0)
        return -1;
    (void)fprintf(cli->out, "%s is a plugin; try: cd %s && make check\n", id, id);
    return CLI_OK;
}

const struct cli_command plugin_new_commands[] = {
    { "plugin new", "NAME", "begin a plugin: a folder here that builds and passes its own test", "",
      1, 1, CLI_NOTHING, new_plugin },
    CLI_END,
};
