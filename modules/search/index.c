#include "search/index.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "db/db.h"
#include "search/terms.h"

#include <sodium.h>

#define MERGE_EVERY 64 /* messages, on average: so many wait */

#define TWO(x)   x ", " x
#define EIGHT(x) TWO(x) ", " TWO(x) ", " TWO(x) ", " TWO(x)
#define SLOT     "?"

DB_SQL(add_waiting, 1,
       "INSERT INTO search_waiting (tenant_id, id, ticket_number, terms) VALUES (?, ?, ?, ?) ON "
       "DUPLICATE KEY UPDATE terms = CONCAT(terms, VALUES(terms))");
DB_SQL(ask_for_merge, 1,
       "INSERT IGNORE INTO job (tenant_id, id, kind, object_id, due_at) VALUES (?, ?, "
       "'search.merge', 0, " DB_NOW ")");
DB_SQL(read_waiting, MERGE_ROWS,
       "SELECT id, ticket_number, terms FROM search_waiting WHERE tenant_id = ? ORDER BY id LIMIT "
       "?");
DB_SQL(delete_waiting, 8,
       "DELETE FROM search_waiting WHERE tenant_id = ? AND id IN (" EIGHT(SLOT) ")");
DB_SQL(add_state, 1, "INSERT IGNORE INTO search_state (tenant_id, indexed_from) VALUES (?, 1)");
DB_SQL(lock_state, 1, "SELECT indexed_from FROM search_state WHERE tenant_id = ? FOR UPDATE");
DB_SQL(set_state, 1, "UPDATE search_state SET indexed_from = ? WHERE tenant_id = ?");

int search_add(struct db *db, int64_t id, int64_t number, const struct terms *terms,
               struct err *err)
{
    if (terms->n == 0)
        return 0;
    if (db_put(db, err, add_waiting, DB_TENANT, DB_I64(id), DB_I64(number),
               DB_BLOB(terms->out.data, terms->out.len)) < 0)
        return err_wrap(err, "add search terms");
    if (randombytes_uniform(MERGE_EVERY) != 0)
        return 0;
    return db_put(db, err, ask_for_merge, DB_TENANT, DB_I64(id_new())) < 0
               ? err_wrap(err, "ask for a merge")
               : 0;
}

int search_lock(struct db *db, struct arena *a, int64_t *from, struct err *err)
{
    struct db_row row;
    if (db_exec(db, err, add_state, DB_TENANT) < 0 ||
        db_one(db, a, &row, err, lock_state, DB_TENANT) != 1)
        return err->code != ERR_NONE ? err_wrap(err, "lock the index")
                                     : err_set(err, ERR_UNAVAILABLE, "the index has no state");
    *from = db_i64(&row, 0);
    return 0;
}

int search_set_from(struct db *db, int64_t from, struct err *err)
{
    return db_exec(db, err, set_state, DB_I64(from), DB_TENANT) < 0 ? -1 : 0;
}

static int delete_rows(struct db *db, const struct db_rows *rows, struct err *err)
{
    enum { SLOTS = 8 };
    struct db_arg args[1 + SLOTS] = { DB_TENANT };
    for (size_t i = 0; i < rows->n; i += SLOTS) {
        for (size_t k = 0; k < SLOTS; k++)
            args[1 + k] = i + k < rows->n ? DB_I64(db_i64(&rows->rows[i + k], 0)) : DB_NULL;
        if (db_put_(db, err, &delete_waiting, args, 1 + SLOTS) < 0)
            return -1;
    }
    return 0;
}

struct merge {
    struct arena *arena;
    size_t n;
};

/* Only rows that were read are deleted: others, with smaller ids, may be committed meanwhile. */
static int merge_in_transaction(struct db *db, void *data, struct err *err)
{
    struct merge *m = data;
    struct db_rows rows;
    int64_t from;
    if (search_lock(db, m->arena, &from, err) < 0 ||
        db_all(db, m->arena, &rows, err, read_waiting, DB_TENANT, DB_I64(MERGE_ROWS)) < 0)
        return -1;
    struct search_doc *docs = arena_array(m->arena, rows.n, sizeof(*docs));
    for (size_t i = 0; i < rows.n; i++) {
        docs[i].number = db_i64(&rows.rows[i], 1);
        docs[i].terms = db_blob(&rows.rows[i], 2, &docs[i].n);
    }
    m->n = rows.n;
    return search_put(db, m->arena, docs, rows.n, err) < 0 ? -1 : delete_rows(db, &rows, err);
}

int search_merge(struct db *db, struct arena *a, size_t *n, struct err *err)
{
    struct merge m = { .arena = a };
    if (db_transact(db, merge_in_transaction, &m, err) < 0)
        return err_wrap(err, "merge search terms");
    *n = m.n;
    return 0;
}
