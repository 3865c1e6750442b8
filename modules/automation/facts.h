#ifndef DESKD_AUTOMATION_FACTS_H /* modules/automation/facts.h - what rules look at: an event and  \
                                    its ticket */
#define DESKD_AUTOMATION_FACTS_H
#include "automation/guest.h"
#include "ticket/act.h"
#include "ticket/message.h"
#include "ticket/ticket.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What starts rules. The names in the database are those of trigger_name. */
enum trigger {
    TRIGGER_NONE,
    TRIGGER_CREATED,      /* a ticket, from wherever */
    TRIGGER_CREATED_MAIL, /* the same, by mail */
    TRIGGER_CUSTOMER_MESSAGE,
    TRIGGER_ANSWER,
    TRIGGER_NOTE,
    TRIGGER_MACHINE_MESSAGE,
    TRIGGER_STATUS,
    TRIGGER_ASSIGNED, /* transferred or assigned */
    TRIGGER_COUNT
};
const char *trigger_name(enum trigger t);  /* "ticket.created" */
const char *trigger_label(enum trigger t); /* "A ticket is created", in English for the catalogue */
enum trigger trigger_by_name(const char *name); /* TRIGGER_NONE: unknown */

/* Of the message that is the event, or came with it. */
struct rule_message {
    enum message_kind kind; /* 0: there is none */
    const char *from, *to, *cc, *subject, *body;
    const char *const *files; /* names, ends with NULL */
    size_t files_n;
};

/* Everything but now is as it was when the event happened, whatever rules do meanwhile. */
struct rule_facts {
    enum trigger trigger;
    int64_t at, event_id;
    enum actor actor;
    int64_t user_id;             /* ACTOR_PERSON */
    const struct ticket *before; /* NULL: it was created */
    struct ticket now;           /* as the rule before has left it */
    struct rule_message message;
    const struct rule_guest *guest;     /* or NULL */
    const struct ticket_change *change; /* what guests are asked about */
};
#endif
