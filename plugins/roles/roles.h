#ifndef ROLES_H /* roles.h - the roles of a tenant and what they make of people's rights */
#define ROLES_H
#include <deskd_plugin.h>

#define ROLES_MAX      100  /* of a tenant */
#define PLACES_MAX     50   /* departments with a role of their own, of a person */
#define PEOPLE_MAX     5000 /* of a tenant */
#define BUILT_IN       0    /* role_id of those who have no role of ours */
#define PERMISSION_MAX 80

enum reach { REACH_ALL = 1, REACH_OWN = 2, REACH_ASSIGNED = 3 };

struct permissions {
    uint64_t bits[DESKD_PERMISSION_WORDS];
};
int permissions_have(const struct permissions *p, int number);
void permissions_add(struct permissions *p, int number);
void permissions_remove(struct permissions *p, int number);
int permissions_within(const struct permissions *some, const struct permissions *others);

struct role {
    int64_t id, version;
    char name[404];
    int reach; /* enum reach */
    int is_read_only, is_for_new;
    struct permissions may; /* as ticked */
};
struct role_person {
    int64_t user_id, role_id, version;
};
struct role_place {
    int64_t user_id, department_id, role_id;
};
/* What one process keeps of a tenant; people and places in the order of their keys. */
struct roles {
    struct role *roles; /* by name */
    size_t roles_n;
    struct role_person *people;
    size_t people_n;
    struct role_place *places;
    size_t places_n;
    struct permissions known;   /* all that there are, without those of owners */
    struct permissions tickets; /* those of tickets */
    struct permissions look;    /* of those, what reading only leaves */
    struct permissions agent;   /* of the built-in role */
};

/* NULL: none of that id. */
const struct role *roles_find(const struct roles *all, int64_t id);
const struct role_person *roles_person(const struct roles *all, int64_t user_id);
/* The first of a person's places; *n of them. */
const struct role_place *roles_places(const struct roles *all, int64_t user_id, size_t *n);
/* The role that counts for the person in the department (0: where no other is named); NULL: the
 * built-in one. */
const struct role *roles_in(const struct roles *all, int64_t user_id, int64_t department_id);
/* What the role really lets people do. */
struct permissions role_may(const struct roles *all, const struct role *role);

/* The rights callback. DESKD_FAILED where there is no room. Built-in admins and owners stay as they
 * are. */
int roles_apply(const struct roles *all, struct deskd_rights *rights);
/* What somebody would have: as a built-in agent of these departments, then roles_apply. room: for
 * departments_n + PLACES_MAX + 1 grants. */
int roles_imagine(const struct roles *all, int64_t user_id, const int64_t *departments, size_t n,
                  struct deskd_grant *room, size_t cap, struct deskd_rights *out);

const struct deskd_grant *roles_grant_in(const struct deskd_rights *r, int64_t department_id);
/* Whether who has others may do and see everything that who has some may. */
int roles_within(const struct roles *all, const struct deskd_rights *some,
                 const struct deskd_rights *others);
/* Whether who has these rights could give the role to anybody. */
int role_within(const struct roles *all, const struct role *role, const struct deskd_rights *r);

/* A number for a permission's name in forms: numbers of permissions change with what is installed.
 */
int64_t permission_key(const char *name);
#endif
