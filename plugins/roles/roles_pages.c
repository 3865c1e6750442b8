#include "roles_pages.h" /* Configuration > Roles: the list, a role's page, its end */

#include "roles_filter.h"

#include <string.h>

#define FRONT "/plugins/roles"

void show_reach(struct deskd_view *v, int reach)
{
    roles_host->view_bool(v, "reach_is_all", reach == REACH_ALL);
    roles_host->view_bool(v, "reach_is_own", reach == REACH_OWN);
    roles_host->view_bool(v, "reach_is_assigned", reach == REACH_ASSIGNED);
}

void show_choices(struct deskd_call *call, struct deskd_view *v, const char *name, int64_t selected)
{
    const struct roles *all = roles_of(call);
    struct deskd_list *list = roles_host->view_list(v, name);
    for (size_t i = 0; i < all->roles_n; i++) {
        struct deskd_view *row = roles_host->view_row(list);
        roles_host->view_i64(row, "choice_id", all->roles[i].id);
        roles_host->view_text(row, "choice_name", all->roles[i].name);
        roles_host->view_bool(row, "is_selected", all->roles[i].id == selected);
    }
}

static int64_t people_of(const struct roles *all, int64_t id, const struct deskd_person *people,
                         size_t n)
{
    int64_t count = 0;
    for (size_t i = 0; i < n; i++) {
        size_t places_n;
        const struct role_person *p = roles_person(all, people[i].id);
        const struct role_place *places = roles_places(all, people[i].id, &places_n);
        int has = p != NULL && p->role_id == id;
        for (size_t k = 0; k < places_n; k++)
            has = has || places[k].role_id == id;
        count += has && people[i].role == DESKD_ROLE_AGENT;
    }
    return count;
}

int page_list(struct deskd_call *call)
{
    const struct roles *all = roles_of(call);
    const struct deskd_person *people;
    size_t n;
    int64_t chosen = BUILT_IN;
    struct deskd_view *v = roles_host->view(call);
    struct deskd_list *list = roles_host->view_list(v, "roles");
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < all->roles_n; i++) {
        const struct role *role = &all->roles[i];
        struct deskd_view *row = roles_host->view_row(list);
        roles_host->view_i64(row, "id", role->id);
        roles_host->view_text(row, "name", role->name);
        roles_host->view_bool(row, "is_read_only", role->is_read_only);
        roles_host->view_bool(row, "is_for_new", role->is_for_new);
        roles_host->view_i64(row, "people_n", people_of(all, role->id, people, n));
        show_reach(row, role->reach);
        chosen = role->is_for_new ? role->id : chosen;
    }
    roles_host->view_i64(v, "roles_n", (int64_t)all->roles_n);
    show_choices(call, v, "choices", chosen);
    return roles_host->render(call, 200, "list", v);
}

int page_for_new(struct deskd_call *call)
{
    if (store_choose_for_new(call, roles_host->form_i64(call, "role", BUILT_IN)) < 0)
        return DESKD_FAILED;
    return roles_host->redirect(call, FRONT, roles_host->word(call, "Saved."));
}

static int show_new(struct deskd_call *call, int status, const char *problem)
{
    struct deskd_view *v = roles_host->view(call);
    roles_host->view_text(v, "error", problem);
    roles_host->view_text(v, "error_name", roles_host->form_error(call, "name"));
    roles_host->view_text(v, "name", roles_host->form_typed(call, "name"));
    show_choices(call, v, "choices", roles_host->form_i64(call, "copy", COPY_AGENT));
    return roles_host->render(call, status, "new", v);
}

int page_new(struct deskd_call *call)
{
    return show_new(call, 200, NULL);
}

static const char *role_path(struct deskd_call *call, int64_t id)
{
    return roles_host->format(call, FRONT "/edit/%lld", (long long)id);
}

/* The name as typed, without what surrounds it. */
static int take_name(struct deskd_call *call, struct role *role)
{
    const char *name = roles_host->form_text(call, "name");
    size_t n = name == NULL ? 0 : strlen(name);
    while (n > 0 && strchr(" \t\r\n", *name) != NULL) {
        name++;
        n--;
    }
    while (n > 0 && strchr(" \t\r\n", name[n - 1]) != NULL)
        n--;
    if (n == 0 || n >= sizeof(role->name)) {
        if (roles_host->form_error(call, "name") == NULL)
            roles_host->form_refuse(call, "name",
                                    roles_host->word(call, "Please give the role a name."));
        return 0;
    }
    memcpy(role->name, name, n);
    role->name[n] = '\0';
    return 1;
}

