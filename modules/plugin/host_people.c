#include "plugin/plugin_private.h" /* people, departments, rights */

#include "base/arena.h"
#include "base/err.h"
#include "html/words.h"
#include "user/audit.h"
#include "user/capability.h"
#include "user/department.h"
#include "user/user.h"
#include "user/viewer.h"

#include <string.h>

_Static_assert(sizeof(struct deskd_grant) == sizeof(struct grant), "rights are passed as they are");
_Static_assert(DESKD_PERMISSION_WORDS == CAP_WORDS, "the same");
_Static_assert(offsetof(struct deskd_grant, may) == offsetof(struct grant, may), "the same");

static struct deskd_person person_of(const struct viewer *v)
{
    return (struct deskd_person) { .size = sizeof(struct deskd_person),
                                   .id = v->user_id,
                                   .name = v->name,
                                   .email = v->email,
                                   .role = (int)v->role,
                                   .is_active = 1,
                                   .departments = v->departments,
                                   .departments_n = v->departments_n };
}

int host_viewer(struct deskd_call *call, struct deskd_person *out)
{
    if (call->scene == NULL || call->scene->viewer == NULL)
        return DESKD_NO;
    *out = person_of(call->scene->viewer);
    return DESKD_YES;
}

int host_permission(struct deskd_call *call, const char *name)
{
    return plugin_permission_number(call->plugin, name);
}

const char *host_permission_name(struct deskd_call *call, int number, const char **label,
                                 const char **group)
{
    const struct capability_entry *e = capability_entry(number);
    if (e == NULL)
        return NULL;
    const char *domain = plugin_domain_of(call->all, e->name);
    *label = words_get_of(domain, e->label);
    *group = words_get_of(domain, e->group);
    return e->name;
}

int host_may(struct deskd_call *call, const char *permission, int64_t department_id)
{
    const struct viewer *v = call->scene == NULL ? NULL : call->scene->viewer;
    int number = plugin_permission_number(call->plugin, permission);
    if (v == NULL || number < 0)
        return DESKD_NO;
    bool may = department_id == 0 ? viewer_may(v, number) : viewer_may_in(v, number, department_id);
    return may ? DESKD_YES : DESKD_NO;
}

int host_rights_of(struct deskd_call *call, int64_t user_id, struct deskd_rights *out)
{
    struct viewer *v = arena_zalloc(call->arena, sizeof(*v));
    int rc = viewer_load(call->scene->db, call->arena, user_id, v, call->err);
    if (rc <= 0)
        return rc < 0 ? DESKD_FAILED : DESKD_NO;
    *out = (struct deskd_rights) { .size = sizeof(*out),
                                   .user_id = user_id,
                                   .role = (int)v->role,
                                   .grants = (struct deskd_grant *)(void *)v->rights.grants,
                                   .n = v->rights.n,
                                   .cap = v->rights.cap };
    return DESKD_YES;
}

/* members are in the order of people's ids. */
static void add_departments(struct arena *a, struct deskd_person *p, const struct member *members,
                            size_t n)
{
    int64_t *ids = arena_array(a, n, sizeof(*ids));
    for (size_t i = 0; i < n; i++) {
        if (members[i].user_id != p->id)
            continue;
        size_t k = p->departments_n++;
        for (; k > 0 && ids[k - 1] > members[i].department_id; k--)
            ids[k] = ids[k - 1];
        ids[k] = members[i].department_id;
    }
    p->departments = ids;
}

int host_people(struct deskd_call *call, const struct deskd_person **out, size_t *n)
{
    struct db *db = call->scene->db;
    struct arena *a = call->arena;
    struct user *users;
    struct member *members;
    size_t members_n;
    if (user_all(db, a, &users, n, call->err) < 0 ||
        user_all_memberships(db, a, &members, &members_n, call->err) < 0)
        return DESKD_FAILED;
    struct deskd_person *all = arena_array(a, *n, sizeof(*all));
    for (size_t i = 0; i < *n; i++) {
        all[i] = (struct deskd_person) { .size = sizeof(*all),
                                         .id = users[i].id,
                                         .name = users[i].name,
                                         .email = users[i].email,
                                         .role = (int)users[i].role,
                                         .is_active = users[i].status == USER_ACTIVE };
        add_departments(a, &all[i], members, members_n);
    }
    *out = all;
    return DESKD_OK;
}

int host_departments(struct deskd_call *call, const struct deskd_department **out, size_t *n)
{
    struct department *from;
    if (department_all(call->scene->db, call->arena, &from, n, call->err) < 0)
        return DESKD_FAILED;
    struct deskd_department *all = arena_array(call->arena, *n, sizeof(*all));
    for (size_t i = 0; i < *n; i++)
        all[i] = (struct deskd_department) { sizeof(*all), from[i].id, from[i].name,
                                             from[i].is_default };
    *out = all;
    return DESKD_OK;
}

int host_works_in(struct deskd_call *call, int64_t user_id, int64_t department_id)
{
    return user_may_work(call->scene->db, user_id, department_id, call->err);
}

int host_audit(struct deskd_call *call, const char *action, int64_t object_id, const char *detail)
{
    const char *full = arena_printf(call->arena, "%s.%s", call->plugin->id, action);
    return audit_add(call->scene->db, call->scene->viewer, full, object_id, detail, call->err);
}
