/* tests/bench/bare.c - the least that any program of this kind does, to be measured against: a
 * FastCGI pool that asks Redis for the session, runs the page's statements, and sends as many bytes
 * as deskd does.
 *
 *   bare SOCKET WORKERS REDIS DB PASSWORD TENANT LIST_BYTES TICKET_BYTES
 *   bare mails CLIENTS COUNT DB PASSWORD TENANT
 *
 * /list: one GET, one prepared statement for 50 rows of a covering index. /ticket: one GET, three
 * statements. /login: the password's hash, argon2id as in deskd, one session row. /answer: one GET,
 * and in one transaction the ticket, a message, an event and an outgoing mail. "mails" inserts the
 * rows that a first mail becomes, each in a transaction of its own. */
#include <fcgiapp.h>
#include <hiredis/hiredis.h>
#include <mysql.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COLUMNS 4
#define TEXT    256

struct query {
    MYSQL_STMT *stmt;
    char cells[COLUMNS][TEXT];
    unsigned long lengths[COLUMNS];
    MYSQL_BIND out[COLUMNS];
};

static int64_t tenant;

static void die(const char *what)
{
    fprintf(stderr, "bare: %s\n", what);
    exit(1);
}

static void prepare(MYSQL *db, struct query *q, const char *sql)
{
    q->stmt = mysql_stmt_init(db);
    if (q->stmt == NULL || mysql_stmt_prepare(q->stmt, sql, strlen(sql)) != 0)
        die(mysql_error(db));
    for (int i = 0; i < COLUMNS; i++)
        q->out[i] = (MYSQL_BIND) { .buffer_type = MYSQL_TYPE_STRING,
                                   .buffer = q->cells[i],
                                   .buffer_length = TEXT,
                                   .length = &q->lengths[i] };
}

static unsigned run(struct query *q)
{
    MYSQL_BIND in = { .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &tenant };
    unsigned rows = 0;
    if (mysql_stmt_bind_param(q->stmt, &in) != 0 || mysql_stmt_execute(q->stmt) != 0 ||
        mysql_stmt_bind_result(q->stmt, q->out) != 0)
        die(mysql_stmt_error(q->stmt));
    for (int rc; (rc = mysql_stmt_fetch(q->stmt)) == 0 || rc == MYSQL_DATA_TRUNCATED;)
        rows++;
    mysql_stmt_free_result(q->stmt);
    return rows;
}

static void do_(MYSQL *db, const char *sql)
{
    if (mysql_query(db, sql) != 0)
        die(mysql_error(db));
}

