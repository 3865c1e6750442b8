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

/* Splits a script at each ';' outside of quotes and comments. Statements are trimmed and without
 * "--" comments. ERR_INVALID where the text ends within a statement, a quote or a comment. */
int migrate_split(struct arena *a, const char *text, const char ***statements, size_t *n,
                  struct err *err);
#endif
