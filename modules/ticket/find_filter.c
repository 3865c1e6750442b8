#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "base/zone.h"
#include "db/db.h"
#include "search/query.h"
#include "search/word.h"
#include "ticket/desk.h"
#include "ticket/find_private.h" /* the filters of a query */
#include "user/viewer.h"

#include <stdlib.h>
#include <string.h>

/* What narrows a search before anything is looked up, in one row; then, where the filter leaves few
 * tickets, their numbers. Numbers grow with time, but for mails that waited: the neighbours of an
 * instant are looked at. */
#define SET_MOST "3000"
#define FOLDERS  "IN (?, ?, ?, ?)"
#define AGENTS   "IN (?, ?, ?, ?, ?, ?, ?, ?)"
#define SET_SIZE                                                                                   \
    "(SELECT COALESCE(CAST(SUM(c.tickets) AS SIGNED), 0) FROM ticket_counter c WHERE "             \
    "c.tenant_id = ? AND c.folder " FOLDERS " AND (? = 0 OR c.agent_id " AGENTS "))"
#define NARROW_SQL(index, agents)                                                                  \
    "(SELECT 1, (SELECT MIN(n.number) FROM (SELECT number FROM ticket WHERE tenant_id = ? AND "    \
    "id > ? ORDER BY id LIMIT 200) n), (SELECT MAX(o.number) FROM (SELECT number FROM ticket "     \
    "WHERE tenant_id = ? AND id <= ? ORDER BY id DESC LIMIT 200) o), " SET_SIZE ") UNION ALL "     \
    "(SELECT 2, t.number, 0, 0 FROM ticket t FORCE INDEX (" index ") WHERE t.tenant_id = ? AND "   \
    "t.folder " FOLDERS " AND INSTR(?, t.status) > 0 AND " agents " AND " SET_SIZE " <= " SET_MOST \
    " LIMIT " SET_MOST ")"
DB_SQL(narrow_by_status, 9500, NARROW_SQL("ticket_folder", "? = 0"));
DB_SQL(narrow_by_agent, 9500, NARROW_SQL("ticket_agent", "t.agent_id " AGENTS));
DB_SQL(narrow_to_nobody, 9500, NARROW_SQL("ticket_agent", "t.agent_id IS NULL AND ? = 0"));

static const char *statuses_of(const struct query *q, const struct viewer *v)
{
    static const struct {
        const char *name, *codes;
    } all[] = { { "new", "N" },       { "open", "NC" },  { "answered", "A" }, { "postponed", "W" },
                { "resolved", "RL" }, { "closed", "L" }, { "spam", "B" } };
    if (q->status == NULL)
        return "NCAWRL";
    if (str_is(q->status, "deleted"))
        return viewer_may(v, CAP_TICKET_DELETE) ? "X" : "";
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        if (str_is(q->status, all[i].name))
            return all[i].codes;
    return "";
}

/* Whether name begins with the words of typed, whatever their case and accents. */
static bool is_named(const char *name, const char *typed)
{
    struct word_reader names = word_reader(name, strlen(name));
    struct word_reader wanted = word_reader(typed, strlen(typed));
    struct word n, w;
    bool is_any = false;
    while (word_next(&wanted, &w)) {
        if (!word_next(&names, &n) || !str_is(n.text, w.text))
            return false;
        is_any = true;
    }
    return is_any;
}

/* The first department of that name which the viewer sees. */
static bool filter_department(const struct act *act, const struct roster *names,
                              const struct query *q, struct list_filter *filter)
{
    for (size_t i = 0; i < names->departments_n && filter->department_id == 0; i++)
        if (viewer_sees_department(act->viewer, names->departments[i].id) &&
            is_named(names->departments[i].name, q->department))
            filter->department_id = names->departments[i].id;
    return filter->department_id != 0;
}

static bool filter_agent(struct act *act, const struct roster *names, const struct query *q,
                         struct list_filter *filter)
{
    int64_t *agents = arena_array(act->arena, LIST_AGENTS, sizeof(*agents));
    filter->agents = agents;
    if (str_is_nocase(q->agent, "me"))
        agents[filter->agents_n++] = act->viewer->user_id;
    else if (str_is_nocase(q->agent, "none") || str_is_nocase(q->agent, "nobody"))
        agents[filter->agents_n++] = 0;
    if (filter->agents_n > 0)
        return true;
    for (size_t i = 0; i < names->people_n && filter->agents_n < LIST_AGENTS; i++)
        if (is_named(names->people[i].name, q->agent))
            agents[filter->agents_n++] = names->people[i].id;
    return filter->agents_n > 0;
}

/* The beginning of a day where the viewer is; false for the 31st of February. */
static bool day_start(struct arena *a, const char *day, int64_t *ms)
{
    return day != NULL && zone_parse(arena_printf(a, "%sT00:00", day), ms);
}

/* The arguments of a statement, gathered in order. */
struct args {
    struct db_arg items[64];
    size_t n;
};

static void put(struct args *args, struct db_arg arg)
{
    args->items[args->n++] = arg;
}

