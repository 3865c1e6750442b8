#include "plugin/inspect.h" /* what a plugin's object declares; looked at in a process of its own */

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "db/db.h"
#include "db/tenant_key.h"
#include "plugin/deskd_plugin.h"
#include "plugin/plugin_private.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS   5
#define TEXT_MAX  ((size_t)256 * 1024)
#define LIST_MAX  1000 /* entries of a list whose end was forgotten */
#define NAME_SIZE 200

/* --- in the other process --------------------------------------------------------------------- */

struct looking {
    struct inspection *i;
    struct deskd_plugin plugin; /* as much as it has */
    struct db_conn *conn;       /* NULL: nothing is prepared */
};

static bool has_file(const struct inspection *i, const char *name)
{
    struct stat st;
    const char *html = arena_printf(i->arena, "%s/templates/%s.html", i->dir, name);
    const char *text = arena_printf(i->arena, "%s/templates/%s", i->dir, name);
    return stat(html, &st) == 0 || (str_ends(name, ".txt") && stat(text, &st) == 0);
}

static bool is_own_permission(const struct plugin_manifest *m, const char *name)
{
    for (size_t k = 0; k < m->permissions_n; k++)
        if (str_is(m->permissions[k].name, name))
            return true;
    return false;
}

static void look_at_statement(struct looking *l, const struct deskd_sql *s)
{
    unsigned marks;
    uint64_t tenant_marks;
    struct inspection *i = l->i;
    const char *name = str_or(s->name, "(no name)");
    if (str_is_empty(s->text) || s->budget < 0) {
        inspect_problem(i, "statement %s has no text, or a budget below 0", name);
        return;
    }
    const char *problem = tenant_key_check_own(i->arena, s->text, i->manifest.tables, &marks,
                                               &tenant_marks);
    if (problem != NULL)
        inspect_problem(i, "statement %s: %s", name, problem);
    struct db_sql *sql = arena_zalloc(i->arena, sizeof(*sql));
    *sql = (struct db_sql) { .name = name, .text = s->text, .file = "", .budget = s->budget };
    struct err err = ERR_INIT;
    if (problem == NULL && l->conn != NULL && db_sql_add(sql) && db_prepare(l->conn, sql, &err) < 0)
        inspect_problem(i, "statement %s: %s", name, err.msg);
}

static void look_at_route(struct looking *l, const struct deskd_route *r)
{
    struct inspection *i = l->i;
    const char *p = str_or(r->permission, "");
    bool is_core = strchr(p, '.') != NULL;
    if (*r->path != '\0' && *r->path != '/')
        inspect_problem(i, "route \"%s\" must be empty or begin with /", r->path);
    if (r->handler == NULL)
        inspect_problem(i, "route \"%s\" has no handler", r->path);
    if (r->method != DESKD_GET && r->method != DESKD_POST)
        inspect_problem(i, "route \"%s\" is neither GET nor POST", r->path);
    if (*p != '\0' && !is_core && !str_is(p, "public") && !is_own_permission(&i->manifest, p))
        inspect_problem(i,
                        "route \"%s\" asks for permission \"%s\", which plugin.xml does not have",
                        r->path, p);
    for (int k = 0; &l->plugin.routes[k] != r; k++)
        if (l->plugin.routes[k].method == r->method && str_is(l->plugin.routes[k].path, r->path))
            inspect_problem(i, "route \"%s\" is there twice", r->path);
}

static void look_at_slot(struct looking *l, const struct deskd_slot *s)
{
    static const char *const places[] = {
        "ticket.side",     "ticket.head",    "list.column",   "top", "agent.section",
        "profile.section", "config.section", "agents.column", "bar"
    };
    bool is_known = false;
    for (size_t k = 0; k < sizeof(places) / sizeof(places[0]); k++)
        is_known = is_known || str_is(places[k], s->place);
    if (!is_known)
        inspect_problem(l->i, "there is no place \"%s\" for a slot", s->place);
    if (str_is_empty(s->template_name) || !has_file(l->i, s->template_name))
        inspect_problem(l->i, "slot \"%s\": there is no template \"%s\"", s->place,
                        str_or(s->template_name, ""));
    if (s->fill == NULL)
        inspect_problem(l->i, "slot \"%s\" has no fill", s->place);
}

static void look_at_menus(struct looking *l)
{
    const struct plugin_manifest *m = &l->i->manifest;
    for (size_t k = 0; k < m->menus_n; k++) {
        bool is_there = false;
        for (const struct deskd_route *r = l->plugin.routes; r != NULL && r->path != NULL; r++)
            is_there = is_there || (r->method == DESKD_GET && str_is(r->path, m->menus[k].path));
        if (!is_there)
            inspect_problem(l->i, "menu entry \"%s\" leads to \"%s\", but there is no such page",
                            m->menus[k].label, m->menus[k].path);
    }
}

static void look_at_rule_part(struct looking *l, const char *what, const char *name,
                              const char *label, bool has_function)
{
    if (!has_function || str_is_empty(label))
        inspect_problem(l->i, "%s \"%s\" has no label or no function", what, name);
    if (!plugin_rule_name_fits(name))
        inspect_problem(l->i, "%s \"%.60s\": names are 1 to 40 of a-z 0-9 _", what, name);
}

