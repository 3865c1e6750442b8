#include "cli/cli.h" /* deskctl template check, words */

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "html/template.h"

#include <sys/stat.h>

static void report(void *data, const char *message)
{
    const struct cli *cli = data;
    (void)fprintf(cli->out, "%s\n", message);
}

/* Where static files are: below the templates, if there. */
static const char *static_dir(struct cli *cli)
{
    struct stat st;
    const char *dir = arena_printf(cli->arena, "%s/static", cli->args[0]);
    return stat(dir, &st) == 0 ? dir : NULL;
}

static int check(struct cli *cli, struct err *err)
{
    int n = template_set_check(cli->args[0], static_dir(cli), report, cli, err);
    return n < 0 ? -1 : n > 0 ? CLI_FAILED : CLI_OK;
}

static void print_quoted(FILE *out, const char *keyword, const char *text)
{
    (void)fprintf(out, "%s \"", keyword);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '"' || *p == '\\')
            (void)fputc('\\', out);
        if (*p == '\n')
            (void)fputs("\\n", out);
        else
            (void)fputc(*p, out);
    }
    (void)fputs("\"\n", out);
}

static void print_word(void *data, const char *file, unsigned line, const char *msgid,
                       const char *plural)
{
    const struct cli *cli = data;
    (void)fprintf(cli->out, "#: %s:%u\n", file, line);
    print_quoted(cli->out, "msgid", msgid);
    if (plural != NULL)
        print_quoted(cli->out, "msgid_plural", plural);
    (void)fputs(plural != NULL ? "msgstr[0] \"\"\nmsgstr[1] \"\"\n\n" : "msgstr \"\"\n\n",
                cli->out);
}

static void free_set(void *data)
{
    struct template_set *set = data;
    template_set_free(&set);
}

static int words(struct cli *cli, struct err *err)
{
    static const char *const locales[] = { "en", NULL };
    struct template_set *set;
    if (template_set_load(&set, cli->args[0], static_dir(cli), locales, err) < 0)
        return -1;
    arena_cleanup(cli->arena, free_set, set);
    template_words(set, print_word, cli);
    return CLI_OK;
}

const struct cli_command template_commands[] = {
    { "template check", "DIR", "compile all templates below DIR; prints file:line:column: reason",
      "", 1, 1, CLI_NOTHING, check },
    { "template words", "DIR", "print the texts of the templates for translators (PO)", "", 1, 1,
      CLI_NOTHING, words },
    CLI_END,
};
