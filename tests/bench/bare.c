/* tests/bench/bare.c - the least that any program of this kind does, to be measured against: a
 * FastCGI pool that asks Redis for the session, runs the page's statements, and sends as many bytes
 * as deskd does.
 *
 *   bare SOCKET WORKERS REDIS DB PASSWORD TENANT LIST_BYTES TICKET_BYTES
 *
 * /list: one GET, one prepared statement for 50 rows of a covering index. /ticket: one GET, three
 * statements. */
#include <fcgiapp.h>
#include <hiredis/hiredis.h>
#include <mysql.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

static void serve(int fd, char **argv)
{
    static struct query list, one, messages, events;
    size_t list_n = strtoul(argv[7], NULL, 10), ticket_n = strtoul(argv[8], NULL, 10);
    char *body = malloc(list_n > ticket_n ? list_n : ticket_n);
    redisContext *redis = redisConnectUnix(argv[3]);
    MYSQL *db = mysql_init(NULL);
    FCGX_Request rq;
    if (body == NULL || redis == NULL || redis->err != 0 ||
        mysql_real_connect(db, NULL, "deskd", argv[5], "deskd", 0, argv[4], 0) == NULL)
        die("no Redis or no database");
    memset(body, 'x', list_n > ticket_n ? list_n : ticket_n);
    prepare(db, &list,
            "SELECT id, activity_at, folder, tenant_id FROM ticket FORCE INDEX (ticket_folder) "
            "WHERE tenant_id = ? AND folder = 1 ORDER BY activity_at DESC, id DESC LIMIT 50");
    prepare(db, &one,
            "SELECT id, subject, preview, version FROM ticket WHERE tenant_id = ? AND number = 1");
    prepare(
        db, &messages,
        "SELECT m.id, m.body, m.from_name, m.created_at FROM ticket t JOIN message m ON "
        "m.tenant_id = t.tenant_id AND m.ticket_id = t.id WHERE t.tenant_id = ? AND t.number = 1");
    prepare(
        db, &events,
        "SELECT e.id, e.kind, e.old_value, e.new_value FROM ticket t JOIN event e ON "
        "e.tenant_id = t.tenant_id AND e.ticket_id = t.id WHERE t.tenant_id = ? AND t.number = 1");
    FCGX_InitRequest(&rq, fd, 0);
    while (FCGX_Accept_r(&rq) == 0) {
        const char *path = FCGX_GetParam("REQUEST_URI", rq.envp);
        int is_list = path != NULL && strncmp(path, "/list", 5) == 0;
        redisReply *reply = redisCommand(redis, "GET %s", "session");
        freeReplyObject(reply);
        if (is_list) {
            run(&list);
        } else {
            run(&one);
            run(&messages);
            run(&events);
        }
        FCGX_FPrintF(rq.out, "Content-Type: text/html\r\n\r\n");
        FCGX_PutStr(body, (int)(is_list ? list_n : ticket_n), rq.out);
        FCGX_Finish_r(&rq);
    }
    exit(0);
}

int main(int argc, char **argv)
{
    if (argc != 9)
        die("usage: bare SOCKET WORKERS REDIS DB PASSWORD TENANT LIST_BYTES TICKET_BYTES");
    tenant = strtoll(argv[6], NULL, 10);
    FCGX_Init();
    int fd = FCGX_OpenSocket(argv[1], 511);
    if (fd < 0)
        die("no socket");
    for (long i = strtol(argv[2], NULL, 10); i > 0; i--)
        if (fork() == 0)
            serve(fd, argv);
    while (wait(NULL) > 0) {
    }
    return 0;
}
