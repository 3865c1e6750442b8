#include "contact/contact.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "base/str.h"
#include "db/db.h"

#define NAME_POINTS 180

DB_SQL(contact_by_id_sql, 1,
       "SELECT id, email, name, company, locale, created_at FROM contact WHERE tenant_id = ? AND "
       "id = ?");
DB_SQL(contact_by_email_sql, 1,
       "SELECT id, email, name, company, locale, created_at FROM contact WHERE tenant_id = ? AND "
       "email = ?");
DB_SQL(
    insert_contact, 1,
    "INSERT IGNORE INTO contact (tenant_id, id, email, name, created_at) VALUES (?, ?, ?, ?, ?)");
DB_SQL(name_contact, 1, "UPDATE contact SET name = ? WHERE tenant_id = ? AND id = ? AND name = ''");

static int read_contact(int rc, const struct db_row *r, struct contact *out, struct err *err)
{
    if (rc == 1)
        *out = (struct contact) { .id = db_i64(r, 0),
                                  .email = db_str(r, 1),
                                  .name = db_str(r, 2),
                                  .company = db_str(r, 3),
                                  .locale = db_text(r, 4),
                                  .created_at = db_i64(r, 5) };
    return rc < 0 ? err_wrap(err, "load contact") : rc;
}

int contact_by_id(struct db *db, struct arena *a, int64_t id, struct contact *out, struct err *err)
{
    struct db_row row;
    return read_contact(db_one(db, a, &row, err, contact_by_id_sql, DB_TENANT, DB_I64(id)), &row,
                        out, err);
}

int contact_by_email(struct db *db, struct arena *a, const char *email, struct contact *out,
                     struct err *err)
{
    struct db_row row;
    const char *key = str_lower(a, email);
    return read_contact(db_one(db, a, &row, err, contact_by_email_sql, DB_TENANT, DB_STR(key)),
                        &row, out, err);
}

static int give_name(struct db *db, struct contact *c, const char *name, struct err *err)
{
    if (!str_is_empty(c->name) || str_is_empty(name))
        return 0;
    c->name = name;
    c->was_named = true;
    return db_exec(db, err, name_contact, DB_STR(name), DB_TENANT, DB_I64(c->id)) < 0 ? -1 : 0;
}

int contact_find_or_add(struct db *db, struct arena *a, const char *email, const char *name,
                        int64_t now, struct contact *out, bool *is_new, struct err *err)
{
    name = str_line(a, str_or(name, ""), NAME_POINTS);
    int rc = contact_by_email(db, a, email, out, err);
    if (rc == 0) {
        struct contact fresh = { .id = id_new(),
                                 .email = str_lower(a, email),
                                 .name = name,
                                 .company = "",
                                 .created_at = now };
        int64_t added = db_exec(db, err, insert_contact, DB_TENANT, DB_I64(fresh.id),
                                DB_STR(fresh.email), DB_STR(name), DB_I64(now));
        if (added < 0)
            return err_wrap(err, "add contact");
        *is_new = added == 1;
        *out = fresh;
        rc = *is_new ? 1 : contact_by_email(db, a, email, out, err);
    } else {
        *is_new = false;
    }
    if (rc <= 0)
        return rc < 0 ? -1 : err_set(err, ERR_DEADLOCK, "a contact vanished");
    return give_name(db, out, name, err);
}
