#include "delivery/transport.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define CONNECT_SECONDS 15
#define SLOW_BYTES      65536 /* a second: what a large mail is given */
#define REPLY_MAX       480

struct transport {
    const struct conf *conf;
    CURL *curl; /* NULL: folder */
    char url[300];
    char reply[REPLY_MAX + 1]; /* the last that the server said, its lines joined */
    size_t reply_n;
    bool has_more_lines, has_begun_data;
    bool is_out_of_step; /* the last dialogue broke off: no other mail in it */
    char reason[CURL_ERROR_SIZE];
    const char *data;
    size_t left;
};

/* libcurl says what stands behind the slash in EHLO. */
static bool set_url(struct transport *t, const struct conf *conf)
{
    const char *host = strstr(conf->smtp_url, "://"), *path = NULL;
    if (host != NULL)
        path = strchr(host + 3, '/');
    bool has_path = path != NULL && path[1] != '\0';
    int n = snprintf(t->url, sizeof(t->url), "%s%s%s", conf->smtp_url, path == NULL ? "/" : "",
                     has_path ? "" : conf->mail_hostname);
    return n > 0 && (size_t)n < sizeof(t->url);
}

int transport_new(struct transport **out, const struct conf *conf, struct err *err)
{
    struct transport *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a transport");
    t->conf = conf;
    if (str_is(conf->mail_transport, "smtp")) {
        t->curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
        if (t->curl == NULL || !set_url(t, conf)) {
            transport_free(&t);
            return err_set(err, ERR_INVALID, "smtp_url is no address of a server");
        }
    }
    *out = t;
    return 0;
}

void transport_free(struct transport **t)
{
    if (*t == NULL)
        return;
    if ((*t)->curl != NULL)
        curl_easy_cleanup((*t)->curl);
    free(*t);
    *t = NULL;
}

int64_t transport_seconds(const struct conf *conf, size_t n)
{
    return conf->smtp_seconds + (int64_t)(n / SLOW_BYTES);
}

static size_t keep_reply(char *p, size_t size, size_t n, void *data)
{
    struct transport *t = data;
    size_t len = size * n, end = len;
    if (len > 3 && memcmp(p, "221", 3) == 0) /* libcurl says goodbye after a refusal */
        return len;
    while (end > 0 && (p[end - 1] == '\r' || p[end - 1] == '\n'))
        end--;
    size_t from = t->has_more_lines && end > 4 ? 4 : 0; /* the code once */
    if (!t->has_more_lines)
        t->reply_n = 0;
    else if (t->reply_n < REPLY_MAX)
        t->reply[t->reply_n++] = ' ';
    t->has_more_lines = end > 3 && p[3] == '-';
    size_t keep = end - from < REPLY_MAX - t->reply_n ? end - from : REPLY_MAX - t->reply_n;
    memcpy(t->reply + t->reply_n, p + from, keep);
    t->reply_n += keep;
    t->reply[t->reply_n] = '\0';
    if (t->reply_n > 3 && t->reply[3] == '-')
        t->reply[3] = ' ';
    return len;
}

static size_t give_data(char *p, size_t size, size_t n, void *data)
{
    struct transport *t = data;
    t->has_begun_data = true;
    size_t len = size * n < t->left ? size * n : t->left;
    memcpy(p, t->data, len);
    t->data += len;
    t->left -= len;
    return len;
}

static bool is_verified(const struct conf *conf)
{
    return str_is(conf->smtp_tls, "must") || str_starts_nocase(conf->smtp_url, "smtps:") ||
           !str_is_empty(conf->smtp_user);
}

static long tls_of(const struct conf *conf)
{
    if (str_is(conf->smtp_tls, "never"))
        return CURLUSESSL_NONE;
    return is_verified(conf) ? CURLUSESSL_ALL : CURLUSESSL_TRY;
}

static void set_up_server(const struct transport *t)
{
    const struct conf *conf = t->conf;
    CURL *c = t->curl;
    curl_easy_setopt(c, CURLOPT_URL, t->url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, tls_of(conf));
    if (!is_verified(conf)) {
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYPEER, 0L);
        curl_easy_setopt(c, CURLOPT_SSL_VERIFYHOST, 0L);
    }
    if (!str_is_empty(conf->smtp_ca_file))
        curl_easy_setopt(c, CURLOPT_CAINFO, conf->smtp_ca_file);
    if (!str_is_empty(conf->smtp_user)) {
        curl_easy_setopt(c, CURLOPT_USERNAME, conf->smtp_user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, conf->smtp_password);
    }
}

