#include "cli/seed.h" /* rows on their way, many to a statement */

#include "base/arena.h"
#include "base/err.h"
#include "base/id.h"
#include "cli/cli.h"

#include <string.h>

#define FIVE(x)     x ", " x ", " x ", " x ", " x
#define TEN(x)      FIVE(x) ", " FIVE(x)
#define MANY        25
#define ROWS(x)     TEN(x) ", " TEN(x) ", " FIVE(x)
#define LOW         INT64_C(0x3FFFFF) /* what an id holds below its milliseconds */
#define THOUSAND    1000
#define ROWS_OF_ONE 16

#define CONTACT_HEAD "INSERT IGNORE INTO contact (tenant_id, id, email, name, created_at) VALUES "
#define CONTACT_ROW  "(?, ?, ?, ?, ?)"
#define TICKET_HEAD                                                                                \
    "INSERT INTO ticket (tenant_id, id, number, department_id, agent_id, contact_id, "             \
    "contact_name, contact_email, status, previous_status, folder, in_all, source, subject, "      \
    "preview, messages, created_at, "                                                              \
    "activity_at, waiting_since, answered_at, resolved_at, wake_at) VALUES "
#define TICKET_ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define MESSAGE_HEAD                                                                               \
    "INSERT INTO message (tenant_id, ticket_id, id, kind, user_id, from_name, from_email, "        \
    "recipients, subject, body, mail_id, created_at) VALUES "
#define MESSAGE_ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define EVENT_HEAD                                                                                 \
    "INSERT INTO event (tenant_id, ticket_id, id, at, kind, actor, user_id, old_value, new_value)" \
    " VALUES "
#define EVENT_ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?)"

DB_SQL(seed_contacts, 25, CONTACT_HEAD ROWS(CONTACT_ROW));
DB_SQL(seed_one_contact, 1, CONTACT_HEAD CONTACT_ROW);
DB_SQL(seed_tickets, 25, TICKET_HEAD ROWS(TICKET_ROW));
DB_SQL(seed_one_ticket, 1, TICKET_HEAD TICKET_ROW);
DB_SQL(seed_messages, 25, MESSAGE_HEAD ROWS(MESSAGE_ROW));
DB_SQL(seed_one_message, 1, MESSAGE_HEAD MESSAGE_ROW);
DB_SQL(seed_events, 25, EVENT_HEAD ROWS(EVENT_ROW));
DB_SQL(seed_one_event, 1, EVENT_HEAD EVENT_ROW);

static const struct {
    const struct db_sql *many, *one;
    size_t columns;
} tables[SEED_TABLES] = {
    [SEED_CONTACT] = { &seed_contacts, &seed_one_contact, 5 },
    [SEED_TICKET] = { &seed_tickets, &seed_one_ticket, 22 },
    [SEED_MESSAGE] = { &seed_messages, &seed_one_message, 12 },
    [SEED_EVENT] = { &seed_events, &seed_one_event, 9 },
};

struct seed_rows seed_rows(struct seed *s)
{
    struct seed_rows rows = { .seed = s };
    for (size_t i = 0; i < SEED_TABLES; i++)
        rows.batches[i].args = arena_array(s->batch, MANY * tables[i].columns,
                                           sizeof(*rows.batches[i].args));
    return rows;
}

int seed_row(struct seed_rows *rows, enum seed_table table, const struct db_arg *args, size_t n,
             struct err *err)
{
    struct seed_batch *b = &rows->batches[table];
    if (n != tables[table].columns)
        return err_set(err, ERR_INTERNAL, "%zu columns for %s", n, tables[table].one->name);
    memcpy(b->args + b->n * n, args, n * sizeof(*args));
    if (++b->n < MANY)
        return 0;
    b->n = 0;
    return db_exec_(&rows->seed->db, err, tables[table].many, b->args, MANY * n) < 0 ? -1 : 0;
}

int seed_rows_send(struct seed_rows *rows, struct err *err)
{
    for (size_t t = 0; t < SEED_TABLES; t++) {
        struct seed_batch *b = &rows->batches[t];
        size_t columns = tables[t].columns;
        for (size_t i = 0; i < b->n; i++)
            if (db_exec_(&rows->seed->db, err, tables[t].one, b->args + i * columns, columns) < 0)
                return -1;
        b->n = 0;
    }
    return 0;
}

/* The thousandths of the second and what is below them say which thing and which of its rows it is.
 */
int64_t seed_id(int64_t ms, int64_t n, int64_t k)
{
    int64_t at = ms - ms % THOUSAND + n % THOUSAND;
    return (id_at(at) & ~LOW) | ((n / THOUSAND * ROWS_OF_ONE + k % ROWS_OF_ONE) & LOW);
}

int64_t seed_contact_id(const struct seed *s, int64_t n)
{
    return id_at(s->begins_at - THOUSAND - n / THOUSAND * THOUSAND + n % THOUSAND) & ~LOW;
}
