#include "db/migrate.h" /* the only place that runs SQL which is not declared: the files of deploy/sql */

#include "base/arena.h"
#include "base/conf.h"
#include "base/crypto.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "db/db_private.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MAX          ((size_t)4 * 1024 * 1024)
#define STATEMENT_SECONDS (24U * 3600U)

#define LOCK_ROW 0
#define ARGS_MAX 4

DB_SQL_GLOBAL(create_migrations, 0,
              "CREATE TABLE IF NOT EXISTS schema_migration ("
              "number INT NOT NULL COMMENT '0: the row that is locked while migrating', "
              "name VARCHAR(120) CHARACTER SET ascii NOT NULL, "
              "done INT NOT NULL COMMENT 'statements that have run', "
              "checksum BINARY(32) NOT NULL COMMENT 'of those', "
              "applied_at BIGINT NULL COMMENT 'NULL: not yet whole', "
              "PRIMARY KEY (number)) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin");
DB_SQL_GLOBAL(add_migration, 1,
              "INSERT IGNORE INTO schema_migration (number, name, done, checksum) "
              "VALUES (?, ?, 0, '')");
DB_SQL_GLOBAL(lock_migrations, 1,
              "SELECT number FROM schema_migration WHERE number = ? FOR UPDATE");
DB_SQL_GLOBAL(load_migration, 1,
              "SELECT done, checksum, applied_at FROM schema_migration WHERE number = ?");
DB_SQL_GLOBAL(record_statement, 1,
              "UPDATE schema_migration SET done = ?, checksum = ? WHERE number = ?");
DB_SQL_GLOBAL(record_applied, 1,
              "UPDATE schema_migration SET applied_at = " DB_NOW " WHERE number = ?");
DB_SQL_GLOBAL(has_migrations, 10,
              "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() "
              "AND table_name = 'schema_migration'");

/* The same of plugins' scripts; the plugin is always the last argument. */
DB_SQL_GLOBAL(add_plugin_migration, 1,
              "INSERT IGNORE INTO plugin_migration (number, name, done, checksum, plugin) "
              "VALUES (?, ?, 0, '', ?)");
DB_SQL_GLOBAL(load_plugin_migration, 1,
              "SELECT done, checksum, applied_at FROM plugin_migration WHERE number = ? "
              "AND plugin = ?");
DB_SQL_GLOBAL(record_plugin_statement, 1,
              "UPDATE plugin_migration SET done = ?, checksum = ? WHERE number = ? AND plugin = ?");
DB_SQL_GLOBAL(record_plugin_applied, 1,
              "UPDATE plugin_migration SET applied_at = " DB_NOW " WHERE number = ? "
              "AND plugin = ?");
DB_SQL_GLOBAL(forget_plugin, 10000, "DELETE FROM plugin_migration WHERE plugin = ?");

/* Where it is recorded what ran. */
struct record {
    const struct db_sql *add, *load, *statement, *applied;
};
static const struct record of_ours = { &add_migration, &load_migration, &record_statement,
                                       &record_applied };
static const struct record of_plugins = { &add_plugin_migration, &load_plugin_migration,
                                          &record_plugin_statement, &record_plugin_applied };

struct script {
    int64_t number;
    const char *name;
    const char **statements;
    size_t n;
    size_t done; /* as recorded */
    bool is_applied;
    unsigned char checksum[CRYPTO_HASH]; /* of the statements that are done */
};

struct migration {
    struct arena *arena;
    const struct conf *conf;
    const char *dir;    /* of the scripts */
    const char *plugin; /* whose they are; NULL: ours */
    const struct record *record;
    struct db_conn *conn;
    struct db_conn *locker; /* a second connection: DDL would end the lock's transaction */
    struct script *scripts;
    size_t n;
    migrate_progress *progress;
    void *data;
    size_t ran;
};

static void free_connection(void *conn)
{
    struct db_conn *c = conn;
    db_conn_free(&c);
}

static int connect_new(struct migration *m, struct db_conn **out, struct err *err)
{
    if (db_conn_new(out, m->conf, err) < 0)
        return -1;
    (*out)->query_seconds = STATEMENT_SECONDS;
    arena_cleanup(m->arena, free_connection, *out);
    return 0;
}

/* args, and behind them whose script it is. */
static size_t with_plugin(const struct migration *m, struct db_arg out[ARGS_MAX],
                          const struct db_arg *args, size_t n)
{
    if (n > 0)
        memcpy(out, args, n * sizeof(*args));
    if (m->plugin != NULL)
        out[n++] = DB_STR(m->plugin);
    return n;
}

static int note(struct migration *m, const struct db_sql *sql, const struct db_arg *args, size_t n,
                struct err *err)
{
    struct db global = db_global(m->conn);
    struct db_arg all[ARGS_MAX];
    n = with_plugin(m, all, args, n);
    return db_exec_(&global, err, sql, all, n) < 0 ? -1 : 0;
}

