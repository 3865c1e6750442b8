#ifndef DESKD_DB_MIGRATE_H /* modules/db/migrate.h - brings the schema up to this program:         \
                              deploy/sql, in order */
#define DESKD_DB_MIGRATE_H
#include <stdbool.h>
#include <stddef.h>
struct arena;
struct conf;
struct err;

/* Called before each statement that runs: file name, which of how many. */
typedef void migrate_progress(void *data, const char *file, size_t statement, size_t statements);

struct migrate_result {
    size_t files;      /* that there are */
    size_t statements; /* that ran now */
};

/*
 * Applies conf->sql_dir/NNNN_verb_noun.sql in order of number. One process at a time: others wait
 * for a row lock, half a minute (ERR_UNAVAILABLE then). Each statement is recorded when it has
 * run, so a crash resumes behind it; as a crash may also fall between the two, every statement must
 * be safe to run twice (IF NOT EXISTS). A file whose applied part was changed is ERR_CONFLICT, and
 * nothing is applied. Comments may be changed at any time.
 */
int migrate_run(struct arena *a, const struct conf *conf, migrate_progress *progress, void *data,
                struct migrate_result *out, struct err *err);
/* Whether each file has been applied: 1, 0 (also where there is no schema at all), -1. */
int migrate_is_done(struct arena *a, const struct conf *conf, struct err *err);

/* The same for a plugin's scripts, which dir holds (none where there is no such folder). What ran
 * is recorded as the plugin's own; the lock is the same. */
int migrate_plugin(struct arena *a, const struct conf *conf, const char *plugin, const char *dir,
                   struct migrate_result *out, struct err *err);
/* Shows each of their statements to check, in order, and runs none. */
typedef void migrate_check(void *data, const char *file, size_t statement, const char *sql);
int migrate_plugin_scripts(struct arena *a, const char *plugin, const char *dir,
                           migrate_check *check, void *data, struct err *err);
/* Drops a plugin's tables (names ends with NULL) and forgets what ran. */
int migrate_plugin_drop(struct arena *a, const struct conf *conf, const char *plugin,
                        const char *const *tables, struct err *err);

/* Splits a script at each ';' outside of quotes and comments. Statements are trimmed and without
 * "--" comments. ERR_INVALID where the text ends within a statement, a quote or a comment. */
int migrate_split(struct arena *a, const char *text, const char ***statements, size_t *n,
                  struct err *err);
#endif
