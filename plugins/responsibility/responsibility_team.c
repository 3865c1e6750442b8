#include "responsibility_pages.h" /* who is on what; how much people take; what departments do */

#include "responsibility_hand_out.h"
#include "responsibility_sql.h"

#define DEPARTMENTS FRONT "/departments"

const char *name_of(const struct deskd_person *people, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (people[i].id == id)
            return people[i].name;
    return "";
}

static const struct deskd_person *find_person(const struct deskd_person *people, size_t n,
                                              int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (people[i].id == id)
            return &people[i];
    return NULL;
}

/* The person of the address, or NULL with the error set. */
static const struct deskd_person *person_of_path(struct deskd_call *call)
{
    const struct deskd_person *people, *p;
    size_t n;
    if (host->people(call, &people, &n) < 0)
        return NULL;
    p = find_person(people, n, host->path_i64(call, "id"));
    if (p == NULL)
        (void)host->fail(call, DESKD_ERR_NOT_FOUND, "no such person");
    return p;
}

/* --- who is on what --- */

static void show_lease(struct deskd_call *call, struct deskd_view *row,
                       const struct deskd_rows *leases, int64_t user_id)
{
    for (size_t i = 0; i < leases->n; i++)
        if (number(leases, i, 0) == user_id && number(leases, i, 4) > host->now(call)) {
            struct deskd_ticket t = { .size = sizeof(t) };
            host->view_bool(row, "is_solving", 1);
            host->view_time(row, "solving_since", number(leases, i, 3));
            if (host->ticket(call, number(leases, i, 1), &t) == DESKD_YES)
                host->view_i64(row, "solving", number(leases, i, 2));
        }
}

static void show_worker(struct deskd_call *call, struct deskd_view *row, const struct worker *w)
{
    static const struct worker unknown = { .state = STATE_HERE };
    if (w == NULL)
        w = &unknown;
    int64_t since = w->now == STATE_AWAY ? w->seen_at : w->since;
    show_state(row, w->now);
    host->view_bool(row, "is_paused_kept", w->state == STATE_PAUSED);
    host->view_bool(row, "has_since", since != 0);
    if (since != 0)
        host->view_time(row, "since", since);
    host->view_i64(row, "capacity", w->capacity);
    host->view_bool(row, "is_limited", w->capacity > 0);
    host->view_bool(row, "only_to_solve", w->only_to_solve);
    (void)call;
}

static int64_t load_in(const struct deskd_rows *loads, int64_t user_id)
{
    for (size_t i = 0; i < loads->n; i++)
        if (number(loads, i, 0) == user_id)
            return number(loads, i, 1);
    return 0;
}

static void show_row(struct deskd_call *call, struct deskd_view *row, const struct deskd_person *p,
                     const struct worker *w, const struct deskd_rows *loads)
{
    host->view_i64(row, "id", p->id);
    host->view_text(row, "name", p->name);
    host->view_i64(row, "load", load_in(loads, p->id));
    host->view_bool(row, "is_me", p->id == me(call));
    show_worker(call, row, w);
}

int page_overview(struct deskd_call *call)
{
    const struct deskd_person *people;
    struct worker *known;
    size_t n, known_n;
    struct deskd_rows loads, leases;
    struct deskd_view *v = host->view(call);
    struct deskd_list *list = host->view_list(v, "people");
    if (host->people(call, &people, &n) < 0 || workers_all(call, &known, &known_n) < 0 ||
        host->query(call, &all_loads, DESKD_ARGS(DESKD_TENANT), &loads) < 0 ||
        host->query(call, &all_leases, DESKD_ARGS(DESKD_TENANT), &leases) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++) {
        if (!people[i].is_active)
            continue;
        struct deskd_view *row = host->view_row(list);
        show_row(call, row, &people[i], workers_find(known, known_n, people[i].id), &loads);
        show_lease(call, row, &leases, people[i].id);
    }
    host->view_i64(v, "free_n", load_in(&loads, 0));
    host->view_bool(v, "can_pause", host->may(call, "pause", 0) == DESKD_YES);
    host->view_bool(v, "can_manage", host->may(call, "manage", 0) == DESKD_YES);
    return host->render(call, 200, "overview", v);
}

static int set_other(struct deskd_call *call, enum state state)
{
    const struct deskd_person *p = person_of_path(call);
    if (p == NULL || set_state(call, p->id, state, me(call)) < 0)
        return DESKD_FAILED;
    return host->redirect(call, FRONT, host->word(call, "Saved."));
}

int page_pause_other(struct deskd_call *call)
{
    return set_other(call, STATE_PAUSED);
}

int page_resume_other(struct deskd_call *call)
{
    return set_other(call, STATE_HERE);
}

/* --- how much a person takes --- */

