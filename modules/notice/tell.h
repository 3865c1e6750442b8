#ifndef DESKD_NOTICE_TELL_H /* modules/notice/tell.h - the jobs that find out who is to be told,   \
                               and tell them */
#define DESKD_NOTICE_TELL_H
#include "notice/notice.h"

/* Who was told in the app, for who shows it on open pages. */
struct told {
    int64_t *users;
    size_t n;
};
/* The job of a ticket: everybody concerned who has access to it now and wants to know gets a row.
 * Mails of what comes within delay_ms are one (notice_mail). A transaction. */
int notice_tell(struct act *act, int64_t ticket_id, int64_t delay_ms, struct told *out,
                struct err *err);
/* The job of a person: what waits to be mailed, and was not read meanwhile, goes to the outbox. */
int notice_mail(struct act *act, int64_t user_id, struct err *err);

/* The mail's job is due by then, unless it is due anyway. Inside a transaction. */
int notice_ask_for_mail(struct db *db, int64_t user_id, int64_t delay_ms, struct err *err);
#endif
