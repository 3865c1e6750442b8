#include "cli/cli.h" /* deskctl seed */

#include "base/arena.h"
#include "base/clock.h"
#include "base/err.h"
#include "cli/search.h"
#include "cli/seed.h"
#include "ticket/counter.h"
#include "user/department.h"
#include "user/password.h"
#include "user/roster.h"
#include "user/user.h"

#include <inttypes.h>
#include <unistd.h>

#define TENANTS_MOST     9999
#define TICKETS_MOST     4000000 /* of one help desk: ids are told apart far beyond */
#define BATCH            2000
#define SPAN_MS          (INT64_C(2) * 365 * 86400000)
#define TICKETS_A_PERSON 5
#define PASSWORD         "deskd-seed-2026"

/* A transaction of thousands of rows that fit together by construction needs no check of each. */
DB_SQL_GLOBAL(check_no_keys, 0, "SET SESSION foreign_key_checks = 0, unique_checks = 0");
DB_SQL_GLOBAL(check_keys, 0, "SET SESSION foreign_key_checks = 1, unique_checks = 1");
DB_SQL(read_seed_sequence, 1, "SELECT last FROM ticket_sequence WHERE tenant_id = ?");
DB_SQL(set_seed_sequence, 1, "UPDATE ticket_sequence SET last = ? WHERE tenant_id = ?");
DB_SQL(activate_people, 100,
       "UPDATE user SET password_hash = ?, status = 1 WHERE tenant_id = ? AND status = 2");

static int add_departments(struct seed *s, struct err *err)
{
    static const char *const names[] = { "support", "billing", "sales", "abuse" };
    struct arena *a = s->cli->arena;
    struct department first;
    for (size_t i = 0; i < SEED_DEPARTMENTS; i++) {
        const char *address = arena_printf(a, "%s@%s", names[i], s->tenant.host);
        const struct department_fields f = { .name = s->words->departments[i],
                                             .signature = s->tenant.title,
                                             .reopen_days = -1,
                                             .claim_on_reply = true,
                                             .addresses = &address,
                                             .addresses_n = 1 };
        int64_t id;
        if (i > 0 && department_create(&s->db, a, NULL, &f, &id, err) < 0)
            return -1;
        if (i == 0 && (department_default(&s->db, a, &first, err) != 1 ||
                       department_update(&s->db, a, NULL, first.id, first.version, &f, err) < 0))
            return -1;
    }
    return 0;
}

/* The first ones of a help desk are its owner and an admin. */
static int add_person(struct seed *s, size_t i, const struct department *all, size_t n,
                      struct err *err)
{
    struct arena *a = s->cli->arena;
    struct dice d = { i * 77 + (uint64_t)s->tenant.id };
    const char *const email[] = { "owner", "admin" };
    const int64_t departments[] = { all[i % n].id, all[(i / n) % n].id };
    const struct user_fields f = {
        .name = arena_printf(a, "%s %s", dice_word(&d, s->words->first),
                             dice_word(&d, s->words->last)),
        .email = i < 2 ? arena_printf(a, "%s@%s.example", email[i], s->tenant.name)
                       : arena_printf(a, "agent%02zu@%s.example", i - 1, s->tenant.name),
        .role = i == 0   ? ROLE_OWNER
                : i == 1 ? ROLE_ADMIN
                         : ROLE_AGENT,
        .gender = "",
        .departments = departments,
        .departments_n = departments[0] == departments[1] ? 1 : 2,
        .is_active = true
    };
    int64_t id;
    return user_create(&s->db, a, NULL, &f, &id, err);
}

