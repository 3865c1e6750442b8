#ifndef DESKD_INTAKE_PRIVATE_H /* modules/intake/intake_private.h - one import, as its steps share \
                                  it */
#define DESKD_INTAKE_PRIVATE_H
#include "automation/engine.h"
#include "contact/contact.h"
#include "db/db.h"
#include "intake/intake.h"
#include "mail/mail.h"
#include "plugin/plugins.h"
#include "ticket/act.h"
#include "ticket/attachment.h"
#include "ticket/ticket.h"
#include "user/department.h"

/* Where a mail belongs and why. */
struct decision {
    int64_t ticket_id;      /* 0: a new ticket */
    const char *reason;     /* "our reply address", "References", "subject number", ... */
    int64_t hint_ticket_id; /* a ticket that it may belong to, but whose people the sender is not
                               one of */
    bool is_proven; /* it carries what only a mail of ours could tell: the signed reply address
                       or our Message-ID */
};

struct import {
    const struct intake *in;
    struct arena *arena;
    struct db db;
    struct tenant tenant;
    struct act act;
    struct engine engine;
    struct plugin_scene scene;
    struct envelope envelope;
    const char *raw;
    size_t raw_n;
    struct mail mail;
    struct mail_address
        sender; /* Reply-To where the mail has one, else From, else the envelope's */
    unsigned char dedupe[16];
    struct department department;
    const char *own_address; /* of it, that the mail came to; or NULL */
    struct attachment_new *files;
    int64_t *file_ids;
    size_t files_n;
    bool keeps_files; /* a message refers to them */
    const char *html; /* sanitised, or NULL */
    bool has_remote_images;
    int64_t quote_at;
    struct mail_in line; /* the outcome */
    struct decision decision;
};

/* Our own address: a department's, or any that this host accepts mail for. 1, 0, -1. */
int is_own_address(struct import *im, const char *email, struct err *err);
int decide(struct import *im, struct err *err);
int import_bounce(struct import *im, struct err *err);
int import_automatic(struct import *im, struct err *err);
int import_message(struct import *im, struct err *err);
/* A message of this kind at the end of *t, with its files; *t is counted, not saved. home: the
 * ticket that it was written to, where *t only shows that; else t. */
int append_message(struct import *im, struct ticket *t, const struct ticket *home, int kind,
                   int64_t *message_id, struct err *err);
#endif
