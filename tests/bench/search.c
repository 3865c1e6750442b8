/* tests/bench/search.c - three ways of finding words in one tenant's messages, filled with the same
 * made-up messages and asked the same questions. tests/bench/search runs it.
 *
 *   fulltext  InnoDB's FULLTEXT over the text, which also holds a word that only this tenant has
 *   rows      a row for each (tenant, word, ticket)
 *   blocks    a row for each (tenant, word, 1024 tickets): up to 63 offsets, or a bitmap
 */
#include <mysql.h>
#include <mysqld_error.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WORDS            200000 /* of the language; the n-th is said 1/n as often as the first */
#define SAID             50     /* words in a message, and one that nobody else says */
#define PER_TICKET       3
#define BLOCK            1024
#define PAGE             25
#define QUESTIONS        200
#define FULLTEXT_TIMEOUT 188 /* how a search in a FULLTEXT index says it */
#define CANDIDATES       200 /* texts that a phrase is looked for in */
#define TEXT_ROOM        1024
#define TEXTS            5000 /* a statement */
#define QUERY_ROOM       ((size_t)8 << 20)

static MYSQL *db;
static char words[WORDS][16];
static double weights[WORDS];
static char *query;
static size_t query_n;
static int gave_up; /* questions of a kind that took too long */

static void fail(const char *what)
{
    (void)fprintf(stderr, "%s: %s\n", what, mysql_error(db));
    exit(1);
}

