#include "roles_pages.h" /* who has which role, and giving them one */

#define AS_EVERYWHERE 1 /* in the form: no role of its own in this department */

int person_of_path(struct deskd_call *call, struct deskd_person *out)
{
    const struct deskd_person *people;
    size_t n;
    int64_t id = roles_host->path_i64(call, "id");
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (people[i].id == id) {
            *out = people[i];
            return DESKD_OK;
        }
    return roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such person");
}

void show_role(struct deskd_view *v, int built_in, const struct role *role)
{
    int is_ours = built_in == DESKD_ROLE_AGENT && role != NULL;
    roles_host->view_bool(v, "role_is_agent", built_in == DESKD_ROLE_AGENT && !is_ours);
    roles_host->view_bool(v, "role_is_admin", built_in == DESKD_ROLE_ADMIN);
    roles_host->view_bool(v, "role_is_owner", built_in == DESKD_ROLE_OWNER);
    roles_host->view_text(v, "role_name", is_ours ? role->name : NULL);
}

static void show_person(struct deskd_call *call, struct deskd_view *row,
                        const struct deskd_person *p)
{
    const struct roles *all = roles_of(call);
    const struct role_person *person = roles_person(all, p->id);
    size_t n;
    (void)roles_places(all, p->id, &n);
    roles_host->view_i64(row, "id", p->id);
    roles_host->view_text(row, "name", p->name);
    roles_host->view_text(row, "email", p->email);
    roles_host->view_bool(row, "is_active", p->is_active);
    roles_host->view_bool(row, "can_give", p->role == DESKD_ROLE_AGENT);
    roles_host->view_i64(row, "places_n", p->role == DESKD_ROLE_AGENT ? (int64_t)n : 0);
    show_role(row, p->role, person == NULL ? NULL : roles_find(all, person->role_id));
}

int page_people(struct deskd_call *call)
{
    const struct deskd_person *people;
    size_t n;
    struct deskd_view *v = roles_host->view(call);
    struct deskd_list *list = roles_host->view_list(v, "people");
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        show_person(call, roles_host->view_row(list), &people[i]);
    roles_host->view_bool(v, "can_inspect", roles_host->may(call, "inspect", 0));
    return roles_host->render(call, 200, "people", v);
}

/* What was chosen, or what is saved. */
struct choice {
    int64_t role_id;
    const struct role_place *places;
    size_t places_n;
};

static int64_t chosen_in(const struct choice *c, int64_t department_id)
{
    for (size_t i = 0; i < c->places_n; i++)
        if (c->places[i].department_id == department_id)
            return c->places[i].role_id;
    return BUILT_IN;
}

int person_is_member(const struct deskd_person *p, int64_t department_id)
{
    for (size_t i = 0; i < p->departments_n; i++)
        if (p->departments[i] == department_id)
            return 1;
    return 0;
}

static int show_places(struct deskd_call *call, struct deskd_view *v, const struct deskd_person *p,
                       const struct choice *c)
{
    const struct deskd_department *departments;
    size_t n;
    struct deskd_list *list = roles_host->view_list(v, "departments");
    if (roles_host->departments(call, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++) {
        struct deskd_view *row = roles_host->view_row(list);
        roles_host->view_i64(row, "department_id", departments[i].id);
        roles_host->view_text(row, "department", departments[i].name);
        roles_host->view_bool(row, "is_member", person_is_member(p, departments[i].id));
        show_choices(call, row, "choices", chosen_in(c, departments[i].id));
    }
    return DESKD_OK;
}

static int show(struct deskd_call *call, const struct deskd_person *p, const struct choice *c,
                const struct problem *problem)
{
    const struct role_person *saved = roles_person(roles_of(call), p->id);
    struct deskd_view *v = roles_host->view(call);
    int may = store_may_touch_person(call, p);
    if (may < 0)
        return DESKD_FAILED;
    show_person(call, v, p);
    roles_host->view_i64(v, "version", saved != NULL ? saved->version : 0);
    roles_host->view_bool(v, "can_save", may);
    roles_host->view_bool(v, "can_inspect", roles_host->may(call, "inspect", 0));
    show_problem(v, problem);
    show_choices(call, v, "everywhere", c->role_id);
    if (show_places(call, v, p, c) < 0)
        return DESKD_FAILED;
    return roles_host->render(call, problem->status, "person", v);
}

int page_person(struct deskd_call *call)
{
    const struct roles *all = roles_of(call);
    struct deskd_person p = { .size = sizeof(p) };
    struct choice c = { .role_id = BUILT_IN };
    if (person_of_path(call, &p) < 0)
        return DESKD_FAILED;
    const struct role_person *saved = roles_person(all, p.id);
    c.role_id = saved != NULL ? saved->role_id : BUILT_IN;
    c.places = roles_places(all, p.id, &c.places_n);
    return show(call, &p, &c, &(const struct problem) { .status = 200 });
}

static int is_department(const struct deskd_department *departments, size_t n, int64_t id)
{
    for (size_t i = 0; i < n; i++)
        if (departments[i].id == id)
            return 1;
    return 0;
}

/* The two lists of the form go side by side. What cannot have come from our page is refused. */
static int read_places(struct deskd_call *call, const struct deskd_person *p, struct choice *c)
{
    const struct roles *all = roles_of(call);
    const struct deskd_department *departments;
    size_t n, ids_n, roles_n;
    const int64_t *ids = roles_host->form_i64s(call, "departments", &ids_n);
    const int64_t *roles = roles_host->form_i64s(call, "roles", &roles_n);
    struct role_place *places = roles_host->alloc(call, PLACES_MAX * sizeof(*places));
    if (roles_host->departments(call, &departments, &n) < 0)
        return DESKD_FAILED;
    c->places = places;
    for (size_t i = 0; i < ids_n && ids_n == roles_n; i++) {
        if (roles[i] == AS_EVERYWHERE)
            continue;
        if (c->places_n == PLACES_MAX || !is_department(departments, n, ids[i]) ||
            roles_find(all, roles[i]) == NULL || chosen_in(c, ids[i]) != BUILT_IN)
            return roles_host->fail(call, DESKD_ERR_INVALID, "no such choice");
        places[c->places_n++] = (struct role_place) { p->id, ids[i], roles[i] };
    }
    return ids_n == roles_n ? DESKD_OK
                            : roles_host->fail(call, DESKD_ERR_INVALID, "lists that differ");
}

int page_person_post(struct deskd_call *call)
{
    struct deskd_person p = { .size = sizeof(p) };
    struct problem problem = { .confirmed = roles_host->form_i64(call, "confirm", 0) };
    struct choice c = { .role_id = roles_host->form_i64(call, "role", BUILT_IN) };
    if (person_of_path(call, &p) < 0 || read_places(call, &p, &c) < 0)
        return DESKD_FAILED;
    const struct giving g = { &p,       c.role_id,  roles_host->form_i64(call, "version", 0),
                              c.places, c.places_n, &problem };
    if (store_put_person(call, &g) < 0)
        return problem.text != NULL ? show(call, &p, &c, &problem) : DESKD_FAILED;
    return roles_host->redirect(call, "/plugins/roles/people", roles_host->word(call, "Saved."));
}
