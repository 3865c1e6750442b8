#include "canned/canned.h"

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/word.h"
#include "db/db.h"
#include "user/audit.h"
#include "user/capability.h"
#include "user/viewer.h"

#include <string.h>

#define NAME_MAX_BYTES     190
#define KEYWORDS_MAX_BYTES 255
#define QUERY_WORDS        4 /* more are not looked at */

#define CANNED_COLUMNS "id, version, name, keywords, body, department_id, user_id"
#define HAS_WORD       " AND CONCAT_WS(' ', name, keywords, body) LIKE ?"
/* A person's own and everybody's are asked for alike; departments are sorted out by who sees them.
 */
DB_SQL(find_canned, 1000,
       "SELECT " CANNED_COLUMNS
       " FROM canned WHERE tenant_id = ? AND (user_id IS NULL OR user_id = "
       "?)" HAS_WORD HAS_WORD HAS_WORD HAS_WORD " ORDER BY name");
DB_SQL(find_one_canned, 1, "SELECT " CANNED_COLUMNS " FROM canned WHERE tenant_id = ? AND id = ?");
DB_SQL(count_canned, 1000, "SELECT COUNT(*) FROM canned WHERE tenant_id = ?");
DB_SQL(
    insert_canned, 1,
    "INSERT INTO canned (tenant_id, id, name, keywords, body, department_id, user_id, created_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, " DB_NOW ")");
DB_SQL(
    update_canned, 1,
    "UPDATE canned SET name = ?, keywords = ?, body = ?, department_id = ?, user_id = ?, version "
    "= version + 1 WHERE tenant_id = ? AND id = ? AND version = ?");
DB_SQL(remove_canned, 1, "DELETE FROM canned WHERE tenant_id = ? AND id = ?");
DB_SQL(move_canned, 1000,
       "UPDATE canned SET department_id = ? WHERE tenant_id = ? AND department_id = ?");

/* --- reading --- */

static struct canned take(const struct db_row *row)
{
    return (struct canned) { .id = db_i64(row, 0),
                             .version = db_i64(row, 1),
                             .name = db_str(row, 2),
                             .keywords = db_str(row, 3),
                             .body = db_str(row, 4),
                             .department_id = db_i64(row, 5),
                             .user_id = db_i64(row, 6) };
}

static bool sees(const struct viewer *v, const struct canned *c)
{
    if (c->user_id != 0)
        return c->user_id == v->user_id;
    return c->department_id == 0 || viewer_sees_department(v, c->department_id);
}

/* What LIKE finds a word with, wherever it stands. */
static const char *pattern_of(struct arena *a, const char *word, size_t n)
{
    struct buf b = buf_make(a, 2 * n + 3);
    buf_addc(&b, '%');
    for (size_t i = 0; i < n; i++) {
        if (strchr("%_\\", word[i]) != NULL)
            buf_addc(&b, '\\');
        buf_addc(&b, word[i]);
    }
    if (n > 0)
        buf_addc(&b, '%');
    return buf_str(&b);
}

/* The first words of a query; where it has fewer, what finds everything. */
static void words_of(struct arena *a, const char *query, const char *words[QUERY_WORDS])
{
    const char *p = str_or(query, "");
    for (int i = 0; i < QUERY_WORDS; i++) {
        p += strspn(p, " \t\n");
        size_t n = strcspn(p, " \t\n");
        words[i] = pattern_of(a, p, n);
        p += n;
    }
}

int canned_find(struct db *db, struct arena *a, const struct viewer *v, int64_t department_id,
                const char *query, struct canned **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    const char *words[QUERY_WORDS];
    words_of(a, query, words);
    if (db_all(db, a, &rows, err, find_canned, DB_TENANT, DB_I64(v->user_id), DB_STR(words[0]),
               DB_STR(words[1]), DB_STR(words[2]), DB_STR(words[3])) < 0)
        return err_wrap(err, "find predefined answers");
    *out = arena_array(a, rows.n + 1, sizeof(**out));
    *n = 0;
    for (size_t i = 0; i < rows.n; i++) {
        struct canned c = take(&rows.rows[i]);
        bool fits = department_id == 0 || c.department_id == 0 || c.department_id == department_id;
        if (fits && sees(v, &c))
            (*out)[(*n)++] = c;
    }
    return 0;
}

