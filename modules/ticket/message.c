#include "ticket/message.h"

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "db/db.h"
#include "mail/mail.h"
#include "tenant/tenant.h"
#include "ticket/indexing.h"
#include "ticket/mail_id.h"
#include "ticket/merge.h"
#include "ticket/ticket.h"
#include "ticket/watch.h"
#include "user/viewer.h"

#include <string.h>

#define NAME_POINTS    180
#define EMAIL_POINTS   250
#define SUBJECT_POINTS 900
#define PREVIEW_POINTS 200

#define MESSAGE_COLUMNS                                                                            \
    "m.id, m.ticket_id, m.kind, m.user_id, m.from_name, m.from_email, m.recipients, m.cc, "        \
    "m.subject, m.body, "                                                                          \
    "m.quote_at, m.has_remote_images, m.mail_id, m.mail_in_id, m.created_at, m.html IS NOT "       \
    "NULL, o.state, o.reply_text, CASE o.state WHEN 3 THEN o.done_at ELSE o.next_at END, i.reason"
/* A row for each mail that went out with it: message_all and message_by_id make one of them. */
#define MESSAGE_JOINS                                                                              \
    " LEFT JOIN outbox o ON o.tenant_id = m.tenant_id AND o.ticket_id = m.ticket_id AND "          \
    "o.message_id = m.id LEFT JOIN mail_in i ON i.tenant_id = m.tenant_id AND i.id = "             \
    "m.mail_in_id "
#define OF_TICKET " FROM message m " MESSAGE_JOINS "WHERE m.tenant_id = ? AND m.ticket_id = ? "
#define OF_GROUP                                                                                   \
    " FROM " MERGED_GROUP                                                                          \
    "STRAIGHT_JOIN message m ON m.tenant_id = ? AND m.ticket_id = k.id " MESSAGE_JOINS

