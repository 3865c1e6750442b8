#include "plugin/plugin_private.h" /* the help desk's working hours */

#include "base/arena.h"
#include "base/err.h"
#include "calendar/store.h"

#define KEPT 64 /* of all tenants, in a process */

/* A version never changes: what was made of it holds until its place is needed. */
struct kept {
    int64_t tenant_id, id, version;
    struct arena *arena;
    struct calendar *calendar;
    uint64_t used; /* when it was asked for last */
};
static struct kept kept[KEPT];
static uint64_t asked;

int host_calendars(struct deskd_call *call, const struct deskd_calendar *const **out, size_t *n)
{
    struct calendar_record *all;
    if (calendar_all(call->scene->db, call->arena, &all, n, call->err) < 0)
        return DESKD_FAILED;
    struct deskd_calendar *shown = arena_array(call->arena, *n, sizeof(*shown));
    const struct deskd_calendar **list = arena_array(call->arena, *n, sizeof(*list));
    for (size_t i = 0; i < *n; i++) {
        shown[i] = (struct deskd_calendar) { sizeof(*shown), all[i].id, all[i].version, all[i].name,
                                             all[i].is_default };
        list[i] = &shown[i];
    }
    *out = list;
    return DESKD_OK;
}

static struct kept *find(int64_t tenant_id, int64_t id, int64_t version)
{
    for (size_t i = 0; i < KEPT; i++)
        if (kept[i].calendar != NULL && kept[i].tenant_id == tenant_id && kept[i].id == id &&
            kept[i].version == version)
            return &kept[i];
    return NULL;
}

static struct kept *make_place(void)
{
    struct kept *oldest = &kept[0];
    for (size_t i = 1; i < KEPT; i++)
        if (kept[i].used < oldest->used)
            oldest = &kept[i];
    oldest->calendar = NULL;
    if (oldest->arena == NULL)
        oldest->arena = arena_new(0);
    else
        arena_reset(oldest->arena);
    return oldest->arena == NULL ? NULL : oldest;
}

static int keep(struct deskd_call *call, int64_t id, int64_t version, struct kept **out)
{
    struct calendar_plan plan;
    int rc = calendar_plan_of(call->scene->db, call->arena, id, version, &plan, call->err);
    if (rc <= 0)
        return rc;
    struct kept *k = make_place();
    if (k == NULL)
        return err_set(call->err, ERR_NO_MEMORY, "no memory for a calendar");
    arena_follow(k->arena, call->arena);
    if (calendar_make(k->arena, &plan, &k->calendar, call->err) < 0)
        return -1;
    k->tenant_id = call->scene->db->tenant_id;
    k->id = id;
    k->version = version;
    *out = k;
    return 1;
}

/* DESKD_YES; *out NULL: always open. */
static int calendar_of(struct deskd_call *call, int64_t id, int64_t version,
                       const struct calendar **out)
{
    struct kept *k = id == 0 ? NULL : find(call->scene->db->tenant_id, id, version);
    *out = NULL;
    if (id == 0)
        return DESKD_YES;
    int rc = k != NULL ? 1 : keep(call, id, version, &k);
    if (rc <= 0)
        return rc < 0 ? DESKD_FAILED : DESKD_NO;
    k->used = ++asked;
    *out = k->calendar;
    return DESKD_YES;
}

int host_calendar_between(struct deskd_call *call, int64_t id, int64_t version, int64_t from,
                          int64_t to, int64_t *out)
{
    const struct calendar *c;
    int rc = calendar_of(call, id, version, &c);
    if (rc == DESKD_YES)
        *out = c != NULL ? calendar_between(c, from, to) : to > from ? to - from : 0;
    return rc;
}

int host_calendar_add(struct deskd_call *call, int64_t id, int64_t version, int64_t from,
                      int64_t open_ms, int64_t *out)
{
    const struct calendar *c;
    int rc = calendar_of(call, id, version, &c);
    if (rc == DESKD_YES)
        *out = c != NULL ? calendar_add(c, from, open_ms) : open_ms > 0 ? from + open_ms : from;
    return rc;
}

int host_calendar_next_open(struct deskd_call *call, int64_t id, int64_t version, int64_t at,
                            int64_t *out)
{
    const struct calendar *c;
    int rc = calendar_of(call, id, version, &c);
    if (rc == DESKD_YES)
        *out = c != NULL ? calendar_next_open(c, at) : at;
    return rc;
}
