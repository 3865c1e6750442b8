#include "db/db_private.h" /* preparing, binding, fetching: the only caller of mysql_stmt_* */

#include "base/arena.h"
#include "base/err.h"

#include <stdlib.h>
#include <string.h>

#define PARAMS_MAX 1024
#define PARAMS_FEW 64 /* what all but bulk loading need */

extern const struct db_sql __start_deskd_sql[], __stop_deskd_sql[];

const struct db_sql *db_sql_all(size_t *n)
{
    *n = (size_t)(__stop_deskd_sql - __start_deskd_sql);
    return __start_deskd_sql;
}

static int added;

bool db_sql_add(struct db_sql *sql)
{
    if (added == DB_SQL_MORE)
        return false;
    sql->more = ++added;
    return true;
}

static size_t registered(void)
{
    size_t n;
    (void)db_sql_all(&n);
    return n;
}

size_t sql_place(const struct db_sql *sql)
{
    return sql->more > 0 ? registered() + (size_t)sql->more - 1 : (size_t)(sql - __start_deskd_sql);
}

size_t sql_places(void)
{
    return registered() + DB_SQL_MORE;
}

void statement_drop(struct statement *s)
{
    if (s->stmt != NULL)
        (void)mysql_stmt_close(s->stmt);
    free(s->results);
    free(s->cells);
    *s = (struct statement) { 0 };
}

static int stmt_error(struct db_conn *c, struct statement *s, const struct db_sql *sql,
                      struct err *err)
{
    return conn_error(c, mysql_stmt_errno(s->stmt), mysql_stmt_error(s->stmt), sql->name, err);
}

static bool is_number(enum enum_field_types type)
{
    return type == MYSQL_TYPE_TINY || type == MYSQL_TYPE_SHORT || type == MYSQL_TYPE_LONG ||
           type == MYSQL_TYPE_LONGLONG || type == MYSQL_TYPE_INT24;
}

static void bind_result(struct statement *s, unsigned i, enum enum_field_types type)
{
    struct cell *cell = &s->cells[i];
    s->results[i] = (MYSQL_BIND) { .length = &cell->length,
                                   .is_null = &cell->is_null,
                                   .error = &cell->is_error };
    if (is_number(type)) {
        s->results[i].buffer_type = MYSQL_TYPE_LONGLONG;
        s->results[i].buffer = &cell->i64;
    } else {
        s->results[i].buffer_type = MYSQL_TYPE_STRING;
        s->results[i].buffer = cell->text;
        s->results[i].buffer_length = sizeof(cell->text) - 1;
    }
}

static int bind_results(struct statement *s, struct err *err)
{
    s->columns = mysql_stmt_field_count(s->stmt);
    if (s->columns == 0)
        return 0;
    s->results = calloc(s->columns, sizeof(*s->results));
    s->cells = calloc(s->columns, sizeof(*s->cells));
    MYSQL_RES *meta = mysql_stmt_result_metadata(s->stmt);
    if (s->results == NULL || s->cells == NULL || meta == NULL) {
        if (meta != NULL)
            mysql_free_result(meta);
        return err_set(err, ERR_NO_MEMORY, "no memory for a result");
    }
    for (unsigned i = 0; i < s->columns; i++)
        bind_result(s, i, mysql_fetch_field_direct(meta, i)->type);
    mysql_free_result(meta);
    return mysql_stmt_bind_result(s->stmt, s->results) != 0
               ? err_set(err, ERR_INTERNAL, "bind results: %s", mysql_stmt_error(s->stmt))
               : 0;
}

static struct statement *place_of(const struct db_conn *c, const struct db_sql *sql)
{
    return &c->statements[sql_place(sql)];
}

bool statement_is_ready(const struct db_conn *c, const struct db_sql *sql)
{
    return c->mysql != NULL && place_of(c, sql)->stmt != NULL;
}

struct statement *statement_get(struct db_conn *c, const struct db_sql *sql, struct err *err)
{
    struct statement *s = place_of(c, sql);
    if (s->stmt != NULL)
        return s;
    s->stmt = mysql_stmt_init(c->mysql);
    if (s->stmt == NULL) {
        (void)err_set(err, ERR_NO_MEMORY, "no memory for a statement");
        return NULL;
    }
    if (mysql_stmt_prepare(s->stmt, sql->text, strlen(sql->text)) != 0) {
        (void)stmt_error(c, s, sql, err);
        statement_drop(s);
        return NULL;
    }
    s->params = (unsigned)mysql_stmt_param_count(s->stmt);
    if (bind_results(s, err) < 0) {
        statement_drop(s);
        return NULL;
    }
    return s;
}

static void bind_param(const struct db *db, MYSQL_BIND *bind, const struct db_arg *arg,
                       unsigned long *length)
{
    *length = arg->n;
    switch (arg->type) {
    case DB_ARG_TENANT:
        *bind = (MYSQL_BIND) { .buffer_type = MYSQL_TYPE_LONGLONG,
                               .buffer = (void *)(uintptr_t)&db->tenant_id };
        break;
    case DB_ARG_I64:
        *bind = (MYSQL_BIND) { .buffer_type = MYSQL_TYPE_LONGLONG,
                               .buffer = (void *)(uintptr_t)&arg->i64 };
        break;
    case DB_ARG_STR:
    case DB_ARG_BLOB:
        *bind = (MYSQL_BIND) { .buffer_type = arg->type == DB_ARG_STR ? MYSQL_TYPE_STRING
                                                                      : MYSQL_TYPE_BLOB,
                               .buffer = (void *)(uintptr_t)arg->p,
                               .buffer_length = arg->n,
                               .length = length };
        break;
    case DB_ARG_NULL:
    default:
        *bind = (MYSQL_BIND) { .buffer_type = MYSQL_TYPE_NULL };
        break;
    }
}