static void look_at_work(struct looking *l)
{
    const struct deskd_plugin *p = &l->plugin;
    for (const struct deskd_job_kind *j = p->jobs; j != NULL && j->kind != NULL; j++)
        if (j->run == NULL || strlen(j->kind) > 30)
            inspect_problem(l->i, "job \"%s\" has no run, or too long a name", j->kind);
    for (const struct deskd_condition *c = p->conditions; c != NULL && c->name != NULL; c++)
        look_at_rule_part(l, "condition", c->name, c->label, c->holds != NULL);
    for (const struct deskd_rule_action *a = p->actions; a != NULL && a->name != NULL; a++)
        look_at_rule_part(l, "action", a->name, a->label, a->run != NULL);
}

static void look_at_lists(struct looking *l)
{
    int n = 0;
    for (const struct deskd_sql *const *s = l->plugin.sql; s != NULL && *s != NULL; s++)
        if (n++ < LIST_MAX)
            look_at_statement(l, *s);
    for (const struct deskd_route *r = l->plugin.routes; r != NULL && r->path != NULL; r++)
        if (n++ < LIST_MAX)
            look_at_route(l, r);
    for (const struct deskd_slot *s = l->plugin.slots; s != NULL && s->place != NULL; s++)
        if (n++ < LIST_MAX)
            look_at_slot(l, s);
    look_at_work(l);
    look_at_menus(l);
    if (n > LIST_MAX)
        inspect_problem(l->i, "it declares more than %d things", LIST_MAX);
}

static void look(struct looking *l)
{
    struct inspection *i = l->i;
    const char *path = arena_printf(i->arena, "%s/%s.so", i->dir, i->manifest.id);
    void *object = dlopen(*path == '/' ? path : arena_printf(i->arena, "./%s", path),
                          RTLD_NOW | RTLD_LOCAL);
    if (object == NULL) {
        inspect_problem(i, "%s.so cannot be loaded: %s", i->manifest.id, dlerror());
        return;
    }
    const struct deskd_plugin *p = dlsym(object, "deskd_plugin_v1");
    if (p == NULL || p->size < sizeof(size_t) * 2) {
        inspect_problem(i, "%s.so does not export deskd_plugin_v1", i->manifest.id);
        return;
    }
    memcpy(&l->plugin, p, p->size < sizeof(l->plugin) ? p->size : sizeof(l->plugin));
    if (l->plugin.abi_minor > DESKD_ABI_MINOR)
        inspect_problem(i, "%s.so is built for interface %d.%u; this deskd has %d.%d",
                        i->manifest.id, DESKD_ABI_MAJOR, l->plugin.abi_minor, DESKD_ABI_MAJOR,
                        DESKD_ABI_MINOR);
    else if (!str_is(l->plugin.id, i->manifest.id))
        inspect_problem(i, "%s.so says that it is \"%.60s\"", i->manifest.id,
                        str_or(l->plugin.id, ""));
    else
        look_at_lists(l);
}

static void write_line(void *data, const char *problem)
{
    const int *fd = data;
    struct err err;
    (void)file_write_all(*fd, problem, strlen(problem), &err);
    (void)file_write_all(*fd, "\n", 1, &err);
}

static void limit(void)
{
    const struct rlimit cpu = { SECONDS, SECONDS }, none = { 0, 0 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)setrlimit(RLIMIT_CPU, &cpu);
    (void)setrlimit(RLIMIT_CORE, &none);
    (void)alarm(SECONDS);
    for (int fd = 0; fd <= 2 && null >= 0; fd++)
        (void)dup2(null, fd);
}

static _Noreturn void look_and_leave(struct inspection *i, const struct conf *conf, int fd)
{
    struct err err = ERR_INIT;
    struct looking l = { .i = i };
    limit();
    i->report = write_line;
    i->data = &fd;
    if (conf != NULL && db_conn_new(&l.conn, conf, &err) < 0)
        inspect_problem(i, "%s", err.msg);
    look(&l);
    write_line(&fd, "."); /* it came to an end */
    _exit(0);
}

/* --- in this one ------------------------------------------------------------------------------ */

static void hear(struct inspection *i, const char *text, int status)
{
    char *rest = arena_strdup(i->arena, text), *at;
    bool is_whole = false;
    for (char *line = strtok_r(rest, "\n", &at); line != NULL; line = strtok_r(NULL, "\n", &at)) {
        is_whole = str_is(line, ".");
        if (!is_whole)
            inspect_problem(i, "%s", line);
    }
    if (is_whole && WIFEXITED(status))
        return;
    if (WIFSIGNALED(status))
        inspect_problem(i, "%s.so ended the process that looked at it (signal %d)", i->manifest.id,
                        WTERMSIG(status));
    else
        inspect_problem(i, "%s.so ended the process that looked at it", i->manifest.id);
}

static const char *read_all(struct inspection *i, int fd)
{
    struct buf b = buf_make(i->arena, 4096);
    for (ssize_t n = 1; n > 0 && b.len < TEXT_MAX;) {
        n = read(fd, buf_room(&b, 4096), 4096);
        if (n > 0)
            buf_grew(&b, (size_t)n);
        else if (n < 0 && errno == EINTR)
            n = 1;
    }
    return buf_str(&b);
}

size_t inspect_object(struct inspection *i, const struct conf *conf)
{
    int ends[2], status = 0;
    if (pipe2(ends, O_CLOEXEC) < 0) {
        inspect_problem(i, "no pipe to look at %s.so", i->manifest.id);
        return i->problems;
    }
    pid_t pid = fork();
    if (pid == 0)
        look_and_leave(i, conf, ends[1]);
    (void)close(ends[1]);
    const char *text = pid < 0 ? "" : read_all(i, ends[0]);
    (void)close(ends[0]);
    while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    hear(i, text, status);
    return i->problems;
}
