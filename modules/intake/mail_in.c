#include "intake/mail_in.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"

#include <string.h>

#define DEDUPE_SIZE    16
#define ADDRESS_POINTS 250
#define LINE_POINTS    250
#define MAIL_ID_MAX    990

#define MAIL_IN_COLUMNS                                                                            \
    "id, received_at, size, envelope_from, envelope_to, header_from, subject, mail_id, outcome, "  \
    "reason, "                                                                                     \
    "ticket_id, ticket_number"

DB_SQL(insert_mail_in, 1,
       "INSERT INTO mail_in (tenant_id, id, dedupe, received_at, envelope_from, envelope_to, "
       "header_from, subject, "
       "mail_id, size, outcome, reason, ticket_id, ticket_number) VALUES (?, ?, ?, ?, ?, ?, ?, ?, "
       "?, ?, ?, ?, ?, ?)");
DB_SQL(update_mail_in, 1,
       "UPDATE mail_in SET outcome = ?, reason = ?, ticket_id = ?, ticket_number = ? WHERE "
       "tenant_id = ? AND id = ?");
DB_SQL(mail_in_by_id_sql, 1,
       "SELECT " MAIL_IN_COLUMNS " FROM mail_in WHERE tenant_id = ? AND id = ?");
DB_SQL(mail_in_by_dedupe_sql, 1,
       "SELECT " MAIL_IN_COLUMNS " FROM mail_in WHERE tenant_id = ? AND dedupe = ?");
DB_SQL(list_mail_in, 300,
       "SELECT " MAIL_IN_COLUMNS
       " FROM mail_in WHERE tenant_id = ? AND id < ? ORDER BY id DESC LIMIT ?");
DB_SQL(list_mail_in_outcome, 300,
       "SELECT " MAIL_IN_COLUMNS " FROM mail_in WHERE tenant_id = ? AND outcome = ? AND id < ? "
       "ORDER BY id DESC LIMIT ?");
DB_SQL(list_mail_in_since, 1000,
       "SELECT " MAIL_IN_COLUMNS
       " FROM mail_in WHERE tenant_id = ? AND id > ? ORDER BY id LIMIT ?");
DB_SQL(count_parked, 1000,
       "SELECT COUNT(*) FROM (SELECT 1 FROM mail_in WHERE tenant_id = ? AND outcome = 7 LIMIT "
       "1000) p");
DB_SQL(unpark_mail_in, 1, "DELETE FROM mail_in WHERE tenant_id = ? AND id = ? AND outcome = 7");

static const char *short_ascii(struct arena *a, const char *s)
{
    if (s == NULL)
        return NULL;
    char *copy = arena_strndup(a, s, MAIL_ID_MAX);
    for (char *p = copy; *p != '\0'; p++)
        if ((unsigned char)*p < ' ' || (unsigned char)*p > '~')
            *p = '?';
    return copy;
}

int mail_in_add(struct db *db, struct arena *a, const struct mail_in *m,
                const unsigned char *dedupe, struct err *err)
{
    return db_put(db, err, insert_mail_in, DB_TENANT, DB_I64(m->id),
                  dedupe != NULL ? DB_BLOB(dedupe, DEDUPE_SIZE) : DB_NULL, DB_I64(m->received_at),
                  DB_STR(str_line(a, str_or(m->envelope_from, ""), ADDRESS_POINTS)),
                  DB_STR(str_line(a, str_or(m->envelope_to, ""), ADDRESS_POINTS)),
                  DB_STR(str_line(a, str_or(m->header_from, ""), ADDRESS_POINTS)),
                  DB_STR(str_line(a, str_or(m->subject, ""), LINE_POINTS)),
                  DB_STR(short_ascii(a, m->mail_id)), DB_I64(m->size), DB_I64(m->outcome),
                  DB_STR(str_line(a, str_or(m->reason, ""), LINE_POINTS)), DB_ID(m->ticket_id),
                  DB_ID(m->ticket_number)) < 0
               ? -1
               : 0;
}

