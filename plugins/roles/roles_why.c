#include "roles_pages.h" /* what a person may do, and who may see a ticket: and why */

#include <string.h>

/* A person with their rights, as they are now. */
struct subject {
    struct deskd_person person;
    struct deskd_rights rights;
    const struct deskd_department *departments;
    size_t departments_n;
};

static int has_place(const struct roles *all, int64_t user_id, int64_t department_id)
{
    size_t n;
    const struct role_place *places = roles_places(all, user_id, &n);
    for (size_t i = 0; i < n; i++)
        if (places[i].department_id == department_id)
            return 1;
    return 0;
}

/* Exactly one why_... is true. */
static void show_reason(struct deskd_view *v, const struct roles *all, const struct deskd_person *p,
                        int64_t department_id, int scope)
{
    const struct role *role = roles_in(all, p->id, department_id);
    int is_agent = p->role == DESKD_ROLE_AGENT, is_here = has_place(all, p->id, department_id);
    int is_all = is_agent && role != NULL && role->reach == REACH_ALL;
    int is_assigned = is_agent && role != NULL && role->reach == REACH_ASSIGNED;
    int member = person_is_member(p, department_id);
    roles_host->view_bool(v, "why_built_in", !is_agent);
    roles_host->view_bool(v, "why_here", is_agent && is_here);
    roles_host->view_bool(v, "why_all", !is_here && is_all);
    roles_host->view_bool(v, "why_assigned", !is_here && is_assigned);
    roles_host->view_bool(v, "why_member",
                          is_agent && !is_here && !is_all && !is_assigned && member);
    roles_host->view_bool(v, "why_stranger",
                          is_agent && !is_here && !is_all && !is_assigned && !member);
    roles_host->view_bool(v, "sees_all", scope == DESKD_SCOPE_ALL);
    roles_host->view_bool(v, "sees_assigned", scope == DESKD_SCOPE_ASSIGNED);
    roles_host->view_bool(v, "sees_nothing", scope == DESKD_SCOPE_NONE);
    show_role(v, p->role, role);
}

static int may(const struct deskd_grant *g, int number)
{
    struct permissions p;
    memcpy(p.bits, g->may, sizeof(p.bits));
    return permissions_have(&p, number);
}

static void show_scopes(struct deskd_call *call, struct deskd_view *v, const struct subject *s)
{
    struct deskd_list *list = roles_host->view_list(v, "scopes");
    for (size_t i = 0; i < s->departments_n; i++) {
        const struct deskd_department *d = &s->departments[i];
        struct deskd_view *row = roles_host->view_row(list);
        roles_host->view_text(row, "department", d->name);
        show_reason(row, roles_of(call), &s->person, d->id,
                    roles_grant_in(&s->rights, d->id)->scope);
    }
}

/* In how many departments, and in which. */
static const char *places_of(struct deskd_call *call, const struct subject *s, int number,
                             size_t *count)
{
    const char *names = "";
    *count = 0;
    for (size_t i = 0; i < s->departments_n; i++) {
        const struct deskd_grant *g = roles_grant_in(&s->rights, s->departments[i].id);
        if (g->scope == DESKD_SCOPE_NONE || !may(g, number))
            continue;
        names = roles_host->format(call, "%s%s%s", names, *count > 0 ? ", " : "",
                                   s->departments[i].name);
        (*count)++;
    }
    return names;
}

/* Names of the roles that give it, each once. */
static const char *givers_of(struct deskd_call *call, const struct subject *s, int number)
{
    const struct roles *all = roles_of(call);
    const char *names = "";
    for (size_t i = 0; s->person.role == DESKD_ROLE_AGENT && i < all->roles_n; i++) {
        const struct permissions has = role_may(all, &all->roles[i]);
        int gives = roles_in(all, s->person.id, 0) == &all->roles[i];
        for (size_t k = 0; k < s->departments_n; k++)
            gives = gives || roles_in(all, s->person.id, s->departments[k].id) == &all->roles[i];
        if (gives && permissions_have(&has, number))
            names = roles_host->format(call, "%s%s%s", names, *names != '\0' ? ", " : "",
                                       all->roles[i].name);
    }
    return names;
}