static int show_person(struct deskd_call *call, const struct deskd_person *p,
                       const struct worker *w, int status, const char *problem)
{
    struct deskd_view *v = host->view(call);
    host->view_i64(v, "id", p->id);
    host->view_text(v, "name", p->name);
    host->view_i64(v, "version", w->version);
    host->view_text(v, "capacity", host->format(call, "%lld", (long long)w->capacity));
    host->view_bool(v, "only_to_solve", w->only_to_solve);
    host->view_text(v, "error", problem);
    host->view_text(v, "error_capacity", host->form_error(call, "capacity"));
    return host->render(call, status, "person", v);
}

int page_person(struct deskd_call *call)
{
    const struct deskd_person *p = person_of_path(call);
    struct worker w;
    if (p == NULL || worker_read(call, p->id, &w) < 0)
        return DESKD_FAILED;
    return show_person(call, p, &w, 200, NULL);
}

struct limits {
    int64_t user_id, version, capacity;
    int only_to_solve, is_outdated;
};

static int put(struct deskd_call *call, void *data)
{
    struct limits *x = data;
    struct worker w;
    if (worker_lock(call, x->user_id, &w) < 0)
        return DESKD_FAILED;
    x->is_outdated = w.version != x->version;
    if (x->is_outdated)
        return host->fail(call, DESKD_ERR_CONFLICT, "saved meanwhile");
    if (run(call, &put_limits,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(x->user_id), DESKD_I64(x->capacity),
                       DESKD_I64(x->only_to_solve))) < 0 ||
        host->audit(call, "limits", x->user_id,
                    host->format(call, "%lld%s", (long long)x->capacity,
                                 x->only_to_solve ? ", only to solve" : "")) < 0)
        return DESKD_FAILED;
    return hand_out_soon(call, x->user_id);
}

int page_person_post(struct deskd_call *call)
{
    const struct deskd_person *p = person_of_path(call);
    if (p == NULL)
        return DESKD_FAILED;
    struct limits x = { .user_id = p->id,
                        .version = host->form_i64(call, "version", 0),
                        .capacity = host->form_i64(call, "capacity", 0),
                        .only_to_solve = host->form_bool(call, "only_to_solve") };
    struct worker typed = { .version = x.version,
                            .capacity = x.capacity,
                            .only_to_solve = x.only_to_solve };
    if (host->form_error(call, "capacity") != NULL)
        return show_person(call, p, &typed, 422, NULL);
    if (host->transact(call, put, &x) < 0)
        return x.is_outdated
                   ? show_person(call, p, &typed, 409,
                                 host->word(call, "Somebody else has saved this meanwhile."))
                   : DESKD_FAILED;
    return host->redirect(call, FRONT, host->word(call, "Saved."));
}

/* --- what departments do --- */

int page_departments(struct deskd_call *call)
{
    const struct deskd_department *departments;
    size_t n;
    struct deskd_view *v = host->view(call);
    struct deskd_list *list = host->view_list(v, "departments");
    if (host->departments(call, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++) {
        const struct policy *p = desk_policy(call, departments[i].id);
        struct deskd_view *row = host->view_row(list);
        host->view_i64(row, "id", departments[i].id);
        host->view_text(row, "name", departments[i].name);
        host->view_bool(row, "mode_is_off", p->mode == MODE_OFF);
        host->view_bool(row, "mode_is_turn", p->mode == MODE_TURN);
        host->view_bool(row, "mode_is_least", p->mode == MODE_LEAST);
        host->view_bool(row, "mode_is_last", p->mode == MODE_LAST);
        host->view_i64(row, "release_minutes", p->release_minutes);
    }
    return host->render(call, 200, "departments", v);
}

struct policy_change {
    int64_t department_id, release_minutes;
    enum mode mode;
    const char *name;
};

static int put_policy(struct deskd_call *call, void *data)
{
    const struct policy_change *x = data;
    if (run(call, &put_department,
            DESKD_ARGS(DESKD_TENANT, DESKD_I64(x->department_id), DESKD_I64(x->mode),
                       DESKD_I64(x->release_minutes))) < 0 ||
        host->audit(call, "department", x->department_id, x->name) < 0 ||
        host->tenant_changed(call) < 0)
        return DESKD_FAILED;
    if (x->mode != MODE_OFF && job_later(call, "hand_out", x->department_id, 0) < 0)
        return DESKD_FAILED;
    return x->release_minutes > 0 ? job_later(call, "take_back", 0, 0) : DESKD_OK;
}

int page_department_post(struct deskd_call *call)
{
    const struct deskd_department *departments;
    size_t n;
    struct policy_change x = { .department_id = host->path_i64(call, "id"),
                               .release_minutes = host->form_i64(call, "release_minutes", 0),
                               .mode = (enum mode)host->form_i64(call, "mode", MODE_OFF) };
    if (host->departments(call, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (departments[i].id == x.department_id)
            x.name = departments[i].name;
    if (x.name == NULL)
        return host->fail(call, DESKD_ERR_NOT_FOUND, "no such department");
    if (host->transact(call, put_policy, &x) < 0)
        return DESKD_FAILED;
    return host->redirect(call, DEPARTMENTS, host->word(call, "Saved."));
}
