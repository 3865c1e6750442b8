#ifndef DESKD_INTAKE_MAIL_IN_H /* modules/intake/mail_in.h - what became of each accepted mail:    \
                                  one visible line */
#define DESKD_INTAKE_MAIL_IN_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
struct arena;
struct db;
struct err;

enum outcome {
    OUTCOME_TICKET = 1,
    OUTCOME_REPLY = 2,
    OUTCOME_DUPLICATE = 3,
    OUTCOME_BOUNCE = 4,
    OUTCOME_AUTOMATIC = 5,
    OUTCOME_LOOP = 6,
    OUTCOME_PARKED = 7,
    OUTCOME_REFUSED = 8
};

struct mail_in {
    int64_t id, received_at, size;
    const char *envelope_from, *envelope_to, *header_from, *subject;
    const char *mail_id; /* NULL where it had none */
    enum outcome outcome;
    const char *reason;
    int64_t ticket_id, ticket_number; /* 0: none */
};

/* Inside a transaction. dedupe: 16 bytes, or NULL for a line that stands beside another.
 * ERR_DUPLICATE: the id or the dedupe value is there already. */
int mail_in_add(struct db *db, struct arena *a, const struct mail_in *m,
                const unsigned char *dedupe, struct err *err);
/* What became of it since: the outcome of a line that was added at the start of the same
 * transaction. */
int mail_in_set(struct db *db, const struct mail_in *m, struct err *err);
int mail_in_by_id(struct db *db, struct arena *a, int64_t id, struct mail_in *out, struct err *err);
/* 1 with the line that holds this dedupe value, 0, -1. */
int mail_in_by_dedupe(struct db *db, struct arena *a, const unsigned char *dedupe,
                      struct mail_in *out, struct err *err);
/* Newest first, ids below before (0: from the newest); outcome 0: all. */
int mail_in_list(struct db *db, struct arena *a, enum outcome outcome, int64_t before, size_t max,
                 struct mail_in **out, size_t *n, struct err *err);
/* How many are parked, at most 1000. */
int mail_in_parked(struct db *db, struct arena *a, int64_t *n, struct err *err);
/* Oldest first, ids above since. */
int mail_in_since(struct db *db, struct arena *a, int64_t since, size_t max, struct mail_in **out,
                  size_t *n, struct err *err);
/* Forgets a parked line, so that the mail can be imported again: 1, 0 where it is not parked, -1.
 */
int mail_in_unpark(struct db *db, int64_t id, struct err *err);
/* "ticket", "reply", "duplicate", ... */
const char *outcome_name(enum outcome o);
#endif