/* Chained, so that the sum of the first n statements follows from that of the first n - 1. */
static void add_to_sum(struct arena *a, unsigned char sum[CRYPTO_HASH], const char *statement)
{
    size_t n = strlen(statement);
    unsigned char *both = arena_alloc(a, CRYPTO_HASH + n);
    memcpy(both, sum, CRYPTO_HASH);
    memcpy(both + CRYPTO_HASH, statement, n);
    crypto_sha256(sum, both, CRYPTO_HASH + n);
}

/* NNNN_verb_noun.sql: its number, or 0. */
static int64_t script_number(const char *name)
{
    int64_t number = 0;
    for (int i = 0; i < 4; i++) {
        if (!isdigit((unsigned char)name[i]))
            return 0;
        number = number * 10 + (name[i] - '0');
    }
    return name[4] == '_' && str_ends(name, ".sql") ? number : 0;
}

static int is_script(const struct dirent *entry)
{
    return script_number(entry->d_name) > 0;
}

static int read_script(struct migration *m, const char *name, struct err *err)
{
    char *text;
    size_t n;
    struct script *s = &m->scripts[m->n];
    *s = (struct script) { .number = script_number(name), .name = arena_strdup(m->arena, name) };
    if (m->n > 0 && s[-1].number == s->number)
        return err_set(err, ERR_INVALID, "%s and %s have the same number", s[-1].name, name);
    if (file_read(m->arena, arena_printf(m->arena, "%s/%s", m->dir, name), FILE_MAX, &text, &n,
                  err) < 0)
        return -1;
    if (!str_is_utf8(text, n) || memchr(text, '\0', n) != NULL)
        return err_set(err, ERR_INVALID, "%s is not UTF-8 text", name);
    if (migrate_split(m->arena, text, &s->statements, &s->n, err) < 0)
        return err_wrap(err, "%s", name);
    m->n++;
    return 0;
}