static void set_up(struct transport *t, const struct parcel *p, struct curl_slist *to)
{
    CURL *c = t->curl;
    int64_t limit = transport_seconds(t->conf, p->n);
    curl_easy_reset(c); /* keeps the connection */
    set_up_server(t);
    curl_easy_setopt(c, CURLOPT_FRESH_CONNECT, t->is_out_of_step ? 1L : 0L);
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, p->sender);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_INFILESIZE_LARGE, (curl_off_t)p->n); /* SIZE= where offered */
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give_data);
    curl_easy_setopt(c, CURLOPT_READDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, keep_reply);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT,
                     (long)(limit < CONNECT_SECONDS ? limit : CONNECT_SECONDS));
    curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)limit);
}

/* Something is wrong between this server and ours, whatever the mail: a login that it wants. */
static bool is_about_us(long code)
{
    return code == 530 || code == 534 || code == 535 || code == 538;
}

/* A server that said no for good (5xx to this mail) is believed; all else is tried again. A refused
 * login or a certificate is our own configuration: it can be mended, so nothing is given up for it.
 */
static enum sent verdict_of(const struct transport *t, CURLcode rc, long code)
{
    if (rc == CURLE_OK)
        return SENT_OK;
    bool is_about_mail = rc == CURLE_SEND_ERROR || rc == CURLE_RECV_ERROR ||
                         rc == CURLE_UPLOAD_FAILED || rc == CURLE_QUOTE_ERROR ||
                         (rc == CURLE_WEIRD_SERVER_REPLY && t->has_begun_data); /* no greeting */
    return is_about_mail && code >= 500 && code < 600 && !is_about_us(code) ? SENT_FAILED
                                                                            : SENT_DEFERRED;
}

/* What would end its command line, or look like more than an address, is never said to a server. */
static bool is_address(const char *s)
{
    for (; *s != '\0'; s++)
        if ((unsigned char)*s < ' ' || *s == 127 || *s == '<' || *s == '>')
            return false;
    return true;
}

/* libcurl keeps a connection whose server had not answered in time. What it says later would be
 * taken for its word on the next mail. */
static void break_off(struct transport *t)
{
    curl_socket_t fd = CURL_SOCKET_BAD;
    t->is_out_of_step = true;
    if (curl_easy_getinfo(t->curl, CURLINFO_ACTIVESOCKET, &fd) == CURLE_OK && fd != CURL_SOCKET_BAD)
        (void)shutdown(fd, SHUT_RDWR);
}

static enum sent send_smtp(struct transport *t, struct arena *a, const struct parcel *p,
                           const char **reply)
{
    if (!is_address(p->sender) || !is_address(p->recipient)) {
        *reply = "not an address";
        return SENT_FAILED;
    }
    struct curl_slist *to = curl_slist_append(NULL, p->recipient);
    if (to == NULL) {
        *reply = "no memory";
        return SENT_DEFERRED;
    }
    t->data = p->raw;
    t->left = p->n;
    t->reply[0] = t->reason[0] = '\0';
    t->has_more_lines = t->has_begun_data = false;
    set_up(t, p, to);
    CURLcode rc = curl_easy_perform(t->curl);
    t->is_out_of_step = false;
    if (rc != CURLE_OK)
        break_off(t);
    curl_slist_free_all(to);
    bool has_reply = rc == CURLE_OK || t->reply[0] == '4' || t->reply[0] == '5';
    const char *own = t->reason[0] != '\0' ? t->reason : curl_easy_strerror(rc);
    const char *said = has_reply ? t->reply : own;
    *reply = str_line(a, str_utf8(a, said, strlen(said)), REPLY_MAX);
    return verdict_of(t, rc, has_reply ? strtol(t->reply, NULL, 10) : 0);
}

/* The name carries the row's id: a delivery that is repeated after a crash replaces the file. */
static enum sent send_folder(struct transport *t, struct arena *a, const struct parcel *p,
                             const char **reply)
{
    struct err err = ERR_INIT;
    const char *dir = t->conf->mail_outbox_dir;
    const char *name = arena_printf(a, "%016" PRIx64 ".eml", (uint64_t)p->id);
    const char *tmp = arena_printf(a, "%s/.%s", dir, name),
               *path = arena_printf(a, "%s/%s", dir, name);
    const char *head = arena_printf(a, "Return-Path: <%s>\r\nDelivered-To: %s\r\n", p->sender,
                                    p->recipient);
    size_t head_n = strlen(head);
    char *all = arena_alloc(a, head_n + p->n);
    memcpy(all, head, head_n);
    memcpy(all + head_n, p->raw, p->n);
    if (file_make_dirs(dir, 0750, &err) < 0 ||
        file_write_durable(tmp, path, all, head_n + p->n, &err) < 0) {
        *reply = arena_strdup(a, err.msg);
        return SENT_DEFERRED;
    }
    *reply = arena_printf(a, "250 kept as %s", name);
    return SENT_OK;
}

enum sent transport_send(struct transport *t, struct arena *a, const struct parcel *p,
                         const char **reply)
{
    return t->curl != NULL ? send_smtp(t, a, p, reply) : send_folder(t, a, p, reply);
}