static void begin_as(const struct roles *all, int64_t copy, struct role *role)
{
    const struct role *from = roles_find(all, copy);
    role->reach = copy == COPY_ADMIN ? REACH_ALL : REACH_OWN;
    role->may = copy == COPY_ADMIN ? all->known : all->agent;
    if (from == NULL)
        return;
    role->reach = from->reach;
    role->is_read_only = from->is_read_only;
    role->may = from->may;
}

int page_new_post(struct deskd_call *call)
{
    struct role role = { .id = 0 };
    struct problem problem = { .text = NULL };
    if (!take_name(call, &role) || roles_host->form_error(call, "copy") != NULL)
        return show_new(call, 422, NULL);
    begin_as(roles_of(call), roles_host->form_i64(call, "copy", COPY_AGENT), &role);
    if (store_put_role(call, &role, &problem) < 0)
        return problem.text != NULL ? show_new(call, problem.status, problem.text) : DESKD_FAILED;
    return roles_host->redirect(call, role_path(call, role.id), roles_host->word(call, "Saved."));
}

/* --- a role's page --- */

static const struct problem fine = { .status = 200 };

void show_problem(struct deskd_view *v, const struct problem *p)
{
    roles_host->view_text(v, "error", p->text);
    roles_host->view_i64(v, "lost_n", p->lost);
    roles_host->view_i64(v, "owners_n", p->owners);
}

/* A permission as the page shows it. */
struct entry {
    int number;
    const char *name, *label, *group;
};

static size_t read_catalogue(struct deskd_call *call, struct entry *out)
{
    const struct roles *all = roles_of(call);
    size_t n = 0;
    for (int i = 0; i < NUMBERS; i++) {
        struct entry e = { .number = i };
        if (!permissions_have(&all->known, i))
            continue;
        e.name = roles_host->permission_name(call, i, &e.label, &e.group);
        if (e.name != NULL)
            out[n++] = e;
    }
    return n;
}

static int is_wanted(const struct entry *e, const char *filter)
{
    return filter == NULL || filter_has(e->label, filter) || filter_has(e->name, filter) ||
           filter_has(e->group, filter);
}

static void show_entry(struct deskd_call *call, struct deskd_view *row, const struct entry *e,
                       const struct role *role)
{
    roles_host->view_i64(row, "key", permission_key(e->name));
    roles_host->view_text(row, "permission", e->name);
    roles_host->view_text(row, "label", e->label);
    roles_host->view_bool(row, "is_ticked", permissions_have(&role->may, e->number));
    roles_host->view_bool(row, "can_tick", roles_host->may(call, e->name, 0) == DESKD_YES);
}

/* The first of its group to be shown. */
static int begins_group(const struct entry *all, size_t i, const char *filter)
{
    for (size_t k = 0; k < i; k++)
        if (strcmp(all[k].group, all[i].group) == 0 && is_wanted(&all[k], filter))
            return 0;
    return is_wanted(&all[i], filter);
}

static void show_catalogue(struct deskd_call *call, struct deskd_view *v, const struct role *role,
                           const char *filter)
{
    struct entry *all = roles_host->alloc(call, NUMBERS * sizeof(*all));
    size_t n = read_catalogue(call, all), shown = 0;
    struct deskd_list *groups = roles_host->view_list(v, "groups");
    for (size_t i = 0; i < n; i++) {
        if (!begins_group(all, i, filter))
            continue;
        struct deskd_view *group = roles_host->view_row(groups);
        roles_host->view_text(group, "group", all[i].group);
        struct deskd_list *rows = roles_host->view_list(group, "permissions");
        for (size_t k = i; k < n; k++) {
            if (strcmp(all[k].group, all[i].group) != 0 || !is_wanted(&all[k], filter))
                continue;
            show_entry(call, roles_host->view_row(rows), &all[k], role);
            shown++;
        }
    }
    roles_host->view_bool(v, "has_permissions", shown > 0);
}

static int show_edit(struct deskd_call *call, const struct role *role, const char *filter,
                     const struct problem *problem)
{
    const struct role *saved = roles_find(roles_of(call), role->id);
    struct deskd_view *v = roles_host->view(call);
    int may = store_may_touch_role(call, saved);
    if (may < 0)
        return DESKD_FAILED;
    filter = filter != NULL && *filter != '\0' ? filter : NULL;
    roles_host->view_i64(v, "id", role->id);
    roles_host->view_i64(v, "version", saved->version);
    roles_host->view_text(v, "heading", saved->name);
    roles_host->view_text(v, "name", *role->name != '\0' ? role->name : NULL);
    roles_host->view_text(v, "filter", filter);
    roles_host->view_bool(v, "is_read_only", role->is_read_only);
    roles_host->view_bool(v, "can_save", may);
    show_problem(v, problem);
    roles_host->view_text(v, "error_name", roles_host->form_error(call, "name"));
    show_reach(v, role->reach);
    show_catalogue(call, v, role, filter);
    return roles_host->render(call, problem->status, "edit", v);
}

