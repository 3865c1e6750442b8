#include "delivery/transport.h"

#include "base/arena.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/file.h"
#include "base/str.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS 15L
#define SEND_SECONDS    120L
#define STALL_SECONDS   30L
#define REPLY_MAX       480

struct transport {
    const struct conf *conf;
    CURL *curl;                /* NULL: folder */
    char reply[REPLY_MAX + 1]; /* the last line that the server said */
    char reason[CURL_ERROR_SIZE];
    const char *data;
    size_t left;
};

int transport_new(struct transport **out, const struct conf *conf, struct err *err)
{
    struct transport *t = calloc(1, sizeof(*t));
    if (t == NULL)
        return err_set(err, ERR_NO_MEMORY, "no memory for a transport");
    t->conf = conf;
    if (str_is(conf->mail_transport, "smtp")) {
        t->curl = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK ? curl_easy_init() : NULL;
        if (t->curl == NULL) {
            free(t);
            return err_set(err, ERR_NO_MEMORY, "no memory for a transport");
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

static size_t keep_reply(char *p, size_t size, size_t n, void *data)
{
    struct transport *t = data;
    size_t len = size * n, keep = len < REPLY_MAX ? len : REPLY_MAX;
    while (keep > 0 && (p[keep - 1] == '\r' || p[keep - 1] == '\n'))
        keep--;
    memcpy(t->reply, p, keep);
    t->reply[keep] = '\0';
    return len;
}

static size_t give_data(char *p, size_t size, size_t n, void *data)
{
    struct transport *t = data;
    size_t len = size * n < t->left ? size * n : t->left;
    memcpy(p, t->data, len);
    t->data += len;
    t->left -= len;
    return len;
}

static long tls_of(const struct conf *conf)
{
    return str_is(conf->smtp_tls, "must")  ? CURLUSESSL_ALL
           : str_is(conf->smtp_tls, "may") ? CURLUSESSL_TRY
                                           : CURLUSESSL_NONE;
}

static void set_up(struct transport *t, const struct parcel *p, struct curl_slist *to)
{
    const struct conf *conf = t->conf;
    CURL *c = t->curl;
    curl_easy_reset(c); /* keeps the connection */
    curl_easy_setopt(c, CURLOPT_URL, conf->smtp_url);
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(c, CURLOPT_USE_SSL, tls_of(conf));
    if (!str_is_empty(conf->smtp_user)) {
        curl_easy_setopt(c, CURLOPT_USERNAME, conf->smtp_user);
        curl_easy_setopt(c, CURLOPT_PASSWORD, conf->smtp_password);
    }
    curl_easy_setopt(c, CURLOPT_MAIL_FROM, p->sender);
    curl_easy_setopt(c, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, give_data);
    curl_easy_setopt(c, CURLOPT_READDATA, t);
    curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, keep_reply);
    curl_easy_setopt(c, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, t->reason);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
    curl_easy_setopt(c, CURLOPT_TIMEOUT, SEND_SECONDS);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_LIMIT, 10L);
    curl_easy_setopt(c, CURLOPT_LOW_SPEED_TIME, STALL_SECONDS);
}

/* A server that said no for good (5xx to this mail) is believed; all else is tried again. A refused
 * login or a certificate is our own configuration: it can be mended, so nothing is given up for it.
 */
static enum sent verdict_of(CURLcode rc, long code)
{
    if (rc == CURLE_OK)
        return SENT_OK;
    bool is_about_mail = rc == CURLE_SEND_ERROR || rc == CURLE_RECV_ERROR ||
                         rc == CURLE_WEIRD_SERVER_REPLY || rc == CURLE_UPLOAD_FAILED ||
                         rc == CURLE_QUOTE_ERROR;
    return is_about_mail && code >= 500 && code < 600 ? SENT_FAILED : SENT_DEFERRED;
}

static enum sent send_smtp(struct transport *t, struct arena *a, const struct parcel *p,
                           const char **reply)
{
    struct curl_slist *to = curl_slist_append(NULL, p->recipient);
    long code = 0;
    if (to == NULL) {
        *reply = "no memory";
        return SENT_DEFERRED;
    }
    t->data = p->raw;
    t->left = p->n;
    t->reply[0] = t->reason[0] = '\0';
    set_up(t, p, to);
    CURLcode rc = curl_easy_perform(t->curl);
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &code);
    curl_slist_free_all(to);
    bool has_reply = t->reply[0] >= '2' && t->reply[0] <= '5' &&
                     (rc == CURLE_OK || t->reply[0] >= '4');
    const char *own = t->reason[0] != '\0' ? t->reason : curl_easy_strerror(rc);
    *reply = str_line(
        a, str_utf8(a, has_reply ? t->reply : own, strlen(has_reply ? t->reply : own)), REPLY_MAX);
    return verdict_of(rc, has_reply && rc != CURLE_OK ? strtol(t->reply, NULL, 10) : code);
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