static void put_folders(struct args *args, const char *statuses)
{
    for (int folder = FOLDER_OPEN, n = 0; n < 4; folder++) {
        bool is_in = false;
        for (const char *s = statuses; *s != '\0'; s++)
            is_in = is_in || (int)status_folder((enum status) * s) == folder;
        if (is_in || folder >= FOLDER_COUNT) {
            put(args, is_in ? DB_I64(folder) : DB_NULL);
            n++;
        }
    }
}

static void put_agents(struct args *args, const struct list_filter *f)
{
    for (size_t i = 0; i < LIST_AGENTS; i++)
        put(args, i < f->agents_n ? DB_I64(f->agents[i]) : DB_NULL);
}

static void put_size(struct args *args, const struct list_filter *f)
{
    put(args, DB_TENANT);
    put_folders(args, f->statuses);
    put(args, DB_I64(f->agents != NULL));
    put_agents(args, f);
}

static const struct db_sql *put_narrow(struct args *args, const struct list_filter *f,
                                       bool has_since, bool has_before)
{
    bool is_nobody = f->agents_n > 0 && f->agents[0] == 0;
    put(args, DB_TENANT);
    put(args, DB_I64(has_since ? id_before(f->since) : INT64_MAX));
    put(args, DB_TENANT);
    put(args, DB_I64(has_before ? id_before(f->before) : -1));
    put_size(args, f);
    put(args, DB_TENANT);
    put_folders(args, f->statuses);
    put(args, DB_STR(f->statuses));
    if (f->agents_n > 0 && !is_nobody)
        put_agents(args, f);
    else
        put(args, DB_I64(0));
    put_size(args, f);
    return f->agents_n == 0 ? &narrow_by_status : is_nobody ? &narrow_to_nobody : &narrow_by_agent;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x < y) - (x > y);
}

static void take_set(struct arena *a, const struct db_rows *rows, struct lookup_scope *scope)
{
    int64_t *numbers = arena_array(a, rows->n, sizeof(*numbers));
    for (size_t i = 0; i < rows->n; i++)
        if (db_i64(&rows->rows[i], 0) == 2)
            numbers[scope->numbers_n++] = db_i64(&rows->rows[i], 1);
    qsort(numbers, scope->numbers_n, sizeof(*numbers), by_number);
    scope->numbers = numbers;
    if (scope->numbers_n == 0)
        return;
    if (scope->below == 0 || numbers[0] + 1 < scope->below)
        scope->below = numbers[0] + 1;
    if (scope->at_least < numbers[scope->numbers_n - 1])
        scope->at_least = numbers[scope->numbers_n - 1];
}

static void take_days(const struct db_row *r, bool has_since, bool has_before,
                      struct lookup_scope *scope)
{
    int64_t below = db_i64(r, 2) + 1;
    if (has_since)
        scope->at_least = db_is_null(r, 1) ? INT64_MAX : db_i64(r, 1);
    if (has_before && (scope->below == 0 || below < scope->below))
        scope->below = below;
}

/* A filter by status or agent leaves a known few, or a part of the hits that has to be looked for.
 */
static int filter_rows(struct act *act, const struct query *q, struct list_filter *filter,
                       struct lookup_scope *scope, struct err *err)
{
    struct args args = { .n = 0 };
    struct db_rows rows;
    filter->before = INT64_MAX;
    bool has_since = day_start(act->arena, q->after, &filter->since);
    bool has_before = day_start(act->arena, q->before, &filter->before);
    scope->is_sparse = q->status != NULL || q->agent != NULL;
    if ((!has_since && !has_before && !scope->is_sparse) || *filter->statuses == '\0')
        return 0;
    const struct db_sql *sql = put_narrow(&args, filter, has_since, has_before);
    if (db_all_(act->db, act->arena, &rows, err, sql, args.items, args.n) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        if (db_i64(r, 0) != 1)
            continue;
        take_days(r, has_since, has_before, scope);
        if (scope->is_sparse && db_i64(r, 3) <= FIND_SET)
            take_set(act->arena, &rows, scope);
    }
    return 0;
}

/* Departments that the viewer sees something of, where they are named. */
static void narrow(struct act *act, const struct list_filter *filter, struct lookup_scope *scope)
{
    const struct rights *r = &act->viewer->rights;
    bool names_all = r->n > 0 && r->grants[0].scope == SCOPE_NONE;
    if (filter->department_id == 0 && !names_all)
        return;
    int64_t *ids = arena_array(act->arena, r->n, sizeof(*ids));
    scope->departments = ids;
    if (filter->department_id != 0)
        ids[scope->departments_n++] = filter->department_id;
    for (size_t i = 1; filter->department_id == 0 && i < r->n; i++)
        if (r->grants[i].scope != SCOPE_NONE)
            ids[scope->departments_n++] = r->grants[i].department_id;
}

int find_filter(struct act *act, const struct roster *names, const struct query *q,
                struct list_filter *filter, struct lookup_scope *scope, enum find_problem *problem,
                struct err *err)
{
    *filter = (struct list_filter) { .statuses = statuses_of(q, act->viewer) };
    if (q->department != NULL && !filter_department(act, names, q, filter))
        *problem = FIND_NO_DEPARTMENT;
    else if (q->agent != NULL && !filter_agent(act, names, q, filter))
        *problem = FIND_NO_AGENT;
    if (*problem != FIND_FINE)
        return 0;
    narrow(act, filter, scope);
    return filter_rows(act, q, filter, scope, err);
}
