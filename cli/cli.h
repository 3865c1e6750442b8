#ifndef DESKD_CLI_CLI_H /* cli/cli.h - deskctl: commands, their arguments, what they are given */
#define DESKD_CLI_CLI_H
#include "base/conf.h"
#include "base/crypto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
struct arena;
struct db;
struct db_conn;
struct err;
struct tenant;

#define CLI_OPTIONS_MAX 64
#define CLI_ARGS_MAX    64

/* Exit codes. 67 is EX_NOUSER, 75 EX_TEMPFAIL: an MTA that runs us bounces, or tries again. */
enum cli_exit { CLI_OK = 0, CLI_FAILED = 1, CLI_USAGE = 2, CLI_NO_USER = 67, CLI_TEMPORARY = 75 };

/* What a command is run with. */
struct cli {
    struct arena *arena;
    struct conf conf;
    struct db_conn *conn;     /* connects when first used */
    struct crypto_key master; /* unwraps the tenants' keys */
    const struct cli_command *command;
    const char *args[CLI_ARGS_MAX]; /* behind the command's name, options taken out */
    size_t args_n;
    struct cli_option {
        const char *name, *value; /* without "--"; value NULL for switches */
    } options[CLI_OPTIONS_MAX];
    size_t options_n;
    FILE *out; /* standard output, checked for errors at the end */
    bool is_usage_error;
};

enum cli_needs {
    CLI_SERVICES, /* configuration, database, master key */
    CLI_CONF,     /* only the configuration */
    CLI_NOTHING
};

/* run returns an exit code, or -1 with err. A command says on out what was asked for and nothing
 * else. */
struct cli_command {
    const char *name;    /* "tenant create" */
    const char *usage;   /* what stands behind it: "NAME --title TITLE [--yes]" */
    const char *summary; /* one line */
    const char *options; /* "title= yes": those with = take a value, may be repeated */
    size_t args_min, args_max;
    enum cli_needs needs;
    int (*run)(struct cli *cli, struct err *err);
};
/* Ends a table. */
#define CLI_END                                                                                    \
    {                                                                                              \
        NULL, NULL, NULL, NULL, 0, 0, CLI_NOTHING, NULL                                            \
    }

/* Value of an option, NULL where it was not given; the i-th of a repeated one; whether it was
 * given. */
const char *cli_option(const struct cli *cli, const char *name);
const char *cli_option_at(const struct cli *cli, const char *name, size_t i);
bool cli_has(const struct cli *cli, const char *name);
/* A number option within limits: fallback where it was not given. -1 with err where it is none. */
int cli_option_i64(struct cli *cli, const char *name, int64_t min, int64_t max, int64_t fallback,
                   int64_t *out, struct err *err);
/* Fails with exit code 2 and the command's usage. Returns -1. */
int cli_usage_error(struct cli *cli, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The tenant named (by name or one of its hosts) and its handle; ERR_NOT_FOUND. */
int cli_tenant_named(struct cli *cli, const char *name, struct tenant *out, struct db *db,
                     struct err *err);
/* The same for the option --tenant, which must be there. */
int cli_tenant(struct cli *cli, struct tenant *out, struct db *db, struct err *err);

/* Runs the command that argv names, from tables (each ends with CLI_END; the list with NULL).
 * Returns the exit code. */
int cli_main(const struct cli_command *const *tables, int argc, char **argv);

/* Tables, one for each *_cmd.c. */
extern const struct cli_command migrate_commands[], tenant_commands[], user_commands[],
    template_commands[], status_commands[], demo_commands[], mail_commands[], ticket_commands[],
    outbox_commands[], seed_commands[], search_commands[], plugin_commands[], plugin_new_commands[],
    plugin_tenant_commands[];
#endif