static void show_permission(struct deskd_call *call, struct deskd_view *row,
                            const struct subject *s, int number)
{
    const struct roles *all = roles_of(call);
    int is_of_tickets = permissions_have(&all->tickets, number);
    size_t count = 0;
    const char *places = is_of_tickets ? places_of(call, s, number, &count) : "";
    int has = is_of_tickets ? count > 0 : may(&s->rights.grants[0], number);
    const char *givers = has ? givers_of(call, s, number) : "";
    roles_host->view_bool(row, "has_it", has);
    roles_host->view_bool(row, "is_some", has && is_of_tickets && count < s->departments_n);
    roles_host->view_text(row, "places", places);
    roles_host->view_text(row, "givers", *givers != '\0' ? givers : NULL);
}

static void show_permissions(struct deskd_call *call, struct deskd_view *v, const struct subject *s)
{
    const struct roles *all = roles_of(call);
    struct deskd_list *list = roles_host->view_list(v, "permissions");
    const char *label, *group;
    for (int i = 0; i < NUMBERS; i++) {
        const char *name = permissions_have(&all->known, i)
                               ? roles_host->permission_name(call, i, &label, &group)
                               : NULL;
        if (name == NULL)
            continue;
        struct deskd_view *row = roles_host->view_row(list);
        roles_host->view_text(row, "label", label);
        roles_host->view_text(row, "permission", name);
        show_permission(call, row, s, i);
    }
}

int page_why(struct deskd_call *call)
{
    struct subject s = { .person = { .size = sizeof(s.person) },
                         .rights = { .size = sizeof(s.rights) } };
    struct deskd_view *v = roles_host->view(call);
    if (person_of_path(call, &s.person) < 0 ||
        roles_host->departments(call, &s.departments, &s.departments_n) < 0)
        return DESKD_FAILED;
    int is_there = roles_host->rights_of(call, s.person.id, &s.rights);
    if (is_there < 0)
        return DESKD_FAILED;
    roles_host->view_i64(v, "id", s.person.id);
    roles_host->view_text(v, "name", s.person.name);
    roles_host->view_text(v, "email", s.person.email);
    roles_host->view_bool(v, "is_active", is_there);
    roles_host->view_bool(v, "can_give",
                          s.person.role == DESKD_ROLE_AGENT &&
                              roles_host->may(call, "manage", 0) == DESKD_YES);
    show_role(v, s.person.role, roles_in(roles_of(call), s.person.id, 0));
    if (is_there == DESKD_YES) {
        show_scopes(call, v, &s);
        show_permissions(call, v, &s);
    }
    return roles_host->render(call, 200, "why", v);
}

/* --- a ticket --- */

static int sees(const struct deskd_rights *r, const struct deskd_ticket *t)
{
    const struct deskd_grant *g = roles_grant_in(r, t->department_id);
    return g->scope == DESKD_SCOPE_ALL ||
           (g->scope == DESKD_SCOPE_ASSIGNED && t->agent_id == r->user_id);
}

static int may_here(struct deskd_call *call, const struct deskd_rights *r,
                    const struct deskd_ticket *t, const char *permission)
{
    return may(roles_grant_in(r, t->department_id), roles_host->permission(call, permission));
}

/* Deleted tickets are for those who may delete. */
static int is_for(struct deskd_call *call, const struct deskd_rights *r,
                  const struct deskd_ticket *t)
{
    return sees(r, t) && (t->status != 'X' || may_here(call, r, t, "ticket.delete"));
}

