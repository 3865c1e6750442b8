/* tests/unit/base/conf_test.c - deskd.conf: what is read, what is refused, and that the manual is
 * true */
#include "../suite.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];

static const char *written(const char *text)
{
    struct err err = ERR_INIT;
    (void)snprintf(dir, sizeof(dir), "/tmp/deskd-conf-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    const char *path = arena_printf(test_arena, "%s/deskd.conf", dir);
    const char *tmp = arena_printf(test_arena, "%s.tmp", path);
    ck_assert_int_eq(file_write_durable(tmp, path, text, strlen(text), &err), 0);
    return path;
}

static void forget(void)
{
    struct err err = ERR_INIT;
    ck_assert_int_eq(file_remove_tree(dir, &err), 0);
}

START_TEST(values_are_read)
{
    struct conf c;
    struct err err = ERR_INIT;
    const char *path = written("# a comment\n\n  run_dir=run\r\nweb_workers = 7\n"
                               "db_password = a = b # c\ndevelopment = yes\nlog_level=warn\n"
                               "data_dir = /data\nlog_file = deskd.log");
    ck_assert_msg(conf_load(test_arena, path, &c, &err) == 0, "%s", err.msg);
    ck_assert_str_eq(c.run_dir, arena_printf(test_arena, "%s/run", dir));
    ck_assert_str_eq(c.fcgi_socket, arena_printf(test_arena, "%s/run/fcgi.sock", dir));
    ck_assert_str_eq(c.log_file, arena_printf(test_arena, "%s/deskd.log", dir));
    ck_assert_str_eq(c.data_dir, "/data");
    ck_assert_str_eq(c.mail_outbox_dir, "/data/outbox");
    ck_assert_str_eq(c.db_password, "a = b # c");
    ck_assert_int_eq(c.web_workers, 7);
    ck_assert_int_eq(c.jobs_workers, 2);
    ck_assert(c.development);
    ck_assert_str_eq(c.redis_socket, "");
    forget();
}
END_TEST

static const struct {
    const char *text, *reason;
} bad[] = {
    { "unknown = 1", ":1: unknown key \"unknown\"" },
    { "\nrun_dir", ":2: expected: key = value" },
    { "web_workers = 0", "web_workers must be a number from 1 to 128" },
    { "web_workers = 129", "web_workers must be a number" },
    { "web_workers = 1k", "web_workers must be a number" },
    { "web_workers =", "web_workers must be a number" },
    { "db_name = a\ndb_name = b", ":2: db_name is set twice" },
    { "development = true", "development must be yes or no" },
    { "smtp_tls = must may", "smtp_tls must be one of: never may must" },
    { "smtp_tls =", "smtp_tls must be one of" },
    { "smtp_tls = mus", "smtp_tls must be one of" },
    { "db_name = \xFF", "is not UTF-8 text" },
    { "request_memory_bytes = 1048576", "request_memory_bytes is below request_body_bytes" },
    { "= x", "unknown key \"\"" },
};

START_TEST(mistakes_name_their_line)
{
    struct conf c;
    struct err err = ERR_INIT;
    ck_assert_int_eq(conf_load(test_arena, written(bad[_i].text), &c, &err), -1);
    ck_assert_msg(strstr(err.msg, bad[_i].reason) != NULL, "%s", err.msg);
    ck_assert_ptr_nonnull(strstr(err.msg, "deskd.conf"));
    forget();
}
END_TEST

START_TEST(open_files_are_refused)
{
    struct conf c;
    struct err err = ERR_INIT;
    const char *path = written("");
    ck_assert_int_eq(chmod(path, 0606), 0);
    ck_assert_int_eq(conf_load(test_arena, path, &c, &err), -1);
    ck_assert_ptr_nonnull(strstr(err.msg, "written by everybody"));
    ck_assert_int_eq(unlink(path), 0);
    ck_assert_int_eq(conf_load(test_arena, path, &c, &err), -1);
    ck_assert_int_eq(err.code, ERR_NOT_FOUND);
    forget();
}
END_TEST

/* The manual with every key uncommented means the same as an empty file. */
START_TEST(manual_shows_the_defaults)
{
    struct conf manual, empty;
    struct err err = ERR_INIT;
    char *text;
    size_t n;
    struct buf *keys = buf_new(test_arena);
    ck_assert_int_eq(
        file_read(test_arena, test_source("deploy/deskd.conf"), 1 << 20, &text, &n, &err), 0);
    for (char *line = text; line != NULL && *line != '\0'; line = strchr(line, '\n')) {
        line += *line == '\n';
        bool is_key = line[0] == '#' && line[1] >= 'a' && line[1] <= 'z';
        const char *from = is_key ? line + 1 : line;
        buf_add(keys, from, strcspn(from, "\n"));
        buf_addc(keys, '\n');
    }
    ck_assert_msg(conf_load(test_arena, written(buf_str(keys)), &manual, &err) == 0, "%s", err.msg);
    forget();
    ck_assert_int_eq(conf_load(test_arena, written("data_dir = /var/lib/deskd"), &empty, &err), 0);
    forget();
    ck_assert_str_eq(manual.run_dir, empty.run_dir);
    ck_assert_str_eq(manual.db_socket, empty.db_socket);
    ck_assert_str_eq(manual.redis_socket, empty.redis_socket);
    ck_assert_str_eq(manual.fcgi_socket, empty.fcgi_socket);
    ck_assert_str_eq(manual.mail_outbox_dir, empty.mail_outbox_dir);
    ck_assert_str_eq(manual.smtp_url, empty.smtp_url);
    ck_assert_str_eq(manual.smtp_tls, empty.smtp_tls);
    ck_assert_str_eq(manual.log_file, empty.log_file);
    ck_assert_int_eq(manual.request_seconds, empty.request_seconds);
    ck_assert_int_eq(manual.request_body_bytes, empty.request_body_bytes);
    ck_assert_int_eq(manual.request_memory_bytes, empty.request_memory_bytes);
    ck_assert_int_eq(manual.worker_requests, empty.worker_requests);
    ck_assert_int_eq(manual.message_bytes, empty.message_bytes);
    ck_assert_int_eq(manual.web_workers, empty.web_workers);
    ck_assert_int_eq(manual.db_port, empty.db_port);
}
END_TEST

SUITE(conf)
{
    tcase_add_test(tc, values_are_read);
    tcase_add_loop_test(tc, mistakes_name_their_line, 0, (int)(sizeof(bad) / sizeof(bad[0])));
    tcase_add_test(tc, open_files_are_refused);
    tcase_add_test(tc, manual_shows_the_defaults);
}
