#include "cli/cli.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/log.h"
#include "base/str.h"
#include "db/db.h"
#include "tenant/tenant.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SLOT_FIRST 512 /* ids: the slots below belong to the server's processes */
#define SLOTS      512U

const char *cli_option_at(const struct cli *cli, const char *name, size_t i)
{
    for (size_t k = 0; k < cli->options_n; k++)
        if (str_is(cli->options[k].name, name) && i-- == 0)
            return cli->options[k].value;
    return NULL;
}

const char *cli_option(const struct cli *cli, const char *name)
{
    return cli_option_at(cli, name, 0);
}

bool cli_has(const struct cli *cli, const char *name)
{
    for (size_t k = 0; k < cli->options_n; k++)
        if (str_is(cli->options[k].name, name))
            return true;
    return false;
}

int cli_usage_error(struct cli *cli, struct err *err, const char *format, ...)
{
    char text[200];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    cli->is_usage_error = true;
    return err_set(err, ERR_INVALID, "%s", text);
}

int cli_option_i64(struct cli *cli, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *out, struct err *err)
{
    const char *value = cli_option(cli, name);
    *out = fallback;
    if (value == NULL || str_i64(value, min, max, out))
        return 0;
    return cli_usage_error(cli, err, "--%s must be a number from %lld to %lld", name,
                           (long long)min, (long long)max);
}

int cli_tenant_named(struct cli *cli, const char *name, struct tenant *out, struct db *db,
                     struct err *err)
{
    struct db global = db_global(cli->conn);
    int rc = tenant_by_name(&global, cli->arena, &cli->master, name, out, err);
    if (rc == 0)
        rc = tenant_by_host(&global, cli->arena, &cli->master, name, out, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "there is no tenant \"%.100s\"", name);
    *db = db_tenant(cli->conn, out->id);
    return 0;
}

int cli_tenant(struct cli *cli, struct tenant *out, struct db *db, struct err *err)
{
    const char *name = cli_option(cli, "tenant");
    if (name == NULL)
        return cli_usage_error(cli, err, "--tenant is missing");
    return cli_tenant_named(cli, name, out, db, err);
}

/* In "title= yes": 1 for a switch, 2 for an option with a value, 0 for neither. */
static int option_kind(const char *options, const char *name, size_t n)
{
    for (const char *p = options; p != NULL && *p != '\0';) {
        size_t length = strcspn(p, " ");
        bool takes_value = length > 0 && p[length - 1] == '=';
        if (length - takes_value == n && memcmp(p, name, n) == 0)
            return takes_value ? 2 : 1;
        p += length + (p[length] == ' ');
    }
    return 0;
}

/* --name VALUE, --name=VALUE or --name; moves *argv past the value. */
static int take_option(struct cli *cli, char ***argv, struct err *err)
{
    const char *name = **argv + 2, *equals = strchr(name, '=');
    size_t n = equals != NULL ? (size_t)(equals - name) : strlen(name);
    int kind = option_kind(cli->command->options, name, n);
    if (kind == 0 || cli->options_n == CLI_OPTIONS_MAX)
        return cli_usage_error(cli, err, "unknown option --%.60s", name);
    struct cli_option *o = &cli->options[cli->options_n++];
    *o = (struct cli_option) { arena_strndup(cli->arena, name, n),
                               equals != NULL ? equals + 1 : NULL };
    if (kind == 1)
        return equals == NULL ? 0 : cli_usage_error(cli, err, "--%s takes no value", o->name);
    if (equals == NULL)
        o->value = *++*argv;
    return o->value != NULL ? 0 : cli_usage_error(cli, err, "--%s needs a value", o->name);
}

static int take_args(struct cli *cli, char **argv, struct err *err)
{
    bool takes_options = true;
    for (; *argv != NULL; argv++) {
        if (takes_options && str_is(*argv, "--")) {
            takes_options = false;
        } else if (takes_options && str_starts(*argv, "--")) {
            if (take_option(cli, &argv, err) < 0)
                return -1;
        } else if (cli->args_n == CLI_ARGS_MAX) {
            return cli_usage_error(cli, err, "too many arguments");
        } else {
            cli->args[cli->args_n++] = *argv;
        }
    }
    if (cli->args_n < cli->command->args_min)
        return cli_usage_error(cli, err, "an argument is missing");
    if (cli->args_n > cli->command->args_max)
        return cli_usage_error(cli, err, "too many arguments");
    return 0;
}

/* How many words of argv the command's name takes, 0 where it is another one. */
static size_t name_matches(const char *name, char **argv)
{
    size_t words = 0;
    for (const char *p = name; *p != '\0'; words++) {
        size_t n = strcspn(p, " ");
        if (argv[words] == NULL || strlen(argv[words]) != n || memcmp(p, argv[words], n) != 0)
            return 0;
        p += n + (p[n] == ' ');
    }
    return words;
}