static const struct role *role_of_path(struct deskd_call *call)
{
    const struct role *role = roles_find(roles_of(call), roles_host->path_i64(call, "id"));
    if (role == NULL)
        (void)roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such role");
    return role;
}

int page_edit(struct deskd_call *call)
{
    const struct role *role = role_of_path(call);
    return role == NULL ? DESKD_FAILED
                        : show_edit(call, role, roles_host->form_text(call, "q"), &fine);
}

/* Something that cannot have come from our page. */
static int is_forged(struct deskd_call *call, const char *const *names)
{
    for (; *names != NULL; names++)
        if (roles_host->form_error(call, *names) != NULL)
            return 1;
    return 0;
}

static int has_key(const int64_t *keys, size_t n, int64_t key)
{
    for (size_t i = 0; i < n; i++)
        if (keys[i] == key)
            return 1;
    return 0;
}

/* What the page did not show (another filter, a plugin that came since) stays as it is. */
static void take_ticks(struct deskd_call *call, struct role *role)
{
    size_t ticked_n, shown_n;
    const int64_t *ticked = roles_host->form_i64s(call, "permissions", &ticked_n);
    const int64_t *shown = roles_host->form_i64s(call, "shown", &shown_n);
    struct entry *all = roles_host->alloc(call, NUMBERS * sizeof(*all));
    size_t n = read_catalogue(call, all);
    for (size_t i = 0; i < n; i++) {
        int64_t key = permission_key(all[i].name);
        if (has_key(ticked, ticked_n, key))
            permissions_add(&role->may, all[i].number);
        else if (has_key(shown, shown_n, key))
            permissions_remove(&role->may, all[i].number);
    }
}

int page_edit_post(struct deskd_call *call)
{
    const struct role *saved = role_of_path(call);
    const char *filter = roles_host->form_text(call, "q");
    struct problem problem = { .status = 422,
                               .confirmed = roles_host->form_i64(call, "confirm", 0) };
    if (saved == NULL)
        return DESKD_FAILED;
    if (is_forged(call, (const char *const[]) { "version", "reach", "read_only", "permissions",
                                                "shown", "confirm", NULL }))
        return roles_host->fail(call, DESKD_ERR_INVALID, "no such choice");
    struct role role = *saved;
    int has_name = take_name(call, &role);
    role.version = roles_host->form_i64(call, "version", saved->version);
    role.reach = (int)roles_host->form_i64(call, "reach", saved->reach);
    role.is_read_only = roles_host->form_bool(call, "read_only");
    take_ticks(call, &role);
    if (!has_name)
        return show_edit(call, &role, filter, &problem);
    if (store_put_role(call, &role, &problem) < 0)
        return problem.text != NULL ? show_edit(call, &role, filter, &problem) : DESKD_FAILED;
    return roles_host->redirect(call, FRONT, roles_host->word(call, "Saved."));
}

/* --- its end --- */

static int show_delete(struct deskd_call *call, const struct role *role,
                       const struct problem *problem)
{
    const struct roles *all = roles_of(call);
    const struct deskd_person *people;
    size_t n;
    struct deskd_view *v = roles_host->view(call);
    struct deskd_list *heirs = roles_host->view_list(v, "heirs");
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    roles_host->view_i64(v, "id", role->id);
    roles_host->view_text(v, "name", role->name);
    roles_host->view_i64(v, "people_n", people_of(all, role->id, people, n));
    show_problem(v, problem);
    for (size_t i = 0; i < all->roles_n; i++) {
        if (all->roles[i].id == role->id)
            continue;
        struct deskd_view *row = roles_host->view_row(heirs);
        roles_host->view_i64(row, "choice_id", all->roles[i].id);
        roles_host->view_text(row, "choice_name", all->roles[i].name);
        roles_host->view_bool(row, "is_selected",
                              all->roles[i].id == roles_host->form_i64(call, "heir", BUILT_IN));
    }
    return roles_host->render(call, problem->status, "delete", v);
}

int page_delete(struct deskd_call *call)
{
    const struct role *role = role_of_path(call);
    return role == NULL ? DESKD_FAILED : show_delete(call, role, &fine);
}

int page_delete_post(struct deskd_call *call)
{
    const struct role *role = role_of_path(call);
    struct problem problem = { .confirmed = roles_host->form_i64(call, "confirm", 0) };
    if (role == NULL)
        return DESKD_FAILED;
    if (store_remove_role(call, role->id, roles_host->form_i64(call, "heir", BUILT_IN), &problem) <
        0)
        return problem.text != NULL ? show_delete(call, role, &problem) : DESKD_FAILED;
    return roles_host->redirect(call, FRONT, roles_host->word(call, "Deleted."));
}
