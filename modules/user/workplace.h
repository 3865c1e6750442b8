#ifndef DESKD_USER_WORKPLACE_H /* modules/user/workplace.h - who may work tickets where: all pairs \
                                  at once */
#define DESKD_USER_WORKPLACE_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

/* A department and an active person who may work in it; user_id 0: nobody may. */
struct workplace {
    int64_t department_id, user_id;
    const char *department_name, *user_name;
};
/* In order of department and person, by name. */
int workplace_all(struct db *db, struct arena *a, struct workplace **out, size_t *n,
                  struct err *err);
#endif