int mail_in_set(struct db *db, const struct mail_in *m, struct err *err)
{
    return db_put(db, err, update_mail_in, DB_I64(m->outcome), DB_STR(str_or(m->reason, "")),
                  DB_ID(m->ticket_id), DB_ID(m->ticket_number), DB_TENANT, DB_I64(m->id)) < 0
               ? -1
               : 0;
}

static struct mail_in read_row(const struct db_row *r)
{
    return (struct mail_in) { .id = db_i64(r, 0),
                              .received_at = db_i64(r, 1),
                              .size = db_i64(r, 2),
                              .envelope_from = db_str(r, 3),
                              .envelope_to = db_str(r, 4),
                              .header_from = db_str(r, 5),
                              .subject = db_str(r, 6),
                              .mail_id = db_text(r, 7),
                              .outcome = (enum outcome)db_i64(r, 8),
                              .reason = db_str(r, 9),
                              .ticket_id = db_i64(r, 10),
                              .ticket_number = db_i64(r, 11) };
}

int mail_in_by_id(struct db *db, struct arena *a, int64_t id, struct mail_in *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, mail_in_by_id_sql, DB_TENANT, DB_I64(id));
    if (rc == 1)
        *out = read_row(&row);
    return rc;
}

int mail_in_by_dedupe(struct db *db, struct arena *a, const unsigned char *dedupe,
                      struct mail_in *out, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, mail_in_by_dedupe_sql, DB_TENANT,
                    DB_BLOB(dedupe, DEDUPE_SIZE));
    if (rc == 1)
        *out = read_row(&row);
    return rc;
}

static void read_rows(struct arena *a, const struct db_rows *rows, struct mail_in **out, size_t *n)
{
    *out = arena_array(a, rows->n, sizeof(**out));
    *n = rows->n;
    for (size_t i = 0; i < rows->n; i++)
        (*out)[i] = read_row(&rows->rows[i]);
}

int mail_in_list(struct db *db, struct arena *a, enum outcome outcome, int64_t before, size_t max,
                 struct mail_in **out, size_t *n, struct err *err)
{
    struct db_rows rows;
    int64_t below = before != 0 ? before : INT64_MAX;
    int rc = outcome == 0 ? db_all(db, a, &rows, err, list_mail_in, DB_TENANT, DB_I64(below),
                                   DB_I64((int64_t)max))
                          : db_all(db, a, &rows, err, list_mail_in_outcome, DB_TENANT,
                                   DB_I64(outcome), DB_I64(below), DB_I64((int64_t)max));
    if (rc < 0)
        return err_wrap(err, "list mails");
    read_rows(a, &rows, out, n);
    return 0;
}

int mail_in_since(struct db *db, struct arena *a, int64_t since, size_t max, struct mail_in **out,
                  size_t *n, struct err *err)
{
    struct db_rows rows;
    if (db_all(db, a, &rows, err, list_mail_in_since, DB_TENANT, DB_I64(since),
               DB_I64((int64_t)max)) < 0)
        return err_wrap(err, "list mails");
    read_rows(a, &rows, out, n);
    return 0;
}

int mail_in_parked(struct db *db, struct arena *a, int64_t *n, struct err *err)
{
    struct db_row row;
    int rc = db_one(db, a, &row, err, count_parked, DB_TENANT);
    *n = rc == 1 ? db_i64(&row, 0) : 0;
    return rc < 0 ? err_wrap(err, "count parked mails") : 0;
}

int mail_in_unpark(struct db *db, int64_t id, struct err *err)
{
    return (int)db_exec(db, err, unpark_mail_in, DB_TENANT, DB_I64(id));
}

const char *outcome_name(enum outcome o)
{
    static const char *const names[] = { "",          "ticket", "reply",  "duplicate", "bounce",
                                         "automatic", "loop",   "parked", "refused" };
    return (size_t)o < sizeof(names) / sizeof(names[0]) ? names[o] : "";
}