DB_SQL(insert_message, 1,
       "INSERT INTO message (tenant_id, ticket_id, id, kind, user_id, from_name, from_email, "
       "recipients, cc, "
       "subject, body, quote_at, html, has_remote_images, mail_id, mail_in_id, created_at) "
       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
DB_SQL(read_messages, 4000, "SELECT " MESSAGE_COLUMNS OF_TICKET "ORDER BY m.id LIMIT 4000");
DB_SQL(read_group, 8000, "SELECT " MESSAGE_COLUMNS OF_GROUP "ORDER BY m.id LIMIT 4000");
DB_SQL(read_group_html, 8000,
       "SELECT " MESSAGE_COLUMNS ", m.html" OF_GROUP "ORDER BY m.id LIMIT 4000");
DB_SQL(read_message, 50,
       "SELECT " MESSAGE_COLUMNS ", m.html FROM message m " MESSAGE_JOINS
       "WHERE m.tenant_id = ? AND m.id = ? AND " MERGED_IS_OF("m.ticket_id"));
DB_SQL(read_message_before, 2000,
       "SELECT " MESSAGE_COLUMNS OF_TICKET
       "AND m.id < ? AND m.kind = 1 ORDER BY m.id DESC LIMIT 1");
DB_SQL(read_home, 1, "SELECT ticket_id FROM message WHERE tenant_id = ? AND id = ?");
DB_SQL(read_last_public, 4000,
       "SELECT MAX(m.id) FROM " MERGED_GROUP "STRAIGHT_JOIN message m ON m.tenant_id = ? AND "
       "m.ticket_id = k.id AND m.kind IN (1, 2)");
DB_SQL(read_references, 4000,
       "SELECT m.mail_id FROM " MERGED_GROUP "STRAIGHT_JOIN message m ON m.tenant_id = ? AND "
       "m.ticket_id = k.id AND m.id < ? AND m.mail_id IS NOT NULL AND m.kind IN (1, 2) "
       "ORDER BY m.id DESC LIMIT 20");
DB_SQL(insert_reference, 1,
       "INSERT IGNORE INTO mail_reference (tenant_id, id_hash, ticket_id, message_id) VALUES (?, "
       "?, ?, ?)");
DB_SQL(find_reference, 10,
       "SELECT ticket_id FROM mail_reference WHERE tenant_id = ? AND id_hash = ? LIMIT 2");
DB_SQL(insert_participant, 1,
       "INSERT IGNORE INTO participant (tenant_id, ticket_id, email) VALUES (?, ?, ?)");
DB_SQL(
    read_participants, 200,
    "SELECT email FROM participant WHERE tenant_id = ? AND ticket_id = ? ORDER BY email LIMIT 100");
DB_SQL(read_participant, 1,
       "SELECT 1 FROM participant WHERE tenant_id = ? AND ticket_id = ? AND email = ?");
DB_SQL(read_group_participant, 500,
       "SELECT 1 FROM " MERGED_GROUP "STRAIGHT_JOIN participant p ON p.tenant_id = ? AND "
       "p.ticket_id = k.id AND p.email = ? UNION ALL "
       "SELECT 1 FROM " MERGED_GROUP "STRAIGHT_JOIN ticket t ON t.tenant_id = ? AND t.id = k.id "
       "AND t.contact_email = ? LIMIT 1");

bool message_is_public(enum message_kind kind)
{
    return kind == MESSAGE_CUSTOMER || kind == MESSAGE_ANSWER;
}

static bool list_names(struct arena *a, const char *list, const char *email)
{
    struct mail_addresses all = mail_addresses_parse(a, list);
    for (size_t i = 0; i < all.n; i++)
        if (str_is_nocase(all.items[i].email, email))
            return true;
    return false;
}

bool message_is_to(struct arena *a, const struct message *m, const char *email)
{
    return *email != '\0' && (list_names(a, m->recipients, email) || list_names(a, m->cc, email));
}

const char *message_preview(struct arena *a, const char *body, int64_t quote_at)
{
    size_t n = strlen(body), end = quote_at >= 0 && (size_t)quote_at < n ? (size_t)quote_at : n;
    return str_line(a, arena_strndup(a, body, end), PREVIEW_POINTS);
}

static void count_on_ticket(struct act *act, struct ticket *t, const struct message_new *n)
{
    t->messages++;
    if (!message_is_public(n->kind))
        return;
    t->activity_at = act->now;
    t->preview = message_preview(act->arena, n->body, n->quote_at);
}

static const struct ticket *home_of(const struct ticket *t, const struct message_new *n)
{
    return n->home != NULL ? n->home : t;
}

static int insert(struct act *act, const struct ticket *t, const struct message_new *n, int64_t id,
                  const char *mail_id, struct err *err)
{
    struct arena *a = act->arena;
    int64_t user = act->actor == ACTOR_PERSON && n->kind != MESSAGE_CUSTOMER ? act->viewer->user_id
                                                                             : 0;
    return db_put(act->db, err, insert_message, DB_TENANT, DB_I64(home_of(t, n)->id), DB_I64(id),
                  DB_I64(n->kind), DB_ID(user),
                  DB_STR(str_line(a, str_or(n->from_name, ""), NAME_POINTS)),
                  DB_STR(str_line(a, str_or(n->from_email, ""), EMAIL_POINTS)),
                  DB_STR(str_or(n->recipients, "")), DB_STR(str_or(n->cc, "")),
                  DB_STR(str_line(a, str_or(n->subject, ""), SUBJECT_POINTS)), DB_STR(n->body),
                  DB_I64(n->quote_at), DB_STR(n->html), DB_I64(n->has_remote_images),
                  DB_STR(mail_id), DB_ID(n->mail_in_id), DB_I64(act->now)) < 0
               ? err_wrap(err, "add message")
               : 0;
}

int message_add(struct act *act, struct ticket *t, const struct message_new *n, int64_t *id,
                struct err *err)
{
    *id = n->id != 0 ? n->id : act_id(act);
    const char *mail_id = n->mail_id;
    if (mail_id == NULL && n->kind == MESSAGE_ANSWER)
        mail_id = mail_id_make(act->arena, act->tenant, t->id, *id);
    if (insert(act, t, n, *id, mail_id, err) < 0)
        return -1;
    count_on_ticket(act, t, n);
    ticket_watch_note(act, t, WHAT_MESSAGE, (int)n->kind, *id);
    if (indexing_message(act, t, n, *id, err) < 0)
        return -1;
    const struct ticket *home = home_of(t, n);
    if (home->id != t->id && indexing_message(act, home, n, act_id(act), err) < 0)
        return -1;
    return mail_id != NULL ? reference_add(act, mail_id, home->id, *id, err) : 0;
}

static struct message read_row(const struct db_row *r)
{
    return (struct message) { .id = db_i64(r, 0),
                              .ticket_id = db_i64(r, 1),
                              .kind = (enum message_kind)db_i64(r, 2),
                              .user_id = db_i64(r, 3),
                              .from_name = db_str(r, 4),
                              .from_email = db_str(r, 5),
                              .recipients = db_str(r, 6),
                              .cc = db_str(r, 7),
                              .subject = db_str(r, 8),
                              .body = db_str(r, 9),
                              .quote_at = db_i64(r, 10),
                              .has_remote_images = db_i64(r, 11) != 0,
                              .mail_id = db_text(r, 12),
                              .mail_in_id = db_i64(r, 13),
                              .created_at = db_i64(r, 14),
                              .has_html = db_i64(r, 15) != 0,
                              .delivery = (enum delivery)db_i64(r, 16),
                              .delivery_text = db_str(r, 17),
                              .delivered_at = db_i64(r, 18),
                              .thread_reason = db_str(r, 19),
                              .html = db_text(r, 20) };
}

/* How bad: failed, deferred, queued, sending, sent. */
static int rank(enum delivery d)
{
    static const int ranks[] = { [DELIVERY_SENT] = 1,
                                 [DELIVERY_SENDING] = 2,
                                 [DELIVERY_QUEUED] = 3,
                                 [DELIVERY_DEFERRED] = 4,
                                 [DELIVERY_FAILED] = 5 };
    return d <= DELIVERY_FAILED ? ranks[d] : 0;
}

/* The delivery of a message is the worst of its mails'. */
static void add_row(struct message *out, size_t *n, const struct db_row *row)
{
    struct message m = read_row(row);
    struct message *last = *n > 0 ? &out[*n - 1] : NULL;
    if (last == NULL || last->id != m.id)
        out[(*n)++] = m;
    else if (rank(m.delivery) > rank(last->delivery))
        *last = m;
}

static void take_rows(struct act *act, const struct db_rows *rows, struct message **out, size_t *n)
{
    *n = 0;
    *out = arena_array(act->arena, rows->n, sizeof(**out));
    for (size_t i = 0; i < rows->n; i++)
        add_row(*out, n, &rows->rows[i]);
}

void message_ask(struct act *act, const struct ticket *t, struct db_later *later)
{
    if (t->merged_n > 0)
        db_ask(act->db, act->arena, later, read_group, MERGED_GROUP_ARGS(t->id), DB_TENANT);
    else
        db_ask(act->db, act->arena, later, read_messages, DB_TENANT, DB_I64(t->id));
}

int message_answer(struct act *act, struct db_later *later, struct message **out, size_t *n,
                   struct err *err)
{
    struct db_rows rows;
    if (db_answer(later, &rows, err) < 0)
        return err_wrap(err, "read messages");
    take_rows(act, &rows, out, n);
    return 0;
}

int message_all(struct act *act, int64_t ticket_id, bool with_html, struct message **out, size_t *n,
                struct err *err)
{
    struct db_rows rows;
    const struct db_sql *sql = with_html ? &read_group_html : &read_group;
    if (db_all(act->db, act->arena, &rows, err, *sql, MERGED_GROUP_ARGS(ticket_id), DB_TENANT) < 0)
        return err_wrap(err, "read messages");
    take_rows(act, &rows, out, n);
    return 0;
}

void message_ask_one(struct act *act, int64_t ticket_id, int64_t id, struct db_later *later)
{
    db_ask(act->db, act->arena, later, read_message, DB_TENANT, DB_I64(id),
           MERGED_GROUP_ARGS(ticket_id));
}

void message_ask_before(struct act *act, int64_t ticket_id, int64_t id, struct db_later *later)
{
    db_ask(act->db, act->arena, later, read_message_before, DB_TENANT, DB_I64(ticket_id),
           DB_I64(id));
}

int message_by_id(struct act *act, int64_t ticket_id, int64_t id, struct message *out,
                  struct err *err)
{
    struct db_rows rows;
    size_t n = 0;
    if (db_all(act->db, act->arena, &rows, err, read_message, DB_TENANT, DB_I64(id),
               MERGED_GROUP_ARGS(ticket_id)) < 0)
        return -1;
    for (size_t i = 0; i < rows.n; i++)
        add_row(out, &n, &rows.rows[i]);
    return n > 0;
}

int message_home(struct act *act, int64_t id, int64_t *ticket_id, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, read_home, DB_TENANT, DB_I64(id));
    if (rc == 1)
        *ticket_id = db_i64(&row, 0);
    return rc < 0 ? err_wrap(err, "find a message") : rc;
}