static MYSQL *connected(const char *socket, const char *password)
{
    MYSQL *db = mysql_init(NULL);
    if (mysql_real_connect(db, NULL, "deskd", password, "deskd", 0, socket, 0) == NULL)
        die("no database");
    do_(db, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED");
    return db;
}

static int64_t number_of(MYSQL *db, const char *sql)
{
    char text[512];
    (void)snprintf(text, sizeof(text), sql, (long long)tenant);
    do_(db, text);
    MYSQL_RES *result = mysql_store_result(db);
    MYSQL_ROW row = result == NULL ? NULL : mysql_fetch_row(result);
    int64_t n = row == NULL || row[0] == NULL ? 0 : strtoll(row[0], NULL, 10);
    mysql_free_result(result);
    return n;
}

/* A statement with up to four numbers behind the tenant, and a text. */
static MYSQL_STMT *prepared(MYSQL *db, const char *sql)
{
    MYSQL_STMT *stmt = mysql_stmt_init(db);
    if (stmt == NULL || mysql_stmt_prepare(stmt, sql, strlen(sql)) != 0)
        die(mysql_error(db));
    return stmt;
}

static void execute(MYSQL_STMT *stmt, const int64_t *numbers, unsigned n, const char *text)
{
    MYSQL_BIND in[8] = { 0 };
    unsigned long length = text == NULL ? 0 : strlen(text);
    for (unsigned i = 0; i < n; i++)
        in[i] = (MYSQL_BIND) { .buffer_type = MYSQL_TYPE_LONGLONG,
                               .buffer = (void *)(uintptr_t)&numbers[i] };
    in[n] = (MYSQL_BIND) { .buffer_type = MYSQL_TYPE_STRING,
                           .buffer = (void *)(uintptr_t)text,
                           .buffer_length = length,
                           .length = &length };
    if (mysql_stmt_bind_param(stmt, in) != 0 || mysql_stmt_execute(stmt) != 0)
        die(mysql_stmt_error(stmt));
}

static int64_t fresh_id(void)
{
    static int64_t last;
    struct timespec t;
    (void)clock_gettime(CLOCK_REALTIME, &t);
    int64_t id = ((int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000 - INT64_C(1577836800000)) << 22 |
                 (int64_t)(getpid() & 0x3FF) << 12;
    last = id > last ? id : last + 1;
    return last;
}

/* ---- login ---- */

static void log_in(MYSQL *db)
{
    static struct query who;
    static MYSQL_STMT *session;
    unsigned char token[32], hash[32];
    char hex[65];
    if (who.stmt == NULL) {
        prepare(db, &who,
                "SELECT password_hash, id, status, role FROM user WHERE tenant_id = ? AND "
                "email LIKE 'owner@%'");
        session = prepared(db, "INSERT INTO session (tenant_id, user_id, created_at, expires_at, "
                               "token_hash, remote, user_agent) VALUES (?, ?, ?, ?, UNHEX(?), "
                               "'127.0.0.1', 'bare')");
    }
    run(&who);
    who.cells[0][who.lengths[0]] = '\0';
    who.cells[1][who.lengths[1]] = '\0';
    if (crypto_pwhash_str_verify(who.cells[0], "deskd-seed-2026", 15) != 0)
        die("the password is another");
    randombytes_buf(token, sizeof(token));
    (void)crypto_hash_sha256(hash, token, sizeof(token));
    (void)sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash));
    int64_t now = (int64_t)time(NULL) * 1000;
    execute(session,
            (const int64_t[]) { tenant, strtoll(who.cells[1], NULL, 10), now, now + 604800000 }, 4,
            hex);
}

/* ---- answer ---- */

/* The tickets that deskd's answers go to, too. */
static unsigned tickets_of(MYSQL *db, int64_t *ids, unsigned max)
{
    char text[256];
    unsigned n = 0;
    (void)snprintf(text, sizeof(text),
                   "SELECT id FROM ticket WHERE tenant_id = %lld AND folder IN (1, 2) LIMIT %u",
                   (long long)tenant, max);
    do_(db, text);
    MYSQL_RES *result = mysql_store_result(db);
    for (MYSQL_ROW row; result != NULL && (row = mysql_fetch_row(result)) != NULL;)
        ids[n++] = strtoll(row[0], NULL, 10);
    mysql_free_result(result);
    if (n == 0)
        die("no tickets");
    return n;
}

static void answer(MYSQL *db)
{
    static MYSQL_STMT *message, *event, *outbox, *ticket;
    static int64_t ids[100];
    static unsigned turn, tickets;
    if (message == NULL) {
        message = prepared(db, "INSERT INTO message (tenant_id, ticket_id, id, kind, created_at, "
                               "body) VALUES (?, ?, ?, 2, ?, ?)");
        event = prepared(db, "INSERT INTO event (tenant_id, ticket_id, id, at, actor, kind) "
                             "VALUES (?, ?, ?, ?, 1, ?)");
        outbox = prepared(db, "INSERT INTO outbox (tenant_id, ticket_id, id, next_at, message_id, "
                              "payload, kind, state, sender, recipient, destination, created_at) "
                              "VALUES (?, ?, ?, ?, 1, ?, 1, 3, 'a@b.example', 'c@d.example', "
                              "'d.example', 1)");
        ticket = prepared(db, "UPDATE ticket SET messages = messages + 1, activity_at = ?, "
                              "version = version + 1 WHERE tenant_id = ? AND id = ? AND "
                              "subject <> ?");
        tickets = tickets_of(db, ids, 100);
        turn = (unsigned)getpid();
    }
    int64_t id = ids[turn++ % tickets], now = (int64_t)time(NULL) * 1000;
    do_(db, "START TRANSACTION"); /* the ticket first: its row is locked by what refers to it */
    execute(ticket, (const int64_t[]) { now, tenant, id }, 3, "?");
    execute(message, (const int64_t[]) { tenant, id, fresh_id(), now }, 4,
            "Thank you for waiting.");
    execute(event, (const int64_t[]) { tenant, id, fresh_id(), now }, 4, "status");
    execute(outbox, (const int64_t[]) { tenant, id, fresh_id(), now }, 4, "{}");
    do_(db, "COMMIT");
}

