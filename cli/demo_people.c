#include "cli/demo.h" /* the tenant of a demo: departments, people, customers */

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "cli/cli.h"
#include "user/department.h"
#include "user/password.h"
#include "user/user.h"

DB_SQL(describe_contact, 1,
       "UPDATE contact SET company = ?, locale = ? WHERE tenant_id = ? AND email = ?");

const struct demo_department *demo_department(const struct demo *d, const char *key)
{
    for (size_t i = 0; i < d->departments_n; i++)
        if (str_is(d->departments[i].key, key))
            return &d->departments[i];
    return NULL;
}

const struct demo_person *demo_person(const struct demo *d, const char *key)
{
    for (size_t i = 0; i < d->people_n; i++)
        if (str_is(d->people[i].key, key))
            return &d->people[i];
    return NULL;
}

/* The tenant came with a first department, which becomes the file's first one. */
static int add_department(struct demo *d, const json_t *json, bool is_first, struct err *err)
{
    struct arena *a = d->cli->arena;
    struct demo_department *out = &d->departments[d->departments_n];
    struct department first;
    out->key = demo_text(json, "key");
    out->address = arena_printf(a, "%s@%s", demo_text(json, "address"), d->tenant.host);
    const struct department_fields f = { .name = demo_text(json, "name"),
                                         .signature = demo_text(json, "signature"),
                                         .reopen_days = -1,
                                         .claim_on_reply = true,
                                         .addresses = &out->address,
                                         .addresses_n = 1 };
    d->departments_n++;
    if (!is_first)
        return department_create(&d->db, a, NULL, &f, &out->id, err);
    if (department_default(&d->db, a, &first, err) != 1)
        return -1;
    out->id = first.id;
    return department_update(&d->db, a, NULL, first.id, first.version, &f, err);
}

static int add_departments(struct demo *d, struct err *err)
{
    const json_t *list = demo_list(d->file, "departments");
    d->departments_n = 0;
    d->departments = arena_array(d->cli->arena, json_array_size(list), sizeof(*d->departments));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (add_department(d, json_array_get(list, i), i == 0, err) < 0)
            return err_wrap(err, "department %zu", i + 1);
    return 0;
}

static int departments_of(struct demo *d, const json_t *person, struct user_fields *f,
                          struct err *err)
{
    const json_t *list = demo_list(person, "departments");
    int64_t *ids = arena_array(d->cli->arena, json_array_size(list), sizeof(*ids));
    f->departments = ids;
    f->departments_n = json_array_size(list);
    for (size_t i = 0; i < f->departments_n; i++) {
        const char *key = json_string_value(json_array_get(list, i));
        const struct demo_department *found = demo_department(d, key);
        if (found == NULL)
            return err_set(err, ERR_INVALID, "no department \"%.40s\"", str_or(key, ""));
        ids[i] = found->id;
    }
    return 0;
}

static int add_person(struct demo *d, const json_t *json, struct err *err)
{
    struct arena *a = d->cli->arena;
    struct demo_person *out = &d->people[d->people_n];
    int64_t id;
    struct user_fields f = { .name = demo_text(json, "name"),
                             .email = demo_text(json, "email"),
                             .gender = demo_text(json, "gender"),
                             .is_active = true };
    out->key = demo_text(json, "key");
    if (!role_by_name(demo_text(json, "role"), &f.role))
        return err_set(err, ERR_INVALID, "no such role");
    if (departments_of(d, json, &f, err) < 0 || user_create(&d->db, a, NULL, &f, &id, err) < 0 ||
        password_set(&d->db, a, id, d->password, err) < 0)
        return -1;
    d->people_n++;
    return viewer_load(&d->db, a, id, &out->viewer, err) < 0 ? -1 : 0;
}

static int add_people(struct demo *d, struct err *err)
{
    const json_t *list = demo_list(d->file, "people");
    d->people_n = 0;
    d->people = arena_array(d->cli->arena, json_array_size(list), sizeof(*d->people));
    for (size_t i = 0; i < json_array_size(list); i++)
        if (add_person(d, json_array_get(list, i), err) < 0)
            return err_wrap(err, "person %zu", i + 1);
    return 0;
}

int demo_create_tenant(struct demo *d, struct err *err)
{
    const json_t *json = json_object_get(d->file, "tenant");
    struct db global = db_global(d->cli->conn);
    const struct tenant_new n = { .name = demo_text(json, "name"),
                                  .title = demo_text(json, "title"),
                                  .host = demo_text(json, "host"),
                                  .locale = demo_text(json, "locale"),
                                  .timezone = demo_text(json, "timezone") };
    if (tenant_create(&global, d->cli->arena, &d->cli->master, &n, &d->tenant, err) < 0)
        return -1;
    d->db = db_tenant(d->cli->conn, d->tenant.id);
    return add_departments(d, err) < 0 ? -1 : add_people(d, err);
}

int demo_describe_customers(struct demo *d, struct err *err)
{
    const json_t *list = demo_list(d->file, "contacts");
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *c = json_array_get(list, i);
        const char *email = str_lower(d->cli->arena, demo_text(c, "email"));
        if (db_exec(&d->db, err, describe_contact, DB_STR(demo_text(c, "company")),
                    DB_STR(d->tenant.locale), DB_TENANT, DB_STR(email)) < 0)
            return err_wrap(err, "describe a customer");
    }
    return 0;
}
