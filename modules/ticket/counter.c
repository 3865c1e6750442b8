#include "ticket/counter.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"

DB_SQL(add_to_counter, 2,
       "INSERT INTO ticket_counter (tenant_id, department_id, agent_id, folder, tickets) "
       "VALUES (?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE tickets = tickets + VALUES(tickets)");
DB_SQL(count_truth, 2000000,
       "SELECT department_id, COALESCE(agent_id, 0), folder, COUNT(*) FROM ticket "
       "WHERE tenant_id = ? AND folder > 0 GROUP BY department_id, COALESCE(agent_id, 0), folder "
       "ORDER BY 1, 2, 3");
DB_SQL(read_cells, 100000,
       "SELECT department_id, agent_id, folder, tickets FROM ticket_counter "
       "WHERE tenant_id = ? AND tickets <> 0 ORDER BY 1, 2, 3 FOR UPDATE");

int counter_add(struct db *db, int64_t department_id, int64_t agent_id, enum folder folder,
                int64_t n, struct err *err)
{
    if (folder == FOLDER_NONE || n == 0)
        return 0;
    return db_put(db, err, add_to_counter, DB_TENANT, DB_I64(department_id), DB_I64(agent_id),
                  DB_I64(folder), DB_I64(n)) < 0
               ? err_wrap(err, "count tickets")
               : 0;
}

struct repair {
    struct arena *arena;
    int64_t drift;
};

static int compare_cells(const struct db_row *a, const struct db_row *b)
{
    for (unsigned i = 0; i < 3; i++)
        if (db_i64(a, i) != db_i64(b, i))
            return db_i64(a, i) < db_i64(b, i) ? -1 : 1;
    return 0;
}

static int correct(struct db *db, struct repair *r, const struct db_row *cell, int64_t n,
                   struct err *err)
{
    if (n == 0)
        return 0;
    r->drift++;
    return counter_add(db, db_i64(cell, 0), db_i64(cell, 1), (enum folder)db_i64(cell, 2), n, err);
}

static int repair(struct db *db, void *data, struct err *err)
{
    struct repair *r = data;
    struct db_rows kept, truth;
    r->drift = 0;
    if (db_all(db, r->arena, &kept, err, read_cells, DB_TENANT) < 0 ||
        db_all(db, r->arena, &truth, err, count_truth, DB_TENANT) < 0)
        return -1;
    for (size_t i = 0, j = 0; i < kept.n || j < truth.n;) {
        int order = i == kept.n    ? 1
                    : j == truth.n ? -1
                                   : compare_cells(&kept.rows[i], &truth.rows[j]);
        const struct db_row *cell = order <= 0 ? &kept.rows[i] : &truth.rows[j];
        int64_t have = order <= 0 ? db_i64(&kept.rows[i++], 3) : 0;
        int64_t want = order >= 0 ? db_i64(&truth.rows[j++], 3) : 0;
        if (correct(db, r, cell, want - have, err) < 0)
            return -1;
    }
    return 0;
}

int counter_repair(struct db *db, struct arena *a, int64_t *drift, struct err *err)
{
    struct repair r = { .arena = a };
    if (db_transact(db, repair, &r, err) < 0)
        return err_wrap(err, "repair counters");
    *drift = r.drift;
    return 0;
}
