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

#include <string.h>

/* Numbers grow with time, but for mails that waited: the neighbours of an instant are looked at. */
DB_SQL(first_number_since, 500,
       "SELECT MIN(n.number) FROM (SELECT number FROM ticket WHERE tenant_id = ? AND id > ? ORDER "
       "BY id LIMIT 200) n");
DB_SQL(last_number_before, 500,
       "SELECT MAX(n.number) FROM (SELECT number FROM ticket WHERE tenant_id = ? AND id <= ? ORDER "
       "BY id DESC LIMIT 200) n");

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

static int filter_days(struct act *act, const struct query *q, struct list_filter *filter,
                       struct lookup_scope *scope, struct err *err)
{
    struct db_row row;
    filter->before = INT64_MAX;
    if (day_start(act->arena, q->after, &filter->since)) {
        if (db_one(act->db, act->arena, &row, err, first_number_since, DB_TENANT,
                   DB_I64(id_before(filter->since))) != 1)
            return -1;
        scope->at_least = db_is_null(&row, 0) ? INT64_MAX : db_i64(&row, 0);
    }
    if (day_start(act->arena, q->before, &filter->before)) {
        if (db_one(act->db, act->arena, &row, err, last_number_before, DB_TENANT,
                   DB_I64(id_before(filter->before))) != 1)
            return -1;
        int64_t below = db_i64(&row, 0) + 1;
        if (scope->below == 0 || below < scope->below)
            scope->below = below;
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
    return filter_days(act, q, filter, scope, err);
}
