#ifndef DESKD_BASE_CONF_H /* modules/base/conf.h - deskd.conf: "key = value" lines, every key      \
                             known */
#define DESKD_BASE_CONF_H
#include <stdbool.h>
#include <stdint.h>
struct arena;
struct err;

/* The keys, their meaning and defaults stand in deploy/deskd.conf, which is also the manual. */
struct conf {
    const char *path;     /* where it was read */
    const char *run_dir;  /* sockets, pid file */
    const char *data_dir; /* spool, attachments, keys */
    const char *template_dir, *static_dir, *locale_dir, *sql_dir;
    const char *plugin_dir;  /* empty: no plugins */
    const char *plugin_keys; /* who may sign packages; empty: nobody */
    const char *fcgi_socket, *lmtp_socket, *push_socket;
    const char *db_socket, *db_host, *db_name, *db_user, *db_password;
    int64_t db_port;
    const char *redis_socket; /* empty: no Redis */
    int64_t web_workers, jobs_workers, lmtp_workers;
    int64_t request_seconds, request_body_bytes, request_memory_bytes, worker_requests;
    int64_t message_bytes;       /* LMTP: 552 above it */
    const char *url_scheme;      /* of the links that mails carry: "https" */
    int64_t url_port;            /* 0: the scheme's own */
    const char *mail_transport;  /* "smtp" or "folder" */
    const char *mail_outbox_dir; /* transport folder */
    const char *smtp_url, *smtp_user, *smtp_password, *smtp_tls; /* tls: never, may, must */
    const char *smtp_ca_file;  /* empty: the system's authorities */
    int64_t smtp_seconds;      /* the longest dialogue about a small mail */
    const char *mail_hostname; /* HELO name and the right side of Message-IDs' fallback */
    int64_t notice_seconds;    /* notices that come within it are one mail */
    const char *log_file;      /* "-": standard error */
    const char *log_level;
    bool development; /* /styleguide, templates reload */
    const char *default_locale, *default_timezone;
};

/* Reads the file; relative paths in it are relative to it. An unknown key, a bad value or a file
 * that others may write is an error with its line. Strings live in a. */
int conf_load(struct arena *a, const char *path, struct conf *out, struct err *err);
#endif