/* The handle decides the tenant: a tenant's statement on the global handle, or the reverse, is a
 * mistake of ours that must not reach the database. */
static int check_call(const struct db *db, const struct statement *s, const struct db_sql *sql,
                      const struct db_arg *args, size_t n, struct err *err)
{
    bool names_tenant = false;
    for (size_t i = 0; i < n; i++)
        names_tenant = names_tenant || args[i].type == DB_ARG_TENANT;
    if (n != s->params || n > PARAMS_MAX)
        return err_set(err, ERR_INTERNAL, "%s takes %u arguments, got %zu", sql->name, s->params,
                       n);
    if (sql->is_global ? db->tenant_id != 0 || names_tenant : db->tenant_id == 0 || !names_tenant)
        return err_set(err, ERR_INTERNAL, "%s: wrong handle", sql->name);
    return 0;
}

/* mysql_stmt_execute only sends here: statement_receive reads. */
static int send(struct statement *s)
{
    const my_bool yes = 1, no = 0;
    (void)mysql_optionsv(s->stmt->mysql, MARIADB_OPT_SKIP_READ_RESPONSE, &yes);
    int rc = mysql_stmt_execute(s->stmt);
    (void)mysql_optionsv(s->stmt->mysql, MARIADB_OPT_SKIP_READ_RESPONSE, &no);
    return rc;
}

static int bind_and_run(struct db *db, struct statement *s, const struct db_sql *sql,
                        const struct db_arg *args, size_t n, MYSQL_BIND *binds,
                        unsigned long *lengths, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        bind_param(db, &binds[i], &args[i], &lengths[i]);
    if ((n > 0 && mysql_stmt_bind_param(s->stmt, binds) != 0) || send(s) != 0)
        return stmt_error(db->conn, s, sql, err);
    return 0;
}

static int execute_many(struct db *db, struct statement *s, const struct db_sql *sql,
                        const struct db_arg *args, size_t n, struct err *err)
{
    MYSQL_BIND *binds = calloc(n, sizeof(*binds));
    unsigned long *lengths = calloc(n, sizeof(*lengths));
    int rc = binds == NULL || lengths == NULL
                 ? err_set(err, ERR_NO_MEMORY, "no memory for a statement")
                 : bind_and_run(db, s, sql, args, n, binds, lengths, err);
    free(binds);
    free(lengths);
    return rc;
}

int statement_send(struct db *db, struct statement *s, const struct db_sql *sql,
                   const struct db_arg *args, size_t n, struct err *err)
{
    MYSQL_BIND binds[PARAMS_FEW];
    unsigned long lengths[PARAMS_FEW];
    if (check_call(db, s, sql, args, n, err) < 0)
        return -1;
    return n > PARAMS_FEW ? execute_many(db, s, sql, args, n, err)
                          : bind_and_run(db, s, sql, args, n, binds, lengths, err);
}

int statement_receive(struct db *db, struct statement *s, const struct db_sql *sql, struct err *err)
{
    MYSQL *mysql = db->conn->mysql;
    if (mysql->methods->db_read_execute_response(s->stmt) != 0)
        return stmt_error(db->conn, s, sql, err);
    db->conn->insert_id = (int64_t)mysql_stmt_insert_id(s->stmt);
    return 0;
}

int statement_execute(struct db *db, struct statement *s, const struct db_sql *sql,
                      const struct db_arg *args, size_t n, struct err *err)
{
    return statement_send(db, s, sql, args, n, err) < 0 ? -1 : statement_receive(db, s, sql, err);
}

/* NULL: the client library had no memory for it. */
static const char *fetch_text(struct statement *s, unsigned i, struct arena *a)
{
    struct cell *cell = &s->cells[i];
    char *text = arena_alloc(a, cell->length + 1);
    if (cell->length < sizeof(cell->text)) {
        memcpy(text, cell->text, cell->length);
    } else {
        MYSQL_BIND whole = { .buffer_type = MYSQL_TYPE_STRING,
                             .buffer = text,
                             .buffer_length = cell->length,
                             .length = &cell->length,
                             .is_null = &cell->is_null,
                             .error = &cell->is_error };
        if (mysql_stmt_fetch_column(s->stmt, &whole, i, 0) != 0)
            return NULL;
    }
    text[cell->length] = '\0';
    return text;
}

int statement_fetch(struct db *db, struct statement *s, struct arena *a, struct db_row *row,
                    struct err *err)
{
    int rc = mysql_stmt_fetch(s->stmt);
    if (rc == MYSQL_NO_DATA)
        return 0;
    if (rc != 0 && rc != MYSQL_DATA_TRUNCATED)
        return conn_error(db->conn, mysql_stmt_errno(s->stmt), mysql_stmt_error(s->stmt), "fetch",
                          err);
    struct db_value *values = arena_array(a, s->columns, sizeof(*values));
    for (unsigned i = 0; i < s->columns; i++) {
        struct cell *cell = &s->cells[i];
        values[i].is_null = cell->is_null != 0;
        if (cell->is_null)
            continue;
        if (s->results[i].buffer_type == MYSQL_TYPE_LONGLONG) {
            values[i].i64 = cell->i64;
        } else {
            values[i].p = fetch_text(s, i, a);
            values[i].n = cell->length;
            if (values[i].p == NULL)
                return err_set(err, ERR_NO_MEMORY, "no memory for a value");
        }
    }
    *row = (struct db_row) { values, s->columns };
    return 1;
}
