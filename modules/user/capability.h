#ifndef DESKD_USER_CAPABILITY_H /* modules/user/capability.h - what a person may do, and what a    \
                                   role holds */
#define DESKD_USER_CAPABILITY_H
#include <stdbool.h>
#include <stdint.h>

/* CAP_PUBLIC and CAP_LOGIN are no capabilities but what a route may ask for instead of one. */
enum capability {
    CAP_PUBLIC,        /* nobody need be logged in */
    CAP_LOGIN,         /* any person of the tenant */
    CAP_TICKET_READ,   /* tickets in scope: list, page, attachments */
    CAP_TICKET_ANSWER, /* answer, note, resolve, postpone, reopen, spam, new ticket */
    CAP_TICKET_ASSIGN, /* assign, release, transfer */
    CAP_TICKET_DELETE, /* delete and restore */
    CAP_TICKET_RAW,    /* the raw message */
    CAP_MAIL_LOG,      /* accepted mails and their outcomes, parked mails */
    CAP_AGENTS,        /* Configuration > Agents */
    CAP_DEPARTMENTS,   /* Configuration > Departments */
    CAP_OWNER,         /* plan, owners */
    CAP_COUNT
};

enum role { ROLE_AGENT = 1, ROLE_ADMIN = 2, ROLE_OWNER = 3 };

/* Bit 1 << capability for each that the role holds. */
uint64_t role_capabilities(enum role role);
/* True for roles that see every department. */
bool role_is_unrestricted(enum role role);
const char *role_name(enum role role); /* "agent", "admin", "owner" */
/* Whether a person of role actor may turn one of role target into one of role wanted (the same
 * role: change other things of them, delete them). Only owners touch owners, and make them. */
bool role_may_change(enum role actor, enum role target, enum role wanted);
bool role_by_name(const char *name, enum role *out);
#endif
