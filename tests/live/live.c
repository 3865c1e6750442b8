#include "live.h"

#include "base/clock.h"
#include "base/id.h"
#include "base/log.h"
#include "db/migrate.h"
#include "user/password.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void stop(void *data)
{
    struct live *l = data;
    mysql_close(l->raw);
    db_conn_free(&l->conn);
}

static void connect_raw(struct live *l)
{
    const struct conf *c = &l->conf;
    const char *socket = c->db_socket != NULL && *c->db_socket != '\0' ? c->db_socket : NULL;
    l->raw = mysql_init(NULL);
    (void)mysql_options(l->raw, MYSQL_SET_CHARSET_NAME, "utf8mb4");
    if (mysql_real_connect(l->raw, socket != NULL ? NULL : c->db_host, c->db_user, c->db_password,
                           c->db_name, (unsigned)c->db_port, socket, CLIENT_FOUND_ROWS) == NULL)
        ck_abort_msg("no database: %s", mysql_error(l->raw));
}

struct live *live_start(void)
{
    struct migrate_result result;
    struct live *l = arena_zalloc(test_arena, sizeof(*l));
    const char *path = getenv("DESKD_TEST_CONF");
    ck_assert_msg(path != NULL, "DESKD_TEST_CONF must name a deskd.conf with a database");
    log_open(STDERR_FILENO, LOG_ERROR);
    id_process((unsigned)getpid() % 1024);
    live_is(l, conf_load(test_arena, path, &l->conf, &l->err), 0);
    live_is(l, migrate_run(test_arena, &l->conf, NULL, NULL, &result, &l->err), 0);
    live_is(l, tenant_master_key(test_arena, l->conf.data_dir, &l->master, &l->err), 0);
    live_is(l, db_conn_new(&l->conn, &l->conf, &l->err), 0);
    connect_raw(l);
    l->global = db_global(l->conn);
    arena_cleanup(test_arena, stop, l);
    return l;
}

struct doomed {
    struct live *live;
    int64_t id;
};

/* Uses an arena of its own: test_arena is being taken down. */
static void delete_tenant(void *data)
{
    struct doomed *d = data;
    struct err err = ERR_INIT;
    struct arena *a = arena_new(0);
    db_conn_settle(d->live->conn);
    if (tenant_delete(&d->live->global, a, d->id, d->live->conf.data_dir, &err) < 0)
        (void)fprintf(stderr, "tenant %" PRId64 " stays: %s\n", d->id, err.msg);
    arena_free(&a);
}

struct tenant live_tenant(struct live *l)
{
    unsigned char random[8];
    struct tenant t;
    crypto_random(random, sizeof(random));
    const char *hex = crypto_hex(test_arena, random, sizeof(random));
    const struct tenant_new from = { .name = arena_printf(test_arena, "t%s", hex),
                                     .title = "Test",
                                     .host = arena_printf(test_arena, "t%s.test", hex),
                                     .locale = "en",
                                     .timezone = "UTC" };
    live_is(l, tenant_create(&l->global, test_arena, &l->master, &from, &t, &l->err), 0);
    struct doomed *d = arena_alloc(test_arena, sizeof(*d));
    *d = (struct doomed) { l, t.id };
    arena_cleanup(test_arena, delete_tenant, d);
    return t;
}

void live_drop(struct live *l, int64_t tenant)
{
    live_is(l, tenant_delete(&l->global, test_arena, tenant, l->conf.data_dir, &l->err), 0);
}

struct db live_db(struct live *l, const struct tenant *t)
{
    return db_tenant(l->conn, t->id);
}

int64_t live_user(struct live *l, const struct tenant *t, const char *email, enum role role,
                  const int64_t *departments, size_t departments_n)
{
    struct db db = live_db(l, t);
    int64_t id;
    const struct user_fields fields = { .name = email,
                                        .email = email,
                                        .role = role,
                                        .gender = "",
                                        .departments = departments,
                                        .departments_n = departments_n,
                                        .is_active = true };
    live_is(l, user_create(&db, test_arena, NULL, &fields, &id, &l->err), 0);
    live_is(l, password_set(&db, test_arena, id, LIVE_PASSWORD, &l->err), 0);
    return id;
}

struct viewer live_viewer(struct live *l, const struct tenant *t, int64_t user_id)
{
    struct db db = live_db(l, t);
    struct viewer v;
    live_is(l, viewer_load(&db, test_arena, user_id, &v, &l->err), 1);
    return v;
}

struct act live_act(struct live *l, const struct tenant *t, struct db *db, const struct viewer *v)
{
    return (struct act) { .db = db,
                          .arena = test_arena,
                          .tenant = t,
                          .data_dir = l->conf.data_dir,
                          .actor = v == NULL ? ACTOR_SYSTEM : ACTOR_PERSON,
                          .viewer = v,
                          .now = clock_now_ms() };
}

static MYSQL_RES *query(struct live *l, const char *sql)
{
    if (mysql_real_query(l->raw, sql, strlen(sql)) != 0)
        ck_abort_msg("%s: %s", sql, mysql_error(l->raw));
    return mysql_store_result(l->raw);
}

void live_run(struct live *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    MYSQL_RES *result = query(l, arena_vprintf(test_arena, format, args));
    va_end(args);
    if (result != NULL)
        mysql_free_result(result);
}

int64_t live_number(struct live *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    MYSQL_RES *result = query(l, arena_vprintf(test_arena, format, args));
    va_end(args);
    MYSQL_ROW row = mysql_fetch_row(result);
    int64_t n = row == NULL ? -1 : row[0] == NULL ? 0 : strtoll(row[0], NULL, 10);
    mysql_free_result(result);
    return n;
}

const char **live_column(struct live *l, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    MYSQL_RES *result = query(l, arena_vprintf(test_arena, format, args));
    va_end(args);
    size_t n = 0;
    const char **out = arena_array(test_arena, mysql_num_rows(result) + 1, sizeof(*out));
    for (MYSQL_ROW row; (row = mysql_fetch_row(result)) != NULL;)
        out[n++] = row[0] == NULL ? NULL : arena_strdup(test_arena, row[0]);
    out[n] = NULL;
    mysql_free_result(result);
    return out;
}
