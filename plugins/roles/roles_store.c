#include "roles_store.h"

#include "roles_sql.h"

#include <stdlib.h>
#include <string.h>

const struct deskd_host *roles_host;

const struct roles *roles_of(struct deskd_call *call)
{
    return roles_host->tenant_data(call);
}

static int64_t number(const struct deskd_rows *rows, size_t row, size_t column)
{
    return rows->rows[row].values[column].i64;
}

static void know_permissions(struct deskd_call *call, struct roles *all)
{
    static const char *const of_agents[] = { "ticket.read",     "ticket.create", "ticket.answer",
                                             "ticket.note",     "ticket.status", "ticket.assign",
                                             "ticket.transfer", "ticket.spam" };
    const char *label, *group;
    for (int i = 0; i < 64 * DESKD_PERMISSION_WORDS; i++) {
        const char *name = roles_host->permission_name(call, i, &label, &group);
        if (name == NULL || *group == '\0' || strcmp(name, "owner") == 0)
            continue;
        permissions_add(&all->known, i);
        if (strncmp(name, "ticket.", 7) == 0)
            permissions_add(&all->tickets, i);
    }
    permissions_add(&all->look, roles_host->permission(call, "ticket.read"));
    for (size_t i = 0; i < sizeof(of_agents) / sizeof(of_agents[0]); i++)
        permissions_add(&all->agent, roles_host->permission(call, of_agents[i]));
}

static void take_roles(struct roles *all, const struct deskd_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct role *r = &all->roles[all->roles_n++];
        const struct deskd_value *name = &rows->rows[i].values[1];
        *r = (struct role) { .id = number(rows, i, 0),
                             .reach = (int)number(rows, i, 2),
                             .is_read_only = number(rows, i, 3) != 0,
                             .is_for_new = number(rows, i, 4) != 0,
                             .version = number(rows, i, 5) };
        if (name->n < sizeof(r->name))
            memcpy(r->name, name->p, name->n + 1);
    }
}

/* Names of plugins that are not there now are kept in the database, and mean nothing. */
static void take_permissions(struct deskd_call *call, struct roles *all,
                             const struct deskd_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct role *r = (struct role *)(uintptr_t)roles_find(all, number(rows, i, 0));
        int n = roles_host->permission(call, rows->rows[i].values[1].p);
        if (r != NULL && permissions_have(&all->known, n))
            permissions_add(&r->may, n);
    }
}

static void take_people(struct roles *all, const struct deskd_rows *people,
                        const struct deskd_rows *places)
{
    for (size_t i = 0; i < people->n; i++)
        all->people[all->people_n++] = (struct role_person) { number(people, i, 0),
                                                              number(people, i, 1),
                                                              number(people, i, 2) };
    for (size_t i = 0; i < places->n; i++)
        all->places[all->places_n++] = (struct role_place) { number(places, i, 0),
                                                             number(places, i, 1),
                                                             number(places, i, 2) };
}

static int query(struct deskd_call *call, const struct deskd_sql *sql, struct deskd_rows *out)
{
    return roles_host->query(call, sql, DESKD_ARGS(DESKD_TENANT), out);
}

/* One piece of memory, which is what store_close gives back. */
static struct roles *make_room(size_t roles_n, size_t people_n, size_t places_n)
{
    struct roles *all = calloc(1, sizeof(*all) + roles_n * sizeof(struct role) +
                                      people_n * sizeof(struct role_person) +
                                      places_n * sizeof(struct role_place));
    if (all == NULL)
        return NULL;
    all->roles = (struct role *)(all + 1);
    all->people = (struct role_person *)(all->roles + roles_n);
    all->places = (struct role_place *)(all->people + people_n);
    return all;
}

int store_open(struct deskd_call *call, void **data)
{
    struct deskd_rows roles, permissions, people, places;
    if (query(call, &load_roles, &roles) < 0 || query(call, &load_permissions, &permissions) < 0 ||
        query(call, &load_people, &people) < 0 || query(call, &load_places, &places) < 0)
        return DESKD_FAILED;
    struct roles *all = make_room(roles.n, people.n, places.n);
    if (all == NULL)
        return roles_host->fail(call, DESKD_ERR_LATER, "no memory for roles");
    know_permissions(call, all);
    take_roles(all, &roles);
    take_permissions(call, all, &permissions);
    take_people(all, &people, &places);
    *data = all;
    return DESKD_OK;
}

void store_close(void *data)
{
    free(data);
}
