#ifndef DESKD_MAIL_COMPOSE_H /* modules/mail/compose.h - building an outgoing mail */
#define DESKD_MAIL_COMPOSE_H
#include "mail/mail.h"

struct compose_attachment {
    const char *name, *type, *path; /* path: read when the mail is built */
    const char *content_id;         /* inline image, or NULL */
};

struct compose {
    struct mail_address from;
    struct mail_address reply_to; /* email "" for none */
    struct mail_addresses to, cc;
    const char *subject;
    const char *message_id;  /* without <> */
    const char *in_reply_to; /* without <>, or NULL */
    const char **references; /* without <>, ends with NULL, or NULL */
    int64_t date_ms;
    const char *text;  /* UTF-8, \n line ends */
    const char *html;  /* or NULL */
    bool is_automatic; /* Auto-Submitted: auto-replied, X-Auto-Response-Suppress, Precedence */
    bool is_generated; /* RFC 3834, 5.1: not in reply to a mail, and meant for this person */
    const char *loop;  /* X-Deskd-Loop, or NULL */
    const struct compose_attachment *attachments;
    size_t attachments_n;
};

/* The mail as bytes with CRLF line ends, all lines below 998, ASCII only headers (RFC 2047, RFC
 * 2231), text parts quoted-printable or base64. CR, LF and NUL in any value become spaces. */
int compose_mail(struct arena *a, const struct compose *c, char **raw, size_t *n, struct err *err);
#endif
