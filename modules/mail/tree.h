#ifndef DESKD_MAIL_TREE_H /* modules/mail/tree.h - the MIME tree of a mail, before anybody judges  \
                             it */
#define DESKD_MAIL_TREE_H
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
struct arena;

/* One header field as it stands in the mail: value still folded and encoded, both borrowed from
 * raw. */
struct mail_field {
    struct str name, value;
};

struct mail_head {
    struct mail_field *fields;
    size_t n;
};

struct mail_param {
    const char *name, *value; /* name lowered, value decoded (RFC 2231, RFC 2047) */
};

/* "text/plain; charset=utf-8" taken apart. */
struct mail_value {
    const char *token; /* lowered, "" where there is none */
    struct mail_param *params;
    size_t n;
};

/* A multipart (children != NULL) or a leaf. Strings are never NULL unless said. */
struct mail_node {
    struct mail_head head;
    struct str body;         /* as it stands in the mail, still encoded */
    const char *type;        /* "text/plain", lowered */
    const char *charset;     /* declared, or NULL */
    const char *encoding;    /* lowered, "" where there is none */
    const char *disposition; /* "attachment", "inline", or "" */
    const char *name;        /* file name as decoded, or NULL */
    const char *content_id;  /* without <>, or NULL */
    struct mail_value content_type;
    bool has_type; /* the mail names a type */
    struct mail_node *children, *next;
};

/* What a mail may still cost, and what was found wrong; one for all nodes of a mail. */
struct mail_limits {
    size_t parts, fields, header_bytes; /* left */
    const char *damage;                 /* the first trouble, in words, or NULL */
};

/* Takes the tree apart; borrows raw, which must stay. Attached messages are leaves. */
struct mail_node *mail_tree(struct arena *a, const char *raw, size_t n, struct mail_limits *limits);
struct mail_limits mail_limits(void);

/* The decoded bytes of a leaf: base64, quoted-printable, uuencode or as they are. The result lives
 * in a. */
struct str mail_node_bytes(struct arena *a, const struct mail_node *node);
/* The decoded text of a leaf as UTF-8 with \n line ends. */
char *mail_node_text(struct arena *a, const struct mail_node *node);
/* The leaf is message/rfc822 or its like. */
bool mail_node_is_message(const struct mail_node *node);
#endif
