#include "ticket/list.h"

#include "base/arena.h"
#include "base/err.h"
#include "db/db.h"
#include "ticket/reach.h"
#include "user/viewer.h"

#include <inttypes.h>
#include <string.h>

/*
 * A list is read from one index that has its order, so its cost does not grow with the tickets. For
 * people of several departments the newest ids of each department are read from its index and
 * merged, and with them those of their own tickets, where that is all they see of others. Each
 * statement stands twice: towards older tickets and towards newer ones.
 */
#define BEGIN_MS       INT64_C(0)
#define END_MS         INT64_MAX
#define FOLDERS_IN_ALL 4 /* FOLDER_OPEN to FOLDER_RESOLVED */
#define SLOTS          8 /* departments that one merged statement takes; more are filtered instead */

#define ROW_COLUMNS                                                                                \
    "t.id, t.number, t.subject, t.preview, t.status, t.activity_at, t.waiting_since, t.wake_at, "  \
    "t.messages, t.has_attachments, t.agent_id, t.department_id, t.contact_name, "                 \
    "t.contact_email, t.created_at, t.has_failure, "                                               \
    "t.has_lost_words = 1 AND t.merged_n = 0"
#define OLDER       "AND t.activity_at <= ? AND (t.activity_at < ? OR t.id < ?) "
#define NEWER       "AND t.activity_at >= ? AND (t.activity_at > ? OR t.id > ?) "
#define OLDER_ORDER "ORDER BY t.activity_at DESC, t.id DESC LIMIT ?"
#define NEWER_ORDER "ORDER BY t.activity_at, t.id LIMIT ?"
/* clang-format off */
#define PAGE_SQL(id, budget, index, where, direction, order)                                       \
    DB_SQL(id, budget, "SELECT " ROW_COLUMNS " FROM ticket t FORCE INDEX (" index ") "             \
                       "WHERE t.tenant_id = ? AND " where " " direction order)