static int read_scripts(struct migration *m, struct err *err)
{
    struct dirent **entries;
    int n = scandir(m->dir, &entries, is_script, alphasort);
    if (n < 0 && errno == ENOENT && m->plugin != NULL)
        return 0;
    if (n < 0)
        return err_errno(err, ERR_NOT_FOUND, "%s", m->dir);
    m->scripts = arena_array(m->arena, (size_t)n + 1, sizeof(*m->scripts));
    int rc = 0;
    for (int i = 0; i < n; i++) {
        if (rc == 0)
            rc = read_script(m, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    if (rc == 0 && m->n == 0 && m->plugin == NULL)
        return err_set(err, ERR_NOT_FOUND, "no migrations in %s", m->dir);
    return rc;
}

/* What was recorded about the script; it must still begin with what ran. */
static int load_record(struct migration *m, struct script *s, struct err *err)
{
    struct db global = db_global(m->conn);
    struct db_row row;
    struct db_arg args[ARGS_MAX];
    size_t args_n = with_plugin(m, args, &DB_I64(s->number), 1);
    int rc = db_one_(&global, m->arena, &row, err, m->record->load, args, args_n);
    if (rc <= 0)
        return rc;
    size_t n, done = (size_t)db_i64(&row, 0);
    memset(s->checksum, 0, CRYPTO_HASH); /* may be the second look, after a deadlock */
    const void *sum = db_blob(&row, 1, &n);
    for (size_t i = 0; i < done && i < s->n; i++)
        add_to_sum(m->arena, s->checksum, s->statements[i]);
    s->done = done;
    s->is_applied = !db_is_null(&row, 2);
    bool is_same = done <= s->n && (!s->is_applied || done == s->n) &&
                   (done == 0 || (n == CRYPTO_HASH && memcmp(sum, s->checksum, n) == 0));
    return is_same ? 1
                   : err_set(err, ERR_CONFLICT,
                             "%s was changed after it had been applied; restore it, and put the "
                             "change into a new file",
                             s->name);
}

static int load_records(struct migration *m, struct err *err)
{
    for (size_t i = 0; i < m->n; i++)
        if (load_record(m, &m->scripts[i], err) < 0)
            return -1;
    return 0;
}

static int execute(struct migration *m, const char *sql, struct err *err)
{
    if (conn_open(m->conn, err) < 0)
        return -1;
    MYSQL_STMT *stmt = mysql_stmt_init(m->conn->mysql);
    if (stmt == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a statement");
    int rc = 0;
    if (mysql_stmt_prepare(stmt, sql, strlen(sql)) != 0 || mysql_stmt_execute(stmt) != 0)
        rc = err_set(err, ERR_INTERNAL, "%s", mysql_stmt_error(stmt));
    (void)mysql_stmt_close(stmt);
    return rc;
}

static int apply_statement(struct migration *m, struct script *s, struct err *err)
{
    const char *sql = s->statements[s->done];
    if (m->progress != NULL)
        m->progress(m->data, s->name, s->done + 1, s->n);
    if (execute(m, sql, err) < 0)
        return err_wrap(err, "%s, statement %zu", s->name, s->done + 1);
    add_to_sum(m->arena, s->checksum, sql);
    s->done++;
    m->ran++;
    const struct db_arg args[] = { DB_I64((int64_t)s->done), DB_BLOB(s->checksum, CRYPTO_HASH),
                                   DB_I64(s->number) };
    return note(m, m->record->statement, args, 3, err);
}

static int apply(struct migration *m, struct script *s, struct err *err)
{
    const struct db_arg args[] = { DB_I64(s->number), DB_STR(s->name) };
    if (s->is_applied)
        return 0;
    if (note(m, m->record->add, args, 2, err) < 0)
        return -1;
    while (s->done < s->n)
        if (apply_statement(m, s, err) < 0)
            return -1;
    return note(m, m->record->applied, args, 1, err);
}

static int apply_all(struct db *locker, void *data, struct err *err)
{
    struct migration *m = data;
    struct db_row row;
    int rc = db_one(locker, m->arena, &row, err, lock_migrations, DB_I64(LOCK_ROW));
    if (rc < 0)
        return -1;
    if (load_records(m, err) < 0)
        return -1;
    for (size_t i = 0; i < m->n; i++)
        if (apply(m, &m->scripts[i], err) < 0)
            return -1;
    return 0;
}

/* The row that is locked. It is looked for first: an INSERT would wait for who holds it. */
static int make_lock_row(struct migration *m, struct err *err)
{
    struct db global = db_global(m->conn);
    struct db_row row;
    if (db_exec_(&global, err, &create_migrations, NULL, 0) < 0)
        return -1;
    int rc = db_one(&global, m->arena, &row, err, load_migration, DB_I64(LOCK_ROW));
    if (rc != 0)
        return rc < 0 ? -1 : 0;
    return db_exec(&global, err, add_migration, DB_I64(LOCK_ROW), DB_STR("lock")) < 0 ? -1 : 0;
}

static int run_locked(struct migration *m, struct err *err)
{
    struct db locker = db_global(m->locker);
    if (make_lock_row(m, err) < 0)
        return -1;
    int rc = db_transact(&locker, apply_all, m, err);
    if (rc < 0 && err->code == ERR_UNAVAILABLE && m->ran == 0 && str_ends(err->msg, "contended"))
        return err_set(err, ERR_UNAVAILABLE, "another migration is running");
    return rc;
}

static int run(struct migration *m, struct migrate_result *out, struct err *err)
{
    if (read_scripts(m, err) < 0 || connect_new(m, &m->conn, err) < 0 ||
        connect_new(m, &m->locker, err) < 0)
        return -1;
    int rc = run_locked(m, err);
    *out = (struct migrate_result) { m->n, m->ran };
    return rc;
}

static struct migration ours(struct arena *a, const struct conf *conf)
{
    return (
        struct migration) { .arena = a, .conf = conf, .dir = conf->sql_dir, .record = &of_ours };
}

int migrate_run(struct arena *a, const struct conf *conf, migrate_progress *progress, void *data,
                struct migrate_result *out, struct err *err)
{
    struct migration m = ours(a, conf);
    m.progress = progress;
    m.data = data;
    return run(&m, out, err);
}

int migrate_plugin(struct arena *a, const struct conf *conf, const char *plugin, const char *dir,
                   struct migrate_result *out, struct err *err)
{
    struct migration m = { .arena = a, .conf = conf, .dir = dir, .plugin = plugin };
    m.record = &of_plugins;
    return run(&m, out, err);
}

int migrate_plugin_scripts(struct arena *a, const char *plugin, const char *dir,
                           migrate_check *check, void *data, struct err *err)
{
    struct migration m = { .arena = a, .dir = dir, .plugin = plugin };
    if (read_scripts(&m, err) < 0)
        return -1;
    for (size_t i = 0; i < m.n; i++)
        for (size_t k = 0; k < m.scripts[i].n; k++)
            check(data, m.scripts[i].name, k + 1, m.scripts[i].statements[k]);
    return 0;
}

int migrate_plugin_drop(struct arena *a, const struct conf *conf, const char *plugin,
                        const char *const *tables, struct err *err)
{
    struct migration m = { .arena = a, .conf = conf, .plugin = plugin };
    if (connect_new(&m, &m.conn, err) < 0)
        return -1;
    if (execute(&m, "SET foreign_key_checks = 0", err) < 0)
        return -1;
    for (; *tables != NULL; tables++)
        if (execute(&m, arena_printf(a, "DROP TABLE IF EXISTS `%s`", *tables), err) < 0)
            return -1;
    return note(&m, &forget_plugin, NULL, 0, err);
}

int migrate_is_done(struct arena *a, const struct conf *conf, struct err *err)
{
    struct migration m = ours(a, conf);
    struct db_row row;
    if (read_scripts(&m, err) < 0 || connect_new(&m, &m.conn, err) < 0)
        return -1;
    struct db global = db_global(m.conn);
    int rc = db_one_(&global, a, &row, err, &has_migrations, NULL, 0);
    if (rc < 0 || db_i64(&row, 0) == 0)
        return rc < 0 ? -1 : 0;
    for (size_t i = 0; i < m.n; i++)
        if (load_record(&m, &m.scripts[i], err) < 0)
            return -1;
        else if (!m.scripts[i].is_applied)
            return 0;
    return 1;
}