int canned_by_id(struct db *db, struct arena *a, const struct viewer *v, int64_t id,
                 struct canned *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, find_one_canned, DB_TENANT, DB_I64(id));
    if (rc <= 0)
        return rc;
    *out = take(&row);
    return sees(v, out) ? 1 : 0;
}

/* --- changing --- */

struct change {
    struct arena *arena;
    const struct viewer *by;
    struct canned *canned;
    int64_t id;
};

static int check(const struct canned *c, struct err *err)
{
    if (str_is_empty(c->name) || strlen(c->name) > NAME_MAX_BYTES)
        return err_set(err, ERR_INVALID, WORDS("the answer needs a name"));
    if (str_is_empty(c->body) || strlen(c->body) > CANNED_BODY_MAX)
        return err_set(err, ERR_INVALID, WORDS("the answer needs a text, of 20,000 bytes at most"));
    if (strlen(c->keywords) > KEYWORDS_MAX_BYTES)
        return err_set(err, ERR_INVALID, WORDS("the keywords are too long"));
    return 0;
}

/* Whether this person may have written it for whom it is. */
static int check_right(const struct viewer *v, const struct canned *c, struct err *err)
{
    if (c->user_id == v->user_id)
        return 0;
    if (c->user_id == 0 && viewer_may(v, CAP_CANNED) && sees(v, c))
        return 0;
    return err_set(err, ERR_FORBIDDEN, "predefined answers of others");
}

static int insert(struct db *db, struct change *c, struct err *err)
{
    struct db_row row;
    struct canned *x = c->canned;
    if (db_one(db, c->arena, &row, err, count_canned, DB_TENANT) < 0)
        return -1;
    if (db_i64(&row, 0) >= CANNED_MAX)
        return err_set(err, ERR_INVALID, WORDS("there are too many predefined answers"));
    x->id = id_new();
    x->version = 1;
    return db_exec(db, err, insert_canned, DB_TENANT, DB_I64(x->id), DB_STR(x->name),
                   DB_STR(x->keywords), DB_STR(x->body), DB_ID(x->department_id),
                   DB_ID(x->user_id)) < 0
               ? -1
               : 0;
}

/* The stored one, that this person may change. */
static int load_own(struct db *db, struct change *c, struct canned *old, struct err *err)
{
    int rc = canned_by_id(db, c->arena, c->by, c->id, old, err);
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_NOT_FOUND, "no such predefined answer");
    return check_right(c->by, old, err);
}

static int update(struct db *db, struct change *c, struct err *err)
{
    struct canned *x = c->canned, old;
    if (load_own(db, c, &old, err) < 0)
        return -1;
    int64_t n = db_exec(db, err, update_canned, DB_STR(x->name), DB_STR(x->keywords),
                        DB_STR(x->body), DB_ID(x->department_id), DB_ID(x->user_id), DB_TENANT,
                        DB_I64(x->id), DB_I64(x->version));
    if (n == 0)
        return err_set(err, ERR_CONFLICT, "the predefined answer was changed");
    return n < 0 ? -1 : 0;
}

static int put(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    bool is_new = c->id == 0;
    if ((is_new ? insert(db, c, err) : update(db, c, err)) < 0)
        return -1;
    return audit_add(db, c->by, is_new ? "canned.create" : "canned.update", c->canned->id,
                     c->canned->name, err);
}

int canned_put(struct db *db, struct arena *a, const struct viewer *v, struct canned *c,
               struct err *err)
{
    struct change change = { .arena = a, .by = v, .canned = c, .id = c->id };
    if (check(c, err) < 0 || check_right(v, c, err) < 0)
        return -1;
    return db_transact(db, put, &change, err);
}

static int delete_one(struct db *db, void *data, struct err *err)
{
    struct change *c = data;
    struct canned old;
    if (load_own(db, c, &old, err) < 0 ||
        db_exec(db, err, remove_canned, DB_TENANT, DB_I64(c->id)) < 0)
        return -1;
    return audit_add(db, c->by, "canned.delete", c->id, old.name, err);
}

int canned_delete(struct db *db, struct arena *a, const struct viewer *v, int64_t id,
                  struct err *err)
{
    struct change c = { .arena = a, .by = v, .id = id };
    return db_transact(db, delete_one, &c, err);
}

int canned_move_department(struct db *db, int64_t from_id, int64_t to_id, struct err *err)
{
    return db_exec(db, err, move_canned, DB_I64(to_id), DB_TENANT, DB_I64(from_id)) < 0 ? -1 : 0;
}