int message_last_public(struct act *act, int64_t ticket_id, int64_t *id, struct err *err)
{
    struct db_row row;
    int rc = db_one(act->db, act->arena, &row, err, read_last_public, MERGED_GROUP_ARGS(ticket_id),
                    DB_TENANT);
    *id = rc == 1 ? db_i64(&row, 0) : 0;
    return rc < 0 ? err_wrap(err, "find the last message") : 0;
}

void message_references_ask(struct act *act, int64_t ticket_id, int64_t before_id,
                            struct db_later *later)
{
    db_ask(act->db, act->arena, later, read_references, MERGED_GROUP_ARGS(ticket_id), DB_TENANT,
           DB_I64(before_id));
}

int message_references(struct act *act, int64_t ticket_id, int64_t before_id, const char ***out,
                       struct err *err)
{
    struct db_later later;
    message_references_ask(act, ticket_id, before_id, &later);
    return message_references_answer(act, &later, out, err);
}

int message_references_answer(struct act *act, struct db_later *later, const char ***out,
                              struct err *err)
{
    struct db_rows rows;
    if (db_answer(later, &rows, err) < 0)
        return err_wrap(err, "read references");
    *out = arena_array(act->arena, rows.n + 1, sizeof(**out));
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = db_str(&rows.rows[rows.n - 1 - i], 0);
    return 0;
}

