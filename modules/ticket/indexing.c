#include "ticket/indexing.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "search/bits.h"
#include "search/index.h"
#include "search/terms.h"
#include "ticket/attachment.h"
#include "ticket/merge.h"
#include "ticket/message.h"
#include "ticket/ticket.h"

#include <string.h>

#define PORTION    25 /* tickets that are read at a time */
#define STEP_BYTES ((size_t)48 * 1024 * 1024)

DB_SQL(read_last_number, 1, "SELECT last FROM ticket_sequence WHERE tenant_id = ?");
DB_SQL(read_unindexed_messages, 2500,
       "SELECT t.number, t.department_id, m.from_name, m.from_email, m.recipients, m.cc, "
       "m.subject, LEFT(m.body, 32768), t.subject FROM ticket t JOIN message m ON m.tenant_id = "
       "t.tenant_id AND m.ticket_id = t.id WHERE t.tenant_id = ? AND t.number >= ? AND t.number < "
       "? ORDER BY t.number");
DB_SQL(read_unindexed_files, 2500,
       "SELECT t.number, f.name FROM ticket t JOIN attachment f ON f.tenant_id = t.tenant_id AND "
       "f.ticket_id = t.id WHERE t.tenant_id = ? AND t.number >= ? AND t.number < ?");

DB_SQL(read_brought_messages, 4000,
       "SELECT m.from_name, m.from_email, m.recipients, m.cc, m.subject, LEFT(m.body, 32768) "
       "FROM " MERGED_GROUP "STRAIGHT_JOIN message m ON m.tenant_id = ? AND m.ticket_id = k.id "
       "ORDER BY m.id DESC LIMIT 300");
DB_SQL(read_brought_files, 4000,
       "SELECT a.name FROM " MERGED_GROUP "STRAIGHT_JOIN attachment a ON a.tenant_id = ? AND "
       "a.ticket_id = k.id LIMIT 300");

/* What is found in every message; a message that is moved to another ticket takes it along. */
static struct terms terms_of(struct arena *a, int64_t department_id)
{
    struct terms terms = terms_new(a);
    terms_add_mark(&terms, TERM_ANY);
    terms_add_id(&terms, TERM_DEPARTMENT, department_id);
    return terms;
}

/* People and subject before the text, which may be long: there is room for so many terms only. */
static void add_message(struct terms *terms, const struct message_new *n, const char *subject)
{
    terms_add(terms, TERM_SUBJECT, subject);
    terms_add(terms, TERM_SUBJECT, str_or(n->subject, ""));
    terms_add(terms, TERM_SENDER, str_or(n->from_name, ""));
    terms_add(terms, TERM_SENDER, str_or(n->from_email, ""));
    for (size_t i = 0; i < n->attachments_n; i++)
        terms_add(terms, TERM_WORD, n->attachments[i].name);
    terms_add(terms, TERM_WORD, str_or(n->body, ""));
    terms_add(terms, TERM_WORD, str_or(n->recipients, ""));
    terms_add(terms, TERM_WORD, str_or(n->cc, ""));
}

int indexing_message(struct act *act, const struct ticket *t, const struct message_new *n,
                     int64_t id, struct err *err)
{
    struct terms terms = terms_of(act->arena, t->department_id);
    add_message(&terms, n, t->subject);
    return search_add(act->db, id, t->number, &terms, err);
}

int indexing_department(struct act *act, const struct ticket *t, struct err *err)
{
    struct terms terms = terms_of(act->arena, t->department_id);
    return search_add(act->db, act_id(act), t->number, &terms, err);
}

static int add_files(struct act *act, const struct ticket *t, const struct db_rows *files,
                     struct err *err)
{
    struct terms terms = terms_new(act->arena);
    for (size_t i = 0; i < files->n; i++)
        terms_add(&terms, TERM_WORD, db_str(&files->rows[i], 0));
    return files->n == 0 ? 0 : search_add(act->db, act_id(act), t->number, &terms, err);
}

int indexing_messages(struct act *act, int64_t id, const struct ticket *t, struct err *err)
{
    struct db_rows rows, files;
    if (db_all(act->db, act->arena, &rows, err, read_brought_messages, MERGED_GROUP_ARGS(id),
               DB_TENANT) < 0 ||
        db_all(act->db, act->arena, &files, err, read_brought_files, MERGED_GROUP_ARGS(id),
               DB_TENANT) < 0)
        return err_wrap(err, "read what is to be found");
    for (size_t i = 0; i < rows.n; i++) {
        const struct db_row *r = &rows.rows[i];
        const struct message_new n = { .from_name = db_str(r, 0),
                                       .from_email = db_str(r, 1),
                                       .recipients = db_str(r, 2),
                                       .cc = db_str(r, 3),
                                       .subject = db_str(r, 4),
                                       .body = db_str(r, 5) };
        if (indexing_message(act, t, &n, act_id(act), err) < 0)
            return -1;
    }
    return add_files(act, t, &files, err);
}