static double now(void)
{
    struct timespec t;
    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* --- made-up language --- */

static uint64_t chance(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void make_words(void)
{
    static const char *const heads[] = { "b", "d", "f", "g", "k", "l", "m",  "n",
                                         "p", "r", "s", "t", "v", "z", "st", "kr" };
    static const char *const tails[] = { "a", "e", "i", "o", "u", "an", "er", "in", "ol", "us" };
    double sum = 0;
    for (unsigned i = 0; i < WORDS; i++) {
        words[i][0] = '\0';
        for (unsigned rest = i + 160; rest > 0; rest /= 160) {
            strcat(words[i], heads[rest % 16]);
            strcat(words[i], tails[rest / 16 % 10]);
        }
        weights[i] = sum += 1.0 / (i + 1);
    }
}

static unsigned say(uint64_t *state)
{
    double at = (double)(chance(state) >> 11) / 9007199254740992.0 * weights[WORDS - 1];
    unsigned low = 0, high = WORDS - 1;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (weights[middle] < at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct message {
    unsigned said[SAID];
    char text[TEXT_ROOM];
};

/* Message n of a tenant: the same each time. */
static void make_message(struct message *m, unsigned tenant, unsigned n)
{
    uint64_t state = (uint64_t)tenant << 32 | n;
    size_t at = (size_t)snprintf(m->text, sizeof(m->text), "tenant%u order%u", tenant, n);
    for (unsigned i = 0; i < SAID; i++) {
        m->said[i] = say(&state);
        at += (size_t)snprintf(m->text + at, sizeof(m->text) - at, " %s", words[m->said[i]]);
    }
}

/* --- statements --- */

static void begin(const char *text)
{
    query_n = strlen(text);
    memcpy(query, text, query_n + 1);
}

__attribute__((format(printf, 1, 2))) static void add(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    query_n += (size_t)vsnprintf(query + query_n, QUERY_ROOM - query_n, format, args);
    va_end(args);
}

static void run(void)
{
    if (mysql_real_query(db, query, query_n) != 0)
        fail(query_n < 300 ? query : "a long statement");
    MYSQL_RES *result = mysql_store_result(db);
    if (result != NULL)
        mysql_free_result(result);
}

static void run_text(const char *text)
{
    begin(text);
    run();
}

/* NULL: it took longer than a question may. */
static MYSQL_RES *ask(void)
{
    if (mysql_real_query(db, query, query_n) == 0)
        return mysql_store_result(db);
    if (mysql_errno(db) != ER_STATEMENT_TIMEOUT && mysql_errno(db) != FULLTEXT_TIMEOUT)
        fail(query);
    return NULL;
}

static double megabytes(const char *like)
{
    begin("SELECT SUM(FILE_SIZE) / 1e6 FROM information_schema.INNODB_SYS_TABLESPACES WHERE ");
    add("%s", like);
    MYSQL_RES *result = ask();
    MYSQL_ROW row = mysql_fetch_row(result);
    double size = row[0] != NULL ? strtod(row[0], NULL) : 0;
    mysql_free_result(result);
    return size;
}

/* --- filling --- */

/* A posting of one tenant: word << 32 | ticket. The order's number is a word of its own. */
static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static size_t postings_of(unsigned tenant, unsigned first, unsigned messages, uint64_t *out)
{
    struct message m;
    size_t n = 0, kept = 0;
    for (unsigned i = first; i < first + messages; i++) {
        make_message(&m, tenant, i);
        for (unsigned k = 0; k < SAID; k++)
            out[n++] = (uint64_t)m.said[k] << 32 | i / PER_TICKET;
        out[n++] = (uint64_t)(WORDS + i) << 32 | i / PER_TICKET;
    }
    qsort(out, n, sizeof(*out), compare);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || out[kept - 1] != out[i])
            out[kept++] = out[i];
    return kept;
}

static const char *word_of(uint64_t posting)
{
    static char order[24];
    uint64_t word = posting >> 32;
    if (word < WORDS)
        return words[word];
    (void)snprintf(order, sizeof(order), "order%u", (unsigned)(word - WORDS));
    return order;
}

static void fill_text(unsigned tenant, unsigned messages)
{
    struct message m;
    for (unsigned i = 0; i < messages; i++) {
        if (i % TEXTS == 0)
            begin("INSERT INTO said VALUES ");
        make_message(&m, tenant, i);
        add("%s(%u,%u,%u,'%s')", i % TEXTS > 0 ? "," : "", tenant, i / PER_TICKET, i, m.text);
        if (i % TEXTS == TEXTS - 1 || i + 1 == messages)
            run();
    }
}

static void fill_rows(unsigned tenant, const uint64_t *postings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (i % 4096 == 0)
            begin("INSERT IGNORE INTO in_rows VALUES ");
        add("%s(%u,'%s',%u)", i % 4096 == 0 ? "" : ",", tenant, word_of(postings[i]),
            (unsigned)postings[i]);
        if (i % 4096 == 4095 || i + 1 == n)
            run();
    }
}

static bool same_block(uint64_t a, uint64_t b)
{
    return a >> 32 == b >> 32 && (uint32_t)a / BLOCK == (uint32_t)b / BLOCK;
}

static void add_block(unsigned tenant, const uint64_t *p, size_t n)
{
    unsigned char bits[BLOCK / 8] = { 0 };
    add("(%u,'%s',%u,x'", tenant, word_of(p[0]), (uint32_t)p[0] / BLOCK);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = (uint32_t)p[i] % BLOCK;
        bits[at / 8] |= (unsigned char)(1U << at % 8);
        if (n < 64)
            add("%02x%02x", at & 0xFF, at >> 8);
    }
    for (size_t i = 0; n >= 64 && i < sizeof(bits); i++)
        add("%02x", bits[i]);
    add("')");
}

static void fill_blocks(unsigned tenant, const uint64_t *postings, size_t n)
{
    size_t rows = 0;
    for (size_t i = 0, end; i < n; i = end, rows++) {
        for (end = i + 1; end < n && same_block(postings[i], postings[end]);)
            end++;
        if (rows % 2048 == 0)
            begin("INSERT INTO in_blocks VALUES ");
        else
            add(",");
        add_block(tenant, postings + i, end - i);
        if (rows % 2048 == 2047 || end == n) {
            add(" ON DUPLICATE KEY UPDATE tickets = VALUES(tickets)");
            run();
        }
    }
}

static void fill(unsigned tenants, unsigned messages)
{
    uint64_t *postings = malloc((size_t)messages * (SAID + 1) * sizeof(*postings));
    double took[3] = { 0 };
    if (postings == NULL)
        exit(1);
    for (unsigned t = 1; t <= tenants; t++) {
        double start = now();
        fill_text(t, messages);
        took[0] += now() - start;
        size_t n = postings_of(t, 0, messages, postings);
        start = now();
        fill_rows(t, postings, n);
        took[1] += now() - start;
        start = now();
        fill_blocks(t, postings, n);
        took[2] += now() - start;
        if (t % 50 == 0)
            (void)fprintf(stderr, "%u tenants\n", t);
    }
    free(postings);
    double start = now();
    run_text("ALTER TABLE said ADD FULLTEXT KEY (text)");
    (void)printf("fill, s: text %.0f, then fulltext %.0f; rows %.0f; blocks %.0f\n", took[0],
                 now() - start, took[1], took[2]);
    (void)printf("size, MB: text %.0f, fulltext %.0f; rows %.0f; blocks %.0f\n",
                 megabytes("NAME LIKE 'search\\_bench/said%'"),
                 megabytes("NAME LIKE 'search\\_bench/FTS%'"),
                 megabytes("NAME LIKE 'search\\_bench/in\\_rows%'"),
                 megabytes("NAME LIKE 'search\\_bench/in\\_blocks%'"));
}

/* --- asking --- */

enum question { RARE, COMMON, TWO_COMMON, COMMON_AND_RARE, PHRASE, PREFIX, QUESTIONS_N };
static const char *const names[] = { "rare word",       "common word", "two common words",
                                     "common and rare", "phrase",      "prefix of 4" };
struct asked {
    unsigned tenant;
    const char *a, *b; /* b NULL: one word */
    bool is_phrase, is_prefix;
};

static struct asked make_question(enum question kind, unsigned tenants, unsigned messages,
                                  uint64_t *state)
{
    static char prefix[8];
    static struct message m;
    struct asked q = { .tenant = 1 + (unsigned)(chance(state) % tenants) };
    make_message(&m, q.tenant, (unsigned)(chance(state) % messages));
    unsigned common = (unsigned)(chance(state) % 20), other = 20 + (unsigned)(chance(state) % 20),
             rare = m.said[0];
    for (unsigned i = 1; i < SAID; i++)
        if (m.said[i] > rare)
            rare = m.said[i];
    unsigned at = (unsigned)(chance(state) % (SAID - 1));
    (void)snprintf(prefix, sizeof(prefix), "%.4s", words[rare]);
    q.a = kind == RARE     ? words[rare]
          : kind == PHRASE ? words[m.said[at]]
          : kind == PREFIX ? prefix
                           : words[common];
    q.b = kind == TWO_COMMON        ? words[other]
          : kind == COMMON_AND_RARE ? words[rare]
          : kind == PHRASE          ? words[m.said[at + 1]]
                                    : NULL;
    q.is_phrase = kind == PHRASE;
    q.is_prefix = kind == PREFIX;
    return q;
}

static size_t finish(MYSQL_RES *result)
{
    if (result == NULL) {
        gave_up++;
        return 0;
    }
    size_t n = mysql_num_rows(result);
    mysql_free_result(result);
    return n;
}

static size_t ask_fulltext(const struct asked *q)
{
    begin("SELECT ticket, id FROM said WHERE MATCH(text) AGAINST('");
    add("+tenant%u %s%s%s%s%s%s", q->tenant, q->is_phrase ? "+\"" : "+", q->a,
        q->is_prefix ? "*" : "",
        q->b == NULL   ? ""
        : q->is_phrase ? " "
                       : " +",
        q->b == NULL ? "" : q->b, q->is_phrase ? "\"" : "");
    add("' IN BOOLEAN MODE) AND tenant_id = %u ORDER BY id DESC LIMIT %d", q->tenant, PAGE);
    return finish(ask());
}

/* How many of these tickets (newest first) really say the phrase, up to a page. */
static size_t verify(const struct asked *q, const unsigned *tickets, size_t n)
{
    char phrase[64];
    size_t found = 0;
    (void)snprintf(phrase, sizeof(phrase), " %s %s ", q->a, q->b);
    for (size_t i = 0; i < n && i < CANDIDATES && found < PAGE; i += PAGE) {
        begin("SELECT ticket, text FROM said WHERE tenant_id = ");
        add("%u AND ticket IN (", q->tenant);
        for (size_t k = i; k < n && k < i + PAGE; k++)
            add("%s%u", k > i ? "," : "", tickets[k]);
        add(")");
        MYSQL_RES *result = ask();
        MYSQL_ROW row;
        while ((row = mysql_fetch_row(result)) != NULL)
            found += strstr(row[1], phrase) != NULL;
        mysql_free_result(result);
    }
    return found;
}

static size_t ask_rows(const struct asked *q)
{
    unsigned tickets[CANDIDATES];
    begin(q->is_prefix ? "SELECT DISTINCT a.ticket FROM in_rows a"
                       : "SELECT a.ticket FROM in_rows a");
    if (q->b != NULL)
        add(" JOIN in_rows b ON b.tenant_id = a.tenant_id AND b.ticket = a.ticket AND b.word = "
            "'%s'",
            q->b);
    if (q->is_prefix)
        add(" WHERE a.tenant_id = %u AND a.word >= '%s' AND a.word < '%s~'", q->tenant, q->a, q->a);
    else
        add(" WHERE a.tenant_id = %u AND a.word = '%s'", q->tenant, q->a);
    add(" ORDER BY a.ticket DESC LIMIT %d", q->is_phrase ? CANDIDATES : PAGE);
    MYSQL_RES *result = ask();
    size_t n = 0;
    MYSQL_ROW row;
    while ((row = mysql_fetch_row(result)) != NULL)
        tickets[n++] = (unsigned)strtoul(row[0], NULL, 10);
    mysql_free_result(result);
    return q->is_phrase ? verify(q, tickets, n) : n;
}

static void take_block(uint64_t *bits, const unsigned char *p, size_t n)
{
    for (size_t i = 0; n == BLOCK / 8 && i < n; i++)
        bits[i / 8] |= (uint64_t)p[i] << i % 8 * 8;
    for (size_t i = 0; n < BLOCK / 8 && i + 1 < n; i += 2)
        bits[(p[i] | p[i + 1] << 8) / 64] |= UINT64_C(1) << (p[i] & 63);
}

static size_t ask_blocks(const struct asked *q)
{
    enum { MOST = 512 };
    static uint64_t sets[2][MOST][BLOCK / 64];
    unsigned tickets[CANDIDATES];
    size_t n = 0;
    memset(sets, 0, sizeof(sets));
    begin("SELECT word, block, tickets FROM in_blocks WHERE tenant_id = ");
    if (q->is_prefix)
        add("%u AND word >= '%s' AND word < '%s~'", q->tenant, q->a, q->a);
    else
        add("%u AND word IN ('%s', '%s')", q->tenant, q->a, q->b != NULL ? q->b : q->a);
    MYSQL_RES *result = ask();
    MYSQL_ROW row;
    while ((row = mysql_fetch_row(result)) != NULL) {
        unsigned long block = strtoul(row[1], NULL, 10);
        bool is_second = q->b != NULL && strcmp(row[0], q->a) != 0;
        if (block < MOST)
            take_block(sets[is_second][block], (const unsigned char *)row[2],
                       mysql_fetch_lengths(result)[2]);
    }
    mysql_free_result(result);
    bool is_pair = q->b != NULL && strcmp(q->a, q->b) != 0;
    size_t most = q->is_phrase ? CANDIDATES : PAGE;
    for (unsigned ticket = MOST * BLOCK; ticket-- > 0 && n < most;) {
        uint64_t word = sets[0][ticket / BLOCK][ticket % BLOCK / 64];
        if (is_pair)
            word &= sets[1][ticket / BLOCK][ticket % BLOCK / 64];
        if (word == 0)
            ticket &= ~63U;
        else if ((word >> ticket % 64 & 1) != 0)
            tickets[n++] = ticket;
    }
    return q->is_phrase ? verify(q, tickets, n) : n;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void ask_all(const char *name, size_t (*way)(const struct asked *), unsigned tenants,
                    unsigned messages, int questions)
{
    static double took[QUESTIONS];
    for (int kind = 0; kind < QUESTIONS_N; kind++) {
        uint64_t state = 7;
        size_t found = 0;
        gave_up = 0;
        for (int i = 0; i < questions; i++) {
            struct asked q = make_question((enum question)kind, tenants, messages, &state);
            double start = now();
            found += way(&q);
            took[i] = (now() - start) * 1e3;
        }
        qsort(took, (size_t)questions, sizeof(*took), by_size);
        (void)printf(
            "%-9s %-17s p50 %8.2f ms  p99 %8.2f ms  %zu found in %d questions, %d given up\n", name,
            names[kind], took[questions / 2], took[questions * 99 / 100], found, questions,
            gave_up);
        (void)fflush(stdout);
    }
}

/* --- adding --- */

static void add_message(const char *table, const struct message *m, unsigned tenant, unsigned n)
{
    begin("INSERT INTO ");
    add("%s VALUES (%u,%u,%u,'%s')", table, tenant, n / PER_TICKET, n, m->text);
    run();
}

static void add_one(int way, unsigned tenant, unsigned n)
{
    static uint64_t postings[SAID + 1];
    struct message m;
    make_message(&m, tenant, n);
    run_text("START TRANSACTION");
    add_message(way == 1 ? "said" : "plain", &m, tenant, n);
    if (way == 2)
        fill_rows(tenant, postings, postings_of(tenant, n, 1, postings));
    if (way == 3) {
        begin("INSERT INTO waiting VALUES (");
        add("%u,%u,%u,'%s')", tenant, n, n / PER_TICKET, m.text);
        run();
    }
    run_text("COMMIT");
}

/* 64 waiting messages of one tenant become part of its blocks. */
static void fold(unsigned tenant, unsigned first)
{
    static uint64_t postings[64 * (SAID + 1)];
    size_t n = postings_of(tenant, first, 64, postings);
    run_text("START TRANSACTION");
    for (size_t i = 0; i < n; i++) {
        if (i % 128 == 0) {
            begin("SELECT word, block, tickets FROM in_blocks WHERE tenant_id = ");
            add("%u AND block BETWEEN 0 AND 1 AND word IN (''", tenant);
        }
        add(",'%s'", word_of(postings[i]));
        if (i % 128 == 127 || i + 1 == n) {
            add(")");
            (void)finish(ask());
        }
    }
    fill_blocks(tenant, postings, n);
    begin("DELETE FROM waiting WHERE tenant_id = ");
    add("%u", tenant);
    run();
    run_text("COMMIT");
}

static void add_all(unsigned tenants, unsigned messages, unsigned rounds)
{
    static const char *const ways[] = { "no index", "fulltext", "rows", "blocks (waiting)" };
    uint64_t state = 11;
    for (int way = 0; way < 4; way++) {
        double start = now();
        for (unsigned i = 0; i < rounds; i++)
            add_one(way, 1 + (unsigned)(chance(&state) % tenants),
                    messages + (unsigned)way * rounds + i);
        (void)printf("add       %-17s %.2f ms a message, durable\n", ways[way],
                     (now() - start) * 1e3 / rounds);
    }
    double start = now();
    for (unsigned i = 0; i < 20; i++)
        fold(1 + (unsigned)(chance(&state) % tenants), messages + 8 * rounds);
    (void)printf("add       blocks (folding)  %.2f ms a message, later\n",
                 (now() - start) * 1e3 / 20 / 64);
}

int main(int argc, char **argv)
{
    unsigned tenants = argc > 2 ? (unsigned)atoi(argv[2]) : 1000,
             messages = argc > 3 ? (unsigned)atoi(argv[3]) : 2000;
    int slow = argc > 4 ? atoi(argv[4]) : QUESTIONS;
    db = mysql_init(NULL);
    query = malloc(QUERY_ROOM);
    if (query == NULL || argc < 2 ||
        mysql_real_connect(db, NULL, "root", NULL, NULL, 0, argv[1], 0) == NULL)
        fail("connect");
    make_words();
    run_text("CREATE DATABASE search_bench CHARACTER SET utf8mb4");
    run_text("USE search_bench");
    run_text("CREATE TABLE said (tenant_id BIGINT NOT NULL, ticket INT NOT NULL, id INT NOT NULL, "
             "text MEDIUMTEXT NOT NULL, PRIMARY KEY (tenant_id, ticket, id))");
    run_text("CREATE TABLE plain LIKE said");
    run_text("CREATE TABLE waiting (tenant_id BIGINT NOT NULL, id INT NOT NULL, ticket INT NOT "
             "NULL, words BLOB NOT NULL, PRIMARY KEY (tenant_id, id))");
    run_text("CREATE TABLE in_rows (tenant_id BIGINT NOT NULL, word VARBINARY(64) NOT NULL, ticket "
             "INT NOT NULL, PRIMARY KEY (tenant_id, word, ticket))");
    run_text(
        "CREATE TABLE in_blocks (tenant_id BIGINT NOT NULL, word VARBINARY(64) NOT NULL, block INT "
        "NOT NULL, tickets VARBINARY(128) NOT NULL, PRIMARY KEY (tenant_id, word, block))");
    (void)printf("%u messages in %u tenants\n", tenants * messages, tenants);
    fill(tenants, messages);
    ask_all("rows", ask_rows, tenants, messages, QUESTIONS);
    ask_all("blocks", ask_blocks, tenants, messages, QUESTIONS);
    run_text("SET max_statement_time = 20");
    ask_all("fulltext", ask_fulltext, tenants, messages, slow);
    run_text("SET max_statement_time = 0");
    add_all(tenants, messages, 500);
    mysql_close(db);
    return 0;
}