/* ---- mails ---- */

static void take_mails(char **argv)
{
    MYSQL *db = connected(argv[4], argv[5]);
    int64_t department = number_of(db, "SELECT id FROM department WHERE tenant_id = %lld LIMIT 1");
    MYSQL_STMT *mail = prepared(db, "INSERT INTO mail_in (tenant_id, id, received_at, size, "
                                    "outcome, envelope_to) VALUES (?, ?, ?, ?, 1, ?)");
    MYSQL_STMT *contact = prepared(db, "INSERT INTO contact (tenant_id, id, created_at, email, "
                                       "name) VALUES (?, ?, ?, ?, '')");
    MYSQL_STMT *ticket = prepared(db, "INSERT INTO ticket (tenant_id, id, number, department_id, "
                                      "contact_id, subject, status, folder, in_all, source, "
                                      "created_at, activity_at) VALUES (?, ?, ?, ?, ?, ?, 'N', 1, "
                                      "1, 1, 1, 1)");
    MYSQL_STMT *message = prepared(db, "INSERT INTO message (tenant_id, ticket_id, id, created_at, "
                                       "body, kind) VALUES (?, ?, ?, ?, ?, 1)");
    MYSQL_STMT *reference = prepared(db, "INSERT INTO mail_reference (tenant_id, ticket_id, "
                                         "message_id, id_hash) VALUES (?, ?, ?, UNHEX(MD5(?)))");
    MYSQL_STMT *event = prepared(db, "INSERT INTO event (tenant_id, ticket_id, id, at, actor, "
                                     "kind) VALUES (?, ?, ?, ?, 2, ?)");
    MYSQL_STMT *outbox = prepared(db, "INSERT INTO outbox (tenant_id, ticket_id, id, next_at, "
                                      "payload, kind, state, sender, recipient, destination, "
                                      "created_at) VALUES (?, ?, ?, ?, ?, 2, 3, '', "
                                      "'c@d.example', 'd.example', 1)");
    MYSQL_STMT *number = prepared(db, "UPDATE ticket_sequence SET last = LAST_INSERT_ID(last + 1) "
                                      "WHERE tenant_id = ? AND ? = ''");
    MYSQL_STMT *counter = prepared(db, "INSERT INTO ticket_counter (tenant_id, department_id, "
                                       "agent_id, folder, tickets) VALUES (?, ?, 0, 1, 1) ON "
                                       "DUPLICATE KEY UPDATE tickets = tickets + LENGTH(?)");
    char body[1800], email[64];
    memset(body, 'x', sizeof(body));
    body[sizeof(body) - 1] = '\0';
    for (long i = strtol(argv[3], NULL, 10); i > 0; i--) {
        int64_t t = fresh_id(), m = fresh_id(), c = fresh_id(), now = (int64_t)time(NULL) * 1000;
        (void)snprintf(email, sizeof(email), "c%llx@bare.example", (unsigned long long)c);
        do_(db, "START TRANSACTION");
        execute(mail, (const int64_t[]) { tenant, fresh_id(), now, 2000 }, 4, "a@b.example");
        execute(contact, (const int64_t[]) { tenant, c, now }, 3, email);
        execute(number, (const int64_t[]) { tenant }, 1, "");
        execute(
            ticket,
            (const int64_t[]) { tenant, t, (int64_t)mysql_stmt_insert_id(number), department, c },
            5, "A question");
        execute(counter, (const int64_t[]) { tenant, department }, 2, "1");
        execute(event, (const int64_t[]) { tenant, t, fresh_id(), now }, 4, "created");
        execute(message, (const int64_t[]) { tenant, t, m, now }, 4, body);
        execute(reference, (const int64_t[]) { tenant, t, m }, 3, email);
        execute(outbox, (const int64_t[]) { tenant, t, fresh_id(), now }, 4, "{}");
        do_(db, "COMMIT");
    }
    mysql_close(db);
    exit(0);
}

