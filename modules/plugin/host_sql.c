#include "plugin/plugin_private.h" /* plugins' own statements */

#include "base/arena.h"
#include "base/err.h"

#include <string.h>

static const struct plugin_sql *find(const struct plugin *p, const struct deskd_sql *sql)
{
    for (size_t i = 0; i < p->sql_n; i++)
        if (p->sql[i].declared == sql)
            return &p->sql[i];
    return NULL;
}

static struct db_arg arg_of(const struct deskd_arg *a)
{
    switch (a->type) {
    case DESKD_ARG_TENANT:
        return DB_TENANT;
    case DESKD_ARG_I64:
        return DB_I64(a->i64);
    case DESKD_ARG_TEXT:
        return DB_STR(a->p);
    case DESKD_ARG_BYTES:
        return DB_BLOB(a->p, a->n);
    case DESKD_ARG_NULL:
    default:
        return DB_NULL;
    }
}

/* Whether the tenant stands where it must; nothing else can name one. */
static bool is_bound(const struct plugin_sql *s, const struct deskd_arg *args, size_t n)
{
    for (size_t i = 0; i < n && i < 64; i++) {
        bool must = (s->tenant_marks >> i & 1) != 0;
        if (must && args[i].type != DESKD_ARG_TENANT)
            return false;
    }
    return true;
}

/* The statement and its arguments as db/ takes them; NULL with err set. */
static const struct plugin_sql *prepare(struct deskd_call *call, const struct deskd_sql *sql,
                                        const struct deskd_arg *args, size_t n, struct db_arg **out)
{
    const struct plugin_sql *s = find(call->plugin, sql);
    if (s == NULL || call->scene == NULL) {
        (void)err_set(call->err, ERR_INTERNAL, "plugin %s has not declared this statement",
                      call->plugin->id);
        return NULL;
    }
    if (!is_bound(s, args, n)) {
        (void)err_set(call->err, ERR_INTERNAL, "%s: the tenant must be DESKD_TENANT", s->sql.name);
        return NULL;
    }
    *out = arena_array(call->arena, n, sizeof(**out));
    for (size_t i = 0; i < n; i++)
        (*out)[i] = arg_of(&args[i]);
    return s;
}

static void show_row(struct arena *a, const struct db_row *row, struct deskd_row *out)
{
    struct deskd_value *values = arena_array(a, row->n, sizeof(*values));
    for (unsigned i = 0; i < row->n; i++) {
        const struct db_value *v = &row->values[i];
        values[i] = (struct deskd_value) { v->is_null, v->i64, v->p == NULL ? "" : v->p, v->n };
    }
    *out = (struct deskd_row) { values, row->n };
}

static void show_rows(struct arena *a, const struct db_rows *rows, struct deskd_rows *out)
{
    struct deskd_row *all = arena_array(a, rows->n, sizeof(*all));
    for (size_t i = 0; i < rows->n; i++)
        show_row(a, &rows->rows[i], &all[i]);
    *out = (struct deskd_rows) { all, rows->n };
}

int host_query(struct deskd_call *call, const struct deskd_sql *sql, const struct deskd_arg *args,
               size_t n, struct deskd_rows *out)
{
    struct db_arg *own;
    struct db_rows rows;
    const struct plugin_sql *s = prepare(call, sql, args, n, &own);
    *out = (struct deskd_rows) { NULL, 0 };
    if (s == NULL || db_all_(call->scene->db, call->arena, &rows, call->err, &s->sql, own, n) < 0)
        return DESKD_FAILED;
    show_rows(call->arena, &rows, out);
    return DESKD_OK;
}

int host_query_kept(struct deskd_call *call, const struct deskd_sql *sql,
                    const struct deskd_arg *args, size_t n, struct deskd_rows *out)
{
    struct db_arg *own;
    struct db_later later;
    struct db_rows rows;
    if (call->scene != NULL && db_conn_is_in_transaction(call->scene->db->conn))
        return host_query(call, sql, args, n, out);
    const struct plugin_sql *s = prepare(call, sql, args, n, &own);
    *out = (struct deskd_rows) { NULL, 0 };
    if (s == NULL)
        return DESKD_FAILED;
    db_ask_recent_(call->scene->db, call->arena, &later, &s->sql, own, n);
    if (db_answer(&later, &rows, call->err) < 0)
        return DESKD_FAILED;
    show_rows(call->arena, &rows, out);
    return DESKD_OK;
}

int64_t host_exec(struct deskd_call *call, const struct deskd_sql *sql,
                  const struct deskd_arg *args, size_t n)
{
    struct db_arg *own;
    const struct plugin_sql *s = prepare(call, sql, args, n, &own);
    return s == NULL ? DESKD_FAILED : db_exec_(call->scene->db, call->err, &s->sql, own, n);
}

struct transaction {
    struct deskd_call *call;
    int (*work)(struct deskd_call *call, void *data);
    void *data;
};

/* Run again, it starts without the error of the last time. */
static int run(struct db *db, void *data, struct err *err)
{
    struct transaction *t = data;
    (void)db;
    int rc = t->work(t->call, t->data);
    if (rc < 0 && err->code == ERR_NONE)
        return err_set(err, ERR_INTERNAL, "plugin %s failed in a transaction", t->call->plugin->id);
    return rc;
}

int host_transact(struct deskd_call *call, int (*work)(struct deskd_call *call, void *data),
                  void *data)
{
    struct transaction t = { call, work, data };
    if (call->scene == NULL)
        return host_failed(call, ERR_INTERNAL, "there is nothing to change here");
    return db_transact(call->scene->db, run, &t, call->err) < 0 ? DESKD_FAILED : DESKD_OK;
}