static struct search_doc doc_of(int64_t number, const struct terms *terms)
{
    return (struct search_doc) { number, terms->out.data, terms->out.len };
}

static struct search_doc message_doc(struct arena *a, const struct db_row *r)
{
    struct terms terms = terms_of(a, db_i64(r, 1));
    const struct message_new n = { .from_name = db_str(r, 2),
                                   .from_email = db_str(r, 3),
                                   .recipients = db_str(r, 4),
                                   .cc = db_str(r, 5),
                                   .subject = db_str(r, 6),
                                   .body = db_str(r, 7) };
    add_message(&terms, &n, db_str(r, 8));
    return doc_of(db_i64(r, 0), &terms);
}

static struct search_doc file_doc(struct arena *a, const struct db_row *r)
{
    struct terms terms = terms_new(a);
    terms_add(&terms, TERM_WORD, db_str(r, 1));
    return doc_of(db_i64(r, 0), &terms);
}

/* What is to be put into the index at once. */
struct docs {
    struct search_doc *items;
    size_t n, cap;
};

static void add_doc(struct arena *a, struct docs *docs, struct search_doc doc)
{
    if (docs->n == docs->cap) {
        size_t cap = docs->cap == 0 ? 4 * (size_t)PORTION : docs->cap * 2;
        struct search_doc *grown = arena_array(a, cap, sizeof(*grown));
        if (docs->n > 0)
            memcpy(grown, docs->items, docs->n * sizeof(*grown));
        docs->items = grown;
        docs->cap = cap;
    }
    docs->items[docs->n++] = doc;
}

static int read_portion(struct db *db, struct arena *a, int64_t from, int64_t to, struct docs *docs,
                        struct err *err)
{
    struct db_rows messages, files;
    if (db_all(db, a, &messages, err, read_unindexed_messages, DB_TENANT, DB_I64(from),
               DB_I64(to)) < 0 ||
        db_all(db, a, &files, err, read_unindexed_files, DB_TENANT, DB_I64(from), DB_I64(to)) < 0)
        return -1;
    for (size_t i = 0; i < messages.n; i++)
        add_doc(a, docs, message_doc(a, &messages.rows[i]));
    for (size_t i = 0; i < files.n; i++)
        add_doc(a, docs, file_doc(a, &files.rows[i]));
    return 0;
}

/* Tickets of one block together, so that its rows are written once; fewer where much was said. */
static int put_below(struct db *db, struct arena *a, int64_t to, int64_t *from, struct err *err)
{
    struct docs docs = { .n = 0 };
    int64_t start = (to - 1) / BLOCK_TICKETS * BLOCK_TICKETS, at = to;
    size_t full = arena_used(a) + STEP_BYTES;
    if (start < 1)
        start = 1;
    while (at > start && arena_used(a) < full) {
        int64_t low = at - PORTION > start ? at - PORTION : start;
        if (read_portion(db, a, low, at, &docs, err) < 0)
            return -1;
        at = low;
    }
    *from = at;
    return search_put(db, a, docs.items, docs.n, err);
}

struct step {
    struct arena *arena;
    int64_t left;
};

static int step_in_transaction(struct db *db, void *data, struct err *err)
{
    struct step *s = data;
    int64_t to, from = 1;
    if (search_lock(db, s->arena, &to, err) < 0)
        return -1;
    s->left = 0;
    if (to <= 1)
        return 0;
    if (put_below(db, s->arena, to, &from, err) < 0)
        return -1;
    s->left = from > 1 ? from : 0;
    return search_set_from(db, from, err);
}

int indexing_step(struct db *db, struct arena *a, int64_t *left, struct err *err)
{
    struct step s = { .arena = a };
    if (db_transact(db, step_in_transaction, &s, err) < 0)
        return err_wrap(err, "index older tickets");
    *left = s.left;
    return 0;
}

static int begin_in_transaction(struct db *db, void *data, struct err *err)
{
    struct arena *a = data;
    struct db_row row;
    int64_t from;
    int rc = db_one(db, a, &row, err, read_last_number, DB_TENANT);
    if (rc < 0 || search_lock(db, a, &from, err) < 0)
        return -1;
    return rc == 0 || from > 1 ? 0 : search_set_from(db, db_i64(&row, 0) + 1, err);
}

int indexing_begin(struct db *db, struct arena *a, struct err *err)
{
    return db_transact(db, begin_in_transaction, a, err);
}
