/* tests/unit/plugin/shelf_test.c - which installed plugins may be loaded, and why others may not */
#include "../suite.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"
#include "plugin/shelf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static char dir[64];
static const char *reasons; /* what was reported: "id: reason\n" */

static const char *in(const char *path)
{
    return arena_printf(test_arena, "%s/%s", dir, path);
}

static void put(const char *path, const char *text)
{
    struct err err = ERR_INIT;
    ck_assert_msg(file_create_durable(in(path), text, strlen(text), &err) == 0, "%s", err.msg);
}

/* A version that lies on the shelf; used where is_current. */
static void install(const char *id, const char *version, const char *requires, bool is_current)
{
    struct err err = ERR_INIT;
    const char *folder = arena_printf(test_arena, "%s/%s", id, version);
    ck_assert_int_eq(file_make_dirs(in(folder), 0755, &err), 0);
    const char *needs = *requires == '\0'
                            ? ""
                            : arena_printf(test_arena, "<requires plugin=\"%s\"/>", requires);
    put(arena_printf(test_arena, "%s/plugin.xml", folder),
        arena_printf(test_arena,
                     "<plugin id=\"%s\" version=\"%s\" abi=\"1.0\"><name>N</name>"
                     "<description>D</description>%s</plugin>",
                     id, version, needs));
    put(arena_printf(test_arena, "%s/%s.so", folder, id), "not loaded here");
    const char *link = in(arena_printf(test_arena, "%s/current", id));
    if (is_current)
        ck_assert_int_eq(symlink(version, link), 0);
}

static void hear(void *data, const char *id, const char *reason)
{
    (void)data;
    reasons = arena_printf(test_arena, "%s%s: %s\n", reasons, id, reason);
}

static struct shelf read_it(void)
{
    struct shelf s;
    struct err err = ERR_INIT;
    reasons = "";
    ck_assert_msg(shelf_read(test_arena, dir, hear, NULL, &s, &err) == 0, "%s", err.msg);
    return s;
}

static void forget(void *data)
{
    struct err err = ERR_INIT;
    (void)data;
    (void)file_remove_tree(dir, &err);
}

static void begin(void)
{
    (void)snprintf(dir, sizeof(dir), "/tmp/deskd-shelf-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    ck_assert_int_eq(chmod(dir, 0755), 0);
    arena_cleanup(test_arena, forget, NULL);
}

START_TEST(requirements_come_first)
{
    begin();
    install("aa", "1.0.0", "cc", true);
    install("bb", "1.0.0", "", true);
    install("cc", "2.10.0", "bb", true);
    install("cc", "2.9.0", "", false);
    struct shelf s = read_it();
    ck_assert_str_eq(reasons, "");
    ck_assert_uint_eq(s.n, 3);
    ck_assert_str_eq(s.plugins[0].manifest.id, "bb");
    ck_assert_str_eq(s.plugins[1].manifest.id, "cc");
    ck_assert_str_eq(s.plugins[2].manifest.id, "aa");
    ck_assert_str_eq(shelf_find(&s, "cc")->dir, in("cc/2.10.0"));
    ck_assert_str_eq(shelf_find(&s, "cc")->object, in("cc/2.10.0/cc.so"));
    ck_assert_ptr_null(shelf_find(&s, "dd"));
}
END_TEST

START_TEST(no_folder_is_an_empty_shelf)
{
    struct shelf s;
    struct err err = ERR_INIT;
    ck_assert_int_eq(shelf_read(test_arena, "/nowhere/at/all", hear, NULL, &s, &err), 0);
    ck_assert_uint_eq(s.n, 0);
}
END_TEST

START_TEST(an_open_shelf_is_refused)
{
    struct shelf s;
    struct err err = ERR_INIT;
    begin();
    ck_assert_int_eq(chmod(dir, 0775), 0);
    ck_assert_int_eq(shelf_read(test_arena, dir, hear, NULL, &s, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "others may write to"));
}
END_TEST

static void others_write(void)
{
    ck_assert_int_eq(chmod(in("probe/1.0.0/probe.so"), 0666), 0);
}
static void group_writes_folder(void)
{
    ck_assert_int_eq(chmod(in("probe/1.0.0"), 0775), 0);
}
static void group_writes_versions(void)
{
    ck_assert_int_eq(chmod(in("probe"), 0775), 0);
}
static void set_id(void)
{
    ck_assert_int_eq(chmod(in("probe/1.0.0/probe.so"), 04755), 0);
}
static void foreign(void)
{
    if (geteuid() == 0)
        ck_assert_int_eq(chown(in("probe/1.0.0/probe.so"), 65534, 65534), 0);
    else
        ck_assert_int_eq(chmod(in("probe/1.0.0/probe.so"), 0666), 0);
}
static void linked_file(void)
{
    ck_assert_int_eq(symlink("/etc/passwd", in("probe/1.0.0/words")), 0);
}
static void fifo(void)
{
    ck_assert_int_eq(mkfifo(in("probe/1.0.0/pipe"), 0600), 0);
}
static void no_object(void)
{
    ck_assert_int_eq(unlink(in("probe/1.0.0/probe.so")), 0);
}
static void linked_object(void)
{
    no_object();
    ck_assert_int_eq(symlink("/lib/x86_64-linux-gnu/libc.so.6", in("probe/1.0.0/probe.so")), 0);
}
static void no_manifest(void)
{
    ck_assert_int_eq(unlink(in("probe/1.0.0/plugin.xml")), 0);
}
static void other_name(void)
{
    ck_assert_int_eq(rename(in("probe"), in("robe")), 0);
}
static void other_version(void)
{
    ck_assert_int_eq(rename(in("probe/1.0.0"), in("probe/1.0.1")), 0);
    ck_assert_int_eq(unlink(in("probe/current")), 0);
    ck_assert_int_eq(symlink("1.0.1", in("probe/current")), 0);
}
static void link_elsewhere(void)
{
    ck_assert_int_eq(unlink(in("probe/current")), 0);
    ck_assert_int_eq(symlink("../good/1.0.0", in("probe/current")), 0);
}
static void link_above(void)
{
    ck_assert_int_eq(unlink(in("probe/current")), 0);
    ck_assert_int_eq(symlink("..", in("probe/current")), 0);
}
static void no_link(void)
{
    ck_assert_int_eq(unlink(in("probe/current")), 0);
}
static void linked_folder(void)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(file_remove_tree(in("probe"), &err), 0);
    ck_assert_int_eq(symlink("good", in("probe")), 0);
}
static void large(void)
{
    ck_assert_int_eq(truncate(in("probe/1.0.0/probe.so"), (off_t)65 * 1024 * 1024), 0);
}
static void deep(void)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(file_make_dirs(in("probe/1.0.0/a/b/c/d/e/f/g/h/i"), 0755, &err), 0);
}
static void bad_manifest(void)
{
    no_manifest();
    put("probe/1.0.0/plugin.xml", "<plugin/>");
}
static void other_abi(void)
{
    no_manifest();
    put("probe/1.0.0/plugin.xml", "<plugin id=\"probe\" version=\"1.0.0\" abi=\"2.0\"/>");
}
static void needs_absent(void)
{
    no_manifest();
    put("probe/1.0.0/plugin.xml",
        "<plugin id=\"probe\" version=\"1.0.0\" abi=\"1.0\"><name>N</name>"
        "<description>D</description><requires plugin=\"absent\"/></plugin>");
}
static void needs_circle(void)
{
    no_manifest();
    install("other", "1.0.0", "probe", true);
    put("probe/1.0.0/plugin.xml",
        "<plugin id=\"probe\" version=\"1.0.0\" abi=\"1.0\"><name>N</name>"
        "<description>D</description><requires plugin=\"other\"/></plugin>");
}