#define REFERENCE_HASH 16

/* Message-IDs are foreign text of any length: they are found by a hash that only this tenant can
 * make. */
static struct db_arg hash_of(struct act *act, const char *mail_id)
{
    struct crypto_key key = crypto_derive(&act->tenant->key, "reference");
    unsigned char *mac = arena_alloc(act->arena, CRYPTO_HASH);
    crypto_mac(mac, &key, mail_id, NULL);
    return DB_BLOB(mac, REFERENCE_HASH);
}

int reference_add(struct act *act, const char *mail_id, int64_t ticket_id, int64_t message_id,
                  struct err *err)
{
    return db_put(act->db, err, insert_reference, DB_TENANT, hash_of(act, mail_id),
                  DB_I64(ticket_id), DB_ID(message_id)) < 0
               ? err_wrap(err, "add reference")
               : 0;
}

int reference_find(struct act *act, const char *mail_id, int64_t *ticket_id, struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, find_reference, DB_TENANT, hash_of(act, mail_id)) <
        0)
        return err_wrap(err, "find reference");
    *ticket_id = rows.n == 1 ? db_i64(&rows.rows[0], 0) : 0;
    return rows.n == 1;
}

int participant_add(struct act *act, int64_t ticket_id, const char *email, struct err *err)
{
    return db_put(act->db, err, insert_participant, DB_TENANT, DB_I64(ticket_id),
                  DB_STR(str_lower(act->arena, email))) < 0
               ? err_wrap(err, "add participant")
               : 0;
}

int participant_is(struct act *act, const struct ticket *t, const char *email, struct err *err)
{
    struct db_row row;
    const char *key = str_lower(act->arena, email);
    if (str_is(key, t->contact_email))
        return 1;
    if (t->merged_into_id != 0 || t->merged_n > 0) {
        int64_t root = t->merged_into_id != 0 ? t->merged_into_id : t->id;
        return db_one(act->db, act->arena, &row, err, read_group_participant,
                      MERGED_GROUP_ARGS(root), DB_TENANT, DB_STR(key), MERGED_GROUP_ARGS(root),
                      DB_TENANT, DB_STR(key));
    }
    return db_one(act->db, act->arena, &row, err, read_participant, DB_TENANT, DB_I64(t->id),
                  DB_STR(key));
}

int participant_all(struct act *act, int64_t ticket_id, const char ***out, struct err *err)
{
    struct db_rows rows;
    if (db_all(act->db, act->arena, &rows, err, read_participants, DB_TENANT, DB_I64(ticket_id)) <
        0)
        return err_wrap(err, "read participants");
    *out = arena_array(act->arena, rows.n + 1, sizeof(**out));
    for (size_t i = 0; i < rows.n; i++)
        (*out)[i] = db_str(&rows.rows[i], 0);
    return 0;
}
