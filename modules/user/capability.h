#ifndef DESKD_USER_CAPABILITY_H /* modules/user/capability.h - the catalogue of permissions, and   \
                                   which of them a role holds */
#define DESKD_USER_CAPABILITY_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* CAP_PUBLIC and CAP_LOGIN are no capabilities but what a route may ask for instead of one. Those
 * of tickets hold in a department; the others belong to none. Plugins' own are numbered from
 * CAP_PLUGINS_FROM on. */
enum capability {
    CAP_PUBLIC, /* nobody need be logged in */
    CAP_LOGIN,  /* any person of the tenant */
    CAP_TICKET_READ,
    CAP_TICKET_CREATE,
    CAP_TICKET_ANSWER,
    CAP_TICKET_NOTE,
    CAP_TICKET_STATUS, /* resolve, mark as answered, postpone, reopen */
    CAP_TICKET_ASSIGN,
    CAP_TICKET_TRANSFER,
    CAP_TICKET_SPAM,
    CAP_TICKET_DELETE, /* delete, restore, see deleted ones */
    CAP_TICKET_RAW,    /* the raw message */
    CAP_TICKET_MERGE,  /* merge two, take them apart again, split one */
    CAP_MAIL_LOG,      /* accepted mails and their outcomes, parked mails */
    CAP_AGENTS,        /* Configuration > Agents */
    CAP_DEPARTMENTS,   /* Configuration > Departments */
    CAP_PLUGINS,       /* Configuration > Plugins */
    CAP_RULES,         /* Configuration > Rules */
    CAP_CANNED,        /* predefined answers of departments and for everybody */
    CAP_OWNER,         /* plan, owners; nobody else ever has it */
    CAP_COUNT,
    CAP_PLUGINS_FROM = 64,
    CAP_MAX = 256
};

/* Bits of capabilities, by number. */
#define CAP_WORDS 4
struct capabilities {
    uint64_t bits[CAP_WORDS];
};
bool capabilities_have(const struct capabilities *c, int number);
void capabilities_add(struct capabilities *c, int number);
void capabilities_remove(struct capabilities *c, int number);
/* Takes away what others do not have. */
void capabilities_keep(struct capabilities *c, const struct capabilities *others);
/* Whether all of some are among those of others. */
bool capabilities_within(const struct capabilities *some, const struct capabilities *others);

enum role { ROLE_AGENT = 1, ROLE_ADMIN = 2, ROLE_OWNER = 3 };

struct capability_entry {
    const char *name;          /* "ticket.read" */
    const char *label, *group; /* in English, for the catalogue of words */
    bool is_of_department;     /* may differ from department to department */
    enum role from;            /* the smallest built-in role that holds it */
};
/* NULL for a number that is none. */
const struct capability_entry *capability_entry(int number);
int capability_by_name(const char *name); /* -1: there is none */
/* Adds a plugin's, once at the start of a process: strings are borrowed for ever. The number; the
 * same again for a name that is there already; -1 where the room is used up. */
int capability_register(const struct capability_entry *entry);

/* What the role holds. */
struct capabilities role_capabilities(enum role role);
/* True for roles that see every department. */
bool role_is_unrestricted(enum role role);
const char *role_name(enum role role); /* "agent", "admin", "owner" */
/* Whether a person of role actor may turn one of role target into one of role wanted (the same
 * role: change other things of them, delete them), as far as owners are concerned: only owners
 * touch owners, and make them. */
bool role_may_change(enum role actor, enum role target, enum role wanted);
bool role_by_name(const char *name, enum role *out);
#endif