#define LIST_SQL(id, budget, index, where)                                                         \
    PAGE_SQL(id##_older, budget, index, where, OLDER, OLDER_ORDER);                                \
    PAGE_SQL(id##_newer, budget, index, where, NEWER, NEWER_ORDER)

/* The index is named, or else the optimizer likes to read from the newest ticket down to the page. */
LIST_SQL(in_folder, 500, "ticket_folder", "t.folder = ?");
LIST_SQL(in_all, 500, "ticket_all", "t.in_all = ?");
LIST_SQL(of_agent, 500, "ticket_agent", "t.agent_id = ? AND t.folder = 1");
LIST_SQL(of_nobody, 500, "ticket_agent", "t.agent_id IS NULL AND t.folder = ?");
LIST_SQL(in_department_folder, 500, "ticket_department", "t.department_id = ? AND t.folder = ?");
LIST_SQL(in_department_all, 500, "ticket_department_all", "t.department_id = ? AND t.in_all = ?");
LIST_SQL(in_department_of_agent, 500, "ticket_department_agent",
         "t.department_id = ? AND t.agent_id = ? AND t.folder = 1");
LIST_SQL(in_department_of_nobody, 500, "ticket_department_agent",
         "t.department_id = ? AND t.agent_id IS NULL AND t.folder = ?");

#define PART(index, where, direction, order)                                                       \
    "(SELECT t.id, t.activity_at FROM ticket t FORCE INDEX (" index ") WHERE t.tenant_id = ? "     \
    "AND t.department_id = ? AND " where " " direction order ")"
#define TWICE(part) part " UNION ALL " part
#define PARTS(index, where, direction, order) TWICE(TWICE(TWICE(PART(index, where, direction, order))))
#define OWN_PART(direction, order)                                                                 \
    " UNION ALL (SELECT t.id, t.activity_at FROM ticket t FORCE INDEX (ticket_agent) WHERE "       \
    "t.tenant_id = ? AND t.agent_id = ? AND t.folder = ? AND (FIND_IN_SET(t.department_id, ?) > 0) <> ? " \
    direction order ")"
#define NO_PARTS(direction, order)  ""
#define ONE_PART(direction, order)  OWN_PART(direction, order)
#define FOUR_PARTS(direction, order) OWN_PART(direction, order) OWN_PART(direction, order)         \
                                     OWN_PART(direction, order) OWN_PART(direction, order)
#define MERGED_PAGE_SQL(id, index, where, own, direction, order)                                   \
    DB_SQL(id, 4000, "SELECT " ROW_COLUMNS " FROM (" PARTS(index, where, direction, order)         \
                     own(direction, order) ") k "                                                  \
                     "JOIN ticket t ON t.tenant_id = ? AND t.id = k.id " order)
#define MERGED_SQL(id, index, where, own)                                                          \
    MERGED_PAGE_SQL(id##_older, index, where, own, OLDER, OLDER_ORDER);                            \
    MERGED_PAGE_SQL(id##_newer, index, where, own, NEWER, NEWER_ORDER)
/* clang-format on */

MERGED_SQL(merged_folder, "ticket_department", "t.folder = ?", NO_PARTS);
MERGED_SQL(merged_all, "ticket_department_all", "t.in_all = ?", NO_PARTS);
MERGED_SQL(merged_of_nobody, "ticket_department_agent", "t.agent_id IS NULL AND t.folder = ?",
           NO_PARTS);
MERGED_SQL(mixed_folder, "ticket_department", "t.folder = ?", ONE_PART);
MERGED_SQL(mixed_all, "ticket_department_all", "t.in_all = ?", FOUR_PARTS);

/* For people of more departments than slots, or of all but some: tickets of others are passed over
 * one by one, which is cheap as long as most tickets are theirs. */
#define PASSED_OVER 5000
LIST_SQL(own_of_agent, 500, "ticket_agent", "t.agent_id = ? AND t.folder = 1 AND " REACH);
LIST_SQL(own_folder, PASSED_OVER, "ticket_folder", "t.folder = ? AND " REACH);
LIST_SQL(own_all, PASSED_OVER, "ticket_all", "t.in_all = ? AND " REACH);
LIST_SQL(own_of_nobody, PASSED_OVER, "ticket_agent",
         "t.agent_id IS NULL AND t.folder = ? AND " REACH);

#define FIVE(x)     x ", " x ", " x ", " x ", " x
#define TEN(x)      FIVE(x) ", " FIVE(x)
#define FIFTY(x)    FIVE(TEN(x))
#define HUNDREDS(x) TEN(FIFTY(x))
#define THOUSAND(x) HUNDREDS(x) ", " HUNDREDS(x)
#define FEW         50
#define NUMBERED_SQL(id, budget, slots)                                                            \
    DB_SQL(id, budget,                                                                             \
           "SELECT " ROW_COLUMNS " FROM ticket t FORCE INDEX (ticket_number) "                     \
           "WHERE t.tenant_id = ? AND t.number IN (" slots ") AND INSTR(?, t.status) > 0 "         \
           "AND t.merged_into_id IS NULL "                                                         \
           "AND t.created_at >= ? AND t.created_at < ? AND (? = 0 OR t.department_id = ?) "        \
           "AND (? = 0 OR COALESCE(t.agent_id, 0) IN (?, ?, ?, ?, ?, ?, ?, ?)) "                   \
           "AND " REACH " ORDER BY t.number DESC LIMIT ?")
NUMBERED_SQL(few_numbered, 300, FIFTY("?"));
NUMBERED_SQL(many_numbered, 3000, THOUSAND("?"));

static enum folder folder_of(enum list_view v)
{
    switch (v) {
    case LIST_ANSWERED:
        return FOLDER_ANSWERED;
    case LIST_POSTPONED:
        return FOLDER_POSTPONED;
    case LIST_RESOLVED:
        return FOLDER_RESOLVED;
    case LIST_SPAM:
        return FOLDER_SPAM;
    case LIST_DELETED:
        return FOLDER_DELETED;
    case LIST_OPEN:
    case LIST_MINE:
    case LIST_UNASSIGNED:
    case LIST_ALL:
    default:
        return FOLDER_OPEN;
    }
}

/* The arguments of a statement, gathered in order. */
struct args {
    struct db_arg items[SLOTS * 7 + FOLDERS_IN_ALL * 9 + 8];
    size_t n;
};

static void put(struct args *args, struct db_arg arg)
{
    args->items[args->n++] = arg;
}

static void put_place(struct args *args, const struct list_query *q)
{
    int64_t at = q->from != NULL ? q->from->activity_at : q->is_backwards ? BEGIN_MS : END_MS;
    int64_t id = q->from != NULL ? q->from->id : q->is_backwards ? 0 : INT64_MAX;
    put(args, DB_I64(at));
    put(args, DB_I64(at));
    put(args, DB_I64(id));
}

static void put_end(struct args *args, const struct list_query *q)
{
    put_place(args, q);
    put(args, DB_I64((int64_t)q->max + 1));
}

struct pair {
    const struct db_sql *older, *newer;
};
#define PAIR(id) ((struct pair) { &id##_older, &id##_newer })

static void put_condition(struct args *args, const struct act *act, enum list_view view)
{
    if (view == LIST_MINE)
        put(args, DB_I64(act->viewer->user_id));
    else
        put(args, DB_I64(view == LIST_ALL ? 1 : folder_of(view)));
}

static struct pair choose(enum list_view view, struct pair folder, struct pair all,
                          struct pair mine, struct pair nobody)
{
    return view == LIST_ALL          ? all
           : view == LIST_MINE       ? mine
           : view == LIST_UNASSIGNED ? nobody
                                     : folder;
}

static struct pair in_one_department(const struct act *act, const struct list_query *q,
                                     struct args *args)
{
    put(args, DB_TENANT);
    put(args, DB_I64(q->department_id));
    put_condition(args, act, q->view);
    put_end(args, q);
    return choose(q->view, PAIR(in_department_folder), PAIR(in_department_all),
                  PAIR(in_department_of_agent), PAIR(in_department_of_nobody));
}

static struct pair everywhere(const struct act *act, const struct list_query *q, struct args *args)
{
    put(args, DB_TENANT);
    put_condition(args, act, q->view);
    put_end(args, q);
    return choose(q->view, PAIR(in_folder), PAIR(in_all), PAIR(of_agent), PAIR(of_nobody));
}

static void put_reach(struct args *args, const struct act *act, const struct reach *r)
{
    reach_args(args->items + args->n, r, act->viewer);
    args->n += REACH_ARGS;
}

static struct pair filtered(const struct act *act, const struct list_query *q,
                            const struct reach *r, struct args *args)
{
    put(args, DB_TENANT);
    put_condition(args, act, q->view);
    put_reach(args, act, r);
    put_end(args, q);
    return choose(q->view, PAIR(own_folder), PAIR(own_all), PAIR(own_of_agent),
                  PAIR(own_of_nobody));
}

static void put_own_part(struct args *args, const struct act *act, const struct list_query *q,
                         const struct reach_set *own, int64_t folder)
{
    put(args, DB_TENANT);
    put(args, DB_I64(act->viewer->user_id));
    put(args, DB_I64(folder));
    put(args, DB_STR(own->ids));
    put(args, DB_I64(own->is_but));
    put_end(args, q);
}

static void put_own_parts(struct args *args, const struct act *act, const struct list_query *q,
                          const struct reach_set *own)
{
    if (q->view != LIST_ALL) {
        put_own_part(args, act, q, own, folder_of(q->view));
        return;
    }
    for (int64_t folder = FOLDER_OPEN; folder < FOLDER_OPEN + FOLDERS_IN_ALL; folder++)
        put_own_part(args, act, q, own, folder);
}

/* All tickets of these departments; where own is not NULL, one's own of others too. */
static struct pair merged(const struct act *act, const struct list_query *q, const struct reach *r,
                          const struct reach_set *own, struct args *args)
{
    bool is_mixed = own != NULL && q->view != LIST_UNASSIGNED;
    for (size_t i = 0; i < SLOTS; i++) {
        put(args, DB_TENANT);
        put(args, i < r->all_n ? DB_I64(r->all[i]) : DB_NULL);
        put_condition(args, act, q->view);
        put_end(args, q);
    }
    if (is_mixed)
        put_own_parts(args, act, q, own);
    put(args, DB_TENANT);
    put(args, DB_I64((int64_t)q->max + 1));
    if (is_mixed)
        return q->view == LIST_ALL ? PAIR(mixed_all) : PAIR(mixed_folder);
    return choose(q->view, PAIR(merged_folder), PAIR(merged_all), PAIR(own_of_agent),
                  PAIR(merged_of_nobody));
}

static int capability_for(enum list_view view)
{
    return view == LIST_DELETED ? CAP_TICKET_DELETE : CAP_TICKET_READ;
}

/* One department of which only one's own tickets are seen. */
static struct pair own_in_department(const struct act *act, const struct list_query *q,
                                     struct args *args)
{
    const char *id = arena_printf(act->arena, "%" PRId64, q->department_id);
    const struct reach_set own = { id, false };
    return merged(act, q, &(struct reach) { .all_n = 0 }, &own, args);
}

static struct pair plan(const struct act *act, const struct list_query *q, struct args *args)
{
    int capability = capability_for(q->view);
    if (q->department_id != 0)
        return q->view == LIST_MINE ||
                       viewer_scope(act->viewer, q->department_id, capability) == SCOPE_ALL
                   ? in_one_department(act, q, args)
                   : own_in_department(act, q, args);
    const struct reach r = reach_of(act->arena, act->viewer, capability);
    if (r.is_everything)
        return everywhere(act, q, args);
    if (q->view == LIST_MINE || r.all_others || r.all_n > SLOTS)
        return filtered(act, q, &r, args);
    return merged(act, q, &r, r.has_own ? &r.own : NULL, args);
}

static struct list_row read_row(const struct db_row *r)
{
    return (struct list_row) { .id = db_i64(r, 0),
                               .number = db_i64(r, 1),
                               .subject = db_str(r, 2),
                               .preview = db_str(r, 3),
                               .status = (enum status)db_str(r, 4)[0],
                               .activity_at = db_i64(r, 5),
                               .waiting_since = db_i64(r, 6),
                               .wake_at = db_i64(r, 7),
                               .messages = db_i64(r, 8),
                               .has_attachments = db_i64(r, 9) != 0,
                               .agent_id = db_i64(r, 10),
                               .department_id = db_i64(r, 11),
                               .contact_name = db_str(r, 12),
                               .contact_email = db_str(r, 13),
                               .created_at = db_i64(r, 14),
                               .has_failure = db_i64(r, 15) != 0,
                               .has_lost_words = db_i64(r, 16) != 0 };
}

static void fill(struct act *act, const struct list_query *q, const struct db_rows *rows,
                 struct list_page *out)
{
    bool has_more = rows->n > q->max;
    out->n = has_more ? q->max : rows->n;
    out->rows = arena_array(act->arena, out->n, sizeof(*out->rows));
    for (size_t i = 0; i < out->n; i++)
        out->rows[q->is_backwards ? out->n - 1 - i : i] = read_row(&rows->rows[i]);
    out->has_older = q->is_backwards ? q->from != NULL : has_more;
    out->has_newer = q->is_backwards ? has_more : q->from != NULL;
}

int list_tickets(struct act *act, const struct list_query *q, struct list_page *out,
                 struct err *err)
{
    *out = (struct list_page) { 0 };
    int capability = capability_for(q->view);
    if (!viewer_may(act->viewer, capability) ||
        (q->department_id != 0 &&
         viewer_scope(act->viewer, q->department_id, capability) == SCOPE_NONE))
        return 0;
    struct args args = { .n = 0 };
    struct db_rows rows;
    struct pair p = plan(act, q, &args);
    if (db_all_(act->db, act->arena, &rows, err, q->is_backwards ? p.newer : p.older, args.items,
                args.n) < 0)
        return err_wrap(err, "list tickets");
    fill(act, q, &rows, out);
    return 0;
}

static void put_filter(struct args *args, const struct act *act, const struct list_filter *f)
{
    put(args, DB_STR(f->statuses));
    put(args, DB_I64(f->since));
    put(args, DB_I64(f->before));
    put(args, DB_I64(f->department_id));
    put(args, DB_I64(f->department_id));
    put(args, DB_I64(f->agents != NULL));
    for (size_t i = 0; i < LIST_AGENTS; i++)
        put(args, f->agents != NULL && i < f->agents_n ? DB_I64(f->agents[i]) : DB_NULL);
    bool is_deleted = strchr(f->statuses, STATUS_DELETED) != NULL;
    const struct reach r = reach_of(act->arena, act->viewer,
                                    is_deleted ? CAP_TICKET_DELETE : CAP_TICKET_READ);
    put_reach(args, act, &r);
}

int list_numbered(struct act *act, const struct list_filter *f, const struct list_numbers *numbers,
                  struct list_page *out, struct err *err)
{
    struct args end = { .n = 0 };
    struct db_rows rows;
    size_t n = numbers->n, slots = n <= FEW ? FEW : LIST_NUMBERS, used = 0;
    *out = (struct list_page) { 0 };
    if (n == 0 || n > LIST_NUMBERS || !viewer_may(act->viewer, CAP_TICKET_READ))
        return 0;
    put_filter(&end, act, f);
    put(&end, DB_I64((int64_t)numbers->max));
    struct db_arg *args = arena_array(act->arena, 1 + slots + end.n, sizeof(*args));
    args[used++] = DB_TENANT;
    for (size_t i = 0; i < slots; i++)
        args[used++] = DB_I64(numbers->items[i < n ? i : 0]);
    for (size_t i = 0; i < end.n; i++)
        args[used++] = end.items[i];
    if (db_all_(act->db, act->arena, &rows, err, n <= FEW ? &few_numbered : &many_numbered, args,
                used) < 0)
        return err_wrap(err, "list tickets by number");
    fill(act, &(struct list_query) { .max = LIST_NUMBERS }, &rows, out);
    return 0;
}
