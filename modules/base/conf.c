#include "base/conf.h" /* a table of keys; what is not in it does not exist */

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <stddef.h>
#include <string.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)256 * 1024)

enum key_type { TEXT, PATH, NUMBER, FLAG, CHOICE };

/* One key: where it goes, what holds without it, which values it takes. Numbers and flags have
 * their default as text too, so that there is one way in. */
struct key {
    const char *name;
    enum key_type type;
    size_t offset;
    const char *fallback;
    int64_t min, max;
    const char *choices; /* separated by blanks */
};

#define AT(member) offsetof(struct conf, member)

static const struct key keys[] = {
    { "run_dir", PATH, AT(run_dir), "/run/deskd", 0, 0, NULL },
    { "data_dir", PATH, AT(data_dir), DESKD_STATEDIR, 0, 0, NULL },
    { "template_dir", PATH, AT(template_dir), DESKD_DATADIR "/templates", 0, 0, NULL },
    { "static_dir", PATH, AT(static_dir), DESKD_DATADIR "/templates/static", 0, 0, NULL },
    { "locale_dir", PATH, AT(locale_dir), DESKD_DATADIR "/locale", 0, 0, NULL },
    { "sql_dir", PATH, AT(sql_dir), DESKD_DATADIR "/sql", 0, 0, NULL },
    { "plugin_dir", PATH, AT(plugin_dir), DESKD_STATEDIR "/plugins", 0, 0, NULL },
    { "plugin_keys", PATH, AT(plugin_keys), "", 0, 0, NULL },
    { "fcgi_socket", PATH, AT(fcgi_socket), "", 0, 0, NULL },
    { "lmtp_socket", PATH, AT(lmtp_socket), "", 0, 0, NULL },
    { "push_socket", PATH, AT(push_socket), "", 0, 0, NULL },
    { "db_socket", PATH, AT(db_socket), "/run/mysqld/mysqld.sock", 0, 0, NULL },
    { "db_host", TEXT, AT(db_host), "", 0, 0, NULL },
    { "db_port", NUMBER, AT(db_port), "3306", 1, 65535, NULL },
    { "db_name", TEXT, AT(db_name), "deskd", 0, 0, NULL },
    { "db_user", TEXT, AT(db_user), "deskd", 0, 0, NULL },
    { "db_password", TEXT, AT(db_password), "", 0, 0, NULL },
    { "redis_socket", PATH, AT(redis_socket), "", 0, 0, NULL },
    { "web_workers", NUMBER, AT(web_workers), "4", 1, 128, NULL },
    { "jobs_workers", NUMBER, AT(jobs_workers), "2", 0, 32, NULL },
    { "lmtp_workers", NUMBER, AT(lmtp_workers), "1", 0, 32, NULL },
    { "request_seconds", NUMBER, AT(request_seconds), "10", 1, 600, NULL },
    { "request_body_bytes", NUMBER, AT(request_body_bytes), "26214400", 4096, 1073741824, NULL },
    { "request_memory_bytes", NUMBER, AT(request_memory_bytes), "100663296", 1048576, 4294967296,
      NULL },
    { "worker_requests", NUMBER, AT(worker_requests), "10000", 1, 100000000, NULL },
    { "message_bytes", NUMBER, AT(message_bytes), "52428800", 65536, 1073741824, NULL },
    { "url_scheme", CHOICE, AT(url_scheme), "https", 0, 0, "https http" },
    { "url_port", NUMBER, AT(url_port), "0", 0, 65535, NULL },
    { "mail_transport", CHOICE, AT(mail_transport), "smtp", 0, 0, "smtp folder" },
    { "mail_outbox_dir", PATH, AT(mail_outbox_dir), "", 0, 0, NULL },
    { "smtp_url", TEXT, AT(smtp_url), "smtp://localhost:25", 0, 0, NULL },
    { "smtp_user", TEXT, AT(smtp_user), "", 0, 0, NULL },
    { "smtp_password", TEXT, AT(smtp_password), "", 0, 0, NULL },
    { "smtp_tls", CHOICE, AT(smtp_tls), "may", 0, 0, "never may must" },
    { "smtp_ca_file", PATH, AT(smtp_ca_file), "", 0, 0, NULL },
    { "smtp_seconds", NUMBER, AT(smtp_seconds), "120", 1, 3600, NULL },
    { "mail_hostname", TEXT, AT(mail_hostname), "localhost", 0, 0, NULL },
    { "notice_seconds", NUMBER, AT(notice_seconds), "120", 0, 86400, NULL },
    { "log_file", PATH, AT(log_file), "-", 0, 0, NULL },
    { "log_level", CHOICE, AT(log_level), "info", 0, 0, "debug info warn error" },
    { "development", FLAG, AT(development), "no", 0, 0, NULL },
    { "default_locale", TEXT, AT(default_locale), "en", 0, 0, NULL },
    { "default_timezone", TEXT, AT(default_timezone), "UTC", 0, 0, NULL },
};
#define KEYS (sizeof(keys) / sizeof(keys[0]))

/* A file being read. */
struct reader {
    struct arena *arena;
    struct conf *conf;
    const char *path;
    const char *dir; /* of path, with its slash */
    bool seen[KEYS];
};