static int add_people(struct seed *s, const char *hash, struct err *err)
{
    struct department *all;
    size_t n;
    if (department_all(&s->db, s->cli->arena, &all, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < SEED_AGENTS; i++)
        if (add_person(s, i, all, n, err) < 0)
            return -1;
    return db_exec(&s->db, err, activate_people, DB_STR(hash), DB_TENANT) < 0
               ? -1
               : roster_changed(&s->db, err);
}

struct creation {
    struct seed *seed;
    const struct tenant_new *from;
    const char *hash;
};

static int create(struct db *global, void *data, struct err *err)
{
    struct creation *c = data;
    struct seed *s = c->seed;
    if (tenant_create(global, s->cli->arena, &s->cli->master, c->from, &s->tenant, err) < 0)
        return -1;
    s->db = db_tenant(s->cli->conn, s->tenant.id);
    return add_departments(s, err) < 0 ? -1 : add_people(s, c->hash, err);
}

static int find_or_create(struct seed *s, int64_t number, const char *hash, struct err *err)
{
    struct arena *a = s->cli->arena;
    struct db global = db_global(s->cli->conn);
    const char *name = arena_printf(a, "seed-%04" PRId64, number);
    const struct tenant_new from = { .name = name,
                                     .title = arena_printf(a, "Seed %" PRId64, number),
                                     .host = arena_printf(a, "%s.localhost", name),
                                     .locale = s->words->locale,
                                     .timezone = s->words->timezone };
    struct creation c = { s, &from, hash };
    int rc = tenant_by_name(&global, a, &s->cli->master, name, &s->tenant, err);
    s->db = db_tenant(s->cli->conn, s->tenant.id);
    return rc != 0 ? rc : db_transact(&global, create, &c, err);
}

/* Who answers in each department. */
static int read_people(struct seed *s, struct err *err)
{
    struct arena *a = s->cli->arena;
    struct department *all;
    size_t n;
    if (department_all(&s->db, a, &all, &n, err) < 0)
        return -1;
    for (size_t i = 0; i < SEED_DEPARTMENTS; i++) {
        struct seed_department *d = &s->departments[i];
        struct user *people;
        size_t people_n;
        if (i >= n)
            return err_set(err, ERR_CONFLICT, "%s has too few departments", s->tenant.name);
        *d = (struct seed_department) { .id = all[i].id, .address = all[i].address };
        if (user_workers(&s->db, a, d->id, &people, &people_n, err) < 0)
            return -1;
        for (size_t k = 0; k < people_n && k < SEED_AGENTS; k++)
            d->agents[d->agents_n++] = (struct seed_agent) { people[k].id, people[k].name,
                                                             people[k].email };
        if (d->agents_n == 0)
            return err_set(err, ERR_CONFLICT, "nobody works in %s", all[i].name);
    }
    return 0;
}

struct portion {
    struct seed *seed;
    int64_t from, to;
    bool is_contacts;
};

static int write_portion(struct db *db, void *data, struct err *err)
{
    struct portion *p = data;
    struct seed *s = p->seed;
    (void)arena_reset(s->batch);
    struct seed_rows rows = seed_rows(s);
    for (int64_t n = p->from; n < p->to; n++)
        if ((p->is_contacts ? seed_contact(s, &rows, n, err) : seed_ticket(s, &rows, n, err)) < 0)
            return -1;
    if (seed_rows_send(&rows, err) < 0)
        return -1;
    return p->is_contacts                                                           ? 0
           : (int)db_exec(db, err, set_seed_sequence, DB_I64(p->to), DB_TENANT) < 0 ? -1
                                                                                    : 0;
}

static void show_progress(const struct seed *s, int64_t done)
{
    if (isatty(STDERR_FILENO))
        (void)fprintf(stderr, "\r%s %" PRId64 "/%" PRId64 " ", s->tenant.name, done, s->tickets);
}

static int write_all(struct seed *s, int64_t from, int64_t to, bool is_contacts, struct err *err)
{
    for (int64_t at = from; at < to; at += BATCH) {
        struct portion p = { s, at, at + BATCH < to ? at + BATCH : to, is_contacts };
        if (db_transact(&s->db, write_portion, &p, err) < 0)
            return -1;
        if (!is_contacts)
            show_progress(s, p.to);
    }
    return 0;
}

static int fill(struct seed *s, int64_t *begun_with, struct err *err)
{
    struct db_row row;
    int64_t drift;
    s->ends_at = s->tenant.created_at;
    s->begins_at = s->ends_at - SPAN_MS;
    s->contacts = s->tickets / TICKETS_A_PERSON + 10;
    if (db_one(&s->db, s->cli->arena, &row, err, read_seed_sequence, DB_TENANT) != 1)
        return err_wrap(err, "read the last number");
    *begun_with = db_i64(&row, 0);
    if (*begun_with >= s->tickets)
        return 0;
    if (read_people(s, err) < 0 || write_all(s, 0, s->contacts, true, err) < 0 ||
        write_all(s, *begun_with, s->tickets, false, err) < 0)
        return -1;
    if (counter_repair(&s->db, s->cli->arena, &drift, err) < 0)
        return -1;
    return search_reindex(s->cli, &s->db, false, err);
}

static int seed_one(struct seed *s, int64_t number, const char *hash, struct err *err)
{
    struct db global = db_global(s->cli->conn);
    int64_t start = clock_ticks_us(), begun_with = 0;
    s->words = seed_language((size_t)number - 1);
    if (find_or_create(s, number, hash, err) < 0 ||
        db_exec_(&global, err, &check_no_keys, NULL, 0) < 0)
        return -1;
    int rc = fill(s, &begun_with, err);
    struct err ignored = ERR_INIT;
    (void)db_exec_(&global, &ignored, &check_keys, NULL, 0);
    if (rc < 0)
        return err_wrap(err, "%s", s->tenant.name);
    if (isatty(STDERR_FILENO))
        (void)fputc('\r', stderr);
    (void)fprintf(s->cli->out, "%s: %" PRId64 " tickets written in %.1f s\n", s->tenant.name,
                  begun_with < s->tickets ? s->tickets - begun_with : 0,
                  (double)(clock_ticks_us() - start) / 1e6);
    (void)fflush(s->cli->out);
    return 0;
}

static void free_arena(void *data)
{
    struct arena *a = data;
    arena_free(&a);
}

static int seed(struct cli *cli, struct err *err)
{
    struct seed s = { .cli = cli, .batch = arena_new(0) };
    int64_t first, tenants;
    char *hash;
    if (s.batch == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory");
    arena_cleanup(cli->arena, free_arena, s.batch);
    if (cli_option_i64(cli, "first", 1, TENANTS_MOST, 1, &first, err) < 0 ||
        cli_option_i64(cli, "tenants", 1, TENANTS_MOST - first + 1, 1, &tenants, err) < 0 ||
        cli_option_i64(cli, "tickets", 1, TICKETS_MOST, 1000, &s.tickets, err) < 0 ||
        cli_option_i64(cli, "messages", 1, 5, 2, &s.messages, err) < 0 ||
        crypto_password_hash(cli->arena, PASSWORD, &hash, err) < 0)
        return -1;
    for (int64_t i = first; i < first + tenants; i++)
        if (seed_one(&s, i, hash, err) < 0)
            return -1;
    return CLI_OK;
}

const struct cli_command seed_commands[] = {
    { "seed", "[--first N] --tenants N --tickets N [--messages N]",
      "help desks seed-0001 (or from the N-th on) with so many tickets each, over two years,\n"
      "      for benchmarks; the n-th one speaks the n-th language, in turns;\n"
      "      messages is the average of a ticket; all log in with " PASSWORD "\n"
      "      (owner@, admin@, agent01@seed-0001.example, ...); goes on where it ended",
      "first= tenants= tickets= messages=", 0, 0, CLI_SERVICES, seed },
    CLI_END,
};