/* ---- pages ---- */

struct site {
    redisContext *redis;
    MYSQL *db;
    struct query list, one, messages, events;
    char *body;
    size_t list_n, ticket_n;
};

static void prepare_pages(struct site *s, char **argv)
{
    s->list_n = strtoul(argv[7], NULL, 10);
    s->ticket_n = strtoul(argv[8], NULL, 10);
    s->body = malloc(s->list_n > s->ticket_n ? s->list_n : s->ticket_n);
    s->redis = redisConnectUnix(argv[3]);
    s->db = connected(argv[4], argv[5]);
    if (s->body == NULL || s->redis == NULL || s->redis->err != 0)
        die("no Redis");
    memset(s->body, 'x', s->list_n > s->ticket_n ? s->list_n : s->ticket_n);
    prepare(s->db, &s->list,
            "SELECT id, activity_at, folder, tenant_id FROM ticket FORCE INDEX (ticket_folder) "
            "WHERE tenant_id = ? AND folder = 1 ORDER BY activity_at DESC, id DESC LIMIT 50");
    prepare(s->db, &s->one,
            "SELECT id, subject, preview, version FROM ticket WHERE tenant_id = ? AND number = 1");
    prepare(
        s->db, &s->messages,
        "SELECT m.id, m.body, m.from_name, m.created_at FROM ticket t JOIN message m ON "
        "m.tenant_id = t.tenant_id AND m.ticket_id = t.id WHERE t.tenant_id = ? AND t.number = 1");
    prepare(
        s->db, &s->events,
        "SELECT e.id, e.kind, e.old_value, e.new_value FROM ticket t JOIN event e ON "
        "e.tenant_id = t.tenant_id AND e.ticket_id = t.id WHERE t.tenant_id = ? AND t.number = 1");
}

static void take_body(FCGX_Request *rq)
{
    char text[8192];
    while (FCGX_GetStr(text, sizeof(text), rq->in) > 0) {
    }
}

static size_t page(struct site *s, FCGX_Request *rq, const char *path)
{
    if (strncmp(path, "/login", 6) != 0)
        freeReplyObject(redisCommand(s->redis, "GET %s", "session"));
    if (strncmp(path, "/list", 5) == 0) {
        run(&s->list);
        return s->list_n;
    }
    if (strncmp(path, "/ticket", 7) == 0) {
        run(&s->one);
        run(&s->messages);
        run(&s->events);
        return s->ticket_n;
    }
    take_body(rq);
    if (path[1] == 'l')
        log_in(s->db);
    else
        answer(s->db);
    return 0;
}

static void serve(int fd, char **argv)
{
    static struct site s;
    FCGX_Request rq;
    prepare_pages(&s, argv);
    FCGX_InitRequest(&rq, fd, 0);
    while (FCGX_Accept_r(&rq) == 0) {
        const char *path = FCGX_GetParam("REQUEST_URI", rq.envp);
        size_t n = page(&s, &rq, path == NULL ? "" : path);
        FCGX_FPrintF(rq.out, n > 0 ? "Content-Type: text/html\r\n\r\n"
                                   : "Status: 303 See Other\r\nLocation: /\r\n\r\n");
        FCGX_PutStr(s.body, (int)n, rq.out);
        FCGX_Finish_r(&rq);
    }
    exit(0);
}

static void wait_for_all(void)
{
    while (wait(NULL) > 0) {
    }
}

int main(int argc, char **argv)
{
    bool is_mails = argc == 7 && strcmp(argv[1], "mails") == 0;
    if (argc != 9 && !is_mails)
        die("usage: see the source");
    tenant = strtoll(argv[6], NULL, 10);
    if (sodium_init() < 0)
        die("no libsodium");
    if (is_mails) {
        for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
            if (fork() == 0)
                take_mails(argv);
        wait_for_all();
        return 0;
    }
    FCGX_Init();
    int fd = FCGX_OpenSocket(argv[1], 511);
    if (fd < 0)
        die("no socket");
    for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
        if (fork() == 0)
            serve(fd, argv);
    wait_for_all();
    return 0;
}
