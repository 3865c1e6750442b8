#ifndef DESKD_CLI_SEED_H /* cli/seed.h - believable tickets by the hundred thousand, for           \
                            benchmarks */
#define DESKD_CLI_SEED_H
#include "db/db.h"
#include "tenant/tenant.h"

#include <stddef.h>
#include <stdint.h>
struct cli;

#define SEED_DEPARTMENTS 4
#define SEED_AGENTS      12

/* --- words --- */

struct seed_words {
    const char *locale, *timezone;
    const char *departments[SEED_DEPARTMENTS];
    const char *const *first, *const *last; /* names; each list ends with NULL */
    const char *const *subjects;            /* with one %s: a domain */
    const char *const *openings, *const *problems, *const *endings; /* of customers */
    const char *const *answers, *const *closings;                   /* of agents */
};
/* The n-th language, over and over. */
const struct seed_words *seed_language(size_t n);

/* --- chance: the same for the same seed --- */

struct dice {
    uint64_t state;
};
uint64_t dice_roll(struct dice *d, uint64_t sides);
const char *dice_word(struct dice *d, const char *const *list);

/* --- rows --- */

struct seed_agent {
    int64_t id;
    const char *name, *email;
};

struct seed_department {
    int64_t id;
    const char *address;
    struct seed_agent agents[SEED_AGENTS];
    size_t agents_n;
};

/* A help desk that is being filled. */
struct seed {
    struct cli *cli;
    struct arena *batch; /* what one transaction needs */
    struct tenant tenant;
    struct db db;
    const struct seed_words *words;
    struct seed_department departments[SEED_DEPARTMENTS];
    int64_t tickets, messages; /* wanted: of the help desk, and of a ticket on average */
    int64_t contacts;
    int64_t begins_at, ends_at; /* of the time that the tickets are spread over */
};

/* A row's place within its statement of many rows; the rest goes out one by one. */
struct seed_batch;
enum seed_table { SEED_CONTACT, SEED_TICKET, SEED_MESSAGE, SEED_EVENT, SEED_TABLES };
struct seed_rows {
    struct seed *seed;
    struct seed_batch {
        struct db_arg *args;
        size_t n;
    } batches[SEED_TABLES];
};
struct seed_rows seed_rows(struct seed *s);
/* Adds a row (its arguments begin with DB_TENANT); sends a full statement. */
int seed_row(struct seed_rows *rows, enum seed_table table, const struct db_arg *args, size_t n,
             struct err *err);
int seed_rows_send(struct seed_rows *rows, struct err *err);
#define seed_add(rows, table, err, ...)                                                            \
    seed_row((rows), (table), (struct db_arg[]) { __VA_ARGS__ },                                   \
             sizeof((struct db_arg[]) { __VA_ARGS__ }) / sizeof(struct db_arg), (err))

/* Ids of the past that never meet: k-th row of a kind, of the n-th thing, at ms. */
int64_t seed_id(int64_t ms, int64_t n, int64_t k);
int64_t seed_contact_id(const struct seed *s, int64_t n);

/* The n-th customer; the n-th ticket with its messages and events. The same for the same n. */
int seed_contact(struct seed *s, struct seed_rows *rows, int64_t n, struct err *err);
int seed_ticket(struct seed *s, struct seed_rows *rows, int64_t n, struct err *err);
#endif
