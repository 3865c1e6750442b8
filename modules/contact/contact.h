#ifndef DESKD_CONTACT_CONTACT_H /* modules/contact/contact.h - the customers of a tenant */
#define DESKD_CONTACT_CONTACT_H
#include <stdbool.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

struct contact {
    int64_t id;
    const char *email, *name, *company;
    const char *locale; /* NULL: unknown */
    int64_t created_at;
    bool was_named; /* by contact_find_or_add just now: its tickets do not know the name yet */
};

int contact_by_id(struct db *db, struct arena *a, int64_t id, struct contact *out, struct err *err);
int contact_by_email(struct db *db, struct arena *a, const char *email, struct contact *out,
                     struct err *err);
/* The contact with this address; a new one where there is none (*is_new). An empty name is filled
 * from name. */
int contact_find_or_add(struct db *db, struct arena *a, const char *email, const char *name,
                        int64_t now, struct contact *out, bool *is_new, struct err *err);
#endif
