#ifndef DESKD_CANNED_CANNED_H /* modules/canned/canned.h - predefined answers: texts that agents   \
                                 reuse */
#define DESKD_CANNED_CANNED_H
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;
struct viewer;

#define CANNED_MAX      1000 /* of a tenant */
#define CANNED_BODY_MAX 20000

/* For one person, for a department's tickets, or (both 0) for everybody. */
struct canned {
    int64_t id, version;
    const char *name, *keywords;
    const char *body; /* with variables, see canned/fill.h */
    int64_t department_id, user_id;
};

/* What a person sees has three parts: their own, those of departments that they see, and those for
 * everybody. */
/* By name, those whose name, keywords or text have every word of the query (NULL, "": all).
 * department_id: what fits a ticket there; 0: all that the person sees. */
int canned_find(struct db *db, struct arena *a, const struct viewer *v, int64_t department_id,
                const char *query, struct canned **out, size_t *n, struct err *err);
/* 1 found and seen by v, 0, -1. */
int canned_by_id(struct db *db, struct arena *a, const struct viewer *v, int64_t id,
                 struct canned *out, struct err *err);

/* Changes: each a transaction with a line in the audit log. Everybody may have their own; the
 * others take CAP_CANNED: ERR_FORBIDDEN. */
/* id 0: a new one, whose id is then in *c. Else version must still be the stored one's:
 * ERR_CONFLICT. ERR_INVALID says what is wrong. */
int canned_put(struct db *db, struct arena *a, const struct viewer *v, struct canned *c,
               struct err *err);
int canned_delete(struct db *db, struct arena *a, const struct viewer *v, int64_t id,
                  struct err *err);
/* In a transaction: those of a department that is closed go to another. */
int canned_move_department(struct db *db, int64_t from_id, int64_t to_id, struct err *err);
#endif