static const struct {
    void (*spoil)(void);
    const char *reason;
} spoilt[] = {
    { others_write, "probe: others may write to probe.so" },
    { group_writes_folder, "probe: others may write to its folder" },
    { group_writes_versions, "probe: others may write to its folder" },
    { set_id, "set-id bit" },
    { foreign, "probe.so" },
    { linked_file, "words is neither a file nor a folder" },
    { fifo, "pipe is neither a file nor a folder" },
    { no_object, "probe.so is missing" },
    { linked_object, "probe.so is neither a file nor a folder" },
    { no_manifest, "plugin.xml" },
    { other_name, "its plugin.xml says that it is probe 1.0.0" },
    { other_version, "its plugin.xml says that it is probe 1.0.0" },
    { link_elsewhere, "does not name a version" },
    { link_above, "does not name a version" },
    { no_link, "current" },
    { linked_folder, "it is not a folder" },
    { large, "more than 64 MB" },
    { deep, "folders are more than 8 deep" },
    { bad_manifest, "<plugin> needs id" },
    { other_abi, "made for the plugin interface 2.0" },
    { needs_absent, "requires absent, which is not there" },
    { needs_circle, "requires other, which is not there" },
};

/* One bad plugin is left out and told; the good one beside it stays. */
START_TEST(bad_ones_stop_nobody)
{
    begin();
    (void)umask(022);
    install("good", "1.0.0", "", true);
    install("probe", "1.0.0", "", true);
    spoilt[_i].spoil();
    struct shelf s = read_it();
    ck_assert_msg(s.n == 1 && shelf_find(&s, "good") != NULL, "%zu are taken", s.n);
    ck_assert_msg(strstr(reasons, spoilt[_i].reason) != NULL, "%s", reasons);
}
END_TEST

SUITE(shelf)
{
    tcase_add_test(tc, requirements_come_first);
    tcase_add_test(tc, no_folder_is_an_empty_shelf);
    tcase_add_test(tc, an_open_shelf_is_refused);
    tcase_add_loop_test(tc, bad_ones_stop_nobody, 0, (int)(sizeof(spoilt) / sizeof(spoilt[0])));
}
