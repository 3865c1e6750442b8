#ifndef DESKD_TICKET_DESK_H /* modules/ticket/desk.h - a help desk as its people see it:           \
                               departments, people, how many tickets stand where */
#define DESKD_TICKET_DESK_H
#include "ticket/counter.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;
struct viewer;

struct roster_department {
    int64_t id;
    const char *name;
    bool is_default;
};
struct roster_person {
    int64_t id;
    const char *name;
    bool is_active;
    const uint64_t *works; /* a bit for each department in which tickets may be theirs */
};
struct roster_member {
    int64_t user_id, department_id;
};
/* Departments and people in the order of their names; of people also those who have gone. */
struct roster {
    int64_t tenant_id, revision, plugin_revision;
    struct roster_department *departments;
    size_t departments_n;
    struct roster_person *people;
    size_t people_n;
    struct roster_member *members;
    size_t members_n;
};
/* "" for nobody we know. */
const char *roster_department_name(const struct roster *r, int64_t id);
const char *roster_person_name(const struct roster *r, int64_t id);
/* Whether this active person may work tickets of that department. */
bool roster_works(const struct roster *r, const struct roster_person *p, int64_t department_id);

/* Rosters that a process keeps (base/keep.h), by tenant: each as long as its revision is the one
 * that the viewer was read with. One of more than an eighth of that is read each time. */
struct keep;
#define ROSTERS_BYTES ((size_t)2 * 1024 * 1024)

/* Asks for the counters before it is known who wants them, where the departments and people are
 * here already; for desk_read, which then only reads the answer. */
struct db_later;
bool desk_ask(struct db *db, struct arena *a, struct keep *store, struct db_later *later);

struct desk {
    const struct roster *roster; /* until the store is asked for another tenant */
    struct counts counts;
};
/* One statement. store NULL: nothing is kept. asked: what desk_ask has asked, or NULL. */
int desk_read(struct db *db, struct arena *a, struct keep *store, const struct viewer *v,
              struct db_later *asked, struct desk *out, struct err *err);
#endif