/* The longest name that fits, so that "tenant domain add" wins over "tenant". */
static const struct cli_command *find(const struct cli_command *const *tables, char **argv,
                                      size_t *words)
{
    const struct cli_command *found = NULL;
    *words = 0;
    for (; *tables != NULL; tables++) {
        for (const struct cli_command *c = *tables; c->name != NULL; c++) {
            size_t n = name_matches(c->name, argv);
            if (n > *words) {
                found = c;
                *words = n;
            }
        }
    }
    return found;
}

static void print_command(FILE *out, const struct cli_command *c)
{
    (void)fprintf(out, "  deskctl %s%s%s\n      %s\n", c->name, *c->usage == '\0' ? "" : " ",
                  c->usage, c->summary);
}

/* All commands, or those that begin with the first word of argv. */
static void print_help(FILE *out, const struct cli_command *const *tables, const char *word)
{
    (void)fprintf(out, "usage: deskctl [-c CONFIGURATION] COMMAND ...\n\n");
    for (; *tables != NULL; tables++)
        for (const struct cli_command *c = *tables; c->name != NULL; c++)
            if (word == NULL || strncmp(c->name, word, strcspn(c->name, " ")) == 0)
                print_command(out, c);
    (void)fprintf(out,
                  "\nThe configuration is %s unless -c or DESKD_CONF names another.\n"
                  "Exit codes: 0 done, 1 failed, 2 wrong usage, 75 try again later.\n",
                  DESKD_CONF);
}

static void free_connection(void *data)
{
    struct db_conn *conn = data;
    db_conn_free(&conn);
}

static int open_services(struct cli *cli, const char *conf_path, struct err *err)
{
    if (cli->command->needs == CLI_NOTHING)
        return 0;
    if (conf_load(cli->arena, conf_path, &cli->conf, err) < 0)
        return -1;
    if (cli->command->needs == CLI_CONF)
        return 0;
    struct err unshared = ERR_INIT; /* where no server runs there is nobody to tell */
    (void)db_share_pulse(&cli->conf, false, &unshared);
    if (db_conn_new(&cli->conn, &cli->conf, err) < 0)
        return -1;
    arena_cleanup(cli->arena, free_connection, cli->conn);
    return tenant_master_key(cli->arena, cli->conf.data_dir, &cli->master, err);
}

static int exit_code(const struct cli *cli, const struct err *err)
{
    if (cli->is_usage_error)
        return CLI_USAGE;
    switch (err->code) {
    case ERR_UNAVAILABLE:
    case ERR_NO_MEMORY:
    case ERR_NO_SPACE:
    case ERR_DEADLOCK:
    case ERR_TIMEOUT:
        return CLI_TEMPORARY;
    default:
        return CLI_FAILED;
    }
}

static int run_command(struct cli *cli, const char *conf_path, char **argv, struct err *err)
{
    unsigned short slot;
    if (setjmp(*arena_boundary(cli->arena)) != 0)
        return err_set(err, ERR_NO_MEMORY, "out of memory");
    if (crypto_init(err) < 0)
        return -1;
    crypto_random(&slot, sizeof(slot));
    id_process(SLOT_FIRST + slot % SLOTS);
    if (take_args(cli, argv, err) < 0 || open_services(cli, conf_path, err) < 0)
        return -1;
    int rc = cli->command->run(cli, err);
    if (rc >= 0 && (fflush(cli->out) != 0 || ferror(cli->out) != 0))
        return err_set(err, ERR_INTERNAL, "cannot write to standard output");
    return rc;
}

static int run(const struct cli_command *command, const char *conf_path, char **argv)
{
    struct err err = ERR_INIT;
    struct cli cli = { .arena = arena_new(0), .command = command, .out = stdout };
    if (cli.arena == NULL) {
        (void)fputs("deskctl: out of memory\n", stderr);
        return CLI_TEMPORARY;
    }
    log_open(STDERR_FILENO, LOG_WARN);
    int rc = run_command(&cli, conf_path, argv, &err);
    if (rc < 0) {
        (void)fprintf(stderr, "deskctl: %s\n", err.msg);
        if (cli.is_usage_error)
            (void)fprintf(stderr, "usage: deskctl %s %s\n", command->name, command->usage);
        rc = exit_code(&cli, &err);
    }
    arena_free(&cli.arena);
    return rc;
}

int cli_main(const struct cli_command *const *tables, int argc, char **argv)
{
    const char *conf_path = getenv("DESKD_CONF");
    int i = 1;
    if (i + 1 < argc && str_is(argv[i], "-c")) {
        conf_path = argv[i + 1];
        i += 2;
    }
    size_t words;
    if (i < argc && (str_is(argv[i], "help") || str_is(argv[i], "--help"))) {
        print_help(stdout, tables, argv[i + 1]);
        return CLI_OK;
    }
    const struct cli_command *command = i < argc ? find(tables, argv + i, &words) : NULL;
    if (command == NULL) {
        print_help(stderr, tables, NULL);
        return CLI_USAGE;
    }
    return run(command, str_or(conf_path, DESKD_CONF), argv + i + words);
}
