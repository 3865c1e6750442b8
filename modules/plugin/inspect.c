#include "plugin/inspect.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "db/migrate.h"
#include "db/tenant_key.h"
#include "plugin/deskd_plugin.h"
#include "plugin/shelf.h"

#include <elf.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define OBJECT_MAX ((size_t)64 * 1024 * 1024)
#define SYMBOL     "deskd_plugin_v"

void inspect_problem(struct inspection *i, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = arena_vprintf(i->arena, format, args);
    va_end(args);
    i->problems++;
    i->report(i->data, text);
}

/* What this program was built for; 0 where that cannot be told. */
static int machine_of_ours(void)
{
    Elf64_Ehdr head = { .e_machine = 0 };
    int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : read(fd, &head, sizeof(head));
    if (fd >= 0)
        (void)close(fd);
    return n == (ssize_t)sizeof(head) ? head.e_machine : 0;
}

/* The name that says which interface it was built for stands in it as text. */
static void check_symbol(struct inspection *i, const char *data, size_t n)
{
    const char *wanted = arena_printf(i->arena, SYMBOL "%d", DESKD_ABI_MAJOR);
    if (memmem(data, n, wanted, strlen(wanted) + 1) != NULL)
        return;
    const char *other = memmem(data, n, SYMBOL, strlen(SYMBOL));
    if (other != NULL)
        inspect_problem(i, "%s.so is built for interface %.4s; this deskd has %d", i->manifest.id,
                        other + strlen(SYMBOL), DESKD_ABI_MAJOR);
    else
        inspect_problem(i, "%s.so does not export %s", i->manifest.id, wanted);
}

static void check_elf(struct inspection *i)
{
    char *data;
    size_t n;
    struct err err = ERR_INIT;
    Elf64_Ehdr head;
    const char *path = arena_printf(i->arena, "%s/%s.so", i->dir, i->manifest.id);
    if (file_read(i->arena, path, OBJECT_MAX, &data, &n, &err) < 0) {
        inspect_problem(i, err.code == ERR_NOT_FOUND ? "%s.so is missing" : "%s.so cannot be read",
                        i->manifest.id);
        return;
    }
    memset(&head, 0, sizeof(head));
    memcpy(&head, data, n < sizeof(head) ? n : sizeof(head));
    if (n < sizeof(head) || memcmp(head.e_ident, ELFMAG, SELFMAG) != 0 || head.e_type != ET_DYN)
        inspect_problem(i, "%s.so is no shared object", i->manifest.id);
    else if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_machine != machine_of_ours())
        inspect_problem(i, "%s.so is built for another machine", i->manifest.id);
    else
        check_symbol(i, data, n);
}

static void check_migration(void *data, const char *file, size_t statement, const char *sql)
{
    struct inspection *i = data;
    const char *problem = tenant_key_check_ddl(i->arena, sql, i->manifest.tables);
    if (problem != NULL)
        inspect_problem(i, "sql/%s, statement %zu: %s", file, statement, problem);
}

static void check_migrations(struct inspection *i)
{
    struct err err = ERR_INIT;
    if (migrate_plugin_scripts(i->arena, i->manifest.id, arena_printf(i->arena, "%s/sql", i->dir),
                               check_migration, i, &err) < 0)
        inspect_problem(i, "sql: %s", err.msg);
}

size_t inspect_files(struct inspection *i)
{
    struct err err = ERR_INIT;
    if (shelf_check_files(i->arena, i->dir, &err) < 0 ||
        manifest_read(i->arena, i->dir, &i->manifest, &err) < 0) {
        inspect_problem(i, "%s", err.msg);
        return i->problems;
    }
    check_elf(i);
    check_migrations(i);
    inspect_words(i);
    return i->problems;
}
