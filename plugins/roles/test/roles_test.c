/* test/roles_test.c - loads the plugin as deskd does and asks it for people's rights; tells what
 * one answer costs */
/* NOLINTNEXTLINE(bugprone-reserved-identifier): a feature test macro */
#define _POSIX_C_SOURCE 200809L
#include "../roles.h"

#include <assert.h>
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define PEOPLE 500
#define TURNS  200000

static struct role roles[] = { { .id = 10, .reach = REACH_ASSIGNED, .may = { { 0x0F } } },
                               { .id = 11, .reach = REACH_OWN, .may = { { 0x1F } } } };
static struct role_person people[PEOPLE];
static struct role_place places[PEOPLE * 2];
static struct roles all = { .roles = roles,
                            .roles_n = 2,
                            .people = people,
                            .people_n = PEOPLE,
                            .places = places,
                            .places_n = PEOPLE * 2,
                            .tickets = { { 0x1F } } };

static void *tenant_data(struct deskd_call *call)
{
    (void)call;
    return &all;
}

static const struct deskd_host host = { .size = sizeof(host), .tenant_data = tenant_data };

static void fill(void)
{
    for (int i = 0; i < PEOPLE; i++) {
        people[i] = (struct role_person) { i + 1, 10, 1 };
        places[i * 2] = (struct role_place) { i + 1, 5, 11 };
        places[i * 2 + 1] = (struct role_place) { i + 1, 8, 11 };
    }
}

/* As core has an agent of departments 3 to 7. */
static struct deskd_rights agent(struct deskd_grant *room, size_t cap, int64_t user_id)
{
    struct deskd_rights r = { sizeof(r), user_id, DESKD_ROLE_AGENT, room, 6, cap };
    for (int i = 0; i < 6; i++)
        room[i] = (struct deskd_grant) { .department_id = i == 0 ? 0 : i + 2,
                                         .scope = i == 0 ? DESKD_SCOPE_NONE : DESKD_SCOPE_ALL,
                                         .may = { 0x07 } };
    return r;
}

int main(int argc, char **argv)
{
    void *object = dlopen(argc > 1 ? argv[1] : "./roles.so", RTLD_NOW | RTLD_LOCAL);
    const struct deskd_plugin *p = object == NULL ? NULL : dlsym(object, "deskd_plugin_v1");
    struct deskd_call *call = (struct deskd_call *)(void *)&all; /* only handed around */
    struct deskd_grant room[70];
    struct timespec from, to;
    assert(p != NULL && strcmp(p->id, "roles") == 0);
    assert(p->init(&host) == DESKD_OK);
    fill();

    struct deskd_rights r = agent(room, 70, 250);
    assert(p->hooks->rights(call, &r) == DESKD_OK);
    assert(r.n == 7 && room[0].scope == DESKD_SCOPE_ASSIGNED && room[0].may[0] == 0x0F);
    assert(room[3].department_id == 5 && room[3].scope == DESKD_SCOPE_ALL);
    assert(room[6].department_id == 8 && room[6].may[0] == 0x1F);

    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int i = 0; i < TURNS; i++) {
        r = agent(room, 70, i % PEOPLE + 1);
        assert(p->hooks->rights(call, &r) == DESKD_OK);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    double ns = (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
    (void)printf("roles: all is well; a person's rights among %d people: %.0f ns\n", PEOPLE,
                 ns / TURNS);
    return 0;
}
