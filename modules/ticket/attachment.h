#ifndef DESKD_TICKET_ATTACHMENT_H /* modules/ticket/attachment.h - files that came with messages,  \
                                     stored once per content */
#define DESKD_TICKET_ATTACHMENT_H
#include "ticket/act.h"

#include <stdbool.h>
#include <stddef.h>
struct arena;
struct db_conn;
struct err;

/* A file to be kept. attachment_write fills file and sha256. */
struct attachment_new {
    int64_t id; /* 0: made when it is added */
    const char *name, *type;
    const char *content_id; /* or NULL */
    bool is_inline;
    const char *data;
    size_t size;
    const char *file;
    const unsigned char *sha256;
    const char *pending; /* the second name of a file that this operation brought, or NULL */
};

struct attachment {
    int64_t id, message_id;
    const char *name, *type, *content_id;
    int64_t size;
    bool is_inline;
    const char *file;
    const unsigned char *sha256; /* 32 bytes */
};

/* Writes the content durably below data_dir/tenants/<tenant>/files, before the transaction that
 * refers to it. A content that is there already is not written again. ERR_NO_SPACE,
 * ERR_UNAVAILABLE: the disk. Until attachments_settle the file has a second name below
 * data_dir/pending, by which attachment_tidy finds it where the transaction never came to its end.
 */
int attachment_write(struct act *act, struct attachment_new *n, struct err *err);
/* After the commit. */
void attachments_settle(const struct attachment_new *list, size_t n);
/* Inside a transaction: the row. */
int attachment_add(struct act *act, int64_t ticket_id, int64_t message_id,
                   const struct attachment_new *n, int64_t *id, struct err *err);
/* All of a ticket and of those that are shown on its page, in order of message and id. */
int attachment_all(struct act *act, int64_t ticket_id, struct attachment **out, size_t *n,
                   struct err *err);
/* One of a ticket that act may see: 1, 0, -1. */
int attachment_by_id(struct act *act, int64_t ticket_id, int64_t id, struct attachment *out,
                     struct err *err);
/* The ticket that a file belongs to; whether act may see it is the ticket's question. 1, 0, -1. */
int attachment_ticket(struct act *act, int64_t id, int64_t *ticket_id, struct err *err);
/* Deletes files that came for a transaction which never ended well, a day after the last use. */
int attachment_tidy(struct db_conn *conn, struct arena *a, const char *data_dir, struct err *err);
/* Path below data_dir ("tenants/7/files/ab/ab..."), and the whole path. */
char *attachment_path(struct act *act, const char *file);
char *attachment_full_path(struct act *act, const char *file);
#endif