static void *place(const struct reader *r, const struct key *k)
{
    return (char *)r->conf + k->offset;
}

static bool is_choice(const char *choices, const char *value)
{
    size_t n = strlen(value);
    for (const char *p = choices; n > 0 && (p = strstr(p, value)) != NULL; p += n)
        if ((p == choices || p[-1] == ' ') && (p[n] == ' ' || p[n] == '\0'))
            return true;
    return false;
}

static int set_number(const struct reader *r, const struct key *k, const char *value,
                      struct err *err)
{
    if (!str_i64(value, k->min, k->max, place(r, k)))
        return err_set(err, ERR_INVALID, "%s must be a number from %lld to %lld", k->name,
                       (long long)k->min, (long long)k->max);
    return 0;
}

static int set_flag(const struct reader *r, const struct key *k, const char *value, struct err *err)
{
    if (!is_choice("yes no", value))
        return err_set(err, ERR_INVALID, "%s must be yes or no", k->name);
    *(bool *)place(r, k) = str_is(value, "yes");
    return 0;
}

static const char *full_path(const struct reader *r, const char *value)
{
    bool is_kept = *value == '\0' || *value == '/' || str_is(value, "-");
    return is_kept ? value : arena_printf(r->arena, "%s%s", r->dir, value);
}

static int set(const struct reader *r, const struct key *k, const char *value, struct err *err)
{
    if (k->type == NUMBER)
        return set_number(r, k, value, err);
    if (k->type == FLAG)
        return set_flag(r, k, value, err);
    if (k->type == CHOICE && !is_choice(k->choices, value))
        return err_set(err, ERR_INVALID, "%s must be one of: %s", k->name, k->choices);
    *(const char **)place(r, k) = k->type == PATH ? full_path(r, value) : value;
    return 0;
}

static int set_by_name(struct reader *r, const char *name, const char *value, struct err *err)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (!str_is(keys[i].name, name))
            continue;
        if (r->seen[i])
            return err_set(err, ERR_INVALID, "%s is set twice", name);
        r->seen[i] = true;
        return set(r, &keys[i], value, err);
    }
    return err_set(err, ERR_INVALID, "unknown key \"%.60s\"", name);
}

static int read_line(struct reader *r, char *line, struct err *err)
{
    char *text = str_trim(r->arena, line);
    if (*text == '\0' || *text == '#')
        return 0;
    char *equals = strchr(text, '=');
    if (equals == NULL)
        return err_set(err, ERR_INVALID, "expected: key = value");
    *equals = '\0';
    return set_by_name(r, str_trim(r->arena, text), str_trim(r->arena, equals + 1), err);
}

static int read_lines(struct reader *r, char *data, size_t n, struct err *err)
{
    if (strlen(data) != n || !str_is_utf8(data, n))
        return err_set(err, ERR_INVALID, "%s is not UTF-8 text", r->path);
    unsigned number = 1;
    for (char *line = data, *end; line != NULL; line = end, number++) {
        end = strchr(line, '\n');
        if (end != NULL)
            *end++ = '\0';
        if (read_line(r, line, err) < 0)
            return err_wrap(err, "%s:%u", r->path, number);
    }
    return 0;
}

/* It names commands and passwords: who may write it is who may do all that we may. */
static int check_mode(const char *path, struct err *err)
{
    struct stat st;
    if (stat(path, &st) < 0)
        return err_errno(err, ERR_NOT_FOUND, "%s", path);
    if ((st.st_mode & S_IWOTH) != 0)
        return err_set(err, ERR_INVALID, "%s may be written by everybody (chmod o-w)", path);
    return 0;
}

static void set_derived(const struct reader *r)
{
    struct conf *c = r->conf;
    if (*c->fcgi_socket == '\0')
        c->fcgi_socket = arena_printf(r->arena, "%s/fcgi.sock", c->run_dir);
    if (*c->lmtp_socket == '\0')
        c->lmtp_socket = arena_printf(r->arena, "%s/lmtp.sock", c->run_dir);
    if (*c->push_socket == '\0')
        c->push_socket = arena_printf(r->arena, "%s/push.sock", c->run_dir);
    if (*c->mail_outbox_dir == '\0')
        c->mail_outbox_dir = arena_printf(r->arena, "%s/outbox", c->data_dir);
}

int conf_load(struct arena *a, const char *path, struct conf *out, struct err *err)
{
    char *data;
    size_t n;
    const char *slash = strrchr(path, '/');
    struct reader r = { .arena = a, .conf = out, .path = arena_strdup(a, path) };
    r.dir = slash == NULL ? "./" : arena_strndup(a, path, (size_t)(slash - path) + 1);
    memset(out, 0, sizeof(*out));
    out->path = r.path;
    for (size_t i = 0; i < KEYS; i++)
        if (set(&r, &keys[i], keys[i].fallback, err) < 0)
            return -1;
    if (check_mode(path, err) < 0 || file_read(a, path, FILE_MAX, &data, &n, err) < 0 ||
        read_lines(&r, data, n, err) < 0)
        return -1;
    if (out->request_memory_bytes < out->request_body_bytes)
        return err_set(err, ERR_INVALID, "%s: request_memory_bytes is below request_body_bytes",
                       path);
    set_derived(&r);
    return 0;
}