static int show_people(struct deskd_call *call, struct deskd_view *v, const struct deskd_ticket *t)
{
    const struct roles *all = roles_of(call);
    const struct deskd_person *people;
    size_t n;
    int64_t others = 0;
    struct deskd_list *list = roles_host->view_list(v, "people");
    if (roles_host->people(call, &people, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++) {
        struct deskd_rights r = { .size = sizeof(r) };
        int rc = people[i].is_active ? roles_host->rights_of(call, people[i].id, &r) : DESKD_NO;
        if (rc < 0)
            return DESKD_FAILED;
        if (rc == DESKD_NO || !is_for(call, &r, t)) {
            others++;
            continue;
        }
        struct deskd_view *row = roles_host->view_row(list);
        roles_host->view_i64(row, "id", people[i].id);
        roles_host->view_text(row, "name", people[i].name);
        roles_host->view_bool(row, "can_answer", may_here(call, &r, t, "ticket.answer"));
        roles_host->view_bool(row, "is_agent_of_it", t->agent_id == people[i].id);
        show_reason(row, all, &people[i], t->department_id,
                    roles_grant_in(&r, t->department_id)->scope);
    }
    roles_host->view_i64(v, "others_n", others);
    return DESKD_OK;
}

int page_ticket(struct deskd_call *call)
{
    const struct deskd_department *departments;
    size_t n;
    struct deskd_ticket t = { .size = sizeof(t) };
    struct deskd_view *v = roles_host->view(call);
    int rc = roles_host->ticket_by_number(call, roles_host->path_i64(call, "number"), &t);
    if (rc != DESKD_YES)
        return rc < 0 ? DESKD_FAILED
                      : roles_host->fail(call, DESKD_ERR_NOT_FOUND, "no such ticket");
    if (roles_host->departments(call, &departments, &n) < 0)
        return DESKD_FAILED;
    for (size_t i = 0; i < n; i++)
        if (departments[i].id == t.department_id)
            roles_host->view_text(v, "department", departments[i].name);
    roles_host->view_i64(v, "number", t.number);
    roles_host->view_text(v, "subject", *t.subject != '\0' ? t.subject : NULL);
    if (show_people(call, v, &t) < 0)
        return DESKD_FAILED;
    return roles_host->render(call, 200, "ticket", v);
}

/* --- in core's pages --- */

int fill_ticket(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    if (where->ticket == NULL || roles_host->may(call, "inspect", 0) != DESKD_YES)
        return DESKD_OK;
    roles_host->view_i64(v, "number", where->ticket->number);
    return DESKD_YES;
}

static void show_own(struct deskd_view *v, const struct roles *all, int64_t user_id)
{
    size_t n;
    const struct role_person *p = roles_person(all, user_id);
    const struct role *role = p == NULL ? NULL : roles_find(all, p->role_id);
    (void)roles_places(all, user_id, &n);
    roles_host->view_text(v, "role_name", role != NULL ? role->name : NULL);
    roles_host->view_i64(v, "places_n", (int64_t)n);
    roles_host->view_bool(v, "has_places", n > 0);
}

int fill_agents(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    const struct roles *all = roles_of(call);
    struct deskd_list *cells = roles_host->view_list(v, "cells");
    if (all->roles_n == 0)
        return DESKD_OK;
    roles_host->view_text(v, "title", roles_host->word(call, "Custom role"));
    for (size_t i = 0; i < where->users_n; i++)
        show_own(roles_host->view_row(cells), all, where->users[i]);
    return DESKD_YES;
}

int fill_agent(struct deskd_call *call, const struct deskd_place *where, struct deskd_view *v)
{
    const struct roles *all = roles_of(call);
    int manages = roles_host->may(call, "manage", 0) == DESKD_YES;
    int inspects = roles_host->may(call, "inspect", 0) == DESKD_YES;
    if (where->user_id == 0 || (!manages && !inspects))
        return DESKD_OK;
    show_own(v, all, where->user_id);
    roles_host->view_i64(v, "id", where->user_id);
    roles_host->view_bool(v, "can_give", manages);
    roles_host->view_bool(v, "can_inspect", inspects);
    return DESKD_YES;
}
