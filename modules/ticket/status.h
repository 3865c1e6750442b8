#ifndef DESKD_TICKET_STATUS_H /* modules/ticket/status.h - the states of a ticket and what may     \
                                 follow what */
#define DESKD_TICKET_STATUS_H
#include <stdbool.h>
#include <stdint.h>

/* The codes follow LiveAgent's API and stand so in the database. */
enum status {
    STATUS_INIT = 'I',      /* being built */
    STATUS_NEW = 'N',       /* never publicly answered: we owe the next step */
    STATUS_OPEN = 'C',      /* the customer waits again */
    STATUS_ANSWERED = 'A',  /* the customer owes the next step */
    STATUS_POSTPONED = 'W', /* time owes it: wake_at */
    STATUS_RESOLVED = 'R',  /* nobody; may be reopened */
    STATUS_CLOSED = 'L',    /* nobody; for good */
    STATUS_SPAM = 'B',
    STATUS_DELETED = 'X'
};

enum folder {
    FOLDER_NONE,
    FOLDER_OPEN,      /* N, C */
    FOLDER_ANSWERED,  /* A */
    FOLDER_POSTPONED, /* W */
    FOLDER_RESOLVED,  /* R, L */
    FOLDER_SPAM,
    FOLDER_DELETED,
    FOLDER_COUNT
};

enum status_event {
    EVENT_CUSTOMER_MESSAGE,
    EVENT_ANSWER, /* an agent's public answer, or "mark answered" */
    EVENT_ANSWER_RESOLVE,
    EVENT_RESOLVE,
    EVENT_POSTPONE,
    EVENT_WAKE,
    EVENT_REOPEN,
    EVENT_CLOSE,
    EVENT_SPAM,
    EVENT_NOT_SPAM,
    EVENT_DELETE,
    EVENT_RESTORE,
    EVENT_MACHINE_MESSAGE,
    EVENT_BOUNCE /* a delivery failure of our own last answer */
};

enum status_verdict {
    VERDICT_CHANGE,     /* to *next, which may equal the old status */
    VERDICT_KEEP,       /* nothing changes */
    VERDICT_NEW_TICKET, /* the event belongs to a new ticket, linked to this one */
    VERDICT_REFUSED
};

/* What the machine must know besides the status. */
struct status_facts {
    enum status status;
    enum status previous;   /* where W, B and X came from */
    bool was_answered;      /* ever publicly */
    bool is_reopen_allowed; /* department's reopen window, for R */
};

enum status_verdict status_after(const struct status_facts *facts, enum status_event event,
                                 enum status *next);
enum folder status_folder(enum status s);
/* In the view "all": everything but spam, deleted and what is being built. */
bool status_is_listed(enum status s);
/* "new", "open", "answered", ... : for class names and JSON. */
const char *status_name(enum status s);
/* Why a ticket in status s does not take what was asked, in words that are translated when shown.
 */
const char *status_refusal(enum status s);
#endif
